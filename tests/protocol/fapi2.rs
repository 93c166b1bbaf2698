//! The profile `fapi2`: FAPI 2.0 Security Profile.

use portreeve_jose::{Algorithm, SigningKey};
use portreeve_tests::{
    authorization::AuthorizationRequest,
    cast,
    certificates::certificates,
    deployment::{Deployment, on_both, on_sqlite},
    dpop::{ProofKey, with_proof},
    relying_party::{ASSERTION_TYPE, RelyingParty, assertion, assertion_claims},
    reply::Reply,
};
use serde_json::{Value, json};

const TOKEN: &str = "/oauth2/token";

/// Makes a key of a client and registers `keyed` with it, in the profile.
async fn strict_client(at: &Deployment, algorithm: Algorithm) -> SigningKey {
    let made = SigningKey::generate(algorithm).unwrap();
    let key = SigningKey::from_pkcs8(algorithm, &made.pkcs8).unwrap();
    at.apply(&strict(&key, "profile = \"fapi2\"\n")).await;
    key
}

fn strict(key: &SigningKey, more: &str) -> String {
    let jwk: Vec<_> = key.public_jwk().into_iter().map(|(name, value)| format!("{name} = {value}")).collect();
    format!(
        "[[clients]]\nclient_id = \"keyed\"\ntoken_endpoint_auth_method = \"private_key_jwt\"\n\
         redirect_uris = [\"https://keyed.example/cb\"]\nresponse_types = [\"code\"]\n\
         grant_types = [\"authorization_code\", \"client_credentials\"]\njwks = {{ keys = [{{ {} }}] }}\n{more}",
        jwk.join(", ")
    )
}

/// Asks for a token as `keyed` with these claims and a good proof.
async fn ask(at: &Deployment, key: &SigningKey, claims: &Value) -> Reply {
    let assertion = key.sign("JWT", claims.to_string().as_bytes()).unwrap();
    let pairs = [
        ("grant_type", "client_credentials"),
        ("scope", "orders.read"),
        ("client_assertion_type", ASSERTION_TYPE),
        ("client_assertion", &assertion),
    ];
    let request = portreeve_tests::deployment::post_request(TOKEN, &[], &pairs);
    at.send(with_proof(request, &ProofKey::new().token_proof(at))).await
}

fn changed(at: &Deployment, name: &str, value: Value) -> Value {
    let mut claims = assertion_claims(at, "keyed");
    claims[name] = value;
    claims
}

/// F2-03: no token without a binding, by a key or by a certificate.
#[test]
fn only_bound_tokens_are_issued() {
    on_both(async |at| {
        at.apply(&strict(&at.client_key(), "profile = \"fapi2\"\n")).await;
        let keyed = RelyingParty::new(at, "keyed");
        let grant = [("grant_type", "client_credentials"), ("scope", "orders.read")];

        let bare = keyed.token(&grant).await;
        let proven = at.send(with_proof(keyed.prepared(TOKEN, &grant), &ProofKey::new().token_proof(at))).await;

        assert_eq!(bare.error(), (400, "invalid_dpop_proof".to_owned()));
        assert_eq!(proven.success()["token_type"], "DPoP");
        at.apply("[[tenants]]\nslug = \"default\"\nprofile = \"fapi2\"\n").await;
        let issued = RelyingParty::new(at, "issued").token(&grant).await.success();
        let told = RelyingParty::new(at, "issued").introspect(issued["access_token"].as_str().unwrap()).await.success();
        let thumbprint = portreeve_tests::certificates::thumbprint(&certificates().issued);
        assert_eq!(told["cnf"], json!({ "x5t#S256": thumbprint }));
        assert_eq!(RelyingParty::new(at, "self-signed").token(&grant).await.error().0, 400, "shown, but not bound");
    });
}

