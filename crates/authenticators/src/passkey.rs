//! Passkeys: discoverable credentials that verify the person, registered and shown (Web Authentication Level 3 §7).
//!
//! Owns the two ceremonies over stored credentials. Every passkey here is discoverable and verified by its authenticator:
//! it is two factors by itself, and resists phishing. Leaves to the caller what must be kept between the two halves of a
//! ceremony (once, and not for long), whose a credential is, and the guarded update of its counter. The only crate that
//! names webauthn-rs, whose defaults stay: exact origins and ports, no cross-origin frames, counters checked.
//! SECURITY V-10, S-085, S-086.

mod answer;
mod authentication;
mod model;
mod registration;
#[cfg(test)]
mod tests;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use portreeve_domain::PasskeyAttestation;
use serde_json::json;
use thiserror::Error;
use webauthn_rs::prelude::{AttestationCaList, AttestationCaListBuilder, Url, Uuid, WebauthnError};
use webauthn_rs::{Webauthn, WebauthnBuilder};

pub use self::answer::PasskeyAnswer;
pub use self::authentication::{ShownPasskey, StoredPasskey, credential_id};
pub use self::model::passkey_model;
pub use self::registration::{NewPasskey, PasskeyOwner};

/// The longest answer of a browser that is read, in bytes: attested ones carry certificates.
const MAX_ANSWER_BYTES: usize = 32 * 1024;

/// The relying party that passkeys are for: a host name and the origins that may use it.
pub struct PasskeySite {
    webauthn: Webauthn,
    host: String,
}

/// The first half of a ceremony.
pub struct BegunCeremony {
    /// What the browser is asked: `PublicKeyCredentialCreationOptionsJSON` or `PublicKeyCredentialRequestOptionsJSON`.
    pub options: String,
    /// What the second half needs; it holds the challenge, is used once, and is the server's own.
    pub state: String,
}

/// The library cannot begin a ceremony: a setting is wrong.
#[derive(Debug, Error)]
#[error("a passkey ceremony cannot begin: {0}")]
pub struct CeremonyFault(String);

/// Why an answer is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PasskeyRefusal {
    /// It is no answer of a browser, or not to this kind of question.
    #[error("not an answer to the question")]
    Malformed,
    /// It answers another challenge.
    #[error("an answer to another challenge")]
    OtherChallenge,
    /// It was made for another site, at another origin, or in a frame of another site.
    #[error("made for another site")]
    OtherSite,
    /// The authenticator did not verify the person.
    #[error("the person was not verified")]
    NotVerified,
    /// The credential is another account's than the authenticator says.
    #[error("made for another account")]
    OtherAccount,
    /// The counter did not grow: there may be two copies of the key.
    #[error("the signature counter did not grow")]
    CounterRegressed,
    /// The credential's eligibility for backup is not what it was.
    #[error("the eligibility for backup has changed")]
    BackupChanged,
    /// The authenticator is none of the attested models that are allowed.
    #[error("the authenticator's model is not allowed")]
    ModelNotAllowed,
    /// The authenticator cannot find the credential by itself.
    #[error("the credential is not discoverable")]
    NotDiscoverable,
    /// The signature, the algorithm or anything else is wrong.
    #[error("not a valid answer")]
    Invalid,
}

impl PasskeyRefusal {
    /// Its name in the audit log.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::OtherChallenge => "other_challenge",
            Self::OtherSite => "other_site",
            Self::NotVerified => "not_verified",
            Self::OtherAccount => "other_account",
            Self::CounterRegressed => "counter_regressed",
            Self::BackupChanged => "backup_changed",
            Self::ModelNotAllowed => "model_not_allowed",
            Self::NotDiscoverable => "not_discoverable",
            Self::Invalid => "invalid",
        }
    }
}

impl PasskeySite {
    /// The site of a server at `public_url`, which people read as `name`. `related` are other origins that may use its
    /// passkeys (§5.11.1). `None` where there can be no passkeys: on a host that is an IP address, or with an origin that
    /// is none.
    pub fn new(public_url: &str, related: &[String], name: &str) -> Option<Self> {
        let origin = Url::parse(public_url).ok()?;
        let host = origin.domain()?;
        let mut builder = WebauthnBuilder::new(host, &origin).ok()?.rp_name(name);
        for other in related {
            builder = builder.append_allowed_origin(&Url::parse(other).ok()?);
        }
        Some(Self { webauthn: builder.build().ok()?, host: host.to_owned() })
    }

    /// What tells a browser that the account with this handle has the credentials with these ids and no others:
    /// `AllAcceptedCredentialsOptions`, JSON (§5.1.10.2).
    pub fn accepted(&self, handle: [u8; 16], ids: &[Vec<u8>]) -> String {
        let ids: Vec<String> = ids.iter().map(|id| base64url(id)).collect();
        json!({ "rpId": self.host, "userId": base64url(&handle), "allAcceptedCredentialIds": ids }).to_string()
    }
}

fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The authorities that vouch for allowed models, as the library wants them.
fn authorities(attestation: &PasskeyAttestation) -> Result<AttestationCaList, CeremonyFault> {
    let mut list = AttestationCaListBuilder::new();
    for root in &attestation.roots {
        for aaguid in &attestation.aaguids {
            let aaguid = Uuid::parse_str(aaguid).map_err(|error| CeremonyFault(error.to_string()))?;
            list.insert_device_pem(root.as_bytes(), aaguid, aaguid.to_string(), std::collections::BTreeMap::new())
                .map_err(|error| CeremonyFault(error.to_string()))?;
        }
    }
    Ok(list.build())
}

/// Whether models and authorities of an attestation policy can be read, and there are any.
pub fn is_usable_attestation(attestation: &PasskeyAttestation) -> bool {
    authorities(attestation).is_ok_and(|list| !list.is_empty())
}

impl From<WebauthnError> for CeremonyFault {
    fn from(error: WebauthnError) -> Self {
        Self(error.to_string())
    }
}

impl From<serde_json::Error> for CeremonyFault {
    fn from(error: serde_json::Error) -> Self {
        Self(error.to_string())
    }
}

impl From<WebauthnError> for PasskeyRefusal {
    fn from(error: WebauthnError) -> Self {
        match error {
            WebauthnError::InvalidClientDataType | WebauthnError::ParseJSONFailure(_) => Self::Malformed,
            WebauthnError::MismatchedChallenge => Self::OtherChallenge,
            WebauthnError::InvalidRPOrigin | WebauthnError::InvalidRPIDHash | WebauthnError::CredentialCrossOrigin => {
                Self::OtherSite
            }
            WebauthnError::UserNotPresent | WebauthnError::UserNotVerified => Self::NotVerified,
            WebauthnError::CredentialPossibleCompromise => Self::CounterRegressed,
            WebauthnError::CredentialBackupEligibilityInconsistent | WebauthnError::CredentialMayNotBeHardwareBound => {
                Self::BackupChanged
            }
            WebauthnError::AttestationNotSupported
            | WebauthnError::AttestationNotVerifiable
            | WebauthnError::AttestationTrustFailure
            | WebauthnError::AttestationChainNotTrusted(_)
            | WebauthnError::AttestationUntrustedAaguid
            | WebauthnError::AttestationFormatMissingAaguid
            | WebauthnError::AttestationLeafCertMissing => Self::ModelNotAllowed,
            _ => Self::Invalid,
        }
    }
}
