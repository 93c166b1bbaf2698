//! Challenges for the proofs of attested instances. OAuth 2.0 Attestation-Based Client Authentication (Providing Challenges through the
//! Challenge Endpoint).
//!
//! A tenant that demands none has no such endpoint: 404, as for any unknown address.

use axum::response::Response;
use http::StatusCode;
use portreeve_oidc::attestation;

use crate::answer::{json_reply, not_found};
use crate::tenant_request::TenantRequest;

/// Gives the challenge of the moment; as every answer for one client alone it is kept by nobody.
pub(crate) async fn give(asked: TenantRequest) -> Response {
    let Some(challenge) = asked.at.attestation_challenge(asked.issuer.ambient().now()) else { return not_found() };
    match attestation::challenge_json(&challenge) {
        Ok(body) => json_reply(StatusCode::OK, body),
        Err(fault) => asked.broken(&fault),
    }
}
