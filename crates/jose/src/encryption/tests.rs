//! Round trips with a stranger (`josekit` asked directly), and what a forger may try.

use josekit::jwe::{self, JweEncrypter, JweHeader};
use josekit::jwk::{Jwk, KeyPair, alg::ec::EcCurve, alg::ec::EcKeyPair, alg::rsa::RsaKeyPair};
use serde_json::json;

use super::*;
use crate::base64url;
use crate::key_set::KeySetError;
use crate::rejection::Rejection;

const MAX_BYTES: usize = 16 * 1024;

fn ours() -> DecryptionKeys {
    let key = |key_type| DecryptionKey::from_pkcs8(key_type, &DecryptionKey::generate(key_type).unwrap()).unwrap();
    DecryptionKeys::new(DecryptionKeyType::ALL.map(key).into())
}

fn recipients(keys: &DecryptionKeys) -> RecipientKeys {
    let published: Vec<_> = keys.iter().map(|key| key.public_jwk().clone()).collect();
    RecipientKeys::from_jwks(&json!({ "keys": published })).unwrap()
}

fn every_encryption() -> impl Iterator<Item = Encryption> {
    let pair = |key_management| ContentEncryption::ALL.map(|content| Encryption { key_management, content });
    KeyManagement::ALL.into_iter().flat_map(pair)
}

/// The key of ours for `algorithm`, as a stranger reads it from our JWK set.
fn stranger_for(keys: &DecryptionKeys, algorithm: KeyManagement) -> Box<dyn JweEncrypter> {
    let is_elliptic = algorithm.elliptic().is_some();
    let key = keys.iter().find(|key| (key.key_type() == DecryptionKeyType::Elliptic) == is_elliptic).unwrap();
    let jwk = Jwk::from_map(key.public_jwk().clone()).unwrap();
    match algorithm.elliptic() {
        Some(elliptic) => Box::new(elliptic.encrypter_from_jwk(&jwk).unwrap()),
        None => Box::new(jwe::RSA_OAEP_256.encrypter_from_jwk(&jwk).unwrap()),
    }
}

fn by_stranger(keys: &DecryptionKeys, encryption: Encryption, change: impl FnOnce(&mut JweHeader)) -> String {
    let mut header = JweHeader::new();
    header.set_content_encryption(encryption.content.name());
    change(&mut header);
    jwe::serialize_compact(b"a.b.c", &header, stranger_for(keys, encryption.key_management).as_ref()).unwrap()
}

fn header_of(token: &str) -> serde_json::Value {
    serde_json::from_slice(&base64url::decode(token.split('.').next().unwrap()).unwrap()).unwrap()
}

/// Puts another part in the place of the one at `index`.
fn with_part(token: &str, index: usize, part: &str) -> String {
    let mut parts: Vec<_> = token.split('.').collect();
    parts[index] = part;
    parts.join(".")
}

/// OC-47: every pair of algorithms, by us and by a stranger.
#[test]
fn what_is_encrypted_to_us_is_read() {
    let keys = ours();
    for encryption in every_encryption() {
        let own = recipients(&keys).encrypt(Content::SignedJwt("a.b.c"), encryption).unwrap();
        let strange = by_stranger(&keys, encryption, |_| {});

        assert_eq!(*keys.decrypt(&own, MAX_BYTES).unwrap(), b"a.b.c", "{encryption:?}");
        assert_eq!(*keys.decrypt(&strange, MAX_BYTES).unwrap(), b"a.b.c", "{encryption:?}");
        assert_eq!(claimed_encryption(&own, MAX_BYTES), Some(encryption));
    }
}

