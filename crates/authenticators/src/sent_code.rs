//! Codes that are sent to somebody, by mail to sign in or by text message to prove a number: six digits.
//!
//! Owns their text and the fingerprint that is stored. For how long one works, how often one may be tried and for what is
//! `issuer`'s: a code of 20 bits is as good as its limits. NIST SP 800-63B-4 §3.1.3.2 (six digits), SECURITY S-083.

use portreeve_crypto::{SecretBytes, SecretText, hmac_sha256};

const DIGITS: usize = 6;
const CODES: u128 = 1_000_000;
const MAX_INPUT_BYTES: usize = 32;

/// What somebody typed, in the one form that is fingerprinted.
pub struct CanonicalSentCode {
    text: SecretText,
}

/// Makes a code of six digits from 128 random bits, each as likely as the next to 1 in 2^108.
pub fn generate_sent_code(random: &SecretBytes<16>) -> SecretText {
    let number = u128::from_be_bytes(*random.expose()) % CODES;
    SecretText::new(format!("{number:0width$}", width = DIGITS))
}

impl CanonicalSentCode {
    /// Reads a typed code: spaces and dashes anywhere. `None` unless six digits remain.
    pub fn parse(typed: &str) -> Option<Self> {
        if typed.len() > MAX_INPUT_BYTES {
            return None;
        }
        let text: String = typed.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
        let is_code = text.len() == DIGITS && text.bytes().all(|b| b.is_ascii_digit());
        is_code.then(|| Self { text: SecretText::new(text) })
    }

    /// The value to store and to compare with, of a code that was mailed: HMAC-SHA-256 under a server key, 32 bytes.
    ///
    /// `journey` and `email_index` bind it: the same digits are worth nothing on another journey or for another address.
    pub fn fingerprint(&self, key: &SecretBytes<32>, journey: i64, email_index: &[u8; 32]) -> [u8; 32] {
        let (journey, code) = (journey.to_be_bytes(), self.text.expose().as_bytes());
        hmac_sha256(key.expose(), &[b"email code", &journey, email_index, code])
    }

    /// The same of a code that was sent to `number`, a plus sign and digits, to prove that it is that of the person with the id `user`.
    pub fn number_fingerprint(&self, key: &SecretBytes<32>, user: &[u8; 16], number: &str) -> [u8; 32] {
        hmac_sha256(key.expose(), &[b"phone code", user, number.as_bytes(), self.text.expose().as_bytes()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(random: [u8; 16]) -> String {
        generate_sent_code(&SecretBytes::new(random)).expose().to_owned()
    }

    fn fingerprint(typed: &str, journey: i64, address: u8) -> Option<[u8; 32]> {
        let code = CanonicalSentCode::parse(typed)?;
        Some(code.fingerprint(&SecretBytes::new([7; 32]), journey, &[address; 32]))
    }

    #[test]
    fn a_code_has_six_digits_also_when_it_is_small() {
        assert_eq!(code([0; 16]), "000000");
        let mut seven = [0; 16];
        seven[15] = 7;
        assert_eq!(code(seven), "000007");
        // 2^128 - 1 = 340282366920938463463374607431768211455
        assert_eq!(code([0xff; 16]), "211455");
    }

    #[test]
    fn a_code_is_read_with_spaces_and_dashes_and_nothing_else() {
        let plain = fingerprint("012345", 1, 1);
        assert!(plain.is_some());
        for typed in [" 012 345 ", "012-345", "0 1 2 3 4 5"] {
            assert_eq!(fingerprint(typed, 1, 1), plain, "{typed}");
        }
        for typed in ["", "12345", "0123456", "01234a", "+12345", "０１２３４５", &" ".repeat(33)] {
            assert!(CanonicalSentCode::parse(typed).is_none(), "{typed}");
        }
    }

    /// S-083: the digits alone are worth nothing: journey and address go into what is stored.
    #[test]
    fn a_code_is_bound_to_its_journey_and_its_address() {
        assert_ne!(fingerprint("012345", 1, 1), fingerprint("012345", 2, 1));
        assert_ne!(fingerprint("012345", 1, 1), fingerprint("012345", 1, 2));
        assert_ne!(fingerprint("012345", 1, 1), fingerprint("012346", 1, 1));
    }

    /// S-083: the same of person and number.
    #[test]
    fn a_code_by_text_message_is_bound_to_its_person_and_its_number() {
        let fingerprint = |typed, user, number| {
            CanonicalSentCode::parse(typed)
                .map(|code| code.number_fingerprint(&SecretBytes::new([7; 32]), &[user; 16], number))
        };

        assert_ne!(fingerprint("012345", 1, "+49301"), fingerprint("012345", 2, "+49301"));
        assert_ne!(fingerprint("012345", 1, "+49301"), fingerprint("012345", 1, "+49302"));
        assert_ne!(fingerprint("012345", 1, "+49301"), fingerprint("012346", 1, "+49301"));
    }
}
