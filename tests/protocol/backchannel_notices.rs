//! What clients are told that asked by the back channel: pinged, or sent their tokens. CIBA Core §10.2, §10.3, §12.

use portreeve_domain::Lifetime;
use portreeve_tests::{
    backchannel::{Asker, NOTIFICATION_TOKEN},
    cast,
    deployment::{Deployment, on_both, on_sqlite},
    relying_party::{RelyingParty, Tokens},
};
use serde_json::json;

fn error(name: &str) -> (u16, String) {
    (400, name.to_owned())
}

fn seconds(seconds: i64) -> Lifetime {
    Lifetime::from_seconds(seconds)
}

/// Delivers what is left when a test is not about it.
async fn tidy(at: &Deployment) {
    at.wait(Lifetime::from_minutes(10));
    at.deliver_approval_links().await;
    at.deliver_backchannel_notices().await;
}

/// CB-08: a client that is pinged is told once that there is an answer, by its own token, and fetches it.
#[test]
fn a_client_is_pinged_and_fetches_its_tokens() {
    on_both(async |at| {
        let bank = Asker::new(at, "bank");
        let asked = bank.ask(&[]).await;
        assert!(at.deliver_backchannel_notices().await.is_empty(), "nobody has decided");

        bank.decide("allow").await;
        let calls = at.deliver_backchannel_notices().await;

        assert_eq!(calls.len(), 1);
        assert_eq!(
            (calls[0].uri.as_str(), calls[0].token.as_str()),
            ("https://bank.example/notify", NOTIFICATION_TOKEN)
        );
        assert_eq!(calls[0].body, json!({ "auth_req_id": asked.auth_req_id }));
        assert_eq!(bank.poll(&asked).await.status, 200);

        bank.ask(&[]).await;
        bank.decide("deny").await;
        assert_eq!(at.deliver_backchannel_notices().await.len(), 1, "a refusal is an answer as well");
        bank.ask(&[]).await;
        at.wait(Lifetime::from_minutes(10));
        assert_eq!(at.deliver_backchannel_notices().await.len(), 1, "and so is the end");
        assert!(at.deliver_approval_links().await.is_empty());
    });
}

/// CB-08, CB-09: a client that is called must say what it knows us by.
#[test]
fn a_client_that_is_called_names_its_token() {
    on_sqlite(async |at| {
        for client in ["bank", "ledger"] {
            let reply = Asker::new(at, client).try_ask(&[("scope", "openid"), ("login_hint", cast::ADA)]).await;
            assert_eq!(reply.error(), error("invalid_request"), "{client}");
        }
    });
}

/// CB-09: a client is sent its tokens, with an ID token that names the request and what is sent with it; it cannot poll.
#[test]
fn a_client_is_sent_its_tokens() {
    on_both(async |at| {
        let ledger = Asker::new(at, "ledger");
        let asked = ledger.ask(&[("scope", "openid offline_access")]).await;
        assert!(asked.answer.get("interval").is_none());
        assert_eq!(ledger.poll(&asked).await.error(), error("unauthorized_client"));

        ledger.decide("allow").await;
        let calls = at.deliver_backchannel_notices().await;

        assert_eq!((calls.len(), calls[0].uri.as_str()), (1, "https://ledger.example/notify"));
        assert_eq!(
            (calls[0].token.as_str(), &calls[0].body["auth_req_id"]),
            (NOTIFICATION_TOKEN, &json!(asked.auth_req_id))
        );
        assert_eq!((&calls[0].body["token_type"], &calls[0].body["expires_in"]), (&json!("Bearer"), &json!(600)));
        let tokens = Tokens(calls[0].body.clone());
        let id_token = at.verified(tokens.id(), "JWT").await;
        assert_eq!(id_token["urn:openid:params:jwt:claim:auth_req_id"], json!(asked.auth_req_id));
        assert_eq!(id_token["urn:openid:params:jwt:claim:rt_hash"], json!(half_hash(tokens.refresh())));
        assert_eq!(id_token["at_hash"], json!(half_hash(tokens.access())));
        assert_eq!(at.userinfo(tokens.access()).await.status, 200);
        assert_eq!(RelyingParty::new(at, "ledger").refresh(tokens.refresh()).await.status, 200);

        at.wait(Lifetime::from_minutes(10));
        assert!(at.deliver_backchannel_notices().await.is_empty(), "it has its tokens");
        assert_eq!(ledger.poll(&asked).await.error(), error("unauthorized_client"));
    });
}

/// CB-09: a call that has to be made again says the same; nothing is minted twice.
#[test]
fn what_is_pushed_again_is_the_same() {
    on_both(async |at| {
        let ledger = Asker::new(at, "ledger");
        ledger.ask(&[]).await;
        ledger.decide("allow").await;

        let (first, second) = at.make_backchannel_notice_twice().await;

        assert_eq!(first.body, second.body);
        assert_eq!(at.events("token.auth_req_id.redeemed").await, 1);
        assert_eq!(at.userinfo(first.body["access_token"].as_str().unwrap()).await.status, 200);
        tidy(at).await;
    });
}

/// CB-09, CIBA Core §12: a client that is sent its tokens is told when there are none.
#[test]
fn a_client_that_is_sent_its_tokens_is_told_of_failures() {
    on_both(async |at| {
        let ledger = Asker::new(at, "ledger");
        ledger.ask(&[]).await;
        ledger.decide("deny").await;
        let refused = at.deliver_backchannel_notices().await;
        let late = ledger.ask(&[("requested_expiry", "30")]).await;
        at.wait(seconds(30));
        let expired = at.deliver_backchannel_notices().await;

        assert_eq!((refused.len(), &refused[0].body["error"]), (1, &json!("access_denied")));
        assert_eq!((expired.len(), &expired[0].body["error"]), (1, &json!("expired_token")));
        assert_eq!(expired[0].body["auth_req_id"], json!(late.auth_req_id));
        tidy(at).await;
    });
}

/// The left half of the SHA-256 of a text, base64url (OIDC Core §3.1.3.6).
fn half_hash(text: &str) -> String {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    use portreeve_crypto::sha256;

    URL_SAFE_NO_PAD.encode(&sha256(text.as_bytes()).as_bytes()[..16])
}
