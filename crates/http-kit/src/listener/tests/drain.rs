//! The end of a listener: what is in flight finishes, what is idle closes. SECURITY.md R-12.

use tokio::sync::Notify;

use super::*;

/// A door whose one route says that it was entered and answers when told to.
fn gated_door() -> (Router, Arc<Notify>, Arc<Notify>) {
    let (entered, release) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (enter, wait) = (Arc::clone(&entered), Arc::clone(&release));
    let handler = move || async move {
        enter.notify_one();
        wait.notified().await;
        "finished"
    };
    (Router::new().route("/", get(handler)), entered, release)
}

/// a request in flight gets its answer after the signal.
#[tokio::test]
async fn a_request_in_flight_is_answered_before_the_listener_ends() {
    let (router, entered, release) = gated_door();
    let running = start(Limits::default(), None, router).await;
    let mut stream = running.connect().await;
    stream.write_all(b"GET / HTTP/1.1\r\nHost: id\r\n\r\n").await.unwrap();
    entered.notified().await;

    running.shutdown.cancel();
    release.notify_one();

    let answer = String::from_utf8(read_to_close(&mut stream).await).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.ends_with("finished"), "{answer}");
    assert_eq!(running.drained().await, Drained { connections_cut: 0 });
}

/// a request that outlasts the drain time does not keep the process.
#[tokio::test]
async fn a_request_that_outlasts_the_drain_time_is_cut_and_counted() {
    let (router, entered, _release) = gated_door();
    let limits = Limits { drain: SHORT, ..Limits::default() };
    let running = start(limits, None, router).await;
    let mut stream = running.connect().await;
    stream.write_all(b"GET / HTTP/1.1\r\nHost: id\r\n\r\n").await.unwrap();
    entered.notified().await;

    running.shutdown.cancel();

    assert_eq!(read_to_close(&mut stream).await, b"");
    assert_eq!(running.drained().await, Drained { connections_cut: 1 });
}

#[tokio::test]
async fn an_idle_connection_does_not_delay_the_end() {
    let running = start(Limits::default(), None, door()).await;
    let mut stream = running.connect().await;
    stream.write_all(GET_PEER.as_bytes()).await.unwrap();
    read_head(&mut stream).await;

    running.shutdown.cancel();

    read_to_close(&mut stream).await;
    assert_eq!(running.drained().await, Drained { connections_cut: 0 });
}

#[tokio::test]
async fn a_listener_that_ended_accepts_no_more() {
    let running = start(Limits::default(), None, door()).await;
    let address = running.address;

    running.shutdown.cancel();
    running.drained().await;

    assert!(TcpStream::connect(address).await.is_err());
}
