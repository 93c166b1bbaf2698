//! `portreeve serve`: from settings to a process that answers, and back to an orderly end.
//!
//! Owns the order of starting and stopping. Addresses are bound before anything is touched, and nothing is answered
//! before everything is there: a process that starts is a process that works..

mod admin_door;
pub(crate) mod certificates;
mod clock_watch;
pub(crate) mod logging;
mod metrics;
pub(crate) mod node;
mod open_files;
mod public_door;
mod readiness;
mod request_names;
pub(crate) mod schema;
mod signals;
mod state_metrics;
mod test_rig;
mod upkeep;

use std::io::{Error, ErrorKind};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use portreeve_crypto::KeyEncryptionKey;
use portreeve_domain::{Fault, lifetimes};
use portreeve_http_kit::client_address::TrustedProxies;
use portreeve_http_kit::client_certificate::CertificateRules;
use portreeve_http_kit::listener::{ClientCertificates, Limits, Listener, TlsKeys};
use portreeve_http_kit::request_trace::{LoggedRequests, RequestIdSource, RequestTrace};
use portreeve_issuer::Issuer;
use portreeve_jobs::{Mailer, Texter};
use portreeve_networks::Networks;
use portreeve_storage::Store;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{info, warn};

use crate::settings::{
    MailSettings, MailTransport, MutualTlsListener, MutualTlsSettings, ServerSettings, TestRig, TlsFiles,
};
use metrics::Metrics;
use node::Node;
use readiness::Readiness;
use schema::OlderSchema;
use signals::Signals;

use crate::failure::Failure;
use crate::settings::Settings;

/// How long the end waits for what runs in the background.
const LAST_WORK: Duration = Duration::from_secs(5);

/// Everything a process serves, once it is bound and loaded.
pub(crate) struct Process {
    pub(crate) issuer: Arc<Issuer>,
    pub(crate) node: Node,
    pub(crate) public: Listener,
    pub(crate) admin: Listener,
    /// Further applications beside the server: the demo's relying party.
    pub(crate) beside: Vec<(Listener, Router)>,
    /// The listener that asks clients for certificates; the same door stands behind it.
    pub(crate) mutual_tls: Option<Listener>,
    pub(crate) tls: Vec<TlsKeys>,
    /// Which certificates count; `None`: none does.
    pub(crate) certificates: Option<CertificateRules>,
    pub(crate) trusted_proxies: Arc<TrustedProxies>,
    pub(crate) logged_requests: LoggedRequests,
    pub(crate) drain_delay: Duration,
    pub(crate) mailer: Mailer,
    pub(crate) texter: Texter,
    pub(crate) test_rig: TestRig,
}

