//! Login hint tokens: the word of a trusted issuer on whom a back-channel request is about.
//!
//! CIBA Core leaves their form to deployments. Here it is a JWT of an issuer that the operator trusts for the client, about a
//! subject that an operator linked to a person: the same people as in its assertions (RFC 7523), and no address. Its type sets it
//! apart from those: a hint lets a client ask, and an assertion is the answer. A hint may be used again while it holds.
//! Leaves the issuer's keys and which person is meant to `issuer`. CIBA Core §7.1, §13; SECURITY rules 11, 29.

use portreeve_domain::{Lifetime, Timestamp, lifetimes};
use portreeve_jose::{Algorithm, AudienceRule, Expected, Expiry, KeySet, Rejection, TypRule, VerifiedClaims, verify};

use crate::jwt_assertion::MAX_BYTES;
use crate::{Cause, Refusal};

/// The type of such a token; nothing else has it.
const TYPE: &str = "login-hint+jwt";
/// How far ahead it may expire.
const LONGEST: Lifetime = Lifetime::from_hours(1);
/// How long `sub` may be, in characters.
const MAX_SUBJECT_CHARS: usize = 255;

/// From whom a token must be, for whom, and when.
#[derive(Clone, Copy, Debug)]
pub struct Expectation<'a> {
    /// `iss`, exactly.
    pub trusted: &'a str,
    /// The issuer, our name in `aud`.
    pub issuer: &'a str,
    /// What it may be signed with.
    pub algorithms: &'a [Algorithm],
    /// The time now.
    pub now: Timestamp,
}

/// Verifies a token with the keys of the issuer that it must be from, and returns its `sub`: 1 to 255 characters.
///
/// `iss`, `sub`, `aud` and `exp` are required; the audience is this server alone; `exp` lies at most an hour ahead. Clocks may
/// differ by `lifetimes::CLOCK_SKEW`.
///
/// # Errors
/// `LoginHintTokenExpired` for a token that was good; `LoginHintTokenUnusable` for any other; the detail says what was wrong.
pub fn check(token: &str, by: &Expectation<'_>, keys: &KeySet) -> Result<String, Refusal> {
    let expected = Expected {
        typ: TypRule::Exactly(&[TYPE]),
        algorithms: by.algorithms,
        issuer: Some(by.trusted),
        audience: AudienceRule::AnyOf(&[by.issuer]),
        required: &["sub"],
        now_seconds: by.now.as_seconds(),
        skew_seconds: lifetimes::CLOCK_SKEW.as_seconds(),
        expiry: Expiry::Required,
        max_bytes: MAX_BYTES,
    };
    let claims = verify(token, &expected, keys).map_err(|rejection| match rejection {
        Rejection::Expired => Cause::LoginHintTokenExpired.into(),
        other => unusable(other.to_string()),
    })?;
    if claims.audiences().iter().any(|audience| *audience != by.issuer) {
        return Err(unusable("made for another server too"));
    }
    if expires_at(&claims) > by.now.plus(LONGEST).plus(lifetimes::CLOCK_SKEW) {
        return Err(unusable("exp lies more than an hour ahead"));
    }
    let is_sane = |text: &&str| (1..=MAX_SUBJECT_CHARS).contains(&text.chars().count());
    claims.str("sub").filter(is_sane).map(str::to_owned).ok_or_else(|| unusable("sub is not 1 to 255 characters"))
}

fn expires_at(claims: &VerifiedClaims) -> Timestamp {
    Timestamp::from_millis(claims.int("exp").unwrap_or(i64::MAX).saturating_mul(1000))
}

fn unusable(detail: impl Into<String>) -> Refusal {
    Refusal::new(Cause::LoginHintTokenUnusable).with_detail(detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use portreeve_jose::SigningKey;
    use serde_json::{Value, json};

    const IDP: &str = "https://idp.example";
    const ISSUER: &str = "https://id.example";
    const NOW: i64 = 1_700_000_000;

    fn signer() -> SigningKey {
        let generated = SigningKey::generate(Algorithm::Es256).unwrap();
        SigningKey::from_pkcs8(Algorithm::Es256, &generated.pkcs8).unwrap()
    }

    /// What becomes of a good token with some claims replaced; null removes one.
    fn checked_as(typ: &str, changes: &Value) -> Result<String, Cause> {
        let mut claims = json!({ "iss": IDP, "sub": "u-1", "aud": ISSUER, "iat": NOW, "exp": NOW + 300 });
        for (name, value) in changes.as_object().unwrap() {
            match value {
                Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
                value => claims[name] = value.clone(),
            }
        }
        let key = signer();
        let token = key.sign(typ, claims.to_string().as_bytes()).unwrap();
        let keys = KeySet::from_signing_keys([&key]).unwrap();
        let now = Timestamp::from_millis(NOW * 1000);
        let by = Expectation { trusted: IDP, issuer: ISSUER, algorithms: &[Algorithm::Es256], now };
        check(&token, &by, &keys).map_err(|refusal| refusal.cause)
    }

    /// CB-06: a good token names its subject; one that was good is told to have expired.
    #[test]
    fn a_token_is_good_until_it_expires() {
        assert_eq!(checked_as(TYPE, &json!({})).as_deref(), Ok("u-1"));
        assert_eq!(checked_as(TYPE, &json!({ "aud": [ISSUER], "iat": null, "exp": NOW + 3630 })).as_deref(), Ok("u-1"));
        assert_eq!(checked_as(TYPE, &json!({ "exp": NOW - 29 })).as_deref(), Ok("u-1"), "clocks differ");
        assert_eq!(checked_as(TYPE, &json!({ "exp": NOW - 30 })), Err(Cause::LoginHintTokenExpired));
    }

    /// CB-06: what was never good has not expired.
    #[test]
    fn every_rule_of_the_claims_is_kept() {
        let past = NOW - 60;
        for changes in [
            json!({ "exp": null }),
            json!({ "exp": NOW + 3631 }),
            json!({ "exp": past, "iss": "https://evil.example" }),
            json!({ "exp": past, "aud": "https://other.example" }),
            json!({ "aud": null }),
            json!({ "aud": [ISSUER, "https://other.example"] }),
            json!({ "sub": null }),
            json!({ "sub": "" }),
            json!({ "sub": 7 }),
            json!({ "sub": "x".repeat(256) }),
            json!({ "nbf": NOW + 31 }),
            json!({ "iat": NOW + 31 }),
        ] {
            assert_eq!(checked_as(TYPE, &changes), Err(Cause::LoginHintTokenUnusable), "{changes}");
        }
    }

    /// S-044: what the issuer says for another purpose is no hint.
    #[test]
    fn another_type_is_no_hint() {
        for typ in ["JWT", "at+jwt", "oauth-client-attestation+jwt", "logout+jwt"] {
            assert_eq!(checked_as(typ, &json!({})), Err(Cause::LoginHintTokenUnusable), "{typ}");
        }
    }
}
