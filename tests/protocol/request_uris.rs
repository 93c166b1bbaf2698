//! Request objects by reference: fetched from where their client has registered that they are. RFC 9101 §5.2, §10.4; OIDC
//! Core §6.2.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use portreeve_crypto::sha256;
use portreeve_tests::{
    authorization::{AuthorizationRequest, STATE},
    browser::Browser,
    cast,
    deployment::{Deployment, on_both, on_sqlite},
    hosted::Hosted,
    relying_party::RelyingParty,
};
use serde_json::json;

use crate::request_objects::{TYP, claims_of, register_signer, shown_error, signed};

const MEDIA_TYPE: &str = "application/oauth-authz-req+jwt";

fn hash(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(sha256(text.as_bytes()).as_bytes())
}

/// Registers where the objects of `referrer` are; its key is that of `keyed`.
async fn register(at: &Deployment, uris: &[&str]) {
    let jwks = json!({ "keys": [at.client_key().public_jwk()] }).to_string();
    let published = Hosted::new("application/json", &jwks).url();
    at.apply(&format!(
        "[[clients]]\nclient_id = \"referrer\"\nclient_secret = {{ file = \"secret\" }}\n\
         redirect_uris = [\"https://referrer.example/cb\"]\njwks_uri = \"{published}\"\nrequest_uris = {uris:?}\n"
    ))
    .await;
}

/// An object of `referrer`, as it is published.
fn object(at: &Deployment) -> String {
    signed(at, &claims_of(&AuthorizationRequest::new("referrer", "https://referrer.example/cb", "openid")))
}

fn asking(uri: &str) -> AuthorizationRequest {
    AuthorizationRequest::new("referrer", "https://referrer.example/cb", "openid").with("request_uri", uri)
}

/// OC-46, JA-06: an object is fetched from where it is registered to be, and is the whole request.
#[test]
fn a_registered_object_leads_to_a_code() {
    on_both(async |at| {
        let hosted = Hosted::new(MEDIA_TYPE, &object(at));
        register(at, &[&hosted.url()]).await;

        let callback = Browser::new(at).sign_in(&asking(&hosted.url()).with("state", "other"), cast::ADA).await;

        assert_eq!(callback.get("state"), Some(STATE));
        assert!(!callback.code().is_empty());
        assert_eq!(hosted.fetches(), 1);
    });
}

/// JA-06, S-029, OC-46: nothing is fetched that is not registered.
#[test]
fn what_is_not_registered_is_never_fetched() {
    on_both(async |at| {
        let (known, unknown) = (Hosted::new(MEDIA_TYPE, &object(at)), Hosted::new(MEDIA_TYPE, &object(at)));
        register(at, &[&known.url()]).await;
        let longer = format!("{}#{}", known.url(), "x".repeat(512));

        for uri in [&unknown.url(), &format!("{}?x", known.url()), &format!("{}/", known.url()), &longer] {
            let page = Browser::new(at).authorize(&asking(uri)).await;
            assert!(shown_error(&page, "invalid_request_uri"), "{uri}");
        }

        assert_eq!((known.fetches(), unknown.fetches()), (0, 0));
    });
}

/// JA-05, JA-06: what cannot be had, or is something else, is the client's mistake.
#[test]
fn objects_that_cannot_be_had_are_refused() {
    on_sqlite(async |at| {
        let html = Hosted::new("text/html", &object(at)).url();
        let gone = format!("{}/gone", Hosted::new(MEDIA_TYPE, "").url());
        let garbage = Hosted::new(MEDIA_TYPE, "garbage").url();
        // Not on the allow-list: nobody connects there.
        let inside = "https://127.0.0.1:9/object";
        register(at, &[&html, &gone, &garbage, inside]).await;

        for (uri, error) in [
            (html.as_str(), "invalid_request_uri"),
            (&gone, "invalid_request_uri"),
            (inside, "invalid_request_uri"),
            (&garbage, "invalid_request_object"),
        ] {
            let page = Browser::new(at).authorize(&asking(uri)).await;
            assert!(shown_error(&page, error), "{uri}: {}", page.html());
        }
    });
}

/// OC-46: a fragment says which version is meant; a new one is fetched at once, and any other is refused.
#[test]
fn a_fragment_is_the_hash_of_the_object() {
    on_sqlite(async |at| {
        let (first, second) = (object(at), at.client_key());
        let mut claims = claims_of(&AuthorizationRequest::new("referrer", "https://referrer.example/cb", "openid"));
        claims["state"] = json!("second");
        let second = second.sign(TYP, claims.to_string().as_bytes()).unwrap();
        let hosted = Hosted::new(MEDIA_TYPE, &first);
        register(at, &[&hosted.url()]).await;
        let version = |text: &str| asking(&format!("{}#{}", hosted.url(), hash(text)));
        assert!(!Browser::new(at).authorize(&version(&first)).await.is_redirect());

        hosted.replace(&second);

        let callback = Browser::new(at).sign_in(&version(&second), cast::ADA).await;
        assert_eq!(callback.get("state"), Some("second"));
        assert_eq!(hosted.fetches(), 2);
        assert!(shown_error(&Browser::new(at).authorize(&version(&first)).await, "invalid_request_uri"));
        assert_eq!(hosted.fetches(), 2, "once in ten seconds");
    });
}

/// JA-06: whoever sends browsers here with the address of an object does not make us ask for it each time.
#[test]
fn an_object_is_not_fetched_for_every_browser() {
    on_sqlite(async |at| {
        let hosted = Hosted::new(MEDIA_TYPE, &object(at));
        register(at, &[&hosted.url()]).await;

        for _ in 0..10 {
            Browser::new(at).authorize(&asking(&hosted.url())).await;
        }

        assert_eq!(hosted.fetches(), 1);
    });
}

/// OC-46: registered addresses are https, short, and pinned by nothing but a hash.
#[test]
fn bad_addresses_cannot_be_registered() {
    on_sqlite(async |at| {
        for uri in [
            "http://rp.example/r".to_owned(),
            "urn:ietf:params:oauth:request_uri:x".to_owned(),
            "https://rp.example/r#latest".to_owned(),
            format!("https://rp.example/{}", "x".repeat(500)),
        ] {
            let text = format!(
                "[[clients]]\nclient_id = \"bad\"\nclient_secret = {{ file = \"secret\" }}\n\
                 redirect_uris = [\"https://bad.example/cb\"]\nrequest_uris = [\"{uri}\"]\n"
            );
            let problems = at.try_apply(&text).await.unwrap_err();
            assert!(problems[0].to_string().contains("request_uris"), "{uri}: {}", problems[0]);
        }
    });
}

/// OC-43, OC-46: in profile `oidc` a bad reference is told to the client that the query names.
#[test]
fn in_profile_oidc_a_bad_reference_is_told_to_the_client() {
    on_sqlite(async |at| {
        register_signer(at, "").await;
        let signer = RelyingParty::of_tenant(at, "certified", "signer");
        let request = signer.request("openid").with("request_uri", "https://unknown.example/r");

        let callback = Browser::new(at).authorize(&request).await.callback();

        assert_eq!((callback.error(), callback.get("state")), ("invalid_request_uri", Some(STATE)));
    });
}
