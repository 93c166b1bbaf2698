//! Client-initiated back-channel authentication. CIBA Core; SECURITY S-066.

use portreeve_domain::{Lifetime, TenantId};
use portreeve_issuer::configure::AccountSwitch;
use portreeve_storage::users;
use portreeve_tests::{
    backchannel::Asker,
    browser::Browser,
    cast,
    deployment::{Deployment, on_both, on_sqlite},
    jwt,
    relying_party::{ASSERTION_TYPE, RelyingParty, Tokens, assertion, assertion_claims, basic},
};
use serde_json::{Value, json};

const ENDPOINT: &str = "/oauth2/bc-authorize";

fn error(name: &str) -> (u16, String) {
    (400, name.to_owned())
}

fn seconds(seconds: i64) -> Lifetime {
    Lifetime::from_seconds(seconds)
}

/// Erases the person an ID token is about.
async fn erase(at: &Deployment, claims: &Value) {
    let (tenant, subject) = (TenantId::DEFAULT, claims["sub"].as_str().unwrap());
    let mut tx = at.issuer.store().begin(tenant).await.unwrap();
    let person = users::find_by_subject(&mut tx, tenant, subject).await.unwrap().unwrap();
    assert!(users::erase(&mut tx, tenant, person.id, at.clock.now()).await.unwrap());
    tx.commit().await.unwrap();
}

/// Delivers what is left when a test is not about it.
async fn tidy(at: &Deployment) {
    at.wait(Lifetime::from_minutes(10));
    at.deliver_approval_links().await;
    at.deliver_backchannel_notices().await;
}

/// CB-01, CB-05: the client proves who it is, has the grant, asks for `openid`, and names one person.
#[test]
fn the_endpoint_authenticates_clients_of_the_grant() {
    on_sqlite(async |at| {
        let (openid, ada) = (("scope", "openid"), ("login_hint", cast::ADA));
        let till = Asker::new(at, "till");

        let wrong = basic("till", "wrong");
        assert_eq!(at.post(ENDPOINT, &[("authorization", &wrong)], &[openid, ada]).await.error().0, 401);
        let public = [("client_id", "spa"), openid, ada];
        assert_eq!(at.post(ENDPOINT, &[], &public).await.error(), (401, "invalid_client".to_owned()));
        assert_eq!(Asker::new(at, "web").try_ask(&[openid, ada]).await.error(), error("unauthorized_client"));
        assert_eq!(till.try_ask(&[openid]).await.error(), error("invalid_request"));
        assert_eq!(till.try_ask(&[openid, ada, ("id_token_hint", "x")]).await.error(), error("invalid_request"));
        assert_eq!(till.try_ask(&[ada]).await.error(), error("invalid_scope"));
        assert_eq!(till.try_ask(&[("scope", "openid admin"), ada]).await.error(), error("invalid_scope"));
        assert_eq!(
            till.try_ask(&[openid, ada, ("resource", "https://x.example")]).await.error(),
            error("invalid_target")
        );
        assert_eq!(at.get(ENDPOINT, &[]).await.status, 405);

        let reply = till.try_ask(&[openid, ada]).await;
        assert_eq!(reply.header("cache-control"), Some("no-store"));
        let answer = reply.success();
        assert_eq!((&answer["expires_in"], &answer["interval"]), (&json!(600), &json!(5)));
        assert!(answer["auth_req_id"].as_str().unwrap().len() > 43, "256 bits");
        assert_eq!(till.ask(&[("requested_expiry", "120")]).await.answer["expires_in"], 120);
        tidy(at).await;
    });
}

/// CB-07: pending until the person agrees, then tokens once; a second time ends them.
#[test]
fn an_approved_request_is_served_once() {
    on_both(async |at| {
        let (till, gateway) = (Asker::new(at, "till"), RelyingParty::new(at, "gateway"));
        let wanted = [("scope", "openid orders.read offline_access"), ("resource", cast::ORDERS)];
        let asked = till.ask(&wanted).await;
        assert_eq!(till.poll(&asked).await.error(), error("authorization_pending"));
        assert_eq!(till.poll(&asked).await.error(), error("slow_down"));

        assert_eq!(till.decide("allow").await.path, "/approve/ended/allowed");
        let tokens = Tokens(till.poll(&asked).await.success());

        let id_token = at.verified(tokens.id(), "JWT").await;
        assert_eq!((&id_token["aud"], id_token["nonce"].as_str()), (&json!("till"), None));
        assert!(id_token.get("urn:openid:params:jwt:claim:auth_req_id").is_none(), "only what is pushed says so");
        assert_eq!(jwt::claims(tokens.access())["aud"], cast::ORDERS);
        assert_eq!(RelyingParty::new(at, "till").refresh(tokens.refresh()).await.status, 200);
        assert!(gateway.sees_active(tokens.access()).await);
        assert_eq!(till.poll(&asked).await.error(), error("invalid_grant"));
        assert!(!gateway.sees_active(tokens.access()).await, "what is replayed ends its tokens");
        assert_eq!(at.events("backchannel.authentication.requested").await, 1);
        assert_eq!(at.events("backchannel.authentication.allowed").await, 1);
        assert_eq!(at.events("token.auth_req_id.redeemed").await, 1);
        assert_eq!(at.events("token.auth_req_id.replayed").await, 1);
    });
}

