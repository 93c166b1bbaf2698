//! Discovery and JWKS: bytes from memory, for anybody, with 304 for who has them. OIDC Discovery §4, RFC 8414 §3, RFC 7517 §5.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use portreeve_http_kit::conditional::is_not_modified;

use crate::Doors;
use crate::documents::Document;
use crate::tenant_request::Uncounted;

/// The discovery document of the tenant.
pub(crate) async fn discovery(State(doors): State<Doors>, Uncounted(asked): Uncounted, headers: HeaderMap) -> Response {
    match doors.documents.of(&asked.at) {
        Ok(documents) => published(&documents.discovery, &headers),
        Err(fault) => asked.broken(&fault),
    }
}

/// The JWK set of the tenant.
pub(crate) async fn jwks(State(doors): State<Doors>, Uncounted(asked): Uncounted, headers: HeaderMap) -> Response {
    match doors.documents.of(&asked.at) {
        Ok(documents) => published(&documents.jwks, &headers),
        Err(fault) => asked.broken(&fault),
    }
}

/// A document for anybody, or 304 for who has it.
pub(crate) fn published(document: &Document, headers: &HeaderMap) -> Response {
    let mut response = if is_not_modified(headers, &document.etag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Response::new(document.bytes.clone().into())
    };
    *response.headers_mut() = document.headers.clone();
    response
}
