//! Keys of a stranger for tests: signed with `josekit`, so that what we verify was not made by us.

use josekit::jwk::alg::ec::{EcCurve, EcKeyPair};
use josekit::jwk::alg::ed::{EdCurve, EdKeyPair};
use josekit::jwk::alg::rsa::RsaKeyPair;
use josekit::jwk::{Jwk, KeyPair};
use josekit::jws::{self, JwsSigner};
use serde_json::{Value, json};

use crate::algorithm::Algorithm;
use crate::base64url;
use crate::key_set::KeySet;

/// A client or issuer with one key, registered under the id `k1` without `alg`.
pub(crate) struct Stranger {
    pub(crate) jwk: Value,
    signer: Box<dyn JwsSigner>,
}

impl Stranger {
    pub(crate) fn new(algorithm: Algorithm) -> Self {
        let pair: Box<dyn KeyPair> = match algorithm {
            Algorithm::Es256 => Box::new(EcKeyPair::generate(EcCurve::P256).unwrap()),
            Algorithm::Es384 => Box::new(EcKeyPair::generate(EcCurve::P384).unwrap()),
            Algorithm::Es512 => Box::new(EcKeyPair::generate(EcCurve::P521).unwrap()),
            Algorithm::EdDsa => Box::new(EdKeyPair::generate(EdCurve::Ed25519).unwrap()),
            _ => Box::new(RsaKeyPair::generate(2048).unwrap()),
        };
        let mut jwk = pair.to_jwk_public_key();
        jwk.set_key_id("k1");
        Self { jwk: Value::Object(jwk.as_ref().clone()), signer: signer(algorithm, &pair.to_jwk_key_pair()) }
    }

    pub(crate) fn keys(&self) -> KeySet {
        KeySet::from_jwks(&json!({"keys": [self.jwk]})).unwrap()
    }

    /// A token with exactly this header and these claims.
    pub(crate) fn sign(&self, header: &str, claims: &str) -> String {
        let input = format!("{}.{}", base64url::encode(header), base64url::encode(claims));
        let signature = self.signer.sign(input.as_bytes()).unwrap();
        format!("{input}.{}", base64url::encode(signature))
    }
}

fn signer(algorithm: Algorithm, key: &Jwk) -> Box<dyn JwsSigner> {
    match algorithm {
        Algorithm::Es256 => Box::new(jws::ES256.signer_from_jwk(key).unwrap()),
        Algorithm::Es384 => Box::new(jws::ES384.signer_from_jwk(key).unwrap()),
        Algorithm::Es512 => Box::new(jws::ES512.signer_from_jwk(key).unwrap()),
        Algorithm::EdDsa => Box::new(jws::EdDSA.signer_from_jwk(key).unwrap()),
        Algorithm::Ps256 => Box::new(jws::PS256.signer_from_jwk(key).unwrap()),
        Algorithm::Ps384 => Box::new(jws::PS384.signer_from_jwk(key).unwrap()),
        Algorithm::Ps512 => Box::new(jws::PS512.signer_from_jwk(key).unwrap()),
        Algorithm::Rs256 => Box::new(jws::RS256.signer_from_jwk(key).unwrap()),
        Algorithm::Rs384 => Box::new(jws::RS384.signer_from_jwk(key).unwrap()),
        Algorithm::Rs512 => Box::new(jws::RS512.signer_from_jwk(key).unwrap()),
    }
}
