//! DPoP: a sender proves, request by request, that it holds a key.
//!
//! Owns what a proof must say, and nonces ([`nonce`]). Leaves the signature to `jose`, and to `issuer` the replay store, the
//! access token's own binding and who must send a proof at all. RFC 9449 §4.2, §4.3, §7.1, §11.1.

pub mod nonce;
mod target;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use portreeve_crypto::sha256;
use portreeve_domain::{Lifetime, Thumbprint, Timestamp, lifetimes};
use portreeve_jose::{Algorithm, VerifiedClaims, verify_key_proof};

use crate::quoted_string::quoted_string;
use crate::{Cause, Refusal};

/// The algorithms of proofs: asymmetric, and good for every profile (FAPI 2.0 §5.4).
pub const ALGORITHMS: [Algorithm; 3] = [Algorithm::Es256, Algorithm::Ps256, Algorithm::EdDsa];
/// The `token_type`, and the authentication scheme, of tokens bound to a key.
pub const SCHEME: &str = "DPoP";

const TYP: &str = "dpop+jwt";
/// The longest proof that is looked at, in bytes.
const MAX_BYTES: usize = 8 * 1024;
/// How old a proof may be, beside what clocks may differ by: one is made for each request.
const MAX_AGE: Lifetime = Lifetime::from_seconds(60);
/// How long a `jti` may be, in characters.
const MAX_TOKEN_ID_CHARS: usize = 128;

/// The request that a proof must have been made for.
#[derive(Clone, Copy, Debug)]
pub struct ProofTarget<'a> {
    /// `htm`: the method, compared exactly.
    pub method: &'a str,
    /// `htu`: the addresses the endpoint is published under, from our configuration, never from the request.
    pub addresses: &'a [String],
    /// `ath`: the access token beside the proof; `None` where there is none yet.
    pub access_token: Option<&'a str>,
}

/// A proof whose signature and claims are good; whether it was used before is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AcceptedProof {
    /// The key.
    pub key: Thumbprint,
    /// What it is remembered by: the SHA-256 of key and `jti`. Two keys may use one `jti`.
    pub fingerprint: [u8; 32],
    /// Until when any node could accept it again.
    pub remember_until: Timestamp,
    /// Its `nonce`, unchecked.
    pub nonce: Option<String>,
}

/// Checks the proof of a request. `headers` holds the value of every `DPoP` header; `None` when there is none.
///
/// # Errors
/// `DpopProofMalformed` for several headers, text that is no proof, and missing claims; `DpopProofMisdirected` for another
/// method, address or access token; `DpopProofStale`.
pub fn check(headers: &[Vec<u8>], target: &ProofTarget<'_>, now: Timestamp) -> Result<Option<AcceptedProof>, Refusal> {
    let header = match headers {
        [] => return Ok(None),
        [one] => one,
        _ => return Err(malformed("several DPoP headers")),
    };
    let text = std::str::from_utf8(header).map_err(|_| malformed("not text"))?;
    let proof =
        verify_key_proof(text, TYP, &ALGORITHMS, MAX_BYTES).map_err(|rejection| malformed(&rejection.to_string()))?;
    check_target(&proof.claims, target)?;
    let issued_at = check_age(&proof.claims, now)?;
    let token_id = token_id(&proof.claims)?;
    let fingerprint = *sha256(&[&proof.thumbprint, token_id.as_bytes()].concat()).as_bytes();
    Ok(Some(AcceptedProof {
        key: Thumbprint::from_bytes(proof.thumbprint),
        fingerprint,
        // Twice the skew: the clock of another node may be as far behind as that of the sender is ahead.
        remember_until: issued_at.plus(MAX_AGE).plus(lifetimes::CLOCK_SKEW).plus(lifetimes::CLOCK_SKEW),
        nonce: nonce_of(&proof.claims)?,
    }))
}

/// The `algs` parameter of a challenge, with its name (RFC 9449 §7.1).
pub fn challenge_algorithms() -> String {
    format!("algs={}", quoted_string(&ALGORITHMS.map(Algorithm::name).join(" ")))
}

fn check_target(claims: &VerifiedClaims, target: &ProofTarget<'_>) -> Result<(), Refusal> {
    let misdirected = |what: &str| Refusal::new(Cause::DpopProofMisdirected).with_detail(what);
    let method = claims.str("htm").ok_or_else(|| malformed("no htm"))?;
    let address = claims.str("htu").ok_or_else(|| malformed("no htu"))?;
    if method != target.method {
        return Err(misdirected("htm"));
    }
    if !target.addresses.iter().any(|known| target::is_same(address, known)) {
        return Err(misdirected("htu"));
    }
    let Some(access_token) = target.access_token else { return Ok(()) };
    let hash = claims.str("ath").ok_or_else(|| malformed("no ath"))?;
    if hash != URL_SAFE_NO_PAD.encode(sha256(access_token.as_bytes()).as_bytes()) {
        return Err(misdirected("ath"));
    }
    Ok(())
}

fn check_age(claims: &VerifiedClaims, now: Timestamp) -> Result<Timestamp, Refusal> {
    let seconds = claims.int("iat").ok_or_else(|| malformed("no iat"))?;
    let issued_at = Timestamp::from_millis(seconds.saturating_mul(1000));
    let oldest = now.minus(MAX_AGE).minus(lifetimes::CLOCK_SKEW);
    if issued_at < oldest || issued_at > now.plus(lifetimes::CLOCK_SKEW) {
        return Err(Refusal::new(Cause::DpopProofStale).with_detail(format!("iat {seconds}")));
    }
    Ok(issued_at)
}

fn token_id(claims: &VerifiedClaims) -> Result<&str, Refusal> {
    let is_sane = |token_id: &&str| (1..=MAX_TOKEN_ID_CHARS).contains(&token_id.chars().count());
    claims.str("jti").filter(is_sane).ok_or_else(|| malformed("jti is not 1 to 128 characters"))
}

/// A `nonce` of another type is not as good as none.
fn nonce_of(claims: &VerifiedClaims) -> Result<Option<String>, Refusal> {
    match claims.get("nonce") {
        None => Ok(None),
        Some(nonce) => nonce.as_str().map(|text| Some(text.to_owned())).ok_or_else(|| malformed("nonce is no text")),
    }
}

fn malformed(detail: &str) -> Refusal {
    Refusal::new(Cause::DpopProofMalformed).with_detail(detail)
}
