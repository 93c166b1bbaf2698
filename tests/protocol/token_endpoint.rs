//! The token endpoint beside codes and refresh tokens. RFC 6749 §3.2, §3.3, §4.4, §5.2, RFC 8707.

use axum::body::Body;
use http::Method;
use portreeve_tests::{
    cast,
    deployment::{FORM, on_both, on_sqlite, request},
    jwt,
    relying_party::{RelyingParty, basic},
};

use crate::registered::allow;

const TOKEN: &str = "/oauth2/token";
/// Sites that no client registered, some of which look like one that did.
const OTHER_SITES: [&str; 5] =
    ["https://evil.example", "null", "https://spa.example.evil.example", "https://x.spa.example", "http://spa.example"];

/// OA-01: a parameter given twice is refused.
#[test]
fn repeated_parameters_are_refused() {
    on_sqlite(async |at| {
        let service = RelyingParty::new(at, "service");

        let twice = service.client_credentials(&[("scope", "orders.read"), ("scope", "orders.read")]).await;

        assert_eq!(twice.error(), (400, "invalid_request".to_owned()));
        assert_eq!(service.client_credentials(&[("scope", "orders.read")]).await.status, 200);
    });
}

/// OA-02, OA-TK-28: an empty parameter is an omitted one, and an unknown one is ignored.
#[test]
fn empty_parameters_are_omitted_ones() {
    on_sqlite(async |at| {
        let service = RelyingParty::new(at, "service");

        let empty = service.client_credentials(&[("resource", ""), ("scope", "orders.read")]).await;

        assert_eq!(empty.status, 200);
        assert_eq!(service.client_credentials(&[("scope", "orders.read"), ("color", "blue")]).await.status, 200);
        assert_eq!(service.token(&[("grant_type", "")]).await.error(), (400, "invalid_request".to_owned()));
    });
}

/// OA-07: requests are POST forms: another method is 405 with `Allow`, another body is refused.
#[test]
fn only_post_forms_are_taken() {
    on_sqlite(async |at| {
        let header = basic("service", cast::SECRET);
        let authorization = ("authorization", header.as_str());

        let get = at.get(&format!("{TOKEN}?grant_type=client_credentials"), &[authorization]).await;
        let json = request(
            Method::POST,
            TOKEN,
            &[authorization, ("content-type", "application/json")],
            r#"{"grant_type":"client_credentials","scope":"orders.read"}"#.into(),
        );
        let json = at.send(json).await;
        let untyped = request(Method::POST, TOKEN, &[authorization], "grant_type=client_credentials".into());
        let untyped = at.send(untyped).await;

        assert_eq!(get.status, 405);
        assert_eq!(get.header("allow"), Some("POST"));
        assert_eq!(json.error().1, "invalid_request");
        assert_eq!(untyped.error().1, "invalid_request");
    });
}

/// OA-12: each error is used as defined, with status 400.
#[test]
fn errors_are_used_as_defined() {
    on_sqlite(async |at| {
        let (service, web) = (RelyingParty::new(at, "service"), RelyingParty::new(at, "web"));
        let code = [("grant_type", "authorization_code"), ("code", "x"), ("redirect_uri", cast::REDIRECT_URI)];
        for (what, reply, error) in [
            ("no grant type", web.token(&[]).await, "invalid_request"),
            ("unknown grant type", web.token(&[("grant_type", "magic")]).await, "unsupported_grant_type"),
            (
                "grant not registered",
                service.token(&[("grant_type", "refresh_token"), ("refresh_token", "x")]).await,
                "unauthorized_client",
            ),
            ("grant not registered", web.client_credentials(&[]).await, "unauthorized_client"),
            ("unknown code", web.token(&code).await, "invalid_grant"),
            ("unknown refresh token", web.refresh("x").await, "invalid_grant"),
            ("no code", web.token(&code[..1]).await, "invalid_request"),
            ("unknown scope", service.client_credentials(&[("scope", "nope")]).await, "invalid_scope"),
            ("malformed scope", service.client_credentials(&[("scope", "a\"b")]).await, "invalid_scope"),
            (
                "unknown resource",
                service.client_credentials(&[("resource", "https://x.example")]).await,
                "invalid_target",
            ),
        ] {
            assert_eq!(reply.error(), (400, error.to_owned()), "{what}");
            let description = reply.json()["error_description"].as_str().unwrap_or_default().to_owned();
            // OA-13: printable ASCII without quote and backslash.
            assert!(
                description.bytes().all(|byte| matches!(byte, 0x20..=0x21 | 0x23..=0x5b | 0x5d..=0x7e)),
                "{description}"
            );
        }
    });
}

