//! The userinfo endpoint. OIDC Core §5.1, §5.3, RFC 6750.

use portreeve_tests::{
    cast,
    deployment::{on_both, on_sqlite},
    jwt,
    relying_party::{RelyingParty, Tokens},
};
use serde_json::json;

const EVERYTHING: &str = "openid profile email address phone";

/// OC-37, OA-API-7: by GET and by POST, with the token in the header or in the form.
#[test]
fn userinfo_is_had_in_three_ways() {
    on_sqlite(async |at| {
        let tokens = RelyingParty::new(at, "web").tokens("openid email").await;
        let bearer = format!("Bearer {}", tokens.access());
        let header = [("authorization", bearer.as_str())];

        let by_get = at.get("/oauth2/userinfo", &header).await.success();
        let by_post = at.post("/oauth2/userinfo", &header, &[]).await.success();
        let by_form = at.post("/oauth2/userinfo", &[], &[("access_token", tokens.access())]).await.success();

        assert_eq!(by_get["email"], cast::ADA);
        assert_eq!(by_get, by_post);
        assert_eq!(by_get, by_form);
    });
}

/// OC-37: the number that a client gives its request comes back with every answer, and nothing else does (FAPI 1.0 Baseline §6.2.1).
#[test]
fn the_number_of_a_request_comes_back() {
    on_sqlite(async |at| {
        let tokens = RelyingParty::new(at, "web").tokens("openid").await;
        let (good, bad) = (format!("Bearer {}", tokens.access()), "Bearer ptat_x".to_owned());
        let name = "x-fapi-interaction-id";

        for (authorization, status) in [(&good, 200), (&bad, 401)] {
            let asked = |number| [("authorization", authorization.as_str()), (name, number)];
            let number = "c770aef3-6784-41f7-8e0e-ff5f97bddb3a";
            for reply in [
                at.get("/oauth2/userinfo", &asked(number)).await,
                at.post("/oauth2/userinfo", &asked(number), &[]).await,
            ] {
                assert_eq!((reply.status.as_u16(), reply.header(name)), (status, Some(number)));
            }
            for other in ["", "1", "c770aef3-6784-41f7-8e0e-ff5f97bddb3g", &number.repeat(2)] {
                assert_eq!(at.get("/oauth2/userinfo", &asked(other)).await.header(name), None, "{other}");
            }
        }
    });
}

/// OC-38: `sub` is always there and that of the ID token.
#[test]
fn sub_is_that_of_the_id_token() {
    on_sqlite(async |at| {
        let tokens = RelyingParty::new(at, "web").tokens("openid").await;

        let userinfo = at.userinfo(tokens.access()).await.success();

        assert_eq!(userinfo, json!({ "sub": jwt::claims(tokens.id())["sub"] }));
    });
}

/// OC-22: claims that nobody gave a value are left out.
#[test]
fn claims_without_a_value_are_left_out() {
    on_sqlite(async |at| {
        let tokens = RelyingParty::new(at, "web").tokens_of(EVERYTHING, cast::ALAN).await;

        let userinfo = at.userinfo(tokens.access()).await.success();

        for (name, value) in userinfo.as_object().unwrap() {
            assert!(!value.is_null() && value != "", "{name}");
        }
        for absent in ["name", "address", "phone_number", "birthdate"] {
            assert_eq!(userinfo.get(absent), None, "{absent}");
        }
        assert_eq!(userinfo["email"], cast::ALAN);
    });
}

/// OC-23: the address is an object, what is verified a boolean, the time of the last change a number.
#[test]
fn claims_have_the_types_of_the_specification() {
    on_sqlite(async |at| {
        let tokens = RelyingParty::new(at, "web").tokens(EVERYTHING).await;

        let userinfo = at.userinfo(tokens.access()).await.success();

        assert_eq!(userinfo["address"]["locality"], "London");
        assert_eq!(userinfo["address"]["formatted"], "12 St James's Square\nLondon");
        assert_eq!(userinfo["email_verified"], true);
        assert_eq!(userinfo["phone_number_verified"], false);
        assert!(userinfo["updated_at"].is_i64() || userinfo["updated_at"].is_u64(), "{}", userinfo["updated_at"]);
        assert_eq!(userinfo["birthdate"], "1815-12-10");
        for text in ["name", "given_name", "zoneinfo", "locale", "phone_number", "picture"] {
            assert!(userinfo[text].is_string(), "{text}");
        }
    });
}

/// OC-39: a client that registered an algorithm gets a signed answer with `iss` and `aud`.
#[test]
fn userinfo_is_signed_where_registered() {
    on_sqlite(async |at| {
        let tokens = RelyingParty::new(at, "rs256").tokens("openid email").await;

        let reply = at.userinfo(tokens.access()).await;

        assert_eq!(reply.status, 200);
        assert!(reply.header("content-type").is_some_and(|kind| kind.starts_with("application/jwt")));
        let token = reply.text();
        assert_eq!(jwt::header(&token)["alg"], "RS256");
        let claims = jwt::claims(&token);
        assert_eq!((&claims["iss"], &claims["aud"]), (&cast::ISSUER.into(), &"rs256".into()));
        assert_eq!((&claims["sub"], &claims["email"]), (&jwt::claims(tokens.id())["sub"], &cast::ADA.into()));
        let keys = at.get("/oauth2/jwks", &[]).await.success();
        assert!(keys["keys"].as_array().unwrap().iter().any(|key| key["kid"] == jwt::header(&token)["kid"]));
    });
}

/// OC-40, BE-06: errors are those of RFC 6750; scripts of a registered client may read them; nothing is kept.
#[test]
fn errors_are_readable_by_the_clients_scripts() {
    on_sqlite(async |at| {
        let headers = [("authorization", "Bearer garbage"), ("origin", "https://spa.example")];

        let refused = at.get("/oauth2/userinfo", &headers).await;
        let tokens = RelyingParty::new(at, "spa").tokens("openid email").await;
        let good = at.userinfo(tokens.access()).await;

        assert_eq!(refused.status, 401);
        let challenge = refused.header("www-authenticate").unwrap();
        assert!(challenge.starts_with("Bearer ") && challenge.contains("error=\"invalid_token\""), "{challenge}");
        assert_eq!(refused.header("access-control-allow-origin"), Some("https://spa.example"));
        assert!(good.header("cache-control").is_some_and(|value| value.contains("no-store")));
    });
}

/// OC-41: a token without a person behind it is refused.
#[test]
fn client_credentials_have_no_userinfo() {
    on_sqlite(async |at| {
        let service = RelyingParty::new(at, "service");

        let tokens = Tokens(service.client_credentials(&[("scope", "orders.read")]).await.success());

        assert!([401, 403].contains(&at.userinfo(tokens.access()).await.status.as_u16()));
    });
}

/// S-043, S-044, AT-07: other tokens are no access tokens.
#[test]
fn other_tokens_are_no_access_tokens() {
    on_both(async |at| {
        let web = RelyingParty::new(at, "web");
        let tokens = web.tokens("openid").await;
        let for_api = web.tokens_for(&web.request("openid orders.read").with("resource", cast::ORDERS)).await;
        let code = web.grant("openid", cast::ADA).await.code;

        for other in [tokens.id(), tokens.refresh(), for_api.access(), &code] {
            assert_eq!(at.userinfo(other).await.status, 401, "{other}");
        }
        assert_eq!(at.userinfo(tokens.access()).await.status, 200);
    });
}
