//! A tenant that is over its quota of requests: it waits, and nobody else does. R-21, RFC 6585 §4, decision 0034.

use axum::body::Body;
use http::Method;
use portreeve_domain::Lifetime;
use portreeve_tests::{
    browser::{Browser, own_headers},
    cast,
    deployment::{Deployment, form, on_both, on_sqlite, request},
    relying_party::RelyingParty,
    reply::Reply,
};
use serde_json::json;

use crate::foreign_objects::ROUTES;
use crate::registered::{allow, register, web};

/// What is published about a tenant, which whoever verifies its tokens cannot do without.
const PUBLISHED: [&str; 4] = [
    "/oauth2/jwks",
    "/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server",
    "/.well-known/oauth-protected-resource/oauth2/userinfo",
];

/// Sets the quota of the default tenant; `None`: none.
async fn set(at: &Deployment, a_second: Option<u32>) {
    let quota = a_second.map(|a_second| format!("requests_per_second = {a_second}")).unwrap_or_default();
    at.apply(&format!("[[tenants]]\nslug = \"default\"\ndisplay_name = \"Example\"\n{quota}\n")).await;
}

/// A request that costs next to nothing, whatever it is answered.
async fn cheap(at: &Deployment) -> Reply {
    at.post("/oauth2/token", &[], &[]).await
}

/// Uses up what two seconds bring.
async fn use_up(at: &Deployment, a_second: u32) {
    for _ in 0..2 * a_second {
        assert_ne!(cheap(at).await.status, 429, "within the quota");
    }
}

fn turned_away(reply: &Reply) -> (u16, Option<&str>) {
    (reply.status.as_u16(), reply.header("retry-after"))
}

/// over its quota a tenant gets 429 with `Retry-After`, in the words of each door; who waits goes on, with the code, the refresh
/// token and the page that were sent in vain. Another tenant notices nothing.
#[test]
fn over_the_quota_nothing_is_used_up() {
    on_both(async |at| {
        let rp = RelyingParty::new(at, "web");
        let (grant, tokens) = (rp.grant("openid", cast::ADA).await, rp.tokens("openid offline_access").await);
        let browser = Browser::new(at);
        let page = browser.authorize(&rp.request("openid")).await;
        set(at, Some(2)).await;
        use_up(at, 2).await;

        let redeemed = rp.redeem(&grant).await;
        let refreshed = rp.refresh(tokens.refresh()).await;
        let pressed = browser.press(&page, "submit", &[("email", cast::ADA), ("password", cast::PASSWORD)]).await;

        let too_many = (429, "temporarily_unavailable".to_owned());
        assert_eq!((redeemed.error(), refreshed.error()), (too_many.clone(), too_many));
        for reply in [&redeemed, &refreshed, &pressed.reply] {
            assert_eq!(turned_away(reply), (429, Some("1")));
        }
        assert!(pressed.html().contains("One moment, please"), "{}", pressed.html());
        assert_eq!(at.issuer.requests_over_quota.count(), 3);
        let neighbour = RelyingParty::of_tenant(at, "acme", "web");
        for _ in 0..10 {
            assert!(neighbour.grant("openid", cast::ADA).await.code.len() > 20);
        }
        at.wait(Lifetime::from_seconds(1));
        assert_eq!(
            (rp.redeem(&grant).await.status, rp.refresh(tokens.refresh()).await.status.as_u16()),
            (http::StatusCode::OK, 200)
        );
        at.wait(Lifetime::from_seconds(1));
        let pressed = browser.press(&page, "submit", &[("email", cast::ADA), ("password", cast::PASSWORD)]).await;
        assert!(pressed.is_redirect(), "{}", pressed.html());
    });
}

