//! The use cases: authorize, log in, enrol, issue, introspect, revoke, log out, rotate.
//!
//! Owns what happens and in which transaction. Leaves rules to `domain` and `oidc`, rows to `storage`, the wire to the doors.
//! Everything that issues a token goes through `gate`; everything that signs a person in goes through `login`.

mod account;
mod ambient;
mod approval_mails;
mod attempts;
mod audit;
mod authenticate_client;
mod authorization_response;
mod authorize;
mod back_channel_logout;
mod backchannel_authentication;
mod backchannel_hints;
mod backchannel_notices;
mod browsers;
mod client_attestations;
mod client_documents;
mod client_encryption;
mod client_keys;
mod client_logos;
mod client_registration;
mod client_secrets;
mod clock_jumps;
pub mod configure;
mod demand;
mod device_authorization;
mod directory;
mod discovery;
mod email_changes;
mod encryption_keys;
mod erasure;
mod explain_sign_in;
mod factor_recovery;
mod gate;
mod gateway;
mod granted_details;
mod hash_memories;
mod id_token_hint;
mod initial_access_tokens;
mod introspect;
mod invitations;
mod journeys;
mod key_rotation;
pub mod known_device;
mod login;
mod logout;
mod mailed_links;
mod mails;
mod new_devices;
mod new_passwords;
mod outgoing_mail;
mod passkeys;
mod password_lines;
mod password_threads;
mod patience;
pub mod people;
mod phone_codes;
mod proven_addresses;
mod pushed_requests;
mod recent_signatures;
mod recovery;
mod refusals;
mod registration;
mod request_objects;
mod requests;
mod restoration;
mod revoke;
mod risk;
mod row_ids;
mod sector_identifiers;
mod sender;
mod session_end;
mod session_origin;
mod settlement;
mod signed_authentications;
mod signing_keys;
mod software_statements;
mod stored_facts;
mod subject_link;
mod tenant_keys;
mod test_rig;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod testing_pages;
mod text_messages;
mod tokens;
mod userinfo;

use std::sync::Arc;

use portreeve_authenticators::HashParameters;
use portreeve_crypto::KeyEncryptionKey;
use portreeve_domain::{Fault, Lifetime, TextMessageRules};
use portreeve_networks::Networks;
use portreeve_outbound::{Outbound, Rules};
use portreeve_storage::Store;

pub use account::{
    Answers, Application, CodesOnPage, DataEntry, DataSection, DataValue, DeletionOutcome, EmailOutcome, Factors,
    Naming, Need, OwnPasskey, OwnPasskeys, PasskeyOutcome, PasswordOutcome, PhoneOutcome, ProfileOutcome,
    ProfileProblems, Removal, SignIn, TotpOutcome, TotpSetup, Visit, Visitor,
};
pub use ambient::{Ambient, Clock};
pub use attempts::{Limited, Whence};
pub use audit::{
    AuditExport, AuditFinding, AuditReport, ErasedPeople, ExportDefect, ExportRefusal, KeptCheckpoint, NamedPeople,
};
pub use authorize::Progress;
pub use back_channel_logout::LogoutNotice;
pub use backchannel_authentication::{BackchannelAnswer, WaitingRequest};
pub use backchannel_notices::BackchannelNotice;
pub use browsers::Browser;
pub use client_logos::{ClientLogo, WaitingClient};
pub use client_registration::Registration;
pub use device_authorization::{AskingDevice, DeviceArrival};
pub use directory::{Directory, TenantDirectory};
pub use discovery::PublicDocument;
pub use encryption_keys::EncryptionKeys;
pub use explain_sign_in::{ExplainedSignIn, SignInQuestion, UnexplainedSignIn};
pub use gateway::GatewayIdentity;
pub use initial_access_tokens::InitialAccessToken;
pub use introspect::IntrospectionForm;
pub use journeys::{
    AccountChoice, Acted, ApprovalOutcome, Arrival, Asking, Journey, LostFactors, PasskeyProblem, PostedFrom, Problem,
    SignInForm, StartAgain, StartedByMyself, Stop, TermsDue, is_same_token, shown_terms,
};
pub use key_rotation::{ALGORITHMS, KeyChange};
pub use logout::{Logout, SignedOut};
pub use mailed_links::{LinkAsks, LinkOutcome, OpenLink};
pub use new_passwords::PasswordRefusal;
pub use outgoing_mail::{MailContent, MailedCode, NoticeOf, OutgoingMail};
pub use password_threads::{PasswordLoad, PasswordThreads};
pub use patience::patiently;
pub use phone_codes::{NumberState, NumberToConfirm};
pub use portreeve_crypto::SecretText;
pub use portreeve_storage::terms_acceptances::TermsAcceptance;
pub use recovery::ResetRequest;
pub use refusals::{Explanation, RememberedRefusal};
pub use registration::{NameRefusal, RegistrationForm, RegistrationProblems};
pub use requests::RequestsOverQuota;
pub use risk::UnusualSignIns;
pub use row_ids::{NODE_LEASE, RowIds, made_at};
pub use sender::{CertificateIssuer, RequestTarget, ResourceRequest, SenderEvidence, ShownCertificate};
pub use session_origin::Origin;
pub use signing_keys::{KnownKey, SigningKeys};
pub use test_rig::{RigAnswer, RigDecision};
pub use text_messages::{OutgoingText, TextContent};
pub use tokens::{IssuedTokens, UnstoredTokens};
pub use userinfo::Userinfo;

