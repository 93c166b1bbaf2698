//! The metadata and whether it is true. OIDC Discovery §3, §4, RFC 8414 §2, §3, §4.

use portreeve_tests::{
    browser::Browser,
    cast,
    deployment::{Deployment, on_sqlite},
    jwt,
    relying_party::{RelyingParty, assertion, assertion_claims},
};
use serde_json::{Value, json};

fn list(document: &Value, member: &str) -> Vec<String> {
    let values = document[member].as_array().unwrap_or_else(|| panic!("no list {member}"));
    values.iter().map(|value| value.as_str().unwrap().to_owned()).collect()
}

async fn document(at: &Deployment, path: &str) -> Value {
    at.get(path, &[]).await.success()
}

/// OD-01: an issuer with a path has its document below the path.
#[test]
fn the_well_known_path_is_appended_to_the_issuer() {
    on_sqlite(async |at| {
        let acme = document(at, "/t/acme/.well-known/openid-configuration").await;

        assert_eq!(acme["issuer"], "https://id.example/t/acme");
        assert_eq!(acme["token_endpoint"], "https://id.example/t/acme/oauth2/token");
    });
}

/// OD-02: for OAuth the well-known path stands between host and path; clients try three forms.
#[test]
fn the_well_known_path_is_inserted_as_well() {
    on_sqlite(async |at| {
        let forms = [
            "/.well-known/oauth-authorization-server/t/acme",
            "/.well-known/openid-configuration/t/acme",
            "/t/acme/.well-known/openid-configuration",
        ];
        for form in forms {
            assert_eq!(document(at, form).await["issuer"], "https://id.example/t/acme", "{form}");
        }
        assert_eq!(document(at, "/.well-known/oauth-authorization-server").await["issuer"], cast::ISSUER);
    });
}

/// OD-03: `issuer` is the configured text, and the `iss` of responses and tokens.
#[test]
fn the_issuer_is_the_configured_one() {
    on_sqlite(async |at| {
        let document = at.get(
            "/.well-known/openid-configuration",
            &[("host", "evil.example"), ("x-forwarded-host", "evil.example")],
        );
        let tokens = RelyingParty::new(at, "web").tokens("openid").await;

        let document = document.await.success();

        assert_eq!(document["issuer"], cast::ISSUER);
        assert_eq!(document["issuer"], jwt::claims(tokens.id())["iss"]);
        assert!(!document.to_string().contains("evil"));
    });
}

/// OD-04, OA-AZ-8: the members that the specification requires are there, RS256 among the algorithms.
#[test]
fn required_members_are_present() {
    on_sqlite(async |at| {
        let document = at.discovery().await;

        for member in ["issuer", "authorization_endpoint", "token_endpoint", "jwks_uri"] {
            assert!(document[member].as_str().is_some_and(|url| url.starts_with("https://")), "{member}");
            assert!(!document[member].as_str().unwrap().contains('#'), "{member}");
        }
        for member in ["response_types_supported", "subject_types_supported", "id_token_signing_alg_values_supported"] {
            assert!(!list(&document, member).is_empty(), "{member}");
        }
        assert!(list(&document, "id_token_signing_alg_values_supported").contains(&"RS256".to_owned()));
    });
}

/// OD-05, OA-AZ-16, OA-JW-11, OA-TK-10, OA-TK-12: members whose absence would promise something else are stated.
#[test]
fn members_with_misleading_defaults_are_stated() {
    on_sqlite(async |at| {
        let document = at.discovery().await;

        assert_eq!(document["request_uri_parameter_supported"], true);
        assert_eq!(document["require_request_uri_registration"], true);
        assert_eq!(document["request_parameter_supported"], true);
        assert_eq!(document["claims_parameter_supported"], true);
        assert_eq!(
            list(&document, "response_modes_supported"),
            ["query", "fragment", "form_post", "jwt", "query.jwt", "fragment.jwt", "form_post.jwt"]
        );
        assert!(!list(&document, "grant_types_supported").contains(&"implicit".to_owned()));
        for member in [
            "token_endpoint_auth_methods_supported",
            "introspection_endpoint_auth_methods_supported",
            "revocation_endpoint_auth_methods_supported",
            "code_challenge_methods_supported",
        ] {
            assert!(!list(&document, member).is_empty(), "{member}");
        }
        for method in ["client_secret_basic", "private_key_jwt"] {
            assert!(list(&document, "token_endpoint_auth_methods_supported").contains(&method.to_owned()), "{method}");
        }
        assert_eq!(document["authorization_response_iss_parameter_supported"], true);
    });
}

