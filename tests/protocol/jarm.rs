//! Signed authorization responses: JWT Secured Authorization Response Mode (JARM).

use portreeve_domain::Lifetime;
use portreeve_tests::{
    authorization::{AuthorizationRequest, STATE},
    browser::Browser,
    cast,
    deployment::{Deployment, on_both, on_sqlite},
    jwt,
    relying_party::{Grant, RelyingParty},
    reply::Callback,
};
use serde_json::Value;

/// The signed modes and how an address begins that an answer for a code is sent to.
const MODES: [(&str, &str); 4] = [
    ("jwt", "https://rp.example/cb?response="),
    ("query.jwt", "https://rp.example/cb?response="),
    ("fragment.jwt", "https://rp.example/cb#response="),
    ("form_post.jwt", "https://rp.example/cb"),
];

fn asking(web: &RelyingParty<'_>, mode: &str) -> AuthorizationRequest {
    web.request("openid").with("response_mode", mode)
}

/// Verifies the only parameter of an answer and returns what it says.
async fn said(at: &Deployment, callback: &Callback) -> Value {
    let names: Vec<_> = callback.parameters.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["response"], "RM-09: nothing beside the JWT");
    at.verified_response("", callback.get("response").unwrap(), "JWT").await
}

/// RM-06, RM-07, RM-09, IS-03: in each mode the answer is one JWT with issuer, audience, a near end and all parameters.
#[test]
fn an_answer_is_one_signed_jwt() {
    on_both(async |at| {
        let web = RelyingParty::new(at, "web");
        for (mode, begins) in MODES {
            let callback = Browser::new(at).sign_in(&asking(&web, mode), cast::ADA).await;

            assert!(callback.url.starts_with(begins), "{}", callback.url);
            let said = said(at, &callback).await;
            assert_eq!(
                (&said["iss"], &said["aud"], &said["state"]),
                (&cast::ISSUER.into(), &"web".into(), &STATE.into())
            );
            let lives = said["exp"].as_i64().unwrap() - at.seconds();
            assert!((1..=Lifetime::from_minutes(10).as_seconds()).contains(&lives), "{lives}");
            let grant =
                Grant { code: said["code"].as_str().unwrap().to_owned(), redirect_uri: web.redirect_uri.clone() };
            assert_eq!(web.redeem(&grant).await.status, 200);
        }
    });
}

/// RM-06: errors too, early and late ones.
#[test]
fn errors_are_signed_too() {
    on_sqlite(async |at| {
        let web = RelyingParty::new(at, "web");
        for (mode, _) in MODES {
            for (name, value, error) in [
                ("prompt", "none", "login_required"),
                ("prompt", "zzz", "invalid_request"),
                ("scope", "openid zzz", "invalid_scope"),
            ] {
                let page = Browser::new(at).authorize(&asking(&web, mode).with(name, value)).await;
                let said = said(at, &page.callback()).await;
                assert_eq!((&said["error"], &said["state"]), (&error.into(), &STATE.into()), "{mode}");
                assert!(said["error_description"].is_string() && said["exp"].is_i64());
                assert_eq!((&said["iss"], &said["aud"]), (&cast::ISSUER.into(), &"web".into()));
            }
        }
    });
}

/// RM-07: `jwt` takes tokens in the fragment.
#[test]
fn the_signed_default_for_tokens_is_the_fragment() {
    on_sqlite(async |at| {
        at.apply(
            "[[clients]]\ntenant = \"certified\"\nclient_id = \"hybrid\"\nclient_secret = { file = \"secret\" }\n\
             redirect_uris = [\"https://rp.example/cb\"]\nresponse_types = [\"code id_token\"]\n\
             grant_types = [\"authorization_code\", \"implicit\"]\n",
        )
        .await;
        let hybrid = RelyingParty::of_tenant(at, "certified", "hybrid");
        let request = asking(&hybrid, "jwt").with("response_type", "code id_token");

        let callback = Browser::new(at).sign_in(&request, cast::ADA).await;

        assert!(callback.url.starts_with("https://rp.example/cb#response="), "{}", callback.url);
        let said = at.verified_response("/t/certified", callback.get("response").unwrap(), "JWT").await;
        assert!(said["code"].is_string() && said["id_token"].is_string());
    });
}

/// RM-08: RS256 unless the client registered another algorithm; `none` cannot be registered.
#[test]
fn the_registered_algorithm_signs() {
    on_sqlite(async |at| {
        let client = |algorithm: &str| {
            format!(
                "[[clients]]\nclient_id = \"signed\"\ntoken_endpoint_auth_method = \"none\"\n\
                 redirect_uris = [\"https://rp.example/cb\"]\nauthorization_signed_response_alg = \"{algorithm}\"\n"
            )
        };
        for refused in ["none", "HS256", ""] {
            assert!(at.try_apply(&client(refused)).await.is_err(), "{refused}");
        }
        at.apply(&client("ES256")).await;

        for (id, algorithm) in [("web", "RS256"), ("signed", "ES256")] {
            let party = RelyingParty::new(at, id);
            let page = Browser::new(at).authorize(&asking(&party, "jwt").with("prompt", "none")).await;
            let callback = page.callback();
            assert_eq!(jwt::header(callback.get("response").unwrap())["alg"], algorithm);
            said(at, &callback).await;
        }
        let document = at.discovery().await;
        assert_eq!(
            document["authorization_signing_alg_values_supported"],
            serde_json::json!(["RS256", "ES256", "PS256", "EdDSA"])
        );
    });
}
