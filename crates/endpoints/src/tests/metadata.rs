//! Discovery and JWKS.

use http::StatusCode;

use super::{Doors, ISSUER};

/// OD-01, OD-02, OD-03, OD-08, OD-13: one document under every form of address, with the tenant's own issuer.
#[tokio::test]
async fn discovery_is_the_same_under_every_form_of_address() {
    let doors = Doors::new().await;

    for (issuer, prefix) in [(ISSUER.to_owned(), ""), (format!("{ISSUER}/t/acme"), "/t/acme")] {
        let expected = doors.get(&format!("{prefix}/.well-known/openid-configuration")).await;
        assert_eq!(expected.json()["issuer"], issuer.as_str());
        for name in ["openid-configuration", "oauth-authorization-server"] {
            for uri in [format!("{prefix}/.well-known/{name}"), format!("/.well-known/{name}{prefix}")] {
                let answer = doors.get(&uri).await;
                assert_eq!((answer.status, &answer.body), (StatusCode::OK, &expected.body), "{uri}");
                assert_eq!(answer.header("content-type"), Some("application/json"));
                assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
                assert_eq!(answer.header("cache-control"), Some("public, max-age=300"));
            }
        }
    }
}

/// OD-12: an unknown tenant is 404, and the default tenant has one address only.
#[tokio::test]
async fn an_unknown_tenant_is_not_found() {
    let doors = Doors::new().await;

    for slug in ["nobody", "default", "ACME", "%2e"] {
        for path in ["/.well-known/openid-configuration", "/oauth2/jwks", "/oauth2/userinfo"] {
            assert_eq!(doors.get(&format!("/t/{slug}{path}")).await.status, StatusCode::NOT_FOUND, "{slug}{path}");
        }
        let inserted = doors.get(&format!("/.well-known/oauth-authorization-server/t/{slug}")).await;
        assert_eq!(inserted.status, StatusCode::NOT_FOUND, "{slug}");
    }
}

/// OD-11: public members only, unique `kid`; each tenant has keys of its own.
#[tokio::test]
async fn the_jwk_set_holds_public_keys_only() {
    let doors = Doors::new().await;

    let mut known = Vec::new();
    for uri in ["/oauth2/jwks", "/t/acme/oauth2/jwks"] {
        for key in doors.get(uri).await.json()["keys"].as_array().unwrap() {
            for private in ["d", "p", "q", "dp", "dq", "qi", "k"] {
                assert!(key.get(private).is_none());
            }
            known.push(key["kid"].as_str().unwrap().to_owned());
        }
    }
    let all = known.len();
    known.sort_unstable();
    known.dedup();

    // Of each tenant: two algorithms, active and staged, and two types of keys to encrypt to.
    assert_eq!((known.len(), all), (12, 12));
}

#[tokio::test]
async fn a_known_document_is_not_sent_again() {
    let doors = Doors::new().await;

    for uri in ["/oauth2/jwks", "/.well-known/openid-configuration"] {
        let first = doors.get(uri).await;
        let etag = first.header("etag").unwrap();

        let again = doors.send("GET", uri, &[("if-none-match", etag)], "").await;

        assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0));
        assert_eq!(again.header("etag"), Some(etag));
        assert_eq!(again.header("cache-control"), Some("public, max-age=300"));
        assert_eq!(first.header("pragma"), None);
    }
}
