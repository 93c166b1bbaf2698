//! Tests of client authentication: one method, live secrets, assertions used once.

use portreeve_crypto::sha256;
use portreeve_domain::{ClientAuthMethod, ClientMetadata, TenantId};
use portreeve_jose::{Algorithm, SigningKey};
use portreeve_oidc::client_authentication::ASSERTION_TYPE;
use portreeve_oidc::{Cause, Parameters, Refusal};
use portreeve_storage::clients;
use serde_json::{Value, json};

use crate::SenderEvidence;
use crate::testing::{ISSUER, SECRET, World, parameters};
use portreeve_domain::Failure;

async fn authenticate(world: &World, form: &Parameters) -> Result<String, Refusal> {
    match world.issuer.authenticate_client(&world.at(), &[], &SenderEvidence::default(), form).await {
        Ok(client) => Ok(client.id.as_str().to_owned()),
        Err(Failure::Refused(refusal)) => Err(refusal),
        Err(Failure::Fault(fault)) => panic!("{fault}"),
    }
}

fn with_secret(client: &str, secret: &str) -> Parameters {
    parameters(&[("client_id", client), ("client_secret", secret)])
}

/// S-048: each of two live secrets works, a removed one does not.
#[tokio::test]
async fn every_live_secret_works_and_no_other() {
    let world = World::new().await;
    let web = world.client("web");
    let set = async |secrets: &[&str]| {
        let hashes: Vec<[u8; 32]> = secrets.iter().map(|secret| *sha256(secret.as_bytes()).as_bytes()).collect();
        world
            .change(async |tx| {
                clients::replace_secrets(tx, web.tenant, &web.id, &hashes, world.clock.now()).await.unwrap();
            })
            .await;
    };

    set(&["one", "two"]).await;
    assert!(authenticate(&world, &with_secret("web", "one")).await.is_ok());
    assert!(authenticate(&world, &with_secret("web", "two")).await.is_ok());
    set(&["two"]).await;
    assert!(authenticate(&world, &with_secret("web", "one")).await.is_err());
    set(&[]).await;
    for secret in ["one", "two", "x"] {
        assert!(authenticate(&world, &with_secret("web", secret)).await.is_err());
    }
}

/// S-059, S-050: unknown, wrong, by another method, switched off: one answer.
#[tokio::test]
async fn every_failure_looks_the_same() {
    let world = World::new().await;
    let other = world.client("other");
    world
        .change(async |tx| {
            assert!(clients::disable(tx, other.tenant, &other.id, Some(world.clock.now())).await.unwrap());
        })
        .await;

    for form in [
        with_secret("nobody", SECRET),
        with_secret("web", "wrong"),
        with_secret("spa", SECRET),
        with_secret("other", SECRET),
        parameters(&[("client_id", "web")]),
        parameters(&[("client_id", "nobody")]),
    ] {
        assert_eq!(authenticate(&world, &form).await.unwrap_err().cause, Cause::ClientAuthenticationFailed);
    }
}

#[tokio::test]
async fn a_public_client_says_who_it_is() {
    let world = World::new().await;

    assert_eq!(authenticate(&world, &parameters(&[("client_id", "spa")])).await.unwrap(), "spa");
}

/// A client that signs.
struct Signer {
    world: World,
    key: SigningKey,
}

impl Signer {
    async fn new() -> Self {
        let world = World::new().await;
        let generated = SigningKey::generate(Algorithm::Es256).unwrap();
        let key = SigningKey::from_pkcs8(Algorithm::Es256, &generated.pkcs8).unwrap();
        let metadata = ClientMetadata {
            token_endpoint_auth_method: ClientAuthMethod::PrivateKeyJwt,
            jwks: Some(json!({ "keys": [Value::Object(key.public_jwk())] })),
            ..world.client("web").metadata.clone()
        };
        let id = portreeve_domain::ClientId::parse("signer").unwrap();
        world
            .change(async |tx| {
                clients::upsert(tx, TenantId::DEFAULT, &id, &metadata, world.clock.now()).await.unwrap();
            })
            .await;
        Self { world, key }
    }

    fn assertion(&self, client: &str, token_id: &str) -> Parameters {
        let now = self.world.clock.now().as_seconds();
        let claims = json!({"iss": client, "sub": client, "aud": ISSUER, "jti": token_id, "iat": now, "exp": now + 60});
        let assertion = self.key.sign("JWT", claims.to_string().as_bytes()).unwrap();
        parameters(&[("client_assertion_type", ASSERTION_TYPE), ("client_assertion", &assertion)])
    }
}

/// OC-51, S-049: an assertion proves its client, once.
#[tokio::test]
async fn an_assertion_works_once() {
    let signer = Signer::new().await;
    let form = signer.assertion("signer", "j-1");

    assert_eq!(authenticate(&signer.world, &form).await.unwrap(), "signer");
    assert_eq!(authenticate(&signer.world, &form).await.unwrap_err().cause, Cause::ClientAuthenticationFailed);
    assert!(authenticate(&signer.world, &signer.assertion("signer", "j-2")).await.is_ok());
}

/// S-050, S-059: a signature proves nothing for a client without keys, and an unknown one looks the same.
#[tokio::test]
async fn an_assertion_for_another_client_proves_nothing() {
    let signer = Signer::new().await;

    for client in ["web", "spa", "nobody"] {
        let refusal = authenticate(&signer.world, &signer.assertion(client, "j-1")).await.unwrap_err();
        assert_eq!(refusal.cause, Cause::ClientAuthenticationFailed, "{client}");
    }
}
