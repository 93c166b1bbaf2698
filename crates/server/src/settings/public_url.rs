//! The rules for `server.public_url`: it is the issuer, byte for byte, and every address we print begins with it.

use std::net::{Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

/// Checks a public URL. What is accepted is used as it is written.
///
/// # Errors
/// What is wrong and the mend, in words that follow "server.public_url".
pub(super) fn check(text: &str) -> Result<(), String> {
    let url = Url::parse(text).map_err(|e| format!("is no absolute URL ({e}); write https://id.example.com"))?;
    let host = url.host().ok_or("has no host; write https://id.example.com")?;
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(&host) => {}
        "http" => return Err("is http on a host that is not loopback; use https".to_owned()),
        other => return Err(format!("has the scheme {other}; use https")),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("holds a user name; remove everything before the @".to_owned());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("has a query or fragment; remove ? and # and what follows".to_owned());
    }
    if url.path() != "/" {
        return Err("has a path; give the server a host of its own".to_owned());
    }
    let canonical = url.as_str().trim_end_matches('/');
    if text.ends_with('/') {
        return Err(format!("ends in a slash; write {canonical}"));
    }
    if text != canonical {
        return Err(format!("is not in canonical form; write {canonical}"));
    }
    Ok(())
}

/// Whether an address of this URL never leaves the machine.
fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => *address == Ipv4Addr::LOCALHOST,
        Host::Ipv6(address) => *address == Ipv6Addr::LOCALHOST,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn https_anywhere_and_http_on_loopback_are_accepted() {
        let good = [
            "https://id.example.com",
            "https://id.example.com:8443",
            "http://localhost:8080",
            "http://127.0.0.1:8080",
            "http://[::1]:8080",
        ];
        for url in good {
            assert_eq!(check(url), Ok(()), "{url}");
        }
    }

    /// a public URL that would give a wrong issuer is refused at start, with the mend.
    #[test]
    fn what_would_give_a_wrong_issuer_is_refused_with_the_mend() {
        let cases = [
            ("id.example.com", "is no absolute URL"),
            ("http://id.example.com", "use https"),
            ("http://localhost.example.com", "use https"),
            ("http://127.0.0.2", "use https"),
            ("ftp://id.example.com", "use https"),
            ("https://id.example.com/", "write https://id.example.com"),
            ("https://id.example.com/auth", "a host of its own"),
            ("https://id.example.com?x", "remove ?"),
            ("https://id.example.com#x", "remove ?"),
            ("https://ada@id.example.com", "before the @"),
            ("https://ID.example.com", "write https://id.example.com"),
            ("https://id.example.com:443", "write https://id.example.com"),
            ("https://bücher.example", "write https://xn--bcher-kva.example"),
        ];
        for (url, mend) in cases {
            let refused = check(url).unwrap_err();
            assert!(refused.contains(mend), "{url}: {refused}");
        }
    }
}
