//! The one place where the relying party reads the time.
//!
//! Owns nothing else. Everything that decides by time takes `now` as an argument.

use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds since 1970-01-01T00:00:00Z; 0 when the machine's clock is before that.
#[expect(clippy::disallowed_methods, reason = "an application of its own, outside the issuer's injected clock")]
pub(crate) fn unix_seconds() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .ok()
        .and_then(|elapsed| i64::try_from(elapsed.as_secs()).ok())
        .unwrap_or(0)
}
