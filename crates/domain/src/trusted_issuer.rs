//! Trusted issuers: whose assertions about people are taken as grants (RFC 7523 §2.1), who may say whom a back-channel request is
//! about (CIBA Core §7.1), whose statements about software are believed when a client registers (RFC 7591 §2.3), and who may vouch for instances of a client (OAuth 2.0 Attestation-Based
//! Client Authentication).
//!
//! Owns what an operator writes down about one. Leaves checking an assertion to `oidc::jwt_bearer` and which person is meant
//! to links that an operator sets, never to an address (SECURITY rule 29).

use serde::{Deserialize, Serialize};

use crate::{ClientId, Scope};

/// An issuer that is believed, in what the operator says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrustedIssuer {
    /// Its identifier: the `iss` of its assertions, compared as text.
    pub issuer: String,
    /// Its public keys, a JWK set; not beside `jwks_uri`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks: Option<serde_json::Value>,
    /// Where it publishes them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<String>,
    /// The clients that may present its assertions and its login hint tokens; no others may.
    #[serde(default)]
    pub clients: Vec<ClientId>,
    /// The scopes that may come of them.
    #[serde(default)]
    pub scopes: Scope,
    /// Whether what it says of a client's software counts at registration.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub software_statements: bool,
    /// The clients whose instances it may attest; no others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attests: Vec<ClientId>,
}
