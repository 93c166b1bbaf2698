//! Claims whose signature, issuer, audience and times were checked.
//!
//! Owns typed reading. Only `verification` can make one, so holding it means the checks passed.
//! Numbers are integers from 0 to 2^53, never floating point (SECURITY.md V-4). RFC 7519 §4.

use serde_json::{Map, Value};

/// The largest integer every JSON reader represents exactly. RFC 7493 §2.2.
const MAX_INTEGER: i64 = 1 << 53;

/// The claims of a verified token.
pub struct VerifiedClaims {
    pub(crate) claims: Map<String, Value>,
    pub(crate) key_id: Option<String>,
    pub(crate) typ: Option<String>,
}

impl VerifiedClaims {
    /// The claim as it was signed; `None` if missing.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.claims.get(name)
    }

    /// Every claim as it was signed.
    pub fn into_members(self) -> Map<String, Value> {
        self.claims
    }

    /// A string claim; `None` if missing or of another type.
    pub fn str(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }

    /// An integer claim from 0 to 2^53; `None` if missing, fractional, out of range or of another type.
    pub fn int(&self, name: &str) -> Option<i64> {
        integer(self.get(name)?)
    }

    /// The audiences: `aud` as one string or as an array of strings; empty if missing.
    pub fn audiences(&self) -> Vec<&str> {
        audiences(&self.claims).unwrap_or_default()
    }

    /// The `kid` of the key that verified the token; `None` if it was registered without one.
    pub fn key_id(&self) -> Option<&str> {
        self.key_id.as_deref()
    }

    /// The header's `typ` as it was sent; `None` if absent, which only [`crate::TypRule::AbsentOr`] allows.
    pub fn typ(&self) -> Option<&str> {
        self.typ.as_deref()
    }
}

/// Reads an integer without passing through floating point.
pub(crate) fn integer(value: &Value) -> Option<i64> {
    value.as_i64().filter(|number| (0..=MAX_INTEGER).contains(number))
}

/// `aud` as a list; `None` if missing or not a string or an array of strings.
pub(crate) fn audiences(claims: &Map<String, Value>) -> Option<Vec<&str>> {
    match claims.get("aud")? {
        Value::String(audience) => Some(vec![audience]),
        Value::Array(audiences) => audiences.iter().map(Value::as_str).collect(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// S-045: every number that is not a plain integer in range is no number.
    #[test]
    fn integers_lie_between_zero_and_two_to_the_53() {
        let read = |json: &str| integer(&serde_json::from_str(json).unwrap());

        assert_eq!(read("0"), Some(0));
        assert_eq!(read("1300819380"), Some(1_300_819_380));
        assert_eq!(read("9007199254740992"), Some(1 << 53));
        for json in [
            "9007199254740993",
            "9223372036854775808",
            "18446744073709551615",
            "-1",
            "-0",
            "1.0",
            "1.5",
            "1e3",
            "1e300",
            "\"1\"",
            "null",
            "true",
            "[1]",
        ] {
            assert_eq!(read(json), None, "{json}");
        }
    }

    #[test]
    fn audiences_are_one_string_or_strings_only() {
        let read = |aud: Value| {
            let claims = Map::from_iter([("aud".to_owned(), aud)]);
            audiences(&claims).map(|list| list.join(" "))
        };

        assert_eq!(read(json!("a")), Some("a".to_owned()));
        assert_eq!(read(json!(["a", "b"])), Some("a b".to_owned()));
        assert_eq!(read(json!(["a", 1])), None);
        assert_eq!(read(json!({"a": 1})), None);
        assert_eq!(audiences(&Map::new()), None);
    }
}
