//! The key-encryption key an operator provides, and its text form.
//!
//! Owns reading it from text, refusing keys that cannot be random, and wrapping 32-byte keys with it.
//! Where the text comes from (file, environment, secret store) is the `server` crate's business.
//! SECURITY rules 13 and 36.

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use zeroize::Zeroizing;

use crate::digest::derive_key;
use crate::envelope::{AssociatedData, OpenError, SealingKey};
use crate::fault::CryptoFault;
use crate::random::Random;
use crate::secret::{SecretBytes, SecretText};

const MIN_DISTINCT_BYTES: usize = 16;
const LONGEST_TEXT: usize = 256;
const PLACEHOLDER_WORDS: [&str; 3] = ["sample", "change", "example"];

const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const BASE64: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const BASE64URL: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// Why the text of a key-encryption key was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyTextError {
    /// Not base64 or base64url of exactly 32 bytes.
    #[error("the key must be base64 or base64url of exactly 32 bytes")]
    Malformed,
    /// Equal bytes, a pattern, fewer than 16 distinct bytes, or a placeholder word.
    #[error("the key is not random: generate one")]
    WeakKey,
    /// The library failed.
    #[error(transparent)]
    Fault(#[from] CryptoFault),
}

/// The root of the envelope keys: wraps other keys and seals nothing else.
pub struct KeyEncryptionKey {
    key: SecretBytes<32>,
    sealing: SealingKey,
}

impl KeyEncryptionKey {
    /// Reads a key from text: base64 or base64url of exactly 32 bytes, with or without padding;
    /// surrounding white space is ignored.
    ///
    /// # Errors
    /// [`KeyTextError::Malformed`] for anything else, [`KeyTextError::WeakKey`] for a key that
    /// nobody generated: fewer than 16 distinct bytes (32 random ones have about 30), a first half
    /// equal to the second, bytes that count up, or text containing `sample`, `change` or `example` in any case.
    pub fn parse(text: &str) -> Result<Self, KeyTextError> {
        let text = text.trim();
        if text.len() > LONGEST_TEXT {
            return Err(KeyTextError::Malformed);
        }
        if is_placeholder(text) {
            return Err(KeyTextError::WeakKey);
        }
        let engine = if text.contains(['-', '_']) { BASE64URL } else { BASE64 };
        let bytes = engine.decode(text).map(Zeroizing::new).map_err(|_| KeyTextError::Malformed)?;
        let key = SecretBytes::from_slice(&bytes).ok_or(KeyTextError::Malformed)?;
        if is_weak(key.expose()) {
            return Err(KeyTextError::WeakKey);
        }
        Ok(Self::from_bytes(key)?)
    }

    /// Makes a new random key, one that [`KeyEncryptionKey::parse`] accepts.
    ///
    /// # Errors
    /// The random source failed.
    pub fn generate(random: &Random) -> Result<Self, CryptoFault> {
        loop {
            let key = SecretBytes::new(random.bytes()?);
            if !is_weak(key.expose()) && !is_placeholder(encode(&key).expose()) {
                return Self::from_bytes(key);
            }
        }
    }

    /// The key as base64url without padding, 43 characters.
    pub fn to_text(&self) -> SecretText {
        encode(&self.key)
    }

    /// The id in envelopes made with this key: 32 bits derived from the key itself, so that an
    /// operator who keeps an old and a new key need not number them.
    pub fn id(&self) -> u32 {
        self.sealing.id()
    }

    /// Seals a key for its place.
    ///
    /// # Errors
    /// The random source failed.
    pub fn wrap(
        &self,
        random: &Random,
        place: &AssociatedData<'_>,
        key: &SecretBytes<32>,
    ) -> Result<Vec<u8>, CryptoFault> {
        self.sealing.seal(random, place, key.expose())
    }

    /// Opens a wrapped key.
    ///
    /// # Errors
    /// See [`OpenError`]; [`OpenError::Malformed`] also if what was wrapped is not 32 bytes.
    pub fn unwrap(&self, place: &AssociatedData<'_>, wrapped: &[u8]) -> Result<SecretBytes<32>, OpenError> {
        let bytes = self.sealing.open(place, wrapped)?;
        SecretBytes::from_slice(&bytes).ok_or(OpenError::Malformed)
    }

    fn from_bytes(key: SecretBytes<32>) -> Result<Self, CryptoFault> {
        let label = derive_key(&key, "key-encryption key id");
        let [a, b, c, d, ..] = *label.expose();
        let sealing = SealingKey::new(u32::from_be_bytes([a, b, c, d]), &derive_key(&key, "key-encryption key"))?;
        Ok(Self { key, sealing })
    }
}

