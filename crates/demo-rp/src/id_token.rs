//! Verification of ID tokens.
//!
//! Owns every check that OpenID Connect Core §3.1.3.7 asks of a client, in its order, and `at_hash` (§3.1.3.6).
//! Leaves fetching keys to `discovery` and the comparison of subjects across tokens to its callers.
//! Times are integers in seconds; anything else is refused. RFC 7515 §4, RFC 7519 §4.1.

use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};
use subtle::ConstantTimeEq;

use crate::jwks::{Algorithm, KeySet, SignatureFault};

/// How far the issuer's clock may be from ours, in seconds.
const SKEW_SECONDS: i64 = 30;
/// The longest token read, in bytes.
const MAX_BYTES: usize = 16 * 1024;
/// The longest subject, in characters. OpenID Connect Core §2.
const MAX_SUBJECT: usize = 255;

/// What an ID token must say to be accepted.
pub(crate) struct Expectation<'a> {
    pub(crate) issuer: &'a str,
    pub(crate) client_id: &'a str,
    pub(crate) nonce: Nonce<'a>,
    /// The access token that came with it, for `at_hash`.
    pub(crate) access_token: Option<&'a str>,
    /// The present time in Unix seconds.
    pub(crate) now: i64,
}

/// What the `nonce` claim must be.
pub(crate) enum Nonce<'a> {
    /// The nonce of the authorization request that the token answers. OpenID Connect Core §3.1.3.7 item 11.
    Exactly(&'a str),
    /// A refreshed token: absent, or the nonce of the sign-in. OpenID Connect Core §12.2.
    SameIfPresent(&'a str),
}

/// The cause for which a token is refused.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum IdTokenFault {
    /// Not three base64url parts with two JSON objects.
    #[error("It is not a signed JWT.")]
    Malformed,
    /// Neither ES256 nor RS256; `none` is one of them.
    #[error("It is signed with an algorithm that this client does not accept.")]
    Algorithm,
    /// A header member that the client would have to understand, or another `typ`.
    #[error("Its header asks for something that this client does not understand.")]
    Header,
    /// The issuer publishes no such key.
    #[error("The issuer publishes no key that fits it.")]
    UnknownKey,
    /// The signature is wrong.
    #[error("Its signature is wrong.")]
    Signature,
    /// Another issuer's.
    #[error("Its iss is another issuer.")]
    Issuer,
    /// For another client, or for several without naming this one in `azp`.
    #[error("Its aud or azp is another client.")]
    Audience,
    /// `exp` is past or no integer.
    #[error("Its exp is past, or absent.")]
    Expired,
    /// `iat` lies in the future or is no integer.
    #[error("Its iat lies in the future, or is absent.")]
    IssuedAt,
    /// Not the nonce of this browser's request.
    #[error("Its nonce is not the one this browser was given.")]
    Nonce,
    /// `at_hash` belongs to another access token.
    #[error("Its at_hash does not fit the access token.")]
    AccessTokenHash,
    /// `sub` is absent, empty or too long.
    #[error("Its sub is absent or too long.")]
    Subject,
}

/// An ID token that passed every check. Only `verify` makes one.
pub(crate) struct VerifiedIdToken {
    header: Map<String, Value>,
    claims: Map<String, Value>,
    subject: String,
    checks: Vec<&'static str>,
}

impl VerifiedIdToken {
    pub(crate) fn header(&self) -> &Map<String, Value> {
        &self.header
    }

    pub(crate) fn claims(&self) -> &Map<String, Value> {
        &self.claims
    }

    /// The `sub` claim: who signed in, as this issuer names them.
    pub(crate) fn subject(&self) -> &str {
        &self.subject
    }

    /// The names of the checks made, in order.
    pub(crate) fn checks(&self) -> &[&'static str] {
        &self.checks
    }
}

/// Verifies an ID token: signature, `iss`, `aud`, `azp`, `exp`, `iat`, `nonce`, `at_hash`, `sub`.
///
/// Errors: the first `IdTokenFault` in that order. `UnknownKey` is worth one retry with fresh keys.
/// OpenID Connect Core §3.1.3.7.
pub(crate) fn verify(
    token: &str,
    keys: &KeySet,
    expectation: &Expectation<'_>,
) -> Result<VerifiedIdToken, IdTokenFault> {
    let (header, claims) = verify_signature(token, keys)?;
    let mut checks = vec!["signature"];
    check_parties(&claims, expectation)?;
    checks.extend(["iss", "aud"]);
    check_times(&claims, expectation.now)?;
    checks.extend(["exp", "iat"]);
    if check_nonce(&claims, &expectation.nonce)? {
        checks.push("nonce");
    }
    if let (Some(hash), Some(access_token)) = (claims.get("at_hash"), expectation.access_token) {
        check_access_token_hash(hash, access_token)?;
        checks.push("at_hash");
    }
    let subject = check_subject(&claims)?;
    Ok(VerifiedIdToken { header, claims, subject, checks })
}

