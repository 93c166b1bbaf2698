//! Shortens what the pages show: a reader should recognise a token, not be able to use it.
//!
//! Owns which names are secret and how much of a value is shown. Escaping for HTML is the templates' work.

use serde_json::Value;

/// How many characters of a secret are shown.
const SHOWN_OF_SECRET: usize = 8;
/// Longer values that are not secret (RSA moduli, pages instead of JSON) are cut here.
const SHOWN_OF_TEXT: usize = 160;
/// A body that is not JSON is cut here.
const SHOWN_OF_BODY: usize = 600;

/// Parameters and members that let whoever reads them act for somebody else.
const SECRET_NAMES: [&str; 10] = [
    "access_token",
    "authorization",
    "client_secret",
    "code",
    "code_verifier",
    "csrf",
    "id_token",
    "id_token_hint",
    "refresh_token",
    "token",
];

/// Returns the value of a parameter or member as it may be shown.
pub(crate) fn parameter(name: &str, value: &str) -> String {
    if SECRET_NAMES.contains(&name) { secret(value) } else { text(value, SHOWN_OF_TEXT) }
}

/// Returns the first eight characters of a secret (never more than a quarter of it) and its length.
pub(crate) fn secret(value: &str) -> String {
    let length = value.chars().count();
    let shown: String = value.chars().take(SHOWN_OF_SECRET.min(length / 4)).collect();
    format!("{shown}… ({length} characters)")
}

/// Returns the `Authorization` header as it may be shown: the scheme in full, the credentials shortened.
pub(crate) fn authorization(header: &str) -> String {
    match header.split_once(' ') {
        Some((scheme, credentials)) => format!("{scheme} {}", secret(credentials)),
        None => secret(header),
    }
}

/// Returns a body as it may be shown: JSON indented with its secret members shortened, other text cut.
pub(crate) fn body(bytes: &[u8]) -> String {
    match serde_json::from_slice::<Value>(bytes) {
        Ok(value) => indented(&json(value)),
        Err(_) => text(&String::from_utf8_lossy(bytes), SHOWN_OF_BODY),
    }
}

/// Writes JSON over several lines.
pub(crate) fn indented(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_else(|_| value.to_string())
}

fn json(value: Value) -> Value {
    match value {
        Value::Object(members) => members
            .into_iter()
            .map(|(name, member)| {
                let shown = match member {
                    Value::String(text) => Value::String(parameter(&name, &text)),
                    other => json(other),
                };
                (name, shown)
            })
            .collect(),
        Value::Array(items) => items.into_iter().map(json).collect(),
        Value::String(value) => Value::String(text(&value, SHOWN_OF_TEXT)),
        other => other,
    }
}

fn text(value: &str, limit: usize) -> String {
    let length = value.chars().count();
    if length <= limit {
        return value.to_owned();
    }
    let shown: String = value.chars().take(limit / 2).collect();
    format!("{shown}… ({length} characters)")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_in_a_json_answer_is_shortened_at_any_depth() {
        let shown =
            body(br#"{"outer":[{"refresh_token":"abcdefghijklmnopqrstuvwxyz0123456789"}],"token_type":"Bearer"}"#);

        assert!(shown.contains("abcdefgh… (36 characters)"));
        assert!(!shown.contains("abcdefghi"));
        assert!(shown.contains("Bearer"));
    }

    #[test]
    fn at_most_a_quarter_of_a_short_secret_is_shown() {
        assert_eq!(secret("abcdefgh"), "ab… (8 characters)");
        assert_eq!(secret("abc"), "… (3 characters)");
    }

    #[test]
    fn the_scheme_of_an_authorization_header_stays_readable() {
        let shown = authorization("Basic d2ViOnNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA==");

        assert!(shown.starts_with("Basic d2ViOnNl… ("));
    }

    #[test]
    fn a_parameter_that_is_no_secret_stays_whole() {
        assert_eq!(parameter("grant_type", "authorization_code"), "authorization_code");
    }
}
