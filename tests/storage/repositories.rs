//! One module for each repository file of the storage crate, under the same name.
//!
//! Each calls every public function of its file with its guard. Calls that must not reach another tenant are made on a
//! connection for all tenants, where PostgreSQL hides nothing: what holds there is held by the predicate alone.

mod access_tokens;
mod account_deletions;
mod account_drafts;
mod audit_chains;
mod audit_checkpoints;
mod authorization_codes;
mod backchannel_authentications;
mod browsers;
mod client_assertions;
mod client_documents;
mod client_registrations;
mod clients;
mod consents;
mod device_authorizations;
mod directory_versions;
mod dpop_proofs;
mod email_changes;
mod encryption_keys;
mod events;
mod expiry;
mod factor_failures;
mod factor_recoveries;
mod initial_access_tokens;
mod journeys;
mod leases;
mod mailed_links;
mod outbox;
mod passkeys;
mod password_credentials;
mod personal_records;
mod polled;
mod pushed_requests;
mod rate_limits;
mod recovery_codes;
mod refresh_tokens;
mod refusals;
mod resource_servers;
mod revoked_jtis;
mod scopes;
mod sessions;
mod signing_keys;
mod standing;
mod subject_keys;
mod subject_links;
mod tenant_keys;
mod tenants;
mod terms;
mod terms_acceptances;
mod token_families;
mod totp_credentials;
mod trusted_assertions;
mod trusted_issuers;
mod users;
