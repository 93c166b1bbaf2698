//! JWK, JWS, JWE and claims, always with the caller's list of algorithms.
//!
//! Signs and verifies with aws-lc-rs, keys parsed once; `josekit`, which no other crate may name, encrypts and decrypts, and is
//! the stranger that tests exchange signed tokens with. There is no way to read claims as true without verifying them, and
//! no compression; HS256 has a door of its own, so that no public key passes for a secret, and so has `none`, for request
//! objects that are worth no more than a query (SECURITY.md V-3 to V-7, rules 11 and 12).
//! Leaves which keys belong to whom, replay of `jti` and the meaning of claims to its callers.
//! RFC 7515, RFC 7517, RFC 7518, RFC 7519, RFC 7638, RFC 8037, RFC 8725.

mod algorithm;
mod base64url;
mod claims;
mod compact;
mod encryption;
mod half_hash;
mod key_proof;
mod key_set;
mod object;
mod public_key;
mod rejection;
pub mod shared_secret;
mod signing_key;
#[cfg(test)]
mod testing;
mod unproven;
mod unsigned;
mod verification;
mod verification_key;

pub use algorithm::Algorithm;
pub use claims::VerifiedClaims;
pub use encryption::{
    Content, ContentEncryption, DecryptionKey, DecryptionKeyType, DecryptionKeys, Encryption, EncryptionError,
    KeyManagement, RecipientKeys, claimed_encryption, is_encrypted,
};
pub use half_hash::left_half_hash;
pub use key_proof::{HolderKey, KeyProof, verify_key_proof};
pub use key_set::{KeySet, KeySetError};
pub use object::{ObjectError, parse_json, parse_object};
pub use rejection::Rejection;
pub use signing_key::{GeneratedKey, SigningError, SigningKey};
pub use unproven::{Unproven, peek_unproven};
pub use unsigned::{UNSIGNED, is_unsigned, read_unsigned};
pub use verification::{AudienceRule, Expected, Expiry, TypRule, verify};
