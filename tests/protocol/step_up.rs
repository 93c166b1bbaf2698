//! What a gateway demands of tokens, and how a client comes to a token that meets it. RFC 9470, RFC 6750 §3.1.

use portreeve_domain::Lifetime;
use portreeve_tests::{
    authorization::AuthorizationRequest,
    browser::Browser,
    cast,
    deployment::{Deployment, on_both, on_sqlite},
    relying_party::{RelyingParty, Tokens},
    reply::Reply,
};

/// What the gateway of the API says of a token, where it demands `query`.
async fn asked(at: &Deployment, query: &str, token: &str) -> Reply {
    at.get(&format!("/gateway/auth-request/Orders?{query}"), &[("authorization", &format!("Bearer {token}"))]).await
}

/// A parameter of a challenge.
fn said(reply: &Reply, name: &str) -> Option<String> {
    let challenge = reply.header("www-authenticate").expect("a challenge");
    let (_, rest) = challenge.split_once(&format!(", {name}=\""))?;
    rest.split('"').next().map(str::to_owned)
}

fn for_orders(web: &RelyingParty<'_>, scope: &str) -> AuthorizationRequest {
    web.request(scope).with("resource", cast::ORDERS)
}

async fn tokens(web: &RelyingParty<'_>, browser: &Browser<'_>, request: &AuthorizationRequest, who: &str) -> Tokens {
    Tokens(web.redeem(&web.grant_in(browser, request, who).await).await.success())
}

/// SU-01, SU-02: a token of too weak a sign-in is 401 with what is demanded; that, sent on, leads to a token that passes.
#[test]
fn a_stronger_sign_in_is_demanded_and_had() {
    on_both(async |at| {
        let (web, browser) = (RelyingParty::new(at, "web"), Browser::new(at));
        let weak = for_orders(&web, "orders.read").with("acr_values", "aal1");
        let weak = tokens(&web, &browser, &weak, cast::GRACE).await;
        assert_eq!(asked(at, "", weak.access()).await.status, 204);
        assert_eq!(asked(at, "acr_values=aal1", weak.access()).await.status, 204);

        let refused = asked(at, "acr_values=aal2+phr", weak.access()).await;

        assert_eq!(refused.status, 401);
        assert_eq!(refused.header("x-auth-sub"), Some(""));
        assert!(refused.header("www-authenticate").unwrap().starts_with("Bearer realm=\"https://id.example\", "));
        assert_eq!(said(&refused, "error").as_deref(), Some("insufficient_user_authentication"));
        assert_eq!(said(&refused, "acr_values").as_deref(), Some("aal2 phr"));
        assert_eq!((said(&refused, "max_age"), said(&refused, "scope")), (None, None));
        let again = for_orders(&web, "orders.read").with("acr_values", &said(&refused, "acr_values").unwrap());
        let strong = tokens(&web, &browser, &again, cast::GRACE).await;
        assert_eq!(asked(at, "acr_values=aal2+phr", strong.access()).await.status, 204);
        assert_eq!(asked(at, "acr_values=aal1", strong.access()).await.status, 204, "stronger than demanded");
        assert_eq!(asked(at, "acr_values=phr", strong.access()).await.status, 401);
    });
}

/// SU-01, SU-02: a token of an old sign-in is 401; a refresh makes it no younger, a sign-in does.
#[test]
fn a_recent_sign_in_is_demanded_and_had() {
    on_sqlite(async |at| {
        let (web, browser) = (RelyingParty::new(at, "web"), Browser::new(at));
        let first = tokens(&web, &browser, &for_orders(&web, "orders.read"), cast::ADA).await;
        at.wait(Lifetime::from_seconds(300));
        assert_eq!(asked(at, "max_age=300", first.access()).await.status, 204);
        at.wait(Lifetime::from_seconds(1));
        let refreshed = Tokens(web.refresh(first.refresh()).await.success());

        for old in [&first, &refreshed] {
            let refused = asked(at, "max_age=300", old.access()).await;
            assert_eq!(refused.status, 401);
            assert_eq!(said(&refused, "error").as_deref(), Some("insufficient_user_authentication"));
            assert_eq!((said(&refused, "max_age").as_deref(), said(&refused, "acr_values")), (Some("300"), None));
        }
        let again = for_orders(&web, "orders.read").with("max_age", "300");
        assert!(!browser.authorize(&again).await.leaves(), "she must sign in");
        let young = tokens(&web, &browser, &again, cast::ADA).await;
        assert_eq!(asked(at, "max_age=300", young.access()).await.status, 204);
    });
}

/// SU-01: what nobody signed in for shows no sign-in, and a bad token is `invalid_token`, whatever is demanded.
#[test]
fn a_demand_is_no_way_around_the_token() {
    on_sqlite(async |at| {
        let own = RelyingParty::new(at, "service").client_credentials(&[("scope", "orders.read")]).await.success();
        let own = own["access_token"].as_str().unwrap();
        for demand in ["acr_values=aal1", "max_age=99999999"] {
            let refused = asked(at, demand, own).await;
            assert_eq!(refused.status, 401);
            assert_eq!(said(&refused, "error").as_deref(), Some("insufficient_user_authentication"));
            assert_eq!(said(&asked(at, demand, "garbage").await, "error").as_deref(), Some("invalid_token"));
        }
        assert_eq!(asked(at, "scope=orders.read", own).await.status, 204);
        for unclear in ["acr_values=aal9", "acr_value=aal2", "acr_values=", "max_age=x", "scope=orders.read&scope=x"] {
            let reply = asked(at, unclear, own).await;
            assert_eq!((reply.status.as_u16(), reply.header("x-auth-sub")), (400, Some("")), "{unclear}");
        }
    });
}

/// MC-08, BE-05: without the scope it is 403 with what is missing; agreed to later, it comes on top of what was agreed to before.
#[test]
fn a_scope_is_demanded_and_had() {
    on_sqlite(async |at| {
        let (web, browser) = (RelyingParty::new(at, "web"), Browser::new(at));
        let narrow = tokens(&web, &browser, &for_orders(&web, "orders.read"), cast::ADA).await;

        let refused = asked(at, "scope=orders.write", narrow.access()).await;

        assert_eq!(refused.status, 403);
        assert_eq!(said(&refused, "error").as_deref(), Some("insufficient_scope"));
        let missing = said(&refused, "scope").unwrap();
        assert_eq!(missing, "orders.write");
        let more = for_orders(&web, &missing);
        assert_eq!(browser.authorize(&more).await.step(), "consent");
        let wide = tokens(&web, &browser, &more, cast::ADA).await;
        assert_eq!(asked(at, "scope=orders.write", wide.access()).await.status, 204);
        let both = for_orders(&web, "orders.read orders.write");
        assert!(browser.authorize(&both).await.leaves(), "both were agreed to");
        let both = tokens(&web, &browser, &both, cast::ADA).await;
        assert_eq!(asked(at, "scope=orders.read+orders.write", both.access()).await.status, 204);
    });
}