/// a quota of so many a second lets in so many a second, and each node counts for itself.
#[test]
fn each_second_brings_its_share() {
    on_sqlite(async |at| {
        set(at, Some(5)).await;
        let let_in = async |at: &Deployment| {
            let mut count = 0;
            for _ in 0..25 {
                count += usize::from(cheap(at).await.status != 429);
            }
            count
        };
        let other = at.another_node().await;

        let mut seen = vec![let_in(at).await, let_in(&other).await];
        for seconds in [1, 1, 600] {
            at.wait(Lifetime::from_seconds(seconds));
            seen.push(let_in(at).await);
        }

        assert_eq!(seen, [10, 10, 5, 5, 10]);
    });
}

/// what was let in is known after the directory was loaded again and after the quota was changed. Without a quota there is no limit,
/// at once.
#[test]
fn a_reload_brings_nothing_back() {
    on_sqlite(async |at| {
        set(at, Some(3)).await;
        use_up(at, 3).await;

        at.issuer.directory.reload().await.unwrap();
        assert_eq!(cheap(at).await.status, 429, "a reload");
        at.apply("[[tenants]]\nslug = \"acme\"\ndisplay_name = \"Acme & Sons\"\n").await;
        assert_eq!(cheap(at).await.status, 429, "a change elsewhere");
        set(at, Some(100)).await;
        assert_eq!(cheap(at).await.status, 429, "a larger quota");

        set(at, None).await;
        for _ in 0..50 {
            assert_ne!(cheap(at).await.status, 429, "no quota");
        }
    });
}

/// every address counts and is closed over the quota, whatever the method, but those where a tenant publishes what others verify its
/// tokens with, and preflights.
#[test]
fn whatever_costs_something_counts() {
    on_sqlite(async |at| {
        allow(at, "open", "client_attestation = \"challenged\"\nrequests_per_second = 1").await;
        use_up(at, 1).await;

        for path in ROUTES.iter().filter_map(|(_, address)| *address) {
            for method in [Method::GET, Method::POST, Method::PUT] {
                let reply =
                    at.send(request(method.clone(), path, &own_headers(), Body::from(form(&[("a", "b")])))).await;
                assert_eq!(turned_away(&reply), (429, Some("1")), "{method} {path}");
            }
        }
        for path in PUBLISHED {
            for _ in 0..20 {
                assert_eq!(at.get(path, &[]).await.status, 200, "{path}");
            }
        }
        assert_eq!(register(at, None, &web(json!({}))).await.error(), (429, "temporarily_unavailable".to_owned()));
    });
}

/// R-21, S-019: a page of a registered client can read that it must wait; its preflights do not count. A gateway's denial names nobody.
#[test]
fn scripts_and_gateways_are_told() {
    on_sqlite(async |at| {
        set(at, Some(1)).await;
        let origin = ("origin", "https://spa.example");
        let preflight = async || {
            let headers = [origin, ("access-control-request-method", "POST")];
            at.send(request(Method::OPTIONS, "/oauth2/token", &headers, Body::empty())).await.status
        };
        for _ in 0..10 {
            assert_eq!(preflight().await, 204);
        }
        use_up(at, 1).await;

        let reply = at.post("/oauth2/token", &[origin], &[("client_id", "spa")]).await;
        let denied = at.get("/gateway/auth-request/Orders", &[("authorization", "Bearer x")]).await;

        assert_eq!(turned_away(&reply), (429, Some("1")));
        assert_eq!(reply.header("access-control-allow-origin"), Some(origin.1));
        assert!(reply.header("access-control-expose-headers").unwrap().contains("retry-after"));
        assert_eq!(preflight().await, 204);
        assert_eq!((turned_away(&denied), denied.header("x-auth-sub")), ((429, Some("1")), Some("")));
    });
}

/// A quota is a number of requests; none is no number.
#[test]
fn a_quota_of_nothing_is_refused() {
    on_sqlite(async |at| {
        for a_second in ["0", "1000001", "-1", "0.5", "\"many\""] {
            let text = format!("[[tenants]]\nslug = \"default\"\nrequests_per_second = {a_second}\n");
            assert!(at.try_apply(&text).await.is_err(), "{a_second}");
        }
        assert_eq!(cheap(at).await.status, 401);
    });
}