/// CB-07: refused, too late, another client's.
#[test]
fn what_is_not_approved_gives_nothing() {
    on_both(async |at| {
        let (till, bank) = (Asker::new(at, "till"), Asker::new(at, "bank"));
        let refused = till.ask(&[]).await;
        assert_eq!(till.decide("deny").await.path, "/approve/ended/refused");
        assert_eq!(till.poll(&refused).await.error(), error("access_denied"));
        assert_eq!(at.events("backchannel.authentication.refused").await, 1);

        let asked = till.ask(&[("requested_expiry", "30")]).await;
        assert_eq!(bank.poll(&asked).await.error(), error("invalid_grant"));
        assert_eq!(till.poll(&asked).await.error(), error("authorization_pending"), "untouched by another client");
        at.wait(seconds(30));
        assert_eq!(till.poll(&asked).await.error(), error("expired_token"));
        assert!(at.deliver_approval_links().await.is_empty(), "nobody is mailed about what is over");
    });
}

/// S-066: whoever begins again after the person is gone learns on our page that it is too late; the client is no address to go to.
#[test]
fn a_question_to_somebody_who_is_gone_ends_here() {
    on_sqlite(async |at| {
        let till = Asker::new(at, "till");
        let own = RelyingParty::new(at, "first-party").tokens("openid").await;
        till.ask(&[]).await;
        let browser = Browser::new(at);
        let question = till.question(&browser, cast::ADA).await;
        erase(at, &jwt::claims(own.id())).await;

        let over = browser.visit(&question.path).await;
        let end = browser.press(&over, "start-again", &[]).await;

        assert_eq!((end.path.as_str(), end.reply.status.as_u16()), ("/approve/ended/too-late", 200), "{}", end.html());
        tidy(at).await;
    });
}

/// CB-04: the page shows who asks, the message and what is wanted; whoever is signed in proves it again.
#[test]
fn the_page_shows_what_is_asked() {
    on_sqlite(async |at| {
        let till = Asker::new(at, "till");
        let browser = Browser::new(at);
        browser.sign_in(&RelyingParty::new(at, "web").request("openid"), cast::ADA).await;
        at.wait(seconds(1));
        till.ask(&[("binding_message", "W4SCT"), ("scope", "openid orders.read"), ("resource", cast::ORDERS)]).await;

        let list = browser.visit("/approve").await;
        assert!(list.html().contains("W4SCT") && list.html().contains("Corner Shop"), "{}", list.html());
        let page = browser.visit(&list.href_of("request-1").unwrap()).await;
        assert_eq!(page.step(), "password");
        let page = browser.press(&page, "submit", &[("password", cast::PASSWORD)]).await;

        assert_eq!(page.step(), "consent");
        assert_eq!(page.text_of("binding-message").as_deref(), Some("W4SCT"));
        assert!(page.html().contains("Corner Shop") && page.text_of("scope-2").is_some(), "{}", page.html());
        assert!(!page.has_button("another-account"));
        browser.press(&page, "allow", &[]).await;
        assert!(browser.visit("/approve").await.text_of("nothing").is_some());
        let stranger = Browser::new(at).visit("/approve").await;
        assert!(stranger.text_of("nothing").is_some());
        tidy(at).await;
    });
}

/// CB-04, S-066: a message that could be markup or is long is refused.
#[test]
fn an_unusable_binding_message_is_refused() {
    on_both(async |at| {
        let till = Asker::new(at, "till");
        for message in ["<b>pay</b>", "see https://evil.example", &"x".repeat(65)] {
            let pairs = [("scope", "openid"), ("login_hint", cast::ADA), ("binding_message", message)];
            assert_eq!(till.try_ask(&pairs).await.error(), error("invalid_binding_message"), "{message}");
        }
    });
}

