//! Somebody who signs anything: every header, every claim, however wrong.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use portreeve_jose::{Algorithm, KeySet, SigningKey};
use rcgen::{KeyPair, SigningKey as _};
use serde_json::{Map, Value, json};

/// A key, and what is known of it.
pub(crate) struct Signer {
    pub(crate) algorithm: Algorithm,
    /// The public key, with its `kid`.
    pub(crate) jwk: Map<String, Value>,
    pair: KeyPair,
}

impl Signer {
    pub(crate) fn new(algorithm: Algorithm) -> Self {
        let pkcs8 = SigningKey::generate(algorithm).unwrap().pkcs8;
        let jwk = SigningKey::from_pkcs8(algorithm, &pkcs8).unwrap().public_jwk();
        Self { algorithm, jwk, pair: KeyPair::try_from(pkcs8.as_slice()).expect("a key in PKCS#8") }
    }

    pub(crate) fn keys(&self) -> KeySet {
        KeySet::from_jwks(&json!({ "keys": [self.jwk] })).unwrap()
    }

    pub(crate) fn key_id(&self) -> &str {
        self.jwk["kid"].as_str().unwrap()
    }

    /// A header that names this key, and the type.
    pub(crate) fn header(&self, typ: &str) -> Value {
        json!({ "alg": self.algorithm.name(), "kid": self.key_id(), "typ": typ })
    }

    /// The key alone, as a proof brings it.
    pub(crate) fn bare_key(&self) -> Value {
        let members = self.jwk.iter().filter(|(name, _)| !matches!(name.as_str(), "kid" | "use" | "alg"));
        Value::Object(members.map(|(name, value)| (name.clone(), value.clone())).collect())
    }

    /// A token of exactly these two parts, signed.
    pub(crate) fn sign(&self, header: impl AsRef<[u8]>, claims: impl AsRef<[u8]>) -> String {
        let input = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        let signature = self.pair.sign(input.as_bytes()).expect("a signature");
        let signature = if self.algorithm == Algorithm::Es256 { fixed_length(&signature) } else { signature };
        format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

/// The DER of an ECDSA signature, SEQUENCE { r, s }, as the 64 bytes of JWS (RFC 7518 §3.4).
fn fixed_length(der: &[u8]) -> Vec<u8> {
    let (first, rest) = integer(&der[2..]);
    [first, integer(rest).0].concat()
}

/// One INTEGER as 32 bytes, and what follows it.
fn integer(der: &[u8]) -> (Vec<u8>, &[u8]) {
    let (bytes, rest) = der[2..].split_at(usize::from(der[1]));
    let significant = &bytes[bytes.len().saturating_sub(32)..];
    ([vec![0; 32 - significant.len()], significant.to_vec()].concat(), rest)
}
