//! Token introspection, as a resource server asks for it.
//!
//! Owns the request and the decision whether a token opens the demo API. Leaves the wire form of a refusal to `api`.
//! RFC 7662 §2; RFC 9700 §2.3 (audience).

use serde_json::{Map, Value};

use crate::client_authentication;
use crate::config::ApiConfig;
use crate::discovery::Provider;
use crate::exchange::{Purpose, Step};
use crate::failure::Failure;
use crate::http_client::{HttpClient, Outgoing};

/// The scope that the demo API demands.
pub(crate) const ORDERS_READ: &str = "orders.read";

const INTROSPECTION: Purpose = Purpose {
    title: "Introspection request",
    reason: "The API asks the issuer whether the token is good, for whom and for what.",
};

/// Why the API answers a request without its data.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Denial {
    /// No bearer token was sent. RFC 6750 §3.1: no error code then.
    NoToken,
    /// The `Authorization` header is repeated or malformed.
    BadRequest,
    /// Unknown, expired, revoked, of another issuer or for another audience.
    InvalidToken,
    /// The token is good, but not for this.
    InsufficientScope,
    /// The issuer could not be asked. Broken is not "inactive".
    Unavailable,
}

/// Asks the issuer about a token with the API's own credentials.
///
/// Returns the members of the answer, whatever they say. Errors: `Unreachable`, `Unintelligible`, `NotOffered`.
pub(crate) async fn ask(
    http: &HttpClient,
    provider: &Provider,
    api: &ApiConfig,
    token: &str,
    now: i64,
) -> Result<Map<String, Value>, Failure> {
    let mut step = Step::new(INTROSPECTION.title);
    let metadata = provider.metadata(now, &mut step).await?;
    let url = metadata.introspection_endpoint.as_deref().ok_or(Failure::NotOffered("introspection_endpoint"))?;
    let outgoing = Outgoing {
        purpose: INTROSPECTION,
        url,
        authorization: Some(client_authentication::basic(&api.client_id, &api.client_secret)),
        form: Some(vec![("token", token), ("token_type_hint", "access_token")]),
    };
    let received = http.send(outgoing, &mut step).await?;
    match received.json() {
        Some(Value::Object(members)) if received.status.is_success() => Ok(members),
        _ => Err(Failure::Unintelligible { request: INTROSPECTION.title, status: received.status }),
    }
}

/// Decides whether an introspected token opens the orders.
///
/// `resource` is the API's own audience, when it has one. Only `active` is sure to be in an answer (RFC 7662 §2.2):
/// `iss` and `exp` are checked when present, the audience always when the API has one, the scope always.
/// Errors: `InvalidToken`, `InsufficientScope`.
pub(crate) fn decide(
    members: &Map<String, Value>,
    issuer: &str,
    resource: Option<&str>,
    now: i64,
) -> Result<(), Denial> {
    let active = members.get("active") == Some(&Value::Bool(true));
    let same_issuer = members.get("iss").is_none_or(|iss| iss.as_str() == Some(issuer));
    let unexpired = members.get("exp").is_none_or(|exp| exp.as_i64().is_some_and(|exp| exp > now));
    let for_us = resource.is_none_or(|resource| holds_audience(members.get("aud"), resource));
    if !(active && same_issuer && unexpired && for_us) {
        return Err(Denial::InvalidToken);
    }
    let scope = members.get("scope").and_then(Value::as_str).unwrap_or_default();
    if scope.split(' ').any(|granted| granted == ORDERS_READ) { Ok(()) } else { Err(Denial::InsufficientScope) }
}

fn holds_audience(aud: Option<&Value>, resource: &str) -> bool {
    match aud {
        Some(Value::String(one)) => one == resource,
        Some(Value::Array(several)) => several.iter().any(|one| one.as_str() == Some(resource)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ISSUER: &str = "https://op.example";
    const RESOURCE: &str = "https://api.example.com";
    const NOW: i64 = 1_800_000_000;

    fn good() -> Value {
        json!({"active": true, "iss": ISSUER, "aud": RESOURCE, "exp": NOW + 60, "scope": "openid orders.read"})
    }

    fn decision_with(name: &str, value: Value) -> Result<(), Denial> {
        let mut answer = good();
        answer[name] = value;
        decide(answer.as_object().unwrap(), ISSUER, Some(RESOURCE), NOW)
    }

    #[test]
    fn a_good_token_opens_the_orders() {
        assert_eq!(decision_with("aud", json!([RESOURCE, "other"])), Ok(()));
        assert_eq!(decision_with("active", json!(true)), Ok(()));
    }

    /// RFC 7662 §2.2: `active` is a boolean.
    #[test]
    fn an_inactive_token_is_invalid() {
        for inactive in [json!(false), json!("true"), json!(1), Value::Null] {
            assert_eq!(decision_with("active", inactive), Err(Denial::InvalidToken));
        }
    }

    #[test]
    fn a_token_for_another_audience_of_another_issuer_or_expired_is_invalid() {
        assert_eq!(decision_with("aud", json!("https://other.example")), Err(Denial::InvalidToken));
        assert_eq!(decision_with("aud", Value::Null), Err(Denial::InvalidToken));
        assert_eq!(decision_with("iss", json!("https://evil.example")), Err(Denial::InvalidToken));
        assert_eq!(decision_with("exp", json!(NOW)), Err(Denial::InvalidToken));
    }

    #[test]
    fn a_token_without_the_scope_is_insufficient_and_a_prefix_does_not_help() {
        for scope in [json!("openid"), json!("orders.read.all orders"), json!(""), Value::Null] {
            assert_eq!(decision_with("scope", scope), Err(Denial::InsufficientScope));
        }
    }
}
