//! Codes that are sent to somebody, by mail to sign in or by text message to prove a number: six digits, or 24 for an account
//! at whose codes too much was guessed.
//!
//! Owns their text and the fingerprint that is stored. For how long one works, how often one may be tried and for what is
//! `issuer`'s: a code of 20 bits is as good as its limits; one of 79 needs none. NIST SP 800-63B-4 §3.1.3.2 (six digits), SECURITY
//! S-083.

use portreeve_crypto::{SecretBytes, SecretText, hmac_sha256};

const DIGITS: usize = 6;
const LONG_DIGITS: usize = 24;
/// How a long code is written, so that it can be compared and typed.
const DIGITS_PER_GROUP: usize = 4;
const MAX_INPUT_BYTES: usize = 40;

/// What somebody typed, in the one form that is fingerprinted.
pub struct CanonicalSentCode {
    text: SecretText,
}

/// Makes a code of six digits from 128 random bits, each as likely as the next to 1 in 2^108.
pub fn generate_sent_code(random: &SecretBytes<16>) -> SecretText {
    SecretText::new(digits::<DIGITS>(random))
}

/// Makes a code of 24 digits from 128 random bits, in groups of four, each as likely as the next to 1 in 2^48: nobody guesses it.
pub fn generate_long_sent_code(random: &SecretBytes<16>) -> SecretText {
    let digits = digits::<LONG_DIGITS>(random);
    let (groups, _) = digits.as_bytes().as_chunks::<DIGITS_PER_GROUP>();
    let groups: Vec<_> = groups.iter().map(|group| String::from_utf8_lossy(group)).collect();
    SecretText::new(groups.join(" "))
}

fn digits<const COUNT: usize>(random: &SecretBytes<16>) -> String {
    let codes = (0..COUNT).fold(1, |codes: u128, _| codes * 10);
    format!("{:0COUNT$}", u128::from_be_bytes(*random.expose()) % codes)
}

impl CanonicalSentCode {
    /// Reads a typed code: spaces and dashes anywhere. `None` unless six digits remain, or 24.
    pub fn parse(typed: &str) -> Option<Self> {
        if typed.len() > MAX_INPUT_BYTES {
            return None;
        }
        let text: String = typed.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
        let is_code = matches!(text.len(), DIGITS | LONG_DIGITS) && text.bytes().all(|b| b.is_ascii_digit());
        is_code.then(|| Self { text: SecretText::new(text) })
    }

    /// Whether it is one that nobody guesses, however often they may try.
    pub fn is_long(&self) -> bool {
        self.text.expose().len() == LONG_DIGITS
    }

    /// Its digits and nothing else, as they stand in an address.
    pub fn digits(&self) -> &str {
        self.text.expose()
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
    fn a_long_code_has_24_digits_in_groups_and_is_read_back() {
        let code = |random| generate_long_sent_code(&SecretBytes::new(random)).expose().to_owned();
        assert_eq!(code([0; 16]), "0000 0000 0000 0000 0000 0000");
        assert_eq!(code([0xff; 16]), "4634 6337 4607 4317 6821 1455");

        let read = |typed: &str| CanonicalSentCode::parse(typed).map(|code| (code.digits().to_owned(), code.is_long()));

        let plain = ("938463463374607431768211".to_owned(), true);
        for typed in ["9384 6346 3374 6074 3176 8211", "938463463374607431768211", "9384-6346-3374-6074-3176-8211"] {
            assert_eq!(read(typed), Some(plain.clone()), "{typed}");
        }
        assert_eq!(read("012 345"), Some(("012345".to_owned(), false)));
        for typed in ["93846346337460743176821", "9384634633746074317682114"] {
            assert_eq!(read(typed), None, "{typed}");
        }
    }

    #[test]
    fn a_code_is_read_with_spaces_and_dashes_and_nothing_else() {
        let plain = fingerprint("012345", 1, 1);
        assert!(plain.is_some());
        for typed in [" 012 345 ", "012-345", "0 1 2 3 4 5"] {
            assert_eq!(fingerprint(typed, 1, 1), plain, "{typed}");
        }
        for typed in ["", "12345", "0123456", "01234a", "+12345", "０１２３４５", &" ".repeat(41)] {
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
