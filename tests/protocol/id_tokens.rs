//! ID tokens. OIDC Core §2, §5.4, §5.5, §10.1, §15.1.

use portreeve_domain::Lifetime;
use portreeve_tests::{
    authorization::NONCE,
    browser::Browser,
    cast,
    deployment::{on_both, on_sqlite},
    jwt,
    relying_party::{RelyingParty, Tokens},
};

/// OC-26, OC-25, OA-ID-4, OA-ID-5, OA-ID-6, OA-ID-8, OA-ID-12, OA-ID-14: the claims every ID token has, verified with a published
/// key.
#[test]
fn an_id_token_has_the_required_claims() {
    on_sqlite(async |at| {
        let web = RelyingParty::new(at, "web");

        let tokens = web.tokens("openid").await;

        let claims = at.verified(tokens.id(), "JWT").await;
        let subject = claims["sub"].as_str().unwrap();
        assert_eq!(claims["iss"], cast::ISSUER);
        assert_eq!(claims["aud"], "web");
        assert!((1..=255).contains(&subject.len()) && subject.is_ascii());
        assert_eq!(claims["iat"], at.seconds());
        assert!(claims["exp"].as_i64().unwrap() > at.seconds());
        assert_eq!(claims["nonce"], NONCE);
    });
}

/// OC-27, OA-ID-3: `azp`, if present, is the client.
#[test]
fn azp_is_the_client() {
    on_sqlite(async |at| {
        let claims = jwt::claims(RelyingParty::new(at, "web").tokens("openid").await.id());

        assert!(claims.get("azp").is_none_or(|azp| azp == "web"));
    });
}

/// OC-28, OA-ID-13: the header names the key and brings none, and the key set has exactly one of that name.
#[test]
fn the_header_names_a_published_key() {
    on_sqlite(async |at| {
        let jwks = at.get("/oauth2/jwks", &[]).await.success();
        let keys = jwks["keys"].as_array().unwrap();
        assert!(keys.len() > 1, "the rule is about several keys");
        for client in ["web", "rs256"] {
            let tokens = RelyingParty::new(at, client).tokens("openid").await;

            let header = jwt::header(tokens.id());

            let named = keys.iter().filter(|key| key["kid"] == header["kid"]).collect::<Vec<_>>();
            assert_eq!(named.len(), 1, "{client}");
            assert_eq!(named[0]["alg"], header["alg"], "{client}");
            for elsewhere in ["jku", "jwk", "x5c", "x5u"] {
                assert_eq!(header.get(elsewhere), None, "{client}: {elsewhere}");
            }
        }
    });
}

/// OC-29, OC-39: what is advertised for ID tokens, userinfo and authorization responses is what they are signed with.
#[test]
fn every_advertised_algorithm_signs() {
    on_both(async |at| {
        for algorithm in ["RS256", "ES256", "PS256", "EdDSA"] {
            at.apply(&format!(
                "[[clients]]\nclient_id = \"signed\"\ntoken_endpoint_auth_method = \"none\"\n\
                 redirect_uris = [\"https://rp.example/cb\"]\nid_token_signed_response_alg = \"{algorithm}\"\n\
                 userinfo_signed_response_alg = \"{algorithm}\"\nauthorization_signed_response_alg = \"{algorithm}\"\n"
            ))
            .await;
            let signed = RelyingParty::new(at, "signed");
            let tokens = signed.tokens("openid").await;
            let userinfo = at.userinfo(tokens.access()).await.text();
            let answer =
                Browser::new(at).sign_in(&signed.request("openid").with("response_mode", "jwt"), cast::ADA).await;
            let response = answer.get("response").unwrap().to_owned();

            for token in [tokens.id(), &userinfo, &response] {
                assert_eq!(jwt::header(token)["alg"], algorithm);
            }
            assert_eq!(at.verified(tokens.id(), "JWT").await["aud"], "signed");
            assert_eq!(at.verified_response("", &response, "JWT").await["aud"], "signed");
            assert_eq!(jwt::claims(&userinfo)["aud"], "signed");
        }
    });
}

/// OC-29: RS256 is there for clients that register it, and is the default of the profile `oidc`.
#[test]
fn rs256_is_supported_and_the_default() {
    on_sqlite(async |at| {
        let registered = RelyingParty::new(at, "rs256").tokens("openid").await;
        let default = RelyingParty::of_tenant(at, "certified", "web").tokens("openid").await;

        assert_eq!(jwt::header(registered.id())["alg"], "RS256");
        assert_eq!(jwt::header(default.id())["alg"], "RS256");
        at.verified(registered.id(), "JWT").await;
    });
}

/// OC-30: no ID token is unsigned, and no client can register that it should be.
#[test]
fn unsigned_id_tokens_cannot_be_registered() {
    on_sqlite(async |at| {
        let client = "[[clients]]\nclient_id = \"new\"\ntoken_endpoint_auth_method = \"none\"\n\
                      redirect_uris = [\"https://new.example/cb\"]\n";

        for algorithm in ["none", "HS256"] {
            let registered = at.try_apply(&format!("{client}id_token_signed_response_alg = \"{algorithm}\"\n")).await;
            assert!(registered.is_err(), "{algorithm}");
        }
        assert!(at.try_apply(&format!("{client}id_token_signed_response_alg = \"ES256\"\n")).await.is_ok());
    });
}

