//! Tests of key sets from strangers: what is taken, skipped and refused.

use serde_json::json;

use super::*;
use crate::base64url;

/// RFC 7515 appendix A.3.1.
fn p256() -> Value {
    json!({
        "kty": "EC", "crv": "P-256",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"
    })
}

/// RFC 7515 appendix A.4.1.
fn p521() -> Value {
    json!({
        "kty": "EC", "crv": "P-521",
        "x": "AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp5EOnYG_NjFZ6OvLFV1jSfS9tsz4qUxcWceqwQGk",
        "y": "ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-x3S1WDhjDly79ajL4Kkd0AZMaZmh9ubmf63e3kyMj2"
    })
}

/// RFC 8037 appendix A.2.
fn ed25519() -> Value {
    json!({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})
}

/// RFC 7638 §3.1.
fn rsa() -> Value {
    json!({
        "kty": "RSA", "e": "AQAB",
        "n": concat!(
            "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKR",
            "XjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAt",
            "aSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPks",
            "INHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
        )
    })
}

/// The key with members added or replaced.
fn with(mut key: Value, members: Value) -> Value {
    for (name, value) in members.as_object().unwrap() {
        key[name] = value.clone();
    }
    key
}

fn refusal(key: Value) -> Option<KeySetError> {
    KeySet::from_jwks(&json!({"keys": [key]})).err()
}

fn usable(key: Value) -> usize {
    KeySet::from_jwks(&json!({"keys": [key]})).ok().unwrap().len()
}

#[test]
fn public_keys_of_every_type_are_read() {
    for key in [p256(), p521(), ed25519(), rsa()] {
        assert_eq!(usable(key.clone()), 1, "{key}");
        assert_eq!(usable(with(key, json!({"use": "sig", "key_ops": ["verify"], "kid": "a", "x5c": ["MII"]}))), 1);
    }
}

/// RFC 7515 appendices A.3 and A.4, RFC 8037 appendix A.4: signatures made by others.
#[test]
fn the_signatures_of_the_specifications_verify() {
    let vectors = [
        (
            p256(),
            Algorithm::Es256,
            concat!(
                "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt",
                "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
            ),
            "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
        ),
        (
            p521(),
            Algorithm::Es512,
            "eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZA",
            concat!(
                "AdwMgeerwtHoh-l192l60hp9wAHZFVJbLfD_UxMi70cwnZOYaRI1bKPWROc-mZZqwqT2SI-KGDKB34XO0aw_7Xdt",
                "AG8GaSwFKdCAPZgoXD2YBJZCPEX3xKpRwcdOO8KpEHwJjyqOgzDO7iKvU8vcnwNrmxYbSW9ERBXukOXolLzeO_Jn"
            ),
        ),
        (
            ed25519(),
            Algorithm::EdDsa,
            "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc",
            "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg",
        ),
    ];

    for (key, algorithm, input, signature) in vectors {
        let keys = KeySet::from_jwks(&json!({"keys": [key]})).ok().unwrap();
        let key = keys.select(None, algorithm).ok().unwrap();
        let mut signature = base64url::decode(signature).unwrap();

        assert!(key.verifies(algorithm, input.as_bytes(), &signature), "{algorithm:?}");
        signature[20] ^= 1;
        assert!(!key.verifies(algorithm, input.as_bytes(), &signature), "{algorithm:?}");
    }
}

/// S-054: private and symmetric keys.
#[test]
fn private_and_symmetric_keys_are_refused() {
    for key in [
        json!({"kty": "oct", "k": "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ"}),
        json!({"kty": "oct"}),
        with(p256(), json!({"d": "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"})),
        with(ed25519(), json!({"d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"})),
        with(rsa(), json!({"d": "AQAB"})),
        with(rsa(), json!({"p": "AQAB"})),
        with(rsa(), json!({"oth": []})),
        with(p256(), json!({"use": "enc", "d": "AQAB"})),
        with(p256(), json!({"d": null})),
    ] {
        assert_eq!(refusal(key.clone()), Some(KeySetError::PrivateOrSymmetricKey), "{key}");
    }
}