/// OIDC Core §10.2, RFC 7519 §5.2: the header names key, algorithms and that a signed token is inside.
#[test]
fn a_stranger_reads_what_we_encrypt() {
    for curve in [EcCurve::P256, EcCurve::P384, EcCurve::P521] {
        let mut pair = EcKeyPair::generate(curve).unwrap();
        pair.set_key_id(Some("theirs"));
        let jwks = json!({ "keys": [pair.to_jwk_public_key().as_ref()] });
        let encryption =
            Encryption { key_management: KeyManagement::EcdhEsA256Kw, content: ContentEncryption::A256Gcm };

        let keys = RecipientKeys::from_jwks(&jwks).unwrap();
        let token = keys.encrypt(Content::SignedJwt("a.b.c"), encryption).unwrap();
        let claims = keys.encrypt(Content::Claims(b"{}"), encryption).unwrap();

        let decrypter = jwe::ECDH_ES_A256KW.decrypter_from_jwk(&pair.to_jwk_key_pair()).unwrap();
        assert_eq!(jwe::deserialize_compact(&token, &decrypter).unwrap().0, b"a.b.c");
        let header = header_of(&token);
        assert_eq!(
            (&header["alg"], &header["enc"], &header["cty"], &header["kid"]),
            (&json!("ECDH-ES+A256KW"), &json!("A256GCM"), &json!("JWT"), &json!("theirs"))
        );
        assert_eq!(header_of(&claims).get("cty"), None);
    }
    let pair = RsaKeyPair::generate(2048).unwrap();
    let keys = RecipientKeys::from_jwks(&json!({ "keys": [pair.to_jwk_public_key().as_ref()] })).unwrap();
    let encryption = Encryption { key_management: KeyManagement::RsaOaep256, content: ContentEncryption::A128CbcHs256 };
    let token = keys.encrypt(Content::SignedJwt("a.b.c"), encryption).unwrap();
    let decrypter = jwe::RSA_OAEP_256.decrypter_from_jwk(&pair.to_jwk_key_pair()).unwrap();
    assert_eq!(jwe::deserialize_compact(&token, &decrypter).unwrap().0, b"a.b.c");
}

/// S-052: no RSA1_5 and nothing else outside the list, whatever key it is for.
#[test]
fn other_algorithms_are_refused() {
    let keys = ours();
    let good = by_stranger(
        &keys,
        Encryption { key_management: KeyManagement::EcdhEs, content: ContentEncryption::A128Gcm },
        |_| {},
    );
    for (member, value) in [
        ("alg", "RSA1_5"),
        ("alg", "RSA-OAEP"),
        ("alg", "dir"),
        ("alg", "A128KW"),
        ("alg", "PBES2-HS256+A128KW"),
        ("alg", "ecdh-es"),
        ("alg", "none"),
        ("enc", "A192GCM"),
        ("enc", "A256CBC-HS512"),
        ("enc", "none"),
    ] {
        let mut header = header_of(&good);
        header[member] = json!(value);
        let forged = with_part(&good, 0, &base64url::encode(header.to_string()));
        assert_eq!(keys.decrypt(&forged, MAX_BYTES).unwrap_err(), Rejection::AlgorithmNotAllowed, "{value}");
    }
}

/// S-053: nothing that inflates, extends, or brings a key.
#[test]
fn header_members_outside_the_list_are_refused() {
    let keys = ours();
    let encryption = Encryption { key_management: KeyManagement::EcdhEs, content: ContentEncryption::A128Gcm };
    let zipped = by_stranger(&keys, encryption, |header| header.set_compression("DEF"));
    assert_eq!(keys.decrypt(&zipped, MAX_BYTES).unwrap_err(), Rejection::HeaderMemberNotAllowed);

    let good = by_stranger(&keys, encryption, |_| {});
    for (member, value, rejection) in [
        ("crit", json!(["exp"]), Rejection::HeaderMemberNotAllowed),
        ("jku", json!("https://evil.example"), Rejection::HeaderMemberNotAllowed),
        ("jwk", json!({}), Rejection::HeaderMemberNotAllowed),
        ("p2c", json!(1), Rejection::HeaderMemberNotAllowed),
        ("kid", json!(["x"]), Rejection::MalformedHeader),
        ("kid", json!("unknown"), Rejection::KeyNotFound),
        ("epk", json!({"kty": "EC", "crv": "P-384", "x": "AA", "y": "AA"}), Rejection::KeyUnusable),
        ("epk", json!("x"), Rejection::KeyUnusable),
    ] {
        let mut header = header_of(&good);
        header[member] = value;
        let forged = with_part(&good, 0, &base64url::encode(header.to_string()));
        assert_eq!(keys.decrypt(&forged, MAX_BYTES).unwrap_err(), rejection, "{member}");
    }
}

/// RFC 7518 §4.6.1: a point that is not on the curve is no key (it would tell our key bit by bit).
#[test]
fn a_point_off_the_curve_is_refused() {
    let keys = ours();
    let encryption = Encryption { key_management: KeyManagement::EcdhEs, content: ContentEncryption::A128Gcm };
    let good = by_stranger(&keys, encryption, |_| {});
    let mut header = header_of(&good);
    header["epk"]["y"] = json!(base64url::encode([7; 32]));

    let forged = with_part(&good, 0, &base64url::encode(header.to_string()));

    assert_eq!(keys.decrypt(&forged, MAX_BYTES).unwrap_err(), Rejection::DecryptionFailed);
}

