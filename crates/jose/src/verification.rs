//! Verifying a JWT against what the caller expects of it.
//!
//! Owns the order of checks: size, form, header, algorithm, type, key, signature, and only then
//! claims. Leaves replay (`jti`), the length of a token's life, and everything a claim means to the
//! caller, who states the rest in [`Expected`]. RFC 7519 §7.2, RFC 8725 §3, SECURITY rule 11.

use serde_json::{Map, Value};

use crate::algorithm::Algorithm;
use crate::claims::{VerifiedClaims, audiences, integer};
use crate::compact::CompactToken;
use crate::key_set::KeySet;
use crate::object::parse_object;
use crate::rejection::Rejection;

/// What `typ` must be. Compared without case and without `application/`. RFC 7515 §4.1.9.
#[derive(Clone, Copy)]
pub enum TypRule<'a> {
    /// Present and one of these.
    Exactly(&'a [&'a str]),
    /// Absent or one of these: for kinds of token that came before explicit typing.
    AbsentOr(&'a [&'a str]),
}

/// What `aud` must be. Strings are compared byte for byte.
#[derive(Clone, Copy)]
pub enum AudienceRule<'a> {
    /// A string or an array of strings, at least one of which is in this list.
    AnyOf(&'a [&'a str]),
    /// Exactly this string and not an array.
    StringOnly(&'a str),
    /// A string or a non-empty array of strings; the caller looks at them itself. For
    /// `id_token_hint`, where the audience says which client it is.
    Unchecked,
    /// Absent, or as with [`AudienceRule::AnyOf`]: for request objects. RFC 9101 §4.
    AbsentOr(&'a [&'a str]),
}

/// Whether a token may have expired, or never does. `exp` is always an integer where present.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expiry {
    /// `exp` must lie in the future, less the skew.
    Required,
    /// `exp` may be absent, else it must lie in the future, less the skew: for request objects. RFC 9101 §4.
    RequiredWherePresent,
    /// `exp` may have passed: for `id_token_hint`. OpenID Connect RP-Initiated Logout 1.0 §4.
    IgnoredWhenPast,
}

/// Everything a caller must say about the token it wants.
#[derive(Clone, Copy)]
pub struct Expected<'a> {
    /// The token type.
    pub typ: TypRule<'a>,
    /// The algorithms allowed here; the key's own list is applied too.
    pub algorithms: &'a [Algorithm],
    /// The exact `iss`; `None` if the caller compares it itself (it is then not required).
    pub issuer: Option<&'a str>,
    /// The audience.
    pub audience: AudienceRule<'a>,
    /// Names of further claims that must be present and not null, such as `iat`, `jti` or `sub`.
    pub required: &'a [&'a str],
    /// The time now, in Unix seconds.
    pub now_seconds: i64,
    /// How far clocks may differ, in seconds; 30 by default in this project.
    pub skew_seconds: i64,
    /// Whether an expired token is refused.
    pub expiry: Expiry,
    /// The longest token that is looked at, in bytes; 16 KiB for parameters.
    pub max_bytes: usize,
}

/// Verifies a compact JWT with the keys of its supposed owner.
///
/// `exp` must be present unless the caller says otherwise; `exp`, `nbf` and `iat` must be integers from 0 to 2^53 where present. A
/// token expires when `exp` plus skew is not after now; `nbf` and `iat` may lie one skew ahead.
///
/// # Errors
/// The first check that failed, see [`Rejection`]; claims are not read before the signature holds.
pub fn verify(token: &str, expected: &Expected<'_>, keys: &KeySet) -> Result<VerifiedClaims, Rejection> {
    let token = CompactToken::parse(token, expected.max_bytes)?;
    let algorithm = token
        .header
        .algorithm
        .filter(|algorithm| expected.algorithms.contains(algorithm))
        .ok_or(Rejection::AlgorithmNotAllowed)?;
    check_typ(token.header.typ.as_deref(), expected.typ)?;
    let key = keys.select(token.header.key_id.as_deref(), algorithm)?;
    if !key.verifies(algorithm, token.signing_input.as_bytes(), &token.signature) {
        return Err(Rejection::SignatureInvalid);
    }
    let claims = parse_object(&token.payload).map_err(Rejection::of_claims)?;
    check_claims(&claims, expected)?;
    Ok(VerifiedClaims { claims, key_id: key.key_id().map(str::to_owned), typ: token.header.typ })
}

