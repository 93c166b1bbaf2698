//! The demo relying party: an OpenID Connect client that shows its work.
//!
//! Owns a complete, small client (discovery, authorization code with PKCE, ID token verification, userinfo, refresh,
//! revocation, logout), a protected demo API that introspects, and the pages that show each request and answer.
//! Leaves the listener, its address and TLS to the caller, and everything about accounts to the issuer.
//! It shares no protocol code with the issuer on purpose: what they agree on, they agree on over the wire.
//!
//! OpenID Connect Core 1.0 §3.1, Discovery 1.0 §4, RP-Initiated Logout 1.0; RFC 6749, 6750, 7009, 7636, 7662, 8707, 9207.

mod abbreviation;
mod api;
mod authorization;
mod claims;
mod client_authentication;
mod clock;
mod config;
mod discovery;
mod exchange;
mod failure;
mod http_client;
mod id_token;
mod introspection;
mod jwks;
mod pages;
mod parameters;
mod pkce;
mod random;
mod refresh;
mod relying_party;
mod routes;
mod session;
mod sign_in;
mod sign_out;
mod signed_in;
mod token_endpoint;
mod userinfo;

pub use config::{ApiConfig, ClientConfig, Config, ConfigError, Secret};
pub use routes::router;