/// OA-16: `scope` says what was granted when that is not what was asked.
#[test]
fn the_granted_scope_is_told() {
    on_sqlite(async |at| {
        let web = RelyingParty::new(at, "web");

        let tokens = web.tokens("openid offline_access email").await;

        let mut scope: Vec<_> = tokens.0["scope"].as_str().unwrap().split(' ').collect();
        scope.sort_unstable();
        assert_eq!(scope, ["email", "openid"]);
    });
}

/// OA-17, S-069: a client on its own behalf gets no refresh token, no ID token and no scope of a person.
#[test]
fn client_credentials_are_for_the_client_alone() {
    on_both(async |at| {
        let service = RelyingParty::new(at, "service");

        let tokens =
            service.client_credentials(&[("scope", "orders.read"), ("resource", cast::ORDERS)]).await.success();

        assert_eq!((tokens.get("refresh_token"), tokens.get("id_token")), (None, None));
        let claims = jwt::claims(tokens["access_token"].as_str().unwrap());
        assert_eq!((&claims["sub"], &claims["client_id"]), (&"service".into(), &"service".into()));
        for scope in ["openid", "offline_access", "email", "openid orders.read"] {
            assert_eq!(service.client_credentials(&[("scope", scope)]).await.error().1, "invalid_scope", "{scope}");
        }
    });
}

/// OA-17: a public client cannot have client credentials, nor register for them.
#[test]
fn public_clients_have_no_client_credentials() {
    on_sqlite(async |at| {
        let spa = RelyingParty::new(at, "spa").client_credentials(&[("scope", "orders.read")]).await;
        let registered = at
            .try_apply(
                "[[clients]]\nclient_id = \"new\"\ntoken_endpoint_auth_method = \"none\"\n\
                 grant_types = [\"client_credentials\"]\nresponse_types = []\n",
            )
            .await;

        assert_eq!(spa.error(), (400, "unauthorized_client".to_owned()));
        assert!(registered.is_err());
    });
}

/// OA-20, S-033: implicit and password grants do not exist, here and in the metadata.
#[test]
fn dead_grants_are_dead() {
    on_both(async |at| {
        let web = RelyingParty::new(at, "web");
        let password = [("grant_type", "password"), ("username", cast::ADA), ("password", cast::PASSWORD)];

        let reply = web.token(&password).await;

        assert_eq!(reply.error(), (400, "unsupported_grant_type".to_owned()));
        let metadata = at.discovery().await;
        for dead in ["password", "implicit"] {
            assert!(!metadata["grant_types_supported"].as_array().unwrap().contains(&dead.into()));
        }
        assert_eq!(metadata["response_types_supported"], serde_json::json!(["code"]));
    });
}

/// S-032: a resource that is not registered, has a fragment, or comes fifty times is `invalid_target`.
#[test]
fn bad_resources_are_invalid_target() {
    on_both(async |at| {
        let service = RelyingParty::new(at, "service");
        let many: Vec<_> = (0..50).map(|_| ("resource", cast::ORDERS)).collect();

        for resource in
            ["https://nobody.example", "https://orders.example.com#x", "orders", "https://orders.example.com/x"]
        {
            let reply = service.client_credentials(&[("resource", resource), ("scope", "orders.read")]).await;
            assert_eq!(reply.error(), (400, "invalid_target".to_owned()), "{resource}");
        }
        let different: Vec<_> = (0..50).map(|index| format!("https://api{index}.example")).collect();
        let different: Vec<_> = different.iter().map(|resource| ("resource", resource.as_str())).collect();
        assert_eq!(service.client_credentials(&different).await.error(), (400, "invalid_target".to_owned()));
        assert!(service.client_credentials(&many).await.status.as_u16() < 500);
    });
}

