//! The log: one structured line an event on standard error.
//!
//! Owns format, level and what a panic leaves behind. What may be logged is decided where events are written: fields by
//! name, never bodies, queries or secrets. SECURITY rule 32, S-134.

use portreeve_domain::Fault;
use tracing::{Level, error};
use tracing_subscriber::EnvFilter;

use crate::settings::LogFormat;

/// Starts logging for the whole process. Called once; a second call changes nothing.
pub(crate) fn start(format: LogFormat, level: Level) {
    // webauthn-rs 0.6 writes whole answers of authenticators at its lower levels, and calls a wrong one an error of ours.
    let filter = EnvFilter::new(format!("{level},webauthn_rs=off,webauthn_rs_core=off,webauthn_attestation_ca=off"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A subscriber is there already when tests run in one process; theirs stays.
    let _ = match format {
        LogFormat::Json => builder.json().flatten_event(true).with_current_span(false).with_span_list(false).try_init(),
        LogFormat::Text => builder.compact().try_init(),
    };
    std::panic::set_hook(Box::new(|panic| {
        // The payload may quote the values that caused the panic; only the place is told.
        let place = panic.location().map(|location| format!("{}:{}", location.file(), location.line()));
        error!(place, thread = std::thread::current().name(), "panic");
    }));
}

/// Logs a failing piece of periodic work once, and once when it works again: a database that is away for an hour must
/// not fill the disk with lines.
pub(crate) struct Repeated {
    name: &'static str,
    failing: bool,
}

impl Repeated {
    pub(crate) const fn new(name: &'static str) -> Self {
        Self { name, failing: false }
    }

    /// Notes how one run ended.
    pub(crate) fn note(&mut self, outcome: Result<(), Fault>) {
        match outcome {
            Ok(()) if self.failing => tracing::info!(work = self.name, "works again"),
            Err(fault) if !self.failing => tracing::warn!(work = self.name, %fault, "failed; is tried again"),
            _ => return,
        }
        self.failing = !self.failing;
    }
}
