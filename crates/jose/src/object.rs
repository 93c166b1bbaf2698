//! JSON objects without repeated members.
//!
//! Owns one reader for headers and claims: two parsers that pick different copies of a repeated
//! member disagree about what was signed. RFC 7515 §4, RFC 7519 §4.

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::{Map, Value};

/// Why bytes are not an object we read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObjectError {
    /// Not UTF-8 JSON, not an object, nested beyond 127 levels, or followed by more text.
    NotAnObject,
    /// A member name occurs twice at the top level.
    DuplicateMember,
}

/// Reads one JSON object whose top-level member names are distinct.
///
/// # Errors
/// As the variants of `ObjectError`.
pub fn parse_object(json: &[u8]) -> Result<Map<String, Value>, ObjectError> {
    let object: DistinctObject = serde_json::from_slice(json).map_err(|_| ObjectError::NotAnObject)?;
    if object.has_duplicate {
        return Err(ObjectError::DuplicateMember);
    }
    Ok(object.members)
}

struct DistinctObject {
    members: Map<String, Value>,
    has_duplicate: bool,
}

impl<'de> Deserialize<'de> for DistinctObject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(DistinctObjectVisitor)
    }
}

struct DistinctObjectVisitor;

impl<'de> Visitor<'de> for DistinctObjectVisitor {
    type Value = DistinctObject;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<DistinctObject, A::Error> {
        let mut members = Map::new();
        let mut has_duplicate = false;
        while let Some((name, value)) = access.next_entry::<String, Value>()? {
            has_duplicate |= members.insert(name, value).is_some();
        }
        Ok(DistinctObject { members, has_duplicate })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_read() {
        let object = parse_object(br#" {"a":1,"b":{"a":2}} "#).unwrap();

        assert_eq!(object.len(), 2);
    }

    #[test]
    fn repeated_members_are_refused_however_they_are_spelt() {
        for json in [r#"{"a":1,"a":1}"#, r#"{"a":1,"b":2,"\u0061":3}"#] {
            assert_eq!(parse_object(json.as_bytes()), Err(ObjectError::DuplicateMember), "{json}");
        }
    }

    #[test]
    fn other_json_and_other_bytes_are_refused() {
        let deep = format!(r#"{{"a":{}{}}}"#, "[".repeat(1000), "]".repeat(1000));
        let cases: [&[u8]; 8] =
            [b"", b"null", b"[1]", b"\"text\"", b"{} {}", b"{\"a\":\"\xff\"}", b"{\"a\":1e999}", deep.as_bytes()];

        for json in cases {
            assert_eq!(parse_object(json), Err(ObjectError::NotAnObject));
        }
    }
}
