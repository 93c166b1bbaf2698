//! The accept loop of one address: public, admin or demo.
//!
//! Owns the socket, the connection cap and the graceful drain; `connection.rs` owns one connection,
//! `wire.rs` the bytes below HTTP, `request_gate.rs` one request, `limits.rs` the numbers, `tls_keys.rs` the certificate. Leaves
//! signals, readiness and the seconds of "still accepting while not ready" to the server.
//! `axum::serve` is not used: it sets no timer, so hyper's header timeout never runs (V-1).

mod activity;
mod connection;
mod holder_of_any_key;
mod limits;
mod request_gate;
#[cfg(test)]
mod tests;
mod tls_keys;
mod wire;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::warn;

use connection::Connections;
pub use limits::{Http2Limits, Limits};
pub use request_gate::{PeerAddress, PeerCertificates};
pub use tls_keys::{ClientCertificates, Reload, TlsKeys, TlsKeysError};

/// Pause after an accept error that another accept would only repeat, such as EMFILE.
const ACCEPT_BACKOFF: Duration = Duration::from_millis(100);

/// A bound address that does not accept yet.
pub struct Listener {
    socket: TcpListener,
    tls: Option<TlsKeys>,
    limits: Arc<Limits>,
}

/// How [`Listener::serve`] ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drained {
    /// Connections that still had work when the drain time was over and were closed in the middle.
    pub connections_cut: usize,
}

impl Listener {
    /// Binds an address; with `tls` every connection must begin with a TLS handshake.
    ///
    /// # Errors
    /// What the operating system says: address in use, not local, not permitted.
    pub async fn bind(address: SocketAddr, tls: Option<TlsKeys>, limits: Limits) -> io::Result<Self> {
        Ok(Self { socket: TcpListener::bind(address).await?, tls, limits: Arc::new(limits) })
    }

    /// The address bound, with the port the system chose if port 0 was asked for.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// Serves until `shutdown` is cancelled, then drains.
    ///
    /// Draining closes the socket, closes idle connections, lets requests in flight finish for
    /// `Limits::drain` and cuts the rest. Accept errors are logged and never end the loop.
    /// Every request carries [`PeerAddress`] in its extensions, and [`PeerCertificates`] where the peer has shown some.
    pub async fn serve(self, router: Router, shutdown: CancellationToken) -> Drained {
        let drain = self.limits.drain;
        let connections = Arc::new(Connections {
            http1: self.limits.http1(),
            http2: self.limits.http2(),
            // Fixes the state once, so that a request does not build its routes anew.
            router: router.with_state(()),
            tls: self.tls,
            limits: Arc::clone(&self.limits),
            slots: Arc::new(Semaphore::new(self.limits.max_connections)),
            stop: shutdown,
            cut: CancellationToken::new(),
        });
        let open = TaskTracker::new();

        accept_until_stopped(&self.socket, &connections, &open).await;

        drop(self.socket);
        open.close();
        let connections_cut = match timeout(drain, open.wait()).await {
            Ok(()) => 0,
            Err(_) => open.len(),
        };
        connections.cut.cancel();
        open.wait().await;
        Drained { connections_cut }
    }
}

async fn accept_until_stopped(socket: &TcpListener, connections: &Arc<Connections>, open: &TaskTracker) {
    let accepting = async {
        // The slot is taken before the accept: beyond the cap, clients wait in the kernel's backlog.
        while let Ok(slot) = Arc::clone(&connections.slots).acquire_owned().await {
            let (stream, peer) = accept(socket).await;
            let serving = Arc::clone(connections).serve(stream, peer);
            open.spawn(async move {
                serving.await;
                drop(slot);
            });
        }
    };
    tokio::select! {
        biased;
        () = connections.stop.cancelled() => {}
        () = accepting => {}
    }
}

/// Accepts the next connection, however many attempts fail.
async fn accept(socket: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match socket.accept().await {
            Ok(accepted) => return accepted,
            Err(error) if is_the_peers(&error) => {}
            Err(error) => {
                warn!(%error, "accept failed");
                sleep(ACCEPT_BACKOFF).await;
            }
        }
    }
}

/// Whether an accept error concerns only the connection that was about to be accepted.
fn is_the_peers(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset
    )
}
