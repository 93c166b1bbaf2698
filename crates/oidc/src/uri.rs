//! Absolute URIs with a hierarchical path, read strictly, and parameters appended to them.
//!
//! Owns one narrow reading of RFC 3986: what it accepts is ASCII, already canonical, and read the same way by the WHATWG
//! parser that browsers use, so that nobody on the path can take another host or path from it (SECURITY S-002, S-003).
//! Leaves which schemes and hosts are acceptable to its callers: `redirect_uri`, `registration`. RFC 3986 §2, §3.

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

/// How long a URI may be, in bytes.
const MAX_BYTES: usize = 2000;
/// How long a host may be, in bytes (RFC 1035 §2.3.4).
const MAX_HOST_BYTES: usize = 253;
/// Escapes that hide a separator or another escape from one of two readers of a path.
const AMBIGUOUS_ESCAPES: [&str; 4] = ["%25", "%2e", "%2f", "%5c"];
/// Everything but the unreserved characters of RFC 3986 §2.3: a space becomes `%20`, which every decoder understands.
const NOT_UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Why a text is not an acceptable absolute URI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UriError {
    /// Empty, or more than 2000 bytes.
    Length,
    /// A character RFC 3986 does not allow there: white space, control, backslash, quotes, brackets, anything not ASCII.
    Character,
    /// A `%` without two hexadecimal digits, or an escaped control character.
    Escape,
    /// No scheme, or one that is not lower-case.
    Scheme,
    /// A user name or password before the host.
    UserInfo,
    /// A missing, empty or non-canonical host.
    Host,
    /// A port that is empty, zero, too large or has leading zeros.
    Port,
    /// A path that does not begin with a slash, or has empty, dot or ambiguously escaped segments.
    Path,
    /// The WHATWG parser reads other parts than we do.
    ReadDifferently,
}

impl fmt::Display for UriError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Length => "must have 1 to 2000 characters",
            Self::Character => "has a character that a URI cannot have",
            Self::Escape => "has a malformed or forbidden percent escape",
            Self::Scheme => "must begin with a lower-case scheme",
            Self::UserInfo => "must not have a user name or password",
            Self::Host => "must have a host in canonical form",
            Self::Port => "has a malformed port",
            Self::Path => "must have a path without empty, dot or ambiguously escaped segments",
            Self::ReadDifferently => "is read differently by browsers",
        })
    }
}

/// The parts of an absolute URI, as they stand in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AbsoluteUri<'a> {
    /// The scheme, lower-case.
    pub(crate) scheme: &'a str,
    /// The host, an IPv6 address with its brackets; `None` without an authority.
    pub(crate) host: Option<&'a str>,
    /// The port, when given.
    pub(crate) port: Option<u16>,
    /// The path: empty, or beginning with a slash.
    pub(crate) path: &'a str,
    /// What follows `?`.
    pub(crate) query: Option<&'a str>,
    /// What follows `#`.
    pub(crate) fragment: Option<&'a str>,
}

impl<'a> AbsoluteUri<'a> {
    /// Reads `text`, which must be canonical already: nothing is normalised.
    ///
    /// # Errors
    /// See [`UriError`]; the first fault from left to right, except that characters and escapes come first.
    pub(crate) fn read(text: &'a str) -> Result<Self, UriError> {
        if text.is_empty() || text.len() > MAX_BYTES {
            return Err(UriError::Length);
        }
        check_characters(text)?;
        let scheme = scheme_of(text).ok_or(UriError::Scheme)?;
        let rest = text.strip_prefix(scheme).and_then(|rest| rest.strip_prefix(':')).ok_or(UriError::Scheme)?;
        let (rest, fragment) = split_at_first(rest, '#');
        let (rest, query) = split_at_first(rest, '?');
        let (authority, path) = split_authority(rest);
        let (host, port) = match authority {
            Some(authority) => read_authority(authority, is_web(scheme)).map(|(host, port)| (Some(host), port))?,
            None if is_web(scheme) => return Err(UriError::Host),
            None => (None, None),
        };
        check_path(path)?;
        if [path, query.unwrap_or_default(), fragment.unwrap_or_default()]
            .iter()
            .any(|part| part.contains(['[', ']', '#']))
        {
            return Err(UriError::Character);
        }
        let uri = Self { scheme, host, port, path, query, fragment };
        if uri.is_read_alike(text) { Ok(uri) } else { Err(UriError::ReadDifferently) }
    }

