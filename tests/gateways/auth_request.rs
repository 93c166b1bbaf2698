//! nginx asks Portreeve about every request (`auth_request`).

use reqwest::{Client, RequestBuilder, Response, StatusCode, header::WWW_AUTHENTICATE};
use serde_json::Value;

use crate::{
    authority::Authority,
    browser::Browser,
    issuer::{EMAIL, Resources, SERVICE},
    nginx::{self, Nginx},
    portreeve::Portreeve,
    recipe::Recipe,
    signed_identity::verified,
    site::{Chapter, Site},
    upstream::Upstream,
};

const ORDERS: &str = "https://api.example.com";
const REPORTS: &str = "https://reports.example.com";

/// A value that nobody but a client makes.
const FORGED: &str = "forged-by-the-client";

/// The identity contract (DESIGN §1.6).
const IDENTITY_HEADERS: [&str; 7] =
    ["x-auth-sub", "x-auth-client", "x-auth-scope", "x-auth-email", "x-auth-groups", "x-auth-acr", "x-auth-signed"];

/// A caller and the nginx before it, with the issuer and the application behind.
struct Scene {
    http: Client,
    browser: Browser,
    /// Of a person with two factors.
    stronger: Browser,
    nginx: Nginx,
    ours: Portreeve,
    upstream: Upstream,
}

impl Scene {
    /// The page as it stands.
    async fn new() -> Self {
        Self::with(|recipe| recipe).await
    }

    /// The page with a reader's change.
    async fn with(change: impl FnOnce(Recipe) -> Recipe) -> Self {
        let authority = Authority::new();
        // A second API, whose tokens are opaque.
        let reports = Site::new(Chapter::Protecting).resources("In Portreeve");
        let resources = Resources::new(&format!("{}{reports}", nginx::resources()));
        let ours = Portreeve::start(&authority, &resources).await;
        let upstream = Upstream::start().await;
        let nginx = Nginx::start(&authority, &ours.issuer, &upstream, change);
        let browser = Browser::new(&authority, "portreeve", &resources);
        let stronger = Browser::of_two_factors(&authority, &resources);
        Self { http: authority.client(), browser, stronger, nginx, ours, upstream }
    }

    fn get(&self) -> RequestBuilder {
        self.http.get(format!("{}/orders/7?expand=lines", self.nginx.url))
    }

    async fn ask(&self, token: &str) -> Response {
        answer(self.get().bearer_auth(token)).await
    }

    /// What the application is told about a request that passes.
    async fn told(&self, request: RequestBuilder) -> Value {
        let response = answer(request).await;
        assert_eq!(response.status(), StatusCode::OK, "{}", self.nginx.log());
        response.json::<Value>().await.expect("the application answers JSON")["headers"].clone()
    }

    async fn token(&self, scope: &str) -> String {
        self.ours.issuer.token(ORDERS, scope).await
    }
}

async fn answer(request: RequestBuilder) -> Response {
    request.send().await.expect("an answer of nginx")
}

