//! What client assertions and JWT bearer grants have in common: a JWT made for this server alone, good once and not long.
//!
//! Owns audience, times and how long names may be. Leaves which algorithms count to `signatures`, what each kind says besides to
//! `assertion` and `jwt_bearer`, which give a refusal its code, and the replay of `jti` to `issuer`. RFC 7521 §5.2; RFC 7523 §3;
//! S-049, S-068.
//!
//! Audience: in profile `fapi2` the issuer as a string; else the issuer or one of its endpoints that specifications name
//! (RFC 7523 §3, RFC 9126 §2, CIBA Core §7.1), as one string or in an array that holds nothing else, whichever of them it is
//! sent to. Clients in use send all of these; an audience beside ours would mean that the assertion was also made for another
//! server.

use portreeve_crypto::SecretText;
use portreeve_domain::{AssertionAudience, Lifetime, Timestamp, lifetimes};
use portreeve_jose::{
    Algorithm, AudienceRule, Expected, Expiry, KeySet, TypRule, VerifiedClaims, shared_secret, verify,
};

/// The longest assertion that is looked at, in bytes.
pub(crate) const MAX_BYTES: usize = 16 * 1024;

/// The server as an assertion may name it.
#[derive(Clone, Copy, Debug)]
pub struct Recipient<'a> {
    /// The issuer.
    pub issuer: &'a str,
    /// Its endpoints that an assertion may name instead, as discovery prints them.
    pub endpoints: &'a [String],
    /// What it must be made for.
    pub audience: AssertionAudience,
    /// What an assertion may be signed with, unless it has a MAC.
    pub algorithms: &'a [Algorithm],
}

/// What an assertion is verified with; which of the two is decided by what was registered, never by the assertion (S-052).
#[derive(Clone, Copy)]
pub enum AssertionKeys<'a> {
    /// Public keys of whom it is from.
    Public(&'a KeySet),
    /// The client's live secrets.
    Secrets(&'a [SecretText]),
}

/// What differs between the kinds.
pub(crate) struct Rules<'a> {
    /// `iss`, exactly.
    pub(crate) issuer: &'a str,
    /// The values of `typ`, beside none at all.
    pub(crate) types: &'a [&'a str],
    /// How far ahead an assertion may expire, and how long ago it may have been made: replay is remembered as long.
    pub(crate) max_lifetime: Lifetime,
}

/// An assertion whose signature, issuer, audience and times are good. `sub` and `jti` are there.
pub(crate) struct Proven {
    pub(crate) claims: VerifiedClaims,
    /// Until when the same assertion would be accepted again.
    pub(crate) remember_until: Timestamp,
}

/// Verifies an assertion with what belongs to whom it says it is from. Clocks may differ by [`lifetimes::CLOCK_SKEW`].
///
/// # Errors
/// What was wrong, for the log.
pub(crate) fn check(
    assertion: &str,
    rules: &Rules<'_>,
    recipient: &Recipient<'_>,
    keys: AssertionKeys<'_>,
    now: Timestamp,
) -> Result<Proven, String> {
    let endpoints = recipient.endpoints.iter().map(String::as_str);
    let (audiences, is_string): (Vec<&str>, _) = match recipient.audience {
        AssertionAudience::IssuerOrEndpoint => (endpoints.chain([recipient.issuer]).collect(), false),
        AssertionAudience::IssuerAsString => (vec![recipient.issuer], true),
    };
    let audience = if is_string { AudienceRule::StringOnly(recipient.issuer) } else { AudienceRule::AnyOf(&audiences) };
    let expected = Expected {
        typ: TypRule::AbsentOr(rules.types),
        algorithms: recipient.algorithms,
        issuer: Some(rules.issuer),
        audience,
        required: &["sub", "jti"],
        now_seconds: now.as_seconds(),
        skew_seconds: lifetimes::CLOCK_SKEW.as_seconds(),
        expiry: Expiry::Required,
        max_bytes: MAX_BYTES,
    };
    let verified = match keys {
        AssertionKeys::Public(keys) => verify(assertion, &expected, keys),
        AssertionKeys::Secrets(secrets) => {
            shared_secret::verify(assertion, &expected, secrets.iter().map(|secret| secret.expose().as_bytes()))
        }
    };
    let claims = verified.map_err(|rejection| rejection.to_string())?;
    if !claims.audiences().iter().all(|audience| audiences.contains(audience)) {
        return Err("made for another server too".to_owned());
    }
    let remember_until = check_lifetime(&claims, rules.max_lifetime, now)?;
    Ok(Proven { claims, remember_until })
}

/// A claim that is text of 1 to `max_chars` characters.
///
/// # Errors
/// What was wrong, for the log.
pub(crate) fn name(claims: &VerifiedClaims, claim: &str, max_chars: usize) -> Result<String, String> {
    let is_sane = |text: &&str| (1..=max_chars).contains(&text.chars().count());
    let text = claims.str(claim).filter(is_sane).map(str::to_owned);
    text.ok_or_else(|| format!("{claim} is not 1 to {max_chars} characters"))
}

/// Checks how far the times reach; that they are integers and not past or future was checked with the signature.
fn check_lifetime(claims: &VerifiedClaims, longest: Lifetime, now: Timestamp) -> Result<Timestamp, String> {
    let instant = |claim| claims.int(claim).map(|seconds| Timestamp::from_millis(seconds.saturating_mul(1000)));
    let expires_at = instant("exp").ok_or("exp is missing")?;
    if expires_at > now.plus(longest).plus(lifetimes::CLOCK_SKEW) {
        return Err(format!("exp lies more than {} seconds ahead", longest.as_seconds()));
    }
    if instant("iat").is_some_and(|issued| issued < now.minus(longest).minus(lifetimes::CLOCK_SKEW)) {
        return Err(format!("iat lies more than {} seconds back", longest.as_seconds()));
    }
    Ok(expires_at.plus(lifetimes::CLOCK_SKEW))
}
