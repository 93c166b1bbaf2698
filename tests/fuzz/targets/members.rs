//! Counts the members of every object in a JSON text, at every depth, before and after a reader has chosen among those of
//! one name.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

/// How many members were sent.
struct Sent(usize);

/// How many members a text holds.
pub(crate) fn members_sent(json: &str) -> usize {
    serde_json::from_str::<Sent>(json).expect("JSON").0
}

/// How many members a value holds.
pub(crate) fn members_of(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.iter().map(members_of).sum(),
        Value::Object(members) => members.len() + members.values().map(members_of).sum::<usize>(),
        _ => 0,
    }
}

impl<'de> Deserialize<'de> for Sent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Counting)
    }
}

struct Counting;

impl<'de> Visitor<'de> for Counting {
    type Value = Sent;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Sent, E> {
        Ok(Sent(0))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Sent, E> {
        Ok(Sent(0))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Sent, E> {
        Ok(Sent(0))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Sent, E> {
        Ok(Sent(0))
    }

    fn visit_str<E>(self, _: &str) -> Result<Sent, E> {
        Ok(Sent(0))
    }

    fn visit_unit<E>(self) -> Result<Sent, E> {
        Ok(Sent(0))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Sent, A::Error> {
        let mut count = 0;
        while let Some(Sent(inner)) = items.next_element()? {
            count += inner;
        }
        Ok(Sent(count))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Sent, A::Error> {
        let mut count = 0;
        while let Some((_, Sent(inner))) = members.next_entry::<String, Sent>()? {
            count += 1 + inner;
        }
        Ok(Sent(count))
    }
}
