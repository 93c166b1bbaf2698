//! What is asked with an access token: userinfo, gateways.

use http::StatusCode;

use super::{BASIC, Doors, FORM};

/// What userinfo answers without a token.
const CHALLENGE: &str = "Bearer realm=\"https://id.example\", resource_metadata=\"https://id.example/.well-known/oauth-protected-resource/oauth2/userinfo\"";

/// BE-03, BE-04, BE-05, OC-41: each way of failing at userinfo has its status and challenge.
#[tokio::test]
async fn userinfo_challenges_by_what_is_wrong() {
    let doors = Doors::new().await;
    let bearer = |token: &str| format!("Bearer {token}");
    let at_userinfo = async |headers: &[(&str, &str)]| doors.send("GET", "/oauth2/userinfo", headers, "").await;

    let bare = at_userinfo(&[]).await;
    assert_eq!(bare.status, StatusCode::UNAUTHORIZED);
    assert_eq!(bare.header("www-authenticate"), Some(CHALLENGE));

    let wrong = at_userinfo(&[("authorization", &bearer("garbage"))]).await;
    assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
    assert!(wrong.header("www-authenticate").unwrap().contains("error=\"invalid_token\""));

    let in_uri = doors.get("/oauth2/userinfo?access_token=x").await;
    assert_eq!(in_uri.status, StatusCode::BAD_REQUEST);

    // For the issuer itself, without any scope.
    let form = "grant_type=client_credentials";
    let token = doors.send("POST", "/oauth2/token", &[FORM, ("authorization", BASIC)], form).await.json();
    let poor = at_userinfo(&[("authorization", &bearer(token["access_token"].as_str().unwrap()))]).await;
    assert_eq!(poor.status, StatusCode::FORBIDDEN);
    assert!(poor.header("www-authenticate").unwrap().contains("error=\"insufficient_scope\""));
    assert!(poor.header("www-authenticate").unwrap().contains("scope=\"openid\""));
}

/// OC-37, BE-02: a form may carry the token; another body may not.
#[tokio::test]
async fn a_posted_form_may_carry_the_token() {
    let doors = Doors::new().await;

    let form = doors.send("POST", "/oauth2/userinfo", &[FORM], "access_token=garbage").await;
    let json = [("content-type", "application/json")];
    let other = doors.send("POST", "/oauth2/userinfo", &json, r#"{"access_token":"x"}"#).await;
    let empty = doors.send("POST", "/oauth2/userinfo", &[], "").await;

    assert!(form.header("www-authenticate").unwrap().contains("error=\"invalid_token\""));
    assert_eq!(other.header("www-authenticate"), Some(CHALLENGE));
    assert_eq!(empty.header("www-authenticate"), Some(CHALLENGE));
}

#[tokio::test]
async fn a_gateway_is_told_who_it_is() {
    let doors = Doors::new().await;
    let authorization = format!("Bearer {}", doors.service_token().await);

    let forged = [("authorization", authorization.as_str()), ("x-auth-email", "eve@example.com")];
    let answer = doors.send("GET", "/gateway/auth-request/orders", &forged, "").await;

    assert_eq!((answer.status, answer.body.len()), (StatusCode::NO_CONTENT, 0));
    assert_eq!(answer.header("x-auth-sub"), Some("service"));
    assert_eq!(answer.header("x-auth-scope"), Some("orders.read"));
    assert_eq!(answer.header("x-auth-email"), Some(""));
    assert_eq!(answer.header("x-auth-signed").unwrap().split('.').count(), 3);
}

#[tokio::test]
async fn a_gateway_that_must_not_pass_a_request_on_is_told_so() {
    let doors = Doors::new().await;
    let at_gateway =
        async |headers: &[(&str, &str)]| doors.send("GET", "/gateway/auth-request/orders", headers, "").await;
    let cases = [
        (at_gateway(&[]).await, StatusCode::UNAUTHORIZED),
        (at_gateway(&[("authorization", "Bearer garbage")]).await, StatusCode::UNAUTHORIZED),
        (at_gateway(&[("authorization", "Bearer a"), ("authorization", "Bearer b")]).await, StatusCode::FORBIDDEN),
        (doors.get("/gateway/auth-request/orders?acr=aal2").await, StatusCode::BAD_REQUEST),
        (doors.get("/gateway/auth-request/unknown").await, StatusCode::NOT_FOUND),
        (doors.get("/t/acme/gateway/auth-request/orders").await, StatusCode::NOT_FOUND),
    ];

    for (answer, status) in cases {
        assert_eq!(answer.status, status);
        for name in ["sub", "client", "scope", "email", "groups", "acr", "signed"] {
            assert_eq!(answer.header(&format!("x-auth-{name}")), Some(""), "{status} {name}");
        }
        let is_decided = [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN].contains(&status);
        assert_eq!(answer.header("www-authenticate").is_some(), is_decided);
    }
}
