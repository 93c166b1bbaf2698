//! The URL of one request, taken apart once.
//!
//! Owns what a URL must look like; the same reading decides what is checked and what is connected to.

use url::{Host, Url};

use crate::error::OutboundError;

/// How long a URL may be, in bytes.
const MAX_URL_BYTES: usize = 2048;

/// Where a request goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    /// Whether the connection is TLS; plain ones exist to allowed loopback targets only.
    pub(crate) scheme: Scheme,
    /// The host: lower case, internationalized names as A-labels, numbers in any notation as the address they mean.
    pub(crate) host: Host,
    pub(crate) port: u16,
    /// Path and query.
    pub(crate) path: String,
}

/// How the target is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    Https,
    Http,
}

impl Target {
    /// Reads a URL.
    pub(crate) fn parse(text: &str) -> Result<Self, OutboundError> {
        let unacceptable = OutboundError::UnacceptableUrl;
        if text.len() > MAX_URL_BYTES || !text.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(unacceptable("at most 2048 bytes of printable ASCII"));
        }
        let url = Url::parse(text).map_err(|_| unacceptable("not a URL"))?;
        let scheme = match url.scheme() {
            "https" => Scheme::Https,
            "http" => Scheme::Http,
            _ => return Err(unacceptable("the scheme is not https")),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(unacceptable("there is user information"));
        }
        if url.fragment().is_some() {
            return Err(unacceptable("there is a fragment"));
        }
        let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else {
            return Err(unacceptable("there is no host"));
        };
        let path = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
        Ok(Self { scheme, host: host.to_owned(), port, path })
    }

    /// Host and port: what is asked, learned about and left alone as one.
    pub(crate) fn authority(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    /// The `Host` header: without the port where it is the scheme's own (RFC 9110 §4.2.3).
    pub(crate) fn host_header(&self) -> String {
        match (self.scheme, self.port) {
            (Scheme::Https, 443) | (Scheme::Http, 80) => self.host.to_string(),
            _ => self.authority(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> bool {
        matches!(Target::parse(text), Err(OutboundError::UnacceptableUrl(_)))
    }

    #[test]
    fn only_plain_https_urls_are_targets() {
        for text in [
            "",
            "rp.example",
            "ftp://rp.example/",
            "file:///etc/passwd",
            "data:,x",
            "https://",
            "https://user@rp.example/",
            "https://:secret@rp.example/",
            "https://rp.example/keys#x",
            "https://rp.example/a b",
            "https://rp.example/\r\nx: y",
            "https://rp.example:99999/",
        ] {
            assert!(refused(text), "{text:?}");
        }
        assert!(refused(&format!("https://rp.example/{}", "a".repeat(2048))));
    }

    /// Rule 23: whatever notation hides an address, the address is what is looked at.
    #[test]
    fn an_address_in_any_notation_is_the_address_it_means() {
        let loopback: Host = Host::Ipv4([127, 0, 0, 1].into());
        for text in ["https://127.1/", "https://2130706433/", "https://0x7f.0.0.1/", "https://0177.0.0.1/"] {
            assert_eq!(Target::parse(text).unwrap().host, loopback, "{text}");
        }
        let mapped: Host = Host::Ipv6("::ffff:127.0.0.1".parse().unwrap());
        assert_eq!(Target::parse("https://[::ffff:127.0.0.1]/").unwrap().host, mapped);
    }

    #[test]
    fn the_port_is_that_of_the_scheme_unless_written() {
        assert_eq!(Target::parse("https://RP.example/a?b=c").unwrap().authority(), "rp.example:443");
        assert_eq!(Target::parse("https://rp.example:8443").unwrap().host_header(), "rp.example:8443");
        assert_eq!(Target::parse("https://rp.example").unwrap().host_header(), "rp.example");
        assert_eq!(Target::parse("https://rp.example/a?b=c").unwrap().path, "/a?b=c");
    }
}