/// CB-06: who cannot be meant is said to be unknown: no address, an erased person, another client's token, no token.
///
/// `missing_user_code` and `invalid_user_code` are never said: user codes are not asked for (`docs/protocol/ciba.md`).
#[test]
fn a_hint_that_can_name_nobody_is_refused() {
    on_sqlite(async |at| {
        let till = Asker::new(at, "till");
        let asked = till.ask(&[]).await;
        till.decide("allow").await;
        let own = Tokens(till.poll(&asked).await.success());
        let others = RelyingParty::new(at, "web").tokens("openid").await;
        let by_token = async |token: &str| till.try_ask(&[("scope", "openid"), ("id_token_hint", token)]).await;

        assert_eq!(by_token(own.id()).await.status, 200);
        assert_eq!(by_token(others.id()).await.error(), error("invalid_request"));
        assert_eq!(by_token("a.b.c").await.error(), error("invalid_request"));
        let no_address = [("scope", "openid"), ("login_hint", "+49 30 123456")];
        assert_eq!(till.try_ask(&no_address).await.error(), error("unknown_user_id"));
        erase(at, &jwt::claims(own.id())).await;
        assert_eq!(by_token(own.id()).await.error(), error("unknown_user_id"));
        tidy(at).await;
    });
}

/// CB-12: an address without an account is answered as one with, in the answer, at polls and at the limit.
#[test]
fn an_unknown_address_is_not_told_apart() {
    on_both(async |at| {
        let till = Asker::new(at, "till");
        let shape = |answer: &Value| {
            (answer["auth_req_id"].as_str().unwrap().len(), answer["expires_in"].clone(), answer["interval"].clone())
        };
        let mut shapes = vec![];
        for address in [cast::ADA, "nobody@example.com"] {
            let first = till.ask(&[("login_hint", address)]).await;
            assert_eq!(till.poll(&first).await.error(), error("authorization_pending"));
            till.ask(&[("login_hint", address)]).await;
            till.ask(&[("login_hint", address)]).await;
            let fourth = till.try_ask(&[("scope", "openid"), ("login_hint", address)]).await;
            shapes.push((shape(&first.answer), fourth.error(), fourth.header("retry-after").map(str::to_owned)));
        }

        assert_eq!(shapes[0], shapes[1]);
        assert_eq!(shapes[0].1, (429, "temporarily_unavailable".to_owned()));
        assert_eq!(at.deliver_approval_links().await.len(), 3, "of the account's");
    });
}

/// S-066: three requests wait for one person, whoever asks; a decision or the end makes room.
#[test]
fn no_more_than_three_requests_wait_for_one_person() {
    on_both(async |at| {
        let till = Asker::new(at, "till");
        let ask = |_| {
            let pairs = [("scope", "openid"), ("login_hint", cast::ADA)];
            RelyingParty::new(at, "till").prepared(ENDPOINT, &pairs)
        };
        let replies = at.send_all(20, ask).await;
        assert_eq!(replies.iter().filter(|reply| reply.status == 200).count(), 3);
        assert_eq!(replies.iter().filter(|reply| reply.status == 429).count(), 17);

        till.decide("deny").await;
        till.ask(&[("requested_expiry", "30")]).await;
        at.wait(seconds(30));
        till.ask(&[]).await;
        tidy(at).await;
    });
}

/// S-066: the person a request is about decides, and nobody else who has the link.
#[test]
fn another_person_decides_nothing() {
    on_both(async |at| {
        let till = Asker::new(at, "till");
        let asked = till.ask(&[]).await;
        let links = at.deliver_approval_links().await;
        let browser = Browser::new(at);
        let page = browser.visit(&links[0]).await;

        let end = browser.press(&page, "submit", &[("email", cast::ALAN), ("password", cast::PASSWORD)]).await;

        assert_eq!(end.path, "/approve/ended/other-person", "{}", end.html());
        at.wait(seconds(5));
        assert_eq!(till.poll(&asked).await.error(), error("authorization_pending"));
        assert_eq!(at.events("backchannel.authentication.refused").await, 0);
        let unknown = Browser::new(at).visit("/approve/apr_nonsense").await;
        assert!(unknown.html().contains("This request is over"), "{}", unknown.html());
    });
}