/// Parts of other lengths than the algorithms fix: `josekit` takes short tags and panics on short keys.
#[test]
fn parts_of_a_wrong_length_are_refused() {
    let keys = ours();
    for encryption in every_encryption() {
        let good = by_stranger(&keys, encryption, |_| {});
        let parts: Vec<_> = good.split('.').map(|part| base64url::decode(part).unwrap()).collect();
        for index in [2, 4] {
            let short = base64url::encode(&parts[index][1..]);
            for part in [short.as_str(), ""] {
                let forged = keys.decrypt(&with_part(&good, index, part), MAX_BYTES);
                assert_eq!(forged.unwrap_err(), Rejection::PartsDoNotFit, "{encryption:?} {index}");
            }
        }
        for key in ["AA", "AAAAAAAAAA"] {
            assert!(keys.decrypt(&with_part(&good, 1, key), MAX_BYTES).is_err(), "{encryption:?}");
        }
    }
}

/// RFC 7516 §11.5: whatever was changed, the answer is one.
#[test]
fn a_changed_token_is_refused() {
    let keys = ours();
    for encryption in every_encryption() {
        let good = by_stranger(&keys, encryption, |_| {});
        let parts: Vec<_> = good.split('.').map(|part| base64url::decode(part).unwrap()).collect();
        for (index, part) in parts.iter().enumerate().skip(1).filter(|(_, part)| !part.is_empty()) {
            let mut changed = part.clone();
            *changed.last_mut().unwrap() ^= 1;
            let forged = with_part(&good, index, &base64url::encode(changed));
            assert_eq!(
                keys.decrypt(&forged, MAX_BYTES).unwrap_err(),
                Rejection::DecryptionFailed,
                "{encryption:?} {index}"
            );
        }
        let renamed = by_stranger(&keys, encryption, |header| header.set_token_type("x"));
        let mixed = with_part(&good, 0, renamed.split('.').next().unwrap());
        assert_eq!(keys.decrypt(&mixed, MAX_BYTES).unwrap_err(), Rejection::DecryptionFailed);
    }
    assert_eq!(keys.decrypt(&"x".repeat(MAX_BYTES + 1), MAX_BYTES).unwrap_err(), Rejection::TooLarge);
    assert_eq!(keys.decrypt("a.b.c", MAX_BYTES).unwrap_err(), Rejection::NotFiveParts);
}

/// S-054: keys to encrypt to obey the rules of keys to verify with; those for signatures are left alone.
#[test]
fn only_good_encryption_keys_are_encrypted_to() {
    let pair = EcKeyPair::generate(EcCurve::P256).unwrap();
    let with = |members: serde_json::Value| {
        let mut jwk = json!(pair.to_jwk_public_key().as_ref());
        jwk.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        RecipientKeys::from_jwks(&json!({ "keys": [jwk] }))
    };
    let fits = |keys: RecipientKeys| keys.fit(KeyManagement::EcdhEs);

    assert!(with(json!({})).is_ok_and(fits));
    assert!(with(json!({"use": "enc", "alg": "ECDH-ES"})).is_ok_and(fits));
    for other in [json!({"use": "sig"}), json!({"alg": "ES256"}), json!({"alg": "ECDH-ES+A128KW"})] {
        assert!(!with(other).is_ok_and(fits));
    }
    assert_eq!(with(json!({"d": "AA"})).err(), Some(KeySetError::PrivateOrSymmetricKey));
    assert_eq!(with(json!({"y": base64url::encode([7; 32])})).err(), Some(KeySetError::InvalidKey));
    assert_eq!(with(json!({"x": base64url::encode([7; 31])})).err(), Some(KeySetError::InvalidKey));
}

/// OpenSSL loads what reads keys when it is first asked, and threads that ask at once must not see it half loaded.
#[test]
fn keys_are_read_on_many_threads_at_once() {
    let pkcs8 = DecryptionKeyType::ALL.map(|key_type| (key_type, DecryptionKey::generate(key_type).unwrap()));
    let barrier = std::sync::Barrier::new(16);

    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                barrier.wait();
                let keys = pkcs8.iter().map(|(key_type, pkcs8)| DecryptionKey::from_pkcs8(*key_type, pkcs8).unwrap());
                let keys = DecryptionKeys::new(keys.collect());
                for encryption in every_encryption() {
                    let token = recipients(&keys).encrypt(Content::SignedJwt("a.b.c"), encryption).unwrap();
                    assert_eq!(*keys.decrypt(&token, MAX_BYTES).unwrap(), b"a.b.c");
                }
            });
        }
    });
}
