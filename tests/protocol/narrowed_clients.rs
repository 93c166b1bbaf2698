//! What was granted to a client counts no further than what the client may have by now: in new tokens, and wherever a token is shown that
//! was issued before. RFC 6749 §5.1, §6; RFC 7662 §2.2; RFC 9396 §6; SECURITY S-038, S-040, S-060.

use portreeve_domain::{Scope, SessionEnd, TenantId};
use portreeve_storage::sessions;
use portreeve_tests::{
    authorization::AuthorizationRequest,
    cast,
    deployment::{Deployment, on_both, on_sqlite},
    device::Device,
    idp::Idp,
    jwt,
    relying_party::{RelyingParty, Tokens},
    reply::Reply,
};
use serde_json::{Value, json};

use crate::token_exchange::{MORE, exchange};

fn invalid_scope() -> (u16, String) {
    (400, "invalid_scope".to_owned())
}

/// Has `client` registered for this scope alone.
async fn narrow(client: &RelyingParty<'_>, scope: &str) {
    client.register_anew(|metadata| metadata.scope = Some(Scope::parse(scope).unwrap())).await;
}

/// What the client itself is told of a token.
async fn told(client: &RelyingParty<'_>, token: &str) -> Value {
    client.introspect(token).await.success()
}

async fn at_gateway(at: &Deployment, query: &str, token: &str) -> Reply {
    at.get(&format!("/gateway/auth-request/Orders?{query}"), &[("authorization", &format!("Bearer {token}"))]).await
}

fn for_orders(web: &RelyingParty<'_>, scope: &str) -> AuthorizationRequest {
    web.request(scope).with("resource", cast::ORDERS)
}

/// S-060, S-038, OA-18: a refresh gives what is left, and says so; what is gone cannot be asked for. The grant stays as it is.
#[test]
fn a_refresh_gives_what_the_client_may_still_have() {
    on_both(async |at| {
        let web = RelyingParty::new(at, "web");
        let tokens = web.tokens_for(&for_orders(&web, "openid orders.read orders.write")).await;
        assert_eq!(tokens.0["scope"], "orders.read orders.write");

        narrow(&web, "openid orders.read").await;

        assert_eq!(told(&web, tokens.access()).await["scope"], "orders.read");
        assert_eq!(told(&web, tokens.refresh()).await["scope"], "openid orders.read");
        let refreshed = Tokens(web.refresh(tokens.refresh()).await.success());
        assert_eq!(refreshed.0["scope"], "orders.read");
        assert_eq!(jwt::claims(refreshed.access())["scope"], "orders.read");
        let gone = web.refresh_with(refreshed.refresh(), &[("scope", "orders.write")]).await;
        assert_eq!(gone.error(), invalid_scope());
        web.register_anew(|metadata| metadata.scope = None).await;
        let again = Tokens(web.refresh(refreshed.refresh()).await.success());
        assert_eq!(again.0["scope"], "orders.read orders.write", "as it was agreed to");
    });
}

/// S-060, S-038: nor do a code and a device code that were granted before give more.
#[test]
fn what_waits_to_be_redeemed_gives_no_more() {
    on_both(async |at| {
        let (web, tv) = (RelyingParty::new(at, "web"), Device::new(at, "tv"));
        let code = web.grant("openid email", cast::ADA).await;
        let asked = tv.ask(&[("scope", "openid email")]).await;
        tv.approve(&asked, cast::ADA).await;

        for client in ["web", "tv"] {
            narrow(&RelyingParty::new(at, client), "openid").await;
        }

        assert_eq!(web.redeem(&code).await.success()["scope"], "openid");
        assert_eq!(tv.poll(&asked).await.success()["scope"], "openid");
    });
}

