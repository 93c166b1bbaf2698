//! Pushed authorization requests. RFC 9126, FAPI 2.0 Security Profile §5.3.2.2.

use http::Method;
use portreeve_domain::Lifetime;
use portreeve_tests::{
    authorization::AuthorizationRequest,
    browser::Browser,
    cast,
    deployment::{Deployment, on_both, on_sqlite},
    relying_party::{ASSERTION_TYPE, Grant, RelyingParty, assertion, assertion_claims, basic},
};

const PAR: &str = "/oauth2/par";
const URN: &str = "urn:ietf:params:oauth:request_uri:";

/// Pushes a good request and returns the address to send a browser to.
async fn pushed(party: &RelyingParty<'_>, request: &AuthorizationRequest) -> String {
    let reply = party.push(request).await;
    assert_eq!(reply.status, 201, "{}", reply.text());
    party.pushed_path(reply.json()["request_uri"].as_str().expect("a request_uri"))
}

/// Whether a browser that goes there is shown an error and sent nowhere.
async fn is_error_page(at: &Deployment, path: &str) -> bool {
    let reply = Browser::new(at).send(Method::GET, path, &[], String::new()).await;
    reply.status == 400 && reply.location().is_none()
}

/// PA-02: 201 with `request_uri` and `expires_in`, kept by nobody; the flow ends with tokens.
#[test]
fn a_pushed_request_leads_to_tokens() {
    on_both(async |at| {
        let web = RelyingParty::new(at, "web");
        let request = web.request("openid email");

        let reply = web.push(&request).await;

        assert_eq!(reply.status, 201);
        assert_eq!(reply.header("cache-control"), Some("no-store"));
        let answer = reply.json();
        assert_eq!(answer["expires_in"], 60);
        let request_uri = answer["request_uri"].as_str().unwrap();
        assert!(request_uri.starts_with(URN));
        let browser = Browser::new(at);
        let page = browser.visit(&web.pushed_path(request_uri)).await;
        let callback = browser.complete(page, cast::ADA).await;
        assert_eq!(callback.get("state"), request.get("state"));
        let grant = Grant { code: callback.code(), redirect_uri: web.redirect_uri.clone() };
        assert_eq!(web.redeem(&grant).await.success()["scope"], "openid email");
    });
}

/// PA-01, OA-PA-4: the methods of the token endpoint, POST only, JSON for whoever fails.
#[test]
fn a_client_authenticates_as_at_the_token_endpoint() {
    on_sqlite(async |at| {
        for client in ["web", "post", "keyed", "spa"] {
            let party = RelyingParty::new(at, client);
            assert_eq!(party.push(&party.request("openid")).await.status, 201, "{client}");
        }
        let web = RelyingParty::new(at, "web");
        let request = web.request("openid");
        let pairs = request.pairs();

        let wrong = at.post(PAR, &[("authorization", &basic("web", "wrong"))], &pairs).await;
        let nobody = at.post(PAR, &[], &pairs).await;
        let by_get = at.get(&format!("{PAR}?{}", request.path().split_once('?').unwrap().1), &[]).await;
        let for_another = at.post(PAR, &[("authorization", &basic("other", cast::SECRET))], &pairs).await;

        assert_eq!(wrong.error(), (401, "invalid_client".to_owned()));
        assert_eq!(nobody.error(), (401, "invalid_client".to_owned()));
        assert_eq!(by_get.status, 405);
        assert_eq!(for_another.error(), (400, "invalid_request".to_owned()));
    });
}

/// PA-01, S-049: an assertion is used up here as well.
#[test]
fn an_assertion_that_pushed_a_request_is_used_up() {
    on_sqlite(async |at| {
        let keyed = RelyingParty::new(at, "keyed");
        let assertion = assertion(at, &assertion_claims(at, "keyed"));
        let proof = [("client_assertion_type", ASSERTION_TYPE), ("client_assertion", assertion.as_str())];
        let request = keyed.request("openid");
        let pairs = [request.pairs().as_slice(), &proof].concat();

        assert_eq!(at.post(PAR, &[], &pairs).await.status, 201);
        assert_eq!(at.post(PAR, &[], &pairs).await.error(), (401, "invalid_client".to_owned()));
    });
}

