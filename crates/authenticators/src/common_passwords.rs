//! The short list of passwords everybody tries first.
//!
//! Owns the shipped list and the comparison that sees through repetition and decoration. A large list
//! of breached passwords is not this one's job. NIST SP 800-63B-4 §3.1.1.2.

use std::collections::HashSet;
use std::sync::LazyLock;

/// Lower case, one a line, without blank lines.
const LIST: &str = include_str!("common_passwords.txt");

static COMMON: LazyLock<HashSet<&str>> = LazyLock::new(|| LIST.lines().collect());

/// Whether a lower-case password is on the list: as it is, without digits and signs at its ends, or as
/// a repetition of one that is.
pub(crate) fn is_common(folded: &str) -> bool {
    let core = folded.trim_matches(|character: char| !character.is_alphabetic());
    [folded, core]
        .into_iter()
        .filter(|candidate| !candidate.is_empty())
        .any(|candidate| COMMON.contains(candidate) || COMMON.contains(repeated_unit(candidate)))
}

/// The shortest text of which `text` is a whole repetition; `text` itself if there is none.
fn repeated_unit(text: &str) -> &str {
    (1..=text.len() / 2)
        .filter(|length| text.len().is_multiple_of(*length))
        .filter_map(|length| text.get(..length))
        .find(|unit| text.len() == unit.len() * text.matches(unit).count())
        .unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_lower_case_and_without_repetition() {
        assert_eq!(COMMON.len(), LIST.lines().count());
        assert!(COMMON.len() >= 200);
        for word in COMMON.iter() {
            assert_eq!(*word, word.to_lowercase().trim());
            assert!(!word.is_empty());
        }
    }

    #[test]
    fn the_unit_of_a_repetition_is_found() {
        assert_eq!(repeated_unit("abcabcabc"), "abc");
        assert_eq!(repeated_unit("abcabcab"), "abcabcab");
        assert_eq!(repeated_unit("ääää"), "ä");
        assert_eq!(repeated_unit("a"), "a");
        assert_eq!(repeated_unit(""), "");
    }

    #[test]
    fn digits_and_signs_alone_are_compared_whole() {
        assert!(is_common("123456789"));
        assert!(!is_common("4827-1936-5502-7741"));
    }
}
