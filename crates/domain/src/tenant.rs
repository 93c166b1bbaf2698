//! Tenants: one issuer each, with its own users, clients and keys.

use serde::{Deserialize, Serialize};

use crate::risk::RiskPolicy;
use crate::{
    Branding, ClientRegistration, DeletionGrace, DisabledGrants, EmailSignIn, GrantType, PasskeySettings, PasskeyUse,
    Passwords, Profile, RatePreset, RecoveryWait, RequestQuota, Strength, TenantId, Timestamp,
};

/// Whether a second factor is demanded at sign-in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MfaPolicy {
    /// From people who have enrolled one, and where a client asks for it.
    #[default]
    WhenEnrolled,
    /// From everybody; who has none enrols one at the next sign-in.
    Required,
    /// From everybody, and only a passkey counts.
    PhishingResistant,
}

impl MfaPolicy {
    /// What everybody must show.
    pub const fn least(self) -> Strength {
        match self {
            Self::WhenEnrolled => Strength::OneFactor,
            Self::Required => Strength::TwoFactors,
            Self::PhishingResistant => Strength::PhishingResistant,
        }
    }
}

/// Whether DPoP proofs must carry a nonce of ours (RFC 9449 §8, §9).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DpopNonces {
    /// Only where a client is registered so.
    #[default]
    Optional,
    /// Always.
    Required,
}

/// What is made of client attestations (OAuth 2.0 Attestation-Based Client Authentication).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientAttestation {
    /// Nothing: clients of these methods cannot authenticate.
    #[default]
    Off,
    /// They authenticate.
    Accepted,
    /// They authenticate, when the proof of the instance carries a challenge of ours.
    Challenged,
}

/// What a tenant's operator can set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TenantSettings {
    /// Name shown to people; absent: the slug.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// How it presents itself to people.
    #[serde(skip_serializing_if = "Branding::is_empty")]
    pub branding: Branding,
    /// Protocol strictness.
    pub profile: Profile,
    /// Second-factor policy.
    pub mfa: MfaPolicy,
    /// What is made of passkeys.
    pub passkeys: PasskeySettings,
    /// Whether people sign in by a password.
    pub passwords: Passwords,
    /// Whether a code in a mail takes the place of a password.
    pub email_sign_in: EmailSignIn,
    /// What is made of a sign-in that is unusual for its account.
    pub risk: RiskPolicy,
    /// How long somebody waits who has lost every second factor.
    pub lost_factor_wait_hours: RecoveryWait,
    /// Whether people may create an account themselves (`prompt=create`).
    pub registration: bool,
    /// Whether DPoP proofs must carry a nonce.
    pub dpop_nonces: DpopNonces,
    /// Whether attested instances of clients may authenticate.
    pub client_attestation: ClientAttestation,
    /// Whether authorization requests must be pushed (RFC 9126 §5).
    pub require_pushed_authorization_requests: bool,
    /// Whether authorization requests must be signed request objects (RFC 9101 §10.5).
    pub require_signed_request_object: bool,
    /// How sign-in attempts are limited.
    pub rate_limits: RatePreset,
    /// How many requests a second each node does something for; absent: no quota.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requests_per_second: Option<RequestQuota>,
    /// Whether clients may register themselves.
    pub client_registration: ClientRegistration,
    /// Whether a client may be named by the URL of a document that describes it.
    pub client_id_metadata_documents: bool,
    /// Whether clients for which nobody vouched are treated like the operator's: no warning, no stop before a redirect.
    pub trust_registered_clients: bool,
    /// For how many days an account that its owner deletes can be had back.
    pub deletion_grace_days: DeletionGrace,
    /// Grants that do not exist here.
    pub disabled_grant_types: DisabledGrants,
}

impl TenantSettings {
    /// Whether the operator wants a grant here.
    pub fn has_grant(&self, grant: GrantType) -> bool {
        !self.disabled_grant_types.list().contains(&grant)
    }

    /// Whether nobody has a password here: whatever asks for one, sets one or takes one does not exist.
    pub fn is_passwordless(&self) -> bool {
        self.passwords == Passwords::Off
    }

    /// Whether who signs in without a passkey is offered one. Without passwords it is the way in that needs no mail.
    pub fn offers_passkeys(&self) -> bool {
        match self.passkeys.usage {
            PasskeyUse::First => true,
            PasskeyUse::Allowed => self.is_passwordless(),
            PasskeyUse::Off => false,
        }
    }
}

/// A tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tenant {
    /// Its number.
    pub id: TenantId,
    /// Its name in addresses: `public_url/t/{slug}`; `default` is at `public_url` itself.
    pub slug: String,
    /// What its operator set.
    pub settings: TenantSettings,
    /// When it was suspended: nobody signs in, no token is issued or reported active.
    pub suspended_at: Option<Timestamp>,
}

impl Tenant {
    /// The slug of the first tenant.
    pub const DEFAULT_SLUG: &'static str = "default";

    /// What people read.
    pub fn display_name(&self) -> &str {
        self.settings.display_name.as_deref().unwrap_or(&self.slug)
    }

    /// The issuer identifier: `public_url` for the first tenant, `public_url/t/{slug}` for another. Never a trailing slash.
    pub fn issuer(&self, public_url: &str) -> String {
        if self.id == TenantId::DEFAULT { public_url.to_owned() } else { format!("{public_url}/t/{}", self.slug) }
    }

    /// Whether `slug` can name a tenant: 1 to 40 lower-case letters, digits and inner dashes.
    pub fn is_valid_slug(slug: &str) -> bool {
        let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        (1..=40).contains(&slug.len()) && slug.bytes().all(allowed) && !slug.starts_with('-') && !slug.ends_with('-')
    }
}
