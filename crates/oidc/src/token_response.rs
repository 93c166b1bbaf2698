//! Answers of the token endpoint, and the error body that every JSON endpoint shares.
//!
//! Owns the JSON. Leaves status and headers (`no-store`, challenges) to the door. RFC 6749 §5.1, §5.2; OIDC Core §3.1.3.3.

use portreeve_domain::{Confirmation, Fault, Lifetime, Scope};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::token_exchange::TokenType;
use crate::{Refusal, dpop};

/// The `token_type` of an access token, in registered spelling: how it is presented. One bound to a certificate alone is
/// borne as any other (RFC 6750 §4, RFC 9449 §5, RFC 8705 §3).
pub fn token_type(confirmation: &Confirmation) -> &'static str {
    if confirmation.key.is_some() { dpop::SCHEME } else { "Bearer" }
}

/// What a client gets. Holds secrets, so it is not `Debug`.
pub struct TokenResponse<'a> {
    /// The access token.
    pub access_token: &'a str,
    /// What it is bound to.
    pub confirmation: Confirmation,
    /// How long it lives from now.
    pub expires_in: Lifetime,
    /// Its scope, always told: it differs from the one asked for whenever a resource was chosen; left out when empty.
    pub scope: &'a Scope,
    /// The authorization details granted (RFC 9396 §7).
    pub details: &'a [Map<String, Value>],
    /// The refresh token, when the grant has one.
    pub refresh_token: Option<&'a str>,
    /// The ID token, when `openid` was granted.
    pub id_token: Option<&'a str>,
    /// The type of the token, when the grant is a token exchange (RFC 8693 §2.2.1).
    pub issued_token_type: Option<TokenType>,
}

impl TokenResponse<'_> {
    /// The body of the answer; `expires_in` is in whole seconds, rounded down.
    ///
    /// # Errors
    /// A fault if JSON cannot be written, which no value of these types causes.
    pub fn to_json(&self) -> Result<Vec<u8>, Fault> {
        let members = Members {
            access_token: self.access_token,
            token_type: token_type(&self.confirmation),
            expires_in: self.expires_in.as_seconds(),
            scope: self.scope.to_string(),
            authorization_details: self.details,
            refresh_token: self.refresh_token,
            id_token: self.id_token,
            issued_token_type: self.issued_token_type.map(TokenType::name),
        };
        serde_json::to_vec(&members).map_err(Fault::new)
    }
}

/// The body of an error answer: `error` and the fixed `error_description` of the cause; of the detail it tells the name of
/// a field at most (RFC 6749 §5.2).
///
/// # Errors
/// A fault if JSON cannot be written, which no value of these types causes.
pub fn error_json(refusal: &Refusal) -> Result<Vec<u8>, Fault> {
    let members = ErrorMembers { error: refusal.cause.code().as_str(), error_description: refusal.description() };
    serde_json::to_vec(&members).map_err(Fault::new)
}

#[derive(Serialize)]
struct Members<'a> {
    access_token: &'a str,
    token_type: &'a str,
    expires_in: i64,
    #[serde(skip_serializing_if = "String::is_empty")]
    scope: String,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    authorization_details: &'a [Map<String, Value>],
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    issued_token_type: Option<&'static str>,
}

#[derive(Serialize)]
struct ErrorMembers<'a> {
    error: &'a str,
    error_description: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Cause;
    use crate::testing::scope;
    use serde_json::{Value, json};

    fn body(response: &TokenResponse<'_>) -> Value {
        serde_json::from_slice(&response.to_json().unwrap()).unwrap()
    }

    /// OA-22, OA-16: `expires_in` is a number, `token_type` exact, and the scope is told.
    #[test]
    fn a_full_answer_has_every_member() {
        let granted = scope("openid email");
        let response = TokenResponse {
            access_token: "at",
            confirmation: Confirmation::BEARER,
            expires_in: Lifetime::from_millis(600_999),
            scope: &granted,
            details: &[],
            refresh_token: Some("rt"),
            id_token: Some("idt"),
            issued_token_type: None,
        };

        assert_eq!(
            body(&response),
            json!({
                "access_token": "at", "token_type": "Bearer", "expires_in": 600, "scope": "openid email",
                "refresh_token": "rt", "id_token": "idt"
            })
        );
    }

    /// OA-17: what was not issued is absent, not null.
    #[test]
    fn absent_tokens_are_left_out() {
        let nothing = Scope::default();
        let response = TokenResponse {
            access_token: "at",
            confirmation: Confirmation::BEARER,
            expires_in: Lifetime::from_seconds(600),
            scope: &nothing,
            details: &[],
            refresh_token: None,
            id_token: None,
            issued_token_type: None,
        };

        assert_eq!(body(&response), json!({"access_token": "at", "token_type": "Bearer", "expires_in": 600}));
    }

    /// OA-12: code and fixed text; the detail is for the operator.
    #[test]
    fn an_error_says_its_code_and_nothing_of_its_detail() {
        let refusal = Refusal::new(Cause::CodeNotYours).with_detail("issued to \"bank\"");

        let body: Value = serde_json::from_slice(&error_json(&refusal).unwrap()).unwrap();
        assert_eq!(
            body,
            json!({
                "error": "invalid_grant", "error_description": "the authorization code was issued to another client"
            })
        );
    }
}