/// PA-03: a `request_uri` cannot be pushed.
#[test]
fn a_request_uri_cannot_be_pushed() {
    on_sqlite(async |at| {
        let web = RelyingParty::new(at, "web");
        let request = web.request("openid").with("request_uri", &format!("{URN}abc"));

        assert_eq!(web.push(&request).await.error(), (400, "invalid_request".to_owned()));
    });
}

/// PA-05, PA-06, OA-PA-11, OA-PA-1: the whole request is checked, and what a person would see is told as JSON.
#[test]
fn every_mistake_is_told_when_it_is_pushed() {
    on_sqlite(async |at| {
        let web = RelyingParty::new(at, "web");
        let good = web.request("openid");
        for (request, error) in [
            (good.clone().with("redirect_uri", "https://evil.example/cb"), "invalid_request"),
            (good.clone().without("redirect_uri"), "invalid_request"),
            (good.clone().without("code_challenge"), "invalid_request"),
            (good.clone().with("code_challenge_method", "plain"), "invalid_request"),
            (good.clone().with("response_type", "magic"), "unsupported_response_type"),
            (good.clone().with("scope", "openid unheard.of"), "invalid_scope"),
            (good.clone().with("resource", "https://unknown.example"), "invalid_target"),
            (good.clone().with("prompt", "none login"), "invalid_request"),
            (good.clone().also("state", "twice"), "invalid_request"),
        ] {
            let reply = web.push(&request).await;
            assert_eq!(reply.error(), (400, error.to_owned()), "{request:?}");
        }
    });
}

/// PA-04, OA-PA-2, S-027: another client cannot use it, and using it so takes nothing from its owner.
#[test]
fn a_pushed_request_is_its_clients_alone() {
    on_both(async |at| {
        let web = RelyingParty::new(at, "web");
        let path = pushed(&web, &web.request("openid")).await;

        assert!(is_error_page(at, &path.replace("client_id=web", "client_id=other")).await);

        let browser = Browser::new(at);
        let page = browser.visit(&path).await;
        assert!(!browser.complete(page, cast::ADA).await.code().is_empty());
    });
}

/// PA-04, OA-PA-7, S-027: it cannot be used again once its authorization has ended.
#[test]
fn a_pushed_request_is_used_once() {
    on_both(async |at| {
        let web = RelyingParty::new(at, "web");
        let path = pushed(&web, &web.request("openid")).await;
        let browser = Browser::new(at);
        let page = browser.visit(&path).await;
        browser.complete(page, cast::ADA).await.code();

        assert!(is_error_page(at, &path).await);
        assert!(browser.visit(&path).await.html().contains("invalid_request_uri"));
    });
}

/// PA-04, S-027: two journeys that began with one request end with one code.
#[test]
fn of_two_journeys_with_one_request_one_gets_a_code() {
    on_both(async |at| {
        let web = RelyingParty::new(at, "web");
        let path = pushed(&web, &web.request("openid")).await;
        let (first, second) = (Browser::new(at), Browser::new(at));
        let (first_page, second_page) = (first.visit(&path).await, second.visit(&path).await);

        let won = first.complete(first_page, cast::ADA).await;
        let lost = second.complete(second_page, cast::ALAN).await;

        assert!(!won.code().is_empty());
        assert_eq!(lost.error(), "invalid_request_uri");
        assert_eq!(lost.get("iss"), Some(cast::ISSUER));
    });
}

/// F2-14, PA-04: reloading works until the sign-in is done, also after the minute.
#[test]
fn the_page_can_be_reloaded_until_the_sign_in_is_done() {
    on_both(async |at| {
        let web = RelyingParty::new(at, "web");
        let path = pushed(&web, &web.request("openid")).await;
        let browser = Browser::new(at);
        browser.visit(&path).await;
        browser.visit(&path).await;
        at.wait(Lifetime::from_minutes(5));

        let page = browser.visit(&path).await;

        assert!(!browser.complete(page, cast::ADA).await.code().is_empty());
    });
}

/// PA-04, OA-PA-10, S-027: nobody comes with it for a minute, and it is dead.
#[test]
fn a_pushed_request_expires() {
    on_both(async |at| {
        let web = RelyingParty::new(at, "web");
        let path = pushed(&web, &web.request("openid")).await;
        at.wait(Lifetime::from_seconds(60));

        assert!(is_error_page(at, &path).await);
    });
}

