//! How a client learns that a person has decided elsewhere (CIBA Core §5).

use serde::{Deserialize, Serialize};

/// The delivery mode of back-channel authentication.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TokenDelivery {
    /// It asks the token endpoint again and again.
    Poll,
    /// It is told that there is an answer, and fetches it at the token endpoint.
    Ping,
    /// It is sent the tokens.
    Push,
}

impl TokenDelivery {
    /// Every mode this server supports.
    pub const ALL: [Self; 3] = [Self::Poll, Self::Ping, Self::Push];

    /// The registered name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Poll => "poll",
            Self::Ping => "ping",
            Self::Push => "push",
        }
    }

    /// Whether the client is called, at an address that it registers.
    pub const fn calls_client(self) -> bool {
        match self {
            Self::Poll => false,
            Self::Ping | Self::Push => true,
        }
    }
}
