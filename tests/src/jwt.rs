//! Tokens as a relying party reads them.
//!
//! Owns taking a JWT apart. Leaves signatures to the key set a deployment publishes: `Deployment::verified`.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;

/// Returns the header of a JWT.
///
/// # Panics
///
/// When the text is no JWT.
pub fn header(token: &str) -> Value {
    part(token, 0)
}

/// Returns the claims of a JWT; its signature is not looked at.
///
/// # Panics
///
/// When the text is no JWT.
pub fn claims(token: &str) -> Value {
    part(token, 1)
}

/// Writes JSON as a part of a JWT.
pub fn encoded(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn part(token: &str, index: usize) -> Value {
    let parts: Vec<_> = token.split('.').collect();
    assert_eq!(parts.len(), 3, "{token} is no JWT");
    let bytes = URL_SAFE_NO_PAD.decode(parts[index]).unwrap_or_else(|error| panic!("{error}: {token}"));
    serde_json::from_slice(&bytes).unwrap_or_else(|error| panic!("{error}: {token}"))
}