/// F2-02, F2-04: clients prove themselves by keys; others can neither be registered nor go on.
#[test]
fn clients_prove_themselves_by_keys() {
    on_sqlite(async |at| {
        let client = |method: &str, secret: &str| {
            format!(
                "[[clients]]\nclient_id = \"new\"\nprofile = \"fapi2\"\n{secret}redirect_uris = [\"https://new.example/cb\"]\n\
                 token_endpoint_auth_method = \"{method}\"\n"
            )
        };
        let secret = "client_secret = { file = \"secret\" }\n";
        for (method, secret) in [
            ("none", ""),
            ("client_secret_basic", secret),
            ("client_secret_post", secret),
            ("client_secret_jwt", secret),
        ] {
            assert!(at.try_apply(&client(method, secret)).await.is_err(), "{method}");
        }
        at.apply("[[tenants]]\nslug = \"default\"\nprofile = \"fapi2\"\n").await;
        for registered_before in ["service", "mac"] {
            let party = RelyingParty::new(at, registered_before);
            let pairs = [("grant_type", "client_credentials"), ("scope", "orders.read")];
            let reply = at.send(with_proof(party.prepared(TOKEN, &pairs), &ProofKey::new().token_proof(at))).await;
            assert_eq!(reply.error(), (401, "invalid_client".to_owned()), "{registered_before}");
        }
        let spa = RelyingParty::new(at, "spa").refresh("x").await;
        assert_eq!(spa.error(), (401, "invalid_client".to_owned()), "a public client");
    });
}

/// F2-05: the audience of an assertion is the issuer, as a string, and nothing else.
#[test]
fn an_assertion_is_for_the_issuer_as_a_string() {
    on_sqlite(async |at| {
        let key = strict_client(at, Algorithm::Es256).await;

        assert_eq!(ask(at, &key, &assertion_claims(at, "keyed")).await.status, 200);
        for audience in [
            json!([cast::ISSUER]),
            json!(format!("{}{TOKEN}", cast::ISSUER)),
            json!(format!("{}/oauth2/par", cast::ISSUER)),
            json!([cast::ISSUER, format!("{}{TOKEN}", cast::ISSUER)]),
            json!(format!("{}/", cast::ISSUER)),
        ] {
            let reply = ask(at, &key, &changed(at, "aud", audience.clone())).await;
            assert_eq!(reply.error(), (401, "invalid_client".to_owned()), "{audience}");
        }
    });
}

/// F2-08: ten seconds ahead are good, more than sixty are not.
#[test]
fn an_assertion_may_come_from_a_clock_that_is_ahead() {
    on_sqlite(async |at| {
        let key = strict_client(at, Algorithm::Es256).await;
        for name in ["iat", "nbf"] {
            let good = ask(at, &key, &changed(at, name, json!(at.seconds() + 10))).await;
            let bad = ask(at, &key, &changed(at, name, json!(at.seconds() + 61))).await;

            assert_eq!((good.status.as_u16(), bad.error().0), (200, 401), "{name}");
        }
    });
}

/// F2-15: PS256, ES256 and EdDSA; RS256 is refused, from clients and for them.
#[test]
fn three_algorithms_sign() {
    on_sqlite(async |at| {
        for (algorithm, status) in
            [(Algorithm::Ps256, 200), (Algorithm::EdDsa, 200), (Algorithm::Es256, 200), (Algorithm::Rs256, 401)]
        {
            let key = strict_client(at, algorithm).await;
            let reply = ask(at, &key, &assertion_claims(at, "keyed")).await;
            assert_eq!(reply.status, status, "{}", algorithm.name());
        }
        for member in
            ["id_token_signed_response_alg", "userinfo_signed_response_alg", "introspection_signed_response_alg"]
        {
            let client = |algorithm: &str| {
                strict(&at.client_key(), &format!("profile = \"fapi2\"\n{member} = \"{algorithm}\"\n"))
            };
            assert!(at.try_apply(&client("RS256")).await.is_err(), "{member}");
            assert!(at.try_apply(&client("ES256")).await.is_ok(), "{member}");
        }
    });
}

/// F2-10: a request that was not pushed is refused, at the client's own address.
#[test]
fn a_request_that_was_not_pushed_is_refused() {
    on_sqlite(async |at| {
        at.apply(&strict(&at.client_key(), "profile = \"fapi2\"\n")).await;
        let request = AuthorizationRequest::new("keyed", "https://keyed.example/cb", "openid");

        let reply = at.get(&request.path(), &[]).await;

        let location = reply.location().unwrap();
        assert!(location.starts_with("https://keyed.example/cb?"), "{location}");
        assert!(location.contains("error=invalid_request"), "{location}");
    });
}

/// An assertion of the cast's own key still works outside the profile, with its looser audience.
#[test]
fn other_profiles_are_as_before() {
    on_sqlite(async |at| {
        let claims = changed(at, "aud", json!([cast::ISSUER]));
        let pairs = [
            ("grant_type", "client_credentials"),
            ("scope", "orders.read"),
            ("client_assertion_type", ASSERTION_TYPE),
            ("client_assertion", &assertion(at, &claims)),
        ];

        assert_eq!(at.post(TOKEN, &[], &pairs).await.success()["token_type"], "Bearer");
    });
}
