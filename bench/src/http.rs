//! HTTP/1.1 over one kept connection, as cheap as the driver can have it.
//!
//! Requests are bytes made by the caller; a reply is read by its Content-Length into a buffer that the next one reuses.

use std::net::SocketAddr;

use anyhow::{Context as _, Result, bail};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// How large a reply may be, head and body.
const MAX_REPLY_BYTES: usize = 256 * 1024;

/// One connection; replies borrow its buffer.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// A reply that was read whole.
pub(crate) struct Reply<'c> {
    pub(crate) status: u16,
    pub(crate) head: &'c str,
    pub(crate) body: &'c [u8],
}

/// A GET with further header lines.
pub(crate) fn get(path: &str, headers: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n").into_bytes()
}

/// A form with further header lines.
pub(crate) fn post(path: &str, headers: &str, form: &str) -> Vec<u8> {
    let length = form.len();
    format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\n{headers}Content-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {length}\r\n\r\n{form}"
    )
    .into_bytes()
}

impl Connection {
    /// Connects.
    pub(crate) async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(16 * 1024) })
    }

    /// Sends a request and reads its reply.
    pub(crate) async fn send(&mut self, request: &[u8]) -> Result<Reply<'_>> {
        self.buffer.clear();
        self.stream.write_all(request).await?;
        let (status, head, end) = loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                bail!("the server closed the connection");
            }
            if let Some(extent) = extent(&self.buffer)? {
                break extent;
            }
            if self.buffer.len() > MAX_REPLY_BYTES {
                bail!("a reply of more than {MAX_REPLY_BYTES} bytes");
            }
        };
        let (text, rest) = self.buffer.split_at(head);
        let body = rest.get(..end - head).context("a reply shorter than its length")?;
        Ok(Reply { status, head: std::str::from_utf8(text)?, body })
    }

    /// Sends a request whose reply must have `status`.
    pub(crate) async fn expect(&mut self, request: &[u8], status: u16) -> Result<Reply<'_>> {
        let reply = self.send(request).await?;
        if reply.status != status {
            let asked = String::from_utf8_lossy(request);
            bail!("{} instead of {status}: {}\n{asked}", reply.status, String::from_utf8_lossy(reply.body));
        }
        Ok(reply)
    }
}

impl<'c> Reply<'c> {
    /// The values of a header; its name in lower case.
    pub(crate) fn header<'n>(&self, name: &'n str) -> impl Iterator<Item = &'c str> + use<'c, 'n> {
        header(self.head, name)
    }

    /// Where a redirect leads.
    pub(crate) fn location(&self) -> Result<&'c str> {
        self.header("location").next().with_context(|| format!("{} without a location", self.status))
    }
}

fn header<'c, 'n>(head: &'c str, name: &'n str) -> impl Iterator<Item = &'c str> + use<'c, 'n> {
    let lines = head.lines().filter_map(|line| line.split_once(':'));
    lines.filter(move |(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}

/// Status, length of the head and of the whole reply in `buffer`; `None` while it is incomplete.
fn extent(buffer: &[u8]) -> Result<Option<(u16, usize, usize)>> {
    let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") else { return Ok(None) };
    let head =
        buffer.get(..end + 4).and_then(|head| std::str::from_utf8(head).ok()).context("a head that is no text")?;
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).context("a reply without a status")?;
    let length = match header(head, "content-length").next() {
        Some(length) => length.parse::<usize>()?,
        None if matches!(status, 204 | 304) => 0,
        None => bail!("a reply without a length:\n{head}"),
    };
    let whole = head.len() + length;
    Ok((buffer.len() >= whole).then_some((status, head.len(), whole)))
}
