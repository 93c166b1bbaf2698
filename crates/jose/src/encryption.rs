//! JWE: what is meant for one reader only.
//!
//! Owns the algorithms, the keys we read with and those of others that we write to. `josekit` does the arithmetic, and is asked
//! for nothing that was not looked at before: sizes, header members and lengths are checked here, because it takes short
//! tags, inflates `zip` and panics on short keys. Leaves which client wants what to `oidc`, and keys to `issuer`.
//! RFC 7516, RFC 7518 §4, §5; RFC 8725 §3.

mod algorithms;
mod decryption;
mod message;
mod openssl;
mod recipients;
#[cfg(test)]
mod tests;

pub use algorithms::{ContentEncryption, Encryption, KeyManagement};
pub use decryption::{DecryptionKey, DecryptionKeyType, DecryptionKeys};
pub use recipients::{Content, EncryptionError, RecipientKeys};

use message::EncryptedMessage;

/// Whether `text` has the form of an encrypted token, five parts; nothing else is looked at. RFC 7516 §3.1.
pub fn is_encrypted(text: &str) -> bool {
    text.bytes().filter(|byte| *byte == b'.').count() == 4
}

/// The way an encrypted token says it is encrypted; nothing is proven.
pub fn claimed_encryption(token: &str, max_bytes: usize) -> Option<Encryption> {
    EncryptedMessage::parse(token, max_bytes).ok().map(|message| message.encryption)
}
