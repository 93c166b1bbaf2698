//! Tokens by way of the browser: hybrid and implicit flows of profile `oidc`. OIDC Core §3.2, §3.3.

use portreeve_jose::{Algorithm, left_half_hash};
use portreeve_tests::{
    authorization::{AuthorizationRequest, NONCE, STATE},
    browser::Browser,
    cast,
    deployment::{Deployment, on_both, on_sqlite},
    jwt,
    relying_party::{Grant, RelyingParty, Tokens},
    reply::Callback,
};
use serde_json::Value;

/// Every response type of profile `oidc` that holds more than a code.
const FRONT_CHANNEL: [&str; 5] = ["id_token", "id_token token", "code id_token", "code token", "code id_token token"];

/// A tenant of profile `oidc` with a client that registered every response type.
const HYBRID: &str = r#"
[[clients]]
tenant = "certified"
client_id = "hybrid"
client_secret = { file = "secret" }
redirect_uris = ["https://hybrid.example/cb"]
grant_types = ["authorization_code", "implicit", "refresh_token"]
response_types = ["code", "id_token", "token id_token", "code id_token", "code token", "code id_token token"]

[[clients]]
tenant = "certified"
client_id = "spa"
token_endpoint_auth_method = "none"
redirect_uris = ["https://spa.example/cb"]
grant_types = ["implicit"]
response_types = ["id_token token"]
"#;

async fn hybrid(at: &Deployment) -> RelyingParty<'_> {
    at.apply(HYBRID).await;
    RelyingParty::of_tenant(at, "certified", "hybrid")
}

fn asking(party: &RelyingParty<'_>, response_type: &str) -> AuthorizationRequest {
    party.request("openid email").with("response_type", response_type)
}

/// Verifies an ID token of the tenant and returns its claims.
async fn id_token(at: &Deployment, callback: &Callback) -> Value {
    at.verified_at("/t/certified", callback.get("id_token").expect("an ID token"), "JWT").await
}

/// RM-01, RM-03, OC-25: each response type gives what it names, in the fragment, whatever the order of its words.
#[test]
fn each_response_type_gives_what_it_names() {
    on_both(async |at| {
        let party = hybrid(at).await;
        for response_type in FRONT_CHANNEL.into_iter().chain(["token id_token code", "id_token code"]) {
            let callback = Browser::new(at).sign_in(&asking(&party, response_type), cast::ADA).await;

            assert!(callback.url.starts_with("https://hybrid.example/cb#"), "{}", callback.url);
            let asked = |word| response_type.split(' ').any(|asked| asked == word);
            for (word, parameter) in [("code", "code"), ("token", "access_token"), ("id_token", "id_token")] {
                assert_eq!(callback.get(parameter).is_some(), asked(word), "{response_type}: {parameter}");
            }
            assert_eq!(callback.get("token_type"), asked("token").then_some("Bearer"));
            assert_eq!(callback.get("expires_in"), asked("token").then_some("600"));
            assert_eq!((callback.get("state"), callback.get("iss")), (Some(STATE), Some(party.issuer().as_str())));
            if asked("id_token") {
                assert_eq!(id_token(at, &callback).await["nonce"], NONCE);
            }
        }
    });
}

/// OA-AZ-26: no refresh token passes through the browser, and an implicit grant has none at all.
#[test]
fn no_refresh_token_passes_through_the_browser() {
    on_sqlite(async |at| {
        let party = hybrid(at).await;
        for response_type in FRONT_CHANNEL {
            let request =
                asking(&party, response_type).with("scope", "openid offline_access").with("prompt", "consent");
            let callback = Browser::new(at).sign_in(&request, cast::ADA).await;
            assert_eq!(callback.get("refresh_token"), None, "{response_type}");
        }
    });
}

