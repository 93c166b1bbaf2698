//! Back-Channel Logout 1.0: who is told that a session has ended, and what.

use portreeve_domain::Lifetime;
use portreeve_issuer::{SecretText, configure::AccountSwitch};
use portreeve_tests::{
    browser::Browser,
    cast,
    deployment::{Deployment, form, on_both, on_sqlite},
    jwt,
    relying_party::{Grant, RelyingParty, Tokens},
};
use serde_json::{Value, json};

/// Three clients that want to be told, each in its way, beside those of the cast that do not.
const CLIENTS: &str = r#"
[[clients]]
client_id = "told"
client_secret = { file = "secret" }
redirect_uris = ["https://told.example/cb"]
post_logout_redirect_uris = ["https://told.example/bye"]
grant_types = ["authorization_code", "refresh_token"]
backchannel_logout_uri = "https://told.example/bc"
backchannel_logout_session_required = true

[[clients]]
client_id = "told-rs256"
client_secret = { file = "secret" }
redirect_uris = ["https://rs.example/cb"]
backchannel_logout_uri = "https://rs.example/bc?x=1"
id_token_signed_response_alg = "RS256"

[[clients]]
client_id = "told-pairwise"
client_secret = { file = "secret" }
redirect_uris = ["https://pair.example/cb"]
backchannel_logout_uri = "https://pair.example/bc"
subject_type = "pairwise"

[[clients]]
client_id = "not-used"
client_secret = { file = "secret" }
redirect_uris = ["https://unused.example/cb"]
backchannel_logout_uri = "https://unused.example/bc"
"#;

const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// Signs Ada in at a client in a browser and returns her tokens there.
async fn sign_in(at: &Deployment, browser: &Browser<'_>, client: &str) -> Tokens {
    let party = RelyingParty::new(at, client);
    let code = browser.sign_in(&party.request("openid"), cast::ADA).await.code();
    Tokens(party.redeem(&Grant { code, redirect_uri: party.redirect_uri.clone() }).await.success())
}

async fn sign_out(browser: &Browser<'_>, hint: &str) {
    let page = browser.visit(&format!("/oauth2/logout?{}", form(&[("id_token_hint", hint)]))).await;
    assert_eq!(page.reply.status, 200);
}

/// BL-01, BL-02, BL-03, S-018: each relying party of the session gets a token of its own, and nobody else gets one.
#[test]
fn every_relying_party_of_the_session_is_told() {
    on_both(async |at| {
        at.apply(CLIENTS).await;
        let browser = Browser::new(at);
        let mut tokens = vec![];
        for client in ["told", "told-rs256", "told-pairwise", "web"] {
            tokens.push((client, sign_in(at, &browser, client).await));
        }
        let elsewhere = Browser::new(at);
        sign_in(at, &elsewhere, "told").await;

        sign_out(&browser, tokens[0].1.id()).await;

        let mut told = at.deliver_logout_tokens().await;
        told.sort();
        let addresses: Vec<_> = told.iter().map(|(uri, _)| uri.as_str()).collect();
        assert_eq!(addresses, ["https://pair.example/bc", "https://rs.example/bc?x=1", "https://told.example/bc"]);
        for (token, client, algorithm) in
            [(&told[0].1, "told-pairwise", "ES256"), (&told[1].1, "told-rs256", "RS256"), (&told[2].1, "told", "ES256")]
        {
            assert_eq!(jwt::header(token)["typ"], "logout+jwt");
            assert_eq!(jwt::header(token)["alg"], algorithm, "{client}");
            let claims = at.verified(token, "logout+jwt").await;
            let id_token = jwt::claims(tokens.iter().find(|(known, _)| *known == client).unwrap().1.id());
            for claim in ["iss", "aud", "sub", "sid"] {
                assert_eq!(claims[claim], id_token[claim], "{client}: {claim}");
            }
            assert_eq!(claims["events"], json!({EVENT: {}}));
            assert!(claims.get("nonce").is_none() && claims["jti"].is_string());
            let lives = claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap();
            assert!((1..=120).contains(&lives), "{lives}");
        }
    });
}

