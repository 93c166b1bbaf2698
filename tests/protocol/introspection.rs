//! Introspection. RFC 7662.

use portreeve_domain::Lifetime;
use portreeve_tests::{
    cast,
    deployment::{Deployment, on_both, on_sqlite},
    relying_party::{RelyingParty, Tokens, basic},
};

const INTROSPECT: &str = "/oauth2/introspect";
const INACTIVE: &str = r#"{"active":false}"#;

async fn for_bills(at: &Deployment) -> Tokens {
    let web = RelyingParty::new(at, "web");
    web.tokens_for(&web.request("openid bills.read").with("resource", cast::BILLS)).await
}

/// IN-01, S-042: who does not authenticate is told nothing.
#[test]
fn the_caller_must_authenticate() {
    on_both(async |at| {
        let tokens = for_bills(at).await;
        let token = ("token", tokens.access());

        let nobody = at.post(INTROSPECT, &[], &[token]).await;
        let public = at.post(INTROSPECT, &[], &[token, ("client_id", "spa")]).await;
        let wrong = at.post(INTROSPECT, &[("authorization", &basic("gateway", "wrong"))], &[token]).await;
        let bearer = at.post(INTROSPECT, &[("authorization", &format!("Bearer {}", tokens.access()))], &[token]).await;

        for reply in [nobody, public, wrong, bearer] {
            assert_eq!(reply.status, 401, "{}", reply.text());
            assert!(!reply.text().contains("active"), "{}", reply.text());
        }
        assert!(RelyingParty::new(at, "gateway").sees_active(tokens.access()).await);
    });
}

/// IN-02, S-042: unknown, expired, revoked and foreign tokens are all told in the same bytes.
#[test]
fn whatever_is_not_active_looks_the_same() {
    on_both(async |at| {
        let (web, gateway) = (RelyingParty::new(at, "web"), RelyingParty::new(at, "gateway"));
        let (expired, revoked, id) = (for_bills(at).await, for_bills(at).await, for_bills(at).await);
        at.wait(Lifetime::from_minutes(11));
        let live = for_bills(at).await;
        web.revoke(revoked.access()).await;
        web.revoke(revoked.refresh()).await;
        let service = RelyingParty::new(at, "service");
        assert!(gateway.sees_active(live.access()).await);

        let replies = [
            gateway.introspect("garbage").await,
            gateway.introspect("").await,
            gateway.introspect(expired.access()).await,
            gateway.introspect(revoked.access()).await,
            gateway.introspect(id.id()).await,
            gateway.introspect(live.refresh()).await,
            service.introspect(live.access()).await,
            gateway.introspect(&format!("{}A", live.access())).await,
        ];

        for (index, reply) in replies.iter().enumerate() {
            if index == 1 {
                assert_eq!(reply.error(), (400, "invalid_request".to_owned()), "no token at all");
                continue;
            }
            assert_eq!((reply.status.as_u16(), reply.text().as_str()), (200, INACTIVE), "{index}");
        }
    });
}

/// IN-03: an active token is described by what is true of it.
#[test]
fn an_active_token_is_described() {
    on_both(async |at| {
        let (since, tokens) = (at.seconds(), for_bills(at).await);

        let told = RelyingParty::new(at, "gateway").introspect(tokens.access()).await.success();

        assert_eq!(told["active"], true);
        assert_eq!((&told["scope"], &told["client_id"]), (&"bills.read".into(), &"web".into()));
        assert_eq!((&told["iss"], &told["aud"]), (&cast::ISSUER.into(), &cast::BILLS.into()));
        assert_eq!(told["token_type"], "Bearer");
        assert_eq!((told["iat"].as_i64(), told["exp"].as_i64()), (Some(since), Some(since + 600)));
        assert_eq!((&told["acr"], told["auth_time"].as_i64()), (&"aal1".into(), Some(since)));
        assert_eq!(told["sub"], portreeve_tests::jwt::claims(tokens.id())["sub"]);
    });
}

/// IN-04, BC-06: a resource server sees the tokens meant for it and no others.
#[test]
fn a_resource_server_sees_its_own_tokens() {
    on_both(async |at| {
        let web = RelyingParty::new(at, "web");
        let for_orders = web.tokens_for(&web.request("orders.read").with("resource", cast::ORDERS)).await;
        let (orders_too, bills) = (RelyingParty::new(at, "gateway"), RelyingParty::new(at, "bills-gateway"));
        let for_bills = for_bills(at).await;

        assert!(orders_too.sees_active(for_orders.access()).await);
        assert!(bills.sees_active(for_bills.access()).await);
        assert_eq!(bills.introspect(for_orders.access()).await.text(), INACTIVE);
    });
}

/// IN-04: a client sees its own tokens.
#[test]
fn a_client_sees_its_own_tokens_and_no_others() {
    on_sqlite(async |at| {
        let (web, other) = (RelyingParty::new(at, "web"), RelyingParty::new(at, "other"));
        let tokens = web.tokens("openid").await;

        assert!(web.sees_active(tokens.access()).await);
        assert!(web.sees_active(tokens.refresh()).await);
        assert_eq!(other.introspect(tokens.access()).await.text(), INACTIVE);
        assert_eq!(other.introspect(tokens.refresh()).await.text(), INACTIVE);
    });
}

/// IN-05: requests are POST forms, a token in the query is refused, and nobody keeps the answer.
#[test]
fn requests_are_post_forms_and_answers_are_not_kept() {
    on_sqlite(async |at| {
        let tokens = for_bills(at).await;
        let header = basic("gateway", cast::SECRET);
        let authorization = [("authorization", header.as_str())];
        let query = format!("{INTROSPECT}?token={}", tokens.access());

        let get = at.get(&query, &authorization).await;
        let in_query = at.post(&query, &authorization, &[]).await;
        let good = RelyingParty::new(at, "gateway").introspect(tokens.access()).await;

        assert_eq!(get.status, 405);
        assert_eq!(in_query.error(), (400, "invalid_request".to_owned()));
        assert!(good.header("cache-control").is_some_and(|value| value.contains("no-store")));
        assert!(good.header("content-type").is_some_and(|kind| kind.starts_with("application/json")));
    });
}

/// RV-02, IN-02: a wrong hint still finds the token.
#[test]
fn a_hint_is_only_a_hint() {
    on_sqlite(async |at| {
        let (tokens, gateway) = (for_bills(at).await, RelyingParty::new(at, "gateway"));

        for hint in ["refresh_token", "access_token", "unheard_of"] {
            let pairs = [("token", tokens.access()), ("token_type_hint", hint)];
            assert_eq!(gateway.post(INTROSPECT, &pairs).await.success()["active"], true, "{hint}");
        }
    });
}
