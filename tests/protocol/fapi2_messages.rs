//! Signed messages in the profile `fapi2`: FAPI 2.0 Message Signing.

use portreeve_jose::{Algorithm, SigningKey};
use portreeve_tests::{
    browser::Browser,
    cast,
    deployment::{Deployment, on_both, on_sqlite},
    jwt,
    relying_party::{ASSERTION_TYPE, RelyingParty, assertion_claims},
};
use serde_json::{Value, json};

use crate::fapi2::{ask, strict, strict_client};
use crate::request_objects::{TYP, claims_of};

/// What `keyed` asks, as an object that holds for five minutes.
fn dated_claims(at: &Deployment, keyed: &RelyingParty<'_>) -> Value {
    let mut claims = claims_of(&keyed.request("openid").with("response_mode", "jwt"));
    claims["nbf"] = json!(at.seconds());
    claims["exp"] = json!(at.seconds() + 300);
    claims
}

/// M2-01, M2-02, S-028: where signed requests are demanded, a push is an object of the client's own key and holds for an hour.
#[test]
fn a_push_is_signed_by_its_client_and_dated() {
    on_both(async |at| {
        at.apply(&strict(&at.client_key(), "profile = \"fapi2\"\nrequire_signed_request_object = true\n")).await;
        let keyed = RelyingParty::new(at, "keyed");
        let good = dated_claims(at, &keyed);
        let push = async |object: String| keyed.post("/oauth2/par", &[("request", &object)]).await;
        let sign = |claims: &Value| at.client_key().sign(TYP, claims.to_string().as_bytes()).unwrap();

        assert_eq!(push(sign(&good)).await.status, 201);
        let unsigned = keyed.push(&keyed.request("openid")).await;
        assert_eq!(unsigned.error(), (400, "invalid_request".to_owned()));
        let stranger = SigningKey::from_pkcs8(Algorithm::Es256, &SigningKey::generate(Algorithm::Es256).unwrap().pkcs8);
        let by_stranger = stranger.unwrap().sign(TYP, good.to_string().as_bytes()).unwrap();
        let by_nobody = format!("{}.{}.", jwt::encoded(&json!({ "alg": "none" })), jwt::encoded(&good));
        let mut bad = vec![by_stranger, by_nobody];
        for (name, value) in [
            ("nbf", Value::Null),
            ("nbf", json!(at.seconds() - 3601)),
            ("exp", Value::Null),
            ("exp", json!(at.seconds() + 3601)),
            ("aud", Value::Null),
            ("aud", json!(format!("{}/oauth2/par", cast::ISSUER))),
        ] {
            let mut claims = good.clone();
            claims[name] = value;
            bad.push(sign(&claims));
        }
        for object in bad {
            assert_eq!(push(object.clone()).await.error(), (400, "invalid_request_object".to_owned()), "{object}");
        }
    });
}

/// F2-08: an object from a clock that is ten seconds ahead is taken, one from a minute ahead is not.
#[test]
fn an_object_may_be_of_a_clock_that_is_a_little_ahead() {
    on_both(async |at| {
        at.apply(&strict(&at.client_key(), "profile = \"fapi2\"\nrequire_signed_request_object = true\n")).await;
        let keyed = RelyingParty::new(at, "keyed");
        let ahead = async |name: &str, seconds: i64| {
            let mut claims = dated_claims(at, &keyed);
            claims[name] = json!(at.seconds() + seconds);
            let object = at.client_key().sign(TYP, claims.to_string().as_bytes()).unwrap();
            keyed.post("/oauth2/par", &[("request", &object)]).await
        };

        for name in ["nbf", "iat"] {
            assert_eq!(ahead(name, 10).await.status, 201, "{name}");
            let refused = ahead(name, 61).await;
            assert_eq!(refused.error(), (400, "invalid_request_object".to_owned()), "{name}");
        }
    });
}

