//! What clients say of themselves.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use portreeve_domain::{ApplicationType, ClientId, ClientMetadata, ClientOrigin, Profile};
use portreeve_fuzz::{drive, mutations, text};
use portreeve_oidc::certificate::{self, DistinguishedName, RegisteredSubject};
use portreeve_oidc::client_logo::Picture;
use portreeve_oidc::client_registration::{Registrant, Sent};
use portreeve_oidc::{client_document, redirect_uri, registration};
use serde_json::{Value, json};

use crate::parties::now;

/// The metadata of a registration; the error code and description of one that is refused.
pub(crate) fn registered(body: &[u8], profile: Profile) -> Result<ClientMetadata, (&'static str, String)> {
    let registrant = Registrant { profile, origin: ClientOrigin::Anybody, registered: None };
    let read = Sent::read(body).and_then(|sent| sent.submitted(None)).and_then(|read| read.for_new_client(registrant));
    read.map_err(|refusal| (refusal.cause.code().as_str(), refusal.description()))
}

/// What holds of every client that nobody vouched for.
fn assert_harmless(metadata: &ClientMetadata, profile: Profile) {
    let is_good = |uri: &String| redirect_uri::validate(uri, metadata.application_type).is_ok();
    assert!(metadata.redirect_uris.iter().chain(&metadata.post_logout_redirect_uris).all(is_good));
    assert!(metadata.introspects.is_empty() && metadata.resources.is_empty() && metadata.exchanges.is_empty());
    assert!(metadata.may_act.is_none() && !metadata.first_party);
    let pages = [&metadata.client_uri, &metadata.policy_uri, &metadata.tos_uri, &metadata.logo_uri];
    assert!(pages.into_iter().flatten().all(|uri| uri.starts_with("http")));
    assert!(metadata.client_name.iter().all(|name| !name.chars().any(char::is_control)));
    // What is stored and read again obeys the same rules and is the same.
    assert_eq!(registration::check(metadata.clone(), profile).as_ref(), Ok(metadata));
    let stored = serde_json::to_string(metadata).unwrap();
    assert_eq!(serde_json::from_str::<ClientMetadata>(&stored).expect("what was written is read"), *metadata);
}

/// S-056: whatever is accepted could be registered again, and gives itself no right that only an operator gives.
#[test]
fn registrations() {
    drive("registration", |body| {
        let loose = registered(body, Profile::Oidc);
        let strict = registered(body, Profile::OAuth21);
        assert!(loose.is_ok() || strict.is_err(), "only the stricter profile takes it");
        let Ok(metadata) = strict else { return false };
        assert_harmless(&metadata, Profile::OAuth21);
        true
    });
}

/// CM-02, S-058: a published document describes its own address, holds no secret, and obeys the rules of a registration.
#[test]
fn client_documents() {
    let id = ClientId::parse("https://app.example/client.json").unwrap();
    drive("client_document", |body| {
        let Ok(metadata) = client_document::read(&id, body, Profile::OAuth21, None) else { return false };
        assert_harmless(&metadata, Profile::OAuth21);
        let plain: Value = serde_json::from_slice(body).expect("JSON");
        assert!(
            plain["client_id"] == id.as_str()
                && plain.get("client_secret").is_none_or(Value::is_null)
                && body.len() <= 5 * 1024
        );
        assert!(!metadata.token_endpoint_auth_method.has_secret());
        let other = ClientId::parse("https://other.example/client.json").unwrap();
        assert!(client_document::read(&other, body, Profile::OAuth21, None).is_err(), "it describes another client");
        assert!(
            metadata.application_type == ApplicationType::Web || metadata.application_type == ApplicationType::Native
        );
        true
    });
}

/// MT-02: a name is equal to its other spellings alone, and what is inside a value never makes another attribute of it.
#[test]
fn subject_names() {
    drive(
        "distinguished_name",
        text(|name| {
            let Some(read) = DistinguishedName::parse(name) else { return false };
            let spelt = |text: &str| DistinguishedName::parse(text).expect("another spelling");
            assert_eq!(spelt(&name.to_ascii_uppercase()), read, "{name:?}: case");
            assert_eq!(spelt(&format!(" {name} ")), read, "{name:?}: spaces");
            for longer in [format!("{name},CN=x"), format!("CN=x,{name}"), format!("{name}+CN=x")] {
                let longer = DistinguishedName::parse(&longer).expect("a longer name");
                assert_ne!(longer, read, "{name:?}: of another length");
            }
            assert_ne!(spelt(&format!("{name}x")), read, "{name:?}: another value");
            true
        }),
    );
}

/// S-145: a picture has the first bytes of its kind, and whatever comes behind its size is left to whoever draws it.
#[test]
fn pictures() {
    drive("picture", |bytes| {
        let Some(picture) = Picture::of(bytes) else { return false };
        let begins: &[u8] = if picture.media_type() == "image/png" { b"\x89PNG\r\n\x1a\n" } else { b"\xff\xd8\xff" };
        assert!(bytes.starts_with(begins));
        assert_eq!(Picture::of(&[bytes, b"<script>"].concat()), Some(picture));
        true
    });
}

/// MT-02, MT-03: whatever stands in the place of a certificate is read or not; what is registered is that certificate alone, and
/// subjects are compared however broken it is.
#[test]
fn certificates() {
    let der = rcgen::generate_simple_self_signed(["client.example".to_owned()]).unwrap().cert.der().to_vec();
    let jwks = json!({ "keys": [{ "kty": "EC", "x5c": [STANDARD.encode(&der)] }] });
    let subjects = [
        RegisteredSubject::Dns("client.example".to_owned()),
        RegisteredSubject::Name(DistinguishedName::parse("CN=rcgen self signed cert").unwrap()),
    ];
    assert!(certificate::is_registered(&der, &jwks, now()) && certificate::holds_certificate(&jwks));
    assert!(subjects.iter().all(|subject| certificate::names_subject(&der, subject, now())));

    for mutated in mutations(&der, 4000) {
        for subject in &subjects {
            // Who signed it is looked at before; here it must only be read without harm.
            let _ = certificate::names_subject(&mutated, subject, now());
        }
        let other = json!({ "keys": [{ "x5c": [STANDARD.encode(&mutated)] }] });
        let _ = certificate::holds_certificate(&other);
        assert!(mutated == der || !certificate::is_registered(&mutated, &jwks, now()), "another certificate");
    }
}
