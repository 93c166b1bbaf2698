//! The life of one accepted connection: handshake, requests, end.
//!
//! Owns when a connection ends: by itself, by idling, by the shutdown signal, or cut when the drain
//! time is over. Leaves accepting to the listener and each request to `request_gate.rs`.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
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

/// What all connections of one listener share.
pub(super) struct Connections {
    pub(super) builder: Builder<TokioExecutor>,
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
        tokio::select! {
            biased;
            () = self.cut.cancelled() => {}
            () = self.secure_and_speak(stream, PeerAddress(peer)) => {}
        }
    }

    async fn secure_and_speak(&self, stream: TcpStream, peer: PeerAddress) {
        let Some(keys) = &self.tls else {
            return self.speak_http(stream, (peer, None)).await;
        };
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
        let gate = RequestGate {
            router: self.router.clone(),
            limits: Arc::clone(&self.limits),
            peer,
            certificates,
            activity: Arc::clone(&activity),
        };
        let mut connection = pin!(self.builder.serve_connection(TokioIo::new(stream), gate));
        let last_words = tokio::select! {
            biased;
            ended = connection.as_mut() => return log_end(ended),
            // The listener measures the drain time and cuts.
            () = self.stop.cancelled() => Duration::MAX,
            // A peer that neither reads its reply nor acknowledges the end must not keep the slot.
            () = activity.idle(&self.limits, &self.slots) => self.limits.drain,
        };
        connection.as_mut().graceful_shutdown();
        match timeout(last_words, connection).await {
            Ok(ended) => log_end(ended),
            Err(_) => debug!("idle connection cut"),
        }
    }
}

fn log_end<E: std::fmt::Display>(ended: Result<(), E>) {
    if let Err(error) = ended {
        debug!(%error, "connection ended early");
    }
}
