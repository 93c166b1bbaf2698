//! The `Authorization` headers of a request, all of them, as bytes.
//!
//! Owns taking them out; `oidc` reads them and refuses more than one. Whether a failed authentication is challenged
//! depends on their presence alone: a browser script that sent none must not bring up a password dialog (RFC 6749 §5.2).

use http::{HeaderMap, header};
use portreeve_oidc::client_authentication::basic_challenge;

use crate::answer::Challenge;

/// Every `Authorization` header. Holds secrets, so it is not `Debug`.
pub(crate) struct Authorization(Vec<Vec<u8>>);

impl Authorization {
    /// Takes the headers out of a request.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        Self(headers.get_all(header::AUTHORIZATION).iter().map(|value| value.as_bytes().to_vec()).collect())
    }

    /// The value of each.
    pub(crate) fn values(&self) -> Vec<&[u8]> {
        self.0.iter().map(Vec::as_slice).collect()
    }

    /// The challenge for a client that tried the header and failed.
    pub(crate) fn client_challenge(&self, realm: &str) -> Challenge {
        Challenge::ToFailedClient((!self.0.is_empty()).then(|| basic_challenge(realm)))
    }
}
