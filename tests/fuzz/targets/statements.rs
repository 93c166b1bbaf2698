//! What clients and those who vouch sign: assertions, attestations, statements, whole requests. Each is signed here by the
//! very key that is expected, so that only its claims decide.

use portreeve_domain::{AssertionAudience, Client, ClientId, Lifetime, Profile, Timestamp};
use portreeve_fuzz::drive;
use portreeve_jose::{Algorithm, HolderKey};
use portreeve_oidc::jwt_assertion::{AssertionKeys, Recipient};
use portreeve_oidc::{assertion, attestation, jwt_bearer, login_hint_token, signed_authentication, software_statement};
use serde_json::Value;

use crate::parties::{ISSUER, NOW, TOKEN_ENDPOINT, client, now};
use crate::signer::Signer;

/// Whoever vouches for people or for software.
const VOUCHER: &str = "https://idp.example";
/// Some of what a back-channel request asks, and what is none of that though it is a parameter of the endpoint.
const ASKED: [&str; 4] = ["scope", "login_hint", "binding_message", "requested_expiry"];
const BESIDE: [&str; 4] = ["client_id", "client_secret", "client_assertion", "request"];

fn recipient(endpoints: &[String]) -> Recipient<'_> {
    let audience = AssertionAudience::IssuerOrEndpoint;
    Recipient { issuer: ISSUER, endpoints, audience, algorithms: &Algorithm::ALL }
}

fn plain(claims: &[u8]) -> Value {
    serde_json::from_slice(claims).expect("JSON")
}

/// The members of `aud`, which is one text or several.
fn audiences(said: &Value) -> Vec<&str> {
    let one = said["aud"].as_str().into_iter();
    one.chain(said["aud"].as_array().into_iter().flatten().map(|name| name.as_str().expect("text"))).collect()
}

/// It expires later than now, and neither it nor the memory of it reaches further than `longest`.
fn assert_short(said: &Value, longest: i64, remember_until: Timestamp) {
    let expires = said["exp"].as_i64().expect("an integer");
    assert!((NOW - 29..=NOW + longest + 30).contains(&expires), "{said}");
    assert!(remember_until.as_seconds() > expires && remember_until > now(), "{said}: forgotten too soon");
}

/// S-049: an assertion of a client is of itself, for this server alone, short, and can be told from every other.
#[test]
fn client_assertions() {
    let (signer, id) = (Signer::new(Algorithm::Es256), client().id);
    let (keys, endpoints) = (signer.keys(), [TOKEN_ENDPOINT.to_owned()]);
    drive("client_assertion", |claims| {
        let text = signer.sign(signer.header("JWT").to_string(), claims);
        let keys = AssertionKeys::Public(&keys);
        let accepted = assertion::check(&text, &id, &recipient(&endpoints), keys, now());
        let strict = Recipient { audience: AssertionAudience::IssuerAsString, ..recipient(&endpoints) };
        let strict = assertion::check(&text, &id, &strict, keys, now());
        assert!(strict.is_err() || plain(claims)["aud"] == ISSUER, "another audience than the issuer alone");
        assert!(strict.is_err() || accepted.is_ok(), "only the stricter rule takes it");
        let Ok(accepted) = accepted else { return false };
        let said = plain(claims);
        assert!(said["iss"] == "web" && said["sub"] == "web" && said["jti"] == accepted.token_id.as_str(), "{said}");
        assert!(audiences(&said).iter().all(|name| [ISSUER, TOKEN_ENDPOINT].contains(name)), "{said}");
        assert_short(&said, 300, accepted.remember_until);
        assert_eq!(assertion::claimed_client(&text, None).map(|claimed| claimed.client).as_ref(), Ok(&id));
        let other = ClientId::parse("other").unwrap();
        assert!(assertion::check(&text, &other, &recipient(&endpoints), keys, now()).is_err(), "of another client");
        true
    });
}

