//! What stands around every route of a door: client address, client certificate, trace, panic guard, default headers.
//!
//! Owns their order, in one service: every further one costs a request a copy of the route and a boxed future, and so
//! does axum's `from_fn`, twice. Leaves each part to its module. What a handler sets itself stays; a handler that sets nothing answers as the door says,
//! and so do error replies and 404s. SECURITY.md rules 19, 31, 32, S-127, S-136.

use std::convert::Infallible;
use std::future::ready;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::Router;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt as _;
use http::{HeaderMap, StatusCode, header};
use tower::{Service, layer::layer_fn};
use tracing::error;

use crate::client_address::client_address;
use crate::client_certificate::{self, CertificateRules};
use crate::listener::PeerAddress;
use crate::request_trace::RequestTrace;
use crate::security_headers::add_missing;

/// A door: what its requests and answers have in common.
pub struct Door {
    /// Names, counts and logs; knows the trusted proxies.
    pub trace: RequestTrace,
    /// Which client certificates count; `None`: none does.
    pub certificates: Option<CertificateRules>,
    /// What every answer carries that has no such header of its own.
    pub defaults: HeaderMap,
}

/// Puts a door around every route of a router, its fallback too.
///
/// Requests get [`ClientAddress`](crate::client_address::ClientAddress) and
/// [`RequestId`](crate::request_trace::RequestId) in their extensions, answers `x-request-id` and the default headers.
/// A request without the [`PeerAddress`] that a listener sets is a wiring fault and answered with 500.
pub fn with_door<S>(router: Router<S>, door: Door) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    let door = Arc::new(door);
    router.layer(layer_fn(move |inner| Guarded { inner, door: Arc::clone(&door) }))
}

/// A route behind its door.
#[derive(Clone)]
struct Guarded<S> {
    inner: S,
    door: Arc<Door>,
}

impl<S> Service<Request> for Guarded<S>
where
    S: Service<Request, Response = Response, Error = Infallible>,
    S::Future: Send + 'static,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        let Some(PeerAddress(peer)) = request.extensions().get().copied() else {
            error!("a request without a peer address reached a door: it did not come through a listener");
            return Box::pin(ready(Ok(StatusCode::INTERNAL_SERVER_ERROR.into_response())));
        };
        let door = Arc::clone(&self.door);
        let client = client_address(peer, request.headers(), &door.trace.trusted_proxies);
        request.extensions_mut().insert(client);
        let (rules, trusted) = (door.certificates.as_ref(), &door.trace.trusted_proxies);
        client_certificate::insert(&mut request, rules, peer, trusted);
        let mut ending = door.trace.begin(&mut request);
        // Handlers run when they are polled: none can panic here.
        let answer = AssertUnwindSafe(self.inner.call(request)).catch_unwind();
        Box::pin(async move {
            // The payload is dropped unread: it may quote the values that caused the panic (S-134).
            let mut response = match answer.await {
                Ok(Ok(response)) => response,
                Err(_) => {
                    ending.note_panic();
                    generic_fault(ending.request_id())
                }
            };
            add_missing(response.headers_mut(), &door.defaults);
            ending.answered(&mut response);
            Ok(response)
        })
    }
}

fn generic_fault(request_id: &str) -> Response {
    (
        StatusCode::INTERNAL_SERVER_ERROR,
        [(header::CACHE_CONTROL, "no-store")],
        format!("Something went wrong on our side. Reference: {request_id}\n"),
    )
        .into_response()
}

#[cfg(test)]
mod tests;
