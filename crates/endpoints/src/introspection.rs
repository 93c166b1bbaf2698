//! The introspection endpoint. RFC 7662 §2.

use std::sync::Arc;

use axum::response::Response;
use http::{HeaderMap, StatusCode};

use crate::answer::json_reply;
use crate::authorization::Authorization;
use crate::detached_work::to_its_end;
use crate::form::PostedForm;
use crate::tenant_request::TenantRequest;

/// Answers an introspection request. An assertion of the caller is used up, so it runs to its end too.
pub(crate) async fn introspect(asked: TenantRequest, headers: HeaderMap, PostedForm(form): PostedForm) -> Response {
    let authorization = Authorization::of(&headers);
    let challenge = authorization.client_challenge(&asked.at.issuer);
    let parameters = match form {
        Ok(parameters) => parameters,
        Err(refusal) => return asked.refused(&refusal, challenge),
    };
    let (issuer, at) = (Arc::clone(&asked.issuer), Arc::clone(&asked.at));
    let told = to_its_end(async move { issuer.introspect(&at, &authorization.values(), &parameters).await }).await;
    match told {
        Ok(body) => json_reply(StatusCode::OK, body),
        Err(failure) => asked.failed(failure, challenge),
    }
}