/// The challenge that came with a refusal.
fn challenge(response: &Response) -> &str {
    response.headers()[WWW_AUTHENTICATE].to_str().expect("a challenge is text")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_live_token_passes_and_the_application_learns_who_called() {
    let scene = Scene::new().await;
    let token = scene.token("orders.read orders.write").await;

    let told = scene.told(scene.get().bearer_auth(&token)).await;

    assert_eq!((&told["x-auth-sub"], &told["x-auth-client"]), (&SERVICE.into(), &SERVICE.into()));
    assert_eq!(told["x-auth-scope"], "orders.read orders.write");
    assert_eq!(told.get("authorization"), None, "the token ends at the gateway");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_application_learns_which_person_called() {
    let scene = Scene::new().await;
    let token = scene.ours.issuer.token_of_person(&scene.browser, ORDERS, "openid email orders.read").await;

    let told = scene.told(scene.get().bearer_auth(&token)).await;

    assert!(told["x-auth-sub"].as_str().is_some_and(|sub| !sub.is_empty() && sub != EMAIL), "{told}");
    assert_eq!((&told["x-auth-client"], &told["x-auth-email"]), (&"orders-app".into(), &EMAIL.into()));
    assert_eq!((&told["x-auth-scope"], &told["x-auth-acr"]), (&"orders.read".into(), &"aal1".into()));
}

/// ECOSYSTEM §2.2: every header of the contract is ours, also where we say nothing.
#[tokio::test(flavor = "multi_thread")]
async fn no_identity_header_that_a_client_made_reaches_the_application() {
    let scene = Scene::new().await;
    let token = scene.token("orders.read").await;
    let mut request = scene.get().bearer_auth(&token);
    for name in IDENTITY_HEADERS {
        request = request.header(name, FORGED).header(name, FORGED).header(name.replace('-', "_"), FORGED);
    }

    let told = scene.told(request).await;

    assert_eq!(told["x-auth-sub"], SERVICE);
    for absent in ["x-auth-email", "x-auth-groups", "x-auth-acr", "x_auth_sub", "x_auth_email"] {
        assert_eq!(told.get(absent), None, "{absent}");
    }
    assert!(!told.to_string().contains(FORGED), "{told}");
}

/// RFC 6750 §3.1: a request without credentials gets a challenge without an error.
#[tokio::test(flavor = "multi_thread")]
async fn without_a_token_the_challenge_of_the_issuer_reaches_the_caller() {
    let scene = Scene::new().await;

    let forged = scene.get().header("X-Auth-Sub", FORGED).header("X-Original-URI", "/").header("Cookie", "sid=1");
    let response = answer(forged).await;

    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    assert!(
        challenge(&response).starts_with(&format!(r#"Bearer realm="{}", resource_metadata="#, scene.ours.issuer.url))
    );
    assert!(!challenge(&response).contains("error"), "{}", challenge(&response));
    assert_eq!(scene.upstream.requests(), 0);
}

/// RFC 6750 §3.1: `invalid_token`; a token for another audience is no token here.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_none_or_for_another_api_is_refused() {
    let scene = Scene::new().await;
    let elsewhere = scene.ours.issuer.token(REPORTS, "reports.read").await;
    let token = scene.token("orders.read").await;
    let tampered = token.replacen('.', ".A", 1);

    for token in ["garbage", &elsewhere, &tampered] {
        let response = scene.ask(token).await;

        assert_eq!(response.status(), StatusCode::UNAUTHORIZED, "{token}");
        assert!(challenge(&response).contains(r#"error="invalid_token""#), "{}", challenge(&response));
    }
    assert_eq!(scene.upstream.requests(), 0);
}

/// RFC 6750 §3.1: `insufficient_scope`.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_without_the_scope_is_forbidden() {
    let scene = Scene::new().await;

    let response = scene.ask(&scene.token("orders.write").await).await;

    assert_eq!(response.status(), StatusCode::FORBIDDEN);
    assert_eq!(challenge(&response), r#"Bearer error="insufficient_scope", scope="orders.read""#);
    assert_eq!(scene.upstream.requests(), 0);
}

/// RFC 9470 §3: some paths demand a stronger sign-in than others, and the challenge says what to ask for.
#[tokio::test(flavor = "multi_thread")]
async fn a_path_that_demands_two_factors_refuses_a_token_of_one() {
    let scene = Scene::with(nginx::demanding).await;
    let issuer = &scene.ours.issuer;
    let one = issuer.token_of_person(&scene.browser, ORDERS, "openid orders.read").await;
    let two = issuer.token_of_person(&scene.stronger, ORDERS, "openid orders.read").await;
    let refunds = |token: &str| scene.http.get(format!("{}/refunds/7", scene.nginx.url)).bearer_auth(token);

    let refused = answer(refunds(&one)).await;
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
    for part in [r#"error="insufficient_user_authentication""#, r#"acr_values="aal2""#, r#"max_age="300""#] {
        assert!(challenge(&refused).contains(part), "{}", challenge(&refused));
    }
    assert_eq!(scene.upstream.requests(), 0);

    assert_eq!(scene.told(refunds(&two)).await["x-auth-acr"], "aal2");
    assert_eq!(scene.told(scene.get().bearer_auth(&one)).await["x-auth-acr"], "aal1", "elsewhere one factor is enough");
    let service = scene.token("orders.read").await;
    assert_eq!(answer(refunds(&service)).await.status(), StatusCode::UNAUTHORIZED, "nobody has signed in");
}

/// RFC 6750 §3.1: `insufficient_scope`, with the scope that the path demands.
#[tokio::test(flavor = "multi_thread")]
async fn a_path_that_demands_another_scope_says_which() {
    let scene = Scene::with(nginx::demanding).await;
    let exports = |token: &str| scene.http.get(format!("{}/exports/7", scene.nginx.url)).bearer_auth(token);

    let refused = answer(exports(&scene.token("orders.read").await)).await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    assert!(challenge(&refused).contains(r#"error="insufficient_scope""#), "{}", challenge(&refused));
    assert!(challenge(&refused).contains(r#"scope="orders.write""#), "{}", challenge(&refused));
    assert_eq!(scene.upstream.requests(), 0);

    let both = scene.token("orders.read orders.write").await;
    assert_eq!(scene.told(exports(&both)).await["x-auth-scope"], "orders.read orders.write");
}

/// RFC 7009 §2.1, also for a JWT.
#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_token_is_refused_on_the_next_request() {
    let scene = Scene::new().await;
    let (token, other) = (scene.token("orders.read").await, scene.token("orders.read").await);
    assert_eq!(scene.ask(&token).await.status(), StatusCode::OK);

    scene.ours.issuer.revoke(&token).await;

    assert_eq!(scene.ask(&token).await.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(scene.ask(&other).await.status(), StatusCode::OK, "another token of the same client still passes");
}

/// RFC 7009 §2.1.
#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_opaque_token_is_refused_on_the_next_request() {
    let reports =
        |recipe: Recipe| recipe.with("auth-request/orders", "auth-request/reports").with("orders\\.", "reports\\.");
    let scene = Scene::with(reports).await;
    let token = scene.ours.issuer.token(REPORTS, "reports.read").await;
    assert_eq!(scene.ask(&token).await.status(), StatusCode::OK);

    scene.ours.issuer.revoke(&token).await;

    assert_eq!(scene.ask(&token).await.status(), StatusCode::UNAUTHORIZED);
}

/// S-127: neither the application nor the issuer believes where a client says it is or what it asked for.
#[tokio::test(flavor = "multi_thread")]
async fn forwarded_headers_of_a_client_are_not_believed() {
    const WHEREABOUTS: [(&str, &str); 9] = [
        ("Forwarded", "for=203.0.113.9;host=evil.example;proto=http"),
        ("X-Forwarded-For", "203.0.113.9"),
        ("X-Forwarded-Host", "evil.example"),
        ("X-Forwarded-Proto", "gopher"),
        ("X-Forwarded-Port", "70"),
        ("X-Forwarded-Prefix", "/evil.example"),
        ("X-Forwarded-Uri", "/gateway/auth-request/reports"),
        ("X-Original-URL", "/gateway/auth-request/reports"),
        ("X-Real-IP", "203.0.113.9"),
    ];
    let mut scene = Scene::new().await;
    let token = scene.token("orders.read").await;
    let forge = |request: RequestBuilder| {
        WHEREABOUTS.iter().fold(request, |request, (name, value)| request.header(*name, *value))
    };

    let told = scene.told(forge(scene.get().bearer_auth(&token))).await;
    assert_eq!((&told["x-forwarded-for"], &told["x-real-ip"]), (&"127.0.0.1".into(), &"127.0.0.1".into()));
    assert_eq!(told["x-forwarded-proto"], "https");
    for forged in ["203.0.113.9", "evil.example", "gopher"] {
        assert!(!told.to_string().contains(forged), "{forged}: {told}");
    }

    // Straight at the issuer, past the gateway: its peer is no trusted proxy.
    let issuer = &scene.ours.issuer.url;
    let metadata = answer(forge(scene.http.get(format!("{issuer}/.well-known/openid-configuration")))).await;
    assert_eq!(metadata.json::<Value>().await.expect("metadata is JSON")["issuer"], *issuer);
    let check = format!("{issuer}/gateway/auth-request/reports");
    let elsewhere = answer(forge(scene.http.get(&check).bearer_auth(&token))).await;
    assert_eq!(elsewhere.status(), StatusCode::UNAUTHORIZED, "the path alone names the app");
    assert!(challenge(&elsewhere).contains(issuer.as_str()));
    let line = scene.ours.wait_for_log(r#""status":401"#);
    assert!(line.contains(r#""client_ip":"127.0.0.1""#), "{line}");
}

/// DESIGN §1.6: one signed header, for this API, for a minute, that no other token of ours passes for.
#[tokio::test(flavor = "multi_thread")]
async fn the_application_can_check_the_signed_identity_by_itself() {
    let scene = Scene::new().await;
    let token = scene.token("orders.read").await;

    let told = scene.told(scene.get().bearer_auth(&token)).await;

    let (issuer, signed) = (&scene.ours.issuer, told["x-auth-signed"].as_str().expect("a signed identity"));
    let claims = verified(signed, ORDERS, issuer).await.expect("signed by a published key, for this API");
    assert_eq!((&claims["sub"], &claims["client_id"]), (&SERVICE.into(), &SERVICE.into()));
    assert_eq!(claims["scope"], "orders.read");
    let seconds = |claim: &str| claims[claim].as_i64().expect("a time");
    assert!((1..=60).contains(&(seconds("exp") - seconds("iat"))), "{claims}");

    assert_eq!(verified(signed, REPORTS, issuer).await, None, "another API does not believe it");
    assert_eq!(verified(&signed.replacen('.', ".A", 1), ORDERS, issuer).await, None);
    assert_eq!(verified(&token, ORDERS, issuer).await, None, "an access token is no identity");
    assert_eq!(scene.ask(signed).await.status(), StatusCode::UNAUTHORIZED, "it is no access token");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_that_nobody_registered_lets_nobody_pass() {
    let mut scene = Scene::with(|recipe| recipe.with("auth-request/orders", "auth-request/unknown")).await;

    let response = scene.ask(&scene.token("orders.read").await).await;

    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    scene.nginx.wait_for_log("auth request unexpected status: 404");
    assert_eq!(scene.upstream.requests(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issuer_that_cannot_prove_its_name_lets_nobody_pass() {
    let mut scene =
        Scene::with(|recipe| recipe.with("proxy_ssl_name localhost;", "proxy_ssl_name id.example.com;")).await;

    let response = scene.ask(&scene.token("orders.read").await).await;

    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    scene.nginx.wait_for_log("upstream SSL certificate does not match");
    assert_eq!(scene.upstream.requests(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_issuer_nobody_passes() {
    let Scene { http, ours, upstream, nginx, .. } = Scene::new().await;
    let token = ours.issuer.token(ORDERS, "orders.read").await;
    let status = async || answer(http.get(&nginx.url).bearer_auth(&token)).await.status();
    assert_eq!(status().await, StatusCode::OK);

    ours.stop();

    assert_eq!(status().await, StatusCode::INTERNAL_SERVER_ERROR, "{}", nginx.log());
    assert_eq!(upstream.requests(), 1);
}
