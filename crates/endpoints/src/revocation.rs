//! The revocation endpoint. RFC 7009 §2.

use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};

use crate::authorization::Authorization;
use crate::detached_work::to_its_end;
use crate::form::PostedForm;
use crate::tenant_request::TenantRequest;

/// Answers a revocation request: 200 and an empty body, also for what is no token of the client (RFC 7009 §2.2). A
/// database that is away is 503, never 200 (S-041).
pub(crate) async fn revoke(asked: TenantRequest, headers: HeaderMap, PostedForm(form): PostedForm) -> Response {
    let authorization = Authorization::of(&headers);
    let challenge = authorization.client_challenge(&asked.at.issuer);
    let parameters = match form {
        Ok(parameters) => parameters,
        Err(refusal) => return asked.refused(&refusal, challenge),
    };
    let (issuer, at, sender) = (Arc::clone(&asked.issuer), Arc::clone(&asked.at), asked.sender.clone());
    let work = async move { issuer.revoke(&at, &authorization.values(), &sender, &parameters).await };
    let revoked = to_its_end(work).await;
    let response = match revoked {
        Ok(()) => StatusCode::OK.into_response(),
        Err(failure) => asked.failed(failure, challenge),
    };
    asked.with_nonce(response)
}
