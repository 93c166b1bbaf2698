//! What clients sign their assertions with. OIDC Registration §2, RFC 7523 §3; RFC 7591 §2.

use http::Method;
use portreeve_jose::{Algorithm, SigningKey};
use portreeve_tests::{
    deployment::{on_both, on_sqlite},
    relying_party::{ASSERTION_TYPE, assertion_claims},
};
use serde_json::{Value, json};

use crate::registered::{Registered, allow, register, web};

/// An RSA key as its owner signs with it by one and the other algorithm, and as anybody sees it.
fn rsa_key() -> (SigningKey, SigningKey, Value) {
    let generated = SigningKey::generate(Algorithm::Ps256).unwrap();
    let of = |algorithm| SigningKey::from_pkcs8(algorithm, &generated.pkcs8).unwrap();
    let mut public = of(Algorithm::Ps256).public_jwk();
    public.remove("alg");
    (of(Algorithm::Ps256), of(Algorithm::Rs256), Value::Object(public))
}

/// OC-51, DR-09: with a registered algorithm no other counts, though the key could do both; it is told back, and a replacement
/// without it lets both count again (OIDC Registration §2).
#[test]
fn the_registered_algorithm_alone_counts() {
    on_both(async |at| {
        allow(at, "open", "").await;
        let (by_ps256, by_rs256, key) = rsa_key();
        let by_keys = |more: Value| {
            let mut metadata =
                web(json!({ "token_endpoint_auth_method": "private_key_jwt", "jwks": { "keys": [key.clone()] } }));
            metadata.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            metadata
        };
        let picky = Registered::new(at, &by_keys(json!({ "token_endpoint_auth_signing_alg": "PS256" }))).await;
        let revoke = async |signer: &SigningKey| {
            let claims = assertion_claims(at, picky.id()).to_string();
            let token = signer.sign("JWT", claims.as_bytes()).unwrap();
            let pairs = [("client_assertion_type", ASSERTION_TYPE), ("client_assertion", &token), ("token", "x")];
            at.post("/oauth2/revoke", &[], &pairs).await
        };
        assert_eq!(picky.text("token_endpoint_auth_signing_alg"), "PS256");

        assert_eq!(revoke(&by_ps256).await.status, 200);
        assert_eq!(revoke(&by_rs256).await.error(), (401, "invalid_client".to_owned()));

        let replacement = by_keys(json!({ "client_id": picky.id() }));
        picky.manage(at, Method::PUT, &replacement).await.success();
        assert_eq!(revoke(&by_rs256).await.status, 200);
    });
}

/// OC-51, F2-15: what can be registered is an algorithm of the profile that fits the method; files and registrations are told alike.
#[test]
fn the_registered_algorithm_fits_method_and_profile() {
    on_sqlite(async |at| {
        allow(at, "open", "").await;
        let key: Vec<_> =
            at.client_key().public_jwk().into_iter().map(|(name, value)| format!("{name} = {value}")).collect();
        let jwks = format!("jwks = {{ keys = [{{ {} }}] }}\n", key.join(", "));
        let secret = "client_secret = { file = \"secret\" }\n";
        for (tenant, method, more, algorithm, is_good) in [
            ("default", "private_key_jwt", jwks.as_str(), "ES256", true),
            ("default", "private_key_jwt", &jwks, "RS512", true),
            ("default", "private_key_jwt", &jwks, "HS256", false),
            ("default", "private_key_jwt", &jwks, "none", false),
            ("default", "private_key_jwt", &jwks, "es256", false),
            ("default", "client_secret_jwt", secret, "HS256", true),
            ("default", "client_secret_jwt", secret, "HS512", false),
            ("default", "client_secret_jwt", secret, "ES256", false),
            ("default", "client_secret_basic", secret, "ES256", false),
            ("strict", "private_key_jwt", &jwks, "PS256", true),
            ("strict", "private_key_jwt", &jwks, "RS256", false),
        ] {
            let file = format!(
                "[[clients]]\ntenant = \"{tenant}\"\nclient_id = \"new\"\ngrant_types = [\"client_credentials\"]\n\
                 response_types = []\ntoken_endpoint_auth_method = \"{method}\"\n\
                 token_endpoint_auth_signing_alg = \"{algorithm}\"\n{more}"
            );
            assert_eq!(at.try_apply(&file).await.is_ok(), is_good, "{method} with {algorithm} in {tenant}");
        }
        let basic = web(json!({ "token_endpoint_auth_signing_alg": "ES256" }));
        assert_eq!(register(at, None, &basic).await.error(), (400, "invalid_client_metadata".to_owned()));
    });
}
