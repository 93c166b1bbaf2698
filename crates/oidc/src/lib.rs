//! OAuth 2.0 and OpenID Connect on the wire: parse, check and shape every request and reply; pure.

pub mod access_token;
pub mod assertion;
pub mod authorization;
pub mod bearer;
pub mod claims_request;
pub mod client_authentication;
pub mod client_document;
pub mod client_registration;
pub mod confirmation;
pub mod device_authorization;
pub mod dpop;
pub mod id_token;
pub mod introspection;
pub mod jarm;
pub mod jwt_assertion;
pub mod jwt_bearer;
pub mod login_initiation;
pub mod logout_request;
pub mod logout_token;
pub mod logout_uris;
pub mod metadata;
mod parameters;
pub mod paths;
pub mod pkce;
pub mod pushed_request;
mod quoted_string;
pub mod redirect_uri;
mod refusal;
pub mod registration;
pub mod resource;
pub mod resource_metadata;
pub mod revocation;
pub mod scope_policy;
pub mod session_state;
pub mod subject;
#[cfg(test)]
mod testing;
pub mod token_exchange;
pub mod token_request;
pub mod token_response;
pub mod token_target;
mod uri;
pub mod userinfo;

pub use parameters::Parameters;
pub use refusal::{Cause, ErrorCode, Refusal};
pub use uri::UriError;
