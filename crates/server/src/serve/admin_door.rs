//! The door for operators and their machines: `/livez`, `/readyz`, `/metrics`, and in a test rig what `test_rig` answers.
//!
//! Owns the first three answers. It has no login, so it listens on loopback unless told otherwise. SECURITY rule 36, S-132.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use http::{StatusCode, header};
use portreeve_http_kit::door::{Door, with_door};
use portreeve_http_kit::fallbacks::{Fallbacks, with_fallbacks};
use portreeve_http_kit::request_trace::RequestTrace;
use portreeve_http_kit::security_headers::api_headers;
use portreeve_http_kit::transport::Transport;
use portreeve_issuer::Issuer;
use serde_json::json;

use super::metrics::Metrics;
use super::readiness::Readiness;
use super::test_rig;
use crate::settings::TestRig;

/// The media type of OpenMetrics 1.0.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

#[derive(Clone)]
struct Admin {
    readiness: Readiness,
    metrics: Metrics,
    issuer: Arc<Issuer>,
}

/// The routes of the admin listener.
pub(crate) fn router(
    readiness: Readiness,
    metrics: Metrics,
    issuer: Arc<Issuer>,
    trace: RequestTrace,
    test_rig: TestRig,
) -> Router {
    let approvals = match test_rig {
        TestRig::Off => Router::new(),
        TestRig::DecidesApprovals => test_rig::router(Arc::clone(&issuer)),
    };
    let routes = Router::new()
        .route("/livez", get(async || "alive\n"))
        .route("/readyz", get(ready))
        .route("/metrics", get(scrape))
        .with_state(Admin { readiness, metrics, issuer })
        .merge(approvals);
    let door = Door { trace, certificates: None, defaults: api_headers(Transport::LoopbackHttp) };
    with_door(with_fallbacks(routes, Fallbacks::TEXT), door)
}

async fn ready(State(admin): State<Admin>) -> Response {
    let checks = admin.readiness.checks().await;
    let is_ready = checks.iter().all(|check| check.waiting_for.is_none());
    let status = if is_ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let listed: Vec<_> = checks
        .iter()
        .map(|check| json!({ "name": check.name, "ok": check.waiting_for.is_none(), "waiting_for": check.waiting_for }))
        .collect();
    (status, Json(json!({ "ready": is_ready, "checks": listed }))).into_response()
}

async fn scrape(State(admin): State<Admin>) -> Response {
    admin.metrics.state().read(&admin.issuer).await;
    ([(header::CONTENT_TYPE, OPEN_METRICS)], admin.metrics.text()).into_response()
}
