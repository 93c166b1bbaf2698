//! Clients that register themselves: who may, and what is believed of them (RFC 7591).
//!
//! Owns the words. Leaves the rules for metadata to `oidc::registration` and the endpoint to `issuer`.

use serde::{Deserialize, Serialize};

/// Whether a tenant lets clients register themselves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientRegistration {
    /// Nobody: the endpoint is not there.
    #[default]
    Off,
    /// Whoever holds a token that an operator handed out (RFC 7591 §3, initial access token).
    InitialAccessToken,
    /// Anybody.
    Open,
}

/// Who brought a client in, which is what is believed of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ClientOrigin {
    /// The operator, by resource file.
    #[default]
    Operator,
    /// The client itself, and somebody the operator trusts vouched for it.
    Vouched,
    /// The client itself; nobody knows who is behind it.
    Anybody,
    /// A document, whose URL its identifier is; nobody knows who is behind it but its host.
    Document,
}

impl ClientOrigin {
    /// The word in the database; `None` for a client that did not register itself.
    pub const fn registered_name(self) -> Option<&'static str> {
        match self {
            // Of a document there is a row of another kind.
            Self::Operator | Self::Document => None,
            Self::Vouched => Some("vouched"),
            Self::Anybody => Some("anybody"),
        }
    }

    /// Reads the word in the database; `None` for another one.
    pub fn from_registered_name(name: &str) -> Option<Self> {
        [Self::Vouched, Self::Anybody].into_iter().find(|origin| origin.registered_name() == Some(name))
    }

    /// Whether the operator, or somebody the operator trusts, answers for the client.
    pub const fn is_answered_for(self) -> bool {
        match self {
            Self::Operator | Self::Vouched => true,
            Self::Anybody | Self::Document => false,
        }
    }
}