    /// Whether the WHATWG parser takes the same parts from `text`.
    fn is_read_alike(&self, text: &str) -> bool {
        let Ok(other) = Url::parse(text) else { return false };
        let path = if self.path.is_empty() && is_web(self.scheme) { "/" } else { self.path };
        let port = self.port.or(match self.scheme {
            "https" => Some(443),
            "http" => Some(80),
            _ => None,
        });
        other.scheme() == self.scheme
            && other.username().is_empty()
            && other.password().is_none()
            && other.host_str() == self.host
            && other.port_or_known_default() == port
            && other.path() == path
            && other.query() == self.query
            && other.fragment() == self.fragment
    }
}

/// The scheme before the first colon. `None` when there is none or it is not lower-case (RFC 3986 §3.1).
pub(crate) fn scheme_of(text: &str) -> Option<&str> {
    let (scheme, _) = text.split_once(':')?;
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.');
    let well_formed = scheme.starts_with(|c: char| c.is_ascii_lowercase()) && scheme.bytes().all(allowed);
    well_formed.then_some(scheme)
}

/// The host of a web address, lower case. What stands in its place in a private-use scheme belongs to nobody and is none.
pub(crate) fn host(uri: &str) -> Option<String> {
    let uri = Url::parse(uri).ok().filter(|uri| matches!(uri.scheme(), "https" | "http"))?;
    uri.host_str().map(str::to_ascii_lowercase)
}

/// Appends `parameters` to the query of `uri`, which has no fragment; a query that is there already stays as it is
/// (RFC 6749 §3.1.2). Every character that is not unreserved is escaped.
pub(crate) fn with_parameters(uri: &str, parameters: &[(&str, impl AsRef<str>)]) -> String {
    append(uri, '?', parameters)
}

/// Appends `parameters` as the fragment of `uri`, which has none (Multiple Response Type Encoding Practices §2.1).
pub(crate) fn with_fragment(uri: &str, parameters: &[(&str, impl AsRef<str>)]) -> String {
    append(uri, '#', parameters)
}

/// Appends pairs after the first `separator`, which is added if there is none.
fn append(uri: &str, separator: char, parameters: &[(&str, impl AsRef<str>)]) -> String {
    let mut text = uri.to_owned();
    for (name, value) in parameters {
        match text.chars().next_back() {
            _ if !text.contains(separator) => text.push(separator),
            Some(last) if last == separator || last == '&' => {}
            _ => text.push('&'),
        }
        text.push_str(name);
        text.push('=');
        text.extend(utf8_percent_encode(value.as_ref(), NOT_UNRESERVED));
    }
    text
}

/// Whether `scheme` is one whose URIs name a host on the web.
fn is_web(scheme: &str) -> bool {
    matches!(scheme, "https" | "http")
}

fn split_at_first(text: &str, separator: char) -> (&str, Option<&str>) {
    text.split_once(separator).map_or((text, None), |(before, after)| (before, Some(after)))
}

fn split_authority(text: &str) -> (Option<&str>, &str) {
    let Some(rest) = text.strip_prefix("//") else { return (None, text) };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    (Some(authority), path)
}

/// RFC 3986 §2: only its characters, whole escapes, and no escaped control character.
pub(crate) fn check_characters(text: &str) -> Result<(), UriError> {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&b);
    if !text.bytes().all(allowed) {
        return Err(UriError::Character);
    }
    let mut escapes = text.split('%');
    escapes.next();
    for escape in escapes {
        let code = escape.get(..2).filter(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()));
        let code = code.and_then(|hex| u8::from_str_radix(hex, 16).ok());
        if code.is_none_or(|code| code.is_ascii_control()) {
            return Err(UriError::Escape);
        }
    }
    Ok(())
}