/// Reads header and claims of a JWT without believing them, for display alone; `None` when it is no JWT.
pub(crate) fn peek(token: &str) -> Option<(Map<String, Value>, Map<String, Value>)> {
    let mut parts = token.split('.');
    let (header, claims, signature) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || signature.is_empty() || token.len() > MAX_BYTES {
        return None;
    }
    Some((object(header)?, object(claims)?))
}

type Decoded = (Map<String, Value>, Map<String, Value>);

fn verify_signature(token: &str, keys: &KeySet) -> Result<Decoded, IdTokenFault> {
    if token.len() > MAX_BYTES {
        return Err(IdTokenFault::Malformed);
    }
    let (message, signature) = token.rsplit_once('.').ok_or(IdTokenFault::Malformed)?;
    let (header, claims) = message.split_once('.').ok_or(IdTokenFault::Malformed)?;
    let header = object(header).ok_or(IdTokenFault::Malformed)?;
    let algorithm = text(&header, "alg").and_then(Algorithm::parse).ok_or(IdTokenFault::Algorithm)?;
    let other_type =
        header.get("typ").is_some_and(|typ| !typ.as_str().is_some_and(|typ| typ.eq_ignore_ascii_case("JWT")));
    if other_type || header.contains_key("crit") {
        return Err(IdTokenFault::Header);
    }
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| IdTokenFault::Malformed)?;
    keys.verify(algorithm, text(&header, "kid"), message.as_bytes(), &signature).map_err(|fault| match fault {
        SignatureFault::UnknownKey => IdTokenFault::UnknownKey,
        SignatureFault::Wrong => IdTokenFault::Signature,
    })?;
    let claims = object(claims).ok_or(IdTokenFault::Malformed)?;
    Ok((header, claims))
}

fn check_parties(claims: &Map<String, Value>, expectation: &Expectation<'_>) -> Result<(), IdTokenFault> {
    if text(claims, "iss") != Some(expectation.issuer) {
        return Err(IdTokenFault::Issuer);
    }
    let client_id = Some(expectation.client_id);
    let (named, alone) = match claims.get("aud") {
        Some(Value::String(one)) => (Some(one.as_str()) == client_id, true),
        Some(Value::Array(several)) => (several.iter().any(|one| one.as_str() == client_id), several.len() == 1),
        _ => (false, false),
    };
    let authorized = match claims.get("azp") {
        None => alone,
        Some(azp) => azp.as_str() == client_id,
    };
    if named && authorized { Ok(()) } else { Err(IdTokenFault::Audience) }
}

fn check_times(claims: &Map<String, Value>, now: i64) -> Result<(), IdTokenFault> {
    let seconds = |name| claims.get(name).and_then(Value::as_i64);
    match seconds("exp") {
        Some(exp) if exp > now.saturating_sub(SKEW_SECONDS) => {}
        _ => return Err(IdTokenFault::Expired),
    }
    match seconds("iat") {
        Some(iat) if iat <= now.saturating_add(SKEW_SECONDS) => Ok(()),
        _ => Err(IdTokenFault::IssuedAt),
    }
}

/// Returns whether there was a nonce to compare.
fn check_nonce(claims: &Map<String, Value>, rule: &Nonce<'_>) -> Result<bool, IdTokenFault> {
    let expected = match rule {
        Nonce::SameIfPresent(_) if !claims.contains_key("nonce") => return Ok(false),
        Nonce::Exactly(expected) | Nonce::SameIfPresent(expected) => expected,
    };
    let found = text(claims, "nonce").unwrap_or_default();
    if bool::from(found.as_bytes().ct_eq(expected.as_bytes())) { Ok(true) } else { Err(IdTokenFault::Nonce) }
}

/// Both accepted algorithms use SHA-256, so the left half is 16 bytes. OpenID Connect Core §3.1.3.6.
fn check_access_token_hash(hash: &Value, access_token: &str) -> Result<(), IdTokenFault> {
    let digest = digest::digest(&digest::SHA256, access_token.as_bytes());
    let left_half = digest.as_ref().get(..16).unwrap_or_default();
    if hash.as_str() == Some(URL_SAFE_NO_PAD.encode(left_half).as_str()) {
        Ok(())
    } else {
        Err(IdTokenFault::AccessTokenHash)
    }
}

fn check_subject(claims: &Map<String, Value>) -> Result<String, IdTokenFault> {
    match text(claims, "sub") {
        Some(subject) if !subject.is_empty() && subject.chars().count() <= MAX_SUBJECT => Ok(subject.to_owned()),
        _ => Err(IdTokenFault::Subject),
    }
}

fn object(part: &str) -> Option<Map<String, Value>> {
    let bytes = URL_SAFE_NO_PAD.decode(part).ok()?;
    serde_json::from_slice(&bytes).ok()
}

fn text<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    object.get(name).and_then(Value::as_str)
}

#[cfg(test)]
mod tests;
