//! What a tenant does with passkeys.

use serde::{Deserialize, Serialize};

/// How much a tenant makes of passkeys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PasskeyUse {
    /// Nobody can sign in with one or add one.
    Off,
    /// People who have one sign in with it; who wants one adds it.
    #[default]
    Allowed,
    /// The first page asks for a passkey before a password, and who has none is offered one after signing in.
    First,
}

/// Which models of authenticators may hold a passkey: only those that a trusted authority vouches for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasskeyAttestation {
    /// The models, as UUIDs (Web Authentication §6.5.1.1).
    pub aaguids: Vec<String>,
    /// Certificates of the authorities, PEM.
    pub roots: Vec<String>,
}

/// A tenant's passkey settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PasskeySettings {
    /// How much is made of them.
    #[serde(rename = "use")]
    pub usage: PasskeyUse,
    /// Which models are allowed; absent: any, without attestation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attestation: Option<PasskeyAttestation>,
    /// Other origins that may use this site's passkeys (Web Authentication §5.11).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub related_origins: Vec<String>,
}
