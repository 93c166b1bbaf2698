//! Conditional requests: does the client already hold this version?
//!
//! Owns the reading of `If-None-Match`. Leaves the making of entity tags to whoever makes the
//! document. RFC 9110 §8.8.3, §13.1.2.

use http::{HeaderMap, header};

/// Whether `If-None-Match` names `etag`, so that the answer is 304.
///
/// `etag` is an entity tag with its quotes, such as `"1f2e"`. Compares weakly, as GET and HEAD do; `*`
/// matches every document. False without the header.
pub fn is_not_modified(headers: &HeaderMap, etag: &str) -> bool {
    headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .map(str::trim)
        .any(|known| known == "*" || opaque(known) == opaque(etag))
}

fn opaque(etag: &str) -> &str {
    etag.strip_prefix("W/").unwrap_or(etag)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(known: Option<&str>) -> bool {
        let mut headers = HeaderMap::new();
        if let Some(known) = known {
            headers.insert(header::IF_NONE_MATCH, known.parse().unwrap());
        }
        is_not_modified(&headers, "\"v2\"")
    }

    #[test]
    fn any_listed_tag_matches_weakly() {
        for known in ["\"v2\"", "W/\"v2\"", "\"v1\", \"v2\"", "*"] {
            assert!(holds(Some(known)), "{known}");
        }
    }

    #[test]
    fn other_tags_and_none_at_all_do_not_match() {
        for known in [None, Some("\"v1\""), Some("v2"), Some("")] {
            assert!(!holds(known), "{known:?}");
        }
    }
}
