//! A connection at rest: nothing of HTTP is kept for it, and whoever goes on does not notice.

use std::future::pending;
use std::pin::pin;

use tokio::io::{DuplexStream, duplex};

use super::super::activity::Activity;
use super::super::request_gate::RequestGate;
use super::super::wire::Wire;
use super::*;

/// Longer than a connection must be without a request to be at rest.
const A_WHILE: Duration = Duration::from_secs(1);

fn connections(limits: Limits) -> Arc<Connections> {
    Arc::new(Connections {
        http1: limits.http1(),
        http2: limits.http2(),
        router: door().with_state(()),
        tls: None,
        slots: Arc::new(Semaphore::new(1)),
        limits: Arc::new(limits),
        stop: CancellationToken::new(),
        cut: CancellationToken::new(),
    })
}

/// A stream over which `client` speaks, and what serves a request that comes over it.
fn one_of(connections: &Connections, buffer: usize) -> (DuplexStream, Wire<DuplexStream>, RequestGate) {
    let (client, stream) = duplex(buffer);
    let activity = Arc::new(Activity::default());
    let gate = RequestGate {
        router: connections.router.clone(),
        limits: Arc::clone(&connections.limits),
        peer: PeerAddress(([127, 0, 0, 1], 1).into()),
        certificates: None,
        activity: Arc::clone(&activity),
    };
    (client, Wire::new(stream, activity), gate)
}

#[tokio::test(start_paused = true)]
async fn what_rests_is_given_back_and_served_again() {
    let connections = connections(Limits::default());
    let (mut client, mut wire, mut gate) = one_of(&connections, 4096);

    for _ in 0..3 {
        client.write_all(GET_PEER.as_bytes()).await.unwrap();
        let served = timeout(A_WHILE, connections.speak_http1(wire, gate, pin!(pending()))).await;
        let mut reply = vec![0; 12];
        client.read_exact(&mut reply).await.unwrap();

        (wire, gate) = served.expect("at rest within a while").expect("a connection that is open");
        assert_eq!(reply, b"HTTP/1.1 200");
        while timeout(Duration::ZERO, client.read_u8()).await.is_ok() {}
    }
}

/// S-122: half a head is no rest, or it would get its time again and again.
#[tokio::test(start_paused = true)]
async fn half_a_head_gets_its_time_once() {
    let connections = connections(Limits::default());
    let (mut client, wire, gate) = one_of(&connections, 4096);
    let (began, half) = (tokio::time::Instant::now(), &GET_PEER[..GET_PEER.len() - 2]);

    client.write_all(format!("{GET_PEER}{half}").as_bytes()).await.unwrap();
    let rests = connections.speak_http1(wire, gate, pin!(pending())).await;
    let (wire, gate) = rests.expect("the whole one was answered");
    let rests = timeout(PATIENCE, connections.speak_http1(wire, gate, pin!(pending()))).await.expect("an end");

    assert!(rests.is_none());
    assert!(began.elapsed() <= Limits::default().header_read_timeout + A_WHILE, "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn half_a_head_that_becomes_whole_after_a_while_is_answered_and_the_connection_kept() {
    let connections = connections(Limits::default());
    let (mut client, wire, gate) = one_of(&connections, 4096);
    let (half, other_half) = GET_PEER.split_at(20);

    client.write_all(format!("{GET_PEER}{half}").as_bytes()).await.unwrap();
    let rests = connections.speak_http1(wire, gate, pin!(pending())).await;
    let (wire, gate) = rests.expect("the whole one was answered");
    let go_on = async {
        tokio::time::sleep(A_WHILE).await;
        client.write_all(other_half.as_bytes()).await.unwrap();
    };
    let never = pin!(pending());
    let (rests, ()) = tokio::join!(connections.speak_http1(wire, gate, never), go_on);

    assert!(rests.is_some(), "the other one was answered, and the connection kept");
    let mut replies = vec![0; 4096];
    let length = client.read(&mut replies).await.unwrap();
    assert_eq!(String::from_utf8_lossy(&replies[..length]).matches("HTTP/1.1 200").count(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_reply_that_is_not_read_is_no_rest() {
    let connections = connections(Limits::default());
    let (mut client, wire, gate) = one_of(&connections, 64);
    let never = pin!(pending());
    let mut serving = pin!(connections.speak_http1(wire, gate, never));

    let reading = async {
        client.write_all(GET_PEER.as_bytes()).await.unwrap();
        tokio::time::sleep(5 * A_WHILE).await;
        let mut reply = String::new();
        while !reply.ends_with("127.0.0.1:1") {
            reply.push(char::from(client.read_u8().await.unwrap()));
        }
        reply
    };
    let reply = tokio::select! {
        biased;
        _ = &mut serving => panic!("given back before the reply had left"),
        reply = reading => reply,
    };

    assert!(reply.starts_with("HTTP/1.1 200") && reply.ends_with("127.0.0.1:1"), "{reply}");
    assert!(timeout(A_WHILE, serving).await.expect("at rest").is_some());
}

/// R-12, and the client's side of it: what rests is closed at once.
#[tokio::test]
async fn a_connection_at_rest_ends_with_the_listener() {
    let limits = Limits { header_read_timeout: 2 * PATIENCE, drain: 2 * PATIENCE, ..Limits::default() };
    let running = start(limits, None, door()).await;
    let mut stream = running.connect().await;
    stream.write_all(GET_PEER.as_bytes()).await.unwrap();
    read_head(&mut stream).await;
    tokio::time::sleep(A_WHILE).await;

    running.shutdown.cancel();

    read_to_close(&mut stream).await;
    assert_eq!(running.drained().await, Drained { connections_cut: 0 });
}

/// As over HTTP/1 without a rest: the time for a head begins when the last reply has left.
#[tokio::test]
async fn a_connection_at_rest_is_closed_after_the_header_timeout() {
    let running = start(Limits { header_read_timeout: A_WHILE, ..Limits::default() }, None, door()).await;
    let mut stream = running.connect().await;
    stream.write_all(GET_PEER.as_bytes()).await.unwrap();
    let (head, began) = (read_head(&mut stream).await, std::time::Instant::now());

    let rest = read_to_close(&mut stream).await;

    assert!(head.starts_with("HTTP/1.1 200") && !rest.starts_with(b"HTTP"), "{head}{rest:?}");
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
}

/// What a connection costs that rests is the future that serves it, beside what the runtime keeps for a socket.
#[tokio::test]
async fn what_serves_a_connection_is_small() {
    let listener = Listener::bind(([127, 0, 0, 1], 0).into(), None, Limits::default()).await.unwrap();
    let stream = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let peer = stream.peer_addr().unwrap();

    let serving = connections(Limits::default()).serve(stream, peer);

    assert!(size_of_val(&serving) <= 2048, "{} bytes", size_of_val(&serving));
}