/// S-060, S-148, OC-22: userinfo and ID tokens tell nothing any more that the client may not know, by scope or by name.
#[test]
fn nobody_is_told_more_of_a_person_than_they_may_know_by_now() {
    on_both(async |at| {
        let web = RelyingParty::new(at, "web");
        let named = r#"{"userinfo":{"phone_number":null},"id_token":{"phone_number":null,"email":null}}"#;
        let tokens = web.tokens_for(&web.request("openid profile email phone").with("claims", named)).await;
        assert_eq!(at.userinfo(tokens.access()).await.success()["phone_number"], "+441234567890");
        assert_eq!(jwt::claims(tokens.id())["email"], cast::ADA);

        narrow(&web, "openid profile").await;

        let seen = at.userinfo(tokens.access()).await.success();
        assert_eq!((&seen["given_name"], seen.get("email"), seen.get("phone_number")), (&json!("Ada"), None, None));
        let refreshed = Tokens(web.refresh(tokens.refresh()).await.success());
        let claims = jwt::claims(refreshed.id());
        assert_eq!((claims.get("email"), claims.get("phone_number")), (None, None));
        let seen = at.userinfo(refreshed.access()).await.success();
        assert_eq!((&seen["given_name"], seen.get("email"), seen.get("phone_number")), (&json!("Ada"), None, None));
    });
}

/// S-060, OC-36: without `openid` there is neither userinfo nor an ID token.
#[test]
fn a_client_that_may_not_have_openid_any_more_is_told_nothing() {
    on_sqlite(async |at| {
        let web = RelyingParty::new(at, "web");
        let tokens = web.tokens("openid email").await;

        narrow(&web, "email").await;

        let refused = at.userinfo(tokens.access()).await;
        assert_eq!(refused.status, 403);
        assert!(refused.header("www-authenticate").unwrap().contains("insufficient_scope"));
        let refreshed = web.refresh(tokens.refresh()).await.success();
        assert_eq!(refreshed.get("id_token"), None);
        assert_eq!(at.userinfo(refreshed["access_token"].as_str().unwrap()).await.status, 403);
    });
}

/// S-060, SU-01: gateways pass on, and let pass, no more than that.
#[test]
fn a_gateway_passes_on_what_the_client_may_still_have() {
    on_both(async |at| {
        let web = RelyingParty::new(at, "web");
        let tokens = web.tokens_for(&for_orders(&web, "openid email orders.read orders.write")).await;
        let before = at_gateway(at, "scope=orders.write", tokens.access()).await;
        assert_eq!((before.status.as_u16(), before.header("x-auth-email")), (204, Some(cast::ADA)));

        narrow(&web, "openid orders.read").await;

        assert_eq!(at_gateway(at, "scope=orders.write", tokens.access()).await.status, 403);
        let passes = at_gateway(at, "scope=orders.read", tokens.access()).await;
        assert_eq!(passes.status, 204);
        assert_eq!(passes.header("x-auth-scope"), Some("orders.read"));
        assert_eq!(passes.header("x-auth-email"), Some(""));
        assert_eq!(told(&RelyingParty::new(at, "gateway"), tokens.access()).await["scope"], "orders.read");
    });
}

/// S-060, S-067, S-040: what came of an exchange has no more than the client may have by now that it was granted to.
#[test]
fn what_was_exchanged_has_no_more_than_what_it_came_of() {
    on_both(async |at| {
        at.apply(MORE).await;
        let (web, api) = (RelyingParty::new(at, "web"), RelyingParty::new(at, "orders-api"));
        let subject = web.tokens_for(&for_orders(&web, "openid orders.read orders.write")).await;
        let derived = Tokens(exchange(&api, subject.access(), &[]).await.success());
        assert_eq!(derived.0["scope"], "orders.read");

        narrow(&web, "openid orders.write").await;

        let told = told(&RelyingParty::new(at, "stock-gateway"), derived.access()).await;
        assert_eq!((&told["active"], told.get("scope")), (&json!(true), None));
        let later = exchange(&api, subject.access(), &[]).await.success();
        assert_eq!(later.get("scope"), None);
    });
}

/// S-060: nor has a token by client credentials, or on the word of an issuer that may grant less by now.
#[test]
fn a_token_that_nobody_signed_in_for_is_narrowed_too() {
    on_sqlite(async |at| {
        let (service, gateway, idp) =
            (RelyingParty::new(at, "service"), RelyingParty::new(at, "gateway"), Idp::new(at));
        let wanted = [("scope", "orders.read orders.write"), ("resource", cast::ORDERS)];
        let own = Tokens(service.client_credentials(&wanted).await.success());
        idp.be_trusted_for("agent").await;
        let assertion = idp.assertion(json!({}));
        let grant = [
            ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
            ("assertion", assertion.as_str()),
            ("scope", "orders.read"),
            ("resource", cast::ORDERS),
        ];
        let vouched = Tokens(RelyingParty::new(at, "agent").token(&grant).await.success());
        assert_eq!(told(&gateway, vouched.access()).await["scope"], "orders.read");

        narrow(&service, "orders.read").await;
        at.apply(&idp.resource("agent").replace("orders.read", "orders.write")).await;

        assert_eq!(told(&gateway, own.access()).await["scope"], "orders.read");
        assert_eq!(told(&gateway, vouched.access()).await.get("scope"), None);
    });
}

