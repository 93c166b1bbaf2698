//! What a client sees when we are broken.

use std::sync::Arc;

use axum::response::Response;
use http::{StatusCode, header};
use http_body_util::BodyExt as _;
use portreeve_domain::{Fault, TenantId};
use portreeve_issuer::SenderEvidence;
use serde_json::Value;

use super::Doors;
use crate::tenant_request::TenantRequest;

async fn broken(fault: Fault) -> (Response, Value) {
    let doors = Doors::new().await;
    let at = doors.issuer.directory.by_id(TenantId::DEFAULT).unwrap();
    let asked = TenantRequest {
        issuer: Arc::clone(&doors.issuer),
        at,
        endpoint: "/oauth2/token".to_owned(),
        sender: SenderEvidence::default(),
        address: None,
        request_id: None,
    };
    let (parts, body) = asked.broken(&fault).into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let json = serde_json::from_slice(&body).unwrap();
    (Response::from_parts(parts, body.into()), json)
}

/// S-041: a database that is away is 503 and a time to come back, so that no client takes it for an answer.
#[tokio::test]
async fn what_may_be_well_in_a_moment_is_503() {
    let (response, body) = broken(Fault::transient("the database is away")).await;

    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(response.headers()[header::RETRY_AFTER], "1");
    assert_eq!(body["error"], "temporarily_unavailable");
    assert!(!body.to_string().contains("database"));
}

#[tokio::test]
async fn a_fault_tells_a_client_nothing_but_a_reference() {
    let (response, body) = broken(Fault::new("row 17 of signing_keys").while_doing("read a key")).await;

    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(body["error"], "server_error");
    assert!(!body.to_string().contains("signing_keys"));
}
