//! A closed loop over keep-alive connections: each sends one prepared request, reads the reply, sends the next.
//!
//! The request is bytes made once, the reply is read by its Content-Length, so that the driver costs little beside the server.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// How large a reply may be, head and body.
const MAX_REPLY_BYTES: usize = 64 * 1024;

/// A request as it goes over the wire.
#[derive(Clone)]
pub(crate) struct Request {
    pub(crate) address: SocketAddr,
    bytes: Arc<[u8]>,
}

/// A reply that was read whole.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

impl Request {
    /// A GET.
    pub(crate) fn get(address: SocketAddr, path: &str) -> Self {
        Self::raw(address, format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n"))
    }

    /// A form sent with HTTP Basic credentials.
    pub(crate) fn form(address: SocketAddr, path: &str, basic: &str, form: &str) -> Self {
        let length = form.len();
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic {basic}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{form}"
        );
        Self::raw(address, head)
    }

    fn raw(address: SocketAddr, text: String) -> Self {
        Self { address, bytes: text.into_bytes().into() }
    }

    /// Sends the request once on a connection of its own.
    pub(crate) async fn once(&self) -> Result<Reply> {
        let mut stream = TcpStream::connect(self.address).await?;
        exchange(&mut stream, &self.bytes, &mut Vec::new()).await
    }
}

/// Requests a second over `connections` connections for `period`; every reply must be a 200.
pub(crate) async fn drive(request: &Request, connections: usize, period: Duration) -> Result<f64> {
    let began = Instant::now();
    let tasks: Vec<_> = (0..connections).map(|_| tokio::spawn(repeat(request.clone(), began + period))).collect();
    let mut answered = 0;
    for task in tasks {
        answered += task.await??;
    }
    Ok(f64::from(answered) / began.elapsed().as_secs_f64())
}

async fn repeat(request: Request, until: Instant) -> Result<u32> {
    let mut stream = TcpStream::connect(request.address).await?;
    stream.set_nodelay(true)?;
    let mut buffer = Vec::with_capacity(MAX_REPLY_BYTES);
    let mut answered = 0;
    while Instant::now() < until {
        let reply = exchange(&mut stream, &request.bytes, &mut buffer).await?;
        if reply.status != 200 {
            bail!("a request under load was answered {}: {}", reply.status, String::from_utf8_lossy(&reply.body));
        }
        answered += 1;
    }
    Ok(answered)
}

async fn exchange(stream: &mut TcpStream, request: &[u8], buffer: &mut Vec<u8>) -> Result<Reply> {
    buffer.clear();
    stream.write_all(request).await?;
    loop {
        if stream.read_buf(buffer).await? == 0 {
            bail!("the server closed the connection");
        }
        if let Some(reply) = parse(buffer)? {
            return Ok(reply);
        }
        if buffer.len() > MAX_REPLY_BYTES {
            bail!("a reply of more than {MAX_REPLY_BYTES} bytes");
        }
    }
}

/// The reply in `buffer`; `None` while it is incomplete.
fn parse(buffer: &[u8]) -> Result<Option<Reply>> {
    let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") else { return Ok(None) };
    let (head, rest) = buffer.split_at(end + 4);
    let head = std::str::from_utf8(head).context("the head of a reply is not text")?;
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).context("a reply without a status")?;
    let length = head
        .lines()
        .find_map(|line| line.split_once(':').filter(|(name, _)| name.eq_ignore_ascii_case("content-length")))
        .and_then(|(_, value)| value.trim().parse::<usize>().ok())
        .context("a reply without a length")?;
    Ok(rest.get(..length).map(|body| Reply { status, body: body.to_vec() }))
}
