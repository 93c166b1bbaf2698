//! The verification keys of one owner.
//!
//! Owns reading a JWK set, its limits, and choosing a key for a token. Leaves fetching, caching and
//! the question whose set this is to its callers: a token is verified against its owner's set and no
//! other. RFC 7517 §5, SECURITY S-054, rule 11.

use serde_json::Value;

use crate::algorithm::Algorithm;
use crate::rejection::Rejection;
use crate::signing_key::SigningKey;
use crate::verification_key::VerificationKey;

const MAX_KEYS: usize = 20;

/// Why a JWK set was refused as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeySetError {
    /// Not an object with an array `keys`.
    #[error("not a JWK set")]
    NotAKeySet,
    /// More than 20 keys, of whatever kind.
    #[error("more than 20 keys")]
    TooManyKeys,
    /// A key is no object, or a member has a wrong type, encoding or length.
    #[error("a key is malformed")]
    MalformedKey,
    /// A key is symmetric or contains private members: its owner has published a secret.
    #[error("a key is private or symmetric")]
    PrivateOrSymmetricKey,
    /// `use` or `key_ops` says the key is for something other than signatures or encryption.
    #[error("a key is not for signatures")]
    NotForSignatures,
    /// `alg` is a signature algorithm that this type of key cannot have.
    #[error("a key's algorithm does not fit its type")]
    AlgorithmDoesNotFitKey,
    /// RSA below 2048 or above 8192 bits, or an exponent that is 1, even or longer than 64 bits.
    #[error("an RSA key is weak")]
    WeakRsaKey,
    /// The numbers do not form a key, such as a point off the curve.
    #[error("a key is invalid")]
    InvalidKey,
    /// Two keys have the same `kid`.
    #[error("a key id is repeated")]
    DuplicateKeyId,
}

/// Public keys of one owner, parsed once.
pub struct KeySet {
    keys: Vec<VerificationKey>,
}

impl KeySet {
    /// Reads a JWK set of at most 20 public keys: P-256, P-384, P-521, Ed25519, or RSA from 2048 bits.
    ///
    /// Keys for encryption and of unknown type, curve or algorithm are skipped, so the set may come
    /// out empty: ask [`KeySet::is_empty`] where that is an error.
    ///
    /// # Errors
    /// See [`KeySetError`]; one bad key refuses the set.
    pub fn from_jwks(jwks: &Value) -> Result<Self, KeySetError> {
        Self::from_members(members_of(jwks)?)
    }

    /// The public halves of our own keys, to verify what we issued.
    ///
    /// Parses each key again: build it when keys rotate, not per request.
    ///
    /// # Errors
    /// [`KeySetError::DuplicateKeyId`] if a key is given twice.
    pub fn from_signing_keys<'a>(keys: impl IntoIterator<Item = &'a SigningKey>) -> Result<Self, KeySetError> {
        let members: Vec<Value> = keys.into_iter().map(|key| Value::Object(key.public_jwk())).collect();
        Self::from_members(&members)
    }

    /// Whether no usable key is in the set.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// How many usable keys are in the set.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether a usable key has this id: if not, the owner may have rotated and a new fetch helps.
    pub fn contains(&self, key_id: &str) -> bool {
        self.keys.iter().any(|key| key.key_id() == Some(key_id))
    }

    /// Chooses the key for a token: by `kid`, or, without one, the only key that fits `algorithm`.
    pub(crate) fn select(&self, key_id: Option<&str>, algorithm: Algorithm) -> Result<&VerificationKey, Rejection> {
        if let Some(key_id) = key_id {
            let key = self.keys.iter().find(|key| key.key_id() == Some(key_id)).ok_or(Rejection::KeyNotFound)?;
            return if key.fits(algorithm) { Ok(key) } else { Err(Rejection::AlgorithmDoesNotFitKey) };
        }
        let mut fitting = self.keys.iter().filter(|key| key.fits(algorithm));
        let key = fitting.next().ok_or(Rejection::KeyNotFound)?;
        match fitting.next() {
            None => Ok(key),
            Some(_) => Err(Rejection::KeyAmbiguous),
        }
    }

    fn from_members(members: &[Value]) -> Result<Self, KeySetError> {
        let mut keys: Vec<VerificationKey> = Vec::with_capacity(members.len());
        for member in members {
            let Some(key) = VerificationKey::from_jwk(member)? else {
                continue;
            };
            let is_repeated = |known: &VerificationKey| known.key_id() == key.key_id();
            if key.key_id().is_some() && keys.iter().any(is_repeated) {
                return Err(KeySetError::DuplicateKeyId);
            }
            keys.push(key);
        }
        Ok(Self { keys })
    }
}

/// The keys of a set that is not too large.
pub(crate) fn members_of(jwks: &Value) -> Result<&[Value], KeySetError> {
    let members = jwks.get("keys").and_then(Value::as_array).ok_or(KeySetError::NotAKeySet)?;
    if members.len() > MAX_KEYS { Err(KeySetError::TooManyKeys) } else { Ok(members) }
}

#[cfg(test)]
mod tests;
