//! The facts of a journey as they are stored: sealed, with the secrets that must survive from one page to the next.

use portreeve_crypto::AssociatedData;
use portreeve_domain::journey::Facts;
use portreeve_domain::{Fault, JourneyId, MailPurpose, TenantId, Timestamp, UserId};
use portreeve_oidc::authorization::Accepted;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::Ambient;
use crate::browsers::Browser;
use crate::directory::TenantDirectory;
use crate::journeys::Ceremony;
use crate::risk::AssessedRisk;
use crate::session_origin::Origin;

/// Facts and pending secrets; has no `Debug`, since it holds secrets.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct StoredFacts {
    /// What happened so far.
    pub facts: Facts,
    /// The authenticator secret on the enrolment page, base32, until its first code was shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pending_totp: Option<String>,
    /// The question for a passkey on the page, until it is answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ceremony: Option<Ceremony>,
    /// Which passkey was proven, by the index of its row: when it is removed meanwhile the proof is void.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passkey: Option<[u8; 32]>,
    /// The recovery codes on the page, until the person says they are saved.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub recovery_codes: Vec<String>,
    /// The registration that waits for its mailed link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registration: Option<PendingRegistration>,
    /// The invitation that was accepted and is not used up yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invitation: Option<AcceptedInvitation>,
    /// Which password was proven, as SHA-256 of its sealed hash: with another one set meanwhile the proof is void.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password_mark: Option<[u8; 32]>,
    /// Which address was proven by a code or a link, as its blind index: with another one meanwhile the proof is void.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proven_address: Option<[u8; 32]>,
    /// The language of the page the person last signed in on, for mails.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// From where and with what the last form was posted: where the session that may follow is signed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
    /// The cookie by which the browser that posted that form is known for accounts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// Whether the person wants to tell another telephone number than the one that they have told.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub tells_another_number: bool,
    /// Whether the operator's list has the network of that form.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_listed: bool,
    /// How many wrong tries in a row there were before the first factor was proven.
    #[serde(skip_serializing_if = "is_zero")]
    pub failures: i64,
    /// How unusual the sign-in is; absent until its first factor is proven.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub risk: Option<AssessedRisk>,
    /// How often somebody was signed out at its browser when the journey was last here; `None` before it was bound to one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sign_outs: Option<i64>,
    /// How often everybody was signed out of the account of its proofs when the first one was shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_sign_outs: Option<(UserId, i64)>,
    /// Whether this journey has asked for a link to prove the account's address.
    pub address_mail_sent: bool,
}

impl StoredFacts {
    /// Whether nobody was signed out at `browser` since the journey was last there. Who comes next begins anew (S-092, S-094).
    pub(crate) fn are_of(&self, browser: &Browser) -> bool {
        self.sign_outs.is_none_or(|then| then == browser.sign_outs)
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
fn is_zero(count: &i64) -> bool {
    *count == 0
}

/// An invitation that leads to the registration form. Its link is used up when the form is taken.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct AcceptedInvitation {
    /// Which.
    pub id: UserId,
    /// The number of its link.
    pub link: i64,
    /// The address, which the link has proven.
    pub email: String,
}

/// What a person entered to get an account. Nothing is made of it until the address is proven (SECURITY rule 30), and
/// for an address that has an account it is kept just the same (rule 28).
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct PendingRegistration {
    /// The name, trimmed.
    pub name: String,
    /// The address as typed.
    pub email: String,
    /// The hash of the password, as a PHC string; `None` where there are no passwords.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phc: Option<String>,
    /// Which mail the address gets. Where there are no passwords it is one with a code, and this says only whether the address has
    /// an account.
    pub mail: MailPurpose,
    /// To whom: the account that has the address, or a random handle by which the link finds this registration.
    pub to: UserId,
    /// When the form was taken: the person proved to know the password then, if there is one.
    pub at: Timestamp,
}

/// Seals the request of a journey.
pub(crate) fn seal_request(
    ambient: &Ambient,
    at: &TenantDirectory,
    id: JourneyId,
    request: &Accepted,
) -> Result<Vec<u8>, Fault> {
    seal(ambient, at, id, "request_sealed", request)
}

/// Seals the facts of a journey.
pub(crate) fn seal_facts(
    ambient: &Ambient,
    at: &TenantDirectory,
    id: JourneyId,
    facts: &StoredFacts,
) -> Result<Vec<u8>, Fault> {
    seal(ambient, at, id, "facts_sealed", facts)
}

/// Opens the request of a journey.
pub(crate) fn open_request(at: &TenantDirectory, id: JourneyId, sealed: &[u8]) -> Result<Accepted, Fault> {
    open(at, id, "request_sealed", sealed)
}

/// Opens the facts of a journey.
pub(crate) fn open_facts(at: &TenantDirectory, id: JourneyId, sealed: &[u8]) -> Result<StoredFacts, Fault> {
    open(at, id, "facts_sealed", sealed)
}

/// Seals a value at its place.
pub(crate) fn seal_at<T: Serialize>(
    ambient: &Ambient,
    at: &TenantDirectory,
    place: &AssociatedData<'_>,
    value: &T,
) -> Result<Vec<u8>, Fault> {
    let json = serde_json::to_vec(value).map_err(Fault::new)?;
    at.keys.seal.seal(ambient.random(), place, &json).map_err(Fault::new)
}

/// Opens what was sealed at a place.
pub(crate) fn open_at<T: DeserializeOwned>(
    at: &TenantDirectory,
    place: &AssociatedData<'_>,
    sealed: &[u8],
) -> Result<T, Fault> {
    let json = at.keys.seal.open(place, sealed).map_err(Fault::new)?;
    serde_json::from_slice(&json).map_err(|e| Fault::new(e).while_doing("read what was sealed"))
}

fn place<'a>(tenant: TenantId, column: &'static str, row: &'a [u8; 8]) -> AssociatedData<'a> {
    AssociatedData { table: "journeys", column, row, tenant: tenant.as_i64() }
}

fn seal<T: Serialize>(
    ambient: &Ambient,
    at: &TenantDirectory,
    id: JourneyId,
    column: &'static str,
    value: &T,
) -> Result<Vec<u8>, Fault> {
    let row = id.as_i64().to_be_bytes();
    seal_at(ambient, at, &place(at.id(), column, &row), value)
}

fn open<T: DeserializeOwned>(
    at: &TenantDirectory,
    id: JourneyId,
    column: &'static str,
    sealed: &[u8],
) -> Result<T, Fault> {
    let row = id.as_i64().to_be_bytes();
    open_at(at, &place(at.id(), column, &row), sealed)
}