/// OD-06: every advertised scope, prompt and response type works; others do not.
#[test]
fn advertised_request_values_work_and_no_others() {
    on_sqlite(async |at| {
        let (document, web) = (at.discovery().await, RelyingParty::new(at, "web"));
        let is_refused = async |name: &str, value: &str| {
            let page = Browser::new(at).authorize(&web.request("openid").with(name, value)).await;
            page.leaves() && page.callback().get("error").is_some_and(|error| error != "login_required")
        };
        for (member, name, others) in [
            ("response_types_supported", "response_type", ["token", "id_token", "code token", "none"]),
            ("response_modes_supported", "response_mode", ["web_message", "QUERY", "JWT", "query.jwe"]),
            ("prompt_values_supported", "prompt", ["create", "sometimes", "LOGIN", "none login"]),
            ("code_challenge_methods_supported", "code_challenge_method", ["plain", "S512", "s256", "none"]),
            ("scopes_supported", "scope", ["nonsense", "admin", "openid\u{a0}email", "OPENID"]),
        ] {
            for advertised in list(&document, member) {
                assert!(!is_refused(name, &advertised).await, "{name}={advertised}");
            }
            for other in others {
                assert!(is_refused(name, other).await, "{name}={other}");
            }
        }
    });
}

/// OD-06, OD-09: every advertised authentication method works at its endpoint; others do not.
#[test]
fn advertised_authentication_methods_work_and_no_others() {
    on_sqlite(async |at| {
        let document = at.discovery().await;
        let client_of = |method: &str| match method {
            "client_secret_basic" => "web",
            "client_secret_post" => "post",
            "client_secret_jwt" => "mac",
            "private_key_jwt" => "keyed",
            "tls_client_auth" => "issued",
            "self_signed_tls_client_auth" => "self-signed",
            "none" => "spa",
            other => panic!("{other} is advertised"),
        };
        for method in list(&document, "token_endpoint_auth_methods_supported") {
            let reply = RelyingParty::new(at, client_of(&method))
                .token(&[
                    ("grant_type", "authorization_code"),
                    ("code", "x"),
                    ("redirect_uri", "x"),
                    ("code_verifier", &"a".repeat(43)),
                ])
                .await;
            assert_eq!(reply.error().1, "invalid_grant", "{method} got past authentication");
        }
        for method in list(&document, "revocation_endpoint_auth_methods_supported") {
            assert_eq!(RelyingParty::new(at, client_of(&method)).revoke("x").await.status, 200, "{method}");
        }
        let introspection = list(&document, "introspection_endpoint_auth_methods_supported");
        for method in &introspection {
            assert_eq!(RelyingParty::new(at, client_of(method)).introspect("x").await.status, 200, "{method}");
        }
        assert!(!introspection.contains(&"none".to_owned()));
        assert_eq!(RelyingParty::new(at, "spa").introspect("x").await.status, 401);
        for other in ["attest_jwt_client_auth", "tls", ""] {
            let client = format!("[[clients]]\nclient_id = \"new\"\ntoken_endpoint_auth_method = \"{other}\"\n");
            assert!(at.try_apply(&client).await.is_err(), "{other}");
        }
    });
}

