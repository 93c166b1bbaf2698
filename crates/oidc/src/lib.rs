//! OAuth 2.0 and OpenID Connect on the wire: parse, check and shape every request and reply; pure.

mod parameters;
mod refusal;

pub use parameters::Parameters;
pub use refusal::{Cause, ErrorCode, Refusal};
