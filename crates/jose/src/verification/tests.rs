//! Tests of verification: every rejection by its cause.

use josekit::jws::{self, JwsSigner};
use serde_json::json;

use super::*;
use crate::base64url;
use crate::testing::Stranger;

mod claims;

const NOW: i64 = 1_700_000_000;
const HEADER: &str = r#"{"alg":"ES256","kid":"k1","typ":"JWT"}"#;

fn expected() -> Expected<'static> {
    Expected {
        typ: TypRule::Exactly(&["JWT"]),
        algorithms: &[Algorithm::Es256],
        issuer: Some("client"),
        audience: AudienceRule::AnyOf(&["https://op.example"]),
        required: &[],
        now_seconds: NOW,
        skew_seconds: 30,
        expiry: Expiry::Required,
        max_bytes: 16 * 1024,
    }
}

/// Good claims with members replaced, or removed by null.
fn claims(changes: Value) -> String {
    let mut claims = json!({
        "iss": "client", "sub": "client", "aud": "https://op.example",
        "exp": NOW + 60, "iat": NOW, "jti": "1"
    });
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(name);
        } else {
            claims[name] = value.clone();
        }
    }
    claims.to_string()
}

/// The outcome for a token whose signature is good.
fn outcome(header: &str, claims: &str, expected: &Expected<'_>) -> Result<VerifiedClaims, Rejection> {
    let stranger = Stranger::new(Algorithm::Es256);
    verify(&stranger.sign(header, claims), expected, &stranger.keys())
}

fn rejection(claims: &str) -> Option<Rejection> {
    outcome(HEADER, claims, &expected()).err()
}

fn rejection_of_header(header: &str) -> Option<Rejection> {
    outcome(header, &claims(json!({})), &expected()).err()
}

#[test]
fn a_good_token_gives_its_claims() {
    let claims = outcome(HEADER, &claims(json!({"n": 5, "f": 1.5})), &expected());

    let claims = claims.ok().unwrap();
    assert_eq!(claims.str("sub"), Some("client"));
    assert_eq!(claims.int("exp"), Some(NOW + 60));
    assert_eq!(claims.int("f"), None);
    assert_eq!(claims.str("n"), None);
    assert_eq!(claims.get("n"), Some(&json!(5)));
    assert_eq!(claims.audiences(), ["https://op.example"]);
    assert_eq!(claims.key_id(), Some("k1"));
    assert_eq!(claims.typ(), Some("JWT"));
}

