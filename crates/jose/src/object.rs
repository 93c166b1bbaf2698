//! JSON without repeated members.
//!
//! Owns one reader for headers, claims and parameters: two parsers that pick different copies of a repeated
//! member disagree about what was signed, or asked for. RFC 7515 §4, RFC 7519 §4, RFC 8259 §4.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// Why bytes are not what we read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObjectError {
    /// Not UTF-8 JSON, not an object where one is wanted, nested beyond 127 levels, or followed by more text.
    NotAnObject,
    /// A member name occurs twice in one object, at whatever depth.
    DuplicateMember,
}

/// Reads one JSON object in which the member names of every object are distinct.
///
/// # Errors
/// As the variants of `ObjectError`.
pub fn parse_object(json: &[u8]) -> Result<Map<String, Value>, ObjectError> {
    match parse_json(json)? {
        Value::Object(members) => Ok(members),
        _ => Err(ObjectError::NotAnObject),
    }
}

/// Reads JSON of any kind in which the member names of every object are distinct.
///
/// # Errors
/// As the variants of `ObjectError`.
pub fn parse_json(json: &[u8]) -> Result<Value, ObjectError> {
    let read: Distinct = serde_json::from_slice(json).map_err(|_| ObjectError::NotAnObject)?;
    if read.has_duplicate { Err(ObjectError::DuplicateMember) } else { Ok(read.value) }
}

/// A value, and whether a member of it was there twice.
struct Distinct {
    value: Value,
    has_duplicate: bool,
}

impl Distinct {
    fn single(value: impl Into<Value>) -> Self {
        Self { value: value.into(), has_duplicate: false }
    }
}

impl<'de> Deserialize<'de> for Distinct {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(DistinctVisitor)
    }
}

struct DistinctVisitor;

impl<'de> Visitor<'de> for DistinctVisitor {
    type Value = Distinct;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Distinct, E> {
        Ok(Distinct::single(Value::Null))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Distinct, E> {
        Ok(Distinct::single(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Distinct, E> {
        Ok(Distinct::single(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Distinct, E> {
        Ok(Distinct::single(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Distinct, E> {
        Ok(Distinct::single(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Distinct, E> {
        Ok(Distinct::single(value))
    }

    fn visit_string<E>(self, value: String) -> Result<Distinct, E> {
        Ok(Distinct::single(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Distinct, A::Error> {
        let (mut items, mut has_duplicate) = (Vec::new(), false);
        while let Some(item) = access.next_element::<Distinct>()? {
            has_duplicate |= item.has_duplicate;
            items.push(item.value);
        }
        Ok(Distinct { value: Value::Array(items), has_duplicate })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Distinct, A::Error> {
        let (mut members, mut has_duplicate) = (Map::new(), false);
        while let Some((name, member)) = access.next_entry::<String, Distinct>()? {
            has_duplicate |= member.has_duplicate;
            has_duplicate |= members.insert(name, member.value).is_some();
        }
        Ok(Distinct { value: Value::Object(members), has_duplicate })
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
