//! Whether browsers reach this server over https or http, and whether on this machine alone.
//!
//! Owns the one answer that cookies and `Strict-Transport-Security` depend on. It is taken from the
//! configured `public_url`, never from a header; the settings refuse http on anything but loopback
//! (DESIGN.md 1.2, 1.3).

use std::net::IpAddr;

/// How browsers reach the server, by its configured `public_url`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// `public_url` is https, whether TLS ends here or at a proxy.
    Https,
    /// `public_url` is https on `localhost` or a loopback address: `Strict-Transport-Security` would bind every other
    /// server of the machine, and outlive this one by years.
    LoopbackHttps,
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
            Some((_, rest)) if is_loopback(rest.trim_start_matches('/')) => Self::LoopbackHttps,
            _ => Self::Https,
        }
    }
}

/// Whether the authority at the beginning of `rest` is this machine.
fn is_loopback(rest: &str) -> bool {
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => host,
        _ => authority,
    };
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
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

    #[test]
    fn https_on_this_machine_is_a_transport_of_its_own() {
        for url in ["https://localhost", "https://LOCALHOST:8443", "https://127.0.0.1:8443/x", "https://[::1]:8443"] {
            assert_eq!(Transport::of(url), Transport::LoopbackHttps, "{url}");
        }
        for url in ["https://localhost.example", "https://127.0.0.1.example:8443", "https://id.example/localhost"] {
            assert_eq!(Transport::of(url), Transport::Https, "{url}");
        }
    }
}
