//! Software statements: what a trusted issuer says of a client's software, in place of the client's own words.
//!
//! Owns what such a JWT must be. Leaves whose statements count, and their keys, to `issuer`; what is said has the rules of any
//! registration (`client_registration`). RFC 7591 §2.3, §3.1.1.
//!
//! It is no credential: it may be as old as the software, and every instance sends the same. `exp`, `nbf` and `aud` are checked
//! where they are present.

use portreeve_domain::{Profile, Timestamp, lifetimes};
use portreeve_jose::{AudienceRule, Expected, Expiry, KeySet, TypRule, verify};
use serde_json::{Map, Value};

use crate::jwt_assertion::MAX_BYTES;
use crate::{Cause, Refusal, signatures};

/// Claims of the JWT itself: they say nothing of the software (RFC 7519 §4.1).
const OF_THE_JWT: [&str; 7] = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti"];

/// Whose statement is expected, and where.
#[derive(Clone, Copy, Debug)]
pub struct Expectation<'a> {
    /// The trusted issuer.
    pub issuer: &'a str,
    /// Our own issuer, which `aud` names where it is there.
    pub audience: &'a str,
    /// The profile of the tenant.
    pub profile: Profile,
    /// The time now.
    pub now: Timestamp,
}

/// What a statement says of the software, verified with the keys of its issuer.
///
/// `sub`, where it is there, is the software or its issuer: a JWT about anybody else is an assertion, which the same issuer may
/// sign in the same way (RFC 8725 §3.12).
///
/// # Errors
/// `StatementUnusable`, whatever was wrong; the detail says what.
pub fn check(statement: &str, from: &Expectation<'_>, keys: &KeySet) -> Result<Map<String, Value>, Refusal> {
    let audience = [from.audience];
    let expected = Expected {
        typ: TypRule::AbsentOr(&["JWT"]),
        algorithms: signatures::of_clients(from.profile.rules().signatures),
        issuer: Some(from.issuer),
        audience: AudienceRule::AbsentOr(&audience),
        required: &[],
        now_seconds: from.now.as_seconds(),
        skew_seconds: lifetimes::CLOCK_SKEW.as_seconds(),
        expiry: Expiry::RequiredWherePresent,
        max_bytes: MAX_BYTES,
    };
    let claims = verify(statement, &expected, keys).map_err(|rejection| unusable(rejection.to_string()))?;
    let mut said = claims.into_members();
    let subject = said.get("sub");
    if subject.is_some_and(|subject| subject != from.issuer && Some(subject) != said.get("software_id")) {
        return Err(unusable("sub is neither the software nor the issuer"));
    }
    said.retain(|name, _| !OF_THE_JWT.contains(&name.as_str()));
    if said.contains_key("software_statement") {
        return Err(unusable("holds another statement"));
    }
    Ok(said)
}

fn unusable(detail: impl Into<String>) -> Refusal {
    Refusal::new(Cause::StatementUnusable).with_detail(detail)
}
