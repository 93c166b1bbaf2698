//! The limits of one listener and what each protects against.
//!
//! Owns the numbers; `connection.rs` and `request_gate.rs` apply them. SECURITY.md rule 10, V-1, V-2.

use std::time::Duration;

use hyper::server::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioTimer};

/// What one listener grants a connection and a request.
///
/// ```
/// use portreeve_http_kit::listener::Limits;
///
/// let limits = Limits { max_connections: 500, ..Limits::default() };
/// ```
#[derive(Clone, Debug)]
pub struct Limits {
    /// Time to send a whole request head. Over HTTP/1 it also bounds the wait for the next request
    /// on a kept-alive connection; a proxy in front keeps its idle connections for less. A new connection must bring its first
    /// request in this time, or within a second where the cap is reached.
    pub header_read_timeout: Duration,
    /// Time to finish the TLS handshake.
    pub tls_handshake_timeout: Duration,
    /// Time to send a whole request body, however slowly the bytes trickle.
    pub body_read_timeout: Duration,
    /// A connection without a request for this long is closed; noticed within twice this time.
    /// Together with `drain` it also bounds a reply that the client does not read.
    pub idle_timeout: Duration,
    /// Connections at once. Further ones wait in the kernel's backlog and are not refused.
    pub max_connections: usize,
    /// Bytes of a request head; at least 8 KiB, which is the smallest buffer hyper works with.
    pub max_header_bytes: usize,
    /// Header lines of a request.
    pub max_header_count: usize,
    /// Bytes of path and query together.
    pub max_target_bytes: usize,
    /// Bytes of a request body.
    pub max_body_bytes: usize,
    /// Limits of HTTP/2 alone.
    pub http2: Http2Limits,
    /// Time for requests in flight to finish after the shutdown signal.
    pub drain: Duration,
}

/// What one HTTP/2 connection is granted beyond [`Limits`].
#[derive(Clone, Debug)]
pub struct Http2Limits {
    /// Streams open at once.
    pub max_concurrent_streams: u32,
    /// Streams the client reset before a handler took them; more ends the connection (rapid reset).
    pub max_pending_reset_streams: usize,
    /// Streams reset because of the client's own protocol errors; more ends the connection.
    pub max_error_reset_streams: usize,
    /// Time between PING frames that find dead peers.
    pub keep_alive_interval: Duration,
    /// Time for the answer to a PING.
    pub keep_alive_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            header_read_timeout: Duration::from_secs(10),
            tls_handshake_timeout: Duration::from_secs(5),
            body_read_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(60),
            max_connections: 10_000,
            max_header_bytes: 16 * 1024,
            max_header_count: 100,
            max_target_bytes: 8 * 1024,
            max_body_bytes: 64 * 1024,
            http2: Http2Limits::default(),
            drain: Duration::from_secs(10),
        }
    }
}

impl Default for Http2Limits {
    fn default() -> Self {
        Self {
            max_concurrent_streams: 100,
            max_pending_reset_streams: 20,
            max_error_reset_streams: 64,
            keep_alive_interval: Duration::from_secs(20),
            keep_alive_timeout: Duration::from_secs(10),
        }
    }
}

/// The least that hyper accepts as a buffer; a smaller value would panic when the server starts.
const HYPER_MIN_BUFFER_BYTES: usize = 8 * 1024;

impl Limits {
    /// What serves HTTP/1 within these limits.
    ///
    /// The timer is set here: without one hyper silently ignores the header timeout (V-1).
    pub(super) fn http1(&self) -> http1::Builder {
        let mut builder = http1::Builder::new();
        builder
            .timer(TokioTimer::new())
            .header_read_timeout(self.header_read_timeout)
            .max_headers(self.max_header_count)
            .max_buf_size(self.head_bytes())
            // Replies are small: copied behind their head they leave by a plain write, which costs less than gathering.
            .writev(false);
        builder
    }

    /// What serves HTTP/2 within these limits.
    pub(super) fn http2(&self) -> http2::Builder<TokioExecutor> {
        let mut builder = http2::Builder::new(TokioExecutor::new());
        builder
            .timer(TokioTimer::new())
            .max_header_list_size(u32::try_from(self.head_bytes()).unwrap_or(u32::MAX))
            .max_concurrent_streams(self.http2.max_concurrent_streams)
            .max_pending_accept_reset_streams(self.http2.max_pending_reset_streams)
            .max_local_error_reset_streams(self.http2.max_error_reset_streams)
            .keep_alive_interval(self.http2.keep_alive_interval)
            .keep_alive_timeout(self.http2.keep_alive_timeout);
        builder
    }

    fn head_bytes(&self) -> usize {
        self.max_header_bytes.max(HYPER_MIN_BUFFER_BYTES)
    }
}
