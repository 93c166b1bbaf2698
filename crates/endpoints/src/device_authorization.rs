//! The device authorization endpoint. RFC 8628 §3.1, §3.2.

use std::sync::Arc;

use axum::response::Response;
use http::{HeaderMap, StatusCode};
use portreeve_issuer::{Limited, Whence};
use portreeve_oidc::Cause;

use crate::answer::json_reply;
use crate::authorization::Authorization;
use crate::detached_work::to_its_end;
use crate::form::PostedForm;
use crate::tenant_request::TenantRequest;

/// Answers a device authorization request; where it came from is shown to whoever approves it (SECURITY S-065).
pub(crate) async fn authorize(mut asked: TenantRequest, headers: HeaderMap, PostedForm(form): PostedForm) -> Response {
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
    let whence = Whence { address: asked.origin(), network: asked.network() };
    let sender = asked.sender.clone();
    let answer =
        to_its_end(
            async move { issuer.authorize_device(&at, &authorization.values(), &sender, &parameters, whence).await },
        );
    let response = match answer.await {
        Ok(Limited::Within(body)) => json_reply(StatusCode::OK, body),
        Ok(Limited::TooMany { wait }) => asked.too_many(&Cause::RequestsTooMany.into(), wait),
        Err(failure) => asked.failed(failure, challenge),
    };
    asked.with_nonce(response)
}
