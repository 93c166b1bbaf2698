//! Names and attributes of the cookies we set.
//!
//! Owns the names per tenant, the attributes and the reading back. Leaves what a value means, and how
//! long it lives, to the doors; values are random identifiers or words of ours, never data. Every cookie but the state cookie is
//! `HttpOnly; SameSite=Lax`, each has `Path=/` without `Domain`, and over https `Secure` with the `__Host-`
//! prefix. RFC 6265; DESIGN.md 1.2, 1.4; SECURITY.md rule 20.

use std::time::Duration;

use http::{HeaderMap, HeaderValue, header};

use crate::transport::Transport;

/// Bytes of a cookie value.
const MAX_VALUE_BYTES: usize = 1024;
/// Bytes of a tenant's slug: one DNS label.
const MAX_SLUG_BYTES: usize = 63;

/// What a cookie is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CookieKind {
    /// Binds journeys and sessions to the browser.
    Browser,
    /// Marks a device the account has used before; outlives sessions.
    Device,
    /// The language chosen on a page.
    Locale,
    /// What was done on the page before, for the next one to say.
    Notice,
    /// What a script in a frame compares to see whether the sign-in has changed (Session Management §3.2). The one cookie
    /// that scripts may read, in frames of other sites too.
    State,
}

/// How the cookies of one tenant are named and protected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CookiePolicy {
    transport: Transport,
    tenant_slug: Option<String>,
}

/// A tenant slug that cannot stand in a cookie name: 1 to 63 of `a-z 0-9 -` are allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the tenant slug cannot stand in a cookie name")]
pub struct InvalidTenantSlug;

/// A value with characters outside `A-Z a-z 0-9 - . _ ~`, an empty one, or one over 1024 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the value cannot stand in a cookie")]
pub struct InvalidCookieValue;

impl CookieKind {
    /// The underscore keeps these apart from every `portreeve-{slug}`, as slugs have none.
    fn base_name(self) -> &'static str {
        match self {
            Self::Browser => "portreeve",
            Self::Device => "portreeve_device",
            Self::Locale => "portreeve_locale",
            Self::Notice => "portreeve_notice",
            Self::State => "portreeve_state",
        }
    }
}

impl CookiePolicy {
    /// The policy of a tenant; `tenant_slug` is `None` for the tenant that has its host to itself.
    ///
    /// # Errors
    /// A slug of other characters than `a-z 0-9 -`, or not of 1 to 63 of them.
    pub fn new(transport: Transport, tenant_slug: Option<&str>) -> Result<Self, InvalidTenantSlug> {
        if tenant_slug.is_some_and(|slug| !is_slug(slug)) {
            return Err(InvalidTenantSlug);
        }
        Ok(Self { transport, tenant_slug: tenant_slug.map(str::to_owned) })
    }

    /// A `Set-Cookie` value. Without `max_age` the cookie ends with the browser session.
    ///
    /// # Errors
    /// A value that is not 1 to 1024 of `A-Z a-z 0-9 - . _ ~`.
    pub fn set(
        &self,
        kind: CookieKind,
        value: &str,
        max_age: Option<Duration>,
    ) -> Result<HeaderValue, InvalidCookieValue> {
        if !is_cookie_value(value) {
            return Err(InvalidCookieValue);
        }
        let lifetime = max_age.map_or_else(String::new, |age| format!("; Max-Age={}", age.as_secs()));
        let cookie = format!("{}={value}{lifetime}{}", self.name(kind), self.attributes(kind));
        HeaderValue::try_from(cookie).map_err(|_| InvalidCookieValue)
    }

    /// A `Set-Cookie` value that removes the cookie.
    ///
    /// # Errors
    /// None in practice; the signature is that of [`CookiePolicy::set`], so that doors treat both alike.
    pub fn clear(&self, kind: CookieKind) -> Result<HeaderValue, InvalidCookieValue> {
        let cookie = format!("{}=; Max-Age=0{}", self.name(kind), self.attributes(kind));
        HeaderValue::try_from(cookie).map_err(|_| InvalidCookieValue)
    }

    /// The value the browser sent.
    ///
    /// `None` if there is none, if it has characters we never set, and if the name occurs twice:
    /// then somebody else has planted one of them, and which one is unknown.
    pub fn read<'h>(&self, headers: &'h HeaderMap, kind: CookieKind) -> Option<&'h str> {
        let name = self.name(kind);
        let mut values = headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim_matches([' ', '\t']).split_once('='))
            .filter(|(sent_name, _)| *sent_name == name)
            .map(|(_, value)| value);
        let only = values.next()?;
        (values.next().is_none() && is_cookie_value(only)).then_some(only)
    }

    /// The name of a cookie, for the one script that reads it.
    pub fn name(&self, kind: CookieKind) -> String {
        let prefix = match self.transport {
            Transport::Https | Transport::LoopbackHttps => "__Host-",
            Transport::LoopbackHttp => "",
        };
        let base = kind.base_name();
        match &self.tenant_slug {
            Some(slug) => format!("{prefix}{base}-{slug}"),
            None => format!("{prefix}{base}"),
        }
    }

    fn attributes(&self, kind: CookieKind) -> &'static str {
        match (self.transport, kind) {
            (Transport::Https | Transport::LoopbackHttps, CookieKind::State) => "; Path=/; Secure; SameSite=None",
            // Without Secure there is no None: the frame works over https only.
            (Transport::LoopbackHttp, CookieKind::State) => "; Path=/; SameSite=Lax",
            (Transport::Https | Transport::LoopbackHttps, _) => "; Path=/; Secure; HttpOnly; SameSite=Lax",
            (Transport::LoopbackHttp, _) => "; Path=/; HttpOnly; SameSite=Lax",
        }
    }
}

