//! The client against real listeners on loopback.
//!
//! Owns the listeners. They are reached through the allow-list, as an operator would let them be.

mod answers;
mod refused;
mod sharing;
mod tls;

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use portreeve_domain::TenantId;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::exchange::Limits;
use crate::resolver::Resolver;
use crate::{Document, Expected, Outbound, OutboundError, Rules};

const TENANT: TenantId = TenantId::DEFAULT;

/// A server that gives every connection the same bytes and keeps the requests.
struct Server {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    async fn start(answer: impl Into<Vec<u8>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, answer) = (listener.local_addr().unwrap(), answer.into());
        let requests: Arc<Mutex<Vec<String>>> = Arc::default();
        let seen = Arc::clone(&requests);
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let (answer, seen) = (answer.clone(), Arc::clone(&seen));
                tokio::spawn(async move {
                    let mut head = vec![0; 8192];
                    let length = stream.read(&mut head).await.unwrap();
                    seen.lock().unwrap().push(String::from_utf8_lossy(&head[..length]).into_owned());
                    // The client may have heard enough already.
                    let _ = stream.write_all(&answer).await;
                    // An answer without end stays open.
                    if answer.is_empty() {
                        std::future::pending::<()>().await;
                    }
                });
            }
        });
        Self { address, requests }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    fn seen(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{headers}\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

fn json(body: &str) -> String {
    answer("200 OK", "Content-Type: application/json", body)
}

/// A client that may reach these servers.
fn client(servers: &[&Server]) -> Outbound {
    let entries: Vec<_> = servers.iter().map(|server| server.address.to_string()).collect();
    with(Rules::allowing(entries.iter().map(String::as_str)).unwrap(), |_| Vec::new())
}

/// A client with these rules and these names.
fn with(rules: Rules, names: impl Fn(&str) -> Vec<IpAddr> + Send + Sync + 'static) -> Outbound {
    let limits = Limits { total: Duration::from_secs(60), connect: Duration::from_secs(30), ..Limits::default() };
    Outbound::with(rules, Resolver::Given(Arc::new(names)), limits)
}

async fn fetch(client: &Outbound, url: &str) -> Result<Arc<Document>, OutboundError> {
    client.fetch(TENANT, url, Expected::JwkSet, Duration::ZERO).await
}
