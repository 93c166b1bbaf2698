//! Redirect URIs: what may be registered, and which request matches a registration.
//!
//! Owns the rule for registration (SECURITY rule 9) and the comparison: bytes, plus the port of a loopback address for
//! native apps. Nothing is normalised, ever. Leaves reading a URI to `uri` and building the answer to
//! `authorization::ResponseTarget`. RFC 6749 §3.1.2, RFC 8252 §7 and §8.3, RFC 9700 §2.1 and §4.1, OIDC Registration §2.

use std::fmt;

use portreeve_domain::ApplicationType;

use crate::uri::{AbsoluteUri, UriError, read_port, scheme_of};

/// Names of authorization response parameters: one that stands in a redirect URI already would be there twice, or be
/// taken for ours (RFC 6749 §4.1.2, §4.2.2; RFC 9207; JARM; Session Management).
const RESPONSE_PARAMETERS: [&str; 14] = [
    "access_token",
    "code",
    "error",
    "error_description",
    "error_uri",
    "expires_in",
    "id_token",
    "iss",
    "response",
    "scope",
    "session_state",
    "state",
    "token_type",
    "refresh_token",
];
/// The loopback addresses whose port is free for native apps (RFC 8252 §7.3).
const LOOPBACK_ADDRESSES: [&str; 2] = ["127.0.0.1", "[::1]"];

/// Why a redirect URI cannot be registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RedirectUriError {
    /// It is not an absolute URI in canonical form.
    Uri(UriError),
    /// It has a fragment (RFC 6749 §3.1.2).
    Fragment,
    /// Its scheme is none of `https`, `http` and `a.b`.
    SchemeNotAllowed,
    /// Plain http beyond `127.0.0.1`, `[::1]` and `localhost`.
    HttpBeyondLoopback,
    /// A scheme of its own is for native apps.
    PrivateSchemeOfWebClient,
    /// Its query holds a parameter of the response.
    ResponseParameter,
}

impl fmt::Display for RedirectUriError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Uri(error) => return error.fmt(f),
            Self::Fragment => "must not have a fragment",
            Self::SchemeNotAllowed => "must begin with https, or with a scheme that contains a dot",
            Self::HttpBeyondLoopback => "may use http for 127.0.0.1, [::1] and localhost only",
            Self::PrivateSchemeOfWebClient => "may use a scheme of its own for native applications only",
            Self::ResponseParameter => "must not have a response parameter in its query",
        })
    }
}

/// Checks a redirect URI, or a post-logout redirect URI, before it is registered.
///
/// Accepted are `https://host[:port]/…`, `http` for `127.0.0.1`, `[::1]` and `localhost` (any client, for development and
/// for RFC 8252 §7.3), and, for native apps, `a.b:/…` with a dot in the scheme (RFC 8252 §7.1). Never accepted are
/// fragments, user information, characters outside RFC 3986, dot segments and ambiguous escapes, response parameters in
/// the query, and whatever the WHATWG parser reads differently.
///
/// # Errors
/// The first rule it breaks.
pub fn validate(uri: &str, application_type: ApplicationType) -> Result<(), RedirectUriError> {
    if uri.contains('#') {
        return Err(RedirectUriError::Fragment);
    }
    let scheme = scheme_of(uri).ok_or(RedirectUriError::Uri(UriError::Scheme))?;
    match scheme {
        "https" | "http" => {}
        _ if !scheme.contains('.') => return Err(RedirectUriError::SchemeNotAllowed),
        _ if application_type == ApplicationType::Web => return Err(RedirectUriError::PrivateSchemeOfWebClient),
        _ => {}
    }
    let read = AbsoluteUri::read(uri).map_err(RedirectUriError::Uri)?;
    if read.scheme == "http" && !is_loopback(&read) {
        return Err(RedirectUriError::HttpBeyondLoopback);
    }
    if read.query.is_some_and(has_response_parameter) {
        return Err(RedirectUriError::ResponseParameter);
    }
    Ok(())
}

/// Whether a request may be answered at `requested`, given the `registered` URIs of a client.
///
/// Compares bytes (RFC 9700 §4.1.3). For native apps a registered `http://127.0.0.1` or `http://[::1]` URI also matches with
/// any port or none, all else equal (RFC 8252 §7.3); `localhost` has no such freedom (RFC 8252 §8.3).
pub fn matches(registered: &[String], requested: &str, application_type: ApplicationType) -> bool {
    let exact = registered.iter().any(|known| known == requested);
    let any_port = || {
        without_loopback_port(requested)
            .is_some_and(|parts| registered.iter().any(|known| without_loopback_port(known) == Some(parts)))
    };
    exact || (application_type == ApplicationType::Native && any_port())
}

/// Whether a device hands `uri`, one that a client registered, to an app instead of opening it in the browser: a private
/// scheme, or an `https` address that the app claims (RFC 8252 §7.1, §7.2).
pub fn is_opened_by_an_app(uri: &str, application_type: ApplicationType) -> bool {
    application_type == ApplicationType::Native && scheme_of(uri) != Some("http")
}

/// Whether every redirect URI is on the person's own device, by http, where any program can wait for the answer.
/// False for none.
pub fn all_on_device(uris: &[String]) -> bool {
    let on_device = |uri: &String| AbsoluteUri::read(uri).is_ok_and(|uri| uri.scheme == "http" && is_loopback(&uri));
    !uris.is_empty() && uris.iter().all(on_device)
}

/// What a page may say about where an answer goes: `https://host[:port]`, the same for `http`, or `scheme:` for a scheme of its own.
///
/// `None` for a text that [`validate`] would not read. An IPv6 address has no source expression in CSP 3 §2.3.1, so
/// `http:` stands for it.
pub fn origin_or_scheme(uri: &str) -> Option<String> {
    let read = AbsoluteUri::read(uri).ok()?;
    match read.host {
        Some(host) if matches!(read.scheme, "https" | "http") && !host.starts_with('[') => {
            let port = read.port.map(|port| format!(":{port}")).unwrap_or_default();
            Some(format!("{}://{host}{port}", read.scheme))
        }
        _ => Some(format!("{}:", read.scheme)),
    }
}

/// Whether a URI names this machine: a loopback address or `localhost`.
pub(crate) fn is_loopback(uri: &AbsoluteUri<'_>) -> bool {
    uri.host.is_some_and(|host| host == "localhost" || LOOPBACK_ADDRESSES.contains(&host))
}

/// The address and what follows the port of an http URI on a loopback address. `None` for any other.
fn without_loopback_port(uri: &str) -> Option<(&str, &str)> {
    let rest = uri.strip_prefix("http://")?;
    let address = LOOPBACK_ADDRESSES.into_iter().find(|address| rest.starts_with(address))?;
    let rest = rest.strip_prefix(address)?;
    let ends = rest.find(['/', '?']).unwrap_or(rest.len());
    let (port, rest) = rest.split_at(ends);
    let is_port = port.is_empty() || port.strip_prefix(':').and_then(read_port).is_some();
    is_port.then_some((address, rest))
}

/// Whether a query names a response parameter, however a web framework may spell it: decoded, without case, after `;` as
/// well as `&`, and in PHP's mapping of spaces, dots and brackets.
fn has_response_parameter(query: &str) -> bool {
    form_urlencoded::parse(query.replace(';', "&").as_bytes()).any(|(name, _)| {
        let name = name.split('[').next().unwrap_or_default().trim().to_ascii_lowercase().replace([' ', '.'], "_");
        RESPONSE_PARAMETERS.contains(&name.as_str())
    })
}

#[cfg(test)]
#[path = "redirect_uri_tests.rs"]
mod tests;