fn read_authority(authority: &str, is_web: bool) -> Result<(&str, Option<u16>), UriError> {
    if authority.contains('@') {
        return Err(UriError::UserInfo);
    }
    let host_ends = match authority.find(']') {
        Some(bracket) if authority.starts_with('[') => bracket + 1,
        _ => authority.find(':').unwrap_or(authority.len()),
    };
    let (host, rest) = authority.split_at(host_ends);
    let is_host = if is_web { is_web_host(host) } else { is_private_host(host) };
    if !is_host || host.len() > MAX_HOST_BYTES {
        return Err(UriError::Host);
    }
    match rest.strip_prefix(':') {
        Some(digits) => Ok((host, Some(read_port(digits).ok_or(UriError::Port)?))),
        None if rest.is_empty() => Ok((host, None)),
        None => Err(UriError::Host),
    }
}

/// A port from 1 to 65535 in decimal without leading zeros.
pub(crate) fn read_port(digits: &str) -> Option<u16> {
    let canonical = !digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit());
    canonical.then(|| digits.parse().ok()).flatten()
}

/// Lower-case letter-digit-hyphen labels, or a bracketed address; the comparison with [`Url`] does the rest.
fn is_web_host(host: &str) -> bool {
    let is_label = |label: &str| {
        let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        (1..=63).contains(&label.len())
            && label.bytes().all(allowed)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let is_address = |host: &str| host.starts_with('[') && host.ends_with(']');
    is_address(host) || host.split('.').all(is_label)
}

/// What an app calls a host in a scheme of its own: any unreserved characters, compared as text.
fn is_private_host(host: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    !host.is_empty() && host.bytes().all(allowed)
}

fn check_path(path: &str) -> Result<(), UriError> {
    let Some(segments) = path.strip_prefix('/') else {
        return if path.is_empty() { Ok(()) } else { Err(UriError::Path) };
    };
    let lower_case = segments.to_ascii_lowercase();
    let mut rest = segments;
    while let Some((segment, after)) = rest.split_once('/') {
        // `//` is an authority to some readers and nothing to others.
        if segment.is_empty() || is_dot_segment(segment) {
            return Err(UriError::Path);
        }
        rest = after;
    }
    if is_dot_segment(rest) || AMBIGUOUS_ESCAPES.iter().any(|escape| lower_case.contains(escape)) {
        return Err(UriError::Path);
    }
    Ok(())
}

/// `.` and `..`, also with the path parameters that servlet containers strip (`..;x`).
fn is_dot_segment(segment: &str) -> bool {
    matches!(split_at_first(segment, ';').0, "." | "..")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uri_is_taken_apart() {
        let uri = AbsoluteUri::read("https://rp.example:8443/a/b?x=1#top").unwrap();

        assert_eq!((uri.scheme, uri.host, uri.port), ("https", Some("rp.example"), Some(8443)));
        assert_eq!((uri.path, uri.query, uri.fragment), ("/a/b", Some("x=1"), Some("top")));
    }

    #[test]
    fn a_scheme_of_an_app_needs_no_authority() {
        let uri = AbsoluteUri::read("com.example.app:/cb").unwrap();

        assert_eq!((uri.scheme, uri.host, uri.path), ("com.example.app", None, "/cb"));
    }

    /// RFC 6749 §3.1.2: the query component is retained.
    #[test]
    fn parameters_join_a_query_that_is_there_already() {
        let one = [("code", "a b")];

        assert_eq!(with_parameters("https://rp.example/cb", &one), "https://rp.example/cb?code=a%20b");
        assert_eq!(with_parameters("https://rp.example/cb?", &one), "https://rp.example/cb?code=a%20b");
        assert_eq!(with_parameters("https://rp.example/cb?x=1", &one), "https://rp.example/cb?x=1&code=a%20b");
        assert_eq!(with_parameters("https://rp.example/cb?x=1&", &one), "https://rp.example/cb?x=1&code=a%20b");
        assert_eq!(with_parameters("https://rp.example", &[("a", "1"), ("b", "&")]), "https://rp.example?a=1&b=%26");
        assert_eq!(
            with_fragment("https://rp.example?x=1", &[("a", "1"), ("b", "#")]),
            "https://rp.example?x=1#a=1&b=%23"
        );
    }

    #[test]
    fn a_port_is_canonical_decimal() {
        assert_eq!(read_port("65535"), Some(65535));
        for bad in ["", "0", "080", "65536", "8o", "+80", "-1"] {
            assert_eq!(read_port(bad), None, "{bad}");
        }
    }
}
