//! JWT bearer grants: what an assertion of a trusted issuer must say.
//!
//! Owns the parameters and the rules of the claims. Leaves the issuer's keys, the replay of `jti` and which person is meant
//! to `issuer`. Another thing than a client assertion, with the same care. RFC 7521 §4.1, §5.2; RFC 7523 §2.1, §3; S-068.

use portreeve_crypto::SecretText;
use portreeve_domain::{Lifetime, Scope, Timestamp};
use portreeve_jose::KeySet;

use crate::jwt_assertion::{self, AssertionKeys, Recipient, Rules};
use crate::{Cause, Parameters, Refusal};

/// How far ahead an assertion may expire: its `jti` is remembered as long.
const MAX_LIFETIME: Lifetime = Lifetime::from_hours(1);
/// How long `jti` and `sub` may be, in characters.
const MAX_NAME_CHARS: usize = 255;
/// Token types in use; whatever is made for another purpose is none.
const TYPES: [&str; 1] = ["JWT"];

/// A JWT bearer grant. Holds what proves a person, so it is not `Debug`.
pub struct JwtBearerRequest {
    /// The assertion as presented.
    pub assertion: SecretText,
    /// The scope asked for; `None`: see `token_target::for_client`.
    pub scope: Option<Scope>,
    /// The resources asked for, unchecked.
    pub resources: Vec<String>,
}

/// An assertion that is good, once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AcceptedGrant {
    /// `sub`: who is meant, in the issuer's words.
    pub subject: String,
    /// `jti`: the caller refuses it when it was used before.
    pub token_id: String,
    /// Until when the same assertion would be accepted again.
    pub remember_until: Timestamp,
}

impl JwtBearerRequest {
    /// Reads a request.
    ///
    /// # Errors
    /// `ParameterMissing`; `ScopeMalformed`.
    pub fn from_parameters(parameters: &Parameters) -> Result<Self, Refusal> {
        let scope = parameters.get("scope").map(Scope::parse).transpose();
        Ok(Self {
            assertion: SecretText::new(parameters.require("assertion")?.to_owned()),
            scope: scope.map_err(|error| Refusal::new(Cause::ScopeMalformed).with_detail(error.to_string()))?,
            resources: parameters.all("resource"),
        })
    }
}

/// Verifies an assertion of the trusted issuer `issuer` with its `keys`.
///
/// `iss`, `sub`, `aud`, `exp` and `jti` are required; the audience is this server alone; `exp` lies at most an hour ahead,
/// `iat`, where present, as far back at most. Clocks may differ by `lifetimes::CLOCK_SKEW`.
///
/// # Errors
/// `AssertionUnusable`, whatever was wrong; the detail says what.
pub fn check(
    assertion: &str,
    issuer: &str,
    recipient: &Recipient<'_>,
    keys: &KeySet,
    now: Timestamp,
) -> Result<AcceptedGrant, Refusal> {
    let rules = Rules { issuer, types: &TYPES, max_lifetime: MAX_LIFETIME };
    let proven = jwt_assertion::check(assertion, &rules, recipient, AssertionKeys::Public(keys), now);
    let proven = proven.map_err(|cause| unusable(&cause))?;
    let name = |claim| jwt_assertion::name(&proven.claims, claim, MAX_NAME_CHARS).map_err(|cause| unusable(&cause));
    Ok(AcceptedGrant { subject: name("sub")?, token_id: name("jti")?, remember_until: proven.remember_until })
}

