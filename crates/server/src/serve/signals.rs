//! Signals: SIGTERM and SIGINT end the process in order, SIGHUP reads the certificate again.

use portreeve_http_kit::listener::{Reload, TlsKeys};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tracing::{info, warn};

use crate::failure::Failure;

/// The signals this process listens to.
pub(crate) struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hang_up: Signal,
}

impl Signals {
    /// Takes the signals over from the operating system's defaults.
    ///
    /// # Errors
    /// A failure when the system refuses, which it does only for a lack of resources.
    pub(crate) fn listen() -> Result<Self, Failure> {
        let on = |kind| signal(kind).map_err(|e| Failure::refused(format!("signals cannot be received: {e}")));
        Ok(Self {
            terminate: on(SignalKind::terminate())?,
            interrupt: on(SignalKind::interrupt())?,
            hang_up: on(SignalKind::hangup())?,
        })
    }

    /// Returns when the process is asked to end; reloads `tls` at each SIGHUP before that.
    pub(crate) async fn end(&mut self, tls: &[TlsKeys]) {
        loop {
            tokio::select! {
                _ = self.terminate.recv() => return,
                _ = self.interrupt.recv() => return,
                _ = self.hang_up.recv() => reload(tls),
            }
        }
    }
}

fn reload(tls: &[TlsKeys]) {
    if tls.is_empty() {
        info!("SIGHUP: there is no certificate to read again");
    }
    for keys in tls {
        match keys.reload() {
            Ok(Reload::Replaced) => info!("SIGHUP: new handshakes use the new certificate"),
            Ok(Reload::Unchanged) => info!("SIGHUP: the certificate is unchanged"),
            Err(error) => warn!(%error, "SIGHUP: the former certificate stays in use"),
        }
    }
}