/// Runs the server until it is told to end.
///
/// # Errors
/// A failure before it has begun to serve; see `failure` for the exit codes.
pub(crate) async fn serve(settings: Settings, older: OlderSchema) -> Result<(), Failure> {
    let kek = settings.key_encryption_key.read()?;
    let tls = match &settings.server.tls {
        Some(files) => Some(tls_keys(files, ClientCertificates::NotAsked)?),
        None => None,
    };
    let mailer = mailer(&settings.mail)?;
    let doors = if mutual_tls_listener(&settings.server).is_some() { 2 } else { 1 };
    let limits = open_files::divide(doors, settings.limits.max_connections);
    let public = bind("server.listen", settings.server.listen, tls.clone(), limits.public.clone()).await?;
    let (mutual_tls, mutual_keys) = mutual_tls(&settings.server, limits.public).await?.unzip();
    let certificates = settings.server.mutual_tls.as_ref().map(certificates::rules).transpose()?;
    let admin = bind("admin.listen", settings.admin_listen, None, limits.admin).await?;
    let store = Store::open(settings.database.url.expose())?;
    let networks = Networks::open(settings.networks)
        .map_err(|file| Failure::configuration(format!("a file of [risk] cannot be used: {file}")))?;
    let older = if settings.database.auto_migrate { OlderSchema::Migrate } else { older };
    let now = portreeve_issuer::Clock::System.now();
    schema::prepare(&store, &settings.database.migrate_url, older, now).await?;
    schema::require_durability(&store, settings.database.durability).await?;
    schema::require_home(&store).await?;
    store.remember(settings.database.remembered_tokens);
    store.watch(settings.database.silence);
    let issuer_settings = portreeve_issuer::Settings {
        public_url: settings.server.public_url.clone(),
        key_publish_ahead: lifetimes::KEY_PUBLISH_AHEAD,
        hash_parameters: settings.limits.password_cost,
        password_threads: settings.limits.password_threads,
        outbound: settings.outbound,
        networks: Arc::new(networks),
        mutual_tls: settings.server.mutual_tls.as_ref().map(MutualTlsSettings::of_issuer),
        waiting_requests: settings.test_rig.waiting_requests(),
        text_messages: settings.sms.rules,
    };
    let (issuer, node) = start_issuer(store, kek, issuer_settings).await?;
    let process = Process {
        issuer: Arc::new(issuer),
        node,
        public,
        admin,
        beside: Vec::new(),
        mutual_tls,
        tls: tls.into_iter().chain(mutual_keys).collect(),
        certificates,
        trusted_proxies: settings.server.trusted_proxies,
        logged_requests: settings.log.requests,
        drain_delay: settings.limits.drain_delay,
        mailer,
        texter: settings.sms.texter,
        test_rig: settings.test_rig,
    };
    info!(public_url = settings.server.public_url, listen = %settings.server.listen, "serving");
    process.run().await
}

/// Binds an address, or says which setting names it.
///
/// # Errors
/// A configuration failure where the port may not be had, else a temporary one: it may be free in a moment, or the address there.
pub(crate) async fn bind(
    setting: &str,
    address: SocketAddr,
    tls: Option<TlsKeys>,
    limits: Limits,
) -> Result<Listener, Failure> {
    let cannot = |error: Error| {
        let mend = match error.kind() {
            ErrorKind::AddrInUse => "end what listens there, or give another port",
            ErrorKind::AddrNotAvailable => "give an address of this machine",
            ErrorKind::PermissionDenied => "give a port above 1023, or let the process have CAP_NET_BIND_SERVICE",
            _ => "give another address",
        };
        let message = format!("{setting}: {address} cannot be bound: {error}; {mend}");
        match error.kind() {
            ErrorKind::PermissionDenied => Failure::configuration(message),
            _ => Failure::temporary(message),
        }
    };
    Listener::bind(address, tls, limits).await.map_err(cannot)
}

fn tls_keys(files: &TlsFiles, certificates: ClientCertificates) -> Result<TlsKeys, Failure> {
    TlsKeys::from_pem_files(&files.cert, &files.key, certificates)
        .map_err(|e| Failure::configuration(format!("server.tls: {e}; check both files")))
}

fn mutual_tls_listener(server: &ServerSettings) -> Option<&MutualTlsListener> {
    server.mutual_tls.as_ref()?.listener.as_ref()
}

/// The listener that asks for certificates, and what it shows itself.
async fn mutual_tls(server: &ServerSettings, limits: Limits) -> Result<Option<(Listener, TlsKeys)>, Failure> {
    let (Some(settings), Some(files)) = (mutual_tls_listener(server), &server.tls) else { return Ok(None) };
    let keys = tls_keys(files, ClientCertificates::Asked)?;
    let listener = bind("server.mutual_tls.listen", settings.listen, Some(keys.clone()), limits).await?;
    Ok(Some((listener, keys)))
}

/// How mails leave, as the settings say.
///
/// # Errors
/// A configuration failure when sender or server cannot be used.
pub(crate) fn mailer(settings: &MailSettings) -> Result<Mailer, Failure> {
    let sender = settings.from.as_deref().unwrap_or_default();
    let made = match &settings.transport {
        MailTransport::None => Ok(Mailer::off()),
        MailTransport::Folder(folder) => Mailer::folder(folder, sender),
        MailTransport::Smtp(url) => Mailer::smtp(url.expose(), sender),
    };
    made.map_err(|e| Failure::configuration(format!("mail: {e}; see docs/configuration.md")))
}

