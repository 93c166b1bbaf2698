//! What the authorization endpoint is asked for.
//!
//! Owns the combinations there are and what each of them contains; words may come in any order. Leaves which client may
//! ask for which to `acceptance`. RFC 6749 §3.1.1; OAuth 2.0 Multiple Response Type Encoding Practices §3 to §5.

/// A registered combination of the words `code`, `id_token` and `token`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResponseType {
    /// RFC 6749 §4.1.
    Code,
}

impl ResponseType {
    /// Every combination this server knows.
    pub const ALL: [Self; 1] = [Self::Code];

    /// The registered name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Code => "code",
        }
    }

    /// Reads a list of words in any order (RM-03); `None` for a combination that does not exist, or a word that is there
    /// twice.
    pub fn parse(text: &str) -> Option<Self> {
        let sorted = |text: &'_ str| {
            let mut words: Vec<String> = text.split(' ').map(str::to_owned).collect();
            words.sort();
            words
        };
        let wanted = sorted(text);
        Self::ALL.into_iter().find(|known| sorted(known.name()) == wanted)
    }
}

/// Whether an answer to a request for `response_type`, known or not, would hold a token: its errors travel as its success
/// would (OIDC Core §3.2.2.6, §3.3.2.6).
pub(super) fn holds_token(response_type: &str) -> bool {
    response_type.split(' ').any(|word| matches!(word, "token" | "id_token"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// OA-AZ-18: nothing but what is registered.
    #[test]
    fn only_registered_combinations_are_read() {
        assert_eq!(ResponseType::parse("code"), Some(ResponseType::Code));
        for other in ["", "CODE", "code code", "code ", " code", "zzz", "token", "code zzz"] {
            assert_eq!(ResponseType::parse(other), None, "{other}");
        }
    }
}