/// PA-08, S-027: at the endpoint nothing counts beside `client_id` and `request_uri`.
#[test]
fn what_stands_beside_the_request_uri_does_not_count() {
    on_both(async |at| {
        let web = RelyingParty::new(at, "web");
        let path = pushed(&web, &web.request("openid")).await;
        let more = "scope=openid+orders.write&state=other&redirect_uri=https%3A%2F%2Fevil.example%2F&prompt=none";
        let browser = Browser::new(at);

        let page = browser.visit(&format!("{path}&{more}")).await;
        let callback = browser.complete(page, cast::ADA).await;

        assert_eq!(callback.get("state"), web.request("openid").get("state"));
        let grant = Grant { code: callback.code(), redirect_uri: web.redirect_uri.clone() };
        assert_eq!(web.redeem(&grant).await.success()["scope"], "openid");
    });
}

/// PA-10, OA-PA-8, OA-PA-9: references are unguessable, and a changed one is nobody's.
#[test]
fn a_reference_cannot_be_guessed() {
    on_sqlite(async |at| {
        let web = RelyingParty::new(at, "web");
        let (one, two) = (pushed(&web, &web.request("openid")).await, pushed(&web, &web.request("openid")).await);
        assert_ne!(one, two);
        let reference = one.rsplit_once("%3A").unwrap().1;
        assert!(reference.len() >= 64, "256 bits and an id: {reference}");
        let flipped = if one.ends_with('A') { 'B' } else { 'A' };

        assert!(is_error_page(at, &format!("{}{flipped}", &one[..one.len() - 1])).await);
        assert!(is_error_page(at, &web.pushed_path(URN)).await);
        assert!(is_error_page(at, &web.pushed_path(&format!("{URN}{}", "a".repeat(90)))).await);
    });
}

/// S-118, S-022: a request pushed in one tenant is unknown in another.
#[test]
fn a_request_of_another_tenant_is_unknown() {
    on_both(async |at| {
        let web = RelyingParty::new(at, "web");
        let path = pushed(&web, &web.request("openid")).await;

        assert!(is_error_page(at, &format!("/t/certified{path}")).await);
    });
}

/// PA-09, F2-10: a client that must push cannot send a request with the browser.
#[test]
fn a_client_that_must_push_cannot_do_without() {
    on_sqlite(async |at| {
        at.apply(
            r#"
[[clients]]
client_id = "pusher"
client_secret = { file = "secret" }
redirect_uris = ["https://pusher.example/cb"]
require_pushed_authorization_requests = true
"#,
        )
        .await;
        let pusher = RelyingParty::new(at, "pusher");

        let direct = Browser::new(at).authorize(&pusher.request("openid")).await.callback();

        assert_eq!(direct.error(), "invalid_request");
        let path = pushed(&pusher, &pusher.request("openid")).await;
        assert!(!Browser::new(at).visit(&path).await.is_redirect());
    });
}

/// PA-09, OA-PA-5, OA-PA-6: a tenant can demand it of everybody, and says so.
#[test]
fn a_tenant_can_demand_pushed_requests() {
    on_sqlite(async |at| {
        let before = at.discovery().await;
        assert_eq!(before["require_pushed_authorization_requests"], false);
        assert_eq!(before["pushed_authorization_request_endpoint"], format!("{}{PAR}", cast::ISSUER));
        at.apply("[[tenants]]\nslug = \"default\"\ndisplay_name = \"Example\"\nrequire_pushed_authorization_requests = true\n")
            .await;
        let web = RelyingParty::new(at, "web");

        let direct = Browser::new(at).authorize(&web.request("openid")).await.callback();

        assert_eq!(direct.error(), "invalid_request");
        assert_eq!(at.discovery().await["require_pushed_authorization_requests"], true);
        let path = pushed(&web, &web.request("openid")).await;
        let browser = Browser::new(at);
        let page = browser.visit(&path).await;
        assert!(!browser.complete(page, cast::ADA).await.code().is_empty());
    });
}

/// Each pushed request has its event.
#[test]
fn a_pushed_request_is_in_the_audit_log() {
    on_both(async |at| {
        let web = RelyingParty::new(at, "web");

        pushed(&web, &web.request("openid")).await;

        assert_eq!(at.events("authorization.request.pushed").await, 1);
    });
}
