//! Request objects: an authorization request as a JWT that its client has signed.
//!
//! Owns what such a JWT must say, which parameters it holds, and which addresses it may be fetched from. Leaves keys and
//! fetching to `issuer`, and what becomes of the parameters outside to `authorization`. RFC 9101 §4, §5, §6.3, §10.8;
//! OIDC Core §6; OIDC Registration §2.
//!
//! `aud`, `exp` and `nbf` are checked where they are present: RFC 9101 §4 only recommends them. In profile `fapi2` they must be
//! there, and an object holds for an hour at most (FAPI 2.0 Message Signing §5.3.1).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use portreeve_crypto::sha256;
use portreeve_domain::{Client, Demand, Lifetime, Profile, Source, Timestamp, lifetimes};
use portreeve_jose::{
    Algorithm, AudienceRule, Expected, Expiry, KeySet, TypRule, UNSIGNED, claimed_encryption, is_unsigned,
    peek_unproven, read_unsigned, verify,
};
use serde_json::{Map, Value};

use crate::{Cause, Refusal, encryption, signatures};

/// The longest object that is looked at, in bytes.
pub const MAX_BYTES: usize = 16 * 1024;
/// How long a dated object may hold, and how long ago it may have begun to (FAPI 2.0 Message Signing §5.3.1).
const LONGEST: Lifetime = Lifetime::from_minutes(60);
/// What a dated object says besides its audience.
const DATES: [&str; 2] = ["nbf", "exp"];
/// How long a `request_uri` may be, in bytes (OIDC Core §6.2).
const MAX_URI_BYTES: usize = 512;
/// The explicit type, and the generic one (RFC 9101 §10.8).
const TYPES: [&str; 2] = ["oauth-authz-req+jwt", "JWT"];
/// Parameters that are JSON objects or arrays inside an object, as they are outside (OIDC Core §6.1, RFC 9396 §3).
const JSON: [&str; 3] = ["authorization_details", "claims", "registration"];
/// Parameters that an object must not hold (RFC 9101 §4, OIDC Core §6.1).
const NEVER_INSIDE: [&str; 2] = ["request", "request_uri"];

/// How the objects of a client are signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signing {
    /// By any algorithm that the profile leaves to clients.
    AnyOf {
        /// The algorithms.
        algorithms: &'static [Algorithm],
        /// Whether an object may be unsigned as well.
        or_none: bool,
    },
    /// By the registered one.
    Only(Algorithm),
    /// Not at all: they are worth what a query is worth.
    Unsigned,
}

/// From whom an object must be, for whom, and when.
#[derive(Clone, Copy, Debug)]
pub struct Expectation<'a> {
    /// The client whose request it is.
    pub client: &'a Client,
    /// The issuer, our name in `aud`.
    pub issuer: &'a str,
    /// The profile that the client is held to.
    pub profile: Profile,
    /// The time now.
    pub now: Timestamp,
}

/// Whether anybody but the client could have written a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// Anybody could.
    None,
    /// The client signed it.
    Signature,
}

/// The parameters that an object holds, as a request would.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestObject {
    pub(crate) pairs: Vec<(String, String)>,
    pub(crate) proof: Proof,
}

/// Where an object is fetched from: an address that is registered for its client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestUri<'a> {
    address: &'a str,
    hash: Option<&'a str>,
}

impl Signing {
    /// How `client` signs, in a tenant whose profile, tightened by the client's, is `profile`.
    ///
    /// # Errors
    /// `RequestObjectUnusable` for a registration that the profile does not allow any more.
    pub fn of(client: &Client, profile: Profile) -> Result<Self, Refusal> {
        match client.metadata.request_object_signing_alg.as_deref() {
            None => Ok(Self::any(profile)),
            Some(name) => Self::registered(name, profile).ok_or_else(|| unusable("registered is no usable algorithm")),
        }
    }

    /// What registering no algorithm means: any that is supported (OIDC Registration §2), among them `none` where it is.
    pub(crate) fn any(profile: Profile) -> Self {
        let algorithms = signatures::of_clients(profile.rules().signatures);
        Self::AnyOf { algorithms, or_none: profile.merges_request_objects() }
    }