/// OC-24, OA-AZ-20: without a `nonce` there is no ID token from the authorization endpoint; a code needs none.
#[test]
fn a_nonce_is_required_where_an_id_token_comes_by_the_browser() {
    on_sqlite(async |at| {
        let party = hybrid(at).await;
        for response_type in ["id_token", "id_token token", "code id_token", "code id_token token"] {
            let refused = Browser::new(at).authorize(&asking(&party, response_type).without("nonce")).await.callback();
            assert_eq!(refused.error(), "invalid_request", "{response_type}");
            assert!(refused.url.starts_with("https://hybrid.example/cb#error="), "OC-56: {}", refused.url);
        }

        let code = Browser::new(at).sign_in(&asking(&party, "code").without("nonce"), cast::ADA).await;
        assert!(!code.code().is_empty());
    });
}

/// OC-31, OA-ID-2, OA-ID-9, OA-ID-10, OA-ID-11: an ID token is bound to the access token, the code and the `state` beside it by
/// hashes that fit its algorithm.
#[test]
fn an_id_token_is_bound_to_what_is_beside_it() {
    on_sqlite(async |at| {
        let party = hybrid(at).await;
        for response_type in ["id_token", "id_token token", "code id_token", "code id_token token"] {
            let callback = Browser::new(at).sign_in(&asking(&party, response_type), cast::ADA).await;
            let claims = id_token(at, &callback).await;

            assert_eq!(jwt::header(callback.get("id_token").unwrap())["alg"], "RS256");
            let hash = |parameter| callback.get(parameter).map(|text| left_half_hash(Algorithm::Rs256, text));
            assert_eq!(claims["at_hash"].as_str(), hash("access_token").as_deref(), "{response_type}");
            assert_eq!(claims["c_hash"].as_str(), hash("code").as_deref(), "{response_type}");
            assert_eq!(claims["s_hash"].as_str(), hash("state").as_deref(), "{response_type}");
        }
    });
}

/// OC-21: where there is an access token the claims of the scopes are at userinfo; where there is none they are in the token.
#[test]
fn scope_claims_are_in_the_id_token_only_when_it_comes_alone() {
    on_sqlite(async |at| {
        let party = hybrid(at).await;
        for response_type in ["id_token", "id_token token", "code id_token"] {
            let callback = Browser::new(at).sign_in(&asking(&party, response_type), cast::ADA).await;
            let claims = id_token(at, &callback).await;
            let expected = (response_type == "id_token").then_some(cast::ADA);
            assert_eq!(claims.get("email").and_then(Value::as_str), expected, "{response_type}");
        }
    });
}

/// OC-32: the ID tokens of both endpoints say the same about who and for whom, and both echo the `nonce`.
#[test]
fn both_id_tokens_of_a_hybrid_flow_agree() {
    on_both(async |at| {
        let party = hybrid(at).await;
        let callback = Browser::new(at).sign_in(&asking(&party, "code id_token token"), cast::ADA).await;
        let first = id_token(at, &callback).await;

        let grant = Grant { code: callback.code(), redirect_uri: party.redirect_uri.clone() };
        let tokens = Tokens(party.redeem(&grant).await.success());

        let second = at.verified_at("/t/certified", tokens.id(), "JWT").await;
        for claim in ["iss", "sub", "aud", "nonce", "auth_time", "acr", "sid"] {
            assert_eq!(first[claim], second[claim], "{claim}");
        }
        assert_eq!(second["at_hash"].as_str(), Some(left_half_hash(Algorithm::Rs256, tokens.access()).as_str()));
    });
}

/// OC-03, OC-38: the access token of either flow works at userinfo, about the person of the ID token.
#[test]
fn an_access_token_by_the_browser_works_at_userinfo() {
    on_sqlite(async |at| {
        at.apply(HYBRID).await;
        for client in ["hybrid", "spa"] {
            let party = RelyingParty::of_tenant(at, "certified", client);
            let callback = Browser::new(at).sign_in(&asking(&party, "id_token token"), cast::ADA).await;

            let authorization = format!("Bearer {}", callback.get("access_token").unwrap());
            let headers = [("authorization", authorization.as_str())];
            let told = at.get("/t/certified/oauth2/userinfo", &headers).await.success();

            assert_eq!((&told["sub"], &told["email"]), (&id_token(at, &callback).await["sub"], &cast::ADA.into()));
        }
    });
}

