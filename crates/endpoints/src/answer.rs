//! Failures as replies: the one place of this door that knows statuses and error bodies.
//!
//! Owns the JSON of refusals and faults, the challenges of a 401, `Retry-After`, and logging each failure once, with its
//! cause and detail; a client sees the fixed text and a reference. Leaves causes and codes to `oidc`.
//! RFC 6749 §5.2, RFC 6750 §3, RFC 9110 §10.2.3; DESIGN §5; SECURITY rules 31 and 32.

use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use portreeve_domain::{Failure, Fault, Lifetime};
use portreeve_issuer::RememberedRefusal;
use portreeve_oidc::{Cause, Refusal, bearer, token_response};
use serde_json::json;
use tracing::{error, info, warn};

use crate::tenant_request::TenantRequest;

/// Where the reference of a denial stands; bodies keep to the members of their specification.
pub(crate) const REFERENCE: HeaderName = HeaderName::from_static("x-portreeve-reference");

/// Seconds until a client should try again what failed for want of a database or a free thread.
const RETRY_AFTER: &str = "1";

/// The `WWW-Authenticate` value of a refusal.
#[derive(Clone, Debug)]
pub(crate) enum Challenge {
    /// For a 401 where a client authenticates; `None` when it did not try the header (RFC 6749 §5.2).
    ToFailedClient(Option<String>),
    /// Where a token is presented, each refusal says there what was wrong with it (RFC 6750 §3, RFC 9449 §7.1).
    ToEveryRefusal(String),
}

impl TenantRequest {
    /// Answers with what went wrong.
    pub(crate) fn failed(&self, failure: Failure<Refusal>, challenge: Challenge) -> Response {
        match failure {
            Failure::Refused(refusal) => self.refused(&refusal, challenge),
            Failure::Fault(fault) => self.broken(&fault),
        }
    }

    /// Answers a refusal with its code and fixed text.
    pub(crate) fn refused(&self, refusal: &Refusal, challenge: Challenge) -> Response {
        let body = match token_response::error_json(refusal) {
            Ok(body) => body,
            Err(fault) => return self.broken(&fault),
        };
        let code = refusal.cause.code();
        let status = match &challenge {
            Challenge::ToEveryRefusal(_) => code.status_at_resource(),
            Challenge::ToFailedClient(_) => code.status(),
        };
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
        let mut response = self.note_refusal(refusal, json_reply(status, body));
        let challenge = match challenge {
            Challenge::ToEveryRefusal(challenge) => Some(challenge),
            Challenge::ToFailedClient(challenge) => challenge.filter(|_| status == StatusCode::UNAUTHORIZED),
        };
        insert(&mut response, header::WWW_AUTHENTICATE, challenge);
        response
    }

    /// Answers what was one too many: 429 with how long to wait (RFC 6585 §4).
    pub(crate) fn too_many(&self, refusal: &Refusal, wait: Lifetime) -> Response {
        self.note_refusal(refusal, too_many(refusal, wait))
    }

    /// Logs a refusal, remembers it for `explain`, and puts its reference on the answer.
    pub(crate) fn note_refusal(&self, refusal: &Refusal, mut response: Response) -> Response {
        let remembered = self.issuer.remember_refusal(&self.at, &RememberedRefusal::new(&self.endpoint, refusal));
        let reference = remembered.inspect_err(|fault| warn!(%fault, "a refusal cannot be remembered")).ok();
        info!(
            endpoint = self.endpoint,
            tenant = self.at.tenant.slug,
            cause = refusal.cause.name(),
            detail = refusal.detail,
            reference,
            request_id = self.request_id(),
            "refused"
        );
        insert(&mut response, REFERENCE, reference);
        response
    }

    /// Answers that we are broken: 503 for what may be well in a moment, else 500.
    pub(crate) fn broken(&self, fault: &Fault) -> Response {
        let (endpoint, tenant, request_id) = (&self.endpoint, &self.at.tenant.slug, self.request_id());
        if fault.is_transient() {
            warn!(endpoint, tenant, request_id, %fault, "temporarily unavailable");
            let body = token_response::error_json(&Cause::Busy.into()).unwrap_or_default();
            let mut response = json_reply(StatusCode::SERVICE_UNAVAILABLE, body);
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER));
            return response;
        }
        error!(endpoint, tenant, request_id, %fault, "fault");
        let description = format!("the server failed, reference {}", request_id.unwrap_or("none"));
        let body = json!({ "error": "server_error", "error_description": description });
        json_reply(StatusCode::INTERNAL_SERVER_ERROR, body.to_string().into_bytes())
    }

    fn request_id(&self) -> Option<&str> {
        self.request_id.as_ref().map(|id| id.as_str())
    }
}

/// Asks for a token, without an error code: nothing was wrong yet (RFC 6750 §3.1). `metadata` is where the resource is
/// described (RFC 9728 §5.1).
pub(crate) fn without_token(realm: &str, metadata: Option<&str>) -> Response {
    let mut response = StatusCode::UNAUTHORIZED.into_response();
    for challenge in bearer::challenges(realm) {
        if let Ok(value) = HeaderValue::try_from(bearer::with_resource_metadata(challenge, metadata)) {
            response.headers_mut().append(header::WWW_AUTHENTICATE, value);
        }
    }
    response
}

/// A reply with a JSON body.
pub(crate) fn json_reply(status: StatusCode, body: Vec<u8>) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}

/// The answer for a tenant or app that does not exist.
pub(crate) fn not_found() -> Response {
    let body = json!({ "error": "invalid_request", "error_description": "no such endpoint" });
    json_reply(StatusCode::NOT_FOUND, body.to_string().into_bytes())
}

/// The answer to a request that its tenant's quota has no room for (RFC 6585 §4). Nothing was read of it, and there is no reference: it
/// must cost far less than the work would.
pub(crate) fn over_quota(wait: Lifetime) -> Response {
    too_many(&Cause::TenantOverQuota.into(), wait)
}

fn too_many(refusal: &Refusal, wait: Lifetime) -> Response {
    let body = token_response::error_json(refusal).unwrap_or_default();
    let mut response = json_reply(StatusCode::TOO_MANY_REQUESTS, body);
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait.as_seconds_ceiling()));
    response
}

/// The answer for another method than the endpoint has; axum adds `Allow`. What is not there is not there for any method
/// (S-157).
pub(crate) async fn method_not_allowed(_: TenantRequest) -> Response {
    let body = json!({ "error": "invalid_request", "error_description": "method not allowed" });
    json_reply(StatusCode::METHOD_NOT_ALLOWED, body.to_string().into_bytes())
}

/// Sets a header to text of ours; text that cannot be one leaves the header out.
fn insert(response: &mut Response, name: HeaderName, value: Option<String>) {
    if let Some(value) = value.and_then(|text| HeaderValue::try_from(text).ok()) {
        response.headers_mut().insert(name, value);
    }
}
