//! Requests with another one hidden in them. RFC 9112 §11.2; SECURITY 5.5.

use std::sync::Mutex;

use super::*;

/// Rule 10: where two readers could divide the bytes differently, nothing after the first head is read as a request.
#[tokio::test]
async fn no_request_is_found_inside_another() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let paths = Arc::clone(&seen);
    let note = move |uri: http::Uri| async move { paths.lock().unwrap().push(uri.path().to_owned()) };
    let router = door().route("/smuggled", axum::routing::get(note));
    let limits = Limits { header_read_timeout: SHORT, body_read_timeout: SHORT, ..Limits::default() };
    let running = start(limits, None, router).await;

    let mut wrong = Vec::new();
    for line in portreeve_fuzz::lines("smuggling", 60) {
        let answer = running.exchange(&line.input).await;
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let answers = answer.matches("HTTP/1.1 ").count();
        let is_refused = answer.is_empty() || answer.starts_with("HTTP/1.1 400");
        if answers > 1 || (line.expected == "refused") != is_refused {
            wrong.push(format!("{:?} got {answer:?}", String::from_utf8_lossy(&line.input)));
        }
    }

    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(*seen.lock().unwrap(), Vec::<String>::new());
    // The hidden request by itself is answered: the list would be of no worth otherwise.
    running.exchange(b"GET /smuggled HTTP/1.1\r\nHost: id\r\n\r\n").await;
    assert_eq!(*seen.lock().unwrap(), ["/smuggled"]);
}
