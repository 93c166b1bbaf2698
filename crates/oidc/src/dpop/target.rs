//! Whether two addresses are one: the `htu` of a proof and the address of an endpoint.
//!
//! Owns the normalisation of RFC 3986 §6.2.2 and §6.2.3: case of scheme and host, default port, dot segments, escapes of
//! unreserved characters. Query and fragment do not count. RFC 9449 §4.3 (9).

use url::Url;

/// Compares the `htu` of a proof with the address of an endpoint.
pub(super) fn is_same(htu: &str, address: &str) -> bool {
    match (normal(htu), normal(address)) {
        (Some(one), Some(other)) => one == other,
        _ => false,
    }
}

/// The normal form without query and fragment. `None` for what is no http or https address, or names a user.
fn normal(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let is_plain = matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none();
    let origin = is_plain.then(|| url.origin().ascii_serialization())?;
    Some(format!("{origin}{}", unescape_unreserved(url.path())?))
}

/// Writes escapes of unreserved characters as these, and every other escape in upper case. `None` for a `%` that begins no
/// escape: what follows it could make one only afterwards.
fn unescape_unreserved(path: &str) -> Option<String> {
    let mut parts = path.split('%');
    let mut normal = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (digits, rest) = part.split_at_checked(2).filter(|(digits, _)| is_hexadecimal(digits))?;
        match u8::from_str_radix(digits, 16).ok()? {
            byte if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => normal.push(char::from(byte)),
            byte => normal.push_str(&format!("%{byte:02X}")),
        }
        normal.push_str(rest);
    }
    Some(normal)
}

/// `from_str_radix` takes a sign.
fn is_hexadecimal(digits: &str) -> bool {
    digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENDPOINT: &str = "https://id.example/oauth2/token";

    /// DP-02: what RFC 3986 calls equivalent is the same; query and fragment are not looked at.
    #[test]
    fn equivalent_addresses_are_the_same() {
        for htu in [
            ENDPOINT,
            "HTTPS://ID.example/oauth2/token",
            "https://id.example:443/oauth2/token",
            "https://id.example/oauth2/./token",
            "https://id.example/x/../oauth2/token",
            "https://id.example/oauth2/%74oken",
            "https://id.example/oauth2/token?x=y",
            "https://id.example/oauth2/token#here",
        ] {
            assert!(is_same(htu, ENDPOINT), "{htu}");
        }
        assert!(is_same("https://id.example/%c3%a4", "https://id.example/%C3%A4"));
    }

    /// DP-02, S-061: another scheme, host, port or path is another address.
    #[test]
    fn other_addresses_differ() {
        for htu in [
            "",
            "/oauth2/token",
            "id.example/oauth2/token",
            "http://id.example/oauth2/token",
            "https://id.example:8443/oauth2/token",
            "https://evil.example/oauth2/token",
            "https://id.example.evil.example/oauth2/token",
            "https://id.example/oauth2/token/",
            "https://id.example/oauth2/Token",
            "https://id.example//oauth2/token",
            "https://id.example/oauth2%2Ftoken",
            "https://id.example/oauth2/%7%34oken",
            "https://id.example/oauth2/toke%+6e",
            "https://id.example/oauth2/token%",
            "https://id.example/oauth2/introspect",
            "https://user@id.example/oauth2/token",
            "com.example:/oauth2/token",
        ] {
            assert!(!is_same(htu, ENDPOINT), "{htu}");
        }
    }
}
