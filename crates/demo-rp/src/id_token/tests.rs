//! Negative tests of ID token verification, each beside the positive control it departs from by one thing.
//! Tokens are signed here with a fresh key; the rules and the `at_hash` example come from OpenID Connect.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::json;

use super::*;

const ISSUER: &str = "https://op.example";
const CLIENT: &str = "web";
const NONCE: &str = "n-0S6_WzA2Mj";
const NOW: i64 = 1_800_000_000;

/// A signer and the key set that its issuer would publish.
struct Issuer {
    key: EcdsaKeyPair,
    keys: KeySet,
}

impl Issuer {
    fn new() -> Self {
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        let point = key.public_key().as_ref().to_vec();
        let keys = KeySet::parse(&json!({"keys": [{
            "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": "k1",
            "x": URL_SAFE_NO_PAD.encode(&point[1..33]),
            "y": URL_SAFE_NO_PAD.encode(&point[33..65]),
        }]}))
        .unwrap();
        Self { key, keys }
    }

    fn sign(&self, header: &Value, claims: &Value) -> String {
        let message =
            format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims.to_string()));
        let signature = self.key.sign(&SystemRandom::new(), message.as_bytes()).unwrap();
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// Signs good claims with one member replaced; `Value::Null` removes it.
    fn token_with(&self, name: &str, value: Value) -> String {
        let mut claims = claims();
        let members = claims.as_object_mut().unwrap();
        if value.is_null() {
            members.remove(name);
        } else {
            members.insert(name.to_owned(), value);
        }
        self.sign(&header(), &claims)
    }

    fn verify(&self, token: &str) -> Result<VerifiedIdToken, IdTokenFault> {
        verify(token, &self.keys, &expectation())
    }

    fn fault_with(&self, name: &str, value: Value) -> Option<IdTokenFault> {
        self.verify(&self.token_with(name, value)).err()
    }
}

fn header() -> Value {
    json!({"alg": "ES256", "kid": "k1", "typ": "JWT"})
}

fn claims() -> Value {
    json!({"iss": ISSUER, "aud": CLIENT, "sub": "248289761001", "exp": NOW + 600, "iat": NOW, "nonce": NONCE})
}

fn expectation() -> Expectation<'static> {
    Expectation { issuer: ISSUER, client_id: CLIENT, nonce: Nonce::Exactly(NONCE), access_token: None, now: NOW }
}

#[test]
fn a_right_token_is_accepted_and_names_its_checks() {
    let issuer = Issuer::new();

    let verified = issuer.verify(&issuer.sign(&header(), &claims())).ok().unwrap();

    assert_eq!(verified.subject(), "248289761001");
    assert_eq!(verified.checks(), ["signature", "iss", "aud", "exp", "iat", "nonce"]);
}

#[test]
fn another_issuer_is_refused_even_by_one_slash() {
    let issuer = Issuer::new();

    for wrong in [json!("https://op.example/"), json!("https://evil.example"), json!(7), Value::Null] {
        assert_eq!(issuer.fault_with("iss", wrong), Some(IdTokenFault::Issuer));
    }
}

#[test]
fn another_audience_is_refused() {
    let issuer = Issuer::new();

    for wrong in [json!("other"), json!(["other"]), json!([]), Value::Null] {
        assert_eq!(issuer.fault_with("aud", wrong), Some(IdTokenFault::Audience));
    }
}

/// OpenID Connect Core §3.1.3.7 items 3 to 5.
#[test]
fn several_audiences_need_this_client_as_authorized_party() {
    let issuer = Issuer::new();
    let mut two = claims();
    two["aud"] = json!([CLIENT, "other"]);

    assert_eq!(issuer.verify(&issuer.sign(&header(), &two)).err(), Some(IdTokenFault::Audience));
    two["azp"] = json!("other");
    assert_eq!(issuer.verify(&issuer.sign(&header(), &two)).err(), Some(IdTokenFault::Audience));
    two["azp"] = json!(CLIENT);
    assert!(issuer.verify(&issuer.sign(&header(), &two)).is_ok());
}

#[test]
fn an_expired_token_is_refused_and_thirty_seconds_of_skew_are_allowed() {
    let issuer = Issuer::new();

    assert_eq!(issuer.fault_with("exp", json!(NOW - 30)), Some(IdTokenFault::Expired));
    assert_eq!(issuer.fault_with("exp", json!(NOW - 29)), None);
}

/// S-045: odd time claims are refused and nothing panics.
#[test]
fn a_time_that_is_no_integer_is_refused() {
    let issuer = Issuer::new();

    for odd in [json!("1900000000"), json!(1.9e9), json!(1e300), json!(u64::MAX), Value::Null] {
        assert_eq!(issuer.fault_with("exp", odd.clone()), Some(IdTokenFault::Expired));
        assert_eq!(issuer.fault_with("iat", odd), Some(IdTokenFault::IssuedAt));
    }
}

#[test]
fn a_token_issued_in_the_future_is_refused() {
    let issuer = Issuer::new();

    assert_eq!(issuer.fault_with("iat", json!(NOW + 31)), Some(IdTokenFault::IssuedAt));
    assert_eq!(issuer.fault_with("iat", json!(NOW + 30)), None);
}

#[test]
fn another_or_no_nonce_is_refused() {
    let issuer = Issuer::new();

    for wrong in [json!("n-0S6_WzA2Mk"), json!(""), Value::Null] {
        assert_eq!(issuer.fault_with("nonce", wrong), Some(IdTokenFault::Nonce));
    }
}

