//! The one guarded HTTP client: every request to an address that somebody else chose goes through [`Outbound`].
//!
//! Owns where the server may connect (`addresses`, `rules`), how long and how much (`exchange`), how often (`cache`,
//! `breaker`). Leaves what a document means, and which URL may be registered at all, to the caller. There are no
//! redirects, no proxies from the environment, no decompression and no credentials in URLs. SECURITY.md rule 23, S-029,
//! S-055; RFC 9101 §10.4.

mod addresses;
mod breaker;
mod cache;
mod client;
mod connection;
mod error;
mod exchange;
mod freshness;
mod resolver;
mod rules;
mod target;
#[cfg(test)]
mod tests;

pub use cache::Document;
pub use client::{Expected, Outbound};
pub use error::OutboundError;
pub use rules::{InvalidRule, Rules};
