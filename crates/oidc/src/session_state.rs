//! `session_state`: how a relying party can see in the browser that the sign-in has changed.
//!
//! Owns the calculation, which the script of the check-session frame repeats with what it is told and what it reads.
//! Leaves what stands for the browser's state to `issuer`. Session Management 1.0 §2, §3.2, §4.2.

use portreeve_crypto::{hex, sha256};
use portreeve_domain::ClientId;

use crate::uri::AbsoluteUri;

/// The value for a client that is answered at `redirect_uri`: a hash and its salt. `None` where the answer goes to an app
/// that no frame has.
///
/// `browser_state` is what the script-readable cookie holds; `salt` is random text without spaces and dots.
pub fn session_state(client: &ClientId, redirect_uri: &str, browser_state: &str, salt: &str) -> Option<String> {
    let origin = origin(redirect_uri)?;
    let text = format!("{} {origin} {browser_state} {salt}", client.as_str());
    let hash = hex(sha256(text.as_bytes()).as_bytes());
    Some(format!("{hash}.{salt}"))
}

/// The origin as a browser writes it (RFC 6454 §6.2): no default port.
fn origin(uri: &str) -> Option<String> {
    let read = AbsoluteUri::read(uri).ok()?;
    let usual = match read.scheme {
        "https" => 443,
        "http" => 80,
        _ => return None,
    };
    let port = read.port.filter(|port| *port != usual).map(|port| format!(":{port}")).unwrap_or_default();
    Some(format!("{}://{}{port}", read.scheme, read.host?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(redirect_uri: &str, browser_state: &str) -> Option<String> {
        session_state(&ClientId::parse("web").unwrap(), redirect_uri, browser_state, "5a17")
    }

    /// SM-02: SHA-256 over client, origin, browser state and salt, as §4.2 has it.
    #[test]
    fn it_is_a_salted_hash_of_client_origin_and_state() {
        // printf 'web https://rp.example abc 5a17' | sha256sum
        let expected = "9c308ca7c78798b46ee0afe08f08c0fbe74eecefaefac0f9f57d632eef9f88b7.5a17";

        assert_eq!(state("https://rp.example/cb", "abc").as_deref(), Some(expected));
        assert_eq!(state("https://rp.example:443/other?x=1", "abc").as_deref(), Some(expected));
        assert_ne!(state("https://rp.example:8443/cb", "abc").as_deref(), Some(expected));
        assert_ne!(state("https://rp.example/cb", "abd").as_deref(), Some(expected));
        assert!(!expected.contains(' '));
    }

    /// SM-01: an app has no frame.
    #[test]
    fn an_app_has_none() {
        assert_eq!(state("com.example.app:/cb", "abc"), None);
    }
}
