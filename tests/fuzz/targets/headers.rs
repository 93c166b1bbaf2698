//! Request headers: credentials, cookies, addresses, wishes.

use std::net::{IpAddr, Ipv4Addr};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use portreeve_domain::UserAgent;
use portreeve_fuzz::{drive, text};
use portreeve_http_kit::client_address::{TrustedProxies, client_address};
use portreeve_http_kit::cookie::{CookieKind, CookiePolicy};
use portreeve_http_kit::locale::negotiate;
use portreeve_http_kit::transport::Transport;
use portreeve_oidc::Parameters;
use portreeve_oidc::bearer::{self, Places, Scheme};
use portreeve_oidc::client_authentication::Presented;

/// A proxy that is believed.
pub(crate) const PROXY: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));
pub(crate) const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// A map with one header; `None` for what no header can hold.
pub(crate) fn headers(name: HeaderName, value: &[u8]) -> Option<HeaderMap> {
    Some(HeaderMap::from_iter([(name, HeaderValue::from_bytes(value).ok()?)]))
}

fn basic(header: &[u8]) -> Option<(String, String)> {
    match Presented::from_request(&[header], None, &Parameters::default()).ok()? {
        Presented::Basic { client_id, secret } => Some((client_id.as_str().to_owned(), secret.expose().to_owned())),
        _ => panic!("a header is no parameter"),
    }
}

/// OA-09, S-050: identifier and secret, written as RFC 6749 §2.3.1 says, are read as the same.
#[test]
fn basic_credentials() {
    drive("basic", |header| {
        let Some((id, secret)) = basic(header) else { return false };
        let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let canonical = format!("Basic {}", STANDARD.encode(format!("{}:{}", encode(&id), encode(&secret))));
        assert_eq!(basic(canonical.as_bytes()), Some((id, secret)));
        true
    });
}

/// S-043: a token in a header is one word of RFC 6750 §2.1; one in the address is never taken.
#[test]
fn bearer_tokens() {
    drive("bearer", |header| {
        let places = Places { authorization: &[header], form: None, query: None };
        let Ok(Some(token)) = bearer::extract(&places) else { return false };
        let body = token.text.trim_end_matches('=');
        assert!(!body.is_empty() && body.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~+/".contains(&b)));
        let scheme = if token.scheme == Scheme::Dpop { "DPoP" } else { "Bearer" };
        let canonical = format!("{scheme} {}", token.text);
        let canonical = [canonical.as_bytes()];
        assert_eq!(bearer::extract(&Places { authorization: &canonical, ..places }), Ok(Some(token)));
        let twice = Places { authorization: &[header, header], ..places };
        assert!(bearer::extract(&twice).is_err(), "of two headers one was chosen");
        let query = format!("access_token={}", token.text);
        assert!(bearer::extract(&Places { query: Some(&query), ..places }).is_err(), "beside one in the address");
        true
    });
}

/// SECURITY 20: a cookie that is there twice is not there, and what is read could have been set.
#[test]
fn cookies() {
    let policy = CookiePolicy::new(Transport::Https, Some("acme")).unwrap();
    drive("cookie", |line| {
        let Some(mut sent) = headers(header::COOKIE, line) else { return false };
        let name = policy.name(CookieKind::Browser);
        let read = policy.read(&sent, CookieKind::Browser).map(str::to_owned);
        if let Some(value) = &read {
            assert!(policy.set(CookieKind::Browser, value, None).is_ok(), "{value:?} was never set");
            let text = std::str::from_utf8(line).unwrap();
            let named = text.split(';').filter(|pair| pair.trim().split('=').next() == Some(name.as_str())).count();
            assert_eq!(named, 1, "{text:?}");
            sent.append(header::COOKIE, HeaderValue::from_str(&format!("{name}=planted")).unwrap());
            assert_eq!(policy.read(&sent, CookieKind::Browser), None, "of two cookies one was chosen");
        }
        read.is_some()
    });
}

/// S-127: who is no proxy names nobody; and what a client writes itself, to the left, never becomes its address.
#[test]
fn forwarded_addresses() {
    let trusted = TrustedProxies::parse(["10.0.0.0/8", "fd00::/8"]).unwrap();
    let proxy = (PROXY, 443).into();
    drive("forwarded", |line| {
        let Some(mut sent) = headers(FORWARDED_FOR, line) else { return false };
        let stranger = "198.51.100.1:1".parse().unwrap();
        let seen = client_address(stranger, &sent, &trusted);
        assert_eq!(seen.ip, IpAddr::from([198, 51, 100, 1]));
        let seen = client_address(proxy, &sent, &trusted);
        // RFC 7239 is not read: a proxy that does not remove it lets clients write it.
        sent.insert(HeaderName::from_static("forwarded"), HeaderValue::from_static("for=203.0.113.99"));
        assert_eq!(client_address(proxy, &sent, &trusted), seen);
        if seen.ip == PROXY {
            return false;
        }
        let text = String::from_utf8_lossy(line);
        let with = |line: String| client_address(proxy, &headers(FORWARDED_FOR, line.as_bytes()).unwrap(), &trusted);
        assert_eq!(with(format!("{text}, 10.9.9.9")), seen, "one more proxy of ours");
        if !trusted.contains(seen.ip) {
            assert_eq!(with(format!("203.0.113.7, {text}")), seen, "the client wrote an address to the left");
            assert_eq!(with(format!("unreadable, {text}")), seen, "the client wrote what is no address");
        }
        true
    });
}

/// S-124: there is always an answer, it is one of those there are, and case does not matter.
#[test]
fn languages() {
    const AVAILABLE: [&str; 4] = ["en", "de", "de-AT", "zh-Hant"];
    drive(
        "accept_language",
        text(|header| {
            let answer = negotiate(&[], Some(header), &AVAILABLE);
            assert!(AVAILABLE.contains(&answer));
            assert_eq!(negotiate(&[], Some(&header.to_ascii_uppercase()), &AVAILABLE), answer);
            assert!(AVAILABLE.contains(&negotiate(&[header], None, &AVAILABLE)));
            answer != AVAILABLE[0]
        }),
    );
}

/// S-012: a browser is called by a name of our list, found in the first 512 bytes.
#[test]
fn user_agents() {
    drive(
        "user_agent",
        text(|header| {
            let read = UserAgent::parse(header);
            let is_word =
                |name: &String| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphabetic() || b == b' ');
            assert!(read.program.iter().chain(&read.system).all(is_word), "{read:?}");
            let end = (0..=header.len().min(512)).rfind(|&end| header.is_char_boundary(end)).unwrap_or_default();
            assert_eq!(UserAgent::parse(&header[..end]), read, "more than 512 bytes were looked at");
            read != UserAgent::default()
        }),
    );
}
