//! Values bound to a statement, typed, so that a null has a type too and SQLite never guesses one.

use portreeve_domain::{ClientId, TenantId, Thumbprint, Timestamp, UserId};

/// One bound value.
#[derive(Clone, Copy, Debug)]
pub enum Value<'a> {
    /// BIGINT.
    Integer(Option<i64>),
    /// TEXT.
    Text(Option<&'a str>),
    /// BYTEA.
    Bytes(Option<&'a [u8]>),
    /// BOOLEAN.
    Boolean(bool),
}

impl From<i64> for Value<'_> {
    fn from(value: i64) -> Self {
        Self::Integer(Some(value))
    }
}

impl From<Option<i64>> for Value<'_> {
    fn from(value: Option<i64>) -> Self {
        Self::Integer(value)
    }
}

impl From<Timestamp> for Value<'_> {
    fn from(value: Timestamp) -> Self {
        Self::Integer(Some(value.as_millis()))
    }
}

impl From<Option<Timestamp>> for Value<'_> {
    fn from(value: Option<Timestamp>) -> Self {
        Self::Integer(value.map(Timestamp::as_millis))
    }
}

impl From<TenantId> for Value<'_> {
    fn from(value: TenantId) -> Self {
        Self::Integer(Some(value.as_i64()))
    }
}

impl From<bool> for Value<'_> {
    fn from(value: bool) -> Self {
        Self::Boolean(value)
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(value: &'a str) -> Self {
        Self::Text(Some(value))
    }
}

impl<'a> From<Option<&'a str>> for Value<'a> {
    fn from(value: Option<&'a str>) -> Self {
        Self::Text(value)
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(value: &'a String) -> Self {
        Self::Text(Some(value))
    }
}

impl<'a> From<&'a ClientId> for Value<'a> {
    fn from(value: &'a ClientId) -> Self {
        Self::Text(Some(value.as_str()))
    }
}

impl<'a> From<&'a UserId> for Value<'a> {
    fn from(value: &'a UserId) -> Self {
        Self::Bytes(Some(value.as_bytes()))
    }
}

impl<'a> From<Option<&'a UserId>> for Value<'a> {
    fn from(value: Option<&'a UserId>) -> Self {
        Self::Bytes(value.map(|id| id.as_bytes().as_slice()))
    }
}

impl<'a> From<Option<&'a Thumbprint>> for Value<'a> {
    fn from(value: Option<&'a Thumbprint>) -> Self {
        Self::Bytes(value.map(|thumbprint| thumbprint.as_bytes().as_slice()))
    }
}

impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(value: &'a [u8]) -> Self {
        Self::Bytes(Some(value))
    }
}

impl<'a> From<Option<&'a [u8]>> for Value<'a> {
    fn from(value: Option<&'a [u8]>) -> Self {
        Self::Bytes(value)
    }
}

impl<'a, const N: usize> From<&'a [u8; N]> for Value<'a> {
    fn from(value: &'a [u8; N]) -> Self {
        Self::Bytes(Some(value))
    }
}

impl<'a> From<&'a Vec<u8>> for Value<'a> {
    fn from(value: &'a Vec<u8>) -> Self {
        Self::Bytes(Some(value))
    }
}
