//! The keys of others that we encrypt to.
//!
//! Owns reading them from a JWK set, choosing one, and encrypting. The rules for a key are those of `verification_key`; the
//! keys of a set that are for signatures are skipped. RFC 7516 §5.1, RFC 7517 §4, OIDC Core §10.2.

use josekit::jwe::{JweContext, JweEncrypter, JweHeader, RSA_OAEP_256};
use josekit::jwk::Jwk;
use serde_json::{Map, Value};

use super::{Encryption, KeyManagement, openssl};
use crate::key_set::{KeySetError, members_of};
use crate::verification_key;

/// What is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content<'a> {
    /// A signed token; the header says so (RFC 7519 §5.2).
    SignedJwt(&'a str),
    /// Claims that nobody signed.
    Claims(&'a [u8]),
}

/// Why nothing was encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EncryptionError {
    /// No key of the reader is for this algorithm.
    #[error("no key to encrypt to")]
    NoKey,
    /// The cryptographic library failed.
    #[error("the cryptographic library refused a well-formed call")]
    LibraryRefused,
}

/// The encryption keys of one reader, parsed once.
#[derive(Default)]
pub struct RecipientKeys(Vec<RecipientKey>);

struct RecipientKey {
    /// Whether its owner says that it is for encryption, and not only not that it is for signatures.
    is_dedicated: bool,
    encrypters: Vec<(KeyManagement, Box<dyn JweEncrypter>)>,
}

impl RecipientKeys {
    /// Reads the keys of a JWK set that can be encrypted to: RSA from 2048 bits, P-256, P-384 and P-521. Others are skipped,
    /// so the set may come out empty.
    ///
    /// # Errors
    /// See [`KeySetError`]; one bad key refuses the set.
    pub fn from_jwks(jwks: &Value) -> Result<Self, KeySetError> {
        let mut keys = Vec::new();
        for member in members_of(jwks)? {
            let jwk = member.as_object().ok_or(KeySetError::MalformedKey)?;
            keys.extend(RecipientKey::from_jwk(jwk)?);
        }
        Ok(Self(keys))
    }

    /// Whether one of them is for `algorithm`.
    pub fn fit(&self, algorithm: KeyManagement) -> bool {
        self.select(algorithm).is_some()
    }

    /// Encrypts to the first key that fits, one for encryption alone before others, and returns the compact token.
    ///
    /// # Errors
    /// As the variants of [`EncryptionError`].
    pub fn encrypt(&self, content: Content<'_>, encryption: Encryption) -> Result<String, EncryptionError> {
        let encrypter = self.select(encryption.key_management).ok_or(EncryptionError::NoKey)?;
        openssl::make_ready();
        let mut header = JweHeader::new();
        header.set_content_encryption(encryption.content.name());
        let payload = match content {
            Content::SignedJwt(token) => {
                header.set_content_type("JWT");
                token.as_bytes()
            }
            Content::Claims(claims) => claims,
        };
        let written = JweContext::new().serialize_compact(payload, &header, encrypter);
        written.map_err(|_| EncryptionError::LibraryRefused)
    }

    fn select(&self, algorithm: KeyManagement) -> Option<&dyn JweEncrypter> {
        let fitting = |key: &&RecipientKey| key.encrypters.iter().any(|(fitting, _)| *fitting == algorithm);
        let key = self.0.iter().filter(fitting).max_by_key(|key| key.is_dedicated)?;
        let (_, encrypter) = key.encrypters.iter().find(|(fitting, _)| *fitting == algorithm)?;
        Some(encrypter.as_ref())
    }
}

impl RecipientKey {
    /// Reads one JWK; `Ok(None)` for one that is not for encryption, or not for any that exists here.
    fn from_jwk(jwk: &Map<String, Value>) -> Result<Option<Self>, KeySetError> {
        verification_key::check_public(jwk)?;
        let key_use = verification_key::text(jwk, "use")?;
        if key_use.is_some_and(|key_use| key_use != "enc") {
            return Ok(None);
        }
        let Some(public) = public_members(jwk)? else { return Ok(None) };
        let named = verification_key::text(jwk, "alg")?;
        let is_rsa = public.key_type() == "RSA";
        let _one_at_a_time = openssl::reading();
        let encrypters: Result<Vec<_>, KeySetError> = KeyManagement::ALL
            .into_iter()
            .filter(|algorithm| algorithm.elliptic().is_none() == is_rsa)
            .filter(|algorithm| named.is_none_or(|named| named == algorithm.name()))
            .map(|algorithm| Ok((algorithm, encrypter(algorithm, &public).ok_or(KeySetError::InvalidKey)?)))
            .collect();
        Ok(Some(Self { is_dedicated: key_use.is_some(), encrypters: encrypters? }))
    }
}

/// The members that make up the key and its id, checked, and nothing else of what its owner wrote.
fn public_members(jwk: &Map<String, Value>) -> Result<Option<Jwk>, KeySetError> {
    let Some(names) = verification_key::check_encryption_key(jwk)? else { return Ok(None) };
    let key_type = verification_key::text(jwk, "kty")?.unwrap_or_default();
    let mut public = Jwk::new(key_type);
    for name in names.iter().filter(|name| jwk.contains_key(**name)) {
        public.set_parameter(name, jwk.get(*name).cloned()).map_err(|_| KeySetError::MalformedKey)?;
    }
    Ok(Some(public))
}

fn encrypter(algorithm: KeyManagement, public: &Jwk) -> Option<Box<dyn JweEncrypter>> {
    match algorithm.elliptic() {
        Some(elliptic) => {
            let encrypter: Box<dyn JweEncrypter> = Box::new(elliptic.encrypter_from_jwk(public).ok()?);
            Some(encrypter)
        }
        None => Some(Box::new(RSA_OAEP_256.encrypter_from_jwk(public).ok()?)),
    }
}