/// OC-21: claims asked for by scope come from userinfo, not in the ID token.
#[test]
fn scope_claims_come_from_userinfo() {
    on_sqlite(async |at| {
        let tokens = RelyingParty::new(at, "web").tokens("openid profile email address phone").await;

        let (in_token, in_userinfo) = (jwt::claims(tokens.id()), at.userinfo(tokens.access()).await.success());

        for claim in ["name", "email", "address", "phone_number"] {
            assert_eq!(in_token.get(claim), None, "{claim}");
            assert!(in_userinfo.get(claim).is_some(), "{claim}");
        }
    });
}

/// OC-18: a claim asked for in one place appears there and not in the other.
#[test]
fn single_claims_land_where_they_were_asked() {
    on_sqlite(async |at| {
        let web = RelyingParty::new(at, "web");
        let claims = r#"{"id_token":{"given_name":null},"userinfo":{"family_name":{"essential":true}}}"#;

        let tokens = web.tokens_for(&web.request("openid").with("claims", claims)).await;

        let (in_token, in_userinfo) = (jwt::claims(tokens.id()), at.userinfo(tokens.access()).await.success());
        assert_eq!((&in_token["given_name"], in_token.get("family_name")), (&"Ada".into(), None));
        assert_eq!((in_userinfo.get("given_name"), &in_userinfo["family_name"]), (None, &"Lovelace".into()));
    });
}

/// OC-35: an ID token of a refresh is about the same sign-in: same `iss`, `sub`, `aud` and `auth_time`, a new `iat`.
#[test]
fn a_refreshed_id_token_is_about_the_same_sign_in() {
    on_sqlite(async |at| {
        let web = RelyingParty::new(at, "web");
        let first = web.tokens_for(&web.request("openid").with("max_age", "1000")).await;
        at.wait(Lifetime::from_minutes(5));

        let second = Tokens(web.refresh(first.refresh()).await.success());

        let (first, second) = (jwt::claims(first.id()), at.verified(second.id(), "JWT").await);
        for claim in ["iss", "sub", "aud", "auth_time"] {
            assert_eq!(first[claim], second[claim], "{claim}");
            assert!(!first[claim].is_null(), "{claim}");
        }
        assert_eq!(second["iat"].as_i64(), first["iat"].as_i64().map(|iat| iat + 300));
        assert!(second.get("nonce").is_none_or(|nonce| nonce == NONCE), "the original nonce or none");
    });
}

/// OC-33, OA-22: the reply with the tokens is JSON that nobody keeps.
#[test]
fn the_token_reply_is_json_and_not_kept() {
    on_sqlite(async |at| {
        let web = RelyingParty::new(at, "web");
        let grant = web.grant("openid", cast::ADA).await;

        let reply = web.redeem(&grant).await;

        let body = reply.success();
        assert!(reply.header("content-type").is_some_and(|kind| kind.starts_with("application/json")));
        assert!(reply.header("cache-control").is_some_and(|value| value.contains("no-store")));
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(body["token_type"], "Bearer");
        assert_eq!(body["expires_in"], 600);
    });
}

/// S-096: `acr` and `amr` say what was done in this session.
#[test]
fn acr_and_amr_say_what_was_done() {
    on_sqlite(async |at| {
        let web = RelyingParty::new(at, "web");

        let one = jwt::claims(web.tokens_of("openid", cast::ADA).await.id());
        let two = jwt::claims(web.tokens_of("openid", cast::GRACE).await.id());

        assert_eq!((&one["acr"], &one["amr"]), (&"aal1".into(), &serde_json::json!(["pwd"])));
        assert_eq!(two["acr"], "aal2");
        for method in ["pwd", "otp", "mfa"] {
            assert!(two["amr"].as_array().unwrap().contains(&method.into()), "{method}: {}", two["amr"]);
        }
    });
}

/// S-096, SU-02: a stronger `acr` than the session has asks for the second factor.
#[test]
fn a_stronger_acr_steps_up() {
    on_sqlite(async |at| {
        let (web, browser) = (RelyingParty::new(at, "web"), Browser::new(at));
        browser.sign_in(&web.request("openid"), cast::ALAN).await.code();

        let plain = browser.authorize(&web.request("orders.read").with("acr_values", "aal2")).await;
        assert_eq!(plain.step(), "enrol-totp", "plain OAuth as well");
        let page = browser.authorize(&web.request("openid").with("acr_values", "aal2")).await;

        assert_eq!(page.step(), "enrol-totp");
        assert!(page.has_button("skip"), "acr_values is voluntary");
        let end = browser.press(&page, "skip", &[]).await;
        assert!(!end.callback().code().is_empty());
    });
}
