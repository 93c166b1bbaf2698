//! What a tenant does with codes that are mailed to sign in.

use serde::{Deserialize, Serialize};

/// Whether a code in a mail lets a person sign in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EmailSignIn {
    /// Nobody gets one.
    #[default]
    Off,
    /// Whoever wants one gets it in the place of a password.
    Allowed,
}

impl EmailSignIn {
    /// How many codes may be typed for one that was mailed.
    pub const TRIES: i64 = 5;
}