pub(crate) fn check_typ(typ: Option<&str>, rule: TypRule<'_>) -> Result<(), Rejection> {
    let (TypRule::Exactly(allowed) | TypRule::AbsentOr(allowed)) = rule;
    let accepted = match typ {
        Some(typ) => {
            let name = without_application(typ);
            allowed.iter().any(|one| one.eq_ignore_ascii_case(name))
        }
        None => matches!(rule, TypRule::AbsentOr(_)),
    };
    if accepted { Ok(()) } else { Err(Rejection::TypNotExpected) }
}

/// The short form of a media type: `application/at+jwt` is `at+jwt`.
fn without_application(typ: &str) -> &str {
    const PREFIX: &str = "application/";
    match typ.split_at_checked(PREFIX.len()) {
        Some((prefix, name)) if prefix.eq_ignore_ascii_case(PREFIX) => name,
        _ => typ,
    }
}

pub(crate) fn check_claims(claims: &Map<String, Value>, expected: &Expected<'_>) -> Result<(), Rejection> {
    let is_missing = |name: &&str| claims.get(*name).is_none_or(Value::is_null);
    if expected.required.iter().any(is_missing) {
        return Err(Rejection::ClaimMissing);
    }
    if let Some(issuer) = expected.issuer
        && claims.get("iss").and_then(Value::as_str) != Some(issuer)
    {
        return Err(Rejection::IssuerMismatch);
    }
    check_audience(claims, expected.audience)?;
    check_times(claims, expected)
}

fn check_audience(claims: &Map<String, Value>, rule: AudienceRule<'_>) -> Result<(), Rejection> {
    let accepted = match rule {
        AudienceRule::AbsentOr(_) if !claims.contains_key("aud") => true,
        AudienceRule::AnyOf(allowed) | AudienceRule::AbsentOr(allowed) => {
            audiences(claims).is_some_and(|named| named.iter().any(|audience| allowed.contains(audience)))
        }
        AudienceRule::StringOnly(only) => claims.get("aud").and_then(Value::as_str) == Some(only),
        AudienceRule::Unchecked => audiences(claims).is_some_and(|named| !named.is_empty()),
    };
    if accepted { Ok(()) } else { Err(Rejection::AudienceMismatch) }
}

fn check_times(claims: &Map<String, Value>, expected: &Expected<'_>) -> Result<(), Rejection> {
    let expires = time(claims, "exp")?;
    let not_before = time(claims, "nbf")?;
    let issued = time(claims, "iat")?;
    let earliest = expected.now_seconds.saturating_sub(expected.skew_seconds);
    let latest = expected.now_seconds.saturating_add(expected.skew_seconds);
    match expires {
        None if expected.expiry != Expiry::RequiredWherePresent => return Err(Rejection::ExpiryMissing),
        Some(time) if expected.expiry != Expiry::IgnoredWhenPast && time <= earliest => return Err(Rejection::Expired),
        Some(_) | None => {}
    }
    if not_before.is_some_and(|time| time > latest) {
        return Err(Rejection::NotYetValid);
    }
    if issued.is_some_and(|time| time > latest) {
        return Err(Rejection::IssuedInFuture);
    }
    Ok(())
}

/// A time claim in Unix seconds; a present one of a wrong type is an error, null included.
fn time(claims: &Map<String, Value>, name: &str) -> Result<Option<i64>, Rejection> {
    match claims.get(name) {
        None => Ok(None),
        Some(value) => integer(value).map(Some).ok_or(Rejection::TimeMalformed),
    }
}

#[cfg(test)]
mod tests;
