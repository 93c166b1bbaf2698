//! The first look at every request, before any router sees it.
//!
//! Owns the size limits that hold for all routes and the peer's address in the request extensions.
//! Leaves routing and error shapes to the doors: what is refused here gets a bare status with a
//! fixed text. SECURITY.md rule 10, S-121.

use std::convert::Infallible;
use std::future::{Future, ready};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Version, header};
use http_body_util::Limited;
use hyper::body::{Body as _, Incoming};
use rustls::pki_types::CertificateDer;
use tower::Service as _;
use tower_http::timeout::DeadlineBody;

use super::activity::Activity;
use super::limits::Limits;

/// The address at the other end of the TCP connection: a client, or the nearest proxy.
///
/// In the extensions of every request that came through a [`Listener`](super::Listener).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeerAddress(pub SocketAddr);

/// The certificates the other end has shown in the TLS handshake, leaf first; it holds the key of the leaf. Who issued them
/// was not looked at.
///
/// In the extensions of requests on connections where there are any.
#[derive(Clone, Debug)]
pub struct PeerCertificates(pub Arc<[CertificateDer<'static>]>);

/// The service of one connection.
pub(super) struct RequestGate {
    pub(super) router: Router,
    pub(super) limits: Arc<Limits>,
    pub(super) peer: PeerAddress,
    pub(super) certificates: Option<PeerCertificates>,
    pub(super) activity: Arc<Activity>,
}

impl hyper::service::Service<Request<Incoming>> for RequestGate {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let in_flight = Activity::begin(&self.activity);
        if let Err(status) = self.check_head(&request) {
            return Box::pin(ready(Ok(refusal(status))));
        }
        let reply = self.router.clone().call(self.prepare(request));
        Box::pin(async move {
            let reply = reply.await;
            drop(in_flight);
            reply
        })
    }
}

impl RequestGate {
    /// Refuses what is malformed or too large by its head alone, so that no handler and no body read is spent on it.
    ///
    /// HTTP/1 counts header lines itself; HTTP/2 only their bytes, hence the count here.
    fn check_head(&self, request: &Request<Incoming>) -> Result<(), StatusCode> {
        if request.method() == Method::CONNECT {
            return Err(StatusCode::METHOD_NOT_ALLOWED);
        }
        // RFC 9112 §3.2. We use no host from it; two of them mean that somebody reads another request than we do.
        if request.version() == Version::HTTP_11 && request.headers().get_all(header::HOST).iter().count() != 1 {
            return Err(StatusCode::BAD_REQUEST);
        }
        // RFC 9112 §3.2.3: only CONNECT has a target that is no path and no address.
        if request.uri().path().is_empty() || !is_framed_once(request.headers()) {
            return Err(StatusCode::BAD_REQUEST);
        }
        let target_bytes = request.uri().path_and_query().map_or(0, |target| target.as_str().len());
        if target_bytes > self.limits.max_target_bytes {
            return Err(StatusCode::URI_TOO_LONG);
        }
        if request.headers().len() > self.limits.max_header_count {
            return Err(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
        }
        let declared_bytes = request.body().size_hint().lower();
        if usize::try_from(declared_bytes).map_or(true, |bytes| bytes > self.limits.max_body_bytes) {
            return Err(StatusCode::PAYLOAD_TOO_LARGE);
        }
        Ok(())
    }

    fn prepare(&self, request: Request<Incoming>) -> Request {
        let (mut parts, incoming) = request.into_parts();
        parts.extensions.insert(self.peer);
        if let Some(certificates) = &self.certificates {
            parts.extensions.insert(certificates.clone());
        }
        let body = if incoming.is_end_stream() {
            Body::empty()
        } else {
            Body::new(DeadlineBody::new(
                self.limits.body_read_timeout,
                Limited::new(incoming, self.limits.max_body_bytes),
            ))
        };
        Request::from_parts(parts, body)
    }
}

/// RFC 9112 §6.1: whether all readers find the end of the body at one place. `hyper` takes `chunked, chunked` for one coding; it
/// refuses any other itself, and of a coding beside a length the coding counts.
fn is_framed_once(headers: &HeaderMap) -> bool {
    let mut codings = headers.get_all(header::TRANSFER_ENCODING).iter();
    let first = codings.next();
    first.is_none_or(|only| only.as_bytes().eq_ignore_ascii_case(b"chunked")) && codings.next().is_none()
}

/// Where it is not sure that the next request begins where the last one seems to end, there is no next one.
fn refusal(status: StatusCode) -> Response {
    let text = status.canonical_reason().unwrap_or("Refused");
    let mut reply = (status, [(header::CACHE_CONTROL, "no-store")], text).into_response();
    if status == StatusCode::BAD_REQUEST {
        reply.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    reply
}
