//! A tenant's signing keys in memory: who signs, what is published, what is believed.
//!
//! Owns the choice of key and the ready-made JWKS. Leaves the schedule to `domain` and its execution to `key_rotation`.
//! RFC 7517; OIDC Core §10.1.1.

use std::collections::HashMap;

use portreeve_crypto::{AssociatedData, hex, sha256};
use portreeve_domain::{Fault, KeyPhase, KeyTimes, TenantId, Timestamp};
use portreeve_jose::{Algorithm, KeySet, SigningKey};
use portreeve_storage::signing_keys::SigningKeyRow;
use serde_json::{Value, json};

use crate::tenant_keys::TenantKeys;

/// One key with its life.
pub struct KnownKey {
    /// The key.
    pub key: SigningKey,
    /// Its life.
    pub times: KeyTimes,
}

/// The signing keys of one tenant.
pub struct SigningKeys {
    keys: Vec<KnownKey>,
    active: HashMap<Algorithm, usize>,
    believed: KeySet,
    jwks: Vec<u8>,
    etag: String,
}

/// Where a private key is sealed.
pub(crate) fn place(tenant: TenantId, kid: &str) -> AssociatedData<'_> {
    AssociatedData { table: "signing_keys", column: "private_sealed", row: kid.as_bytes(), tenant: tenant.as_i64() }
}

impl SigningKeys {
    /// Opens the stored keys and prepares what is asked for on every request; the JWKS ends with `others`.
    ///
    /// # Errors
    /// A fault when a key does not open or does not parse.
    pub(crate) fn open(
        rows: &[&SigningKeyRow],
        keys: &TenantKeys,
        others: Vec<Value>,
        now: Timestamp,
    ) -> Result<Self, Fault> {
        let mut known = Vec::new();
        for row in rows.iter().filter(|row| row.times.phase(now) != KeyPhase::Retired) {
            let algorithm = Algorithm::parse(&row.algorithm)
                .ok_or_else(|| Fault::impossible("a stored key of unknown algorithm"))?;
            let private = keys.seal.open(&place(row.tenant, &row.kid), &row.private_sealed).map_err(Fault::new)?;
            let key = SigningKey::from_pkcs8(algorithm, &private).map_err(Fault::new)?;
            known.push(KnownKey { key, times: row.times });
        }
        let active = known
            .iter()
            .enumerate()
            .filter(|(_, known)| known.times.phase(now) == KeyPhase::Active)
            .map(|(at, known)| (known.key.algorithm(), at))
            .collect();
        let believed = KeySet::from_signing_keys(known.iter().map(|known| &known.key)).map_err(Fault::new)?;
        let published = known.iter().map(|known| Value::Object(known.key.public_jwk())).chain(others);
        let published: Vec<Value> = published.collect();
        let jwks = serde_json::to_vec(&json!({ "keys": published })).map_err(Fault::new)?;
        let etag = etag_of(&jwks);
        Ok(Self { keys: known, active, believed, jwks, etag })
    }

    /// The key that signs with `algorithm` now.
    ///
    /// # Errors
    /// A transient fault while the first key of an algorithm is still being made.
    pub fn active(&self, algorithm: Algorithm) -> Result<&SigningKey, Fault> {
        self.active
            .get(&algorithm)
            .and_then(|&at| self.keys.get(at))
            .map(|known| &known.key)
            .ok_or_else(|| Fault::transient(format!("no signing key for {} yet", algorithm.name())))
    }

    /// Every key that is published: staged, active and retiring.
    pub fn all(&self) -> &[KnownKey] {
        &self.keys
    }

    /// Whether the key `kid` is among them.
    pub(crate) fn has(&self, kid: &str) -> bool {
        self.keys.iter().any(|known| known.key.kid() == kid)
    }

    /// What our own tokens are verified with.
    pub fn believed(&self) -> &KeySet {
        &self.believed
    }

    /// The JWKS document, ready to send.
    pub fn jwks(&self) -> &[u8] {
        &self.jwks
    }

    /// The strong entity tag of the JWKS document.
    pub fn jwks_etag(&self) -> &str {
        &self.etag
    }
}

/// A strong entity tag: the first half of the document's SHA-256 in hexadecimal, quoted.
pub(crate) fn etag_of(document: &[u8]) -> String {
    let digest = sha256(document);
    format!("\"{}\"", hex(digest.as_bytes().iter().take(16)))
}