/// S-060, S-032: a token for an API that the client may not use any more is dead.
#[test]
fn a_token_for_an_api_that_was_taken_away_is_inactive() {
    on_both(async |at| {
        let (web, gateway) = (RelyingParty::new(at, "web"), RelyingParty::new(at, "gateway"));
        let tokens = web.tokens_for(&for_orders(&web, "openid orders.read")).await;
        assert!(gateway.sees_active(tokens.access()).await);

        web.register_anew(|metadata| metadata.resources = vec![cast::BILLS.to_owned()]).await;

        assert!(!gateway.sees_active(tokens.access()).await);
        assert!(!web.sees_active(tokens.access()).await);
        assert_eq!(at_gateway(at, "", tokens.access()).await.status, 401);
    });
}

/// S-060, S-094, OC-36: a grant that may not outlive its session any more does not.
#[test]
fn what_may_not_be_had_offline_any_more_ends_with_its_session() {
    on_both(async |at| {
        let web = RelyingParty::new(at, "web");
        let offline = web.tokens_for(&web.request("openid offline_access").with("prompt", "consent")).await;
        let people = at.issuer.list_people(&at.tenant()).await.unwrap();
        let ada = people.into_iter().find(|person| person.email.as_deref() == Some(cast::ADA)).unwrap().id;
        let mut tx = at.issuer.store().begin(TenantId::DEFAULT).await.unwrap();
        sessions::end_all(&mut tx, TenantId::DEFAULT, ada, SessionEnd::SignedOut, at.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
        assert!(web.sees_active(offline.access()).await, "it was granted to outlive it");

        narrow(&web, "openid").await;

        assert!(!web.sees_active(offline.access()).await);
        assert_eq!(web.refresh(offline.refresh()).await.error(), (400, "invalid_grant".to_owned()));
    });
}

const VAULT: &str = r#"
[[resource_servers]]
resource = "https://vault.example.com"
token_profile = "opaque"

[[resource_servers.authorization_details_types]]
type = "peek"
texts = { en = { title = "Look into a box" } }
schema = { properties = { box = { type = "integer" } } }

[[resource_servers.authorization_details_types]]
type = "unlock"
texts = { en = { title = "Open a box" } }
schema = { properties = { box = { type = "integer" } } }
"#;

/// RA-03, S-060: authorization details of a type that the client may not ask for any more are in no token; the others are as they were.
#[test]
fn details_that_the_client_may_not_have_are_gone() {
    on_both(async |at| {
        at.apply(VAULT).await;
        let web = RelyingParty::new(at, "web");
        let (unlock, peek) = (json!({ "type": "unlock", "box": 1 }), json!({ "type": "peek", "box": 2 }));
        let asked = web.request("openid").with("authorization_details", &json!([unlock, peek]).to_string());
        let tokens = web.tokens_for(&asked).await;
        assert_eq!(tokens.0["authorization_details"], json!([unlock, peek]));

        web.register_anew(|metadata| metadata.authorization_details_types = vec!["peek".to_owned()]).await;

        assert_eq!(told(&web, tokens.access()).await["authorization_details"], json!([peek]));
        assert_eq!(told(&web, tokens.refresh()).await["authorization_details"], json!([peek]));
        let refreshed = Tokens(web.refresh(tokens.refresh()).await.success());
        assert_eq!(refreshed.0["authorization_details"], json!([peek]));
        let all = [("authorization_details", &*json!([unlock]).to_string())];
        let refused = web.refresh_with(refreshed.refresh(), &all).await;
        assert_eq!(refused.error(), (400, "invalid_authorization_details".to_owned()));
        web.register_anew(|metadata| metadata.authorization_details_types = Vec::new()).await;
        assert_eq!(told(&web, refreshed.access()).await["authorization_details"], json!([peek]), "as it was issued");
    });
}
