//! One id, one observation and, where it is wanted, one log event for every request.
//!
//! Owns the request id and what is told at the end of a request. Leaves where it stands to `door.rs`, metrics to the
//! observer, randomness to the caller, and what a fault was to whoever saw it. The event names the route's pattern, never
//! the path or query, which may hold secrets. SECURITY.md rules 27, 31, 32, S-133..S-136.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{MatchedPath, Request};
use axum::response::Response;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use tokio::time::Instant;
use tracing::{error, info};

use crate::client_address::{ClientAddress, TrustedProxies};
use crate::listener::PeerAddress;

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The name of a request in logs and error pages: 8 to 64 of `A-Z a-z 0-9 - _ .`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(HeaderValue);

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

/// Which requests leave an event in the log. All of them are observed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LoggedRequests {
    /// Those answered with 400 and above, those that nobody waited for, and panics.
    #[default]
    Failed,
    /// Every one. A line costs as much as a plain reply.
    All,
}

/// How the requests of one door are traced.
pub struct RequestTrace {
    /// Which requests are logged.
    pub logged: LoggedRequests,
    /// Names requests that no trusted proxy has named.
    pub ids: RequestIdSource,
    /// Whose `x-request-id` is taken over.
    pub trusted_proxies: Arc<TrustedProxies>,
    /// Counts and measures.
    pub observer: RequestObserver,
}

impl RequestId {
    fn made(text: String) -> Self {
        Self(HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("unnamed-request")))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        // Nothing else is ever an id.
        self.0.to_str().unwrap_or_default()
    }
}

impl RequestTrace {
    /// Names a request, puts [`RequestId`] into its extensions and begins its event, which ends with the returned value.
    ///
    /// Runs behind the router, so that the event knows the route, and after [`ClientAddress`] was inserted.
    pub(crate) fn begin(&self, request: &mut Request) -> Ending {
        let id = self.request_id(request);
        request.extensions_mut().insert(id.clone());
        Ending {
            observer: Arc::clone(&self.observer),
            logged: self.logged,
            method: method_name(request.method()),
            route: request.extensions().get::<MatchedPath>().cloned(),
            client: request.extensions().get::<ClientAddress>().map(|client| client.ip),
            id,
            started: Instant::now(),
            status: None,
            panicked: false,
        }
    }

    fn request_id(&self, request: &Request) -> RequestId {
        let from_proxy = request
            .extensions()
            .get::<PeerAddress>()
            .filter(|peer| self.trusted_proxies.contains(peer.0.ip()))
            .and_then(|_| sane_id(request.headers()));
        from_proxy.cloned().map_or_else(|| RequestId::made((self.ids)()), RequestId)
    }
}

/// Reports a request when dropped, which happens also when the client goes away in the middle.
pub(crate) struct Ending {
    observer: RequestObserver,
    logged: LoggedRequests,
    method: &'static str,
    route: Option<MatchedPath>,
    client: Option<IpAddr>,
    id: RequestId,
    started: Instant,
    status: Option<StatusCode>,
    panicked: bool,
}

impl Ending {
    /// The id as text.
    pub(crate) fn request_id(&self) -> &str {
        self.id.as_str()
    }

    /// Says that the handler panicked.
    pub(crate) fn note_panic(&mut self) {
        self.panicked = true;
    }

    /// Notes how the request was answered and tells the client its id.
    pub(crate) fn answered(&mut self, response: &mut Response) {
        self.status = Some(response.status());
        response.headers_mut().insert(X_REQUEST_ID, self.id.0.clone());
    }

    fn is_logged(&self) -> bool {
        let succeeded = self.status.is_some_and(|status| status.as_u16() < 400);
        self.logged == LoggedRequests::All || !succeeded
    }

    fn log(&self, observed: &Observed<'_>) {
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
    }
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
        if self.is_logged() {
            self.log(&observed);
        }
        (self.observer)(&observed);
    }
}

fn sane_id(headers: &HeaderMap) -> Option<&HeaderValue> {
    let sent = headers.get(X_REQUEST_ID)?;
    let sane = (8..=64).contains(&sent.len())
        && sent.as_bytes().iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
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