    /// Whether `text` is to be read as an object that nobody has signed.
    pub fn reads_unsigned(self, text: &str) -> bool {
        match self {
            Self::AnyOf { or_none, .. } => or_none && is_unsigned(text, MAX_BYTES),
            Self::Only(_) => false,
            Self::Unsigned => true,
        }
    }

    /// What registering `name` means; `None` for a name that cannot be registered in `profile`.
    pub(crate) fn registered(name: &str, profile: Profile) -> Option<Self> {
        match name {
            UNSIGNED => profile.merges_request_objects().then_some(Self::Unsigned),
            name => {
                let allowed = signatures::of_clients(profile.rules().signatures);
                Algorithm::parse(name).filter(|known| allowed.contains(known)).map(Self::Only)
            }
        }
    }
}

impl RequestObject {
    /// Whether the client may encrypt an object as this one says it is.
    ///
    /// # Errors
    /// `RequestObjectUnusable` for another way than the registered one, and for one that does not exist here.
    pub fn check_encryption(text: &str, client: &Client) -> Result<(), Refusal> {
        let claimed = claimed_encryption(text, MAX_BYTES).ok_or_else(|| unusable("encrypted in a way unknown here"))?;
        let registered = encryption::of_request_objects(&client.metadata);
        if registered.is_some_and(|registered| registered != claimed) {
            return Err(unusable("encrypted in another way than registered"));
        }
        Ok(())
    }

    /// Verifies an object with the keys of its client.
    ///
    /// # Errors
    /// `RequestObjectUnusable` with what was wrong; `RequestObjectOfOtherClient`.
    pub fn signed(text: &str, by: &Expectation<'_>, signing: Signing, keys: &KeySet) -> Result<Self, Refusal> {
        let only;
        let algorithms: &[Algorithm] = match signing {
            Signing::AnyOf { algorithms, .. } => algorithms,
            Signing::Only(algorithm) => {
                only = [algorithm];
                &only
            }
            Signing::Unsigned => &[],
        };
        let audience = [by.issuer];
        let expected = Expected { algorithms, ..expected(by, &audience) };
        let claims = verify(text, &expected, keys).map_err(|rejection| unusable(rejection.to_string()))?;
        Self::of_claims(claims.into_members(), by, Proof::Signature)
    }

    /// Reads an object that nobody has signed.
    ///
    /// # Errors
    /// As [`Self::signed`].
    pub fn unsigned(text: &str, by: &Expectation<'_>) -> Result<Self, Refusal> {
        let audience = [by.issuer];
        let claims =
            read_unsigned(text, &expected(by, &audience)).map_err(|rejection| unusable(rejection.to_string()))?;
        Self::of_claims(claims, by, Proof::None)
    }

    fn of_claims(claims: Map<String, Value>, by: &Expectation<'_>, proof: Proof) -> Result<Self, Refusal> {
        check_names(&claims, by.client)?;
        check_dates(&claims, by)?;
        if let Some(name) = NEVER_INSIDE.into_iter().find(|name| claims.contains_key(*name)) {
            return Err(unusable(format!("holds {name}")));
        }
        let mut pairs = Vec::with_capacity(claims.len());
        let known = claims.into_iter().filter(|(name, _)| Source::Parameter.class_of(name).is_some());
        for (name, value) in known {
            let values =
                parameter_values(&name, value).ok_or_else(|| unusable(format!("{name} is of a wrong type")))?;
            pairs.extend(values.into_iter().map(|value| (name.clone(), value)));
        }
        Ok(Self { pairs, proof })
    }

    /// The value of a parameter that can be there once.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

impl<'a> RequestUri<'a> {
    /// The address that a `request_uri` parameter means, if it is one of the client's.
    ///
    /// Fragments are no part of an address: they only tell which version is meant (OIDC Core §6.2). That of the request
    /// counts, else that of the registration.
    ///
    /// # Errors
    /// `RequestUriNotRegistered`.
    pub fn registered(text: &'a str, client: &'a Client) -> Result<Self, Refusal> {
        let (address, hash) = split_fragment(text);
        let registered = client.metadata.request_uris.iter().map(|uri| split_fragment(uri));
        let known = registered.into_iter().find(|(known, _)| *known == address);
        match known.filter(|_| text.len() <= MAX_URI_BYTES) {
            Some((address, pinned)) => Ok(Self { address, hash: hash.or(pinned) }),
            None => Err(Cause::RequestUriNotRegistered.into()),
        }
    }

