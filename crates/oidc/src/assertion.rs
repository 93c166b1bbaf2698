//! Client assertions: `private_key_jwt` and `client_secret_jwt`.
//!
//! Owns what a client's JWT must say to prove who sends it. Leaves the signature or MAC to `jose`, the client's keys and the
//! replay of `jti` to `issuer`. RFC 7521 §4.2; RFC 7523 §2.2, §3; OIDC Core §9.

use portreeve_domain::{ClientId, Lifetime, Timestamp};
use portreeve_jose::peek_unproven;

use crate::jwt_assertion::{self, AssertionKeys, MAX_BYTES, Recipient, Rules};
use crate::{Cause, Refusal};

/// How far ahead an assertion may expire, and how long ago it may have been made: replay is remembered as long (S-049).
const MAX_LIFETIME: Lifetime = Lifetime::from_minutes(5);
/// How long a `jti` may be, in characters.
const MAX_TOKEN_ID_CHARS: usize = 128;
/// Token types in use: none, the generic one, and the one of the successor of RFC 7523.
const TYPES: [&str; 2] = ["JWT", "client-authentication+jwt"];

/// An assertion that proves its client, once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AcceptedAssertion {
    /// `jti`: 1 to 128 characters. The caller refuses it when the client used it before.
    pub token_id: String,
    /// Until when the same assertion would be accepted again: how long `token_id` must be remembered.
    pub remember_until: Timestamp,
}

/// What an assertion says about its keys. Nothing is proven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    /// Whose keys verify it.
    pub client: ClientId,
    /// Which of them.
    pub key_id: Option<String>,
}

/// The client an assertion claims to be from, so that its keys can be found. Nothing is proven.
///
/// # Errors
/// `ClientAuthenticationFailed` when it cannot be read, `iss` and `sub` are not one well-formed client identifier, or
/// `hint`, the `client_id` parameter, names another client (RFC 7521 §4.2).
pub fn claimed_client(assertion: &str, hint: Option<&ClientId>) -> Result<Claimed, Refusal> {
    let names = peek_unproven(assertion, MAX_BYTES).ok_or_else(|| failed("unreadable"))?;
    let claimed = match (names.issuer, names.subject) {
        (Some(issuer), Some(subject)) if issuer == subject => ClientId::parse(&subject),
        _ => return Err(failed("iss and sub differ or are missing")),
    };
    let claimed = claimed.ok_or_else(|| failed("sub is no client identifier"))?;
    if hint.is_some_and(|hint| *hint != claimed) {
        return Err(failed("client_id names another client"));
    }
    Ok(Claimed { client: claimed, key_id: names.key_id })
}

/// Verifies an assertion with the keys or secrets of `client`, which [`claimed_client`] named.
///
/// `iss` and `sub` are the client; `exp` lies at most five minutes ahead; `iat`, where present, as far back at most; `jti`
/// is required. Clocks may differ by `lifetimes::CLOCK_SKEW`.
///
/// # Errors
/// `ClientAuthenticationFailed`, whatever was wrong; the detail says what.
pub fn check(
    assertion: &str,
    client: &ClientId,
    recipient: &Recipient<'_>,
    keys: AssertionKeys<'_>,
    now: Timestamp,
) -> Result<AcceptedAssertion, Refusal> {
    let rules = Rules { issuer: client.as_str(), types: &TYPES, max_lifetime: MAX_LIFETIME };
    let proven = jwt_assertion::check(assertion, &rules, recipient, keys, now).map_err(|cause| failed(&cause))?;
    if proven.claims.str("sub") != Some(client.as_str()) {
        return Err(failed("sub is not the client"));
    }
    let token_id = jwt_assertion::name(&proven.claims, "jti", MAX_TOKEN_ID_CHARS).map_err(|cause| failed(&cause))?;
    Ok(AcceptedAssertion { token_id, remember_until: proven.remember_until })
}

