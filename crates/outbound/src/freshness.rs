//! How long an answer is good, in the words of its server.
//!
//! Owns reading `Cache-Control`. Leaves what is done with it to whoever asked. RFC 9111 §5.2.2, §1.2.2.

use std::time::Duration;

use http::{HeaderMap, header};

/// The `max-age` of an answer, and nothing where it must not be kept; what cannot be read says nothing.
pub(crate) fn freshness(headers: &HeaderMap) -> Option<Duration> {
    let values = headers.get_all(header::CACHE_CONTROL).iter().filter_map(|value| value.to_str().ok());
    let directives = values.flat_map(|value| value.split(',')).map(|directive| directive.trim().to_ascii_lowercase());
    directives.fold(None, |fresh_for, directive| match directive.split_once('=') {
        None if matches!(directive.as_str(), "no-store" | "no-cache") => Some(Duration::ZERO),
        // The shorter one of what contradicts itself.
        Some(("max-age", said)) => seconds(said.trim_matches('"')).into_iter().chain(fresh_for).min(),
        _ => fresh_for,
    })
}

/// Digits alone: reading a number would take a sign.
fn seconds(text: &str) -> Option<Duration> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// CM-05: an answer is never good for longer than its server says anywhere, and not at all where it must not be kept.
    #[test]
    fn cache_control_under_mutation() {
        portreeve_fuzz::drive("cache_control", |line| {
            let Ok(value) = http::HeaderValue::from_bytes(line) else { return false };
            let mut headers = HeaderMap::from_iter([(header::CACHE_CONTROL, value)]);
            let Some(fresh_for) = freshness(&headers) else { return false };
            let text = std::str::from_utf8(line).expect("text").to_ascii_lowercase();
            let forbids = text.split(',').any(|directive| directive.trim() == "no-store");
            assert!(fresh_for.is_zero() || !forbids, "{text}: not to be kept");
            let is_said = text.contains(&fresh_for.as_secs().to_string());
            assert!(fresh_for.is_zero() || is_said, "{text}: {fresh_for:?}");
            headers.append(header::CACHE_CONTROL, http::HeaderValue::from_static("max-age=0"));
            assert_eq!(freshness(&headers), Some(Duration::ZERO), "{text}");
            true
        });
    }
}
