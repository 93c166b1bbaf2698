//! The device authorization endpoint: what a device may ask for, and what it is told.
//!
//! Owns the request's rules and the members of the answer. Leaves codes to `domain` and `issuer`, and the request that a
//! browser then answers to [`crate::authorization::Accepted::of_device`]. RFC 8628 §3.1, §3.2; RFC 8707 §2.

use portreeve_domain::journey::ConsentRule;
use portreeve_domain::{Client, Fault, GrantType, Lifetime, Scope, UserCode};
use serde::{Deserialize, Serialize};

use crate::authorization_details::{self, Detail};
use crate::scope_policy::{self, Known};
use crate::{Cause, Parameters, Refusal, resource};

/// What a device asks for, as accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceRequest {
    /// The scope, less what is silently ignored.
    pub scope: Scope,
    /// The resource servers the tokens are for, as registered (RFC 8707 §2).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<String>,
    /// What exactly is asked for (RFC 9396).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<Detail>,
}

impl DeviceRequest {
    /// Reads a request of `client`, which has authenticated; `known` has scopes in the tenant.
    ///
    /// The person is always asked, so `offline_access` is granted to a client that may refresh.
    ///
    /// # Errors
    /// `GrantTypeNotAllowed` for a client that is not registered for the grant; `ScopeMalformed`, `ScopeNotAllowed`; those
    /// of [`resource::targets`] and [`authorization_details::requested`].
    pub fn from_parameters(parameters: &Parameters, client: &Client, known: Known<'_>) -> Result<Self, Refusal> {
        if !client.may_use(GrantType::DeviceCode) {
            return Err(Refusal::new(Cause::GrantTypeNotAllowed).with_detail(GrantType::DeviceCode.name()));
        }
        let scope = Scope::parse(parameters.get("scope").unwrap_or_default())
            .map_err(|error| Refusal::new(Cause::ScopeMalformed).with_detail(error.to_string()))?;
        let scope = scope_policy::allowed(&scope, client, known)?;
        let resources = resource::targets(&parameters.all("resource"), client, known.servers)?;
        let details = authorization_details::requested(parameters, client, known.servers)?;
        let resources = authorization_details::targets(resources, &details)?;
        Ok(Self { scope: scope_policy::settle_offline_access(&scope, client, ConsentRule::Always), resources, details })
    }
}

/// What a device is told. Holds a secret, so it is not `Debug`.
pub struct DeviceAuthorizationResponse<'a> {
    /// What the device polls with.
    pub device_code: &'a str,
    /// What the person types.
    pub user_code: &'a UserCode,
    /// Where the person types it.
    pub verification_uri: &'a str,
    /// How long both codes live from now.
    pub expires_in: Lifetime,
    /// How long the device waits between two polls.
    pub interval: Lifetime,
}

impl DeviceAuthorizationResponse<'_> {
    /// The body of the answer (RFC 8628 §3.2).
    ///
    /// # Errors
    /// A fault if JSON cannot be written, which no value of these types causes.
    pub fn to_json(&self) -> Result<Vec<u8>, Fault> {
        let user_code = self.user_code.to_string();
        let members = Members {
            device_code: self.device_code,
            verification_uri: self.verification_uri,
            verification_uri_complete: format!("{}?user_code={user_code}", self.verification_uri),
            user_code,
            expires_in: self.expires_in.as_seconds(),
            interval: self.interval.as_seconds(),
        };
        serde_json::to_vec(&members).map_err(Fault::new)
    }
}

#[derive(Serialize)]
struct Members<'a> {
    device_code: &'a str,
    user_code: String,
    verification_uri: &'a str,
    verification_uri_complete: String,
    expires_in: i64,
    interval: i64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{orders_api, parameters, scope, web_client};
    use serde_json::{Value, json};

    fn read(pairs: &[(&str, &str)]) -> Result<DeviceRequest, Cause> {
        let mut client = web_client();
        client.metadata.grant_types = vec![GrantType::DeviceCode];
        let known = Known { servers: &[&orders_api()], ..Known::default() };
        DeviceRequest::from_parameters(&parameters(pairs), &client, known).map_err(|refusal| refusal.cause)
    }

    /// S-065: a client uses the grant only when it is registered for it.
    #[test]
    fn the_grant_is_opted_in_to() {
        let refusal = DeviceRequest::from_parameters(&parameters(&[]), &web_client(), Known::default()).unwrap_err();

        assert_eq!(refusal.cause, Cause::GrantTypeNotAllowed);
    }

    /// RFC 8628 §3.1, RFC 8707 §2: scope and resources have the rules of an authorization request.
    #[test]
    fn scope_and_resources_are_checked() {
        let asked = read(&[("scope", "openid orders.read"), ("resource", "https://api.example.com")]).unwrap();

        assert_eq!(asked.scope, scope("openid orders.read"));
        assert_eq!(asked.resources, ["https://api.example.com"]);
        assert_eq!(read(&[("scope", "a\"b")]), Err(Cause::ScopeMalformed));
        assert_eq!(read(&[("scope", "admin")]), Err(Cause::ScopeNotAllowed));
        assert_eq!(read(&[("resource", "https://other.example.com")]), Err(Cause::ResourceUnknown));
    }

    /// DV-01: the members of RFC 8628 §3.2.
    #[test]
    fn the_answer_has_every_member() {
        let user_code = UserCode::parse("BCD-FGH-JKL").unwrap();
        let response = DeviceAuthorizationResponse {
            device_code: "secret",
            user_code: &user_code,
            verification_uri: "https://id.example/device",
            expires_in: Lifetime::from_minutes(10),
            interval: Lifetime::from_seconds(5),
        };

        let body: Value = serde_json::from_slice(&response.to_json().unwrap()).unwrap();
        assert_eq!(
            body,
            json!({
                "device_code": "secret", "user_code": "BCD-FGH-JKL", "verification_uri": "https://id.example/device",
                "verification_uri_complete": "https://id.example/device?user_code=BCD-FGH-JKL",
                "expires_in": 600, "interval": 5
            })
        );
    }
}
