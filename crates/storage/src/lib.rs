//! Every SQL statement, once, for SQLite and PostgreSQL.
//!
//! Owns rows. Leaves what they mean to `domain` and what happens to `issuer`. Functions are grouped by noun and read
//! `noun::verb` from outside; each takes the tenant and `&mut Conn`, or `&mut Tx` where it must be atomic with others.

pub mod access_tokens;
pub mod account_deletions;
pub mod account_drafts;
pub mod attributes;
pub mod audit_chains;
pub mod audit_checkpoints;
pub mod authorization_codes;
pub mod backchannel_authentications;
pub mod browsers;
pub mod client_assertions;
pub mod client_documents;
pub mod client_registrations;
pub mod clients;
pub mod consents;
pub mod device_authorizations;
pub mod directory_versions;
pub mod dpop_proofs;
mod driver;
pub mod durability;
pub mod email_changes;
pub mod encryption_keys;
pub mod events;
pub mod expiry;
pub mod factor_failures;
pub mod factor_recoveries;
pub mod initial_access_tokens;
pub mod invitations;
pub mod journeys;
pub mod leases;
pub mod mailed_links;
pub mod migrations;
pub mod outbox;
pub mod passkeys;
pub mod password_credentials;
pub mod personal_records;
pub mod polled;
pub mod pushed_requests;
pub mod rate_limits;
mod recall;
pub mod recovery_codes;
pub mod refresh_tokens;
pub mod refusals;
pub mod requirement_rules;
pub mod resource_servers;
pub mod restorations;
pub mod revoked_jtis;
pub mod scopes;
pub mod sessions;
pub mod signing_keys;
pub mod standing;
pub mod subject_keys;
pub mod subject_links;
pub mod tenant_keys;
pub mod tenants;
pub mod terms;
pub mod terms_acceptances;
pub mod token_families;
pub mod totp_credentials;
pub mod trusted_assertions;
pub mod trusted_issuers;
pub mod users;

pub use driver::{Conn, Row, Store, Tx, Value, Wall, patience};
pub use recall::RecallUse;
