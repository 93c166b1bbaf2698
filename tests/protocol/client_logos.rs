//! What people see of a client before they sign in: its logo, and links to its policy, terms and home. RFC 7591 §2.

use std::collections::BTreeMap;

use http::Method;
use portreeve_tests::{
    authorization::AuthorizationRequest,
    browser::{Browser, Page},
    cast,
    deployment::{Deployment, on_both},
    hosted::Hosted,
    reply::Reply,
};
use serde_json::json;

use crate::registered::{Registered, allow, web};

const REDIRECT_URI: &str = "https://shop.example/cb";
/// One pixel, as the PNG specification has it: signature, IHDR, IDAT, IEND.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00\x90wS\xde\
    \x00\x00\x00\x0cIDATx\xdac\xe0\x8d\xc9\x05\x00\x01P\x00\xd7\x88-J\xe0\x00\x00\x00\x00IEND\xaeB`\x82";

/// A client of the operator's with its logo at `uri`.
async fn register(at: &Deployment, uri: &str) {
    at.apply(&format!(
        r#"
[[clients]]
client_id = "shop"
client_name = "Shop"
token_endpoint_auth_method = "none"
redirect_uris = ["{REDIRECT_URI}"]
logo_uri = "{uri}"
client_uri = "https://shop.example/"
policy_uri = "https://shop.example/privacy"
tos_uri = "https://shop.example/terms"
"#
    ))
    .await;
}

fn request() -> AuthorizationRequest {
    AuthorizationRequest::new("shop", REDIRECT_URI, "openid")
}

/// Where the logo of a page is.
fn logo_of(page: &Page) -> Option<String> {
    let html = page.html();
    let (_, rest) = html.split_once("<img id=\"client-logo\" src=\"")?;
    rest.split('"').next().map(str::to_owned)
}

async fn load(browser: &Browser<'_>, path: &str) -> Reply {
    browser.send(Method::GET, path, &[], String::new()).await
}

/// DR-14: the page on which a person signs in, and the one on which they agree, show the client's logo, policy, terms and
/// home; the logo comes from the server itself and runs nothing.
#[test]
fn a_person_sees_the_logo_and_the_policy_of_the_client_before_signing_in() {
    on_both(async |at| {
        let hosted = Hosted::of_bytes("image/png", PNG);
        register(at, &hosted.url()).await;
        let browser = Browser::new(at);

        let page = browser.authorize(&request()).await;

        assert_eq!(page.step(), "identify");
        let links = ["client-home", "policy", "terms"].map(|id| page.href_of(id).unwrap_or_default());
        assert_eq!(links, ["https://shop.example/", "https://shop.example/privacy", "https://shop.example/terms"]);
        assert!(!page.html().contains(&hosted.url()), "the browser is led to the client's host");
        let policy = page.reply.header("content-security-policy").unwrap();
        assert!(policy.contains("; img-src 'self'; "), "{policy}");
        let path = logo_of(&page).expect("a logo");
        assert_eq!(path, page.path.replace("/identify", "/logo"));
        let logo = load(&browser, &path).await;
        assert_eq!((logo.status.as_u16(), logo.body.as_slice()), (200, PNG));
        let headers = [
            ("content-type", "image/png"),
            ("x-content-type-options", "nosniff"),
            ("content-security-policy", "default-src 'none'; frame-ancestors 'none'; sandbox"),
            ("content-disposition", "attachment"),
            ("cross-origin-resource-policy", "same-origin"),
        ];
        for (name, value) in headers {
            assert_eq!(logo.header(name), Some(value), "{name}");
        }
        let consent = browser.press(&page, "submit", &[("email", cast::ADA), ("password", cast::PASSWORD)]).await;
        assert_eq!((consent.step(), logo_of(&consent)), ("consent", Some(path.clone())));
        assert_eq!(load(&browser, &path).await.body, PNG);
        assert_eq!(hosted.fetches(), 1, "it is kept");
    });
}

/// S-029: a logo is fetched for a browser that is at the sign-in of that client, and for nobody else.
#[test]
fn only_the_browser_of_the_journey_gets_the_logo() {
    on_both(async |at| {
        let hosted = Hosted::of_bytes("image/png", PNG);
        register(at, &hosted.url()).await;
        let (browser, other) = (Browser::new(at), Browser::new(at));
        let path = logo_of(&browser.authorize(&request()).await).expect("a logo");
        other.authorize(&request()).await;

        assert_eq!(load(&other, &path).await.status, 404);
        assert_eq!(at.get(&path, &[]).await.status, 404);
        assert_eq!(at.get("/j/jrn_x/logo", &[]).await.status, 404);
        assert_eq!(hosted.fetches(), 0);
        assert_eq!(load(&browser, &path).await.status, 200);

        at.wait(portreeve_domain::lifetimes::JOURNEY);
        assert_eq!(load(&browser, &path).await.status, 404, "the journey is over");
    });
}

/// DR-14, S-145: what is no PNG or JPEG of a size that can be shown is not passed on, whatever it is said to be.
#[test]
fn only_a_picture_is_passed_on() {
    on_both(async |at| {
        let svg: &[u8] = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
        let huge = [&PNG[..16], &[0, 0, 0x80, 0, 0, 0, 0x80, 0], &PNG[24..]].concat();
        let cases: BTreeMap<&str, (&str, &[u8])> = BTreeMap::from([
            ("SVG that says so", ("image/svg+xml", svg)),
            ("SVG that says PNG", ("image/png", svg)),
            ("a page that says PNG", ("image/png", b"<!doctype html><script>alert(1)</script>")),
            ("a PNG that says page", ("text/html", PNG)),
            ("a thousand million pixels", ("image/png", &huge)),
            ("nothing", ("image/png", b"")),
        ]);
        for (what, (media_type, bytes)) in cases {
            let hosted = Hosted::of_bytes(media_type, bytes);
            register(at, &hosted.url()).await;
            let browser = Browser::new(at);
            let path = logo_of(&browser.authorize(&request()).await).expect("a logo");

            assert_eq!(load(&browser, &path).await.status, 404, "{what}");
            assert_eq!(hosted.fetches(), 1, "{what}");
        }
        // What only its first bytes make a PNG is named a PNG and nothing else.
        let polyglot = [PNG, b"<script>alert(1)</script>"].concat();
        register(at, &Hosted::of_bytes("image/png", &polyglot).url()).await;
        let browser = Browser::new(at);
        let path = logo_of(&browser.authorize(&request()).await).expect("a logo");
        let reply = load(&browser, &path).await;
        let kind = (reply.header("content-type"), reply.header("x-content-type-options"));
        assert_eq!(kind, (Some("image/png"), Some("nosniff")));
    });
}

/// DR-14: a client that nobody answers for could have anybody's logo: it has none, unless its tenant trusts such clients.
#[test]
fn a_client_that_nobody_answers_for_has_no_logo() {
    on_both(async |at| {
        let hosted = Hosted::of_bytes("image/png", PNG);
        allow(at, "open", "").await;
        let metadata = json!({ "logo_uri": hosted.url(), "policy_uri": "https://self.example/privacy" });
        let client = Registered::new(at, &web(metadata)).await;
        let browser = Browser::new(at);

        let page = browser.authorize(&client.request("openid")).await;

        assert_eq!(logo_of(&page), None);
        assert_eq!(page.href_of("policy").as_deref(), Some("https://self.example/privacy"));
        let path = page.path.replace("/identify", "/logo");
        assert_eq!(load(&browser, &path).await.status, 404);
        assert_eq!(hosted.fetches(), 0);
        allow(at, "open", "trust_registered_clients = true").await;
        assert_eq!(load(&browser, &path).await.status, 200);
        assert!(logo_of(&browser.authorize(&client.request("openid")).await).is_some());
    });
}