fn is_slug(slug: &str) -> bool {
    (1..=MAX_SLUG_BYTES).contains(&slug.len())
        && slug.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
}

fn is_cookie_value(value: &str) -> bool {
    (1..=MAX_VALUE_BYTES).contains(&value.len())
        && value.bytes().all(|byte| matches!(byte, b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(transport: Transport, slug: Option<&str>) -> CookiePolicy {
        CookiePolicy::new(transport, slug).unwrap()
    }

    fn cookies(lines: &[&str]) -> HeaderMap {
        lines.iter().map(|line| (header::COOKIE, HeaderValue::from_str(line).unwrap())).collect()
    }

    /// S-095: `__Host-`, Secure, HttpOnly, SameSite=Lax, Path=/, no Domain.
    #[test]
    fn a_cookie_over_https_has_every_protection() {
        let cookie =
            policy(Transport::Https, None).set(CookieKind::Browser, "abc", Some(Duration::from_secs(60))).unwrap();

        assert_eq!(cookie, "__Host-portreeve=abc; Max-Age=60; Path=/; Secure; HttpOnly; SameSite=Lax");
    }

    #[test]
    fn a_cookie_over_loopback_http_has_neither_prefix_nor_secure() {
        let cookie = policy(Transport::LoopbackHttp, None).set(CookieKind::Device, "abc", None).unwrap();

        assert_eq!(cookie, "portreeve_device=abc; Path=/; HttpOnly; SameSite=Lax");
    }

    /// SM-03: the state cookie is for scripts, in frames too; every other one is not.
    #[test]
    fn only_the_state_cookie_is_for_scripts() {
        let set = |kind| policy(Transport::Https, None).set(kind, "abc", None).unwrap();

        assert_eq!(set(CookieKind::State), "__Host-portreeve_state=abc; Path=/; Secure; SameSite=None");
        for kind in [CookieKind::Browser, CookieKind::Device, CookieKind::Locale, CookieKind::Notice] {
            assert!(set(kind).to_str().unwrap().ends_with("; HttpOnly; SameSite=Lax"));
        }
    }

    #[test]
    fn a_cleared_cookie_expires_at_once_with_the_same_attributes() {
        let cookie = policy(Transport::Https, Some("acme")).clear(CookieKind::Browser).unwrap();

        assert_eq!(cookie, "__Host-portreeve-acme=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Lax");
    }

    #[test]
    fn tenants_on_one_host_never_share_a_name() {
        let tenants = [None, Some("device"), Some("locale"), Some("state"), Some("acme")];
        let kinds = [CookieKind::Browser, CookieKind::Device, CookieKind::Locale, CookieKind::State];

        let mut names: Vec<String> =
            tenants.iter().flat_map(|slug| kinds.map(|kind| policy(Transport::Https, *slug).name(kind))).collect();
        names.sort();
        names.dedup();

        assert_eq!(names.len(), tenants.len() * kinds.len());
    }

    #[test]
    fn a_cookie_is_found_among_others_and_over_several_lines() {
        let headers = cookies(&["a=1; __Host-portreeve-acme=two", "__Host-portreeve=one; b=2"]);

        let read = |slug| policy(Transport::Https, slug).read(&headers, CookieKind::Browser);

        assert_eq!(read(None), Some("one"));
        assert_eq!(read(Some("acme")), Some("two"));
        assert_eq!(read(Some("other")), None);
    }

    /// S-092: a planted second cookie of the same name must not be chosen.
    #[test]
    fn a_name_that_occurs_twice_is_ambiguous() {
        let https = policy(Transport::Https, None);

        let one_line = cookies(&["__Host-portreeve=a; __Host-portreeve=b"]);
        let two_lines = cookies(&["__Host-portreeve=a", "__Host-portreeve=a"]);

        assert_eq!(https.read(&one_line, CookieKind::Browser), None);
        assert_eq!(https.read(&two_lines, CookieKind::Browser), None);
    }

    #[test]
    fn values_that_we_never_set_are_neither_set_nor_read() {
        let https = policy(Transport::Https, None);
        for value in ["", "a b", "a,b", "\"a\"", "a\\b", "ä", &"x".repeat(1025)] {
            let set = https.set(CookieKind::Browser, value, None);
            assert_eq!(set, Err(InvalidCookieValue), "{value}");
        }
        let headers = cookies(&["__Host-portreeve=\"a\""]);

        assert_eq!(https.read(&headers, CookieKind::Browser), None);
    }

    #[test]
    fn a_slug_cannot_inject_attributes() {
        for slug in ["", "a; Domain=evil.example", "A", "a_b", "a=b"] {
            let refused = CookiePolicy::new(Transport::Https, Some(slug));
            assert_eq!(refused, Err(InvalidTenantSlug), "{slug}");
        }
    }
}