fn encode(key: &SecretBytes<32>) -> SecretText {
    SecretText::new(base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(key.expose()))
}

fn is_placeholder(text: &str) -> bool {
    let text = Zeroizing::new(text.to_ascii_lowercase());
    PLACEHOLDER_WORDS.iter().any(|word| text.contains(word))
}

fn is_weak(key: &[u8; 32]) -> bool {
    let mut seen = [false; 256];
    for byte in key {
        if let Some(slot) = seen.get_mut(usize::from(*byte)) {
            *slot = true;
        }
    }
    let distinct = seen.iter().filter(|slot| **slot).count();
    // Shorter patterns than 16 bytes that fill 32 have at most 8 distinct ones.
    let (first, second) = key.split_at(16);
    let counts_up = key.array_windows().all(|[a, b]| a.wrapping_add(1) == *b);
    distinct < MIN_DISTINCT_BYTES || first == second || counts_up
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: AssociatedData<'static> =
        AssociatedData { table: "tenant_keys", column: "wrapped", row: &[1], tenant: 1 };

    fn good_bytes() -> [u8; 32] {
        Random::seeded([2; 32]).bytes().unwrap()
    }

    #[test]
    fn a_generated_key_survives_its_text_form() {
        let random = Random::system();
        let key = KeyEncryptionKey::generate(&random).unwrap();
        let wrapped = key.wrap(&random, &PLACE, &SecretBytes::new([9; 32])).unwrap();

        let text = key.to_text();
        let again = KeyEncryptionKey::parse(text.expose()).ok().unwrap();

        assert_eq!(text.expose().len(), 43);
        assert_eq!(again.id(), key.id());
        let unwrapped = again.unwrap(&PLACE, &wrapped).ok().unwrap();
        assert!(unwrapped.ct_eq(&SecretBytes::new([9; 32])));
    }

    #[test]
    fn both_alphabets_padding_and_white_space_are_read() {
        let bytes = good_bytes();
        let standard = base64::engine::general_purpose::STANDARD.encode(bytes);
        let url_safe = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes);

        for text in [standard.clone(), url_safe, format!("  {standard}\n")] {
            let key = KeyEncryptionKey::parse(&text).ok().unwrap();
            assert!(key.key.ct_eq(&SecretBytes::new(bytes)));
        }
    }

    #[test]
    fn other_lengths_and_other_text_are_malformed() {
        let long = BASE64.encode([good_bytes().as_slice(), &[1]].concat());
        let short = BASE64.encode(&good_bytes()[1..]);
        let huge = "A".repeat(10_000);

        for text in ["", "not base64 !", &long, &short, &huge] {
            let refused = KeyEncryptionKey::parse(text).err();
            assert_eq!(refused, Some(KeyTextError::Malformed), "{text}");
        }
    }

    /// SECURITY rule 36: no weak or sample key is accepted.
    #[test]
    fn keys_that_nobody_generated_are_refused() {
        let mut halves = [0; 32];
        halves[..16].copy_from_slice(&good_bytes()[..16]);
        halves[16..].copy_from_slice(&good_bytes()[..16]);
        let counting: [u8; 32] = std::array::from_fn(|at| at as u8);
        let few: [u8; 32] = std::array::from_fn(|at| (at * 7 % 15) as u8);
        let pattern: [u8; 32] = std::array::from_fn(|at| b"deadbeef"[at % 8]);

        for bytes in [[0; 32], [0xff; 32], halves, counting, few, pattern] {
            let refused = KeyEncryptionKey::parse(&BASE64.encode(bytes)).err();
            assert_eq!(refused, Some(KeyTextError::WeakKey), "{bytes:?}");
        }
    }

    #[test]
    fn placeholder_words_are_refused_in_any_case() {
        let text = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(good_bytes());

        for word in ["sample", "ChangeMe", "EXAMPLE"] {
            let marked = format!("{word}{}", &text[word.len()..]);
            let refused = KeyEncryptionKey::parse(&marked).err();
            assert_eq!(refused, Some(KeyTextError::WeakKey), "{word}");
        }
    }

    #[test]
    fn another_key_does_not_unwrap() {
        let random = Random::system();
        let key = KeyEncryptionKey::generate(&random).unwrap();
        let other = KeyEncryptionKey::generate(&random).unwrap();

        let wrapped = key.wrap(&random, &PLACE, &SecretBytes::new([9; 32])).unwrap();

        assert_eq!(other.unwrap(&PLACE, &wrapped).err(), Some(OpenError::OtherKey(key.id())));
    }
}