/// OD-06: ID tokens are signed with every advertised algorithm for clients that register it.
#[test]
fn advertised_id_token_algorithms_sign() {
    on_sqlite(async |at| {
        for algorithm in list(&at.discovery().await, "id_token_signing_alg_values_supported") {
            at.apply(&format!(
                "[[clients]]\nclient_id = \"new\"\ntoken_endpoint_auth_method = \"none\"\n\
                 redirect_uris = [\"https://new.example/cb\"]\nid_token_signed_response_alg = \"{algorithm}\"\n"
            ))
            .await;

            let tokens = RelyingParty::new(at, "new").tokens("openid").await;

            assert_eq!(jwt::header(tokens.id())["alg"], algorithm.as_str());
            at.verified(tokens.id(), "JWT").await;
        }
    });
}

/// OD-06: every advertised claim can be asked for by name; those with a value arrive.
#[test]
fn advertised_claims_arrive() {
    on_sqlite(async |at| {
        let (document, web) = (at.discovery().await, RelyingParty::new(at, "web"));
        let of_token = ["sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid"];
        let names: Vec<_> =
            list(&document, "claims_supported").into_iter().filter(|name| !of_token.contains(&name.as_str())).collect();
        let asked: serde_json::Map<_, _> = names.iter().map(|name| (name.clone(), Value::Null)).collect();
        let claims = json!({ "userinfo": asked }).to_string();

        let tokens = web.tokens_for(&web.request("openid").with("claims", &claims).with("max_age", "100")).await;

        let userinfo = at.userinfo(tokens.access()).await.success();
        for name in names {
            assert!(userinfo.get(&name).is_some(), "{name} is advertised and Ada has it: {userinfo}");
        }
        let in_token = jwt::claims(tokens.id());
        for name in of_token {
            assert!(in_token.get(name).is_some(), "{name}");
        }
    });
}

/// OC-55: only plain claims are advertised, and no answer has another kind.
#[test]
fn claims_are_of_the_advertised_kind() {
    on_sqlite(async |at| {
        assert_eq!(list(&at.discovery().await, "claim_types_supported"), ["normal"]);
        let tokens = RelyingParty::new(at, "web").tokens("openid profile email address phone").await;
        let userinfo = at.userinfo(tokens.access()).await.success();
        assert_eq!((userinfo.get("_claim_names"), userinfo.get("_claim_sources")), (None, None));
    });
}

/// OD-07: the algorithms of assertions are stated, `none` is not among them, and ours works.
#[test]
fn assertion_algorithms_are_stated() {
    on_sqlite(async |at| {
        let document = at.discovery().await;
        for member in [
            "token_endpoint_auth_signing_alg_values_supported",
            "introspection_endpoint_auth_signing_alg_values_supported",
            "revocation_endpoint_auth_signing_alg_values_supported",
        ] {
            let algorithms = list(&document, member);
            assert!(algorithms.contains(&"ES256".to_owned()), "{member}");
            // HS256 is for `client_secret_jwt`, and stands for no key pair.
            let symmetric: Vec<_> = algorithms.iter().filter(|name| name.starts_with("HS")).collect();
            assert_eq!(symmetric, ["HS256"], "{member}");
            assert!(!algorithms.contains(&"none".to_owned()), "{member}");
        }
        let token = assertion(at, &assertion_claims(at, "keyed"));
        assert_eq!(jwt::header(&token)["alg"], "ES256");
    });
}

/// OD-08: documents are JSON for everybody, may be kept, and redirect nowhere.
#[test]
fn documents_may_be_read_and_kept_by_anybody() {
    on_sqlite(async |at| {
        for path in ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server", "/oauth2/jwks"] {
            let reply = at.get(path, &[("origin", "https://anybody.example")]).await;

            assert_eq!(reply.status, 200, "{path}");
            assert!(reply.header("content-type").is_some_and(|kind| kind.starts_with("application/json")), "{path}");
            assert_eq!(reply.header("access-control-allow-origin"), Some("*"), "{path}");
            assert!(reply.header("cache-control").is_some_and(|value| value.contains("max-age=")), "{path}");
            let etag = reply.header("etag").unwrap().to_owned();
            let again = at.get(path, &[("if-none-match", &etag)]).await;
            assert_eq!((again.status.as_u16(), again.body.len()), (304, 0), "{path}");
        }
    });
}

