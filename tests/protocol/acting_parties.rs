//! Who acts in a person's name, by token exchange: it is told, and it gains nothing. RFC 8693 §1.1, §4.1; SECURITY S-070.
//!
//! Operators impersonate nobody: no endpoint, page or command signs one in as somebody else, so there is no banner and no more
//! privileged person to test. Whoever acts for another does so by a token exchange.

use http::Method;
use portreeve_domain::{EventId, TenantId};
use portreeve_storage::events::{self, EventRow};
use portreeve_tests::{
    browser::{Browser, own_headers},
    cast,
    deployment::{Deployment, form, on_both, post_request},
    jwt,
    relying_party::{RelyingParty, Tokens},
};
use serde_json::{Value, json};

use crate::{
    registered::{Registered, allow, send, web},
    token_exchange::{ACCESS_TOKEN, MORE, exchange, subject_token},
};

/// A help desk, whose people act for others, and a client that may have less than the people it acts for.
const DESK: &str = r#"
[[clients]]
client_id = "desk"
client_secret = { file = "secret" }
redirect_uris = ["https://desk.example/cb"]
grant_types = ["authorization_code", "urn:ietf:params:oauth:grant-type:token-exchange"]
response_types = ["code"]
exchanges = [{ from = ["https://orders.example.com"], to = ["https://stock.example.com"], impersonation = true }]

[[clients]]
client_id = "reader"
client_secret = { file = "secret" }
grant_types = ["urn:ietf:params:oauth:grant-type:token-exchange"]
response_types = []
scope = "orders.read"
exchanges = [{ from = ["https://orders.example.com"], to = ["https://orders.example.com"] }]
"#;

/// The events of a kind, oldest first.
async fn told(at: &Deployment, kind: &str) -> Vec<EventRow> {
    let tenant = TenantId::DEFAULT;
    let mut conn = at.issuer.store().read(tenant).await.unwrap();
    let all = events::after(&mut conn, tenant, EventId::new(0)).await.unwrap();
    all.into_iter().filter(|event| event.kind == kind).collect()
}

/// Who acts, as the newest event about an exchange says it.
async fn acting(at: &Deployment) -> String {
    let event = told(at, "token.exchanged").await.pop().expect("an exchange");
    serde_json::from_str::<Value>(&event.facts).unwrap()["acting"].as_str().unwrap().to_owned()
}