/// S-021: a code presented twice ends the access token that came beside it.
#[test]
fn a_replayed_code_ends_the_token_beside_it() {
    on_both(async |at| {
        let party = hybrid(at).await;
        let callback = Browser::new(at).sign_in(&asking(&party, "code token"), cast::ADA).await;
        let grant = Grant { code: callback.code(), redirect_uri: party.redirect_uri.clone() };
        let token = callback.get("access_token").unwrap();
        assert!(party.sees_active(token).await);

        assert_eq!(party.redeem(&grant).await.status, 200);
        assert_eq!(party.redeem(&grant).await.error().1, "invalid_grant");

        assert!(!party.sees_active(token).await);
    });
}

/// RM-02, S-011: what holds a token is never sent in the query.
#[test]
fn tokens_are_never_in_the_query() {
    on_both(async |at| {
        let party = hybrid(at).await;
        for response_type in FRONT_CHANNEL {
            for mode in ["query", "query.jwt"] {
                let request = asking(&party, response_type).with("response_mode", mode);
                let refused = Browser::new(at).authorize(&request).await.callback();
                assert_eq!(refused.error(), "invalid_request", "{response_type} {mode}");
                assert!(refused.url.starts_with("https://hybrid.example/cb#error="), "{}", refused.url);
            }
        }
    });
}

/// RM-05, OA-AZ-31: the form carries tokens as well.
#[test]
fn tokens_come_by_form() {
    on_sqlite(async |at| {
        let party = hybrid(at).await;
        let request = asking(&party, "code id_token token").with("response_mode", "form_post");

        let callback = Browser::new(at).sign_in(&request, cast::ADA).await;

        assert_eq!(callback.url, "https://hybrid.example/cb");
        for parameter in ["code", "access_token", "id_token"] {
            assert!(callback.get(parameter).is_some(), "{parameter}");
        }
    });
}

/// S-033, OA-06, BC-11: without registration, and in profile `oauth21`, none of it exists.
#[test]
fn nothing_but_codes_without_profile_and_registration() {
    on_both(async |at| {
        at.apply(HYBRID).await;
        let unregistered = RelyingParty::of_tenant(at, "certified", "web");
        let strict = RelyingParty::new(at, "web");
        for response_type in FRONT_CHANNEL {
            for (party, error) in [(&unregistered, "unauthorized_client"), (&strict, "unsupported_response_type")] {
                let refused = Browser::new(at).authorize(&asking(party, response_type)).await.callback();
                assert_eq!(refused.error(), error, "{response_type}");
            }
        }
        let refused = at
            .try_apply(
                "[[clients]]\nclient_id = \"hybrid\"\ntoken_endpoint_auth_method = \"none\"\n\
                 redirect_uris = [\"https://rp.example/cb\"]\nresponse_types = [\"code id_token\"]\n\
                 grant_types = [\"authorization_code\", \"implicit\"]\n",
            )
            .await;
        assert!(refused.is_err());
    });
}

/// OA-19: `implicit` is no grant of the token endpoint.
#[test]
fn implicit_is_no_grant_of_the_token_endpoint() {
    on_sqlite(async |at| {
        let party = hybrid(at).await;

        assert_eq!(party.token(&[("grant_type", "implicit")]).await.error().1, "unsupported_grant_type");
    });
}

/// OC-04, OC-56: a silent request is answered without a page, in the fragment, with tokens or with the error.
#[test]
fn a_silent_request_renews_tokens() {
    on_sqlite(async |at| {
        let (party, browser) = (hybrid(at).await, Browser::new(at));
        let silent = asking(&party, "id_token token").with("prompt", "none");
        let refused = browser.authorize(&silent).await.callback();
        assert_eq!(refused.error(), "login_required");
        assert!(refused.url.contains("/cb#error="));
        browser.sign_in(&asking(&party, "id_token token"), cast::ADA).await;

        let renewed = browser.authorize(&silent).await.callback();

        assert!(renewed.get("access_token").is_some() && renewed.get("id_token").is_some());
    });
}
