//! Scope values as an ordered set (RFC 6749 §3.3).
//!
//! Owns syntax, limits and set arithmetic. Which scopes exist and who may ask for them is decided in `oidc`.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How many scope tokens one request may name.
const MAX_TOKENS: usize = 50;
/// How long one scope token may be, in bytes.
const MAX_TOKEN_BYTES: usize = 128;

/// A set of scope tokens, kept in the order they were first named.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Scope(Vec<String>);

/// What is wrong with a scope parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScopeError {
    /// A character outside %x21 / %x23-5B / %x5D-7E, or two separators in a row.
    Malformed,
    /// More than 50 tokens, or a token over 128 characters.
    TooLong,
}

impl fmt::Display for ScopeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => {
                "scope tokens are printable ASCII without quotes and backslashes, separated by one space"
            }
            Self::TooLong => "at most 50 scope tokens of at most 128 characters",
        })
    }
}

impl Scope {
    /// Reads a space-separated list; the empty text is the empty set; repeated tokens count once.
    ///
    /// # Errors
    /// `Malformed` for a character RFC 6749 §3.3 does not allow or a doubled, leading or trailing space; `TooLong` beyond the limits.
    pub fn parse(text: &str) -> Result<Self, ScopeError> {
        let mut scope = Self::default();
        if text.is_empty() {
            return Ok(scope);
        }
        for (count, token) in text.split(' ').enumerate() {
            if count >= MAX_TOKENS || token.len() > MAX_TOKEN_BYTES {
                return Err(ScopeError::TooLong);
            }
            let allowed = |b: u8| matches!(b, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
            if token.is_empty() || !token.bytes().all(allowed) {
                return Err(ScopeError::Malformed);
            }
            scope.insert(token);
        }
        Ok(scope)
    }

    /// Adds a token that is known to be well-formed.
    pub fn insert(&mut self, token: &str) {
        if !self.contains(token) {
            self.0.push(token.to_owned());
        }
    }

    /// Whether `token` is in the set.
    pub fn contains(&self, token: &str) -> bool {
        self.0.iter().any(|t| t == token)
    }

    /// Whether no token is in the set.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The tokens in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Whether every token of `other` is here.
    pub fn covers(&self, other: &Self) -> bool {
        other.iter().all(|token| self.contains(token))
    }

    /// The tokens that satisfy `keep`, in order.
    #[must_use]
    pub fn filter(&self, keep: impl Fn(&str) -> bool) -> Self {
        Self(self.0.iter().filter(|token| keep(token)).cloned().collect())
    }

    /// The tokens of both, these first.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let mut all = self.clone();
        other.iter().for_each(|token| all.insert(token));
        all
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(" "))
    }
}

impl TryFrom<String> for Scope {
    type Error = ScopeError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<Scope> for String {
    fn from(scope: Scope) -> Self {
        scope.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// S-060: syntax per RFC 6749 §3.3; a no-break space is not a separator but an error.
    #[test]
    fn a_scope_token_is_printable_ascii_without_quote_and_backslash() {
        for bad in ["openid\u{a0}admin", "a  b", " a", "a ", "a\"b", "a\\b", "a\tb", "ü"] {
            assert_eq!(Scope::parse(bad), Err(ScopeError::Malformed), "{bad:?}");
        }
    }

    /// S-060: cost stays linear because the number of tokens is capped.
    #[test]
    fn more_than_fifty_tokens_are_refused() {
        let many: Vec<String> = (0..51).map(|n| format!("s{n}")).collect();

        assert_eq!(Scope::parse(&many.join(" ")), Err(ScopeError::TooLong));
    }

    #[test]
    fn repeated_tokens_count_once_and_order_is_kept() {
        assert_eq!(Scope::parse("openid email openid").unwrap().to_string(), "openid email");
    }
}
