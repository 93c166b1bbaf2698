//! The headers of the answer classes: page, API reply, static file, public metadata.
//!
//! Owns which headers belong to which class. Leaves the choice of class to handlers, what an answer has that chose none
//! to `door.rs`, and the Content-Security-Policy to `content_security.rs`. SECURITY.md rules 20-22, S-013, S-019, S-047,
//! S-129.

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::content_security::ContentSecurity;
use crate::transport::Transport;

const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
const CROSS_ORIGIN_OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// Passkeys are the one powerful feature our pages use.
const PERMISSIONS: &str = "accelerometer=(), camera=(), display-capture=(), fullscreen=(), \
     geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=(), \
     publickey-credentials-create=(self), publickey-credentials-get=(self)";

/// Two years; sub-domains are not ours to decide about.
const STRICT_TRANSPORT: &str = "max-age=63072000";

/// What links and forms of a page tell their targets about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Referrer {
    /// For pages with forms: under `no-referrer` browsers would post `Origin: null`.
    SameOrigin,
    /// For pages whose address is a secret: mailed links.
    Never,
}

/// The headers of an HTML page.
pub fn page_headers(security: &ContentSecurity, referrer: Referrer, transport: Transport) -> HeaderMap {
    let mut headers = uncached(transport);
    // The policy is built of checked ASCII; should that ever fail, the page stays unusable, not open.
    let policy =
        HeaderValue::try_from(security.policy()).unwrap_or(HeaderValue::from_static("default-src 'none'; sandbox"));
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    let referrer = match referrer {
        Referrer::SameOrigin => "same-origin",
        Referrer::Never => "no-referrer",
    };
    insert_all(
        &mut headers,
        [
            (header::X_FRAME_OPTIONS, "DENY"),
            (header::REFERRER_POLICY, referrer),
            (PERMISSIONS_POLICY, PERMISSIONS),
            (CROSS_ORIGIN_OPENER_POLICY, "same-origin"),
        ],
    );
    headers
}

/// The headers of a page that other sites frame: it shows nothing that could be clicked, and runs one script of ours.
pub fn framed_page_headers(transport: Transport) -> HeaderMap {
    let mut headers = uncached(transport);
    insert_all(
        &mut headers,
        [
            (
                header::CONTENT_SECURITY_POLICY,
                "default-src 'none'; script-src 'self'; form-action 'none'; frame-ancestors *; base-uri 'none'",
            ),
            (header::REFERRER_POLICY, "no-referrer"),
            (PERMISSIONS_POLICY, PERMISSIONS),
            // A frame in a page that isolates itself (COEP) is loaded only if it says that it may be.
            (CROSS_ORIGIN_RESOURCE_POLICY, "cross-origin"),
        ],
    );
    headers
}

