//! The protocol as clients and browsers see it: requests in, bytes out.
//!
//! Owns the end-to-end view of the specifications' rules; expected values come from them. Files are named after what a
//! reader of a specification looks for. Runs in one process without sockets, on SQLite, and on PostgreSQL too where
//! single use, concurrency or row-level security are at stake.

mod access_control;
mod access_tokens;
mod account_links;
mod audit_export;
mod audit_log;
mod authorization_code;
mod authorization_request;
mod authorization_response;
mod back_channel_logout;
mod backchannel_authentication;
mod backchannel_notices;
mod bearer_tokens;
mod client_authentication;
mod client_documents;
mod client_keys;
mod client_management;
mod client_registration;
mod client_secret_jwt;
mod concurrency;
mod consent;
mod cross_site_requests;
mod device_grant;
mod discovery;
mod dpop;
mod dpop_at_resources;
mod encryption;
mod fapi2;
mod front_channel;
mod front_channel_logout;
mod id_tokens;
mod introspection;
mod jarm;
mod jwt_bearer;
mod key_schedule;
mod login_initiation;
mod logout;
mod mutual_tls;
mod passkey_step_up;
mod passkeys;
mod passwords;
mod prompts;
mod pushed_proofs;
mod pushed_requests;
mod redirect_uris;
mod refresh_tokens;
mod registered;
mod request_objects;
mod request_uris;
mod resource_metadata;
mod revocation;
mod second_door;
mod second_factors;
mod sector_identifiers;
mod sessions;
mod signed_introspection;
mod steps;
mod subjects;
mod token_endpoint;
mod token_exchange;
mod truthful_metadata;
mod userinfo;
