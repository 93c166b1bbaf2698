//! Slow, oversized and flooding clients. SECURITY.md S-121, S-122, R-14.

use std::sync::Mutex;

use super::*;

/// S-122: slowloris on the head. hyper has no timer of its own here (V-1).
#[tokio::test]
async fn an_unfinished_head_is_closed_after_the_header_timeout() {
    let limits = Limits { header_read_timeout: SHORT, ..Limits::default() };
    let running = start(limits, None, door()).await;

    let received = running.exchange(b"GET /peer HTTP/1.1\r\nHost: id").await;

    assert_eq!(received, b"");
}

/// S-122: the same on a connection that has already brought a whole request.
#[tokio::test]
async fn an_unfinished_second_head_is_closed_after_the_header_timeout() {
    let limits = Limits { header_read_timeout: SHORT, ..Limits::default() };
    let running = start(limits, None, door()).await;
    let mut stream = running.connect().await;
    stream.write_all(GET_PEER.as_bytes()).await.unwrap();
    let head = read_head(&mut stream).await;

    stream.write_all(b"GET /peer").await.unwrap();

    let rest = read_to_close(&mut stream).await;
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert!(!rest.windows(4).any(|bytes| bytes == b"HTTP"), "{rest:?}");
}

/// S-122: silence, and a byte that could still become HTTP/1 or HTTP/2, before hyper's timer runs.
#[tokio::test]
async fn a_connection_that_does_not_begin_is_closed_after_the_header_timeout() {
    let limits = Limits { header_read_timeout: SHORT, ..Limits::default() };
    let running = start(limits, None, door()).await;

    assert_eq!(running.exchange(b"").await, b"");
    assert_eq!(running.exchange(b"P").await, b"");
}

/// S-122: slowloris on the body.
#[tokio::test]
async fn an_unfinished_body_is_refused_after_the_body_timeout() {
    let limits = Limits { body_read_timeout: SHORT, ..Limits::default() };
    let running = start(limits, None, door()).await;

    let status = running
        .status_of(
            b"POST /form HTTP/1.1\r\nHost: id\r\nContent-Length: 10\r\n\
              Content-Type: application/x-www-form-urlencoded\r\n\r\na=1",
        )
        .await;

    assert_eq!(status, "400");
}

/// S-121: one header of 20 KiB.
#[tokio::test]
async fn a_head_over_16_kib_is_431() {
    let running = start(Limits::default(), None, door()).await;

    let head = format!("GET /peer HTTP/1.1\r\nHost: id\r\nX-Big: {}\r\n\r\n", "x".repeat(20 * 1024));

    assert_eq!(running.status_of(head.as_bytes()).await, "431");
}

/// S-121: 101 header lines.
#[tokio::test]
async fn more_than_100_header_lines_are_431() {
    let running = start(Limits::default(), None, door()).await;
    let head = |lines: usize| format!("GET /peer HTTP/1.1\r\nHost: id\r\n{}\r\n", "X-A: 1\r\n".repeat(lines - 1));

    assert_eq!(running.status_of(head(100).as_bytes()).await, "200");
    assert_eq!(running.status_of(head(101).as_bytes()).await, "431");
}

/// S-121: a long URL.
#[tokio::test]
async fn a_target_over_8_kib_is_414() {
    let running = start(Limits::default(), None, door()).await;
    let head = |bytes| format!("GET /peer?{} HTTP/1.1\r\nHost: id\r\n\r\n", "x".repeat(bytes));

    assert_eq!(running.status_of(head(8192 - 6).as_bytes()).await, "200");
    assert_eq!(running.status_of(head(8192 - 5).as_bytes()).await, "414");
}

/// S-121: a declared body over the limit is refused unread.
#[tokio::test]
async fn a_declared_body_over_64_kib_is_413_before_it_is_sent() {
    let running = start(Limits::default(), None, door()).await;

    let status = running.status_of(b"POST /form HTTP/1.1\r\nHost: id\r\nContent-Length: 10485760\r\n\r\n").await;

    assert_eq!(status, "413");
}

/// S-121: a chunked body has no declared length and is cut at the limit.
#[tokio::test]
async fn a_chunked_body_over_the_limit_is_413() {
    let limits = Limits { max_body_bytes: 8, ..Limits::default() };
    let running = start(limits, None, door()).await;

    let status = running
        .status_of(
            b"POST /form HTTP/1.1\r\nHost: id\r\nTransfer-Encoding: chunked\r\n\
              Content-Type: application/x-www-form-urlencoded\r\n\r\n9\r\na=2345678\r\n",
        )
        .await;

    assert_eq!(status, "413");
}

