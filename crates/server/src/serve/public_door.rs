//! The public door: machine endpoints and pages behind one trace, one client address and one set of default headers.
//!
//! Owns the order of these layers. Leaves every route to `endpoints` and `web`.

use std::sync::Arc;

use axum::Router;
use portreeve_crypto::Random;
use portreeve_http_kit::client_address::{TrustedProxies, with_client_address};
use portreeve_http_kit::request_trace::{RequestIdSource, RequestTrace, with_request_trace};
use portreeve_http_kit::security_headers::{api_headers, with_default_headers};
use portreeve_http_kit::transport::Transport;
use portreeve_issuer::Issuer;

use super::metrics::Metrics;

/// The routes of the public listener.
pub(crate) fn router(issuer: &Arc<Issuer>, trusted_proxies: &Arc<TrustedProxies>, metrics: &Metrics) -> Router {
    let transport = Transport::of(&issuer.settings().public_url);
    let routes = portreeve_endpoints::router(Arc::clone(issuer)).merge(portreeve_web::router(Arc::clone(issuer)));
    let routes = with_default_headers(routes, api_headers(transport));
    let trace = RequestTrace {
        ids: request_ids(issuer.ambient().random().clone()),
        trusted_proxies: Arc::clone(trusted_proxies),
        observer: metrics.observer(),
    };
    with_client_address(with_request_trace(routes, trace), Arc::clone(trusted_proxies))
}

/// 64 random bits in hexadecimal; a request without randomness is still served, and still has a name.
fn request_ids(random: Random) -> RequestIdSource {
    Arc::new(move || format!("{:016x}", u64::from_be_bytes(random.bytes().unwrap_or_default())))
}
