//! Strictness as a profile: the standards contradict each other, so a tenant chooses and a client may only tighten.

use serde::{Deserialize, Serialize};

/// A set of protocol rules (DESIGN §1.5), ordered by strictness.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// OpenID Connect certification behaviour: PKCE optional for confidential clients.
    Oidc,
    /// OAuth 2.1: code with PKCE S256 for every client, exact redirects, nothing in the front channel.
    #[default]
    #[serde(rename = "oauth21")]
    OAuth21,
}

impl Profile {
    /// The name in configuration files and in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Oidc => "oidc",
            Self::OAuth21 => "oauth21",
        }
    }

    /// Whether every authorization request must carry a code challenge (RFC 9700 §2.1.1).
    pub const fn requires_pkce(self) -> bool {
        matches!(self, Self::OAuth21)
    }

    /// Whether what stands beside a request object counts where the object says nothing (OIDC Core §6.1). Elsewhere the
    /// object is the whole request (RFC 9101 §6.3).
    pub const fn merges_request_objects(self) -> bool {
        matches!(self, Self::Oidc)
    }

    /// The stricter of a tenant's and a client's profile: a client can tighten, never loosen.
    #[must_use]
    pub fn tightened_by(self, client: Option<Self>) -> Self {
        client.map_or(self, |client| self.max(client))
    }
}