/// RFC 9112 §3.2: HTTP/1.1 requests have exactly one Host.
#[tokio::test]
async fn a_request_without_one_host_is_400() {
    let running = start(Limits::default(), None, door()).await;

    let none = b"GET /peer HTTP/1.1\r\nAccept: */*\r\n\r\n";
    let two = b"GET /peer HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n";

    assert_eq!(running.status_of(none).await, "400");
    assert_eq!(running.status_of(two).await, "400");
}

#[tokio::test]
async fn connections_beyond_the_cap_wait_for_a_slot() {
    let order = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&order);
    let note = move |uri: http::Uri| async move { seen.lock().unwrap().push(uri.to_string()) };
    let router = Router::new().route("/{name}", get(note));
    let limits = Limits { max_connections: 1, ..Limits::default() };
    let running = start(limits, None, router).await;
    let (mut first, mut second) = (running.connect().await, running.connect().await);

    second.write_all(b"GET /second HTTP/1.1\r\nHost: id\r\n\r\n").await.unwrap();
    for _ in 0..3 {
        first.write_all(b"GET /first HTTP/1.1\r\nHost: id\r\n\r\n").await.unwrap();
        read_head(&mut first).await;
    }
    drop(first);
    let answer = read_head(&mut second).await;

    assert!(answer.starts_with("HTTP/1.1 200"));
    assert_eq!(*order.lock().unwrap(), ["/first", "/first", "/first", "/second"]);
}

const HTTP2_PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// One HTTP/2 frame. RFC 9113 §4.1.
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut bytes = length[1..].to_vec();
    bytes.extend([kind, flags]);
    bytes.extend(stream.to_be_bytes());
    bytes.extend(payload);
    bytes
}

/// Kind and payload of every whole frame.
fn frames(mut bytes: &[u8]) -> Vec<(u8, Vec<u8>)> {
    let mut found = Vec::new();
    while bytes.len() >= 9 {
        let length = u32::from_be_bytes([0, bytes[0], bytes[1], bytes[2]]) as usize;
        if bytes.len() < 9 + length {
            break;
        }
        found.push((bytes[3], bytes[9..9 + length].to_vec()));
        bytes = &bytes[9 + length..];
    }
    found
}

/// S-122: the server announces its HTTP/2 limits, also without TLS, as proxies speak it; and a client
/// that makes no request and acknowledges nothing does not keep its slot.
#[tokio::test]
async fn http2_limits_are_announced_and_an_idle_connection_is_cut() {
    let limits = Limits { header_read_timeout: SHORT, drain: SHORT, ..Limits::default() };
    let running = start(limits, None, door()).await;

    let mut hello = HTTP2_PREFACE.to_vec();
    hello.extend(frame(4, 0, 0, b""));
    let received = frames(&running.exchange(&hello).await);

    let (kind, settings) = &received[0];
    assert_eq!(*kind, 4, "the first frame is SETTINGS");
    let max_concurrent_streams = [0, 3, 0, 0, 0, 100];
    let max_header_list_size = [0, 6, 0, 0, 0x40, 0];
    assert!(settings.chunks(6).any(|setting| setting == max_concurrent_streams));
    assert!(settings.chunks(6).any(|setting| setting == max_header_list_size));
}

/// S-122: rapid reset, CVE-2023-44487.
#[tokio::test]
async fn a_rapid_reset_flood_ends_the_connection() {
    let running = start(Limits::default(), None, door()).await;
    let get_root = [0x82, 0x86, 0x84];
    let cancel = [0, 0, 0, 8];

    let mut flood = HTTP2_PREFACE.to_vec();
    flood.extend(frame(4, 0, 0, b""));
    for stream in (1..400).step_by(2) {
        flood.extend(frame(1, 0x5, stream, &get_root));
        flood.extend(frame(3, 0, stream, &cancel));
    }
    let received = frames(&running.exchange(&flood).await);

    let go_away = received.iter().find(|(kind, _)| *kind == 7);
    let enhance_your_calm = [0, 0, 0, 0xb];
    assert_eq!(go_away.expect("GOAWAY").1[4..8], enhance_your_calm);
}
