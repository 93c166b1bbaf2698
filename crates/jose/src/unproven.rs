//! Who a token says it is from, before anything is proven.
//!
//! Owns the one look into unverified claims: a client assertion names its client only in `iss` and
//! `sub` (RFC 7523 §3), and the client's keys are needed to verify it. What comes out may select keys
//! and nothing else.

use serde_json::{Map, Value};

use crate::compact::CompactToken;
use crate::object::parse_object;

/// Unproven names. Use them to find keys, then [`crate::verify`] and compare.
pub struct Unproven {
    /// `iss` if it is a string.
    pub issuer: Option<String>,
    /// `sub` if it is a string.
    pub subject: Option<String>,
    /// `kid` of the header: whether a key of that name must be looked for.
    pub key_id: Option<String>,
}

/// Reads `iss`, `sub` and `kid` without verifying anything.
///
/// `None` if the token would be refused for its form anyway: longer than `max_bytes`, not three
/// parts of strict base64url, a header member outside the list, a repeated member.
pub fn peek_unproven(token: &str, max_bytes: usize) -> Option<Unproven> {
    let token = CompactToken::parse(token, max_bytes).ok()?;
    let mut claims = parse_object(&token.payload).ok()?;
    let (issuer, subject) = (take_text(&mut claims, "iss"), take_text(&mut claims, "sub"));
    Some(Unproven { issuer, subject, key_id: token.header.key_id })
}

fn take_text(claims: &mut Map<String, Value>, name: &str) -> Option<String> {
    match claims.remove(name) {
        Some(Value::String(text)) => Some(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base64url;

    fn token(claims: &str) -> String {
        let header = base64url::encode(r#"{"alg":"ES256","kid":"k"}"#);
        format!("{header}.{}.AA", base64url::encode(claims))
    }

    #[test]
    fn issuer_subject_and_key_id_are_read() {
        let names = peek_unproven(&token(r#"{"iss":"a","sub":"b"}"#), 1024).unwrap();

        assert_eq!(names.issuer.as_deref(), Some("a"));
        assert_eq!(names.subject.as_deref(), Some("b"));
        assert_eq!(names.key_id.as_deref(), Some("k"));
    }

    #[test]
    fn values_of_other_types_are_absent() {
        let names = peek_unproven(&token(r#"{"iss":["a"],"sub":1}"#), 1024).unwrap();

        assert_eq!(names.issuer, None);
        assert_eq!(names.subject, None);
    }

    #[test]
    fn tokens_that_cannot_verify_are_not_read() {
        let repeated = token(r#"{"sub":"a","sub":"b"}"#);
        let good = token(r#"{"sub":"a"}"#);

        assert!(peek_unproven(&repeated, 1024).is_none());
        assert!(peek_unproven(&good, good.len() - 1).is_none());
        assert!(peek_unproven("garbage", 1024).is_none());
    }
}
