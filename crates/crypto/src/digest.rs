//! SHA-256, HMAC-SHA-256 over lists, and HKDF-SHA-256 for sub-keys.
//!
//! Owns the encoding that keeps two different lists from having the same MAC. Leaves to callers what
//! they hash; slow hashing of passwords is the `authenticators` crate's.
//! RFC 6234, RFC 2104, RFC 5869.

use aws_lc_rs::{digest, hmac};
use subtle::ConstantTimeEq;

use crate::secret::SecretBytes;

/// A SHA-256 value; compared in constant time only.
#[derive(Clone, Copy)]
pub struct Sha256Digest([u8; 32]);

impl Sha256Digest {
    /// Takes a stored value of 32 bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes, as they are stored.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Compares in time that does not depend on the content.
    pub fn ct_eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

/// SHA-256 of `message`.
pub fn sha256(message: &[u8]) -> Sha256Digest {
    let digest = digest::digest(&digest::SHA256, message);
    Sha256Digest(to_array(digest.as_ref()))
}

/// HMAC-SHA-256 under `key` of a list of byte strings.
///
/// Each part is preceded by its length (8 bytes, big-endian) so that `["ab", "c"]` and
/// `["a", "bc"]` differ. `key` has any length; 32 bytes are right.
pub fn hmac_sha256(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    mac_of_list(&hmac::Key::new(hmac::HMAC_SHA256, key), parts)
}

/// Derives the sub-key named `label` from `root`: HKDF-SHA-256 without salt, `label` as info, 32 bytes.
///
/// Labels are fixed text such as `"blind index"`; two labels give unrelated keys. RFC 5869.
pub fn derive_key(root: &SecretBytes<32>, label: &str) -> SecretBytes<32> {
    SecretBytes::new(hkdf_first_block(&[], root.expose(), label.as_bytes()))
}

/// [`hmac_sha256`] with a key parsed before.
pub(crate) fn mac_of_list(key: &hmac::Key, parts: &[&[u8]]) -> [u8; 32] {
    let mut context = hmac::Context::with_key(key);
    for part in parts {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part);
    }
    to_array(context.sign().as_ref())
}

/// The first 32 bytes of HKDF: one expansion round, so it needs no loop and cannot fail.
fn hkdf_first_block(salt: &[u8], input_key: &[u8], info: &[u8]) -> [u8; 32] {
    let extractor = hmac::Key::new(hmac::HMAC_SHA256, salt);
    let pseudo_random_key = hmac::sign(&extractor, input_key);
    let expander = hmac::Key::new(hmac::HMAC_SHA256, pseudo_random_key.as_ref());
    let mut context = hmac::Context::with_key(&expander);
    context.update(info);
    context.update(&[1]);
    to_array(context.sign().as_ref())
}

fn to_array(digest: &[u8]) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(digest);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unhex(text: &str) -> Vec<u8> {
        (0..text.len() / 2).map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap()).collect()
    }

    #[test]
    fn sha256_of_abc_is_the_value_of_fips_180() {
        let expected = unhex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");

        assert_eq!(sha256(b"abc").as_bytes().as_slice(), expected);
    }

    #[test]
    fn digests_compare_by_content() {
        let digest = sha256(b"a");

        assert!(digest.ct_eq(&Sha256Digest::from_bytes(*digest.as_bytes())));
        assert!(!digest.ct_eq(&sha256(b"b")));
    }

    #[test]
    fn hkdf_gives_the_values_of_rfc_5869_appendix_a() {
        let first = hkdf_first_block(&unhex("000102030405060708090a0b0c"), &[0x0b; 22], &unhex("f0f1f2f3f4f5f6f7f8f9"));
        let third = hkdf_first_block(&[], &[0x0b; 22], &[]);

        assert_eq!(first.as_slice(), unhex("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"));
        assert_eq!(third.as_slice(), unhex("8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"));
    }

    #[test]
    fn labels_separate_derived_keys() {
        let root = SecretBytes::new([3; 32]);

        assert!(derive_key(&root, "a").ct_eq(&derive_key(&root, "a")));
        assert!(!derive_key(&root, "a").ct_eq(&derive_key(&root, "b")));
    }

    #[test]
    fn a_mac_of_one_part_is_hmac_over_its_length_and_its_bytes() {
        let framed = [0u64.to_be_bytes().as_slice(), b""].concat();
        let key = hmac::Key::new(hmac::HMAC_SHA256, b"key");

        let expected = hmac::sign(&key, &framed);

        assert_eq!(hmac_sha256(b"key", &[b""]).as_slice(), expected.as_ref());
    }

    #[test]
    fn moving_a_boundary_between_parts_changes_the_mac() {
        let key = [9; 32];

        let lists: [&[&[u8]]; 5] = [&[b"ab", b"c"], &[b"a", b"bc"], &[b"abc"], &[b"abc", b""], &[b"", b"abc"]];
        let macs: std::collections::BTreeSet<_> = lists.iter().map(|parts| hmac_sha256(&key, parts)).collect();

        assert_eq!(macs.len(), lists.len());
    }
}