/// BL-04: a second try is a new token: its receiver must not take it for a replay of the first.
#[test]
fn a_notice_is_made_when_it_is_sent() {
    on_sqlite(async |at| {
        at.apply(CLIENTS).await;
        let browser = Browser::new(at);
        let tokens = sign_in(at, &browser, "told").await;
        sign_out(&browser, tokens.id()).await;
        at.wait(Lifetime::from_minutes(30));

        let told = at.deliver_logout_tokens().await;

        assert_eq!(jwt::claims(&told[0].1)["iat"], at.seconds());
    });
}

/// BL-01: whatever ends a session, its relying parties are told: a new password, and an operator, as well as the person.
#[test]
fn every_way_a_session_ends_is_told() {
    on_both(async |at| {
        at.apply(CLIENTS).await;
        let (first, second) = (Browser::new(at), Browser::new(at));
        let sids = async |browsers: &[&Browser<'_>]| {
            let mut sids: Vec<Value> = vec![];
            for browser in browsers {
                sids.push(jwt::claims(sign_in(at, browser, "told").await.id())["sid"].clone());
            }
            sids.sort_by_key(Value::to_string);
            sids
        };
        let told = async || {
            let mut sids: Vec<Value> =
                at.deliver_logout_tokens().await.iter().map(|(_, token)| jwt::claims(token)["sid"].clone()).collect();
            sids.sort_by_key(Value::to_string);
            sids
        };

        let signed_in = sids(&[&first, &second]).await;
        at.issuer
            .set_account_password(&at.tenant(), cast::ADA, &SecretText::new(cast::PASSWORD.to_owned()))
            .await
            .unwrap();
        assert_eq!(told().await, signed_in, "a new password");

        let signed_in = sids(&[&first]).await;
        at.issuer.switch_account(&at.tenant(), cast::ADA, AccountSwitch::Off).await.unwrap();
        assert_eq!(told().await, signed_in, "switched off");
    });
}

/// BL-05: refresh tokens end with the session unless `offline_access` was granted.
#[test]
fn only_offline_access_outlives_the_session() {
    on_both(async |at| {
        at.apply(CLIENTS).await;
        let (browser, told) = (Browser::new(at), RelyingParty::new(at, "told"));
        let online = sign_in(at, &browser, "told").await;
        let request = told.request("openid offline_access").with("prompt", "consent");
        let offline = Tokens(told.redeem(&told.grant_in(&browser, &request, cast::ADA).await).await.success());

        sign_out(&browser, online.id()).await;

        assert_eq!(told.refresh(online.refresh()).await.error().1, "invalid_grant");
        assert_eq!(told.refresh(offline.refresh()).await.status, 200);
        assert_eq!(at.deliver_logout_tokens().await.len(), 1, "a relying party is told once");
    });
}

/// BL-06: metadata says so, and what cannot be told is not registered.
#[test]
fn it_is_advertised_and_checked_at_registration() {
    on_sqlite(async |at| {
        let document = at.discovery().await;
        assert_eq!(document["backchannel_logout_supported"], true);
        assert_eq!(document["backchannel_logout_session_supported"], true);

        for uri in ["http://told.example/bc", "https://told.example/bc#x", "com.example:/bc"] {
            let refused = at.try_apply(&CLIENTS.replace("https://told.example/bc", uri)).await;
            assert!(refused.is_err(), "{uri}");
        }
    });
}

/// S-018: a logout token is no hint for anything else: it names a session that its receiver may not end again.
#[test]
fn a_logout_token_is_no_id_token_hint() {
    on_sqlite(async |at| {
        at.apply(CLIENTS).await;
        let browser = Browser::new(at);
        let tokens = sign_in(at, &browser, "told").await;
        sign_out(&browser, tokens.id()).await;
        let token = at.deliver_logout_tokens().await.remove(0).1;

        let page = browser.visit(&format!("/oauth2/logout?{}", form(&[("id_token_hint", &token)]))).await;

        assert_eq!(page.reply.status, 400);
    });
}
