//! The bytes below HTTP: what was read ahead of it, and whether all it wrote has left.
//!
//! Owns what of a connection outlives hyper's part of it, which is let go of while the connection rests (`connection.rs`).

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

use super::activity::Activity;

/// What an HTTP/2 connection begins with. RFC 9113 §3.4.
const HTTP2_PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// What the other end speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    Http1,
    Http2,
}

/// A connection, plain or encrypted.
pub(super) struct Wire<I> {
    stream: TokioIo<I>,
    /// What was read and not yet taken.
    ahead: Bytes,
    activity: Arc<Activity>,
}

impl<I: AsyncRead + AsyncWrite + Unpin> Wire<I> {
    pub(super) fn new(stream: I, activity: Arc<Activity>) -> Self {
        Self { stream: TokioIo::new(stream), ahead: Bytes::new(), activity }
    }

    /// Puts back what was read too much, to be read again first. Copied, as it may be the little in a large buffer.
    pub(super) fn put_back(&mut self, ahead: &[u8]) {
        self.ahead = Bytes::copy_from_slice(ahead);
    }

    /// Waits for the first bytes, as many as it takes to know what is spoken; `None` when the other end closes instead.
    /// Cancelled, it may have lost some of them.
    pub(super) async fn begin(&mut self) -> Option<Version> {
        let mut begun = [0; HTTP2_PREFACE.len()];
        let mut length = 0;
        while begun.starts_with(HTTP2_PREFACE.get(..length)?) && length < begun.len() {
            length += self.read(begun.get_mut(length..)?).await?;
        }
        self.ahead = Bytes::copy_from_slice(begun.get(..length)?);
        Some(if begun == *HTTP2_PREFACE { Version::Http2 } else { Version::Http1 })
    }

    /// Waits for more of HTTP/1 to come; `None` when the other end closes instead.
    pub(super) async fn go_on(&mut self) -> Option<()> {
        if self.ahead.is_empty() {
            let mut begun = [0; HTTP2_PREFACE.len()];
            let length = self.read(&mut begun).await?;
            self.ahead = Bytes::copy_from_slice(begun.get(..length)?);
        }
        Some(())
    }

    /// Says that nothing more comes.
    pub(super) async fn close(&mut self) {
        // Who went away need not hear it.
        let _ = self.stream.inner_mut().shutdown().await;
    }

    async fn read(&mut self, buffer: &mut [u8]) -> Option<usize> {
        self.stream.inner_mut().read(buffer).await.ok().filter(|length| *length > 0)
    }
}

impl<I: AsyncRead + Unpin> Read for Wire<I> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        mut into: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        if self.ahead.is_empty() {
            return Pin::new(&mut self.stream).poll_read(context, into);
        }
        let length = self.ahead.len().min(into.remaining());
        into.put_slice(&self.ahead.split_to(length));
        Poll::Ready(Ok(()))
    }
}

impl<I: AsyncWrite + Unpin> Write for Wire<I> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.activity.set_unflushed(true);
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.stream).poll_flush(context))?;
        self.activity.set_unflushed(false);
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