/// OD-10: members without a value are left out.
#[test]
fn no_member_is_empty() {
    on_sqlite(async |at| {
        for path in ["/.well-known/openid-configuration", "/t/certified/.well-known/openid-configuration"] {
            for (name, value) in document(at, path).await.as_object().unwrap() {
                let is_empty = value.is_null() || value == "" || value.as_array().is_some_and(Vec::is_empty);
                assert!(!is_empty, "{name}");
            }
        }
    });
}

/// OD-11, OA-ID-15: the key set holds public keys with names of their own, and says what each is for.
#[test]
fn the_key_set_holds_public_keys_only() {
    on_sqlite(async |at| {
        let jwks = document(at, "/oauth2/jwks").await;
        let keys = jwks["keys"].as_array().unwrap();

        let mut names: Vec<_> = keys.iter().map(|key| key["kid"].as_str().unwrap()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), keys.len());
        for key in keys {
            assert!(["EC", "RSA"].contains(&key["kty"].as_str().unwrap()), "{key}");
            // 342 characters of base64url hold 2048 bits.
            assert!(key["crv"] == "P-256" || key["n"].as_str().is_some_and(|modulus| modulus.len() >= 342), "{key}");
            match key["use"].as_str() {
                Some("sig") => assert!(key["alg"].is_string()),
                Some("enc") => assert!(key["kty"] == "EC" || key["alg"] == "RSA-OAEP-256", "{key}"),
                other => panic!("for {other:?}"),
            }
            for private in ["d", "p", "q", "dp", "dq", "qi", "k"] {
                assert_eq!(key.get(private), None, "{private}");
            }
        }
    });
}

/// OD-12: an unknown tenant has no document, and the default one has one address.
#[test]
fn an_unknown_tenant_has_no_document() {
    on_sqlite(async |at| {
        for path in [
            "/t/nowhere/.well-known/openid-configuration",
            "/.well-known/openid-configuration/t/nowhere",
            "/.well-known/oauth-authorization-server/t/nowhere",
            "/t/default/.well-known/openid-configuration",
            "/t/nowhere/oauth2/jwks",
        ] {
            assert_eq!(at.get(path, &[]).await.status, 404, "{path}");
        }
        assert_eq!(at.get("/t/acme/oauth2/jwks", &[]).await.status, 200);
    });
}

/// OD-13: what both documents say is the same.
#[test]
fn both_documents_agree() {
    on_sqlite(async |at| {
        let (oidc, oauth) = (
            document(at, "/.well-known/openid-configuration").await,
            document(at, "/.well-known/oauth-authorization-server").await,
        );

        for (name, value) in oauth.as_object().unwrap() {
            assert_eq!(oidc.get(name), Some(value), "{name}");
        }
    });
}

/// OC-52: a key is published before it signs and after it has signed.
#[test]
fn old_and_new_keys_are_both_published() {
    on_sqlite(async |at| {
        let names = async || {
            let jwks = document(at, "/oauth2/jwks").await;
            jwks["keys"]
                .as_array()
                .unwrap()
                .iter()
                .map(|key| key["kid"].as_str().unwrap().to_owned())
                .collect::<Vec<_>>()
        };
        let web = RelyingParty::new(at, "web");
        let (before, old) = (names().await, web.tokens("openid").await);

        at.issuer.rotate_keys(&at.tenant()).await.unwrap();
        let new = web.tokens("openid").await;

        let (old_kid, new_kid) = (jwt::header(old.id())["kid"].clone(), jwt::header(new.id())["kid"].clone());
        assert_ne!(old_kid, new_kid);
        assert!(before.contains(&new_kid.as_str().unwrap().to_owned()), "published before its first use");
        assert!(names().await.contains(&old_kid.as_str().unwrap().to_owned()), "published after its last use");
        at.verified(old.id(), "JWT").await;
    });
}
