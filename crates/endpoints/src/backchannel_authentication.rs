//! The back-channel authentication endpoint. CIBA Core §7.

use std::sync::Arc;

use axum::response::Response;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use portreeve_domain::Lifetime;
use portreeve_issuer::BackchannelAnswer;
use portreeve_oidc::{Cause, token_response};

use crate::answer::json_reply;
use crate::authorization::Authorization;
use crate::detached_work::to_its_end;
use crate::form::PostedForm;
use crate::tenant_request::TenantRequest;

/// Takes a request to have a person authenticated who is not at the client's browser.
pub(crate) async fn ask(mut asked: TenantRequest, headers: HeaderMap, PostedForm(form): PostedForm) -> Response {
    let authorization = Authorization::of(&headers);
    let challenge = authorization.client_challenge(&asked.at.issuer);
    let parameters = match form {
        Ok(parameters) => parameters,
        Err(refusal) => return asked.refused(&refusal, challenge),
    };
    if let Err(failure) = asked.find_client(&parameters).await {
        return asked.failed(failure, challenge);
    }
    let (issuer, at) = (Arc::clone(&asked.issuer), Arc::clone(&asked.at));
    let sender = asked.sender.clone();
    let work = async move { issuer.ask_by_backchannel(&at, &authorization.values(), &sender, &parameters).await };
    match to_its_end(work).await {
        Ok(BackchannelAnswer::Waits(body)) => json_reply(StatusCode::OK, body),
        Ok(BackchannelAnswer::TooMany { wait }) => too_many(&asked, wait),
        Err(failure) => asked.failed(failure, challenge),
    }
}

/// S-066: a person is not asked more often, whoever asks.
fn too_many(asked: &TenantRequest, wait: Lifetime) -> Response {
    let refusal = Cause::AuthenticationsTooMany.into();
    let body = token_response::error_json(&refusal).unwrap_or_default();
    let mut response = asked.note_refusal(&refusal, json_reply(StatusCode::TOO_MANY_REQUESTS, body));
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait.as_seconds_ceiling()));
    response
}
