//! The door without an issuer: pages, headers, the API's refusals and the checks before anything is sent.

use axum::body::Body;
use http::Request;
use http::header::{AUTHORIZATION, COOKIE, LOCATION, ORIGIN, WWW_AUTHENTICATE};
use http_body_util::BodyExt;
use tower::ServiceExt;

use super::*;
use crate::config::{ApiConfig, ClientConfig, Secret};

/// A port that nobody listens on: reaching it fails at once.
const NO_ISSUER: &str = "http://127.0.0.1:1";

fn client(mount: &str) -> ClientConfig {
    ClientConfig {
        name: "Orders <b>".to_owned(),
        mount: mount.to_owned(),
        client_id: "web".to_owned(),
        client_secret: Some(Secret::new("secret")),
        scopes: "openid orders.read".to_owned(),
    }
}

fn application() -> Router {
    router(Config {
        issuer: NO_ISSUER.to_owned(),
        base_url: "http://127.0.0.1:8081".to_owned(),
        clients: vec![client(""), client("/second")],
        api: ApiConfig { resource: None, client_id: "api".to_owned(), client_secret: Secret::new("secret") },
        ca_pem: None,
    })
    .unwrap()
}

async fn send(request: http::request::Builder, body: &'static str) -> (http::response::Parts, String) {
    let response = application().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    (parts, String::from_utf8(bytes.to_vec()).unwrap())
}

#[tokio::test]
async fn both_clients_show_a_page_with_a_sign_in_button() {
    for (path, login) in [("/", "/login"), ("/second", "/second/login")] {
        let (parts, page) = send(Request::get(path), "").await;

        assert_eq!(parts.status, StatusCode::OK);
        assert!(page.contains(r#"id="sign-in""#));
        assert!(page.contains(&format!(r#"href="{login}""#)), "{path}");
        assert!(page.contains("Orders &#60;b&#62;"));
    }
}

/// S-013, and rule 22 of the security rules.
#[tokio::test]
async fn every_page_forbids_scripts_framing_and_storing() {
    let (parts, _) = send(Request::get("/"), "").await;
    let header = |name: HeaderName| parts.headers.get(name).unwrap().to_str().unwrap();

    assert!(header(CONTENT_SECURITY_POLICY).starts_with("default-src 'none'; style-src 'self'; img-src 'self';"));
    assert!(header(CONTENT_SECURITY_POLICY).contains("frame-ancestors 'none'; base-uri 'none'"));
    assert_eq!(header(X_FRAME_OPTIONS), "DENY");
    assert_eq!(header(CACHE_CONTROL), "no-store");
    assert_eq!(header(X_CONTENT_TYPE_OPTIONS), "nosniff");
}

#[tokio::test]
async fn the_api_refuses_a_request_without_a_token() {
    for path in ["/api/orders", "/api/orders?access_token=abc"] {
        let (parts, _) = send(Request::get(path), "").await;

        assert_eq!(parts.status, StatusCode::UNAUTHORIZED, "{path}");
        assert_eq!(parts.headers.get(WWW_AUTHENTICATE).unwrap(), r#"Bearer realm="orders""#);
    }
}

/// Broken is not "inactive": with the issuer away nobody is told that their token is bad.
#[tokio::test]
async fn the_api_answers_503_when_it_cannot_ask_the_issuer() {
    let (parts, body) = send(Request::get("/api/orders").header(AUTHORIZATION, "Bearer abc"), "").await;

    assert_eq!(parts.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(!body.contains("orders\":"));
}

/// S-015: a finished sign-in of somebody else, posted into this browser.
#[tokio::test]
async fn a_callback_that_this_browser_did_not_start_is_refused() {
    let (parts, page) = send(Request::get("/callback?code=c&state=s"), "").await;

    assert_eq!(parts.status, StatusCode::BAD_REQUEST);
    assert!(page.contains(r#"id="error""#));
    assert!(!parts.headers.contains_key(SET_COOKIE));
}

/// S-014: a form needs a session, and the session's token.
#[tokio::test]
async fn a_form_without_a_session_does_nothing() {
    for path in ["/call-api", "/refresh", "/sign-out", "/second/sign-out"] {
        let (parts, _) = send(Request::post(path), "csrf=x").await;

        assert_eq!(parts.status, StatusCode::UNAUTHORIZED, "{path}");
    }
}

/// S-014: a form of another site, also of another port of this machine, is refused before the session is looked at.
#[tokio::test]
async fn a_form_of_another_origin_is_refused() {
    for (name, value) in [
        (ORIGIN.as_str(), "http://127.0.0.1:9999"),
        (ORIGIN.as_str(), "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        let request = Request::post("/sign-out").header(name, value).header(COOKIE, "demo_rp=x");

        assert_eq!(send(request, "csrf=x").await.0.status, StatusCode::FORBIDDEN, "{name}: {value}");
    }
}

/// S-014: GET changes nothing.
#[tokio::test]
async fn an_action_cannot_be_asked_for_by_get() {
    for path in ["/call-api", "/refresh", "/sign-out"] {
        assert_eq!(send(Request::get(path), "").await.0.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
    }
}

#[tokio::test]
async fn a_sign_in_without_an_issuer_shows_what_was_tried() {
    let (parts, page) = send(Request::get("/login"), "").await;

    assert_eq!(parts.status, StatusCode::BAD_GATEWAY);
    assert!(!parts.headers.contains_key(LOCATION));
    assert!(page.contains("http://127.0.0.1:1/.well-known/openid-configuration"));
}

#[test]
fn an_origin_that_could_end_a_directive_is_left_out() {
    assert_eq!(origin("http://localhost:8080/oauth2/logout?a=b"), Some("http://localhost:8080".to_owned()));
    assert_eq!(origin("https://[::1]:8080/logout"), Some("https://[::1]:8080".to_owned()));
    assert_eq!(origin("https://a;script-src/logout"), None);
    assert_eq!(origin("/logout"), None);
}
