//! Pushed authorization requests on the wire.
//!
//! Owns the form of `request_uri` and the answer of the endpoint. The request itself is checked as any other
//! (`authorization`), only that its refusals are JSON; storing it, its single use and its owner are `issuer`'s.
//! RFC 9126 §2.2, §2.3.

use portreeve_domain::{Fault, Lifetime};
use serde::Serialize;

use crate::{Cause, Parameters, Refusal};

/// What every `request_uri` of ours begins with (RFC 9126 §2.2).
const URN: &str = "urn:ietf:params:oauth:request_uri:";

/// The reference in a `request_uri` parameter; `None` when it is not one that was pushed.
pub fn reference(request_uri: &str) -> Option<&str> {
    request_uri.strip_prefix(URN)
}

/// Checks what a pushed request must not hold.
///
/// # Errors
/// `RequestUriPushed` for a `request_uri` (RFC 9126 §2.1).
pub fn check(parameters: &Parameters) -> Result<(), Refusal> {
    match parameters.get("request_uri") {
        Some(_) => Err(Cause::RequestUriPushed.into()),
        None => Ok(()),
    }
}

/// The answer to a pushed request, as JSON: RFC 9126 §2.2.
///
/// # Errors
/// A fault if JSON cannot be written, which no value of these types causes.
pub fn to_json(reference: &str, lifetime: Lifetime) -> Result<Vec<u8>, Fault> {
    #[derive(Serialize)]
    struct Answer {
        request_uri: String,
        expires_in: i64,
    }
    let answer = Answer { request_uri: format!("{URN}{reference}"), expires_in: lifetime.as_seconds() };
    serde_json::to_vec(&answer).map_err(Fault::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// PA-02: the answer of RFC 9126 §2.2.
    #[test]
    fn the_answer_names_the_request_and_its_lifetime() {
        let json = to_json("abc", Lifetime::from_seconds(60)).unwrap();
        let answer: serde_json::Value = serde_json::from_slice(&json).unwrap();

        assert_eq!(answer["request_uri"], "urn:ietf:params:oauth:request_uri:abc");
        assert_eq!(answer["expires_in"], 60);
    }

    #[test]
    fn another_uri_was_not_pushed() {
        assert_eq!(reference("urn:ietf:params:oauth:request_uri:abc"), Some("abc"));
        assert_eq!(reference("https://rp.example/request.jwt"), None);
        assert_eq!(reference("URN:ietf:params:oauth:request_uri:abc"), None);
    }
}