/// OpenID Connect Core §12.2: a refreshed token may leave the nonce out, but not change it.
#[test]
fn a_refreshed_token_has_no_nonce_or_the_same() {
    let issuer = Issuer::new();
    let verify_refreshed = |token: String| {
        let expectation = Expectation { nonce: Nonce::SameIfPresent(NONCE), ..expectation() };
        verify(&token, &issuer.keys, &expectation).err()
    };

    assert_eq!(verify_refreshed(issuer.token_with("nonce", Value::Null)), None);
    assert_eq!(verify_refreshed(issuer.token_with("nonce", json!(NONCE))), None);
    assert_eq!(verify_refreshed(issuer.token_with("nonce", json!("other"))), Some(IdTokenFault::Nonce));
}

/// S-044 in spirit: the algorithm is the client's list, not the token's wish.
#[test]
fn an_unsigned_token_and_other_algorithms_are_refused() {
    let issuer = Issuer::new();
    let payload = URL_SAFE_NO_PAD.encode(claims().to_string());

    for alg in ["none", "None", "HS256", "ES384", ""] {
        let header = URL_SAFE_NO_PAD.encode(json!({"alg": alg, "kid": "k1"}).to_string());
        assert_eq!(issuer.verify(&format!("{header}.{payload}.")).err(), Some(IdTokenFault::Algorithm), "{alg}");
    }
}

#[test]
fn a_signature_cut_off_is_refused() {
    let issuer = Issuer::new();
    let token = issuer.sign(&header(), &claims());
    let message = token.rsplit_once('.').unwrap().0;

    assert_eq!(issuer.verify(&format!("{message}.")).err(), Some(IdTokenFault::Signature));
}

#[test]
fn a_tampered_claim_is_refused() {
    let issuer = Issuer::new();
    let token = issuer.sign(&header(), &claims());
    let signature = token.rsplit_once('.').unwrap().1;
    let mut forged = claims();
    forged["sub"] = json!("somebody-else");
    let message =
        format!("{}.{}", URL_SAFE_NO_PAD.encode(header().to_string()), URL_SAFE_NO_PAD.encode(forged.to_string()));

    assert_eq!(issuer.verify(&format!("{message}.{signature}")).err(), Some(IdTokenFault::Signature));
}

#[test]
fn a_key_of_another_issuer_is_refused() {
    let (issuer, stranger) = (Issuer::new(), Issuer::new());

    let token = stranger.sign(&header(), &claims());

    assert_eq!(issuer.verify(&token).err(), Some(IdTokenFault::Signature));
}

#[test]
fn a_key_that_is_not_published_is_refused() {
    let issuer = Issuer::new();

    let token = issuer.sign(&json!({"alg": "ES256", "kid": "k2"}), &claims());

    assert_eq!(issuer.verify(&token).err(), Some(IdTokenFault::UnknownKey));
}

/// S-044: a logout token or an access token is no ID token.
#[test]
fn another_type_or_a_critical_header_is_refused() {
    let issuer = Issuer::new();

    for header in [
        json!({"alg": "ES256", "kid": "k1", "typ": "logout+jwt"}),
        json!({"alg": "ES256", "kid": "k1", "typ": "at+jwt"}),
        json!({"alg": "ES256", "kid": "k1", "typ": 1}),
        json!({"alg": "ES256", "kid": "k1", "crit": ["b64"], "b64": true}),
    ] {
        assert_eq!(issuer.verify(&issuer.sign(&header, &claims())).err(), Some(IdTokenFault::Header), "{header}");
    }
}

#[test]
fn a_subject_must_be_there_and_at_most_255_characters() {
    let issuer = Issuer::new();

    for wrong in [json!(""), json!("s".repeat(256)), json!(1), Value::Null] {
        assert_eq!(issuer.fault_with("sub", wrong), Some(IdTokenFault::Subject));
    }
}

/// OpenID Connect Core appendix A.3: this access token has this `at_hash` under a SHA-256 algorithm.
#[test]
fn the_access_token_hash_of_the_specification_fits_and_another_is_refused() {
    let hash = json!("77QmUPtjPfzWtF2AnpK9RQ");

    assert_eq!(check_access_token_hash(&hash, "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"), Ok(()));
    assert_eq!(check_access_token_hash(&hash, "another"), Err(IdTokenFault::AccessTokenHash));
    assert_eq!(check_access_token_hash(&json!(""), ""), Err(IdTokenFault::AccessTokenHash));
}

#[test]
fn the_access_token_hash_is_checked_when_the_token_has_one() {
    let issuer = Issuer::new();
    let token = issuer.token_with("at_hash", json!("77QmUPtjPfzWtF2AnpK9RQ"));
    let verify_with =
        |access_token| verify(&token, &issuer.keys, &Expectation { access_token: Some(access_token), ..expectation() });

    let fitting = verify_with("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y").ok().unwrap();

    assert!(fitting.checks().contains(&"at_hash"));
    assert_eq!(verify_with("another").err(), Some(IdTokenFault::AccessTokenHash));
}

#[test]
fn garbage_is_refused() {
    let issuer = Issuer::new();

    for garbage in ["", ".", "..", "a.b", "a.b.c", "e30.e30"] {
        assert!(issuer.verify(garbage).is_err(), "{garbage}");
    }
    assert_eq!(issuer.verify(&"a".repeat(MAX_BYTES + 1)).err(), Some(IdTokenFault::Malformed));
}