/// The headers of a picture that somebody else made: as part of a page of ours it is shown, by itself it is saved and
/// runs nothing. S-145.
pub fn foreign_picture_headers(transport: Transport) -> HeaderMap {
    let mut headers = uncached(transport);
    insert_all(
        &mut headers,
        [
            (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'; sandbox"),
            (header::CONTENT_DISPOSITION, "attachment"),
            (header::REFERRER_POLICY, "no-referrer"),
        ],
    );
    headers
}

/// The headers of a machine's reply that nobody may keep. RFC 6749 §5.1.
pub fn api_headers(transport: Transport) -> HeaderMap {
    let mut headers = uncached(transport);
    insert_all(
        &mut headers,
        [
            (header::PRAGMA, "no-cache"),
            // A reply opened as a page in a browser shows text and does nothing.
            (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
        ],
    );
    headers
}

/// The headers of a file whose name changes with its content.
pub fn static_headers() -> HeaderMap {
    let mut headers = HeaderMap::new();
    insert_all(
        &mut headers,
        [
            (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (CROSS_ORIGIN_RESOURCE_POLICY, "same-origin"),
        ],
    );
    headers
}

/// The headers of a document that any script of any site may read: discovery, JWKS.
///
/// `max_age` is how long caches may keep it, in whole seconds. The only class with CORS; such a
/// document never depends on who asks.
pub fn public_metadata_headers(max_age: Duration) -> HeaderMap {
    let mut headers = HeaderMap::new();
    insert_all(
        &mut headers,
        [
            (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (CROSS_ORIGIN_RESOURCE_POLICY, "cross-origin"),
        ],
    );
    let cache_control = format!("public, max-age={}", max_age.as_secs());
    if let Ok(value) = HeaderValue::try_from(cache_control) {
        headers.insert(header::CACHE_CONTROL, value);
    }
    headers
}

/// Adds each of `defaults` that is missing; `Pragma`, the older word for the same, only beside their `Cache-Control`.
pub(crate) fn add_missing(headers: &mut HeaderMap, defaults: &HeaderMap) {
    let says_caching_itself = headers.contains_key(header::CACHE_CONTROL);
    for (name, value) in defaults {
        if !(says_caching_itself && name == header::PRAGMA) {
            headers.entry(name).or_insert_with(|| value.clone());
        }
    }
}

fn uncached(transport: Transport) -> HeaderMap {
    let mut headers = HeaderMap::new();
    insert_all(
        &mut headers,
        [
            (header::CACHE_CONTROL, "no-store"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (CROSS_ORIGIN_RESOURCE_POLICY, "same-origin"),
        ],
    );
    if transport == Transport::Https {
        insert_all(&mut headers, [(header::STRICT_TRANSPORT_SECURITY, STRICT_TRANSPORT)]);
    }
    headers
}

fn insert_all<const N: usize>(headers: &mut HeaderMap, added: [(HeaderName, &'static str); N]) {
    for (name, value) in added {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(referrer: Referrer, transport: Transport) -> HeaderMap {
        page_headers(&ContentSecurity::default(), referrer, transport)
    }

    /// S-013, S-129: no framing, and every header the audit looks for.
    #[test]
    fn a_page_carries_every_security_header() {
        let headers = page(Referrer::SameOrigin, Transport::Https);

        for (name, value) in [
            ("x-frame-options", "DENY"),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("cache-control", "no-store"),
            ("strict-transport-security", "max-age=63072000"),
        ] {
            assert_eq!(headers[name], value, "{name}");
        }
        assert!(headers.contains_key("permissions-policy"));
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("frame-ancestors 'none'"));
    }

    /// S-020: a page whose address is a secret tells it to nobody.
    #[test]
    fn a_mailed_link_page_sends_no_referrer() {
        let headers = page(Referrer::Never, Transport::Https);

        assert_eq!(headers["referrer-policy"], "no-referrer");
    }

    /// SM-03: the one page that others frame, which can do nothing else.
    #[test]
    fn a_framed_page_may_be_framed_and_little_else() {
        let headers = framed_page_headers(Transport::Https);

        assert!(!headers.contains_key("x-frame-options"));
        let policy = headers["content-security-policy"].to_str().unwrap();
        for directive in ["default-src 'none'", "script-src 'self'", "frame-ancestors *", "form-action 'none'"] {
            assert!(policy.split("; ").any(|part| part == directive), "{policy}");
        }
        assert_eq!(headers["cache-control"], "no-store");
    }

    /// S-145: a picture of somebody else's is of use to our own pages alone.
    #[test]
    fn a_foreign_picture_runs_nothing_and_is_embedded_by_our_pages_only() {
        let headers = foreign_picture_headers(Transport::Https);

        for (name, value) in [
            ("content-security-policy", "default-src 'none'; frame-ancestors 'none'; sandbox"),
            ("content-disposition", "attachment"),
            ("x-content-type-options", "nosniff"),
            ("cross-origin-resource-policy", "same-origin"),
            ("cache-control", "no-store"),
            ("referrer-policy", "no-referrer"),
        ] {
            assert_eq!(headers[name], value, "{name}");
        }
    }

    #[test]
    fn transport_security_is_announced_over_https_only() {
        let name = header::STRICT_TRANSPORT_SECURITY;

        assert!(!page(Referrer::Never, Transport::LoopbackHttp).contains_key(&name));
        assert!(!api_headers(Transport::LoopbackHttp).contains_key(&name));
        assert!(api_headers(Transport::Https).contains_key(&name));
    }

    /// S-047: replies with secrets are kept by nobody.
    #[test]
    fn an_api_reply_is_not_stored() {
        let headers = api_headers(Transport::Https);

        assert_eq!(headers["cache-control"], "no-store");
        assert_eq!(headers["pragma"], "no-cache");
        assert_eq!(headers["x-content-type-options"], "nosniff");
    }

    /// S-019: only public metadata may be read by scripts of other sites.
    #[test]
    fn only_public_metadata_has_cors() {
        let cors = header::ACCESS_CONTROL_ALLOW_ORIGIN;

        let metadata = public_metadata_headers(Duration::from_secs(300));

        assert_eq!(metadata[&cors], "*");
        assert_eq!(metadata["cache-control"], "public, max-age=300");
        assert!(!page(Referrer::SameOrigin, Transport::Https).contains_key(&cors));
        assert!(!api_headers(Transport::Https).contains_key(&cors));
        assert!(!static_headers().contains_key(&cors));
    }
}
