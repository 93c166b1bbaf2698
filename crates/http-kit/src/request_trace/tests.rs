//! The trace as a client, a log reader and a metrics collector see it.

use std::io;
use std::sync::{LazyLock, Mutex};

use axum::body::Body;
use axum::routing::get;
use axum::{Extension, Router, body};
use tower::ServiceExt as _;
use tracing::instrument::WithSubscriber as _;

use super::*;
use crate::door::{Door, with_door};

/// Route and status of what was observed.
type Seen = Arc<Mutex<Vec<(&'static str, Option<String>, Option<u16>, bool)>>>;

async fn broken() {
    panic!("canary-secret")
}

fn traced() -> (Router, Seen) {
    traced_and_logged(LoggedRequests::Failed)
}

fn traced_and_logged(logged: LoggedRequests) -> (Router, Seen) {
    let seen = Seen::default();
    let sink = Arc::clone(&seen);
    let trusted = Arc::new(TrustedProxies::parse(["10.0.0.0/8"]).unwrap());
    let trace = RequestTrace {
        logged,
        ids: Arc::new(|| "generated-id".to_owned()),
        trusted_proxies: trusted,
        observer: Arc::new(move |observed| {
            sink.lock().unwrap().push((
                observed.method,
                observed.route.map(str::to_owned),
                observed.status.map(|status| status.as_u16()),
                observed.panicked,
            ));
        }),
    };
    let own_id = |Extension(id): Extension<RequestId>| async move { id.as_str().to_owned() };
    let endless = || std::future::pending::<()>();
    let router = Router::new()
        .route("/links/{secret}", get(own_id))
        .route("/broken", get(broken))
        .route("/endless", get(endless));
    (with_door(router, Door { trace, certificates: None, defaults: HeaderMap::new() }), seen)
}

fn request(peer: &str, path: &str, sent_id: Option<&str>) -> Request {
    let mut request = Request::get(path).body(Body::empty()).unwrap();
    request.extensions_mut().insert(PeerAddress(peer.parse().unwrap()));
    if let Some(id) = sent_id {
        request.headers_mut().insert(X_REQUEST_ID, id.parse().unwrap());
    }
    request
}

async fn id_given(peer: &str, sent_id: Option<&str>) -> String {
    let answer = traced().0.oneshot(request(peer, "/links/x", sent_id)).await.unwrap();
    answer.headers()[X_REQUEST_ID].to_str().unwrap().to_owned()
}

const PROXY: &str = "10.0.0.1:1";
const CLIENT: &str = "203.0.113.9:1";

#[tokio::test]
async fn the_handler_and_the_client_learn_the_same_id() {
    let answer = traced().0.oneshot(request(CLIENT, "/links/x", None)).await.unwrap();

    assert_eq!(answer.headers()[X_REQUEST_ID], "generated-id");
    let body = body::to_bytes(answer.into_body(), 100).await.unwrap();
    assert_eq!(body, "generated-id");
}

#[tokio::test]
async fn only_a_trusted_proxy_may_name_a_request() {
    assert_eq!(id_given(PROXY, Some("proxy-id_1.x")).await, "proxy-id_1.x");
    assert_eq!(id_given(CLIENT, Some("proxy-id_1.x")).await, "generated-id");
}

/// S-133: an id with other characters, too short or too long never reaches a log.
#[tokio::test]
async fn an_odd_id_is_replaced_even_from_a_trusted_proxy() {
    for odd in ["short", "has spaces in it", "{\"a\":\"breakout\"}", &"x".repeat(65)] {
        assert_eq!(id_given(PROXY, Some(odd)).await, "generated-id", "{odd}");
    }
}

/// S-136: a panic costs one request a generic 500, is reported, and the next request works.
#[tokio::test]
async fn a_panic_is_a_generic_500_with_the_request_id() {
    let (router, seen) = traced();

    let answer = router.clone().oneshot(request(CLIENT, "/broken", None)).await.unwrap();
    let next = router.oneshot(request(CLIENT, "/links/x", None)).await.unwrap();

    assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(answer.headers()[X_REQUEST_ID], "generated-id");
    let body = body::to_bytes(answer.into_body(), 1000).await.unwrap();
    let text = String::from_utf8(body.to_vec()).unwrap();
    assert!(text.contains("generated-id") && !text.contains("canary"), "{text}");
    assert_eq!(next.status(), StatusCode::OK);
    let panics: Vec<bool> = seen.lock().unwrap().iter().map(|entry| entry.3).collect();
    assert_eq!(panics, [true, false]);
}

#[tokio::test]
async fn the_observer_learns_pattern_status_and_known_methods_only() {
    let (router, seen) = traced();
    let mut invented = request(CLIENT, "/missing", None);
    *invented.method_mut() = Method::from_bytes(b"BREW").unwrap();

    router.clone().oneshot(request(CLIENT, "/links/x", None)).await.unwrap();
    router.oneshot(invented).await.unwrap();

    assert_eq!(
        *seen.lock().unwrap(),
        [("GET", Some("/links/{secret}".to_owned()), Some(200), false), ("OTHER", None, Some(404), false),]
    );
}

#[tokio::test]
async fn a_client_that_goes_away_is_observed_without_a_status() {
    let (router, seen) = traced();
    let mut pending = Box::pin(router.oneshot(request(CLIENT, "/endless", None)));

    let polled = std::future::poll_fn(|cx| std::task::Poll::Ready(pending.as_mut().poll(cx))).await;
    assert!(polled.is_pending());
    drop(pending);

    assert_eq!(seen.lock().unwrap()[0].2, None);
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Where events go is remembered for the process when a subscriber comes and goes: two at once lose some.
static ONE_LOG: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// Where there is one subscriber in the whole process, `tracing` asks that of the thread which comes to an event first whether anybody wants
/// it, and keeps the answer: a test beside this one, which has none, would have it lost. With two it asks both.
static BESIDE: LazyLock<tracing::Dispatch> = LazyLock::new(|| tracing::Dispatch::new(tracing_subscriber::registry()));

/// What the log says after a request to `path`.
async fn logged(which: LoggedRequests, path: &str) -> String {
    let _one = ONE_LOG.lock().await;
    LazyLock::force(&BESIDE);
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .json()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();

    traced_and_logged(which).0.oneshot(request(CLIENT, path, None)).with_subscriber(subscriber).await.unwrap();

    String::from_utf8(log.0.lock().unwrap().clone()).unwrap()
}

/// S-134: path and query, where links and codes travel, are not logged; the pattern is.
#[tokio::test]
async fn the_event_names_the_pattern_and_never_the_path_or_query() {
    let text = logged(LoggedRequests::All, "/links/canary-1?code=canary-2").await;

    assert!(!text.contains("canary"), "{text}");
    for member in [
        r#""route":"/links/{secret}""#,
        r#""method":"GET""#,
        r#""status":200"#,
        r#""client_ip":"203.0.113.9""#,
        r#""request_id":"generated-id""#,
        r#""duration_ms":"#,
    ] {
        assert!(text.contains(member), "{member} in {text}");
    }
}

#[tokio::test]
async fn where_only_failed_requests_are_logged_a_good_one_leaves_no_line_and_a_bad_one_does() {
    assert_eq!(logged(LoggedRequests::Failed, "/links/x").await, "");
    assert!(logged(LoggedRequests::Failed, "/missing").await.contains(r#""status":404"#));
    assert!(logged(LoggedRequests::Failed, "/broken").await.contains("handler panicked"));
}