/// S-054, OA-TK-3: RSA 1024, e = 1.
#[test]
fn weak_rsa_keys_are_refused() {
    let modulus = |length: usize, first: u8| {
        let mut bytes = vec![0xff; length];
        bytes[0] = first;
        base64url::encode(bytes)
    };
    for members in [
        json!({"n": modulus(128, 0xff)}),
        json!({"n": modulus(256, 0x7f)}),
        json!({"n": modulus(1025, 0xff)}),
        json!({"n": base64url::encode([0xfe; 256])}),
        json!({"e": "AQ"}),
        json!({"e": "Ag"}),
        json!({"e": "AQAA"}),
        json!({"e": base64url::encode([1; 9])}),
    ] {
        assert_eq!(refusal(with(rsa(), members.clone())), Some(KeySetError::WeakRsaKey), "{members}");
    }
}

/// S-054: a point off the curve.
#[test]
fn numbers_that_are_no_key_are_refused() {
    let moved = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a1";
    for key in [
        with(p256(), json!({"y": moved.replace("a1", "aw")})),
        with(p256(), json!({"y": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"})),
        with(p256(), json!({"x": base64url::encode([0; 32]), "y": base64url::encode([0; 32])})),
        with(p256(), json!({"x": base64url::encode([1; 31]), "y": base64url::encode([1; 33])})),
        with(p256(), json!({"crv": "P-384"})),
        with(ed25519(), json!({"x": base64url::encode([1; 31])})),
        with(rsa(), json!({"n": base64url::encode([0; 256])})),
    ] {
        assert_eq!(refusal(key.clone()), Some(KeySetError::InvalidKey), "{key}");
    }
}

/// RFC 7518 §6.2.1.2: a byte moved from y to x is still the same 64 bytes, but not a coordinate.
#[test]
fn coordinates_have_the_exact_length_of_the_curve() {
    let bytes = |name: &str| base64url::decode(p256()[name].as_str().unwrap()).unwrap();
    let point = [bytes("x"), bytes("y")].concat();
    let (x, y) = point.split_at(33);
    let moved = json!({"x": base64url::encode(x), "y": base64url::encode(y)});

    assert_eq!(refusal(with(p256(), moved)), Some(KeySetError::InvalidKey));
}

#[test]
fn members_of_a_wrong_type_or_encoding_are_refused() {
    for key in [
        json!("key"),
        json!({}),
        json!({"kty": 1}),
        with(p256(), json!({"kid": 1})),
        with(p256(), json!({"kid": "k".repeat(257)})),
        with(p256(), json!({"x": null})),
        with(p256(), json!({"x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU="})),
        with(p256(), json!({"alg": ["ES256"]})),
        with(rsa(), json!({"n": "not base64"})),
        json!({"kty": "RSA", "e": "AQAB"}),
    ] {
        assert_eq!(refusal(key.clone()), Some(KeySetError::MalformedKey), "{key}");
    }
}

/// S-052: `use` and `key_ops` that do not allow verifying.
#[test]
fn keys_for_other_uses_are_refused() {
    for members in [
        json!({"use": "tls"}),
        json!({"use": ""}),
        json!({"key_ops": ["sign"]}),
        json!({"key_ops": []}),
        json!({"key_ops": "verify"}),
        json!({"use": "sig", "key_ops": ["encrypt"]}),
    ] {
        assert_eq!(refusal(with(p256(), members.clone())), Some(KeySetError::NotForSignatures), "{members}");
    }
}

/// S-052: the key's own `alg` must be possible for it.
#[test]
fn an_algorithm_of_another_key_type_is_refused() {
    for key in [
        with(p256(), json!({"alg": "ES384"})),
        with(p256(), json!({"alg": "RS256"})),
        with(rsa(), json!({"alg": "ES256"})),
        with(ed25519(), json!({"alg": "ES256"})),
    ] {
        assert_eq!(refusal(key.clone()), Some(KeySetError::AlgorithmDoesNotFitKey), "{key}");
    }
}

#[test]
fn keys_for_encryption_and_of_unknown_kind_are_skipped() {
    for key in [
        with(rsa(), json!({"use": "enc"})),
        with(rsa(), json!({"alg": "RSA-OAEP"})),
        with(rsa(), json!({"alg": "HS256"})),
        with(p256(), json!({"crv": "secp256k1"})),
        json!({"kty": "OKP", "crv": "X25519", "x": "AA"}),
        json!({"kty": "OKP", "crv": "Ed448", "x": "AA"}),
        json!({"kty": "AKP", "pub": "AA"}),
    ] {
        assert_eq!(usable(key.clone()), 0, "{key}");
    }
}

/// S-054: 1000 keys.
#[test]
fn at_most_twenty_keys_are_read() {
    let set = |count: usize| json!({"keys": vec![ed25519(); count]});

    assert_eq!(KeySet::from_jwks(&set(20)).ok().unwrap().len(), 20);
    assert_eq!(KeySet::from_jwks(&set(21)).err(), Some(KeySetError::TooManyKeys));
    assert_eq!(KeySet::from_jwks(&set(1000)).err(), Some(KeySetError::TooManyKeys));
}

/// S-054: duplicate `kid`.
#[test]
fn a_repeated_key_id_is_refused() {
    let keys = json!({"keys": [with(p256(), json!({"kid": "a"})), with(ed25519(), json!({"kid": "a"}))]});

    assert_eq!(KeySet::from_jwks(&keys).err(), Some(KeySetError::DuplicateKeyId));
}

#[test]
fn what_is_not_a_set_is_refused() {
    for value in [json!(null), json!([]), json!({}), json!({"keys": {}}), p256()] {
        assert_eq!(KeySet::from_jwks(&value).err(), Some(KeySetError::NotAKeySet), "{value}");
    }
}

#[test]
fn a_key_is_chosen_by_its_id_only_if_it_fits_the_algorithm() {
    let keys = json!({"keys": [
        with(p256(), json!({"kid": "ec"})),
        with(rsa(), json!({"kid": "rsa", "alg": "PS256"})),
    ]});
    let keys = KeySet::from_jwks(&keys).ok().unwrap();

    assert!(keys.contains("ec"));
    assert!(!keys.contains("other"));
    assert!(keys.select(Some("ec"), Algorithm::Es256).is_ok());
    assert!(keys.select(Some("rsa"), Algorithm::Ps256).is_ok());
    for (key_id, algorithm, cause) in [
        ("rsa", Algorithm::Rs256, Rejection::AlgorithmDoesNotFitKey),
        ("ec", Algorithm::Ps256, Rejection::AlgorithmDoesNotFitKey),
        ("other", Algorithm::Es256, Rejection::KeyNotFound),
        ("", Algorithm::Es256, Rejection::KeyNotFound),
    ] {
        assert_eq!(keys.select(Some(key_id), algorithm).err(), Some(cause), "{key_id}");
    }
}

#[test]
fn without_an_id_only_a_single_fitting_key_is_chosen() {
    let one = KeySet::from_jwks(&json!({"keys": [p256(), ed25519()]})).ok().unwrap();
    let two = KeySet::from_jwks(&json!({"keys": [ed25519(), ed25519()]})).ok().unwrap();

    assert!(one.select(None, Algorithm::Es256).is_ok());
    assert_eq!(one.select(None, Algorithm::Rs256).err(), Some(Rejection::KeyNotFound));
    assert_eq!(two.select(None, Algorithm::EdDsa).err(), Some(Rejection::KeyAmbiguous));
    assert_eq!(two.select(Some("a"), Algorithm::EdDsa).err(), Some(Rejection::KeyNotFound));
}
