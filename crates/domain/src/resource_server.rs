//! Resource servers: the APIs that tokens are for (RFC 8707), and what can be authorized at them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::scope_meaning::text_in;
use crate::{Lifetime, Scope, ScopeText};

/// What an access token for a resource server looks like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TokenProfile {
    /// A JWT with `typ: at+jwt` (RFC 9068).
    #[default]
    Rfc9068,
    /// The same JWT with `typ: JWT`, for gateways that refuse any other.
    JwtCompat,
    /// A random text of at most 100 characters, understood by introspection only.
    Opaque,
}

impl TokenProfile {
    /// The `typ` header of its JWTs; `None` for opaque tokens.
    pub const fn typ(self) -> Option<&'static str> {
        match self {
            Self::Rfc9068 => Some("at+jwt"),
            Self::JwtCompat => Some("JWT"),
            Self::Opaque => None,
        }
    }
}

/// A type of authorization details, as its resource server defines it (RFC 9396 §2, §9).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DetailsType {
    /// Its name, in the member `type`.
    #[serde(rename = "type")]
    pub name: String,
    /// The JSON Schema of such an object. Members it does not name are refused unless it says otherwise; their `title` is what
    /// people read.
    pub schema: serde_json::Value,
    /// What it means, by language tag (BCP 47).
    pub texts: BTreeMap<String, ScopeText>,
}

impl DetailsType {
    /// The text for a page in `language`, as of a scope. `None` leaves only the bare name.
    pub fn text_in(&self, language: &str) -> Option<&ScopeText> {
        text_in(&self.texts, language)
    }
}

/// A registered API.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResourceServer {
    /// Its identifier and the audience of its tokens: an absolute URI without fragment (RFC 8707 §2).
    pub resource: String,
    /// Name shown to people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The scopes it defines.
    #[serde(default)]
    pub scopes: Scope,
    /// The types of authorization details it defines.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub authorization_details_types: Vec<DetailsType>,
    /// The form of its tokens.
    #[serde(default)]
    pub token_profile: TokenProfile,
    /// How long its tokens live, in seconds; absent: the default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_token_lifetime: Option<i64>,
}

impl ResourceServer {
    /// How long its access tokens live.
    pub fn lifetime(&self) -> Lifetime {
        self.access_token_lifetime.map_or(crate::lifetimes::ACCESS_TOKEN, Lifetime::from_seconds)
    }
}
