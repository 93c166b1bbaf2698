//! `portreeve demo`: issuer, people, clients, an API and a relying party, with one command and no settings.
//!
//! Owns starting it in a folder of its own. It is the same process as `serve`, filled by the same `apply`; what differs is
//! that it listens on loopback alone and that keys change sooner. DESIGN §1.2, ECOSYSTEM §3.1.

mod cast;
mod certificates;
mod description;
mod folder;
mod scopes;
mod welcome;

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use portreeve_demo_rp::{ApiConfig, ClientConfig, Config, Secret};
use portreeve_domain::{Failure as UseCaseFailure, Lifetime, TextMessageRules, polling};
use portreeve_http_kit::client_address::TrustedProxies;
use portreeve_http_kit::listener::{Limits, Listener, TlsKeys};
use portreeve_http_kit::request_trace::LoggedRequests;
use portreeve_issuer::configure::Unlisted;
use portreeve_issuer::{Clock, Issuer, Settings};
use portreeve_jobs::{Mailer, Texter};
use portreeve_storage::Store;

pub(crate) use folder::Folder;

use crate::failure::Failure;
use crate::print;
use crate::serve::node::Node;
use crate::serve::schema::{self, OlderSchema};
use crate::serve::{Process, bind, start_issuer};
use crate::settings::{DEFAULT_PASSWORD_COST, TestRig};
use cast::Addresses;
use description::Description;

/// How long a signing key of a demo is published before it signs.
pub(crate) const KEY_PUBLISH_AHEAD: Lifetime = Lifetime::from_minutes(1);

/// How many text messages a demo writes a day for numbers that begin with the same digit.
const MESSAGES_A_DAY: u32 = 1000;
/// The sender of a demo's mails.
const MAIL_SENDER: &str = "Portreeve demo <no-reply@localhost>";

/// Where a demo listens and where it keeps its data.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The issuer's address, on loopback; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// The relying party's address, on loopback.
    #[arg(long, default_value = "127.0.0.1:8081")]
    rp_listen: SocketAddr,
    /// The address of health and metrics, on loopback.
    #[arg(long, default_value = "127.0.0.1:9090")]
    admin_listen: SocketAddr,
    /// The folder of the demo's data; reused at the next start.
    #[arg(long, default_value = "portreeve-demo")]
    data: PathBuf,
    /// Serve https, with a certificate of an authority that is made in the folder.
    #[arg(long)]
    tls: bool,
}

/// The three bound addresses.
struct Listeners {
    public: Listener,
    relying_party: Listener,
    admin: Listener,
}

/// Runs a demo until it is told to end.
///
/// # Errors
/// A failure before it has begun to serve.
pub(crate) async fn run(arguments: Arguments) -> Result<(), Failure> {
    let folder = Folder::open_or_create(&arguments.data)?;
    let certificates = match arguments.tls {
        true => Some(certificates::prepare(&folder, Clock::System.now())?),
        false => None,
    };
    let keys = certificates.as_ref().map(|certificates| certificates.keys.clone());
    let listeners = Listeners::bind(&arguments, keys.as_ref()).await?;
    let scheme = if keys.is_some() { "https" } else { "http" };
    let issuer_url = format!("{scheme}://localhost:{}", port(&listeners.public)?);
    let rp_address = local_address(&listeners.relying_party)?;
    let addresses = Addresses {
        issuer: issuer_url.clone(),
        rp_url: format!("{scheme}://{rp_address}"),
        admin_url: format!("http://{}", local_address(&listeners.admin)?),
        mail_dir: folder.mails(),
        text_message_dir: folder.text_messages(),
        ca_file: certificates.as_ref().map(|certificates| certificates.ca_file.clone()),
    };
    let (issuer, node) = open(&folder, issuer_url).await?;
    let filled = fill(&issuer, &folder, addresses, certificates.map(|certificates| certificates.ca_pem)).await;
    let (mailer, relying_party) = node.unless_failed(filled, issuer.store(), issuer.ambient()).await?;
    let process = Process {
        issuer: Arc::new(issuer),
        node,
        public: listeners.public,
        admin: listeners.admin,
        beside: vec![(listeners.relying_party, relying_party)],
        mutual_tls: None,
        tls: keys.into_iter().collect(),
        certificates: None,
        trusted_proxies: Arc::new(TrustedProxies::default()),
        logged_requests: LoggedRequests::Failed,
        drain_delay: Duration::ZERO,
        mailer,
        texter: Texter::folder(folder.text_messages()),
        test_rig: TestRig::Off,
    };
    process.run().await
}

