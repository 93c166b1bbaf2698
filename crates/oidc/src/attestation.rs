//! Client attestations: a party that vouches for an instance of a client, and the proof that the instance holds its key.
//!
//! Owns what the two JWTs must say, and how recent they must be. Leaves who may vouch for which client, their keys and replay to
//! `issuer`, and proofs that are DPoP proofs at the same time to [`crate::dpop`].
//! OAuth 2.0 Attestation-Based Client Authentication (draft 10, and as far back as draft 07): Client Attestation JWT, Client
//! Attestation PoP JWT, Challenges, Verification and Processing.

use portreeve_crypto::sha256;
use portreeve_domain::{ClientId, Lifetime, Timestamp, lifetimes};
use portreeve_jose::{
    Algorithm, AudienceRule, Expected, Expiry, HolderKey, KeySet, Rejection, TypRule, VerifiedClaims, peek_unproven,
    verify,
};
use serde::Serialize;

use crate::{Cause, Refusal};

const ATTESTATION_TYPE: &str = "oauth-client-attestation+jwt";
const PROOF_TYPE: &str = "oauth-client-attestation-pop+jwt";
/// The longest JWT that is looked at, in bytes: both stand in headers.
const MAX_BYTES: usize = 8 * 1024;
/// How old a proof may be, beside what clocks may differ by: as old as any other assertion of a client.
const MAX_AGE: Lifetime = Lifetime::from_minutes(5);
/// How long a `jti` may be, in characters.
const MAX_TOKEN_ID_CHARS: usize = 128;

/// What an attestation says about itself. Nothing is proven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    /// Whose instance it is.
    pub client: ClientId,
    /// Who vouches; later drafts than the seventh do without.
    pub attester: Option<String>,
    /// With which key.
    pub key_id: Option<String>,
}

/// What an attestation must be.
#[derive(Clone, Copy, Debug)]
pub struct Expectation<'a> {
    /// The client.
    pub client: &'a ClientId,
    /// What whoever vouches calls itself, where it says so.
    pub attester: &'a str,
    /// Our own issuer.
    pub issuer: &'a str,
    /// What both JWTs may be signed with.
    pub algorithms: &'a [Algorithm],
}

/// A proof whose signature and claims are good; whether it was used before is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AcceptedProof {
    /// What it is remembered by: the SHA-256 of key and `jti`. Two instances may use one `jti`.
    pub fingerprint: [u8; 32],
    /// Until when any node could accept it again.
    pub remember_until: Timestamp,
    /// Its `challenge`, unchecked.
    pub challenge: Option<String>,
}

/// The client that an attestation beside a request names; `None` when there is not one that could be read.
pub fn named_client(headers: &[Vec<u8>]) -> Option<ClientId> {
    claimed(single(headers).ok()?).ok().map(|claimed| claimed.client)
}

/// The one JWT of a header: `headers` holds the value of each, as raw bytes.
///
/// # Errors
/// `ClientAuthenticationFailed` when there is none, or more than one.
pub fn single(headers: &[Vec<u8>]) -> Result<&str, Refusal> {
    let [header] = headers else { return Err(failed("not one header")) };
    std::str::from_utf8(header).map_err(|_| failed("not text"))
}

/// Who an attestation claims to be from, so that keys can be found.
///
/// # Errors
/// `ClientAuthenticationFailed` when it cannot be read or names no client.
pub fn claimed(attestation: &str) -> Result<Claimed, Refusal> {
    let names = peek_unproven(attestation, MAX_BYTES).ok_or_else(|| failed("unreadable"))?;
    let client = names.subject.as_deref().and_then(ClientId::parse).ok_or_else(|| failed("sub is no client"))?;
    Ok(Claimed { client, attester: names.issuer, key_id: names.key_id })
}

