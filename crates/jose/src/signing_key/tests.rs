//! Tests of signing keys: RFC vectors, and josekit as an independent verifier.

use josekit::jws::{self, JwsVerifier};
use serde_json::json;

use super::*;
use crate::key_set::KeySet;
use crate::verification::{AudienceRule, Expected, Expiry, TypRule, verify};

const ISSUED: [Algorithm; 4] = [Algorithm::Es256, Algorithm::EdDsa, Algorithm::Ps256, Algorithm::Rs256];
const CLAIMS: &str = r#"{"iss":"https://op.example","aud":"rs","exp":1000}"#;

/// The Ed25519 key of RFC 8037 appendix A.1 in PKCS#8 (RFC 8410 §7).
const RFC_8037_SEED: &str = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";

fn new_key(algorithm: Algorithm) -> SigningKey {
    let generated = SigningKey::generate(algorithm).unwrap();
    SigningKey::from_pkcs8(algorithm, &generated.pkcs8).ok().unwrap()
}

fn rfc_8037_key() -> SigningKey {
    let mut pkcs8 =
        vec![0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
    pkcs8.extend(base64url::decode(RFC_8037_SEED).unwrap());
    SigningKey::from_pkcs8(Algorithm::EdDsa, &pkcs8).ok().unwrap()
}

fn expected(algorithms: &[Algorithm]) -> Expected<'_> {
    Expected {
        typ: TypRule::Exactly(&["at+jwt"]),
        algorithms,
        issuer: Some("https://op.example"),
        audience: AudienceRule::AnyOf(&["rs"]),
        required: &[],
        now_seconds: 900,
        skew_seconds: 0,
        expiry: Expiry::Required,
        max_bytes: 4096,
    }
}

#[test]
fn what_we_sign_another_library_verifies_from_our_jwk() {
    for algorithm in ISSUED {
        let key = new_key(algorithm);
        let keys = KeySet::from_signing_keys([&key]).ok().unwrap();

        let token = key.sign("at+jwt", CLAIMS.as_bytes()).unwrap();
        let claims = verify(&token, &expected(&[algorithm]), &keys);

        let claims = claims.unwrap_or_else(|cause| panic!("{algorithm:?}: {cause}"));
        assert_eq!(claims.str("iss"), Some("https://op.example"));
        assert_eq!(claims.key_id(), Some(key.kid()));
    }
}

/// Without PS256: josekit 0.10 reads PEM for PSS only with the key type id-RSASSA-PSS, which few
/// gateways understand; ours says rsaEncryption for both.
#[test]
fn what_we_sign_another_library_verifies_from_our_pem() {
    for algorithm in [Algorithm::Es256, Algorithm::EdDsa, Algorithm::Rs256] {
        let key = new_key(algorithm);
        let pem = key.public_pem();
        let verifier: Box<dyn JwsVerifier> = match algorithm {
            Algorithm::Es256 => Box::new(jws::ES256.verifier_from_pem(&pem).unwrap()),
            Algorithm::EdDsa => Box::new(jws::EdDSA.verifier_from_pem(&pem).unwrap()),
            _ => Box::new(jws::RS256.verifier_from_pem(&pem).unwrap()),
        };

        let token = key.sign("JWT", CLAIMS.as_bytes()).unwrap();
        let (input, signature) = token.rsplit_once('.').unwrap();

        let signature = base64url::decode(signature).unwrap();
        assert!(verifier.verify(input.as_bytes(), &signature).is_ok(), "{algorithm:?}");
    }
}

#[test]
fn the_header_is_algorithm_key_id_and_type() {
    let key = new_key(Algorithm::Es256);

    let token = key.sign("logout+jwt", b"{}").unwrap();
    let header = base64url::decode(token.split('.').next().unwrap()).unwrap();

    let header: Value = serde_json::from_slice(&header).unwrap();
    assert_eq!(header, json!({"alg": "ES256", "kid": key.kid(), "typ": "logout+jwt"}));
}