/// S-068: a grant names one person in the words of its issuer, is for this server alone, and counts once.
#[test]
fn jwt_bearer_grants() {
    let signer = Signer::new(Algorithm::EdDsa);
    let (keys, endpoints) = (signer.keys(), [TOKEN_ENDPOINT.to_owned()]);
    drive("jwt_bearer", |claims| {
        let text = signer.sign(signer.header("JWT").to_string(), claims);
        let check = |issuer: &str| jwt_bearer::check(&text, issuer, &recipient(&endpoints), &keys, now());
        let Ok(accepted) = check(VOUCHER) else { return false };
        let said = plain(claims);
        assert!(said["iss"] == VOUCHER && said["sub"] == accepted.subject.as_str(), "{said}");
        assert!(said["jti"] == accepted.token_id.as_str() && !accepted.token_id.is_empty(), "{said}");
        assert!(!accepted.subject.is_empty() && accepted.subject.chars().count() <= 255);
        assert!(audiences(&said).iter().all(|name| [ISSUER, TOKEN_ENDPOINT].contains(name)), "{said}");
        assert_short(&said, 3600, accepted.remember_until);
        assert!(check("https://other.example").is_err(), "of another issuer");
        true
    });
}

/// CB-06: a hint names one person in the words of its issuer, is for this server alone, and holds an hour at most.
#[test]
fn login_hint_tokens() {
    let signer = Signer::new(Algorithm::Es256);
    let keys = signer.keys();
    let from =
        |trusted| login_hint_token::Expectation { trusted, issuer: ISSUER, algorithms: &Algorithm::ALL, now: now() };
    drive("login_hint_token", |claims| {
        let text = signer.sign(signer.header("login-hint+jwt").to_string(), claims);
        let as_grant = signer.sign(signer.header("JWT").to_string(), claims);
        assert!(login_hint_token::check(&as_grant, &from(VOUCHER), &keys).is_err(), "of another type");
        let Ok(subject) = login_hint_token::check(&text, &from(VOUCHER), &keys) else { return false };
        let said = plain(claims);
        assert!(said["iss"] == VOUCHER && said["sub"] == subject.as_str(), "{said}");
        assert!((1..=255).contains(&subject.chars().count()), "{said}");
        assert!(!audiences(&said).is_empty() && audiences(&said).iter().all(|name| *name == ISSUER), "{said}");
        assert!(said["exp"].as_i64().is_some_and(|end| (NOW - 29..=NOW + 3630).contains(&end)), "{said}");
        assert!(login_hint_token::check(&text, &from("https://other.example"), &keys).is_err(), "of another issuer");
        true
    });
}

/// AC-02: an attestation is for its client, from its attester, not over, and names a key that is no secret.
#[test]
fn attestations() {
    let (signer, id) = (Signer::new(Algorithm::Es256), client().id);
    let keys = signer.keys();
    let from = attestation::Expectation { client: &id, attester: VOUCHER, issuer: ISSUER, algorithms: &Algorithm::ALL };
    drive("attestation", |claims| {
        let text = signer.sign(signer.header("oauth-client-attestation+jwt").to_string(), claims);
        let as_proof = signer.sign(signer.header("oauth-client-attestation-pop+jwt").to_string(), claims);
        assert!(attestation::check(&as_proof, &from, &keys, now()).is_err(), "of another type");
        let Ok(key) = attestation::check(&text, &from, &keys, now()) else { return false };
        let said = plain(claims);
        let jwk = &said["cnf"]["jwk"];
        assert!(jwk.get("d").is_none() && jwk.get("k").is_none(), "{jwk}: a secret");
        assert!(HolderKey::from_jwk(jwk).is_some_and(|read| read.thumbprint() == key.thumbprint()), "{jwk}");
        assert!(said["sub"] == "web" && said["exp"].as_i64().is_some_and(|end| end > NOW - 30), "{said}");
        assert!(said.get("iss").is_none_or(|issuer| issuer == VOUCHER), "{said}");
        assert!(said.get("aud").is_none() || audiences(&said).contains(&ISSUER), "{said}");
        let names = attestation::claimed(&text).map(|claimed| (claimed.client, claimed.attester));
        assert_eq!(names, Ok((id.clone(), said.get("iss").map(|_| VOUCHER.to_owned()))));
        true
    });
}

