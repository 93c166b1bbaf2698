//! The public door: machine endpoints and pages behind one trace, one client address, one client certificate and one set of
//! default headers.
//!
//! Leaves every route to `endpoints` and `web`.

use std::sync::Arc;

use axum::Router;
use portreeve_http_kit::client_certificate::CertificateRules;
use portreeve_http_kit::door::{Door, with_door};
use portreeve_http_kit::request_trace::RequestTrace;
use portreeve_http_kit::security_headers::api_headers;
use portreeve_http_kit::transport::Transport;
use portreeve_issuer::Issuer;

/// The routes of the public listener.
pub(crate) fn router(issuer: &Arc<Issuer>, trace: RequestTrace, certificates: Option<CertificateRules>) -> Router {
    let routes = portreeve_endpoints::router(Arc::clone(issuer)).merge(portreeve_web::router(Arc::clone(issuer)));
    let transport = Transport::of(&issuer.settings().public_url);
    with_door(routes, Door { trace, certificates, defaults: api_headers(transport) })
}
