//! Cross-origin requests of clients' own pages.
//!
//! Owns who may read an answer in a browser: pages at an origin that a client of the tenant is redirected to. An origin
//! is registered or it is not; nothing in the request decides, no token, no `client_id`. Cookies are never allowed along.
//! Fetch §3.2; OIDC Core §5.3.3; S-019, OC-40, RV-06.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};

use crate::Doors;
use crate::tenant_request::Uncounted;

/// Seconds a browser may remember the answer to a preflight.
const PREFLIGHT_MAX_AGE: &str = "600";
/// What these endpoints are asked with.
const METHODS: &str = "GET, POST";
/// The request headers they read.
const REQUEST_HEADERS: &str =
    "authorization, content-type, dpop, oauth-client-attestation, oauth-client-attestation-pop";
/// The response headers a script may read beyond the usual ones.
const EXPOSED_HEADERS: &str =
    "www-authenticate, dpop-nonce, oauth-client-attestation-challenge, retry-after, x-portreeve-reference";

/// Answers preflights, and lets pages at registered origins read the answers of the routes it is wrapped around.
pub(crate) async fn allow_registered_origins(
    State(doors): State<Doors>,
    // The endpoint counts it; its answer is for the page that asked, whichever it is.
    Uncounted(asked): Uncounted,
    request: Request,
    next: Next,
) -> Response {
    let documents = match doors.documents.of(&asked.at) {
        Ok(documents) => documents,
        Err(fault) => return asked.broken(&fault),
    };
    let allowed = registered(request.headers(), |origin| documents.origins.contains(origin));
    if is_preflight(&request) {
        return preflight(allowed);
    }
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("origin"));
    if let Some(origin) = allowed {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED_HEADERS));
    }
    response
}

/// The origin of an absolute http or https URI as browsers print it. `None` for other schemes, which have no pages.
pub(crate) fn origin_of(uri: &str) -> Option<String> {
    let (scheme, rest) = uri.split_once("://")?;
    let scheme = scheme.to_ascii_lowercase();
    let authority = rest.split(['/', '?', '#']).next().filter(|authority| !authority.is_empty())?;
    let authority = authority.to_ascii_lowercase();
    let default_port = match scheme.as_str() {
        "https" => ":443",
        "http" => ":80",
        _ => return None,
    };
    let host = authority.strip_suffix(default_port).unwrap_or(&authority);
    Some(format!("{scheme}://{host}"))
}

/// The one `Origin` of a request, if it is registered.
fn registered(headers: &HeaderMap, is_registered: impl Fn(&str) -> bool) -> Option<HeaderValue> {
    let mut origins = headers.get_all(header::ORIGIN).iter();
    let (Some(origin), None) = (origins.next(), origins.next()) else { return None };
    origin.to_str().is_ok_and(is_registered).then(|| origin.clone())
}

fn is_preflight(request: &Request) -> bool {
    request.method() == Method::OPTIONS && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

fn preflight(allowed: Option<HeaderValue>) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    headers.insert(header::VARY, HeaderValue::from_static("origin"));
    if let Some(origin) = allowed {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        for (name, value) in [
            (header::ACCESS_CONTROL_ALLOW_METHODS, METHODS),
            (header::ACCESS_CONTROL_ALLOW_HEADERS, REQUEST_HEADERS),
            (header::ACCESS_CONTROL_MAX_AGE, PREFLIGHT_MAX_AGE),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_scheme_host_and_unusual_port() {
        for (uri, origin) in [
            ("https://rp.example/cb?x", "https://rp.example"),
            ("https://RP.example:443/cb", "https://rp.example"),
            ("http://localhost:3000", "http://localhost:3000"),
            ("http://127.0.0.1:80?x", "http://127.0.0.1"),
            ("https://[2001:db8::1]:8443/", "https://[2001:db8::1]:8443"),
        ] {
            assert_eq!(origin_of(uri).as_deref(), Some(origin), "{uri}");
        }
        for uri in ["com.example.app:/cb", "com.example.app://cb/x", "https:///cb", "urn:x"] {
            assert_eq!(origin_of(uri), None, "{uri}");
        }
    }

    /// S-019: only a registered origin, whole, and only one.
    #[test]
    fn only_one_registered_origin_is_allowed() {
        let allowed = |origins: &[&str]| {
            let mut headers = HeaderMap::new();
            for origin in origins {
                headers.append(header::ORIGIN, origin.parse().unwrap());
            }
            registered(&headers, |origin| origin == "https://rp.example")
        };

        assert_eq!(allowed(&["https://rp.example"]).unwrap(), "https://rp.example");
        for others in [
            &["null"][..],
            &["https://evil.example"],
            &["https://rp.example.evil.example"],
            &["https://sub.rp.example"],
            &["http://rp.example"],
            &["https://rp.example", "https://rp.example"],
            &[],
        ] {
            assert!(allowed(others).is_none(), "{others:?}");
        }
    }
}