/// S-070, TE-05: who acts stands in the token, in introspection and in the audit log, and no parameter of the request changes it.
#[test]
fn who_acts_is_told_whatever_the_request_says() {
    on_both(async |at| {
        at.apply(MORE).await;
        let (orders, stock) = (RelyingParty::new(at, "orders-api"), RelyingParty::new(at, "stock-api"));
        let gateway = RelyingParty::new(at, "stock-gateway");
        let forged = [
            ("act", r#"{"sub":"somebody"}"#),
            ("may_act", r#"{"sub":"stock-api"}"#),
            ("actor", "somebody"),
            ("sub", "somebody"),
            ("requested_subject", cast::ALAN),
            ("requested_actor", "somebody"),
        ];

        let subject = subject_token(at, "web").await;
        let first = Tokens(exchange(&orders, &subject, &forged).await.success());
        let first_claims = at.verified(first.access(), "at+jwt").await;
        assert_eq!(acting(at).await, "client:orders-api");
        let second = Tokens(exchange(&stock, first.access(), &forged).await.success());

        assert_eq!(first_claims["act"], json!({ "sub": "orders-api" }));
        assert_eq!((first_claims.get("may_act"), &first_claims["sub"]), (None, &jwt::claims(&subject)["sub"]));
        let shown = gateway.introspect(first.access()).await.success();
        assert_eq!(shown["act"], json!({ "sub": "orders-api" }));
        let shown = gateway.introspect(second.access()).await.success();
        assert_eq!(shown["act"], json!({ "sub": "stock-api", "act": { "sub": "orders-api" } }));
        assert_eq!(acting(at).await, "client:stock-api");
    });
}

/// S-070: a client that the operator lets leave itself out of the token is in the audit log all the same, is named by `client_id`,
/// and takes nobody else out of the token.
#[test]
fn a_client_left_out_of_the_token_is_in_the_audit_log() {
    on_both(async |at| {
        at.apply(MORE).await;
        let silent = RelyingParty::new(at, "silent-api");

        let alone = Tokens(exchange(&silent, &subject_token(at, "web").await, &[]).await.success());
        let claims = at.verified(alone.access(), "at+jwt").await;
        assert_eq!((claims.get("act"), &claims["client_id"]), (None, &json!("silent-api")));
        assert_eq!(acting(at).await, "client:silent-api");

        let wanted = [("resource", cast::ORDERS)];
        let exchanger = RelyingParty::new(at, "exchanger");
        let first = Tokens(exchange(&exchanger, &subject_token(at, "web").await, &wanted).await.success());
        let second = Tokens(exchange(&silent, first.access(), &[]).await.success());
        assert_eq!(jwt::claims(second.access())["act"], json!({ "sub": "exchanger" }));
        assert_eq!(acting(at).await, "client:silent-api");
    });
}

/// S-070: a person who acts for another is named in the token, and by a pseudonym in the audit log, even where the policy lets
/// the client be silent.
#[test]
fn a_person_who_acts_for_another_is_told() {
    on_both(async |at| {
        at.apply(&format!("{MORE}{DESK}")).await;
        let desk = RelyingParty::new(at, "desk");
        let subject = subject_token(at, "web").await;
        let request = desk.request("openid orders.read").with("resource", cast::ORDERS);
        let grant = desk.grant_for(&request, cast::ALAN).await;
        let alan = Tokens(desk.redeem(&grant).await.success());
        let pseudonym = told(at, "session.created").await.pop().unwrap().subject_pseudonym.unwrap();
        let pseudonym: String = pseudonym.iter().map(|byte| format!("{byte:02x}")).collect();

        let by_alan = [("actor_token", alan.access()), ("actor_token_type", ACCESS_TOKEN)];
        let tokens = Tokens(exchange(&desk, &subject, &by_alan).await.success());

        let claims = at.verified(tokens.access(), "at+jwt").await;
        assert_eq!(claims["sub"], jwt::claims(&subject)["sub"]);
        assert_eq!(claims["act"], json!({ "sub": jwt::claims(alan.access())["sub"] }));
        assert_eq!(acting(at).await, format!("user:{pseudonym}"));
        let facts = told(at, "token.exchanged").await.pop().unwrap().facts;
        assert!(!facts.contains(claims["act"]["sub"].as_str().unwrap()), "no identifier but the pseudonym: {facts}");
    });
}

/// S-070: what the person may do beyond the registration of the client that acts is no gain of that client's.
#[test]
fn a_person_who_may_do_more_gains_the_client_nothing() {
    on_both(async |at| {
        at.apply(&format!("{MORE}{DESK}")).await;
        let reader = RelyingParty::new(at, "reader");
        let subject = subject_token(at, "web").await;
        assert_eq!(jwt::claims(&subject)["scope"], "orders.read orders.write");

        let answer = exchange(&reader, &subject, &[]).await.success();
        assert_eq!(answer["scope"], "orders.read");
        let token = answer["access_token"].as_str().unwrap();
        assert_eq!(jwt::claims(token)["scope"], "orders.read");
        assert_eq!(RelyingParty::new(at, "gateway").introspect(token).await.success()["scope"], "orders.read");
        for scope in ["orders.write", "orders.read orders.write", "openid", "stock.read"] {
            let refused = exchange(&reader, &subject, &[("scope", scope)]).await;
            assert_eq!(refused.error(), (400, "invalid_scope".to_owned()), "{scope}");
        }
    });
}

/// S-070: a token in a person's name opens none of the pages and endpoints where credentials are, nor userinfo.
#[test]
fn an_exchanged_token_reaches_no_credential() {
    on_both(async |at| {
        at.apply(MORE).await;
        allow(at, "open", "").await;
        let orders = RelyingParty::new(at, "orders-api");
        let subject = subject_token(at, "web").await;
        let registered = Registered::new(at, &web(json!({}))).await;
        let token = Tokens(exchange(&orders, &subject, &[]).await.success());
        let bearer = format!("Bearer {}", token.access());

        for path in [
            "/account",
            "/account/profile",
            "/account/profile/email",
            "/account/data",
            "/account/delete",
            "/account/security",
            "/account/security/password",
            "/account/security/totp",
            "/account/security/passkeys/new",
            "/account/security/recovery-codes/new",
            "/account/sessions",
            "/account/applications",
        ] {
            let read = at.get(path, &[("authorization", &bearer)]).await;
            assert!(read.status != 200 && !read.text().contains(cast::ADA), "{path}: {}", read.text());
            let headers = [&own_headers()[..], &[("authorization", bearer.as_str())]].concat();
            let changes = [("csrf", "x"), ("password", "another password of mine"), ("email", "evil@example.com")];
            let changed = Browser::new(at).send(Method::POST, path, &headers, form(&changes)).await;
            assert!(changed.status != 200 && !changed.text().contains(cast::ADA), "{path}: {}", changed.status);
        }
        for (method, path) in
            [(Method::GET, registered.path()), (Method::PUT, registered.path()), (Method::DELETE, registered.path())]
        {
            let reply = send(at, method, path, Some(token.access()), &registered.with_id(json!({}))).await;
            assert_eq!(reply.status, 401, "{}", reply.text());
        }
        assert_eq!(at.userinfo(token.access()).await.status, 401);
        for target in [cast::ISSUER, "https://id.example/oauth2/userinfo"] {
            let refused = exchange(&orders, &subject, &[("resource", target)]).await;
            assert_eq!(refused.error(), (400, "invalid_target".to_owned()), "{target}");
        }
        let by_hand = [("token", token.access()), ("client_id", "spa")];
        at.send(post_request("/oauth2/revoke", &[], &by_hand)).await;

        assert!(RelyingParty::new(at, "stock-gateway").sees_active(token.access()).await, "it opens what it is for");
        assert_eq!(Browser::new(at).visit_as("/account", cast::ADA).await.0.reply.status, 200, "with her password");
    });
}