/// M2-02, F2-15: RS256 signs no object here, although the key is the client's.
#[test]
fn an_object_signed_with_rs256_is_refused() {
    on_sqlite(async |at| {
        let made = SigningKey::generate(Algorithm::Rs256).unwrap();
        let key = SigningKey::from_pkcs8(Algorithm::Rs256, &made.pkcs8).unwrap();
        let [own, rsa] = [at.client_key().public_jwk(), key.public_jwk()].map(Value::Object);
        let toml = |jwk: Value| {
            let members = jwk.as_object().unwrap().clone();
            members.into_iter().map(|(name, value)| format!("{name} = {value}")).collect::<Vec<_>>().join(", ")
        };
        let both = format!("jwks = {{ keys = [{{ {} }}, {{ {} }}] }}\n", toml(own), toml(rsa));
        let client = strict(&at.client_key(), "profile = \"fapi2\"\n");
        let (before, _) = client.split_once("jwks = ").unwrap();
        at.apply(&format!("{before}{both}profile = \"fapi2\"\n")).await;
        let keyed = RelyingParty::new(at, "keyed");

        let object = key.sign(TYP, dated_claims(at, &keyed).to_string().as_bytes()).unwrap();
        let refused = keyed.post("/oauth2/par", &[("request", &object)]).await;

        assert_eq!(refused.error(), (400, "invalid_request_object".to_owned()));
    });
}

/// M2-03: the answer to a signed request is signed as well, also when it is an error; by an algorithm of the profile.
#[test]
fn answers_are_signed_too() {
    on_sqlite(async |at| {
        let more = "profile = \"fapi2\"\nrequire_signed_request_object = true\n";
        at.apply(&strict(&at.client_key(), more)).await;
        let keyed = RelyingParty::new(at, "keyed");
        for (prompt, member) in [("consent", "code"), ("none", "error")] {
            let mut claims = dated_claims(at, &keyed);
            claims["prompt"] = json!(prompt);
            let object = at.client_key().sign(TYP, claims.to_string().as_bytes()).unwrap();
            let pushed = keyed.post("/oauth2/par", &[("request", &object)]).await.json();
            let browser = Browser::new(at);
            let page = browser.visit(&keyed.pushed_path(pushed["request_uri"].as_str().unwrap())).await;

            let callback = browser.complete(page, cast::ADA).await;

            let names: Vec<_> = callback.parameters.iter().map(|(name, _)| name.as_str()).collect();
            assert_eq!(names, ["response"], "{prompt}");
            let response = callback.get("response").unwrap();
            assert_eq!(jwt::header(response)["alg"], "ES256");
            let said = at.verified_response("", response, "JWT").await;
            assert!(said[member].is_string(), "{said}");
            assert_eq!((&said["iss"], &said["aud"]), (&json!(cast::ISSUER), &json!("keyed")));
        }
    });
}

/// M2-04: introspection answers are signed, by ES256, for whoever asks for it.
#[test]
fn introspection_answers_are_signed() {
    on_sqlite(async |at| {
        let key = strict_client(at, Algorithm::Es256).await;
        let token = ask(at, &key, &assertion_claims(at, "keyed")).await.success()["access_token"].clone();
        let assertion = key.sign("JWT", assertion_claims(at, "keyed").to_string().as_bytes()).unwrap();
        let pairs = [
            ("token", token.as_str().unwrap()),
            ("client_assertion_type", ASSERTION_TYPE),
            ("client_assertion", &assertion),
        ];

        let reply = at.post("/oauth2/introspect", &[("accept", "application/token-introspection+jwt")], &pairs).await;

        assert_eq!(reply.header("content-type"), Some("application/token-introspection+jwt"));
        let text = reply.text();
        assert_eq!(
            (&jwt::header(&text)["alg"], &jwt::header(&text)["typ"]),
            (&json!("ES256"), &json!("token-introspection+jwt"))
        );
        let said = jwt::claims(&text);
        assert_eq!((&said["iss"], &said["aud"]), (&json!(cast::ISSUER), &json!("keyed")));
        assert_eq!(said["token_introspection"]["active"], true);
    });
}
