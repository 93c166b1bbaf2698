//! `portreeve demo --tls` as a client sees it that trusts the demo's authority and no other.

use std::{fs, os::unix::fs::PermissionsExt};

use portreeve_tests::portreeve::Demo;
use reqwest::{Certificate, Client, redirect::Policy};
use serde_json::Value;

/// A client that trusts these authorities alone.
fn client(authorities: Vec<Certificate>) -> Client {
    Client::builder().tls_certs_only(authorities).redirect(Policy::none()).build().expect("an HTTP client")
}

/// OA-API-4, OA-AZ-10, OA-DV-1, OA-TK-8: a demo over TLS, its endpoints and its relying party are reached with the authority
/// of `demo.json`, and without it nothing is.
#[tokio::test(flavor = "multi_thread")]
async fn a_demo_over_tls_is_reached_with_its_own_authority_only() {
    let demo = Demo::start_with(&["--tls"]);
    let description: Value = serde_json::from_slice(&fs::read(demo.description()).unwrap()).unwrap();
    let text = |name: &str| description[name].as_str().unwrap_or_else(|| panic!("no {name}")).to_owned();
    let (issuer, rp_url) = (text("issuer"), text("rp_url"));
    let authority = Certificate::from_pem(&fs::read(text("ca_file")).unwrap()).unwrap();
    let trusting = client(vec![authority]);

    let found = trusting.get(format!("{issuer}/.well-known/openid-configuration")).send().await.unwrap();
    let metadata: Value = serde_json::from_slice(&found.bytes().await.unwrap()).unwrap();
    let keys = trusting.get(metadata["jwks_uri"].as_str().unwrap()).send().await.unwrap();
    let relying_party = trusting.get(&rp_url).send().await.unwrap();

    assert!(issuer.starts_with("https://localhost:"), "{issuer}");
    assert!(rp_url.starts_with("https://127.0.0.1:"), "{rp_url}");
    assert_eq!(metadata["issuer"], issuer);
    assert_eq!((keys.status().as_u16(), relying_party.status().as_u16()), (200, 200));
    for endpoint in ["authorization_endpoint", "token_endpoint", "device_authorization_endpoint", "userinfo_endpoint"] {
        let reached = trusting.get(metadata[endpoint].as_str().unwrap()).send().await.unwrap();
        assert!(reached.status().is_client_error(), "{endpoint}: nothing was asked for");
    }
    // Years of https for every other server on localhost are not this one's to decide.
    assert!(!keys.headers().contains_key("strict-transport-security"));
    let other_authority = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let other_authority = Certificate::from_pem(other_authority.cert.pem().as_bytes()).unwrap();
    assert!(client(vec![other_authority]).get(&issuer).send().await.is_err());
}

#[test]
fn the_keys_of_a_demo_over_tls_are_its_owners_alone() {
    let demo = Demo::start_with(&["--tls"]);

    for name in ["ca.key", "tls.key", "key", "demo.json"] {
        let mode = fs::metadata(demo.folder().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}