/// S-060: a scope that the client may not have is refused; ten thousand are refused quickly.
#[test]
fn scopes_are_limited_to_the_client() {
    on_both(async |at| {
        at.apply(
            "[[clients]]\nclient_id = \"new\"\nclient_secret = { file = \"secret\" }\n\
             grant_types = [\"client_credentials\"]\nresponse_types = []\nscope = \"orders.read\"\n",
        )
        .await;
        let new = RelyingParty::new(at, "new");
        let many = vec!["orders.read"; 10_000].join(" ");

        assert_eq!(new.client_credentials(&[("scope", "orders.read")]).await.status, 200);
        for scope in ["orders.write", "openid\u{a0}admin", &many] {
            let error = new.client_credentials(&[("scope", scope)]).await.error();
            assert!(error.0 == 400 && ["invalid_scope", "invalid_request"].contains(&error.1.as_str()), "{error:?}");
        }
    });
}

/// S-059, OA-07: a body that is too large is refused without being read whole.
#[test]
fn large_bodies_are_refused() {
    on_sqlite(async |at| {
        let body = format!("grant_type=client_credentials&scope={}", "x".repeat(1 << 20));

        let reply = at.send(request(Method::POST, TOKEN, &[("content-type", FORM)], body.into())).await;

        assert!(reply.status.is_client_error(), "{}", reply.status);
    });
}

/// S-019: another site's scripts may not read token replies; those of a registered client may, without cookies.
#[test]
fn only_registered_origins_may_read_replies() {
    on_both(async |at| {
        let from = async |origin: &str| at.post(TOKEN, &[("origin", origin)], &[("client_id", "spa")]).await;

        for origin in OTHER_SITES {
            let reply = from(origin).await;
            assert_eq!(reply.header("access-control-allow-origin"), None, "{origin}");
        }
        let own = from("https://spa.example").await;
        assert_eq!(own.header("access-control-allow-origin"), Some("https://spa.example"));
        assert_eq!(own.header("access-control-allow-credentials"), None);
        let metadata = at.get("/oauth2/jwks", &[("origin", "https://evil.example")]).await;
        assert_eq!(metadata.header("access-control-allow-origin"), Some("*"));
    });
}

/// S-019: nor may they read what any other endpoint or page answers, asked beforehand or not, with or without cookies.
#[test]
fn other_sites_read_nothing_anywhere() {
    on_both(async |at| {
        allow(at, "open", "").await;
        let machines = ["/oauth2/par", "/oauth2/device_authorization", "/oauth2/bc-authorize", "/oauth2/register"];
        let others = ["/oauth2/authorize", "/oauth2/logout", "/account", "/gateway/auth-request/Orders"];
        let answer = async |method: &Method, path: &str, origin: &str| {
            let headers = [("origin", origin), ("access-control-request-method", "POST"), ("content-type", FORM)];
            at.send(request(method.clone(), path, &headers, Body::empty())).await
        };

        for path in machines.iter().chain(&others) {
            for method in [Method::GET, Method::POST, Method::OPTIONS] {
                for origin in OTHER_SITES {
                    let reply = answer(&method, path, origin).await;
                    assert_ne!(reply.status, 404, "{method} {path}: nothing is there to be read");
                    for name in ["access-control-allow-origin", "access-control-allow-credentials"] {
                        assert_eq!(reply.header(name), None, "{method} {path} {origin}");
                    }
                }
            }
        }
        let own = answer(&Method::OPTIONS, "/oauth2/par", "https://spa.example").await;
        assert_eq!(own.header("access-control-allow-origin"), Some("https://spa.example"));
        assert_eq!(own.header("access-control-allow-credentials"), None);
    });
}
