//! Access tokens for APIs. RFC 9068, RFC 8707.

use portreeve_tests::{
    cast,
    deployment::{on_both, on_sqlite},
    jwt,
    relying_party::{RelyingParty, Tokens},
};

/// S-044, OA-JW-1, OA-TO-8, OA-TO-9: a JWT for an API has a type of its own, one audience, ten minutes, the claims of RFC 9068
/// §2.2, and a signature.
#[test]
fn a_jwt_access_token_is_of_its_own_kind() {
    on_both(async |at| {
        let web = RelyingParty::new(at, "web");

        let request = web.request("openid orders.read").with("resource", cast::ORDERS).with("max_age", "60");
        let tokens = web.tokens_for(&request).await;

        let header = jwt::header(tokens.access());
        assert_eq!(header["typ"], "at+jwt");
        let claims = at.verified(tokens.access(), "at+jwt").await;
        assert_eq!((&claims["iss"], &claims["aud"]), (&cast::ISSUER.into(), &cast::ORDERS.into()));
        assert_eq!(claims["client_id"], "web");
        assert_eq!(claims["sub"], jwt::claims(tokens.id())["sub"]);
        assert!(claims["jti"].is_string());
        assert_eq!(claims["exp"].as_i64(), claims["iat"].as_i64().map(|iat| iat + 600));
        let unsigned = jwt::encoded(&serde_json::json!({ "alg": "none", "typ": "at+jwt", "kid": header["kid"] }));
        let unsigned = format!("{unsigned}.{}.", jwt::encoded(&claims));
        for (token, status) in [(tokens.access(), 204), (unsigned.as_str(), 401)] {
            let authorization = format!("Bearer {token}");
            let reply = at.get("/gateway/auth-request/Orders", &[("authorization", &authorization)]).await;
            assert_eq!(reply.status, status, "{token}");
        }
    });
}

/// AT-02, AT-03, SU-02: it says who authenticated how and when, also after a refresh.
#[test]
fn a_jwt_access_token_is_true_to_the_authentication() {
    on_sqlite(async |at| {
        let web = RelyingParty::new(at, "web");
        let since = at.seconds();
        let first = web.tokens_for(&web.request("orders.read").with("resource", cast::ORDERS)).await;
        at.wait(portreeve_domain::Lifetime::from_minutes(5));

        let second = Tokens(web.refresh(first.refresh()).await.success());

        for tokens in [&first, &second] {
            let claims = jwt::claims(tokens.access());
            assert_eq!((claims["auth_time"].as_i64(), &claims["acr"]), (Some(since), &"aal1".into()));
            for required in ["iss", "exp", "aud", "sub", "client_id", "iat", "jti"] {
                assert!(!claims[required].is_null(), "{required}");
            }
        }
        assert_ne!(jwt::claims(first.access())["jti"], jwt::claims(second.access())["jti"]);
    });
}

/// AT-04: every scope in a token means something to its audience (RFC 9068 §2.2.3), as introspection says it.
#[test]
fn the_scopes_of_a_token_are_those_of_its_audience() {
    on_sqlite(async |at| {
        let web = RelyingParty::new(at, "web");

        let tokens = web.tokens_for(&web.request("openid email orders.read").with("resource", cast::ORDERS)).await;

        let told = RelyingParty::new(at, "gateway").introspect(tokens.access()).await.success();
        assert_eq!(told["scope"], "orders.read");
        assert_eq!(jwt::claims(tokens.access())["scope"], "orders.read");
    });
}

/// AT-08: it holds nothing about the person but the subject.
#[test]
fn a_jwt_access_token_holds_no_personal_data() {
    on_sqlite(async |at| {
        let web = RelyingParty::new(at, "web");
        let request = web.request("openid profile email phone address orders.read").with("resource", cast::ORDERS);

        let claims = jwt::claims(web.tokens_for(&request).await.access()).to_string();

        for personal in [cast::ADA, "Lovelace", "London", "+441234567890"] {
            assert!(!claims.contains(personal), "{claims}");
        }
    });
}

/// S-044: an ID token is no access token and no assertion, by its type.
#[test]
fn an_id_token_has_another_type_than_an_access_token() {
    on_both(async |at| {
        let tokens = RelyingParty::new(at, "web").tokens("openid").await;

        assert_ne!(jwt::header(tokens.id())["typ"], "at+jwt");
    });
}

/// S-032, BC-06: the token is for the resource that was asked, with the scopes of that resource.
#[test]
fn each_token_is_for_one_resource() {
    on_both(async |at| {
        let web = RelyingParty::new(at, "web");
        let request =
            web.request("orders.read bills.read").also("resource", cast::ORDERS).also("resource", cast::BILLS);
        let grant = web.grant_for(&request, cast::ADA).await;

        let for_orders = Tokens(web.redeem_with(&grant, &[("resource", cast::ORDERS)]).await.success());
        let for_bills = Tokens(web.refresh_with(for_orders.refresh(), &[("resource", cast::BILLS)]).await.success());

        let gateway = RelyingParty::new(at, "gateway");
        assert_eq!(jwt::claims(for_orders.access())["scope"], "orders.read");
        let bills = gateway.introspect(for_bills.access()).await.success();
        assert_eq!((&bills["aud"], &bills["scope"]), (&cast::BILLS.into(), &"bills.read".into()));
    });
}

/// S-026: an opaque token has at most 100 characters, which every gateway can keep.
#[test]
fn opaque_tokens_are_short() {
    on_sqlite(async |at| {
        let web = RelyingParty::new(at, "web");

        let tokens = web.tokens_for(&web.request("bills.read").with("resource", cast::BILLS)).await;

        assert!(tokens.access().len() <= 100, "{}", tokens.access());
        assert!(!tokens.access().contains('.'));
    });
}