    /// Whether `text` can be registered, as far as its length and its fragment go.
    pub(crate) fn can_be_registered(text: &str) -> bool {
        let is_hash = |hash: &str| URL_SAFE_NO_PAD.decode(hash).is_ok_and(|bytes| bytes.len() == 32);
        text.len() <= MAX_URI_BYTES && split_fragment(text).1.is_none_or(is_hash)
    }

    /// Where it is fetched from; without a fragment.
    pub fn address(&self) -> &'a str {
        self.address
    }

    /// Whether `body` is the version that is meant: the fragment is its SHA-256, base64url (OIDC Core §6.2).
    pub fn means(&self, body: &[u8]) -> bool {
        self.hash.is_none_or(|hash| URL_SAFE_NO_PAD.encode(sha256(body).as_bytes()) == hash)
    }
}

/// The key that an object says it is signed with; nothing is proven.
pub fn claimed_key_id(text: &str) -> Option<String> {
    peek_unproven(text, MAX_BYTES)?.key_id
}

fn is_dated(by: &Expectation<'_>) -> bool {
    by.profile.rules().dated_request_objects == Demand::Required
}

fn expected<'a>(by: &Expectation<'_>, audience: &'a [&'a str]) -> Expected<'a> {
    let is_dated = is_dated(by);
    Expected {
        typ: TypRule::AbsentOr(&TYPES),
        algorithms: &[],
        issuer: None,
        audience: if is_dated { AudienceRule::AnyOf(audience) } else { AudienceRule::AbsentOr(audience) },
        required: if is_dated { &DATES } else { &[] },
        now_seconds: by.now.as_seconds(),
        skew_seconds: lifetimes::CLOCK_SKEW.as_seconds(),
        expiry: if is_dated { Expiry::Required } else { Expiry::RequiredWherePresent },
        max_bytes: MAX_BYTES,
    }
}

/// JA-01, JA-08: whoever is named is the client; and it is no client assertion, which is what a `sub` of that name would
/// make it (RFC 9101 §10.8).
fn check_names(claims: &Map<String, Value>, client: &Client) -> Result<(), Refusal> {
    let is_client = |name: &str| claims.get(name).is_none_or(|value| value.as_str() == Some(client.id.as_str()));
    if !is_client("client_id") || !is_client("iss") {
        return Err(Cause::RequestObjectOfOtherClient.into());
    }
    if claims.contains_key("sub") && is_client("sub") {
        return Err(unusable("sub is the client, as in a client assertion"));
    }
    Ok(())
}

/// M2-01: what holds for long can be brought again for long, by whoever saw it.
fn check_dates(claims: &Map<String, Value>, by: &Expectation<'_>) -> Result<(), Refusal> {
    let seconds = |name| claims.get(name).and_then(Value::as_i64).unwrap_or_default();
    let [begins, ends] = DATES.map(seconds);
    let longest = LONGEST.as_seconds();
    let is_short = ends.saturating_sub(begins) <= longest && by.now.as_seconds().saturating_sub(begins) <= longest;
    if is_dated(by) && !is_short {
        return Err(unusable("holds for more than an hour, or has for one"));
    }
    Ok(())
}

/// A claim as values of a parameter; `None` for JSON that no parameter can be.
pub(crate) fn parameter_values(name: &str, value: Value) -> Option<Vec<String>> {
    match value {
        Value::String(text) => Some(vec![text]),
        Value::Number(number) => number.as_i64().map(|number| vec![number.to_string()]),
        Value::Object(_) | Value::Array(_) if JSON.contains(&name) => Some(vec![value.to_string()]),
        Value::Array(values) if name == "resource" => {
            values.into_iter().map(|value| value.as_str().map(str::to_owned)).collect()
        }
        _ => None,
    }
}

fn split_fragment(uri: &str) -> (&str, Option<&str>) {
    uri.split_once('#').map_or((uri, None), |(address, fragment)| (address, Some(fragment)))
}

fn unusable(detail: impl Into<String>) -> Refusal {
    Refusal::new(Cause::RequestObjectUnusable).with_detail(detail)
}

#[cfg(test)]
#[path = "request_object_tests.rs"]
mod tests;