fn failed(detail: &str) -> Refusal {
    Refusal::new(Cause::ClientAuthenticationFailed).with_detail(format!("assertion: {detail}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use portreeve_domain::Profile;
    use portreeve_jose::{Algorithm, KeySet, SigningKey};
    use rcgen::{KeyPair, SigningKey as _};
    use serde_json::{Value, json};

    const ISSUER: &str = "https://id.example";
    const TOKEN_ENDPOINT: &str = "https://id.example/oauth2/token";
    const NOW: i64 = 1_700_000_000;

    struct Signer(SigningKey, Profile);

    impl Signer {
        fn new() -> Self {
            let generated = SigningKey::generate(Algorithm::Es256).unwrap();
            Self(SigningKey::from_pkcs8(Algorithm::Es256, &generated.pkcs8).unwrap(), Profile::OAuth21)
        }

        fn sign(&self, claims: &Value) -> String {
            self.0.sign("JWT", claims.to_string().as_bytes()).unwrap()
        }

        fn check(&self, claims: &Value) -> Result<AcceptedAssertion, Cause> {
            self.check_text(&self.sign(claims))
        }

        fn check_text(&self, assertion: &str) -> Result<AcceptedAssertion, Cause> {
            let endpoints = [TOKEN_ENDPOINT.to_owned()];
            let (audience, algorithms) = (self.1.rules().assertion_audience, &Algorithm::ALL);
            let recipient = Recipient { issuer: ISSUER, endpoints: &endpoints, audience, algorithms };
            let keys = KeySet::from_signing_keys([&self.0]).unwrap();
            let now = Timestamp::from_millis(NOW * 1000);
            check(assertion, &id("service"), &recipient, AssertionKeys::Public(&keys), now)
                .map_err(|refusal| refusal.cause)
        }
    }

    fn id(text: &str) -> ClientId {
        ClientId::parse(text).unwrap()
    }

    /// Good claims, with some replaced; null removes one.
    fn claims(changes: Value) -> Value {
        let mut claims = json!({
            "iss": "service", "sub": "service", "aud": ISSUER, "jti": "j-1", "iat": NOW, "exp": NOW + 60
        });
        for (name, value) in changes.as_object().unwrap() {
            if value.is_null() {
                claims.as_object_mut().unwrap().remove(name);
            } else {
                claims[name] = value.clone();
            }
        }
        claims
    }

    fn assert_each_refused(changes: &[Value]) {
        let signer = Signer::new();
        for change in changes {
            let result = signer.check(&claims(change.clone()));
            assert_eq!(result, Err(Cause::ClientAuthenticationFailed), "{change}");
        }
    }

    /// OC-51: issuer, subject and audience fit, and the `jti` is handed back to be remembered.
    #[test]
    fn a_good_assertion_is_accepted() {
        let accepted = Signer::new().check(&claims(json!({}))).unwrap();

        assert_eq!(accepted.token_id, "j-1");
        assert_eq!(accepted.remember_until, Timestamp::from_millis((NOW + 60 + 30) * 1000));
    }

    /// S-049: `iss`, `sub` and the client are one.
    #[test]
    fn an_assertion_about_another_client_is_refused() {
        assert_each_refused(&[
            json!({"iss": "other"}),
            json!({"sub": "other"}),
            json!({"iss": "other", "sub": "other"}),
            json!({"sub": null}),
        ]);
    }

    /// S-049, JU-01: made for this server and no other.
    #[test]
    fn the_audience_is_this_server_alone() {
        let signer = Signer::new();
        for good in [json!(ISSUER), json!([ISSUER]), json!(TOKEN_ENDPOINT), json!([ISSUER, TOKEN_ENDPOINT])] {
            assert!(signer.check(&claims(json!({"aud": good}))).is_ok(), "{good}");
        }
        assert_each_refused(&[
            json!({"aud": "https://id.example/"}),
            json!({"aud": "https://other.example"}),
            json!({"aud": [ISSUER, "https://other.example"]}),
            json!({"aud": []}),
            json!({"aud": null}),
        ]);
    }

    /// F2-05, JU-01: in profile `fapi2` the issuer as a string, and nothing else.
    #[test]
    fn the_strict_audience_is_the_issuer_as_a_string() {
        let signer = Signer(Signer::new().0, Profile::Fapi2);

        assert!(signer.check(&claims(json!({"aud": ISSUER}))).is_ok());
        for bad in
            [json!([ISSUER]), json!(TOKEN_ENDPOINT), json!([ISSUER, TOKEN_ENDPOINT]), json!("https://id.example/")]
        {
            let result = signer.check(&claims(json!({"aud": bad})));
            assert_eq!(result, Err(Cause::ClientAuthenticationFailed), "{bad}");
        }
    }

    /// S-049, S-045: five minutes ahead at most, not past, an integer, with thirty seconds of skew.
    #[test]
    fn an_assertion_expires_soon() {
        let signer = Signer::new();
        for good in [NOW - 29, NOW + 300, NOW + 330] {
            assert!(signer.check(&claims(json!({"exp": good}))).is_ok(), "{good}");
        }
        assert_each_refused(&[
            json!({"exp": NOW - 30}),
            json!({"exp": NOW + 331}),
            json!({"exp": NOW as f64 + 0.5}),
            json!({"exp": 1e300}),
            json!({"exp": i64::MAX}),
            json!({"exp": "1700000060"}),
            json!({"exp": null}),
        ]);
    }

    /// S-045, OA-JW-6: `iat` may be absent; where present it is recent.
    #[test]
    fn an_assertion_is_recent() {
        let signer = Signer::new();
        assert!(signer.check(&claims(json!({"iat": null}))).is_ok());
        assert!(signer.check(&claims(json!({"iat": NOW + 10}))).is_ok());
        assert_each_refused(&[json!({"iat": NOW - 331}), json!({"iat": NOW + 31}), json!({"nbf": NOW + 31})]);
    }

    /// OC-51: a `jti` of 1 to 128 characters is required.
    #[test]
    fn an_assertion_has_a_bounded_id() {
        assert!(Signer::new().check(&claims(json!({"jti": "ä".repeat(128)}))).is_ok());
        assert_each_refused(&[
            json!({"jti": null}),
            json!({"jti": ""}),
            json!({"jti": "x".repeat(129)}),
            json!({"jti": 1}),
        ]);
    }

    /// S-049, S-050: a stranger's signature, or none, proves nothing.
    #[test]
    fn another_signature_is_refused() {
        let stranger = Signer::new().sign(&claims(json!({})));
        let unsigned = "eyJhbGciOiJub25lIn0.e30.";

        for bad in [stranger.as_str(), unsigned, "", "a.b.c"] {
            assert_eq!(Signer::new().check_text(bad), Err(Cause::ClientAuthenticationFailed), "{bad}");
        }
    }

    /// S-044, JU-01: a JWT with another purpose is not an assertion; one of its own type is, and one of none.
    #[test]
    fn a_token_of_another_type_is_refused() {
        let signer = Signer::new();
        let good = claims(json!({}));
        for typ in ["at+jwt", "oauth-authz-req+jwt", "dpop+jwt", "logout+jwt"] {
            let token = signer.0.sign(typ, good.to_string().as_bytes()).unwrap();
            assert_eq!(signer.check_text(&token), Err(Cause::ClientAuthenticationFailed), "{typ}");
        }
        let typed = signer.0.sign("client-authentication+jwt", good.to_string().as_bytes()).unwrap();
        assert!(signer.check_text(&typed).is_ok());
        let (untyped, signed) = untyped(&good);
        assert!(untyped.check_text(&signed).is_ok());
    }

    /// A signer, and what it signed without saying what it is.
    fn untyped(claims: &Value) -> (Signer, String) {
        let pkcs8 = SigningKey::generate(Algorithm::EdDsa).unwrap().pkcs8;
        let pair = KeyPair::try_from(pkcs8.as_slice()).unwrap();
        let encoded = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let input = format!("{}.{}", encoded(json!({ "alg": "EdDSA" })), encoded(claims.clone()));
        let signature = URL_SAFE_NO_PAD.encode(pair.sign(input.as_bytes()).unwrap());
        let signer = Signer(SigningKey::from_pkcs8(Algorithm::EdDsa, &pkcs8).unwrap(), Profile::OAuth21);
        (signer, format!("{input}.{signature}"))
    }

    /// RFC 7521 §4.2: a `client_id` beside the assertion names the same client.
    #[test]
    fn the_claimed_client_fits_the_hint() {
        let signer = Signer::new();
        let good = signer.sign(&claims(json!({})));
        let claimed = |text: &str, hint: Option<&str>| {
            claimed_client(text, hint.map(id).as_ref()).map(|claimed| claimed.client).map_err(|r| r.cause)
        };

        assert_eq!(claimed(&good, None), Ok(id("service")));
        assert_eq!(claimed(&good, Some("service")), Ok(id("service")));
        assert_eq!(claimed(&good, Some("other")), Err(Cause::ClientAuthenticationFailed));
        for change in [json!({"iss": "other"}), json!({"sub": null}), json!({"iss": "usr_ada", "sub": "usr_ada"})] {
            let bad = signer.sign(&claims(change));
            assert_eq!(claimed(&bad, None), Err(Cause::ClientAuthenticationFailed));
        }
        assert_eq!(claimed("garbage", None), Err(Cause::ClientAuthenticationFailed));
    }
}
