//! Values that must not be printed, compared with `==`, or left in memory.
//!
//! Owns the two wrappers and nothing else: how a secret is made, hashed or sealed is the business of
//! the modules beside it. SECURITY rule 2: comparison is constant time, and `==` does not compile.

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// `N` secret bytes, overwritten when dropped.
///
/// No `Debug`, `Display`, `PartialEq` or serialization:
///
/// ```compile_fail
/// let one = portreeve_crypto::SecretBytes::new([0; 32]);
/// let other = portreeve_crypto::SecretBytes::new([0; 32]);
/// let same = one == other;
/// ```
#[derive(Clone)]
pub struct SecretBytes<const N: usize>(Zeroizing<[u8; N]>);

impl<const N: usize> SecretBytes<N> {
    /// Takes over the bytes. The caller's own copy, if it keeps one, is not erased.
    pub fn new(bytes: [u8; N]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Copies a slice of exactly `N` bytes; `None` for any other length.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self::new)
    }

    /// The bytes themselves, to hand to an algorithm or to write into a reply.
    pub fn expose(&self) -> &[u8; N] {
        &self.0
    }

    /// The bytes to be filled in place, so that no second copy exists.
    pub(crate) fn expose_mut(&mut self) -> &mut [u8; N] {
        &mut self.0
    }

    /// Compares in time that does not depend on the content.
    pub fn ct_eq(&self, other: &Self) -> bool {
        self.0.as_slice().ct_eq(other.0.as_slice()).into()
    }
}

/// Secret text, overwritten when dropped.
///
/// No `Debug`, `Display`, `PartialEq` or serialization:
///
/// ```compile_fail
/// println!("{:?}", portreeve_crypto::SecretText::new("secret".to_owned()));
/// ```
#[derive(Clone)]
pub struct SecretText(Zeroizing<String>);

impl SecretText {
    /// Takes over the text.
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The text itself, to hand to an algorithm or to write into a reply.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Compares in time that depends on the two lengths only.
    pub fn ct_eq(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_secrets_are_equal_and_one_differing_bit_is_seen() {
        let secret = SecretBytes::new([5; 32]);
        let mut changed = [5; 32];
        changed[31] ^= 0x80;

        assert!(secret.ct_eq(&SecretBytes::new([5; 32])));
        assert!(!secret.ct_eq(&SecretBytes::new(changed)));
    }

    #[test]
    fn texts_of_different_length_differ() {
        let text = SecretText::new("abc".to_owned());

        assert!(text.ct_eq(&SecretText::new("abc".to_owned())));
        assert!(!text.ct_eq(&SecretText::new("abcd".to_owned())));
        assert!(!text.ct_eq(&SecretText::new("abd".to_owned())));
    }

    #[test]
    fn a_slice_of_another_length_is_refused() {
        assert!(SecretBytes::<4>::from_slice(&[1, 2, 3]).is_none());
        assert!(SecretBytes::<4>::from_slice(&[1, 2, 3, 4]).is_some());
    }
}
