//! A password as it is hashed.
//!
//! Owns the preparation of what somebody typed: size limit, NFC, spaces. Nothing is trimmed, folded or
//! cut off, so every byte matters (SECURITY S-075). Whether it is good enough to be set is
//! `password_policy`'s question. RFC 8265 §4 (OpaqueString).

use portreeve_crypto::SecretText;
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

const MAX_BYTES: usize = 1024;

/// Why typed text is no password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordRefused {
    /// No characters at all.
    #[error("the password is empty")]
    Empty,
    /// More than 1024 bytes of UTF-8; refused before any work.
    #[error("the password has more than 1024 bytes")]
    TooLong,
    /// A control character such as NUL or a line break. RFC 8264 §9.11.
    #[error("the password has a control character")]
    ControlCharacter,
}

/// A prepared password, erased when dropped.
pub struct Password {
    text: SecretText,
}

impl Password {
    /// Prepares typed text: non-ASCII spaces become U+0020, then NFC.
    ///
    /// # Errors
    /// See [`PasswordRefused`]. On login, answer these like a wrong password.
    pub fn prepare(typed: &str) -> Result<Self, PasswordRefused> {
        if typed.len() > MAX_BYTES {
            return Err(PasswordRefused::TooLong);
        }
        if typed.is_empty() {
            return Err(PasswordRefused::Empty);
        }
        if typed.chars().any(char::is_control) {
            return Err(PasswordRefused::ControlCharacter);
        }
        // NFC at most triples UTF-8 (Unicode UAX #15): no growth, so no stray copy.
        let mut text = Zeroizing::new(String::with_capacity(typed.len() * 3));
        text.extend(typed.chars().map(plain_space).nfc());
        Ok(Self { text: SecretText::new(std::mem::take(&mut *text)) })
    }

    /// The prepared text.
    pub(crate) fn expose(&self) -> &str {
        self.text.expose()
    }
}

/// Maps the space separators of Unicode (category Zs) to U+0020. RFC 8265 §4.2.2 rule 2.
fn plain_space(character: char) -> char {
    match character {
        '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => ' ',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prepared(typed: &str) -> String {
        Password::prepare(typed).ok().unwrap().expose().to_owned()
    }

    /// The valid examples of RFC 8265 §4.3 (with the ideographic space of its third).
    #[test]
    fn the_examples_of_rfc_8265_come_out() {
        assert_eq!(prepared("correct horse battery staple"), "correct horse battery staple");
        assert_eq!(prepared("Correct Horse Battery Staple"), "Correct Horse Battery Staple");
        assert_eq!(prepared("\u{3c0}\u{df}\u{e5}\u{3c0}\u{df}\u{e5}"), "\u{3c0}\u{df}\u{e5}\u{3c0}\u{df}\u{e5}");
        assert_eq!(prepared("Jack of \u{2666}s"), "Jack of \u{2666}s");
        assert_eq!(prepared("foo\u{1680}bar"), "foo bar");
    }

    #[test]
    fn composed_and_decomposed_spellings_are_one_password() {
        assert_eq!(prepared("pa\u{308}ssword"), prepared("p\u{e4}ssword"));
    }

    #[test]
    fn compatibility_forms_stay_different() {
        assert_ne!(prepared("\u{ff21}"), prepared("A"));
        assert_ne!(prepared("\u{fb01}"), prepared("fi"));
    }

    #[test]
    fn nothing_is_trimmed_or_folded() {
        assert_eq!(prepared("  Pass word  "), "  Pass word  ");
    }

    /// S-075: over 1 KiB is refused before any work, up to it every byte is kept.
    #[test]
    fn passwords_over_1024_bytes_are_refused_and_none_is_cut() {
        let longest = "x".repeat(1024);
        let marks = "\u{301}".repeat(4096);

        assert_eq!(prepared(&longest).len(), 1024);
        for typed in ["x".repeat(1025), "x".repeat(1 << 20), marks] {
            let refused = Password::prepare(&typed).err();
            assert_eq!(refused, Some(PasswordRefused::TooLong));
        }
    }

    #[test]
    fn empty_text_and_control_characters_are_refused() {
        assert_eq!(Password::prepare("").err(), Some(PasswordRefused::Empty));
        for typed in ["a\0b", "a\nb", "\t", "a\u{7f}", "a\u{85}"] {
            let refused = Password::prepare(typed).err();
            assert_eq!(refused, Some(PasswordRefused::ControlCharacter), "{typed:?}");
        }
    }

    /// The bound on growth that `prepare` relies on, for the worst case of UAX #15.
    #[test]
    fn nfc_grows_utf_8_threefold_at_most() {
        for worst in ['\u{1d160}', '\u{390}', '\u{fb2c}', '\u{ac00}', '\u{958}'] {
            let typed = worst.to_string();
            assert!(prepared(&typed).len() <= typed.len() * 3, "{worst:?}");
        }
    }
}
