//! The back-channel authentication endpoint. CIBA Core §7.

use std::sync::Arc;

use axum::response::Response;
use http::{HeaderMap, StatusCode};
use portreeve_issuer::BackchannelAnswer;
use portreeve_oidc::Cause;

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
    let response = match to_its_end(work).await {
        Ok(BackchannelAnswer::Waits(body)) => json_reply(StatusCode::OK, body),
        // S-066: a person is not asked more often, whoever asks.
        Ok(BackchannelAnswer::TooMany { wait }) => asked.too_many(&Cause::AuthenticationsTooMany.into(), wait),
        Err(failure) => asked.failed(failure, challenge),
    };
    asked.with_nonce(response)
}
