//! Whether browsers reach this server over https, or over http on loopback.
//!
//! Owns the one answer that cookies and `Strict-Transport-Security` depend on. It is taken from the
//! configured `public_url`, never from a header; the settings refuse http on anything but loopback
//! (DESIGN.md 1.2, 1.3).

/// How browsers reach the server, by its configured `public_url`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// `public_url` is https, whether TLS ends here or at a proxy.
    Https,
    /// `public_url` is http on loopback: browsers would drop `Secure` cookies, and HSTS is void.
    LoopbackHttp,
}

impl Transport {
    /// Reads the transport from an absolute URL whose scheme is already validated.
    ///
    /// Anything that is not `http:` counts as [`Transport::Https`], the stricter of the two.
    pub fn of(public_url: &str) -> Self {
        match public_url.split_once(':') {
            Some((scheme, _)) if scheme.eq_ignore_ascii_case("http") => Self::LoopbackHttp,
            _ => Self::Https,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_scheme_http_is_loopback_http() {
        assert_eq!(Transport::of("https://id.example"), Transport::Https);
        assert_eq!(Transport::of("http://localhost:8080"), Transport::LoopbackHttp);
        assert_eq!(Transport::of("id.example"), Transport::Https);
    }
}
