//! Signed back-channel authentication requests: the whole request as a JWT of its client.
//!
//! Owns what such a JWT must say and that nothing stands beside it. A client that registered an algorithm signs every request, and
//! no other client signs any. Leaves keys and the replay of `jti` to `issuer`, and the parameters inside to
//! [`crate::backchannel_authentication`]. CIBA Core §4, §7.1.1; FAPI-CIBA §5.2.2.

use portreeve_domain::{Client, Demand, Lifetime, Profile, Source, Timestamp, lifetimes};
use portreeve_jose::{Algorithm, AudienceRule, Expected, Expiry, KeySet, TypRule, verify};
use serde_json::{Map, Value};

use crate::request_object::{MAX_BYTES, parameter_values};
use crate::{Cause, Parameters, Refusal, signatures};

/// What must be there besides `iss`, `aud` and `exp`.
const REQUIRED: [&str; 3] = ["iat", "nbf", "jti"];
/// How long a request may hold: the `jti` is remembered as long.
const LONGEST: Lifetime = Lifetime::from_minutes(60);
/// How long a `jti` may be, in characters.
const MAX_TOKEN_ID_CHARS: usize = 128;
/// What may stand beside the request: how the client authenticates.
const BESIDE: [&str; 5] = ["request", "client_id", "client_secret", "client_assertion", "client_assertion_type"];

/// From whom a request must be, for whom, and when.
#[derive(Clone, Copy, Debug)]
pub struct Expectation<'a> {
    /// The client, which has authenticated.
    pub client: &'a Client,
    /// The issuer, our name in `aud`.
    pub issuer: &'a str,
    /// What the client signs with.
    pub algorithm: Algorithm,
    /// The time now.
    pub now: Timestamp,
}

/// A request that its client signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedAuthentication {
    /// What it asks.
    pub parameters: Parameters,
    /// `jti`: 1 to 128 characters. The caller refuses it when the client used it before.
    pub token_id: String,
    /// Until when the same request would be accepted again.
    pub remember_until: Timestamp,
}

/// What `client` signs its requests with in `profile`; `None` when it does not.
///
/// # Errors
/// `SignedAuthenticationUnusable` for a registration that the profile does not allow any more; `SignedAuthenticationRequired` for
/// none where every request must be signed.
pub fn algorithm(client: &Client, profile: Profile) -> Result<Option<Algorithm>, Refusal> {
    match client.metadata.backchannel_authentication_request_signing_alg.as_deref() {
        Some(name) => registered(name, profile).map(Some).ok_or_else(|| unusable("registered is no usable algorithm")),
        None if profile.rules().signed_authentication == Demand::Required => {
            Err(Refusal::new(Cause::SignedAuthenticationRequired).with_detail("the client registered no algorithm"))
        }
        None => Ok(None),
    }
}

/// What registering `name` means; `None` for a name that cannot be registered in `profile`.
pub(crate) fn registered(name: &str, profile: Profile) -> Option<Algorithm> {
    Algorithm::parse(name).filter(|known| signatures::of_clients(profile.rules().signatures).contains(known))
}

/// The signed request among `parameters`, beside which nothing is asked.
///
/// # Errors
/// `SignedAuthenticationRequired` when there is none; `SignedAuthenticationNotAlone` with the name of what stands beside it.
pub fn alone(parameters: &Parameters) -> Result<&str, Refusal> {
    let text = parameters.get("request").ok_or(Refusal::new(Cause::SignedAuthenticationRequired))?;
    match parameters.names().find(|name| !BESIDE.contains(name)) {
        Some(beside) => Err(Refusal::new(Cause::SignedAuthenticationNotAlone).with_detail(beside)),
        None => Ok(text),
    }
}

/// Verifies a signed request with the keys of its client.
///
/// # Errors
/// `SignedAuthenticationUnusable` with what was wrong; those of [`Parameters::from_pairs`].
pub fn check(text: &str, by: &Expectation<'_>, keys: &KeySet) -> Result<SignedAuthentication, Refusal> {
    let (algorithms, audience) = ([by.algorithm], [by.issuer]);
    let expected = Expected {
        typ: TypRule::AbsentOr(&["JWT"]),
        algorithms: &algorithms,
        issuer: Some(by.client.id.as_str()),
        audience: AudienceRule::AnyOf(&audience),
        required: &REQUIRED,
        now_seconds: by.now.as_seconds(),
        skew_seconds: lifetimes::CLOCK_SKEW.as_seconds(),
        expiry: Expiry::Required,
        max_bytes: MAX_BYTES,
    };
    let claims = verify(text, &expected, keys).map_err(|rejection| unusable(rejection.to_string()))?;
    let seconds = |name| claims.int(name).unwrap_or_default();
    let (begins, ends) = (seconds("nbf"), seconds("exp"));
    if ends.saturating_sub(begins) > LONGEST.as_seconds() {
        return Err(unusable("holds for more than an hour"));
    }
    let is_sane = |text: &&str| (1..=MAX_TOKEN_ID_CHARS).contains(&text.chars().count());
    let token_id =
        claims.str("jti").filter(is_sane).ok_or_else(|| unusable("jti is not 1 to 128 characters"))?.to_owned();
    let remember_until = Timestamp::from_millis(ends.saturating_mul(1000)).plus(lifetimes::CLOCK_SKEW);
    Ok(SignedAuthentication { parameters: parameters_of(claims.into_members())?, token_id, remember_until })
}

/// The claims that are parameters, as a form would hold them; how the client authenticates is none of them.
fn parameters_of(claims: Map<String, Value>) -> Result<Parameters, Refusal> {
    let mut pairs = Vec::with_capacity(claims.len());
    for (name, value) in claims {
        if Source::Parameter.class_of(&name).is_none() || BESIDE.contains(&name.as_str()) {
            continue;
        }
        let values = parameter_values(&name, value).ok_or_else(|| unusable(format!("{name} is of a wrong type")))?;
        pairs.extend(values.into_iter().map(|value| (name.clone(), value)));
    }
    Parameters::from_pairs(pairs)
}

fn unusable(detail: impl Into<String>) -> Refusal {
    Refusal::new(Cause::SignedAuthenticationUnusable).with_detail(detail)
}