/// Verifies an attestation with the `keys` of whoever is expected to vouch, and gives the key of the instance.
///
/// `sub` is the client, `cnf` holds a public key, `exp` has not passed; `iss` and `aud` fit where they are present.
///
/// # Errors
/// `AttestationStale` for one that is good and too old; `ClientAuthenticationFailed` for everything else.
pub fn check(text: &str, from: &Expectation<'_>, keys: &KeySet, now: Timestamp) -> Result<HolderKey, Refusal> {
    let audience = [from.issuer];
    let expected = Expected {
        typ: TypRule::Exactly(&[ATTESTATION_TYPE]),
        algorithms: from.algorithms,
        issuer: None,
        audience: AudienceRule::AbsentOr(&audience),
        required: &["sub", "cnf"],
        now_seconds: now.as_seconds(),
        skew_seconds: lifetimes::CLOCK_SKEW.as_seconds(),
        expiry: Expiry::Required,
        max_bytes: MAX_BYTES,
    };
    let claims = verify(text, &expected, keys).map_err(|rejection| match rejection {
        Rejection::Expired => Refusal::new(Cause::AttestationStale),
        other => failed(&other.to_string()),
    })?;
    if claims.str("sub") != Some(from.client.as_str()) {
        return Err(failed("sub is another client"));
    }
    if claims.get("iss").is_some_and(|issuer| issuer.as_str() != Some(from.attester)) {
        return Err(failed("iss is another attester"));
    }
    let key = claims.get("cnf").and_then(|confirmed| confirmed.get("jwk")).and_then(HolderKey::from_jwk);
    key.ok_or_else(|| failed("cnf has no public key"))
}

/// Verifies the proof of an instance whose key was vouched for: made for this issuer, now.
///
/// # Errors
/// `ClientAuthenticationFailed`, whatever was wrong; the detail says what.
pub fn check_proof(
    text: &str,
    key: &HolderKey,
    from: &Expectation<'_>,
    now: Timestamp,
) -> Result<AcceptedProof, Refusal> {
    let claims = key.verify(text, PROOF_TYPE, from.algorithms, MAX_BYTES);
    let claims = claims.map_err(|rejection| failed(&format!("proof: {rejection}")))?;
    if claims.audiences() != [from.issuer] {
        return Err(failed("proof: aud is not this issuer alone"));
    }
    let issued_at = check_age(&claims, now)?;
    let is_sane = |token_id: &&str| (1..=MAX_TOKEN_ID_CHARS).contains(&token_id.chars().count());
    let token_id = claims.str("jti").filter(is_sane).ok_or_else(|| failed("proof: jti is not 1 to 128 characters"))?;
    let challenge = match claims.get("challenge") {
        None => None,
        Some(challenge) => Some(challenge.as_str().ok_or_else(|| failed("proof: challenge is no text"))?.to_owned()),
    };
    Ok(AcceptedProof {
        fingerprint: *sha256(&[&key.thumbprint(), token_id.as_bytes()].concat()).as_bytes(),
        // Twice the skew: the clock of another node may be as far behind as that of the sender is ahead.
        remember_until: issued_at.plus(MAX_AGE).plus(lifetimes::CLOCK_SKEW).plus(lifetimes::CLOCK_SKEW),
        challenge,
    })
}

/// The answer of the challenge endpoint, JSON.
///
/// # Errors
/// A fault if JSON cannot be written, which a text does not cause.
pub fn challenge_json(challenge: &str) -> Result<Vec<u8>, portreeve_domain::Fault> {
    #[derive(Serialize)]
    struct Body<'a> {
        attestation_challenge: &'a str,
    }
    serde_json::to_vec(&Body { attestation_challenge: challenge }).map_err(portreeve_domain::Fault::new)
}

/// A proof has no `exp`: it is good for a while from when it was made. `exp` and `nbf` count where they are present.
fn check_age(claims: &VerifiedClaims, now: Timestamp) -> Result<Timestamp, Refusal> {
    let instant = |claim: &str| match claims.get(claim) {
        None => Ok(None),
        Some(_) => claims.int(claim).map(Some).ok_or_else(|| failed(&format!("proof: {claim} is no time"))),
    };
    let at = |seconds: i64| Timestamp::from_millis(seconds.saturating_mul(1000));
    let issued_at = at(instant("iat")?.ok_or_else(|| failed("proof: no iat"))?);
    let oldest = now.minus(MAX_AGE).minus(lifetimes::CLOCK_SKEW);
    let latest = now.plus(lifetimes::CLOCK_SKEW);
    let has_ended = instant("exp")?.is_some_and(|end| at(end).plus(lifetimes::CLOCK_SKEW) <= now);
    if issued_at < oldest || issued_at > latest || has_ended || instant("nbf")?.is_some_and(|begin| at(begin) > latest)
    {
        return Err(failed("proof: not of this moment"));
    }
    Ok(issued_at)
}

fn failed(detail: &str) -> Refusal {
    Refusal::new(Cause::ClientAuthenticationFailed).with_detail(format!("attestation: {detail}"))
}
