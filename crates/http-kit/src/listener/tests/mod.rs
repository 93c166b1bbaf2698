//! The listener as bytes on a socket: what a hostile, a slow and a good client see.

mod certificates;
mod drain;
mod hostile;
mod rest;
mod smuggling;
mod tls;

use std::time::Duration;

use axum::routing::{get, post};
use axum::{Extension, Router};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::task::JoinHandle;

use super::*;
use crate::strict_form::FormPairs;

/// Longer than any wait a passing test makes; ends a failing one.
const PATIENCE: Duration = Duration::from_secs(60);
/// A limit that a test waits for.
const SHORT: Duration = Duration::from_millis(500);

const GET_PEER: &str = "GET /peer HTTP/1.1\r\nHost: id.example\r\n\r\n";

/// A listener on a free port of loopback.
struct Running {
    address: SocketAddr,
    shutdown: CancellationToken,
    served: JoinHandle<Drained>,
}

async fn start(limits: Limits, tls: Option<TlsKeys>, router: Router) -> Running {
    let listener = Listener::bind(([127, 0, 0, 1], 0).into(), tls, limits).await.unwrap();
    let address = listener.local_addr().unwrap();
    let shutdown = CancellationToken::new();
    let served = tokio::spawn(listener.serve(router, shutdown.clone()));
    Running { address, shutdown, served }
}

fn door() -> Router {
    let peer = |Extension(PeerAddress(peer)): Extension<PeerAddress>| async move { peer.to_string() };
    let count = |form: FormPairs| async move { form.0.len().to_string() };
    Router::new().route("/peer", get(peer)).route("/form", post(count))
}

impl Running {
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Sends bytes on a new connection and reads until the server closes it.
    async fn exchange(&self, sent: &[u8]) -> Vec<u8> {
        let mut stream = self.connect().await;
        stream.write_all(sent).await.unwrap();
        read_to_close(&mut stream).await
    }

    /// The status line's code of the answer to `sent`.
    async fn status_of(&self, sent: &[u8]) -> String {
        let mut stream = self.connect().await;
        stream.write_all(sent).await.unwrap();
        let head = read_head(&mut stream).await;
        head.split(' ').nth(1).unwrap().to_owned()
    }

    async fn drained(self) -> Drained {
        timeout(PATIENCE, self.served).await.unwrap().unwrap()
    }
}

/// Everything up to the end of the connection, whether closed or reset.
async fn read_to_close(stream: &mut TcpStream) -> Vec<u8> {
    let mut received = Vec::new();
    let _reset = timeout(PATIENCE, stream.read_to_end(&mut received)).await.expect("the server closes the connection");
    received
}

/// The head of one answer.
async fn read_head(stream: &mut TcpStream) -> String {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        let byte = timeout(PATIENCE, stream.read_u8()).await.expect("an answer in time");
        head.push(char::from(byte.expect("an answer before the end of the connection")));
    }
    head
}

#[tokio::test]
async fn a_request_carries_the_peers_address_and_the_answer_names_no_server() {
    let running = start(Limits::default(), None, door()).await;
    let mut stream = running.connect().await;
    let own_address = stream.local_addr().unwrap().to_string();

    let request = GET_PEER.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();

    let answer = String::from_utf8(read_to_close(&mut stream).await).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.ends_with(&own_address), "{answer}");
    // F2-16 (FAPI 2.0 §5.3.4): whoever is told that a token expired can compare clocks.
    let date = answer.lines().find_map(|line| line.strip_prefix("date: ")).expect("a date");
    assert!(date.ends_with(" GMT") && date.len() == 29, "{date}");
    assert!(!answer.to_ascii_lowercase().contains("\r\nserver:"), "{answer}");
}