/// Puts people, clients and an API there, says what they are, and gives what leaves the process and what stands beside it.
async fn fill(
    issuer: &Issuer,
    folder: &Folder,
    addresses: Addresses,
    ca_pem: Option<String>,
) -> Result<(Mailer, Router), Failure> {
    let description = cast::describe(addresses, folder.description()?.as_ref(), issuer.ambient().random())?;
    let resources = cast::resources(&description)?;
    issuer.apply(&resources, Unlisted::Keep).await.map_err(|failure| match failure {
        UseCaseFailure::Refused(problems) => {
            let problems: Vec<_> = problems.iter().map(ToString::to_string).collect();
            Failure::refused(problems.join("\n"))
        }
        UseCaseFailure::Fault(fault) => fault.into(),
    })?;
    let mailer = Mailer::folder(folder.mails(), MAIL_SENDER)
        .map_err(|e| Failure::refused(format!("the demo's own mail settings: {e}")))?;
    let relying_party = relying_party(&description, ca_pem)?;
    let file = folder.description_path();
    description.write(&file)?;
    print::line(welcome::Welcome { description: &description, file: &file })?;
    Ok((mailer, relying_party))
}

async fn open(folder: &Folder, public_url: String) -> Result<(Issuer, Node), Failure> {
    let kek = folder.key_or_new(&portreeve_crypto::Random::system())?;
    let url = folder.database_url();
    let store = Store::open(url.expose())?;
    schema::prepare(&store, &url, OlderSchema::Migrate, Clock::System.now()).await?;
    schema::require_home(&store).await?;
    let settings = Settings {
        public_url,
        key_publish_ahead: KEY_PUBLISH_AHEAD,
        hash_parameters: DEFAULT_PASSWORD_COST,
        password_threads: std::thread::available_parallelism().map_or(1, usize::from),
        outbound: Default::default(),
        networks: Default::default(),
        mutual_tls: None,
        waiting_requests: polling::WAITING_FOR_ONE,
        text_messages: Some(text_message_rules()?),
    };
    start_issuer(store, kek, settings).await
}

/// A demo's messages reach a folder alone, wherever the number is.
fn text_message_rules() -> Result<TextMessageRules, Failure> {
    let countries = (1..=9).map(|digit| format!("+{digit}")).collect();
    TextMessageRules::new(countries, MESSAGES_A_DAY)
        .map_err(|faulty| Failure::refused(format!("the demo's own country code {faulty}")))
}

impl Listeners {
    async fn bind(arguments: &Arguments, tls: Option<&TlsKeys>) -> Result<Self, Failure> {
        Ok(Self {
            public: bind_loopback("--listen", arguments.listen, tls).await?,
            relying_party: bind_loopback("--rp-listen", arguments.rp_listen, tls).await?,
            admin: bind_loopback("--admin-listen", arguments.admin_listen, None).await?,
        })
    }
}

async fn bind_loopback(option: &str, address: SocketAddr, tls: Option<&TlsKeys>) -> Result<Listener, Failure> {
    if !IpAddr::is_loopback(&address.ip()) {
        return Err(Failure::usage(format!(
            "{option}: a demo has known data, so it listens on loopback only, not on {}; for a real server see portreeve \
             serve",
            address.ip()
        )));
    }
    bind(option, address, tls.cloned(), Limits::default()).await
}

fn local_address(listener: &Listener) -> Result<SocketAddr, Failure> {
    listener.local_addr().map_err(|e| Failure::refused(format!("a bound address cannot be read: {e}")))
}

fn port(listener: &Listener) -> Result<u16, Failure> {
    local_address(listener).map(|address| address.port())
}

/// The demo's relying party: a confidential client, a public one, and an API that introspects.
fn relying_party(description: &Description, ca_pem: Option<String>) -> Result<Router, Failure> {
    let scopes = "openid profile email offline_access orders.read";
    let client = |name: &str, mount: &str, client_id: &str| ClientConfig {
        name: name.to_owned(),
        mount: mount.to_owned(),
        client_id: client_id.to_owned(),
        client_secret: description.secret_of(client_id).map(Secret::new),
        scopes: scopes.to_owned(),
    };
    let config = Config {
        issuer: description.issuer.clone(),
        base_url: description.rp_url.clone(),
        clients: vec![client("Orders", "", cast::WEB), client("Orders in the browser", cast::SPA_MOUNT, cast::SPA)],
        api: ApiConfig {
            resource: Some(cast::RESOURCE.to_owned()),
            client_id: cast::GATEWAY.to_owned(),
            client_secret: Secret::new(description.secret_of(cast::GATEWAY).unwrap_or_default()),
        },
        ca_pem,
    };
    portreeve_demo_rp::router(config).map_err(|e| Failure::refused(format!("the relying party cannot start: {e}")))
}
