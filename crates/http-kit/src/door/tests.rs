//! The door as a handler and a client see it. What is logged and observed: `request_trace/tests.rs`.

use axum::body::{Body, to_bytes};
use axum::routing::get;
use axum::{Extension, Router};
use tower::ServiceExt as _;

use super::*;
use crate::client_address::ClientAddress;
use crate::request_trace::LoggedRequests;
use crate::security_headers::api_headers;
use crate::transport::Transport;

fn behind_a_door() -> Router {
    let trace = RequestTrace {
        logged: LoggedRequests::Failed,
        ids: Arc::new(|| "generated-id".to_owned()),
        trusted_proxies: Arc::default(),
        observer: Arc::new(|_| {}),
    };
    let show = |Extension(client): Extension<ClientAddress>| async move { client.ip.to_string() };
    let own = || async { [(header::CACHE_CONTROL, "max-age=1")] };
    let router = Router::new().route("/client", get(show)).route("/own", get(own));
    with_door(router, Door { trace, certificates: None, defaults: api_headers(Transport::Https) })
}

async fn answer(path: &str) -> Response {
    let mut request = Request::get(path).body(Body::empty()).unwrap();
    request.extensions_mut().insert(PeerAddress("203.0.113.9:1".parse().unwrap()));
    behind_a_door().oneshot(request).await.unwrap()
}

#[tokio::test]
async fn handlers_learn_the_client_address() {
    let body = to_bytes(answer("/client").await.into_body(), 100).await.unwrap();

    assert_eq!(body, "203.0.113.9");
}

#[tokio::test]
async fn a_request_without_a_peer_address_is_refused() {
    let response = behind_a_door().oneshot(Request::get("/own").body(Body::empty()).unwrap()).await.unwrap();

    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
}

#[tokio::test]
async fn defaults_reach_every_answer_and_replace_nothing() {
    let own = answer("/own").await;
    let missing = answer("/missing").await;

    assert_eq!(own.headers()["cache-control"], "max-age=1");
    assert!(!own.headers().contains_key("pragma"));
    assert_eq!(own.headers()["x-content-type-options"], "nosniff");
    assert_eq!(missing.headers()["cache-control"], "no-store");
    assert_eq!(missing.headers()["pragma"], "no-cache");
}
