//! Addresses of the protocol, below the issuer.
//!
//! Owns the texts that discovery prints and doors route. The authorization, logout and check-session addresses are for browsers, the
//! others for machines. RFC 8615, RFC 8414 §3, OIDC Discovery §4.

use portreeve_domain::GrantType;

/// The authorization endpoint.
pub const AUTHORIZE: &str = "/oauth2/authorize";
/// The pushed authorization request endpoint.
pub const PAR: &str = "/oauth2/par";
/// The token endpoint.
pub const TOKEN: &str = "/oauth2/token";
/// The device authorization endpoint (RFC 8628 §3.1).
pub const DEVICE_AUTHORIZATION: &str = "/oauth2/device_authorization";
/// Where people look after their accounts.
pub const ACCOUNT: &str = "/account";
/// The page where a person types a user code.
pub const DEVICE: &str = "/device";
/// Where the challenges of attested instances are had.
pub const CHALLENGE: &str = "/oauth2/challenge";
/// The back-channel authentication endpoint (CIBA Core §7).
pub const BC_AUTHORIZE: &str = "/oauth2/bc-authorize";
/// The page where a person finds what waits for their decision.
pub const APPROVE: &str = "/approve";
/// The introspection endpoint.
pub const INTROSPECT: &str = "/oauth2/introspect";
/// The revocation endpoint.
pub const REVOKE: &str = "/oauth2/revoke";
/// The userinfo endpoint.
pub const USERINFO: &str = "/oauth2/userinfo";
/// The JWK set.
pub const JWKS: &str = "/oauth2/jwks";
/// The client registration endpoint; below it each registered client has an address of its own.
pub const REGISTER: &str = "/oauth2/register";
/// Where a sign-in at a client starts that the client has not asked for (OIDC Core §4).
pub const START: &str = "/start";
/// The end-session endpoint.
pub const LOGOUT: &str = "/oauth2/logout";
/// What relying parties frame to see whether the sign-in has changed (Session Management §3.3).
pub const CHECK_SESSION: &str = "/oauth2/check-session";
/// The discovery document, appended to the issuer (OIDC Discovery §4).
pub const OPENID_CONFIGURATION: &str = "/.well-known/openid-configuration";
/// The document of a protected resource, inserted between the host and the path of its identifier (RFC 9728 §3.1).
pub const OAUTH_PROTECTED_RESOURCE: &str = "/.well-known/oauth-protected-resource";
/// Which origins may use the passkeys of this host (Web Authentication Level 3 §5.11).
pub const WEBAUTHN: &str = "/.well-known/webauthn";
/// The same document for OAuth, inserted between the issuer's host and path (RFC 8414 §3.1).
pub const OAUTH_AUTHORIZATION_SERVER: &str = "/.well-known/oauth-authorization-server";

/// The grant that an address is there for; `None` for one that every tenant has. `path` is below the issuer.
pub fn grant_of(path: &str) -> Option<GrantType> {
    let is_below = |page: &str| path.strip_prefix(page).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    if path == DEVICE_AUTHORIZATION || is_below(DEVICE) {
        Some(GrantType::DeviceCode)
    } else if path == BC_AUTHORIZE || is_below(APPROVE) {
        Some(GrantType::Ciba)
    } else {
        None
    }
}
