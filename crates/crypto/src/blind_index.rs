//! Keyed indexes over sealed columns.
//!
//! Owns the function from canonical text to index value. Leaves canonical forms to `domain`, and the
//! choice of key (one per tenant) to `storage`. Usable for equality only. SECURITY rule 14.

use aws_lc_rs::hmac;

use crate::digest::mac_of_list;
use crate::secret::SecretBytes;

/// One tenant's key for its blind indexes, parsed once.
pub struct BlindIndexKey {
    key: hmac::Key,
}

impl BlindIndexKey {
    /// Takes 32 random or derived bytes that serve nothing else.
    pub fn new(key: &SecretBytes<32>) -> Self {
        Self { key: hmac::Key::new(hmac::HMAC_SHA256, key.expose()) }
    }

    /// The index value of `canonical` in `column`: HMAC-SHA-256 over both, 32 bytes.
    ///
    /// `column` is a fixed name such as `"users.email"`, so equal values in two columns cannot be
    /// linked. `canonical` must already be in canonical form: two spellings give two values.
    pub fn index(&self, column: &str, canonical: &str) -> [u8; 32] {
        mac_of_list(&self.key, &[column.as_bytes(), canonical.as_bytes()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_in_one_column_share_an_index() {
        let one = BlindIndexKey::new(&SecretBytes::new([1; 32]));
        let same = BlindIndexKey::new(&SecretBytes::new([1; 32]));

        assert_eq!(one.index("users.email", "a@example.org"), same.index("users.email", "a@example.org"));
    }

    #[test]
    fn key_column_and_value_each_change_the_index() {
        let key = BlindIndexKey::new(&SecretBytes::new([1; 32]));
        let other = BlindIndexKey::new(&SecretBytes::new([2; 32]));
        let index = key.index("users.email", "a@example.org");

        assert_ne!(index, other.index("users.email", "a@example.org"));
        assert_ne!(index, key.index("users.phone", "a@example.org"));
        assert_ne!(index, key.index("users.email", "b@example.org"));
        assert_ne!(index, key.index("users.emaila", "@example.org"));
    }
}
