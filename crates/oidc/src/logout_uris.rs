//! Where a client is told of a logout: what may be registered, and what a browser loads.
//!
//! Owns the rules of both logout URIs and the address of a frame. Leaves where the server itself may connect to `outbound`.
//! Back-Channel Logout 1.0 §2.2; Front-Channel Logout 1.0 §2, §3.

use portreeve_domain::{ClientMetadata, Fault};

use crate::uri::{AbsoluteUri, with_parameters};
use crate::{Cause, Refusal, redirect_uri};

/// Checks the logout URIs of a client.
///
/// Both are https, or http on this machine while developing, without a fragment; the one that a browser loads is at the
/// scheme, host and port of a redirect URI (FL-02), so that it speaks for the same site.
///
/// # Errors
/// `MetadataInvalid`; the detail names the field.
pub(crate) fn check(metadata: &ClientMetadata) -> Result<(), Refusal> {
    let fields = [
        ("backchannel_logout_uri", &metadata.backchannel_logout_uri),
        ("frontchannel_logout_uri", &metadata.frontchannel_logout_uri),
    ];
    for (field, uri) in fields {
        if uri.as_deref().is_some_and(|uri| !is_acceptable(uri)) {
            return Err(invalid(field, "must be an https URI without a fragment"));
        }
    }
    let site = metadata.frontchannel_logout_uri.as_deref().and_then(site_of);
    if site.is_some() && !metadata.redirect_uris.iter().any(|uri| site_of(uri) == site) {
        return Err(invalid("frontchannel_logout_uri", "must have scheme, host and port of a redirect URI"));
    }
    Ok(())
}

/// What a browser loads to sign a person out at a client: the registered address, with issuer and session (FL-01).
///
/// # Errors
/// A fault for an address that registration should have refused.
pub fn frame_address(uri: &str, issuer: &str, sid: &str) -> Result<String, Fault> {
    if is_acceptable(uri) {
        return Ok(with_parameters(uri, &[("iss", issuer), ("sid", sid)]));
    }
    Err(Fault::impossible("an unacceptable front-channel logout URI is registered"))
}

fn is_acceptable(uri: &str) -> bool {
    AbsoluteUri::read(uri).is_ok_and(|uri| {
        let is_safe = uri.scheme == "https" || (uri.scheme == "http" && redirect_uri::is_loopback(&uri));
        is_safe && uri.fragment.is_none()
    })
}

/// Scheme, host and port, the port written out.
fn site_of(uri: &str) -> Option<(&str, &str, u16)> {
    let read = AbsoluteUri::read(uri).ok()?;
    let usual = match read.scheme {
        "https" => 443,
        "http" => 80,
        _ => return None,
    };
    Some((read.scheme, read.host?, read.port.unwrap_or(usual)))
}

fn invalid(field: &str, what: &str) -> Refusal {
    Refusal::new(Cause::MetadataInvalid).with_detail(format!("{field} {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::web_client;

    fn front(uri: &str) -> Result<(), Refusal> {
        check(&ClientMetadata { frontchannel_logout_uri: Some(uri.into()), ..web_client().metadata })
    }

    fn back(uri: &str) -> Result<(), Refusal> {
        check(&ClientMetadata { backchannel_logout_uri: Some(uri.into()), ..web_client().metadata })
    }

    /// BL-04: the server posts to https, or to this machine while developing.
    #[test]
    fn logout_uris_are_https_without_a_fragment() {
        for uri in ["https://rp.example/bc", "https://other.example/bc?x=1", "http://127.0.0.1:8081/bc"] {
            assert_eq!(back(uri), Ok(()), "{uri}");
        }
        for uri in ["http://rp.example/bc", "https://rp.example/bc#f", "com.example.app:/bc", "/bc", "javascript:x", ""]
        {
            assert!(back(uri).is_err() && front(uri).is_err(), "{uri}");
        }
    }

    /// FL-02: what a browser loads is at the site of a redirect URI.
    #[test]
    fn a_front_channel_uri_is_at_the_site_of_a_redirect_uri() {
        for uri in ["https://rp.example/fc", "https://rp.example:443/fc?x=1"] {
            assert_eq!(front(uri), Ok(()), "{uri}");
        }
        for uri in ["https://rp.example:8443/fc", "https://sub.rp.example/fc", "https://other.example/fc"] {
            assert!(front(uri).is_err(), "{uri}");
        }
    }

    /// FL-01: issuer and session, both, after what is there.
    #[test]
    fn a_frame_is_told_issuer_and_session() {
        let address = |uri| frame_address(uri, "https://id.example/t/acme", "s 1").unwrap();

        assert_eq!(
            address("https://rp.example/fc"),
            "https://rp.example/fc?iss=https%3A%2F%2Fid.example%2Ft%2Facme&sid=s%201"
        );
        assert_eq!(
            address("https://rp.example/fc?x=1"),
            "https://rp.example/fc?x=1&iss=https%3A%2F%2Fid.example%2Ft%2Facme&sid=s%201"
        );
    }
}
