//! The life of one accepted connection: handshake, requests, end.
//!
//! Owns when a connection ends: by itself, by idling, by the shutdown signal, or cut when the drain
//! time is over; and when it rests: then only its socket and its session of TLS stay in memory. Leaves accepting to the
//! listener and each request to `request_gate.rs`.

use std::future::{Future, poll_fn};
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1::{self, Parts};
use hyper::server::conn::http2;
use hyper_util::rt::TokioExecutor;
use hyper_util::server::graceful::GracefulConnection;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tracing::debug;

use super::activity::Activity;
use super::limits::Limits;
use super::request_gate::{PeerAddress, PeerCertificates, RequestGate};
use super::tls_keys::TlsKeys;
use super::wire::{Version, Wire};

/// What all connections of one listener share.
pub(super) struct Connections {
    pub(super) http1: http1::Builder,
    pub(super) http2: http2::Builder<TokioExecutor>,
    pub(super) router: Router,
    pub(super) tls: Option<TlsKeys>,
    pub(super) limits: Arc<Limits>,
    /// What the cap leaves.
    pub(super) slots: Arc<Semaphore>,
    /// Finish the requests in flight, then close.
    pub(super) stop: CancellationToken,
    /// Close at once.
    pub(super) cut: CancellationToken,
}

impl Connections {
    /// Serves one connection to its end. Errors of a peer are its own business: logged at debug.
    pub(super) async fn serve(self: Arc<Self>, stream: TcpStream, peer: SocketAddr) {
        if let Err(error) = stream.set_nodelay(true) {
            debug!(%error, "TCP_NODELAY refused");
        }
        let speaking = async {
            match &self.tls {
                // Large, and not to be part of what serves a plain connection.
                Some(keys) => Box::pin(self.shake_hands(keys, stream, PeerAddress(peer))).await,
                None => self.speak_http(stream, (PeerAddress(peer), None)).await,
            }
        };
        tokio::select! {
            biased;
            () = self.cut.cancelled() => {}
            () = speaking => {}
        }
    }

    async fn shake_hands(&self, keys: &TlsKeys, stream: TcpStream, peer: PeerAddress) {
        let handshake = TlsAcceptor::from(keys.current()).accept(stream);
        match timeout(self.limits.tls_handshake_timeout, handshake).await {
            Ok(Ok(stream)) => {
                let (_, session) = stream.get_ref();
                let shown = session.peer_certificates().filter(|chain| !chain.is_empty());
                let shown =
                    shown.map(|chain| PeerCertificates(chain.iter().map(|one| one.clone().into_owned()).collect()));
                self.speak_http(stream, (peer, shown)).await;
            }
            Ok(Err(error)) => debug!(%error, "TLS handshake failed"),
            Err(_) => debug!("TLS handshake timed out"),
        }
    }

    async fn speak_http<I>(&self, stream: I, (peer, certificates): (PeerAddress, Option<PeerCertificates>))
    where
        I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let activity = Arc::new(Activity::default());
        let mut wire = Wire::new(stream, Arc::clone(&activity));
        let mut gate = RequestGate {
            router: self.router.clone(),
            limits: Arc::clone(&self.limits),
            peer,
            certificates,
            activity: Arc::clone(&activity),
        };
        let mut idle = pin!(activity.idle(&self.limits, &self.slots));
        match self.unless_over(wire.begin(), idle.as_mut()).await {
            None => return self.close(wire).await,
            Some(Version::Http2) => return self.speak_http2(wire, gate, idle).await,
            Some(Version::Http1) => {}
        }
        loop {
            match self.speak_http1(wire, gate, idle.as_mut()).await {
                None => return,
                Some(rests) => (wire, gate) = rests,
            }
            // The limit that a head has in hyper, which begins with the wait for it, and begins anew with the first byte.
            let more = async { timeout(self.limits.header_read_timeout, wire.go_on()).await.ok().flatten() };
            if self.unless_over(more, idle.as_mut()).await.is_none() {
                return self.close(wire).await;
            }
        }
    }

    /// What `bytes` brings, unless the connection is to end before.
    async fn unless_over<T>(
        &self,
        bytes: impl Future<Output = Option<T>>,
        idle: Pin<&mut impl Future<Output = ()>>,
    ) -> Option<T> {
        tokio::select! {
            biased;
            brought = bytes => brought,
            () = self.stop.cancelled() => None,
            () = idle => None,
        }
    }

    /// Serves until the connection ends, or rests: then it is given back, and nothing of HTTP stays in memory, of which
    /// the buffers alone are two times 8 KiB and more after a long reply.
    pub(super) async fn speak_http1<I>(
        &self,
        wire: Wire<I>,
        gate: RequestGate,
        idle: Pin<&mut impl Future<Output = ()>>,
    ) -> Option<(Wire<I>, RequestGate)>
    where
        I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let activity = Arc::clone(&gate.activity);
        let mut connection = Box::new(self.http1.serve_connection(wire, gate));
        let last_words = tokio::select! {
            biased;
            ended = &mut connection => {
                log_end(ended);
                return None;
            }
            () = self.stop.cancelled() => Duration::MAX,
            // A peer that neither reads its reply nor acknowledges the end must not keep the slot.
            () = idle => self.limits.drain,
            () = activity.rest() => {
                Pin::new(&mut *connection).graceful_shutdown();
                // hyper is done at once where it waits for a head, and leaves the stream open.
                let polled = poll_fn(|context| Poll::Ready(connection.poll_without_shutdown(context))).await;
                if matches!(polled, Poll::Ready(Ok(()))) {
                    let Parts { io: mut wire, read_buf, service: gate, .. } = connection.into_parts();
                    wire.put_back(&read_buf);
                    return Some((wire, gate));
                }
                self.limits.drain
            }
        };
        end(connection, last_words).await;
        None
    }

    async fn speak_http2<I>(&self, wire: Wire<I>, gate: RequestGate, idle: Pin<&mut impl Future<Output = ()>>)
    where
        I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let mut connection = Box::new(self.http2.serve_connection(wire, gate));
        let last_words = tokio::select! {
            biased;
            ended = &mut connection => return log_end(ended),
            // The listener measures the drain time and cuts.
            () = self.stop.cancelled() => Duration::MAX,
            () = idle => self.limits.drain,
        };
        end(connection, last_words).await;
    }

    async fn close<I: AsyncRead + AsyncWrite + Unpin>(&self, mut wire: Wire<I>) {
        // Who does not take the end of an encrypted connection must not keep the slot.
        let _ = timeout(self.limits.drain, wire.close()).await;
    }
}

/// Lets the requests in flight be answered and closes, within `last_words`.
async fn end<C>(mut connection: Box<C>, last_words: Duration)
where
    C: GracefulConnection<Error = hyper::Error> + Unpin,
{
    Pin::new(&mut *connection).graceful_shutdown();
    match timeout(last_words, connection).await {
        Ok(ended) => log_end(ended),
        Err(_) => debug!("idle connection cut"),
    }
}

fn log_end<E: std::fmt::Display>(ended: Result<(), E>) {
    if let Err(error) = ended {
        debug!(%error, "connection ended early");
    }
}
