//! What the authorization endpoint is asked for.
//!
//! Owns the combinations there are, what each of them contains, and which profile has which; words may come in any order.
//! Leaves which client may ask for which to `registration` and `acceptance`. RFC 6749 §3.1.1; OAuth 2.0 Multiple Response
//! Type Encoding Practices §3 to §5; OIDC Core §3; OIDC Registration §2 (`grant_types`); RFC 9700 §2.1.2.

use portreeve_domain::{GrantType, Profile};
use serde::{Deserialize, Serialize};

/// A registered combination of the words `code`, `id_token` and `token`. `token` alone is none of them: an access token that
/// nothing binds to the request (RFC 9700 §2.1.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ResponseType {
    /// RFC 6749 §4.1.
    #[serde(rename = "code")]
    Code,
    /// OIDC Core §3.2, without an access token.
    #[serde(rename = "id_token")]
    IdToken,
    /// OIDC Core §3.2.
    #[serde(rename = "id_token token")]
    IdTokenToken,
    /// OIDC Core §3.3.
    #[serde(rename = "code id_token")]
    CodeIdToken,
    /// OIDC Core §3.3, without an ID token at first.
    #[serde(rename = "code token")]
    CodeToken,
    /// OIDC Core §3.3.
    #[serde(rename = "code id_token token")]
    CodeIdTokenToken,
}

impl ResponseType {
    /// Every combination this server knows.
    pub const ALL: [Self; 6] =
        [Self::Code, Self::IdToken, Self::IdTokenToken, Self::CodeIdToken, Self::CodeToken, Self::CodeIdTokenToken];

    /// The registered name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::IdToken => "id_token",
            Self::IdTokenToken => "id_token token",
            Self::CodeIdToken => "code id_token",
            Self::CodeToken => "code token",
            Self::CodeIdTokenToken => "code id_token token",
        }
    }

    /// Reads a list of words in any order (RM-03); `None` for a combination that does not exist, or a word that is there
    /// twice.
    pub fn parse(text: &str) -> Option<Self> {
        let sorted = |text: &str| {
            let mut words: Vec<String> = text.split(' ').map(str::to_owned).collect();
            words.sort();
            words
        };
        let wanted = sorted(text);
        Self::ALL.into_iter().find(|known| sorted(known.name()) == wanted)
    }

    /// Whether the answer holds a code.
    pub const fn has_code(self) -> bool {
        !matches!(self, Self::IdToken | Self::IdTokenToken)
    }

    /// Whether the answer holds an ID token.
    pub const fn has_id_token(self) -> bool {
        !matches!(self, Self::Code | Self::CodeToken)
    }

    /// Whether the answer holds an access token.
    pub const fn has_token(self) -> bool {
        matches!(self, Self::IdTokenToken | Self::CodeToken | Self::CodeIdTokenToken)
    }

    /// Whether `profile` has it: a code it always has, tokens where they may pass through the browser (S-033).
    pub const fn is_in(self, profile: Profile) -> bool {
        matches!(self, Self::Code) || profile.sends_tokens_by_browser()
    }

    /// The grants a client that asks for it must have registered.
    pub const fn grants(self) -> &'static [GrantType] {
        match self {
            Self::Code => &[GrantType::AuthorizationCode],
            Self::IdToken | Self::IdTokenToken => &[GrantType::Implicit],
            Self::CodeIdToken | Self::CodeToken | Self::CodeIdTokenToken => {
                &[GrantType::AuthorizationCode, GrantType::Implicit]
            }
        }
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

    /// OA-AZ-18, S-033: nothing but what is registered; an access token alone is not.
    #[test]
    fn only_registered_combinations_are_read() {
        for known in ResponseType::ALL {
            assert_eq!(ResponseType::parse(known.name()), Some(known));
        }
        for other in ["", "CODE", "code code", "code ", " code", "zzz", "token", "code zzz", "token token", "none"] {
            assert_eq!(ResponseType::parse(other), None, "{other}");
        }
    }

    /// RM-03: the order of the words means nothing.
    #[test]
    fn words_come_in_any_order() {
        for text in ["code id_token token", "token id_token code", "id_token code token"] {
            assert_eq!(ResponseType::parse(text), Some(ResponseType::CodeIdTokenToken), "{text}");
        }
        assert_eq!(ResponseType::parse("token id_token"), Some(ResponseType::IdTokenToken));
    }

    /// What a name says is what the answer holds.
    #[test]
    fn a_name_says_what_the_answer_holds() {
        for known in ResponseType::ALL {
            let has = |word| known.name().split(' ').any(|name| name == word);
            assert_eq!(
                (known.has_code(), known.has_id_token(), known.has_token()),
                (has("code"), has("id_token"), has("token"))
            );
            assert_eq!(holds_token(known.name()), known.has_id_token() || known.has_token());
        }
    }

    /// S-033: in profile `oauth21` nothing but a code passes through the browser.
    #[test]
    fn only_profile_oidc_has_tokens_in_the_front_channel() {
        for known in ResponseType::ALL {
            assert!(known.is_in(Profile::Oidc));
            assert_eq!(known.is_in(Profile::OAuth21), known == ResponseType::Code);
        }
    }
}
