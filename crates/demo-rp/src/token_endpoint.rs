//! Requests to the token and revocation endpoints.
//!
//! Owns the form of each request, client authentication and the reading of the answer. What the tokens are used for
//! is decided elsewhere. RFC 6749 §4.1.3, §5, §6; RFC 7009 §2; RFC 7636 §4.5; RFC 8707 §2.2.

use serde_json::Value;

use crate::authorization::PendingSignIn;
use crate::client_authentication;
use crate::config::ClientConfig;
use crate::exchange::{Purpose, Step};
use crate::failure::{Failure, OAuthError};
use crate::http_client::{HttpClient, Outgoing, Received};

const CODE: Purpose = Purpose {
    title: "Token request",
    reason: "The server exchanges the code. The code_verifier proves that it is the one that sent your browser away.",
};
const REFRESH: Purpose = Purpose {
    title: "Refresh request",
    reason: "The refresh token buys a new access token without you. A rotating one is replaced at each use.",
};
const REVOKE: Purpose = Purpose {
    title: "Revocation request",
    reason: "Signing out ends the refresh token too, so that nobody who copied it can go on.",
};

/// A successful answer of the token endpoint. RFC 6749 §5.1.
pub(crate) struct TokenResponse {
    pub(crate) access_token: String,
    /// Seconds until the access token ends, when the issuer says so.
    pub(crate) expires_in: Option<i64>,
    pub(crate) refresh_token: Option<String>,
    pub(crate) id_token: Option<String>,
    /// The scopes granted, when they differ from those asked for (or when the issuer says so anyway).
    pub(crate) scope: Option<String>,
}

/// The token endpoint as one client uses it.
pub(crate) struct TokenEndpoint<'a> {
    pub(crate) http: &'a HttpClient,
    pub(crate) url: &'a str,
    pub(crate) client: &'a ClientConfig,
    /// The resource that means userinfo: the issuer itself, named where another resource was asked for as well.
    pub(crate) userinfo: Option<&'a str>,
}

impl TokenEndpoint<'_> {
    /// Exchanges a code for tokens.
    ///
    /// The token is for the issuer itself, to ask userinfo with it. One for the demo API comes from `refresh`. Errors: `Unreachable`, `RequestRefused`, `Unintelligible`.
    pub(crate) async fn exchange(
        &self,
        code: &str,
        redirect_uri: &str,
        pending: &mut PendingSignIn,
    ) -> Result<TokenResponse, Failure> {
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", redirect_uri),
            ("code_verifier", pending.verifier.expose()),
        ];
        form.extend(self.userinfo.map(|issuer| ("resource", issuer)));
        self.ask(CODE, form, &mut pending.step).await
    }

    /// Uses a refresh token, for the audience `resource` or, without one, for userinfo.
    ///
    /// Errors: `Unreachable`, `RequestRefused`, `Unintelligible`.
    pub(crate) async fn refresh(
        &self,
        refresh_token: &str,
        resource: Option<&str>,
        step: &mut Step,
    ) -> Result<TokenResponse, Failure> {
        let mut form = vec![("grant_type", "refresh_token"), ("refresh_token", refresh_token)];
        form.extend(resource.or(self.userinfo).map(|resource| ("resource", resource)));
        self.ask(REFRESH, form, step).await
    }

    async fn ask(&self, purpose: Purpose, form: Vec<(&str, &str)>, step: &mut Step) -> Result<TokenResponse, Failure> {
        let received = post(self.http, purpose, self.url, self.client, form, step).await?;
        let unintelligible = Failure::Unintelligible { request: purpose.title, status: received.status };
        let Some(body) = received.json() else { return Err(unintelligible) };
        if !received.status.is_success() {
            return Err(match OAuthError::from_json(&body) {
                Some(error) => Failure::RequestRefused { request: purpose.title, error },
                None => unintelligible,
            });
        }
        parse(&body).ok_or(unintelligible)
    }
}

/// Revokes a refresh token. Whatever the answer, the caller forgets the token.
///
/// Errors: `Unreachable`; a refusal is an answer and stands in the log. RFC 7009 §2.1, §2.2.
pub(crate) async fn revoke(
    http: &HttpClient,
    url: &str,
    client: &ClientConfig,
    refresh_token: &str,
    step: &mut Step,
) -> Result<(), Failure> {
    let form = vec![("token", refresh_token), ("token_type_hint", "refresh_token")];
    post(http, REVOKE, url, client, form, step).await.map(|_| ())
}

/// Posts a form with the client's authentication: its secret in the header, or its identifier alone in the form.
async fn post<'a>(
    http: &HttpClient,
    purpose: Purpose,
    url: &'a str,
    client: &'a ClientConfig,
    mut form: Vec<(&'a str, &'a str)>,
    step: &mut Step,
) -> Result<Received, Failure> {
    let authorization = match &client.client_secret {
        Some(secret) => Some(client_authentication::basic(&client.client_id, secret)),
        None => {
            form.push(("client_id", &client.client_id));
            None
        }
    };
    http.send(Outgoing { purpose, url, authorization, form: Some(form) }, step).await
}

/// Reads a successful answer; `None` when it lacks a token or is for another kind of token than Bearer.
fn parse(body: &Value) -> Option<TokenResponse> {
    let text = |name| body.get(name).and_then(Value::as_str).map(ToOwned::to_owned);
    if !text("token_type")?.eq_ignore_ascii_case("Bearer") {
        return None;
    }
    Some(TokenResponse {
        access_token: text("access_token").filter(|token| !token.is_empty())?,
        expires_in: body.get("expires_in").and_then(Value::as_i64).filter(|seconds| *seconds >= 0),
        refresh_token: text("refresh_token"),
        id_token: text("id_token"),
        scope: text("scope"),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// RFC 6749 §5.1, §7.1: the type is compared without regard to case, and an unknown type is not used.
    #[test]
    fn only_a_bearer_token_is_taken() {
        assert!(parse(&json!({"access_token": "a", "token_type": "bearer"})).is_some());
        assert!(parse(&json!({"access_token": "a", "token_type": "DPoP"})).is_none());
        assert!(parse(&json!({"access_token": "a"})).is_none());
        assert!(parse(&json!({"access_token": "", "token_type": "Bearer"})).is_none());
    }
}
