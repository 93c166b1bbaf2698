//! A sign-in that starts at a portal: the browser is led to the client, which then asks. OIDC Core §4.

use portreeve_tests::{
    browser::Browser,
    cast,
    deployment::{Deployment, on_both, on_sqlite},
};
use serde_json::json;

use crate::registered::{Registered, allow, web};

/// Applies the client `portal` with this address for a sign-in.
async fn portal(at: &Deployment, more: &str) {
    at.apply(&format!(
        "[[clients]]\nclient_id = \"portal\"\ntoken_endpoint_auth_method = \"none\"\n\
         redirect_uris = [\"https://portal.example/cb\"]\n{more}\n"
    ))
    .await;
}

const LOGIN: &str = "initiate_login_uri = \"https://portal.example/login\"";

/// OC-54: the browser arrives at the client's address with `iss`, and with hint and target if there are.
#[test]
fn the_browser_is_led_to_the_client_with_its_issuer() {
    on_sqlite(async |at| {
        portal(at, LOGIN).await;
        let browser = Browser::new(at);

        let bare = browser.visit("/start?client_id=portal").await;
        let full =
            "/start?client_id=portal&login_hint=ada%40example.com&target_link_uri=https%3A%2F%2Fportal.example%2Fx";
        let full = browser.visit(full).await.callback();

        assert_eq!(bare.reply.status, 303);
        assert_eq!(bare.reply.location(), Some("https://portal.example/login?iss=https%3A%2F%2Fid.example"));
        assert_eq!(full.get("iss"), Some(cast::ISSUER));
        assert_eq!(full.get("login_hint"), Some(cast::ADA));
        assert_eq!(full.get("target_link_uri"), Some("https://portal.example/x"));
    });
}

/// OC-54: another tenant's clients are started there, with that tenant's issuer.
#[test]
fn the_issuer_is_the_tenants_own() {
    on_sqlite(async |at| {
        portal(at, &format!("{LOGIN}\ntenant = \"acme\"")).await;

        let page = Browser::new(at).visit("/t/acme/start?client_id=portal").await;

        assert_eq!(page.callback().get("iss"), Some("https://id.example/t/acme"));
        assert!(!Browser::new(at).visit("/start?client_id=portal").await.is_redirect());
    });
}

/// OC-54, S-154, BC-01: what leads elsewhere, to nobody, or to a client that nobody knows is a page.
#[test]
fn what_cannot_be_started_is_a_page() {
    on_both(async |at| {
        portal(at, LOGIN).await;
        allow(at, "open", "").await;
        let stranger = Registered::new(at, &web(json!({ "initiate_login_uri": "https://self.example/login" }))).await;
        let of_stranger = format!("/start?client_id={}", stranger.id());
        let long = format!("/start?client_id=portal&login_hint={}", "x".repeat(256));
        for path in [
            "/start",
            "/start?client_id=nobody",
            "/start?client_id=web",
            "/start?client_id=portal&client_id=portal",
            "/start?client_id=portal&target_link_uri=https%3A%2F%2Fevil.example%2F",
            "/start?client_id=portal&target_link_uri=%2F%2Fevil.example%2F",
            &long,
            &of_stranger,
        ] {
            let page = Browser::new(at).visit(path).await;
            assert_eq!((page.reply.status.as_u16(), page.reply.location()), (400, None), "{path}");
        }
    });
}
