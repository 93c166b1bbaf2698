//! The device authorization endpoint. RFC 8628 §3.1, §3.2.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use axum::Extension;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use portreeve_http_kit::client_address::ClientAddress;

use crate::answer::json_reply;
use crate::authorization::Authorization;
use crate::detached_work::to_its_end;
use crate::form::PostedForm;
use crate::tenant_request::TenantRequest;

/// Answers a device authorization request; where it came from is shown to whoever approves it (SECURITY S-065).
pub(crate) async fn authorize(
    asked: TenantRequest,
    headers: HeaderMap,
    address: Option<Extension<ClientAddress>>,
    PostedForm(form): PostedForm,
) -> Response {
    let authorization = Authorization::of(&headers);
    let challenge = authorization.client_challenge(&asked.at.issuer);
    let parameters = match form {
        Ok(parameters) => parameters,
        Err(refusal) => return asked.refused(&refusal, challenge),
    };
    let origin = address.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |Extension(address)| address.ip);
    let (issuer, at) = (Arc::clone(&asked.issuer), Arc::clone(&asked.at));
    let answer =
        to_its_end(async move { issuer.authorize_device(&at, &authorization.values(), &parameters, origin).await });
    match answer.await {
        Ok(body) => json_reply(StatusCode::OK, body),
        Err(failure) => asked.failed(failure, challenge),
    }
}