/// AC-03: the proof of an instance is made for this issuer alone, now, and can be told from every other.
#[test]
fn attestation_proofs() {
    let (signer, id) = (Signer::new(Algorithm::Es256), client().id);
    let key = HolderKey::from_jwk(&signer.bare_key()).unwrap();
    let from = attestation::Expectation { client: &id, attester: VOUCHER, issuer: ISSUER, algorithms: &Algorithm::ALL };
    drive("attestation_proof", |claims| {
        let text = signer.sign(signer.header("oauth-client-attestation-pop+jwt").to_string(), claims);
        let Ok(accepted) = attestation::check_proof(&text, &key, &from, now()) else { return false };
        let said = plain(claims);
        assert_eq!(audiences(&said), [ISSUER]);
        assert!(said["iat"].as_i64().is_some_and(|at| (NOW - 330..=NOW + 30).contains(&at)), "{said}");
        assert!(said["jti"].as_str().is_some_and(|id| (1..=128).contains(&id.chars().count())), "{said}");
        assert_eq!(said.get("challenge").map(|challenge| challenge.as_str().unwrap()), accepted.challenge.as_deref());
        let long_after = now().plus(Lifetime::from_minutes(7));
        assert!(attestation::check_proof(&text, &key, &from, long_after).is_err(), "good for ever");
        assert!(accepted.remember_until > now(), "forgotten while it is good");
        true
    });
}

/// DR-15: a statement is of its issuer, for us if for anybody, and says nothing of the JWT as if it were said of software.
#[test]
fn software_statements() {
    let signer = Signer::new(Algorithm::Es256);
    let keys = signer.keys();
    let from =
        software_statement::Expectation { issuer: VOUCHER, audience: ISSUER, profile: Profile::OAuth21, now: now() };
    drive("software_statement", |claims| {
        let text = signer.sign(signer.header("JWT").to_string(), claims);
        let Ok(about_software) = software_statement::check(&text, &from, &keys) else { return false };
        let said = plain(claims);
        assert!(said["iss"] == VOUCHER && said.get("software_statement").is_none(), "{said}");
        assert!(
            said.get("sub").is_none_or(|sub| sub == VOUCHER || *sub == said["software_id"]),
            "{said}: an assertion"
        );
        assert!(said.get("exp").is_none_or(|end| end.as_i64().is_some_and(|end| end > NOW - 30)), "{said}");
        assert!(said.get("aud").is_none() || audiences(&said).contains(&ISSUER), "{said}");
        assert!(about_software.iter().all(|(name, value)| said[name] == *value), "{said}: other words");
        assert!(["iss", "aud", "exp", "jti"].iter().all(|name| !about_software.contains_key(*name)));
        true
    });
}

fn signed_by(client: &Client) -> signed_authentication::Expectation<'_> {
    signed_authentication::Expectation { client, issuer: ISSUER, algorithm: Algorithm::Es256, now: now() }
}

/// CB-02: a signed request asks what its client signed, is for us, holds an hour at most, and counts once.
#[test]
fn signed_authentications() {
    let (signer, client) = (Signer::new(Algorithm::Es256), client());
    let keys = signer.keys();
    drive("signed_authentication", |claims| {
        let text = signer.sign(signer.header("JWT").to_string(), claims);
        let Ok(accepted) = signed_authentication::check(&text, &signed_by(&client), &keys) else { return false };
        let said = plain(claims);
        assert!(said["iss"] == "web" && audiences(&said).contains(&ISSUER), "{said}");
        assert!(said["jti"] == accepted.token_id.as_str() && !accepted.token_id.is_empty(), "{said}");
        let seconds = |name: &str| said[name].as_i64().expect("an integer");
        assert!(seconds("exp") - seconds("nbf") <= 3600 && seconds("nbf") <= NOW + 30, "{said}");
        assert!(seconds("iat") <= NOW + 30 && seconds("exp") > NOW - 30, "{said}");
        assert!(accepted.remember_until > now(), "forgotten while it is good");
        for (name, value) in
            said.as_object().expect("an object").iter().filter(|(name, _)| ASKED.contains(&name.as_str()))
        {
            let asked = accepted.parameters.get(name).expect("what was said is asked");
            let written = value.to_string();
            assert!(*value == asked || written == asked, "{name}={asked} of {said}");
        }
        assert!(BESIDE.iter().all(|name| accepted.parameters.get(name).is_none()), "{said}");
        let other = Client { id: ClientId::parse("other").unwrap(), ..client.clone() };
        assert!(signed_authentication::check(&text, &signed_by(&other), &keys).is_err(), "of another client");
        true
    });
}