#[test]
fn what_another_library_signs_verifies_with_every_algorithm() {
    for algorithm in Algorithm::ALL {
        let stranger = Stranger::new(algorithm);
        let header = format!(r#"{{"alg":"{}","kid":"k1","typ":"JWT"}}"#, algorithm.name());
        let algorithms = [algorithm];
        let expected = Expected { algorithms: &algorithms, ..expected() };

        let token = stranger.sign(&header, &claims(json!({})));

        let outcome = verify(&token, &expected, &stranger.keys());
        assert_eq!(outcome.err(), None, "{algorithm:?}");
    }
}

/// S-052: `none` in any spelling, HMAC, and algorithms outside the list.
#[test]
fn algorithms_outside_the_list_are_refused() {
    for alg in ["none", "NoNe", "", "HS256", "ES384", "RS256", "EdDSA", "es256"] {
        assert_eq!(
            rejection_of_header(&format!(r#"{{"alg":"{alg}","kid":"k1","typ":"JWT"}}"#)),
            Some(Rejection::AlgorithmNotAllowed),
            "{alg}"
        );
    }
    assert_eq!(rejection_of_header(r#"{"kid":"k1","typ":"JWT"}"#), Some(Rejection::AlgorithmNotAllowed));
}

/// S-052: HS256 keyed with the text of the public key.
#[test]
fn a_public_key_is_never_an_hmac_secret() {
    let stranger = Stranger::new(Algorithm::Rs256);
    let signer = jws::HS256.signer_from_bytes(stranger.jwk.to_string().as_bytes()).unwrap();
    let input = format!(
        "{}.{}",
        base64url::encode(r#"{"alg":"HS256","kid":"k1","typ":"JWT"}"#),
        base64url::encode(claims(json!({})))
    );
    let token = format!("{input}.{}", base64url::encode(signer.sign(input.as_bytes()).unwrap()));

    let outcome = verify(&token, &Expected { algorithms: &Algorithm::ALL, ..expected() }, &stranger.keys());

    assert_eq!(outcome.err(), Some(Rejection::AlgorithmNotAllowed));
}

/// S-052: signatures of zeros, of the curve order, empty, short and long.
#[test]
fn made_up_signatures_do_not_verify() {
    let stranger = Stranger::new(Algorithm::Es256);
    let token = stranger.sign(HEADER, &claims(json!({})));
    let (input, good) = token.rsplit_once('.').unwrap();
    let good = base64url::decode(good).unwrap();
    let order = [
        0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad,
        0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
    ];

    for signature in [
        vec![0; 64],
        [[0; 32], order].concat(),
        [order, order].concat(),
        [&good[..32], &[0; 32]].concat(),
        vec![0],
        good[..63].to_vec(),
        [good.as_slice(), &[0]].concat(),
    ] {
        let forged = format!("{input}.{}", base64url::encode(&signature));
        let outcome = verify(&forged, &expected(), &stranger.keys());
        assert_eq!(outcome.err(), Some(Rejection::SignatureInvalid), "{signature:?}");
    }
    assert!(verify(&token, &expected(), &stranger.keys()).is_ok());
}

/// S-052: an RS256 signature offered as PS256 and the reverse, with one key for both.
#[test]
fn an_rs256_signature_is_not_a_ps256_signature() {
    for (signed, claimed) in [(Algorithm::Rs256, "PS256"), (Algorithm::Ps256, "RS256")] {
        let stranger = Stranger::new(signed);
        let header = format!(r#"{{"alg":"{claimed}","kid":"k1","typ":"JWT"}}"#);
        let token = stranger.sign(&header, &claims(json!({})));
        let expected = Expected { algorithms: &Algorithm::ALL, ..expected() };

        let outcome = verify(&token, &expected, &stranger.keys());

        assert_eq!(outcome.err(), Some(Rejection::SignatureInvalid), "{claimed}");
    }
}

/// S-028: another client's key of the same id.
#[test]
fn a_token_signed_with_another_owners_key_does_not_verify() {
    let token = Stranger::new(Algorithm::Es256).sign(HEADER, &claims(json!({})));
    let other = Stranger::new(Algorithm::Es256);

    let outcome = verify(&token, &expected(), &other.keys());

    assert_eq!(outcome.err(), Some(Rejection::SignatureInvalid));
}

#[test]
fn changed_claims_do_not_verify() {
    let stranger = Stranger::new(Algorithm::Es256);
    let token = stranger.sign(HEADER, &claims(json!({})));
    let parts: Vec<&str> = token.split('.').collect();
    let other = base64url::encode(claims(json!({"sub": "admin"})));

    let outcome = verify(&format!("{}.{other}.{}", parts[0], parts[2]), &expected(), &stranger.keys());

    assert_eq!(outcome.err(), Some(Rejection::SignatureInvalid));
}

/// S-053: hostile key ids select nothing.
#[test]
fn hostile_key_ids_find_no_key() {
    let long = "k".repeat(8 * 1024);
    for key_id in ["../../etc/passwd", "' OR 1=1 --", "k1\\u0000", "K1", "", &long] {
        let header = format!(r#"{{"alg":"ES256","kid":"{key_id}","typ":"JWT"}}"#);
        assert_eq!(rejection_of_header(&header), Some(Rejection::KeyNotFound), "{key_id}");
    }
}

/// S-053: 64 KiB of key id is over the limit for the token.
#[test]
fn a_token_over_the_limit_is_not_read() {
    let header = format!(r#"{{"alg":"ES256","kid":"{}","typ":"JWT"}}"#, "k".repeat(64 * 1024));

    assert_eq!(rejection_of_header(&header), Some(Rejection::TooLarge));
}

/// S-053: nothing in the header brings or names a key elsewhere, also under a good signature.
#[test]
fn header_members_outside_the_list_are_refused() {
    for member in [
        r#""jku":"https://evil.example/jwks""#,
        r#""x5u":"https://evil.example/cert""#,
        r#""jwk":{}"#,
        r#""x5c":[]"#,
        r#""zip":"DEF""#,
        r#""crit":["exp"]"#,
        r#""b64":true"#,
        r#""x":"y""#,
    ] {
        assert_eq!(
            rejection_of_header(&format!(r#"{{"alg":"ES256","kid":"k1","typ":"JWT",{member}}}"#)),
            Some(Rejection::HeaderMemberNotAllowed),
            "{member}"
        );
    }
}

/// S-053: duplicate keys in header and claims.
#[test]
fn repeated_members_are_refused_under_a_good_signature() {
    let repeated = claims(json!({})).replacen('{', r#"{"sub":"admin","#, 1);

    assert_eq!(rejection(&repeated), Some(Rejection::DuplicateMember));
    assert_eq!(
        rejection_of_header(r#"{"alg":"none","alg":"ES256","kid":"k1","typ":"JWT"}"#),
        Some(Rejection::DuplicateMember)
    );
}

#[test]
fn claims_that_are_no_object_are_refused() {
    for claims in ["[]", "null", "text", "1", "{"] {
        assert_eq!(rejection(claims), Some(Rejection::MalformedClaims), "{claims}");
    }
}

/// S-044: tokens of one type are not taken for another.
#[test]
fn another_type_is_refused() {
    for header in [
        r#"{"alg":"ES256","kid":"k1"}"#,
        r#"{"alg":"ES256","kid":"k1","typ":""}"#,
        r#"{"alg":"ES256","kid":"k1","typ":"at+jwt"}"#,
        r#"{"alg":"ES256","kid":"k1","typ":"logout+jwt"}"#,
        r#"{"alg":"ES256","kid":"k1","typ":"application/application/JWT"}"#,
    ] {
        assert_eq!(rejection_of_header(header), Some(Rejection::TypNotExpected), "{header}");
    }
}

/// RFC 7515 §4.1.9: a media type has no case, and `application/` may be left out.
#[test]
fn the_type_is_compared_as_a_media_type() {
    for typ in ["JWT", "jwt", "application/jwt", "Application/JWT"] {
        let header = format!(r#"{{"alg":"ES256","kid":"k1","typ":"{typ}"}}"#);
        assert_eq!(rejection_of_header(&header), None, "{typ}");
    }
}

#[test]
fn a_missing_type_is_accepted_only_where_the_caller_says_so() {
    let lenient = Expected { typ: TypRule::AbsentOr(&["JWT"]), ..expected() };
    let claims = claims(json!({}));

    assert!(outcome(r#"{"alg":"ES256","kid":"k1"}"#, &claims, &lenient).is_ok());
    assert!(outcome(HEADER, &claims, &lenient).is_ok());
    let other = outcome(r#"{"alg":"ES256","kid":"k1","typ":"at+jwt"}"#, &claims, &lenient);
    assert_eq!(other.err(), Some(Rejection::TypNotExpected));
}

#[test]
fn without_a_key_id_the_only_fitting_key_verifies() {
    let header = r#"{"alg":"ES256","typ":"JWT"}"#;
    let stranger = Stranger::new(Algorithm::Es256);
    let other = Stranger::new(Algorithm::Es256);
    let mut other_jwk = other.jwk.clone();
    other_jwk["kid"] = json!("k2");
    let both = KeySet::from_jwks(&json!({"keys": [stranger.jwk, other_jwk]})).ok().unwrap();

    let token = stranger.sign(header, &claims(json!({})));

    assert!(verify(&token, &expected(), &stranger.keys()).is_ok());
    assert_eq!(verify(&token, &expected(), &both).err(), Some(Rejection::KeyAmbiguous));
}
