//! Random bytes, hashes, AEAD envelopes, blind indexes, the id permutation and secret types.
//!
//! The one place, beside the `jose` crate, that names a cryptographic library. It owns formats
//! (envelope, bearer text, public id) and leaves to its callers which key belongs to whom, where
//! ciphertext is stored and how long anything lives. No I/O apart from the operating system's
//! random source; keys are parsed once, in the constructors.

mod audit_key;
mod bearer;
mod blind_index;
mod digest;
mod envelope;
mod fault;
mod hexadecimal;
mod id_permutation;
mod key_encryption_key;
mod public_id;
mod random;
mod secret;

pub use audit_key::AuditKey;
pub use bearer::Bearer;
pub use blind_index::BlindIndexKey;
pub use digest::{Sha256Digest, derive_key, hmac_sha256, sha256};
pub use envelope::{AssociatedData, OpenError, SealingKey, key_id_of};
pub use fault::CryptoFault;
pub use hexadecimal::{from_hex, hex};
pub use id_permutation::IdPermutation;
pub use key_encryption_key::{KeyEncryptionKey, KeyTextError};
pub use public_id::{parse_public_id, public_id};
pub use random::Random;
pub use secret::{SecretBytes, SecretText};
