//! Whether a new password may be set.
//!
//! Owns length, the block list of common passwords, and context words. Checked when a password is set
//! or changed, never at login. No rules of composition and no expiry; the list of breached passwords
//! is a check of its own. NIST SP 800-63B-4 §3.1.1.2, OWASP ASVS 5.0 §6.2.

use std::collections::BTreeSet;

use zeroize::Zeroizing;

use crate::common_passwords::is_common;
use crate::password::Password;

const MAX_CODE_POINTS: usize = 256;
const MIN_DISTINCT: usize = 5;
const MIN_CONTEXT_WORD: usize = 4;
const MIN_BEYOND_CONTEXT: usize = 8;

/// The rules for new passwords of one tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordPolicy {
    /// The least number of code points after normalisation.
    pub minimum_length: usize,
}

/// Why a password may not be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PolicyViolation {
    /// Fewer code points than this.
    #[error("the password has fewer than {minimum} characters")]
    TooShort {
        /// The tenant's minimum.
        minimum: usize,
    },
    /// More code points than this.
    #[error("the password has more than {maximum} characters")]
    TooLong {
        /// 256.
        maximum: usize,
    },
    /// Fewer than five different characters.
    #[error("the password repeats too few characters")]
    Repetitive,
    /// A common password, also repeated or with digits and signs around it.
    #[error("the password is a common one")]
    Common,
    /// Little more than the account's or the tenant's name.
    #[error("the password is made of a name it belongs to")]
    ContextWord,
}

impl PasswordPolicy {
    /// Where the password is the only factor: 15 code points.
    pub const SINGLE_FACTOR: Self = Self { minimum_length: 15 };

    /// Where a second factor is mandatory: 8 code points.
    pub const WITH_SECOND_FACTOR: Self = Self { minimum_length: 8 };

    /// Checks a new password.
    ///
    /// `context` holds words an attacker would try for this account: the local part of the e-mail
    /// address, the tenant's and the product's name. Words under 4 characters are ignored; a password
    /// may contain the others if 8 characters remain without them. Letter case is ignored throughout.
    ///
    /// # Errors
    /// The first [`PolicyViolation`].
    pub fn check(&self, password: &Password, context: &[&str]) -> Result<(), PolicyViolation> {
        let text = password.expose();
        let length = text.chars().count();
        if length < self.minimum_length {
            return Err(PolicyViolation::TooShort { minimum: self.minimum_length });
        }
        if length > MAX_CODE_POINTS {
            return Err(PolicyViolation::TooLong { maximum: MAX_CODE_POINTS });
        }
        if text.chars().collect::<BTreeSet<_>>().len() < MIN_DISTINCT {
            return Err(PolicyViolation::Repetitive);
        }
        let folded = Zeroizing::new(text.to_lowercase());
        if is_common(&folded) {
            return Err(PolicyViolation::Common);
        }
        if is_made_of(&folded, context) {
            return Err(PolicyViolation::ContextWord);
        }
        Ok(())
    }
}

impl Default for PasswordPolicy {
    fn default() -> Self {
        Self::SINGLE_FACTOR
    }
}

/// Whether too little remains of `folded` once the context words are taken out.
fn is_made_of(folded: &str, context: &[&str]) -> bool {
    let mut rest = Zeroizing::new(folded.to_owned());
    let mut was_found = false;
    for word in context {
        let word = word.to_lowercase();
        if word.chars().count() >= MIN_CONTEXT_WORD && rest.contains(&word) {
            was_found = true;
            rest = Zeroizing::new(rest.replace(&word, ""));
        }
    }
    was_found && rest.chars().count() < MIN_BEYOND_CONTEXT
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(policy: PasswordPolicy, typed: &str, context: &[&str]) -> Result<(), PolicyViolation> {
        policy.check(&Password::prepare(typed).ok().unwrap(), context)
    }

    fn single(typed: &str) -> Result<(), PolicyViolation> {
        check(PasswordPolicy::SINGLE_FACTOR, typed, &[])
    }

    fn with_second(typed: &str) -> Result<(), PolicyViolation> {
        check(PasswordPolicy::WITH_SECOND_FACTOR, typed, &[])
    }

    /// S-075, N1: 15 alone, 8 with a second factor, counted in code points.
    #[test]
    fn the_minimum_depends_on_the_second_factor_and_counts_code_points() {
        assert_eq!(single("quartz-meadow-7"), Ok(()));
        assert_eq!(single("quartz-meadow-"), Err(PolicyViolation::TooShort { minimum: 15 }));
        assert_eq!(with_second("qz-mea7o"), Ok(()));
        assert_eq!(with_second("qz-mea7"), Err(PolicyViolation::TooShort { minimum: 8 }));
        assert_eq!(with_second("ж1ю2я3э"), Err(PolicyViolation::TooShort { minimum: 8 }));
        assert_eq!(with_second("ж1ю2я3эл"), Ok(()));
    }

    /// N1: at least 64 characters are accepted; here 256.
    #[test]
    fn up_to_256_code_points_are_accepted() {
        let phrase = |length: usize| "orange spoon under velvet moon ".chars().cycle().take(length).collect::<String>();

        assert_eq!(single(&phrase(64)), Ok(()));
        assert_eq!(single(&phrase(256)), Ok(()));
        assert_eq!(single(&phrase(257)), Err(PolicyViolation::TooLong { maximum: 256 }));
    }

    #[test]
    fn no_classes_of_characters_are_demanded() {
        assert_eq!(single("only lower case words"), Ok(()));
        assert_eq!(single("ελληνικά γράμματα"), Ok(()));
    }

    #[test]
    fn common_passwords_are_refused_in_any_case_and_dress() {
        for typed in ["PassWord", "password1", "letmein123!", "qwertyuiop", "!!sunshine!!", "passwordpassword"] {
            assert_eq!(with_second(typed), Err(PolicyViolation::Common), "{typed}");
        }
        assert_eq!(single("correcthorsebatterystaple"), Err(PolicyViolation::Common));
    }

    #[test]
    fn a_phrase_around_a_common_word_is_accepted() {
        assert_eq!(single("sunshine over seven bridges"), Ok(()));
    }

    #[test]
    fn few_different_characters_are_refused() {
        assert_eq!(single("aaaaaaaaaaaaaaaaaaaa"), Err(PolicyViolation::Repetitive));
        assert_eq!(single("abababababababababab"), Err(PolicyViolation::Repetitive));
    }

    #[test]
    fn passwords_made_of_context_words_are_refused() {
        let context = ["ada.lovelace", "Analytical", "abc"];
        let check = |typed| check(PasswordPolicy::SINGLE_FACTOR, typed, &context);

        assert_eq!(check("Ada.Lovelace1843"), Err(PolicyViolation::ContextWord));
        assert_eq!(check("analyticalANALYTICAL!"), Err(PolicyViolation::ContextWord));
        assert_eq!(check("ada.lovelace-Analytical"), Err(PolicyViolation::ContextWord));
        assert_eq!(check("analytical engines hum"), Ok(()));
        assert_eq!(check("abc-quartz-meado"), Ok(()));
    }
}
