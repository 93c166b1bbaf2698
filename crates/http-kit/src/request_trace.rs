//! One id, one log event and one observation for every request, and no panic beyond its own.
//!
//! Owns the request id, the event at the end of a request and the generic 500 after a panic. Leaves
//! metrics to the observer, randomness to the caller, and what a fault was to whoever saw it. The
//! event names the route's pattern, never the path or query, which may hold secrets.
//! SECURITY.md rules 27, 31, 32, S-133..S-136.

use std::any::Any;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use tokio::time::Instant;
use tower_http::catch_panic::CatchPanicLayer;
use tracing::{error, info};

use crate::client_address::{ClientAddress, TrustedProxies};
use crate::listener::PeerAddress;

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The name of a request in logs and error pages: 8 to 64 of `A-Z a-z 0-9 - _ .`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(Arc<str>);

/// What is known of a request when it has ended.
#[derive(Clone, Copy, Debug)]
pub struct Observed<'r> {
    /// One of the methods of RFC 9110 and PATCH, or `OTHER`.
    pub method: &'static str,
    /// The pattern of the route, such as `/j/{journey}`; `None` when no route matched.
    pub route: Option<&'r str>,
    /// `None` when the client went away before there was an answer.
    pub status: Option<StatusCode>,
    /// From the end of the request's head to the head of the answer.
    pub duration: Duration,
    /// Whether the handler panicked.
    pub panicked: bool,
}

/// Told about every request that ended; runs on the request's task and must not block.
pub type RequestObserver = Arc<dyn Fn(&Observed<'_>) + Send + Sync>;

/// Makes request ids that nobody can guess or repeat; their form is that of [`RequestId`].
pub type RequestIdSource = Arc<dyn Fn() -> String + Send + Sync>;

/// How the requests of one door are traced.
#[derive(Clone)]
pub struct RequestTrace {
    /// Names requests that no trusted proxy has named.
    pub ids: RequestIdSource,
    /// Whose `x-request-id` is taken over.
    pub trusted_proxies: Arc<TrustedProxies>,
    /// Counts and measures.
    pub observer: RequestObserver,
}

impl RequestId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Traces every request of a router and contains its panics.
///
/// Puts [`RequestId`] into the request's extensions and `x-request-id` into the answer. Wrap it
/// around all routes, and [`with_client_address`](crate::client_address::with_client_address) around
/// it, so that the event knows the client.
pub fn with_request_trace<S>(router: Router<S>, trace: RequestTrace) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    router.layer(CatchPanicLayer::custom(panicked_response)).layer(middleware::from_fn_with_state(trace, trace_request))
}

async fn trace_request(State(trace): State<RequestTrace>, mut request: Request, next: Next) -> Response {
    let id = trace.request_id(&request);
    request.extensions_mut().insert(id.clone());
    let mut ending = Ending {
        observer: trace.observer,
        method: method_name(request.method()),
        route: request.extensions().get::<MatchedPath>().cloned(),
        client: request.extensions().get::<ClientAddress>().map(|client| client.ip),
        id: id.clone(),
        started: Instant::now(),
        status: None,
        panicked: false,
    };

    let mut response = next.run(request).await;

    if response.extensions().get::<Panicked>().is_some() {
        ending.panicked = true;
        response = generic_fault(&id);
    }
    ending.status = Some(response.status());
    if let Ok(value) = HeaderValue::try_from(id.as_str()) {
        response.headers_mut().insert(X_REQUEST_ID, value);
    }
    response
}

impl RequestTrace {
    fn request_id(&self, request: &Request) -> RequestId {
        let from_proxy = request
            .extensions()
            .get::<PeerAddress>()
            .filter(|peer| self.trusted_proxies.contains(peer.0.ip()))
            .and_then(|_| sane_id(request.headers()));
        RequestId(from_proxy.map_or_else(|| (self.ids)().into(), Arc::from))
    }
}

/// Reports a request when dropped, which happens also when the client goes away in the middle.
struct Ending {
    observer: RequestObserver,
    method: &'static str,
    route: Option<MatchedPath>,
    client: Option<IpAddr>,
    id: RequestId,
    started: Instant,
    status: Option<StatusCode>,
    panicked: bool,
}

impl Drop for Ending {
    fn drop(&mut self) {
        let observed = Observed {
            method: self.method,
            route: self.route.as_ref().map(MatchedPath::as_str),
            status: self.status,
            duration: self.started.elapsed(),
            panicked: self.panicked,
        };
        if self.panicked {
            error!(request_id = self.id.as_str(), route = observed.route, "handler panicked");
        }
        info!(
            request_id = self.id.as_str(),
            method = observed.method,
            route = observed.route,
            status = observed.status.map(|status| status.as_u16()),
            duration_ms = u64::try_from(observed.duration.as_millis()).unwrap_or(u64::MAX),
            client_ip = self.client.map(tracing::field::display),
            "request"
        );
        (self.observer)(&observed);
    }
}

/// Marks the answer that stands in for a panic.
#[derive(Clone, Copy)]
struct Panicked;

/// The payload is dropped unread: it may quote the values that caused the panic (S-134).
fn panicked_response(_payload: Box<dyn Any + Send>) -> Response {
    let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
    response.extensions_mut().insert(Panicked);
    response
}

fn generic_fault(id: &RequestId) -> Response {
    (
        StatusCode::INTERNAL_SERVER_ERROR,
        [(header::CACHE_CONTROL, "no-store")],
        format!("Something went wrong on our side. Reference: {}\n", id.as_str()),
    )
        .into_response()
}

fn sane_id(headers: &HeaderMap) -> Option<&str> {
    let sent = headers.get(X_REQUEST_ID)?.to_str().ok()?;
    let sane = (8..=64).contains(&sent.len())
        && sent.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
    sane.then_some(sent)
}

/// A client may invent methods; logs and metrics must not grow by them.
fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        Method::TRACE => "TRACE",
        Method::CONNECT => "CONNECT",
        _ => "OTHER",
    }
}

#[cfg(test)]
mod tests;
