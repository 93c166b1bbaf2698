//! Which link targets may be put on a page.
//!
//! Escaping does not stop `javascript:` in an `href` (SECURITY V-14), so every target that does not come from
//! this server passes one of these functions. Nothing here parses a URL in full: registration does.

/// Returns the target when it is an absolute `https` address; anything else is not linked.
///
/// For addresses from client metadata: `policy_uri`, `tos_uri`, `client_uri` (RFC 7591 §2).
pub(crate) fn https(target: &Option<String>) -> Option<&str> {
    target.as_deref().filter(|target| is_https(target))
}

/// Tells whether the target is an absolute `https` address.
pub(crate) fn is_https(target: &str) -> bool {
    strip_scheme(target, "https://").is_some_and(|rest| !rest.is_empty()) && is_printable(target)
}

/// Returns the target when it leads somewhere a person may be sent on: a path of this server, `https`, or
/// `http` on this computer (development).
pub(crate) fn onward(target: &Option<String>) -> Option<&str> {
    https(target).or_else(|| {
        target.as_deref().filter(|target| is_printable(target) && (is_own_path(target) || is_loopback(target)))
    })
}

/// Tells whether a registered redirect URI may be followed: any scheme, native apps have their own
/// (RFC 8252 §7.1), except those that a browser runs or opens as a document of this server.
pub(crate) fn is_redirect_target(target: &str) -> bool {
    const REFUSED: [&str; 7] = ["javascript", "data", "vbscript", "blob", "file", "about", "filesystem"];
    let Some((scheme, rest)) = target.split_once(':') else {
        return false;
    };
    let well_formed = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    well_formed
        && !rest.is_empty()
        && is_printable(target)
        && !REFUSED.iter().any(|refused| scheme.eq_ignore_ascii_case(refused))
}

/// Tells whether the target opens an authenticator app.
pub(crate) fn is_otpauth(target: &str) -> bool {
    strip_scheme(target, "otpauth://").is_some() && is_printable(target)
}

/// Tells whether the target is a path of this server.
pub(crate) fn is_own_path(target: &str) -> bool {
    target.starts_with('/') && !target.starts_with("//") && !target.contains('\\')
}

fn is_loopback(target: &str) -> bool {
    strip_scheme(target, "http://").is_some_and(|rest| {
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let host = match authority.strip_prefix("[::1]") {
            Some(port) => return port.is_empty() || port.starts_with(':'),
            None => authority.split(':').next().unwrap_or_default(),
        };
        matches!(host, "127.0.0.1" | "localhost") && !authority.contains('@')
    })
}

fn strip_scheme<'a>(target: &'a str, scheme: &str) -> Option<&'a str> {
    let (head, rest) = target.split_at_checked(scheme.len())?;
    head.eq_ignore_ascii_case(scheme).then_some(rest)
}

fn is_printable(target: &str) -> bool {
    !target.chars().any(|c| c.is_control() || c.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_onward(target: &str) -> bool {
        onward(&Some(target.to_owned())).is_some()
    }

    /// S-012: a client's address is a link only when it is https.
    #[test]
    fn a_client_address_is_linked_only_when_it_is_https() {
        assert!(is_https("https://books.example/privacy"));
        assert!(is_https("HTTPS://books.example/"));
        for target in [
            "",
            "https://",
            "http://books.example",
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            " https://books.example",
            "java\tscript:alert(1)",
            "data:text/html,x",
            "//books.example",
            "https://books.example/\nx",
        ] {
            assert!(!is_https(target), "{target:?}");
        }
        assert!(https(&None).is_none());
    }

    #[test]
    fn a_way_on_is_our_path_https_or_this_computer() {
        for target in
            ["/account", "https://books.example", "http://127.0.0.1:5555/", "http://localhost/x", "http://[::1]:80/"]
        {
            assert!(is_onward(target), "{target}");
        }
        for target in [
            "//evil.example",
            "/\\evil.example",
            "http://books.example",
            "http://localhost.evil.example/",
            "http://localhost:x@evil.example/",
            "http://[::1]evil.example",
            "javascript:alert(1)",
        ] {
            assert!(!is_onward(target), "{target}");
        }
    }

    /// RFC 8252 §7.1: private-use schemes are legitimate redirect targets, script schemes never are.
    #[test]
    fn a_redirect_target_has_any_scheme_that_runs_nothing_here() {
        for target in ["https://a.example/cb?code=1", "http://127.0.0.1:9/cb", "com.example.app:/cb"] {
            assert!(is_redirect_target(target), "{target}");
        }
        for target in ["javascript:alert(1)", "DATA:text/html,x", "/cb", "", "com example:/", "https:"] {
            assert!(!is_redirect_target(target), "{target}");
        }
    }
}