/// RFC 7518 §3.4: an ES256 signature is 64 bytes, whatever leading zeros R and S have.
#[test]
fn es256_signatures_always_have_64_bytes() {
    let key = new_key(Algorithm::Es256);

    for number in 0..300 {
        let token = key.sign("JWT", number.to_string().as_bytes()).unwrap();
        let signature = base64url::decode(token.rsplit('.').next().unwrap()).unwrap();
        assert_eq!(signature.len(), 64);
    }
}

/// RFC 8037 appendix A.4: Ed25519 is deterministic, so the signature is known.
#[test]
fn the_ed25519_signature_of_rfc_8037_comes_out() {
    let key = rfc_8037_key();
    let input = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";

    let signature = key.private.sign(input.as_bytes()).unwrap();

    assert_eq!(
        base64url::encode(signature),
        "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
    );
}

/// RFC 8037 appendix A.2 and A.3.
#[test]
fn the_public_jwk_of_rfc_8037_comes_out() {
    let jwk = Value::Object(rfc_8037_key().public_jwk());

    assert_eq!(
        jwk,
        json!({
            "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA",
            "kid": "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
            "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
        })
    );
}

/// SECURITY rule 12: what is published has no private member, whatever the type.
#[test]
fn the_public_jwk_has_public_members_only() {
    for (algorithm, members) in [
        (Algorithm::Es256, "alg crv kid kty use x y"),
        (Algorithm::EdDsa, "alg crv kid kty use x"),
        (Algorithm::Ps256, "alg e kid kty n use"),
        (Algorithm::Rs256, "alg e kid kty n use"),
    ] {
        let jwk = new_key(algorithm).public_jwk();
        let mut names: Vec<_> = jwk.keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names.join(" "), members);
    }
}

/// OA-ID-15: no smaller RSA key is made.
#[test]
fn rsa_keys_have_2048_bits_and_the_usual_exponent() {
    let jwk = new_key(Algorithm::Rs256).public_jwk();

    let modulus = base64url::decode(jwk["n"].as_str().unwrap()).unwrap();
    assert_eq!(modulus.len(), 256);
    assert!(modulus[0] >= 0x80);
    assert_eq!(jwk["e"], "AQAB");
}

/// SECURITY rule 12: ES256, EdDSA, PS256, RS256 only.
#[test]
fn other_algorithms_are_not_issued() {
    for algorithm in Algorithm::ALL {
        if !ISSUED.contains(&algorithm) {
            let refused = Some(SigningError::AlgorithmNotIssued(algorithm));
            assert_eq!(SigningKey::generate(algorithm).err(), refused);
            assert_eq!(SigningKey::from_pkcs8(algorithm, &[]).err(), refused);
        }
    }
}

#[test]
fn a_key_of_another_type_is_refused() {
    let ec = SigningKey::generate(Algorithm::Es256).unwrap();
    let okp = SigningKey::generate(Algorithm::EdDsa).unwrap();

    for (algorithm, pkcs8) in [
        (Algorithm::EdDsa, ec.pkcs8.as_slice()),
        (Algorithm::Rs256, ec.pkcs8.as_slice()),
        (Algorithm::Es256, okp.pkcs8.as_slice()),
        (Algorithm::Es256, b"garbage".as_slice()),
        (Algorithm::Ps256, b"".as_slice()),
    ] {
        let refused = SigningKey::from_pkcs8(algorithm, pkcs8).err();
        assert_eq!(refused, Some(SigningError::KeyRejected), "{algorithm:?}");
    }
}

#[test]
fn a_type_that_needs_escaping_is_refused() {
    let key = rfc_8037_key();

    for typ in ["", "a\"b", "a b", "a\\b", "ä", "a\n"] {
        assert_eq!(key.sign(typ, b"{}"), Err(SigningError::TypMalformed), "{typ}");
    }
}

#[test]
fn a_signing_key_is_shared_between_threads() {
    fn is_shared<T: Send + Sync>() {}

    is_shared::<SigningKey>();
    is_shared::<KeySet>();
}