/// Takes a node number and opens what the use cases need.
///
/// # Errors
/// A temporary failure when the database is away; a configuration failure for another key. The number is given back then.
pub(crate) async fn start_issuer(
    store: Store,
    kek: KeyEncryptionKey,
    settings: portreeve_issuer::Settings,
) -> Result<(Issuer, Node), Failure> {
    let (node, ambient) = Node::join(&store).await?;
    let started = Issuer::start(store.clone(), ambient.clone(), kek, settings).await.map_err(start_failure);
    Ok((node.unless_failed(started, &store, &ambient).await?, node))
}

/// What the directory cannot open at start is a matter of configuration: another key, another database.
fn start_failure(fault: Fault) -> Failure {
    if fault.is_transient() { fault.into() } else { Failure::configuration(fault.to_string()) }
}

impl Process {
    /// Serves until a signal comes or the node's number is lost, then drains.
    ///
    /// # Errors
    /// A failure when signals cannot be received or there is no randomness, and a temporary one when the number was lost.
    pub(crate) async fn run(mut self) -> Result<(), Failure> {
        let (store, ambient) = (self.issuer.store(), self.issuer.ambient());
        let begun = Signals::listen().and_then(|signals| Ok((signals, request_names::source(ambient.random())?)));
        let (mut signals, names) = self.node.unless_failed(begun, store, ambient).await?;
        let (metrics, readiness) = (Metrics::new(), Readiness::new(Arc::clone(&self.issuer)));
        let public_trace = self.trace(&metrics, Arc::clone(&names));
        let public_door = public_door::router(&self.issuer, public_trace, self.certificates.take());
        let (issuer, trace) = (Arc::clone(&self.issuer), self.trace(&metrics, names));
        let admin_door = admin_door::router(readiness.clone(), metrics.clone(), issuer, trace, self.test_rig);
        let (stop, stop_admin, lost) = (CancellationToken::new(), CancellationToken::new(), CancellationToken::new());
        let node = Arc::new(self.node);
        let upkeep = upkeep::start(&self.issuer, &node, (self.mailer, self.texter), &stop, &lost);
        let doors = TaskTracker::new();
        if let Some(listener) = self.mutual_tls {
            doors.spawn(listener.serve(public_door.clone(), stop.clone()));
        }
        doors.spawn(self.public.serve(public_door, stop.clone()));
        for (listener, router) in self.beside {
            doors.spawn(listener.serve(router, stop.clone()));
        }
        doors.close();
        let admin = tokio::spawn(self.admin.serve(admin_door, stop_admin.clone()));

        let number_was_lost = tokio::select! {
            () = signals.end(&self.tls) => false,
            () = lost.cancelled() => true,
        };

        readiness.drain();
        metrics.set_draining();
        info!("draining");
        // Load balancers notice `/readyz` first; a second signal does not wait for them.
        let notice = if number_was_lost { Duration::ZERO } else { self.drain_delay };
        tokio::select! {
            () = sleep(notice) => {}
            () = signals.end(&[]) => {}
        }
        stop.cancel();
        doors.wait().await;
        let is_at_rest = tokio::select! {
            () = upkeep.wait() => true,
            () = sleep(LAST_WORK) => false,
            () = signals.end(&[]) => false,
        };
        if !is_at_rest {
            warn!("work in the background is cut off, as a mail to a server that does not answer: it comes up again");
        }
        // Who may still write keeps the node's number, which ends by its lease.
        if is_at_rest && !number_was_lost {
            node.leave(self.issuer.store(), self.issuer.ambient()).await;
        }
        stop_admin.cancel();
        let _ = admin.await;
        info!("ended");
        if number_was_lost { Err(Failure::temporary("the node's number was lost; start again")) } else { Ok(()) }
    }

    fn trace(&self, metrics: &Metrics, ids: RequestIdSource) -> RequestTrace {
        RequestTrace {
            logged: self.logged_requests,
            ids,
            trusted_proxies: Arc::clone(&self.trusted_proxies),
            observer: metrics.observer(),
        }
    }
}
