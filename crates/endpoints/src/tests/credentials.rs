//! What clients ask with their own credentials: token, introspection, revocation.

use http::StatusCode;
use serde_json::json;

use super::{BASIC, Doors, FORM, GRANT};

/// OC-33, S-047, OA-22, OA-TK-6, OA-TK-7: a token answer is JSON that nobody keeps.
#[tokio::test]
async fn a_token_answer_is_kept_by_nobody() {
    let doors = Doors::new().await;

    let answer = doors.send("POST", "/oauth2/token", &[FORM, ("authorization", BASIC)], GRANT).await;

    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("pragma"), Some("no-cache"));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    let body = answer.json();
    assert_eq!((&body["token_type"], &body["expires_in"]), (&json!("Bearer"), &json!(600)));
}

/// OA-07, OA-TK-16, RV-06, IN-05: POST and nothing else.
#[tokio::test]
async fn other_methods_are_not_allowed() {
    let doors = Doors::new().await;

    for path in ["/oauth2/token", "/oauth2/introspect", "/oauth2/revoke", "/t/acme/oauth2/token"] {
        for method in ["GET", "PUT", "DELETE"] {
            let answer = doors.send(method, path, &[], "").await;
            assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
            assert_eq!(answer.header("allow"), Some("POST"));
            assert_eq!(answer.header("cache-control"), Some("no-store"));
        }
    }
    assert_eq!(doors.send("POST", "/oauth2/jwks", &[], "").await.status, StatusCode::METHOD_NOT_ALLOWED);
}

/// OA-10, OA-TK-11: parameters in the URI are refused although the body is good.
#[tokio::test]
async fn parameters_in_the_uri_are_refused() {
    let doors = Doors::new().await;

    for path in ["/oauth2/token", "/oauth2/introspect", "/oauth2/revoke"] {
        let uri = format!("{path}?client_id=service&client_secret=secret");
        let answer = doors.send("POST", &uri, &[FORM], "grant_type=client_credentials&token=x").await;
        assert_eq!((answer.status, &answer.json()["error"]), (StatusCode::BAD_REQUEST, &json!("invalid_request")));
    }
}

/// OA-11: 401; challenged in the scheme that was tried, and only then.
#[tokio::test]
async fn a_failed_client_is_challenged_if_it_used_the_header() {
    let doors = Doors::new().await;

    for path in ["/oauth2/token", "/oauth2/introspect", "/oauth2/revoke"] {
        let wrong_basic = "Basic c2VydmljZTp3cm9uZw==";
        let basic = doors.send("POST", path, &[FORM, ("authorization", wrong_basic)], "token=x").await;
        let post = doors.send("POST", path, &[FORM], "client_id=service&client_secret=wrong&token=x").await;

        for answer in [&basic, &post] {
            assert_eq!((answer.status, &answer.json()["error"]), (StatusCode::UNAUTHORIZED, &json!("invalid_client")));
        }
        assert_eq!(basic.header("www-authenticate"), Some("Basic realm=\"https://id.example\""));
        assert_eq!(post.header("www-authenticate"), None);
    }
}

#[tokio::test]
async fn a_refusal_has_its_code_and_a_reference() {
    let doors = Doors::new().await;

    let form = "grant_type=client_credentials&scope=admin";
    let answer = doors.send("POST", "/oauth2/token", &[FORM, ("authorization", BASIC)], form).await;

    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    let expected = json!({
        "error": "invalid_scope", "error_description": "a scope is unknown or not allowed for this client"
    });
    assert_eq!(answer.json(), expected);
    assert!(answer.header("x-portreeve-reference").unwrap().starts_with("ref_"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}

/// S-019, RV-06, OC-40: pages of registered origins may read, no others, and never with cookies.
#[tokio::test]
async fn only_registered_origins_may_read_answers() {
    let doors = Doors::new().await;
    let allowed = "access-control-allow-origin";

    for path in ["/oauth2/token", "/oauth2/revoke", "/oauth2/userinfo"] {
        for (origin, expected) in
            [("https://rp.example", Some("https://rp.example")), ("https://evil.example", None), ("null", None)]
        {
            let headers = [("origin", origin), ("access-control-request-method", "POST")];
            let preflight = doors.send("OPTIONS", path, &headers, "").await;
            let answer = doors.send("POST", path, &[FORM, ("origin", origin)], "token=x").await;

            assert_eq!((preflight.status, preflight.header(allowed)), (StatusCode::NO_CONTENT, expected), "{path}");
            assert_eq!(answer.header(allowed), expected, "{path} {origin}");
            for answer in [preflight, answer] {
                assert_eq!(answer.header("vary"), Some("origin"));
                assert_eq!(answer.header("access-control-allow-credentials"), None);
            }
        }
    }
    let introspection = doors.send("POST", "/oauth2/introspect", &[FORM, ("origin", "https://rp.example")], "").await;
    assert_eq!(introspection.header(allowed), None);
}

/// RV-01: 200 without a body for what is no token.
#[tokio::test]
async fn revoking_garbage_succeeds() {
    let doors = Doors::new().await;

    let answer = doors.send("POST", "/oauth2/revoke", &[FORM], "client_id=pages&token=garbage").await;

    assert_eq!((answer.status, answer.body.len()), (StatusCode::OK, 0));
}

/// IN-02, IN-05: the exact bytes, kept by nobody.
#[tokio::test]
async fn an_unknown_token_is_inactive() {
    let doors = Doors::new().await;

    let answer = doors.send("POST", "/oauth2/introspect", &[FORM, ("authorization", BASIC)], "token=garbage").await;

    assert_eq!((answer.status, answer.body.as_slice()), (StatusCode::OK, br#"{"active":false}"#.as_slice()));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("content-type"), Some("application/json"));
}

/// S-022: a client of one tenant is unknown in another.
#[tokio::test]
async fn a_client_is_known_in_its_own_tenant_only() {
    let doors = Doors::new().await;

    let answer = doors.send("POST", "/t/acme/oauth2/token", &[FORM, ("authorization", BASIC)], GRANT).await;

    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert_eq!(answer.header("www-authenticate"), Some("Basic realm=\"https://id.example/t/acme\""));
}
