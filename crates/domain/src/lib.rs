//! Nouns and rules of an authorization server, pure: no async, no I/O, no clock, no randomness.
//!
//! Owns what the words mean (tenant, user, client, journey, session, token family, signing key, event) and every rule
//! that can be decided from values alone. Leaves the wire to `oidc`, rows to `storage`, and what happens to `issuer`.
//! Functions that depend on time take `now`; functions that need secrets are handed them.

mod attribute;
mod authentication;
mod branding;
mod claims;
mod client;
mod client_registration;
mod confirmation;
mod content_hash;
mod deletion_grace;
mod disabled_grants;
mod email;
mod email_sign_in;
mod event;
mod exchange_policy;
mod fault;
mod grant;
mod ids;
mod input;
mod invisible;
pub mod journey;
mod key_schedule;
pub mod lifetimes;
mod link_purpose;
mod localized_texts;
mod outbox;
mod passkey_policy;
mod passwords;
mod phone_number;
mod picture;
mod place;
pub mod polling;
mod profile;
mod rate;
mod recovery_wait;
mod requirement_rule;
mod resource_server;
pub mod risk;
mod scope;
mod scope_meaning;
mod session;
mod tenant;
mod terms;
mod time;
mod token;
mod token_delivery;
mod token_family;
mod trusted_issuer;
mod user_agent;
mod user_code;

pub use attribute::{Asked, Attribute, AttributeText, AttributeType, Choice, Editor, Misfit};
pub use authentication::{Acr, Amr, Proof, ProofKind, Strength};
pub use branding::{Branding, ClientBranding, Color, Texts, some_text_in};
pub use claims::{Address, PersonClaims};
pub use client::{ApplicationType, Client, ClientAuthMethod, ClientMetadata, ClientSecret, SecretKeeping, SubjectType};
pub use client_registration::{ClientOrigin, ClientRegistration};
pub use confirmation::{Confirmation, Thumbprint};
pub use content_hash::content_hash;
pub use deletion_grace::DeletionGrace;
pub use disabled_grants::DisabledGrants;
pub use email::{Email, EmailError};
pub use email_sign_in::EmailSignIn;
pub use event::{Actor, Event, EventType};
pub use exchange_policy::ExchangePolicy;
pub use fault::{Context, Failure, Fault};
pub use grant::{ActsFor, GrantType};
pub use ids::{
    AccessTokenId, BackchannelAuthenticationId, BrowserId, ClientId, CodeId, DeviceAuthorizationId, EmailChangeId,
    EventId, FamilyId, InitialAccessTokenId, JourneyId, LinkId, OutboxId, PushedRequestId, RefreshTokenId, RefusalId,
    RegistrationId, SessionId, Subject, TenantId, UserId,
};
pub use input::{Sensitivity, Source};
pub use invisible::is_invisible;
pub use key_schedule::{
    EncryptionKeyPhase, EncryptionKeyTimes, KeyPhase, KeyTimes, ScheduleStep, encryption_key_due, rotation_due,
    schedule_step,
};
pub use link_purpose::LinkPurpose;
pub use localized_texts::LocalizedTexts;
pub use outbox::{MailPurpose, OutboxMessage, backoff};
pub use passkey_policy::{PasskeyAttestation, PasskeySettings, PasskeyUse};
pub use passwords::Passwords;
pub use phone_number::{PhoneNumber, TextMessageRules};
pub use picture::{Picture, png_size};
pub use place::{Place, Point};
pub use profile::{AssertionAudience, Demand, Profile, ProfileRules, RefreshRule, RequestObjectRule, Signatures};
pub use rate::attempts::{
    AccountKey, AddressRate, AttemptDecision, MailRate, RateReach, UserCodeRate, rest_after, rest_of_recovery_codes,
};
pub use rate::quota::RequestQuota;
pub use rate::{Gcra, RateDecision, RatePreset, is_of_a_former_clock};
pub use recovery_wait::RecoveryWait;
pub use requirement_rule::{RequirementRule, RuleScope};
pub use resource_server::{DetailsType, ResourceServer, TokenProfile};
pub use scope::{Scope, ScopeError};
pub use scope_meaning::{ScopeMeaning, ScopeText};
pub use session::{Session, SessionEnd};
pub use tenant::{ClientAttestation, DpopNonces, MfaPolicy, Tenant, TenantSettings};
pub use terms::{Terms, TermsText, TermsVersion};
pub use time::{Lifetime, Timestamp};
pub use token::TokenKind;
pub use token_delivery::TokenDelivery;
pub use token_family::{Presentation, RefreshTokenState, TokenFamily, present};
pub use trusted_issuer::TrustedIssuer;
pub use user_agent::UserAgent;
pub use user_code::UserCode;