fn unusable(detail: &str) -> Refusal {
    Refusal::new(Cause::AssertionUnusable).with_detail(detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use portreeve_domain::Profile;
    use portreeve_jose::{Algorithm, SigningKey};
    use serde_json::{Value, json};

    const IDP: &str = "https://idp.example";
    const ISSUER: &str = "https://id.example";
    const TOKEN_ENDPOINT: &str = "https://id.example/oauth2/token";
    const NOW: i64 = 1_700_000_000;

    fn signer() -> SigningKey {
        let generated = SigningKey::generate(Algorithm::Es256).unwrap();
        SigningKey::from_pkcs8(Algorithm::Es256, &generated.pkcs8).unwrap()
    }

    /// Good claims, with some replaced; null removes one.
    fn claims(changes: &Value) -> Value {
        let mut claims = json!({"iss": IDP, "sub": "u-1", "aud": ISSUER, "jti": "j-1", "iat": NOW, "exp": NOW + 300});
        for (name, value) in changes.as_object().unwrap() {
            match value {
                Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
                value => claims[name] = value.clone(),
            }
        }
        claims
    }

    fn checked_as(typ: &str, changes: &Value) -> Result<AcceptedGrant, Cause> {
        let key = signer();
        let assertion = key.sign(typ, claims(changes).to_string().as_bytes()).unwrap();
        let endpoints = [TOKEN_ENDPOINT.to_owned()];
        let (audience, algorithms) = (Profile::OAuth21.rules().assertion_audience, &Algorithm::ALL);
        let recipient = Recipient { issuer: ISSUER, endpoints: &endpoints, audience, algorithms };
        let keys = KeySet::from_signing_keys([&key]).unwrap();
        check(&assertion, IDP, &recipient, &keys, Timestamp::from_millis(NOW * 1000)).map_err(|refusal| refusal.cause)
    }

    /// RFC 7523 §3: a good assertion names whom it is about.
    #[test]
    fn a_good_assertion_is_accepted() {
        let accepted = checked_as("JWT", &json!({})).unwrap();

        assert_eq!((accepted.subject.as_str(), accepted.token_id.as_str()), ("u-1", "j-1"));
        assert_eq!(accepted.remember_until, Timestamp::from_millis((NOW + 330) * 1000));
        assert!(checked_as("JWT", &json!({"aud": [TOKEN_ENDPOINT, ISSUER], "iat": null})).is_ok());
    }

    /// S-068: what is missing, for somebody else, too old, too long or for another purpose is no grant.
    #[test]
    fn every_rule_of_the_claims_is_kept() {
        for changes in [
            json!({"exp": null}),
            json!({"exp": NOW - 30}),
            json!({"exp": NOW + 3631}),
            json!({"exp": 1e300}),
            json!({"sub": null}),
            json!({"sub": ""}),
            json!({"sub": 7}),
            json!({"jti": null}),
            json!({"jti": "x".repeat(256)}),
            json!({"aud": null}),
            json!({"aud": "https://other.example"}),
            json!({"aud": [ISSUER, "https://other.example"]}),
            json!({"aud": "https://id.example/"}),
            json!({"iss": "https://evil.example"}),
            json!({"iat": NOW - 3631}),
            json!({"nbf": NOW + 31}),
        ] {
            assert_eq!(checked_as("JWT", &changes), Err(Cause::AssertionUnusable), "{changes}");
        }
        for typ in ["at+jwt", "client-authentication+jwt", "logout+jwt", "dpop+jwt"] {
            assert_eq!(checked_as(typ, &json!({})), Err(Cause::AssertionUnusable), "{typ}");
        }
    }

    /// S-068, S-050: a stranger's signature, or none, proves nothing.
    #[test]
    fn another_signature_is_refused() {
        let endpoints = [TOKEN_ENDPOINT.to_owned()];
        let (audience, algorithms) = (Profile::OAuth21.rules().assertion_audience, &Algorithm::ALL);
        let recipient = Recipient { issuer: ISSUER, endpoints: &endpoints, audience, algorithms };
        let keys = KeySet::from_signing_keys([&signer()]).unwrap();
        let stranger = signer().sign("JWT", claims(&json!({})).to_string().as_bytes()).unwrap();

        for bad in [stranger.as_str(), "eyJhbGciOiJub25lIn0.e30.", "", "a.b.c"] {
            let refused = check(bad, IDP, &recipient, &keys, Timestamp::from_millis(NOW * 1000));
            assert_eq!(refused.unwrap_err().cause, Cause::AssertionUnusable, "{bad}");
        }
    }
}
