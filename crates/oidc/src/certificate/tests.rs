//! Certificates made here, compared with registrations.

use rcgen::{CertificateParams, DnType, KeyPair, SanType, date_time_ymd};
use serde_json::json;

use super::*;

/// 2027-01-15.
const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

fn certificate() -> Vec<u8> {
    let mut params = CertificateParams::default();
    params.not_before = date_time_ymd(2026, 1, 1);
    params.not_after = date_time_ymd(2028, 1, 1);
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::OrganizationName, "Example Ltd.");
    params.distinguished_name.push(DnType::CommonName, "Client");
    params.subject_alt_names = vec![
        SanType::DnsName("client.example".try_into().unwrap()),
        SanType::URI("urn:example:client".try_into().unwrap()),
        SanType::Rfc822Name("client@example.com".try_into().unwrap()),
        SanType::IpAddress("192.0.2.7".parse().unwrap()),
        SanType::IpAddress("2001:db8::7".parse().unwrap()),
    ];
    params.self_signed(&KeyPair::generate().unwrap()).unwrap().der().to_vec()
}

fn registered(member: &str, value: &str) -> RegisteredSubject {
    let metadata: ClientMetadata = serde_json::from_value(json!({ member: value })).unwrap();
    RegisteredSubject::of(&metadata).unwrap()
}

/// MT-02: each kind of subject is matched as what it is.
#[test]
fn each_kind_of_subject_is_matched() {
    let der = certificate();
    for (member, good, bad) in [
        ("tls_client_auth_subject_dn", "CN=Client,O=Example Ltd.", "CN=Client"),
        ("tls_client_auth_subject_dn", "cn=client, o=example ltd.", "O=Example Ltd.,CN=Client"),
        ("tls_client_auth_san_dns", "CLIENT.example", "lient.example"),
        ("tls_client_auth_san_uri", "urn:example:client", "urn:example:CLIENT"),
        ("tls_client_auth_san_email", "client@example.com", "Client@example.com"),
        ("tls_client_auth_san_ip", "192.0.2.7", "192.0.2.8"),
        ("tls_client_auth_san_ip", "2001:db8:0::7", "2001:db8::8"),
        // Another kind of name with the same text is another subject.
        ("tls_client_auth_san_uri", "urn:example:client", "client.example"),
        ("tls_client_auth_san_dns", "client.example", "urn:example:client"),
    ] {
        assert!(names_subject(&der, &registered(member, good), NOW), "{member} {good}");
        assert!(!names_subject(&der, &registered(member, bad), NOW), "{member} {bad}");
    }
}

/// MT-02: exactly one subject is registered.
#[test]
fn exactly_one_subject_is_registered() {
    let of = |json: Value| RegisteredSubject::of(&serde_json::from_value(json).unwrap());

    assert!(of(json!({})).is_err());
    assert!(of(json!({"tls_client_auth_san_dns": "a", "tls_client_auth_san_uri": "urn:a"})).is_err());
    assert!(of(json!({"tls_client_auth_subject_dn": "a"})).is_err());
    assert!(of(json!({"tls_client_auth_san_ip": "192.0.2"})).is_err());
    assert!(of(json!({"tls_client_auth_san_email": ""})).is_err());
}

/// MT-03: a self-signed certificate is known by being registered, byte for byte.
#[test]
fn a_self_signed_certificate_is_the_registered_one() {
    let (one, other) = (certificate(), certificate());
    let jwks = json!({"keys": [{"kty": "EC", "x5c": [STANDARD.encode(&one), STANDARD.encode(&other)]}]});

    assert!(is_registered(&one, &jwks, NOW));
    assert!(!is_registered(&other, &jwks, NOW), "the second of a chain is not the client's");
    assert!(holds_certificate(&jwks));
    for without in
        [json!({}), json!({"keys": [{}]}), json!({"keys": [{"x5c": []}]}), json!({"keys": [{"x5c": ["AAAA"]}]})]
    {
        assert!(!holds_certificate(&without), "{without}");
    }
}

/// A certificate counts in its time only, and whole.
#[test]
fn a_certificate_counts_in_its_time() {
    let der = certificate();
    let subject = registered("tls_client_auth_san_dns", "client.example");
    let year = |year: i64| Timestamp::from_millis(1000 * 60 * 60 * 24 * 365 * (year - 1970));

    assert!(!names_subject(&der, &subject, year(2025)));
    assert!(!names_subject(&der, &subject, year(2030)));
    assert!(!names_subject(&[&der[..], b"x"].concat(), &subject, NOW));
    assert!(!names_subject(b"garbage", &subject, NOW));
}
