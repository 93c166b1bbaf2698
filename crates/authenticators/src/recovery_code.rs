//! Recovery codes: ten words of 80 bits to print and keep.
//!
//! Owns their text and the fingerprint that is stored. Use once, the notice to the user, and limits on
//! tries are `storage`'s and `issuer`'s. The alphabet is Crockford's base32, which has no I, L, O or U;
//! what people type for them is understood. NIST SP 800-63B-4 §3.1.2, SECURITY S-082.

use portreeve_crypto::{SecretBytes, SecretText, hmac_sha256};
use zeroize::Zeroizing;

const CODES: usize = 10;
const BYTES_PER_CODE: usize = 10;
const CHARS_PER_CODE: usize = 16;
const CHARS_PER_GROUP: usize = 4;
const MAX_INPUT_BYTES: usize = 64;
const ALPHABET: [char; 32] = [
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'j', 'k', 'm', 'n', 'p',
    'q', 'r', 's', 't', 'v', 'w', 'x', 'y', 'z',
];

/// What somebody typed, in the one form that is fingerprinted; erased when dropped.
pub struct CanonicalRecoveryCode {
    text: SecretText,
}

/// Makes ten codes of the form `xxxx-xxxx-xxxx-xxxx` from 100 random bytes.
///
/// Shown to the user once; stored are only their fingerprints.
pub fn generate_recovery_codes(random: &SecretBytes<{ CODES * BYTES_PER_CODE }>) -> Vec<SecretText> {
    let (codes, _) = random.expose().as_chunks::<BYTES_PER_CODE>();
    codes.iter().map(print).collect()
}

impl CanonicalRecoveryCode {
    /// Reads a typed code: any case, spaces and dashes anywhere, `o` for 0, `i` and `l` for 1.
    ///
    /// `None` unless 16 characters of the alphabet remain.
    pub fn parse(typed: &str) -> Option<Self> {
        if typed.len() > MAX_INPUT_BYTES {
            return None;
        }
        let mut text = Zeroizing::new(String::with_capacity(CHARS_PER_CODE));
        for character in typed.chars() {
            let character = match character.to_ascii_lowercase() {
                separator if separator == '-' || separator.is_whitespace() => continue,
                'o' => '0',
                'i' | 'l' => '1',
                other => other,
            };
            if text.len() == CHARS_PER_CODE || !ALPHABET.contains(&character) {
                return None;
            }
            text.push(character);
        }
        (text.len() == CHARS_PER_CODE).then(|| Self { text: SecretText::new(std::mem::take(&mut *text)) })
    }

    /// The value to store and to look up: HMAC-SHA-256 under a server key, 32 bytes.
    ///
    /// Keyed because a code has fewer than 128 bits (SECURITY rule 1).
    pub fn fingerprint(&self, key: &SecretBytes<32>) -> [u8; 32] {
        hmac_sha256(key.expose(), &[b"recovery code", self.text.expose().as_bytes()])
    }
}

/// Prints 80 bits as four groups of four characters, the highest bits first.
fn print(bytes: &[u8; BYTES_PER_CODE]) -> SecretText {
    let number = bytes.iter().fold(0_u128, |number, byte| number << 8 | u128::from(*byte));
    let mut text = String::with_capacity(CHARS_PER_CODE + 3);
    for position in 0..CHARS_PER_CODE {
        if position > 0 && position.is_multiple_of(CHARS_PER_GROUP) {
            text.push('-');
        }
        let shift = 5 * (CHARS_PER_CODE - 1 - position);
        let digit = (number >> shift) & 0x1f;
        text.extend(ALPHABET.get(digit as usize));
    }
    SecretText::new(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(random: [u8; 100]) -> Vec<String> {
        let codes = generate_recovery_codes(&SecretBytes::new(random));
        codes.iter().map(|code| code.expose().to_owned()).collect()
    }

    fn canonical(typed: &str) -> Option<String> {
        CanonicalRecoveryCode::parse(typed).map(|code| code.text.expose().to_owned())
    }

    #[test]
    fn ten_codes_of_four_groups_are_made() {
        let codes = codes(std::array::from_fn(|at| (at * 37 % 251) as u8));

        assert_eq!(codes.len(), 10);
        for code in &codes {
            assert_eq!(code.len(), 19);
            assert!(code.split('-').all(|group| group.len() == 4));
            assert!(!code.contains(['i', 'l', 'o', 'u']));
        }
    }

    /// S-082: all 80 bits are in the text.
    #[test]
    fn every_bit_changes_the_code() {
        assert_eq!(codes([0; 100])[0], "0000-0000-0000-0000");
        assert_eq!(codes([0xff; 100])[9], "zzzz-zzzz-zzzz-zzzz");
        let mut seen = std::collections::BTreeSet::new();
        for bit in 0..80 {
            let mut random = [0; 100];
            random[bit / 8] = 0x80 >> (bit % 8);
            assert!(seen.insert(codes(random)[0].clone()), "bit {bit}");
        }
        assert!(!seen.contains("0000-0000-0000-0000"));
    }

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        let expected = Some("01ab1cd1efgh0jkm".to_owned());

        for typed in [
            "01ab-1cd1-efgh-0jkm",
            "01AB1CD1EFGH0JKM",
            " 01ab 1cd1 efgh 0jkm ",
            "olab-icdL-efgh-Ojkm",
            "0-1-a-b-1cd1efgh0jkm",
        ] {
            assert_eq!(canonical(typed), expected, "{typed}");
        }
    }

    #[test]
    fn other_lengths_and_characters_are_refused() {
        let long = format!("{}01ab1cd1efgh0jkm", " ".repeat(60));
        for typed in [
            "",
            "----",
            "01ab-1cd1-efgh-0jk",
            "01ab-1cd1-efgh-0jkmn",
            "01ab-1cd1-efgh-0jku",
            "01ab-1cd1-efgh-0jk!",
            "01ab_1cd1_efgh_0jkm",
            "é1ab-1cd1-efgh-0jkm",
            &long,
        ] {
            assert_eq!(canonical(typed), None, "{typed}");
        }
    }

    #[test]
    fn the_fingerprint_depends_on_code_and_key_only() {
        let key = SecretBytes::new([1; 32]);
        let parse = |typed| CanonicalRecoveryCode::parse(typed).unwrap();
        let fingerprint = parse("01ab-1cd1-efgh-0jkm").fingerprint(&key);

        assert_eq!(fingerprint, parse("OLAB1CD1EFGHOJKM").fingerprint(&key));
        assert_ne!(fingerprint, parse("01ab-1cd1-efgh-0jkn").fingerprint(&key));
        assert_ne!(fingerprint, parse("01ab-1cd1-efgh-0jkm").fingerprint(&SecretBytes::new([2; 32])));
    }
}
