//! Client certificates: what one says, and whose it is.
//!
//! Owns comparing a certificate with what a client registered: its subject (RFC 8705 §2.1), or the certificate itself
//! (§2.2). Leaves the handshake, and which authority issued a certificate, to `http-kit`. RFC 5280 §4.1, §4.2.1.6.

mod distinguished_name;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use portreeve_crypto::sha256;
use portreeve_domain::{ClientMetadata, Thumbprint, Timestamp};
use serde_json::Value;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::FromDer;

pub use distinguished_name::DistinguishedName;

/// The subject that a client of `tls_client_auth` is known by; exactly one is registered (RFC 8705 §2.1.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RegisteredSubject {
    /// `tls_client_auth_subject_dn`.
    Name(DistinguishedName),
    /// `tls_client_auth_san_dns`; compared without case.
    Dns(String),
    /// `tls_client_auth_san_uri`; compared as text.
    Uri(String),
    /// `tls_client_auth_san_ip`.
    Ip(IpAddr),
    /// `tls_client_auth_san_email`; compared as text.
    Email(String),
}

impl RegisteredSubject {
    /// Reads the subject of a registration.
    ///
    /// # Errors
    /// What is wrong: none, several, or one that no certificate can have.
    pub fn of(metadata: &ClientMetadata) -> Result<Self, &'static str> {
        let name = metadata.tls_client_auth_subject_dn.as_deref();
        let name = name.map(|text| {
            DistinguishedName::parse(text)
                .map(Self::Name)
                .ok_or("tls_client_auth_subject_dn is no distinguished name (RFC 4514)")
        });
        let ip = metadata.tls_client_auth_san_ip.as_deref();
        let ip = ip.map(|text| text.parse().map(Self::Ip).map_err(|_| "tls_client_auth_san_ip is no IP address"));
        let text = |text: &Option<String>, subject: fn(String) -> Self| {
            text.clone()
                .map(|text| if text.is_empty() { Err("a certificate's subject is empty") } else { Ok(subject(text)) })
        };
        let dns = text(&metadata.tls_client_auth_san_dns, |name| Self::Dns(name.to_ascii_lowercase()));
        let uri = text(&metadata.tls_client_auth_san_uri, Self::Uri);
        let email = text(&metadata.tls_client_auth_san_email, Self::Email);
        let mut given = [name, ip, dns, uri, email].into_iter().flatten();
        match (given.next(), given.next()) {
            (Some(subject), None) => subject,
            (None, _) => Err("tls_client_auth needs one subject member"),
            (Some(_), Some(_)) => Err("tls_client_auth takes one subject member only"),
        }
    }
}

/// The thumbprint of a certificate: `x5t#S256` (RFC 8705 §3.1).
pub fn thumbprint(der: &[u8]) -> Thumbprint {
    Thumbprint::from_bytes(*sha256(der).as_bytes())
}

/// Whether a certificate is of this moment and names `subject`. That an authority of ours issued it was found before.
pub fn names_subject(der: &[u8], subject: &RegisteredSubject, now: Timestamp) -> bool {
    let Some(certificate) = read(der, now) else { return false };
    if let RegisteredSubject::Name(name) = subject {
        return DistinguishedName::of(certificate.subject()).as_ref() == Some(name);
    }
    let Ok(Some(alternatives)) = certificate.subject_alternative_name() else { return false };
    alternatives.value.general_names.iter().any(|name| match (name, subject) {
        (GeneralName::DNSName(name), RegisteredSubject::Dns(wanted)) => name.eq_ignore_ascii_case(wanted),
        (GeneralName::URI(uri), RegisteredSubject::Uri(wanted)) => uri == wanted,
        (GeneralName::RFC822Name(email), RegisteredSubject::Email(wanted)) => email == wanted,
        (GeneralName::IPAddress(bytes), RegisteredSubject::Ip(wanted)) => address(bytes) == Some(*wanted),
        _ => false,
    })
}

/// Whether a certificate is of this moment and the first of an `x5c` in a client's key set (RFC 8705 §2.2.2).
pub fn is_registered(der: &[u8], jwks: &Value, now: Timestamp) -> bool {
    read(der, now).is_some() && registered(jwks).any(|known| known == der)
}

/// Whether a key set holds a certificate at all.
pub fn holds_certificate(jwks: &Value) -> bool {
    registered(jwks).any(|der| whole(&der).is_some())
}

/// The first certificate of each key, DER (RFC 7517 §4.7).
fn registered(jwks: &Value) -> impl Iterator<Item = Vec<u8>> {
    let keys = jwks.get("keys").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    keys.iter().filter_map(|key| STANDARD.decode(key.get("x5c")?.as_array()?.first()?.as_str()?).ok())
}

/// From when to when a certificate is good, by the second; `None` for what is no certificate. RFC 5280 §4.1.2.5.
pub fn validity(der: &[u8]) -> Option<(Timestamp, Timestamp)> {
    let (from, until) = times(&whole(der)?);
    Some((Timestamp::from_millis(from.saturating_mul(1000)), Timestamp::from_millis(until.saturating_mul(1000))))
}

/// A whole certificate whose time it is.
fn read(der: &[u8], now: Timestamp) -> Option<X509Certificate<'_>> {
    let certificate = whole(der)?;
    let (from, until) = times(&certificate);
    (from..=until).contains(&now.as_seconds()).then_some(certificate)
}

fn whole(der: &[u8]) -> Option<X509Certificate<'_>> {
    X509Certificate::from_der(der).ok().filter(|(rest, _)| rest.is_empty()).map(|(_, certificate)| certificate)
}

/// In seconds.
fn times(certificate: &X509Certificate<'_>) -> (i64, i64) {
    let validity = certificate.validity();
    (validity.not_before.timestamp(), validity.not_after.timestamp())
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    let four = || <[u8; 4]>::try_from(bytes).map(|bytes| IpAddr::V4(Ipv4Addr::from(bytes)));
    let sixteen = || <[u8; 16]>::try_from(bytes).map(|bytes| IpAddr::V6(Ipv6Addr::from(bytes)));
    four().or_else(|_| sixteen()).ok()
}

#[cfg(test)]
mod tests;
