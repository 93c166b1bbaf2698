//! Whether a tenant has passwords.

use serde::{Deserialize, Serialize};

/// Whether people sign in by a password.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Passwords {
    /// Whoever has one does, and who gets an account sets one.
    #[default]
    Allowed,
    /// Nobody does or sets one; those that were set before are kept and let nobody in. Needs codes by mail.
    Off,
}
