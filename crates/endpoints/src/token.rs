//! The token endpoint. RFC 6749 §3.2, §5; OIDC Core §3.1.3.

use std::sync::Arc;

use axum::response::Response;
use http::{HeaderMap, StatusCode};
use portreeve_domain::Failure;

use crate::answer::json_reply;
use crate::authorization::Authorization;
use crate::detached_work::to_its_end;
use crate::form::PostedForm;
use crate::tenant_request::TenantRequest;

/// Answers a token request; no answer of this door is kept by anybody (OC-33).
pub(crate) async fn token(asked: TenantRequest, headers: HeaderMap, PostedForm(form): PostedForm) -> Response {
    let authorization = Authorization::of(&headers);
    let challenge = authorization.client_challenge(&asked.at.issuer);
    let parameters = match form {
        Ok(parameters) => parameters,
        Err(refusal) => return asked.refused(&refusal, challenge),
    };
    let (issuer, at, sender) = (Arc::clone(&asked.issuer), Arc::clone(&asked.at), asked.sender.clone());
    let work = async move { issuer.token(&at, &authorization.values(), &sender, &parameters).await };
    let issued = to_its_end(work).await;
    let response = match issued.and_then(|tokens| tokens.to_json().map_err(Failure::Fault)) {
        Ok(body) => json_reply(StatusCode::OK, body),
        Err(failure) => asked.failed(failure, challenge),
    };
    asked.with_nonce(response)
}
