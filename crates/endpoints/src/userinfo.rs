//! The userinfo endpoint, by GET and POST. OIDC Core §5.3, RFC 6750.

use axum::extract::{FromRequest, Request};
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use portreeve_domain::{Failure, Scope};
use portreeve_issuer::Userinfo;
use portreeve_oidc::bearer::{self, Places};
use portreeve_oidc::{ErrorCode, Parameters, Refusal};

use crate::answer::{Challenge, json_reply};
use crate::authorization::Authorization;
use crate::form::PostedForm;
use crate::tenant_request::TenantRequest;

/// What the endpoint needs, for the challenge.
const SCOPE: &str = "openid";

/// Answers a GET request: the token is in the header.
pub(crate) async fn by_get(asked: TenantRequest, request: Request) -> Response {
    let authorization = Authorization::of(request.headers());
    answer(&asked, &authorization, None, request.uri().query()).await
}

/// Answers a POST request: the token is in the header, or in the form (RFC 6750 §2.2).
pub(crate) async fn by_post(asked: TenantRequest, request: Request) -> Response {
    let authorization = Authorization::of(request.headers());
    let query = request.uri().query().map(str::to_owned);
    // With the token in the header the body may be anything, or nothing.
    if !request.headers().contains_key(header::CONTENT_TYPE) {
        return answer(&asked, &authorization, None, query.as_deref()).await;
    }
    match PostedForm::from_request(request, &()).await {
        Ok(PostedForm(Ok(form))) => answer(&asked, &authorization, Some(&form), query.as_deref()).await,
        Ok(PostedForm(Err(refusal))) => refused(&asked, &refusal),
        Err(impossible) => match impossible {},
    }
}

async fn answer(
    asked: &TenantRequest,
    authorization: &Authorization,
    form: Option<&Parameters>,
    query: Option<&str>,
) -> Response {
    let values = authorization.values();
    let token = match bearer::extract(&Places { authorization: &values, form, query }) {
        Ok(Some(token)) => token,
        Ok(None) => return without_token(asked),
        Err(refusal) => return refused(asked, &refusal),
    };
    match asked.issuer.userinfo(&asked.at, token).await {
        Ok(Userinfo::Json(body)) => json_reply(StatusCode::OK, body),
        Ok(Userinfo::Signed(token)) => ([(header::CONTENT_TYPE, "application/jwt")], token).into_response(),
        Err(Failure::Refused(refusal)) => refused(asked, &refusal),
        Err(Failure::Fault(fault)) => asked.broken(&fault),
    }
}

/// Asks for a token, without an error code: nothing was wrong yet (RFC 6750 §3.1).
fn without_token(asked: &TenantRequest) -> Response {
    let challenge = bearer::challenge(None, &asked.at.issuer, None);
    (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, challenge)]).into_response()
}

fn refused(asked: &TenantRequest, refusal: &Refusal) -> Response {
    let needed = Scope::parse(SCOPE).ok().filter(|_| refusal.cause.code() == ErrorCode::InsufficientScope);
    let challenge = bearer::challenge(Some(refusal), &asked.at.issuer, needed.as_ref());
    asked.refused(refusal, Challenge::ToEveryRefusal(challenge))
}
