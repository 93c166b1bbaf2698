//! The pushed authorization request endpoint. RFC 9126 §2.

use std::sync::Arc;

use axum::response::Response;
use http::{HeaderMap, StatusCode};
use portreeve_issuer::Limited;
use portreeve_oidc::Cause;

use crate::answer::json_reply;
use crate::authorization::Authorization;
use crate::detached_work::to_its_end;
use crate::form::PostedForm;
use crate::tenant_request::TenantRequest;

/// Takes an authorization request from its client: 201 and a `request_uri` (RFC 9126 §2.2); every refusal is JSON.
pub(crate) async fn push(mut asked: TenantRequest, headers: HeaderMap, PostedForm(form): PostedForm) -> Response {
    let authorization = Authorization::of(&headers);
    let challenge = authorization.client_challenge(&asked.at.issuer);
    let parameters = match form {
        Ok(parameters) => parameters,
        Err(refusal) => return asked.refused(&refusal, challenge),
    };
    if let Err(failure) = asked.find_client(&parameters).await {
        return asked.failed(failure, challenge);
    }
    let (issuer, at, sender) = (Arc::clone(&asked.issuer), Arc::clone(&asked.at), asked.sender.clone());
    let network = asked.network();
    let work = async move { issuer.push_request(&at, &authorization.values(), &sender, &parameters, network).await };
    let response = match to_its_end(work).await {
        Ok(Limited::Within(body)) => json_reply(StatusCode::CREATED, body),
        Ok(Limited::TooMany { wait }) => asked.too_many(&Cause::RequestsTooMany.into(), wait),
        Err(failure) => asked.failed(failure, challenge),
    };
    asked.with_nonce(response)
}
