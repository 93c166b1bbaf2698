//! What tells whether a client is registered: nothing, where clients authenticate. SECURITY S-059.
//!
//! The cost is the same by construction and tested beside it (`issuer/src/authenticate_client`): a secret is hashed and compared
//! with a decoy, an assertion is verified with keys of ours. At the authorization endpoint a client identifier is no secret: it
//! stands in every link, and a right request shows the client's name and home page. There the page helps nobody to a right address.

use axum::body::Body;
use http::Request;
use portreeve_jose::{Algorithm, SigningKey};
use portreeve_tests::{
    authorization::AuthorizationRequest,
    browser::Browser,
    cast,
    deployment::{Deployment, on_both, post_request},
    relying_party::{ASSERTION_TYPE, assertion_claims, basic},
    reply::Reply,
};

/// The endpoints where clients authenticate, with what else a request there says.
const ENDPOINTS: [(&str, &[(&str, &str)]); 6] = [
    ("/oauth2/token", &[("grant_type", "client_credentials")]),
    ("/oauth2/introspect", &[("token", "x")]),
    ("/oauth2/revoke", &[("token", "x")]),
    ("/oauth2/par", &[("response_type", "code"), ("scope", "openid")]),
    ("/oauth2/device_authorization", &[("scope", "openid")]),
    ("/oauth2/bc-authorize", &[("scope", "openid"), ("login_hint", cast::ADA)]),
];

/// Whoever asks and proves nothing, in each way there is.
fn attempts(at: &Deployment, client: &str, path: &str, pairs: &[(&str, &str)]) -> Vec<(&'static str, Request<Body>)> {
    let with = |own: &[(&str, &str)]| post_request(path, &[], &[pairs, own].concat());
    let generated = SigningKey::generate(Algorithm::Es256).unwrap();
    let stranger = SigningKey::from_pkcs8(Algorithm::Es256, &generated.pkcs8).unwrap();
    let assertion = stranger.sign("JWT", assertion_claims(at, client).to_string().as_bytes()).unwrap();
    let asserted = [("client_assertion_type", ASSERTION_TYPE), ("client_assertion", assertion.as_str())];
    vec![
        ("HTTP Basic", post_request(path, &[("authorization", &basic(client, "wrong"))], pairs)),
        ("a secret in the form", with(&[("client_id", client), ("client_secret", "wrong")])),
        ("an assertion", with(&asserted)),
        ("an assertion and a name", with(&[&asserted[..], &[("client_id", client)]].concat())),
        ("nothing", with(&[("client_id", client)])),
    ]
}

/// All of a reply but what is another at each request.
fn comparable(reply: &Reply) -> (u16, String, Vec<(String, String)>) {
    let is_stable = |name: &str| !["x-request-id", "x-portreeve-reference", "dpop-nonce"].contains(&name);
    let headers = reply.headers.iter().filter(|(name, _)| is_stable(name.as_str()));
    let mut headers: Vec<_> = headers
        .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    headers.sort();
    (reply.status.as_u16(), reply.text(), headers)
}

/// S-059: at every endpoint where clients authenticate, by whatever method, an unknown client is told exactly what one is told that
/// exists and proves nothing.
#[test]
fn an_unknown_client_is_told_what_a_known_one_is() {
    on_both(async |at| {
        for (path, pairs) in ENDPOINTS {
            let unknown = attempts(at, "nobody", path, pairs);
            for (number, (what, request)) in unknown.into_iter().enumerate() {
                let unknown = comparable(&at.send(request).await);
                assert_eq!(unknown.0, 401, "{path} {what}: {}", unknown.1);
                // One of each method, one that is switched on for the grant and one that is not.
                for known in ["web", "post", "keyed", "mac", "service", "till"] {
                    let (_, request) = attempts(at, known, path, pairs).swap_remove(number);
                    assert_eq!(comparable(&at.send(request).await), unknown, "{path} {what} {known}");
                }
            }
        }
    });
}

/// S-059, S-008: at the authorization endpoint neither an unknown client nor an address that is not the client's leads anywhere,
/// and no page shows an address that was registered or that was asked for.
#[test]
fn a_page_about_a_wrong_address_shows_no_address() {
    on_both(async |at| {
        let foreign = |client: &str| AuthorizationRequest::new(client, "https://evil.example/cb", "openid");

        let unknown = Browser::new(at).authorize(&foreign("nobody")).await;
        let without_any = Browser::new(at).authorize(&foreign("tv")).await;
        let known = Browser::new(at).authorize(&foreign("web")).await;

        for page in [&unknown, &without_any, &known] {
            assert_eq!((page.reply.status.as_u16(), page.reply.location()), (400, None), "{}", page.html());
            assert!(!page.leaves());
            for word in ["rp.example", "evil.example"] {
                assert!(!page.html().contains(word), "{word}: {}", page.html());
            }
        }
    });
}