/// S-066: approved, and locked before it is redeemed: the gate is asked again.
#[test]
fn an_account_that_is_switched_off_meanwhile_gives_nothing() {
    on_both(async |at| {
        let (till, ledger) = (Asker::new(at, "till"), Asker::new(at, "ledger"));
        let polled = till.ask(&[]).await;
        till.decide("allow").await;
        let pushed = ledger.ask(&[]).await;
        ledger.decide("allow").await;

        at.issuer.switch_account(&at.tenant(), cast::ADA, AccountSwitch::Off).await.unwrap();

        assert_eq!(till.poll(&polled).await.error(), error("invalid_grant"));
        let calls = at.deliver_backchannel_notices().await;
        assert_eq!(calls.len(), 1);
        assert_eq!(
            (&calls[0].body["error"], &calls[0].body["auth_req_id"]),
            (&json!("access_denied"), &json!(pushed.auth_req_id))
        );
        assert!(calls[0].body.get("access_token").is_none());
        tidy(at).await;
    });
}

/// A person with a second factor shows it, and `acr_values` asks for one.
#[test]
fn a_second_factor_is_shown() {
    on_sqlite(async |at| {
        let (till, browser) = (Asker::new(at, "till"), Browser::new(at));
        let asked = till.ask(&[("login_hint", cast::GRACE), ("acr_values", "aal2")]).await;
        let page = till.question(&browser, cast::GRACE).await;
        browser.press(&page, "allow", &[]).await;

        let tokens = Tokens(till.poll(&asked).await.success());

        let id_token = at.verified(tokens.id(), "JWT").await;
        assert_eq!((&id_token["acr"], &id_token["amr"]), (&json!("aal2"), &json!(["pwd", "otp", "mfa"])));
    });
}

/// CB-01: an assertion may be made for this endpoint (CIBA Core §7.1).
#[test]
fn an_assertion_may_be_for_the_endpoint() {
    on_sqlite(async |at| {
        let jwk = at.client_key().public_jwk();
        let members: Vec<_> = jwk.into_iter().map(|(name, value)| format!("{name} = {value}")).collect();
        at.apply(&format!(
            "[[clients]]\nclient_id = \"terminal\"\ntoken_endpoint_auth_method = \"private_key_jwt\"\nresponse_types = []\n\
             grant_types = [\"urn:openid:params:grant-type:ciba\"]\nbackchannel_token_delivery_mode = \"poll\"\n\
             jwks = {{ keys = [{{ {} }}] }}\n",
            members.join(", ")
        ))
        .await;
        for (audience, status) in [
            (cast::ISSUER.to_owned(), 200),
            (format!("{}{ENDPOINT}", cast::ISSUER), 200),
            ("https://x.example".into(), 401),
        ] {
            let mut claims = assertion_claims(at, "terminal");
            claims["aud"] = json!(audience);
            let pairs = [
                ("scope", "openid"),
                ("login_hint", cast::ADA),
                ("client_assertion_type", ASSERTION_TYPE),
                ("client_assertion", &assertion(at, &claims)),
            ];
            assert_eq!(at.post(ENDPOINT, &[], &pairs).await.status, status, "{audience}");
        }
        tidy(at).await;
    });
}

/// CB-07, S-064: an `auth_req_id` is good for one answer. Who polls again at once changes nothing; later it is a replay.
#[test]
fn an_auth_req_id_is_answered_once() {
    on_both(async |at| {
        let (till, client) = (Asker::new(at, "till"), RelyingParty::new(at, "till"));
        let asked = till.ask(&[("scope", "openid offline_access")]).await;
        till.decide("allow").await;
        let tokens = Tokens(till.poll(&asked).await.success());

        assert_eq!(till.poll(&asked).await.error(), error("invalid_grant"));

        let tokens = Tokens(client.refresh(tokens.refresh()).await.success());
        assert_eq!(at.events("token.auth_req_id.replayed").await, 0);
        assert_eq!(till.poll(&asked).await.error(), error("invalid_grant"));
        assert_eq!(at.events("token.auth_req_id.replayed").await, 1);
        assert_eq!(client.refresh(tokens.refresh()).await.error(), error("invalid_grant"));
    });
}

/// CB-07: without a refresh token that could be used, ten seconds make a replay.
#[test]
fn an_auth_req_id_presented_late_ends_its_tokens() {
    on_both(async |at| {
        let (till, gateway) = (Asker::new(at, "till"), RelyingParty::new(at, "gateway"));
        let asked = till.ask(&[("scope", "openid orders.read"), ("resource", cast::ORDERS)]).await;
        till.decide("allow").await;
        let tokens = Tokens(till.poll(&asked).await.success());

        at.wait(seconds(9));
        assert_eq!(till.poll(&asked).await.error(), error("invalid_grant"));
        assert!(gateway.sees_active(tokens.access()).await);
        at.wait(seconds(1));
        assert_eq!(till.poll(&asked).await.error(), error("invalid_grant"));
        assert!(!gateway.sees_active(tokens.access()).await);
        assert_eq!(at.events("token.auth_req_id.replayed").await, 1);
    });
}
