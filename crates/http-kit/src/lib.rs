//! What every HTTP door needs, and nothing that only one door needs.
//!
//! | module | subject |
//! |---|---|
//! | [`listener`] | accept loop, connection limits, TLS keys, graceful drain |
//! | [`client_address`] | who is calling, seen through trusted proxies |
//! | [`client_certificate`] | which certificate the sender shows, by TLS or through trusted proxies |
//! | [`door`] | what stands around every route: the four things above and below in one layer, and the panic guard |
//! | [`request_trace`] | request id, one observation and log event a request |
//! | [`strict_form`] | form and query pairs, decoded once and strictly |
//! | [`cookie`] | names and attributes of the browser's cookies |
//! | [`origin_check`] | the header half of the CSRF defence |
//! | [`security_headers`], [`content_security`] | answer classes and their headers |
//! | [`locale`] | which language to answer in |
//! | [`fallbacks`] | 404 and 405 |
//! | [`static_assets`], [`conditional`] | embedded files, `ETag` and 304 |
//! | [`transport`] | https, or http on loopback |
//!
//! Protocol rules belong to `portreeve-oidc`, error shapes and CSRF tokens to the doors.

#![forbid(unsafe_code)]

pub mod client_address;
pub mod client_certificate;
pub mod conditional;
pub mod content_security;
pub mod cookie;
pub mod door;
pub mod fallbacks;
pub mod listener;
pub mod locale;
pub mod origin_check;
pub mod request_trace;
pub mod security_headers;
pub mod static_assets;
pub mod strict_form;
pub mod transport;
