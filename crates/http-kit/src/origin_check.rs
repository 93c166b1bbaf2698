//! The header half of the CSRF defence: where did the browser send this form from?
//!
//! Owns the reading of `Origin` and `Sec-Fetch-Site`. Leaves the other half, the token bound to the
//! journey or session, to the doors: a request passes only with both. Fetch §3.1, Fetch Metadata
//! Request Headers §2.4; DESIGN.md 11 "CSRF and referrer"; SECURITY.md rule 21, S-014.

use http::{HeaderMap, HeaderName, header};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Where a request comes from, by its headers alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OriginVerdict {
    /// From a page of our own, or typed by the user, and nothing contradicts it.
    Same,
    /// `Origin: null`, while the browser vouches for us by `Sec-Fetch-Site: same-origin`. A page
    /// with `Referrer-Policy: no-referrer` posts to itself like this.
    Null,
    /// From elsewhere, from nowhere (`null` without the voucher), or contradictory.
    Foreign,
    /// Neither header was sent: an old browser, or no browser.
    Absent,
}

/// Decides where a request comes from.
///
/// `public_origin` is scheme, host and port as browsers serialise them: lower case, no default port,
/// no trailing slash; taken from the configuration. It is compared byte by byte.
pub fn same_origin(headers: &HeaderMap, public_origin: &str) -> OriginVerdict {
    let (Ok(origin), Ok(site)) = (single(headers, header::ORIGIN), single(headers, SEC_FETCH_SITE)) else {
        return OriginVerdict::Foreign;
    };
    match (origin, site) {
        (None, None) => OriginVerdict::Absent,
        // `none`: the user went there without any page, as by a bookmark.
        (None, Some("same-origin" | "none")) => OriginVerdict::Same,
        (Some("null"), Some("same-origin")) => OriginVerdict::Null,
        (Some(origin), None | Some("same-origin" | "none")) if origin == public_origin => OriginVerdict::Same,
        _ => OriginVerdict::Foreign,
    }
}

/// Whether a form post may go on to the check of its token.
///
/// [`OriginVerdict::Absent`] may: browsers that send neither header exist, and without the token the
/// post is refused anyway. Never call this instead of the token check.
pub fn permits_form_post(verdict: OriginVerdict) -> bool {
    match verdict {
        OriginVerdict::Same | OriginVerdict::Null | OriginVerdict::Absent => true,
        OriginVerdict::Foreign => false,
    }
}

/// A header that occurs twice, or is not ASCII.
struct Unreadable;

fn single(headers: &HeaderMap, name: HeaderName) -> Result<Option<&str>, Unreadable> {
    let mut lines = headers.get_all(name).iter();
    match (lines.next(), lines.next()) {
        (None, _) => Ok(None),
        (Some(only), None) => only.to_str().map(Some).map_err(|_| Unreadable),
        (Some(_), Some(_)) => Err(Unreadable),
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    const OURS: &str = "https://id.example";

    fn verdict(origin: Option<&str>, site: Option<&str>) -> OriginVerdict {
        let mut headers = HeaderMap::new();
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, origin.parse().unwrap());
        }
        if let Some(site) = site {
            headers.insert(SEC_FETCH_SITE, site.parse().unwrap());
        }
        same_origin(&headers, OURS)
    }

    #[test]
    fn our_own_pages_are_the_same_origin() {
        assert_eq!(verdict(Some(OURS), Some("same-origin")), OriginVerdict::Same);
        assert_eq!(verdict(Some(OURS), None), OriginVerdict::Same);
        assert_eq!(verdict(None, Some("same-origin")), OriginVerdict::Same);
    }

    /// S-014: posts from other origins, also from other hosts and ports of the same site.
    #[test]
    fn every_other_origin_is_foreign() {
        for origin in [
            "https://evil.example",
            "http://id.example",
            "https://id.example:8443",
            "https://id.example.evil.example",
            "https://ID.example",
            "https://id.example/",
            "",
        ] {
            assert_eq!(verdict(Some(origin), None), OriginVerdict::Foreign, "{origin}");
        }
        for site in ["cross-site", "same-site", "same-origin, same-origin", ""] {
            assert_eq!(verdict(None, Some(site)), OriginVerdict::Foreign, "{site}");
            assert_eq!(verdict(Some(OURS), Some(site)), OriginVerdict::Foreign, "{site}");
        }
    }

    /// S-014: `Origin: null` passes only with `Sec-Fetch-Site: same-origin`.
    #[test]
    fn a_null_origin_needs_the_browsers_word() {
        assert_eq!(verdict(Some("null"), Some("same-origin")), OriginVerdict::Null);
        for site in [None, Some("none"), Some("same-site"), Some("cross-site")] {
            assert_eq!(verdict(Some("null"), site), OriginVerdict::Foreign, "{site:?}");
        }
    }

    #[test]
    fn two_origins_are_foreign_even_if_both_are_ours() {
        let mut headers = HeaderMap::new();
        headers.append(header::ORIGIN, HeaderValue::from_static(OURS));
        headers.append(header::ORIGIN, HeaderValue::from_static(OURS));

        assert_eq!(same_origin(&headers, OURS), OriginVerdict::Foreign);
    }

    #[test]
    fn only_a_foreign_form_post_is_refused_before_its_token_is_read() {
        assert!(permits_form_post(OriginVerdict::Same));
        assert!(permits_form_post(OriginVerdict::Null));
        assert!(permits_form_post(verdict(None, None)));
        assert!(!permits_form_post(OriginVerdict::Foreign));
    }
}