/// What the operator's configuration says to the use cases.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The only source of host, scheme and issuer; no trailing slash.
    pub public_url: String,
    /// How long a signing key is published before its first use.
    pub key_publish_ahead: Lifetime,
    /// The cost of a password hash.
    pub hash_parameters: HashParameters,
    /// How many threads hash passwords.
    pub password_threads: usize,
    /// Where requests to others' addresses may go beyond the public web.
    pub outbound: Rules,
    /// What the operator's files say of networks.
    pub networks: Arc<Networks>,
    /// Where clients are asked for certificates; `None`: nowhere, and no client can authenticate so.
    pub mutual_tls: Option<MutualTls>,
    /// How many back-channel authentication requests may wait for one person (S-066).
    pub waiting_requests: i64,
    /// Where text messages may be sent; `None`: there are none.
    pub text_messages: Option<TextMessageRules>,
}

/// Where clients are asked for certificates (RFC 8705).
#[derive(Clone, Debug)]
pub struct MutualTls {
    /// What stands for `public_url` in the addresses of the endpoints that ask; no trailing slash. `None`: `public_url`.
    pub base: Option<String>,
}

/// The issuer: every use case is a method of it. Doors share one behind an `Arc`.
pub struct Issuer {
    pub(crate) store: Store,
    pub(crate) ambient: Ambient,
    pub(crate) settings: Settings,
    pub(crate) passwords: PasswordThreads,
    pub(crate) attempts: attempts::Attempts,
    pub(crate) refusals: refusals::Refusals,
    pub(crate) outbound: Outbound,
    /// How many tokens were issued that leave no row.
    pub unstored_tokens: UnstoredTokens,
    /// How many sign-ins were unusual.
    pub unusual_sign_ins: UnusualSignIns,
    /// How many requests were turned away because their tenant was over its quota.
    pub requests_over_quota: RequestsOverQuota,
    /// Tenants, clients, resource servers and keys.
    pub directory: Directory,
}

impl Issuer {
    /// Loads the directory. Every tenant has the keys that it signs with when it returns; those that are published ahead of their use
    /// are made by [`Self::keep_keys_on_schedule`].
    ///
    /// # Errors
    /// A fault when the database is away, its schema is another, or stored keys do not open with `kek`.
    pub async fn start(
        store: Store,
        ambient: Ambient,
        kek: KeyEncryptionKey,
        settings: Settings,
    ) -> Result<Self, Fault> {
        let passwords = PasswordThreads::start(settings.password_threads)?;
        let directory = Directory::load(store.clone(), ambient.clone(), kek, settings.clone()).await?;
        let attempts = attempts::Attempts::default();
        let (refusals, unstored_tokens, unusual_sign_ins, requests_over_quota) = Default::default();
        let outbound = Outbound::new(settings.outbound.clone());
        let issuer = Self {
            store,
            ambient,
            settings,
            passwords,
            attempts,
            refusals,
            outbound,
            unstored_tokens,
            unusual_sign_ins,
            requests_over_quota,
            directory,
        };
        issuer.make_first_keys().await?;
        Ok(issuer)
    }

    /// The database.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Clock, randomness and ids.
    pub fn ambient(&self) -> &Ambient {
        &self.ambient
    }

    /// The client for addresses that others chose.
    pub fn outbound(&self) -> &Outbound {
        &self.outbound
    }

    /// How busy the threads that hash passwords are.
    pub fn password_load(&self) -> PasswordLoad {
        self.passwords.load()
    }

    /// The operator's settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }
}
