//! The demo API: a resource server with one protected collection, `/api/orders`.
//!
//! Owns the reading of the bearer token and the wire form of every refusal. Leaves the decision to `introspection`.
//! A token in the query or in a form is not looked at. RFC 6750 §2.1, §3.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use http::{HeaderMap, StatusCode};
use serde_json::{Map, Value, json};

use crate::clock;
use crate::config::ApiConfig;
use crate::discovery::Provider;
use crate::http_client::HttpClient;
use crate::introspection::{self, Denial, ORDERS_READ};

/// The path of the protected collection.
pub(crate) const ORDERS_PATH: &str = "/api/orders";
/// Longer tokens are refused unread, in bytes.
const MAX_TOKEN_BYTES: usize = 8 * 1024;

/// What the API needs: its own credentials, and whom to ask.
pub(crate) struct OrdersApi {
    pub(crate) config: ApiConfig,
    pub(crate) provider: Arc<Provider>,
    pub(crate) http: HttpClient,
}

/// `GET /api/orders`: the orders, and what introspection said about the token.
pub(crate) async fn orders(State(api): State<Arc<OrdersApi>>, headers: HeaderMap) -> Response {
    match api.admit(&headers).await {
        Ok(members) => axum::Json(answer(&members)).into_response(),
        Err(denial) => refusal(&denial),
    }
}

impl OrdersApi {
    async fn admit(&self, headers: &HeaderMap) -> Result<Map<String, Value>, Denial> {
        let token = bearer_token(headers)?;
        let now = clock::unix_seconds();
        let members =
            introspection::ask(&self.http, &self.provider, &self.config, token, now).await.map_err(|failure| {
                tracing::warn!(?failure, "introspection failed");
                Denial::Unavailable
            })?;
        introspection::decide(&members, self.provider.issuer(), self.config.resource.as_deref(), now)?;
        Ok(members)
    }
}

/// Returns the token of the one `Authorization` header.
///
/// Errors: `NoToken` when there is no header or another scheme, `BadRequest` when there are two, or the token is
/// empty, too long or outside the alphabet `b64token`. RFC 6750 §2.1.
fn bearer_token(headers: &HeaderMap) -> Result<&str, Denial> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let value = values.next().ok_or(Denial::NoToken)?;
    if values.next().is_some() {
        return Err(Denial::BadRequest);
    }
    let (scheme, token) = value.to_str().map_err(|_| Denial::BadRequest)?.split_once(' ').ok_or(Denial::BadRequest)?;
    if !scheme.eq_ignore_ascii_case("Bearer") {
        return Err(Denial::NoToken);
    }
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
    if token.is_empty() || token.len() > MAX_TOKEN_BYTES || !token.bytes().all(allowed) {
        return Err(Denial::BadRequest);
    }
    Ok(token)
}

/// Shapes a refusal: status, `WWW-Authenticate` and a JSON body that says the same. RFC 6750 §3, §3.1.
fn refusal(denial: &Denial) -> Response {
    const REALM: &str = r#"Bearer realm="orders""#;
    let (status, code) = match denial {
        Denial::NoToken => {
            let body = json!({"message": "Send an access token in the Authorization header."});
            return (StatusCode::UNAUTHORIZED, [(WWW_AUTHENTICATE, REALM)], axum::Json(body)).into_response();
        }
        Denial::Unavailable => {
            let body = json!({"message": "The issuer could not be asked about the token. Try again."});
            return (StatusCode::SERVICE_UNAVAILABLE, axum::Json(body)).into_response();
        }
        Denial::BadRequest => (StatusCode::BAD_REQUEST, "invalid_request"),
        Denial::InvalidToken => (StatusCode::UNAUTHORIZED, "invalid_token"),
        Denial::InsufficientScope => (StatusCode::FORBIDDEN, "insufficient_scope"),
    };
    let mut challenge = format!(r#"{REALM}, error="{code}""#);
    if *denial == Denial::InsufficientScope {
        challenge.push_str(&format!(r#", scope="{ORDERS_READ}""#));
    }
    (status, [(WWW_AUTHENTICATE, challenge)], axum::Json(json!({"error": code}))).into_response()
}

/// The same two orders for everybody: what matters here is who may see them.
fn answer(members: &Map<String, Value>) -> Value {
    json!({
        "orders": [
            {"number": 1042, "item": "Oak gate, two leaves", "status": "being made"},
            {"number": 1037, "item": "Iron hinge, pair", "status": "delivered"},
        ],
        "introspection": members,
    })
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use http::header::AUTHORIZATION;

    use super::*;

    fn headers(values: &[&'static str]) -> HeaderMap {
        values.iter().map(|value| (AUTHORIZATION, HeaderValue::from_static(value))).collect()
    }

    fn challenge(denial: &Denial) -> (StatusCode, Option<String>) {
        let response = refusal(denial);
        let header = response.headers().get(WWW_AUTHENTICATE).map(|value| value.to_str().unwrap().to_owned());
        (response.status(), header)
    }

    #[test]
    fn a_bearer_token_is_read_whatever_the_case_of_the_scheme() {
        assert_eq!(bearer_token(&headers(&["Bearer a.b-c_d~+/="])), Ok("a.b-c_d~+/="));
        assert_eq!(bearer_token(&headers(&["bEARER t"])), Ok("t"));
    }

    #[test]
    fn a_request_without_a_bearer_token_has_none() {
        assert_eq!(bearer_token(&headers(&[])), Err(Denial::NoToken));
        assert_eq!(bearer_token(&headers(&["Basic dDp0"])), Err(Denial::NoToken));
    }

    #[test]
    fn two_tokens_or_a_malformed_one_are_a_bad_request() {
        for values in [&["Bearer a", "Bearer b"][..], &["Bearer"], &["Bearer "], &["Bearer a b"], &["Bearer \"a\""]] {
            assert_eq!(bearer_token(&headers(values)), Err(Denial::BadRequest), "{values:?}");
        }
    }

    /// RFC 6750 §3.1: without authentication information there is no error code.
    #[test]
    fn a_missing_token_is_answered_with_a_bare_challenge() {
        let expected = Some(r#"Bearer realm="orders""#.to_owned());

        assert_eq!(challenge(&Denial::NoToken), (StatusCode::UNAUTHORIZED, expected));
    }

    /// RFC 6750 §3.1: `invalid_token` is 401, `insufficient_scope` is 403 and may name the scope.
    #[test]
    fn each_denial_has_the_status_and_the_challenge_of_the_specification() {
        let invalid = r#"Bearer realm="orders", error="invalid_token""#.to_owned();
        let scope = r#"Bearer realm="orders", error="insufficient_scope", scope="orders.read""#.to_owned();
        let request = r#"Bearer realm="orders", error="invalid_request""#.to_owned();

        assert_eq!(challenge(&Denial::InvalidToken), (StatusCode::UNAUTHORIZED, Some(invalid)));
        assert_eq!(challenge(&Denial::InsufficientScope), (StatusCode::FORBIDDEN, Some(scope)));
        assert_eq!(challenge(&Denial::BadRequest), (StatusCode::BAD_REQUEST, Some(request)));
        assert_eq!(challenge(&Denial::Unavailable), (StatusCode::SERVICE_UNAVAILABLE, None));
    }
}
