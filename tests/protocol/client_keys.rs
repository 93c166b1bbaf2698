//! The keys of clients that publish them. OIDC Core §10.1.1, RFC 7591 §2.

use portreeve_jose::{Algorithm, SigningKey};
use portreeve_tests::{
    deployment::{Deployment, on_both, on_sqlite},
    hosted::Hosted,
    relying_party::{ASSERTION_TYPE, assertion_claims},
    reply::Reply,
};
use serde_json::{Value, json};

const JSON: &str = "application/json";

fn new_key() -> SigningKey {
    let generated = SigningKey::generate(Algorithm::Es256).expect("a key");
    SigningKey::from_pkcs8(Algorithm::Es256, &generated.pkcs8).expect("the key just made")
}

fn jwks(key: &SigningKey) -> String {
    json!({ "keys": [Value::Object(key.public_jwk())] }).to_string()
}

/// Registers a client that authenticates with keys published at `uri`.
async fn register(at: &Deployment, client_id: &str, uri: &str) {
    let text = format!(
        r#"
[[clients]]
client_id = "{client_id}"
token_endpoint_auth_method = "private_key_jwt"
grant_types = ["client_credentials"]
jwks_uri = "{uri}"
"#
    );
    at.apply(&text).await;
}

/// Asks for a token with an assertion signed by `key`.
async fn ask(at: &Deployment, client_id: &str, key: &SigningKey) -> Reply {
    let assertion = key.sign("JWT", assertion_claims(at, client_id).to_string().as_bytes()).expect("sign");
    let pairs = [
        ("grant_type", "client_credentials"),
        ("scope", "orders.read"),
        ("client_assertion_type", ASSERTION_TYPE),
        ("client_assertion", &assertion),
    ];
    at.post("/oauth2/token", &[], &pairs).await
}

/// OC-53: a key that appears at `jwks_uri` is found at once; one that has gone does not count any more.
#[test]
fn a_new_key_of_a_client_is_found_by_one_more_fetch() {
    on_both(async |at| {
        let (first, second) = (new_key(), new_key());
        let hosted = Hosted::new(JSON, &jwks(&first));
        register(at, "published", &hosted.url()).await;
        assert_eq!(ask(at, "published", &first).await.status, 200);
        assert_eq!(ask(at, "published", &first).await.status, 200);
        assert_eq!(hosted.fetches(), 1);

        hosted.replace(&jwks(&second));

        assert_eq!(ask(at, "published", &second).await.status, 200);
        assert_eq!(ask(at, "published", &first).await.error(), (401, "invalid_client".to_owned()));
        assert_eq!(hosted.fetches(), 2);
    });
}

/// S-055: made-up key ids bring about one fetch, and no other client feels it.
#[test]
fn made_up_key_ids_do_not_make_the_server_fetch_again_and_again() {
    on_both(async |at| {
        let (good, later) = (new_key(), new_key());
        let (attacked, other) = (Hosted::new(JSON, &jwks(&good)), Hosted::new(JSON, &jwks(&good)));
        register(at, "attacked", &attacked.url()).await;
        register(at, "bystander", &other.url()).await;
        assert_eq!(ask(at, "attacked", &good).await.status, 200);
        assert_eq!(ask(at, "bystander", &good).await.status, 200);

        for _ in 0..100 {
            // Another key each time: one that was asked for and not found could be remembered.
            assert_eq!(ask(at, "attacked", &new_key()).await.error(), (401, "invalid_client".to_owned()));
        }

        assert_eq!((attacked.fetches(), other.fetches()), (2, 1));
        assert_eq!(ask(at, "attacked", &good).await.status, 200);
        other.replace(&jwks(&later));
        assert_eq!(ask(at, "bystander", &later).await.status, 200);
    });
}

/// S-054, S-029: keys that cannot be had or used are the client's failure, never ours.
#[test]
fn keys_that_cannot_be_had_authenticate_nobody() {
    on_both(async |at| {
        let key = new_key();
        let secret = json!({ "keys": [{ "kty": "oct", "k": "AAAA", "kid": key.kid() }] }).to_string();
        let addresses = [
            Hosted::new(JSON, "{").url(),
            Hosted::new(JSON, "{}").url(),
            Hosted::new(JSON, &secret).url(),
            Hosted::new("text/html", &jwks(&key)).url(),
            format!("{}/nowhere", Hosted::new(JSON, "").url()),
            // Not on the allow-list: nobody connects there.
            "https://127.0.0.1:9/jwks".to_owned(),
            "http://localhost:9/jwks".to_owned(),
        ];

        for (number, address) in addresses.iter().enumerate() {
            let client_id = format!("keyless-{number}");
            register(at, &client_id, address).await;
            assert_eq!(ask(at, &client_id, &key).await.error(), (401, "invalid_client".to_owned()), "{address}");
        }
    });
}

/// DR-06: a client that registers keys and publishes them is refused.
#[test]
fn keys_are_registered_or_published_not_both() {
    on_sqlite(async |at| {
        let text = r#"
[[clients]]
client_id = "both"
client_secret = { file = "secret" }
grant_types = ["client_credentials"]
jwks = { keys = [] }
jwks_uri = "https://rp.example/jwks"
"#;

        let problems = at.try_apply(text).await.unwrap_err();

        assert!(problems[0].to_string().contains("jwks_uri cannot be given beside jwks"), "{}", problems[0]);
    });
}
