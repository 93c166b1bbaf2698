//! What the operator decides about this process: addresses, database, secrets, limits, log.
//!
//! Owns `portreeve.toml` < environment < `--set`, and every check that needs no network. Everything else is data, per
//! tenant, and lives in the database. DESIGN §1.3.
//!
//! | file | subject |
//! |---|---|
//! | `keys` | the table of every setting: name, kind, default, meaning |
//! | `layers` | the three sources, merged, each value with its origin |
//! | `file` | the TOML file as a layer, with line numbers |
//! | `read` | checked values of the types the program uses |
//! | `text_messages` | `[sms]` |
//! | `public_url` | the rules for `server.public_url` |
//! | `key_encryption_key` | the key that opens every other |
//! | `reference` | the table as `docs/configuration.md` |

mod file;
mod key_encryption_key;
mod keys;
mod layers;
mod public_url;
mod read;
mod reference;
#[cfg(test)]
mod tests;
mod text_messages;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use portreeve_authenticators::HashParameters;
use portreeve_crypto::SecretText;
use portreeve_domain::polling;
use portreeve_http_kit::client_address::TrustedProxies;
use portreeve_http_kit::client_certificate::CertificateHeader;
use portreeve_http_kit::request_trace::LoggedRequests;
use portreeve_networks::NetworkFiles;
use portreeve_outbound::Rules;

pub(crate) use key_encryption_key::{KeySource, write_new as write_new_key};
pub(crate) use reference::reference;
pub(crate) use text_messages::TextMessageSettings;

use crate::failure::Failure;

/// Every setting, checked.
pub(crate) struct Settings {
    pub(crate) server: ServerSettings,
    /// Where health and metrics are served.
    pub(crate) admin_listen: SocketAddr,
    pub(crate) database: DatabaseSettings,
    pub(crate) key_encryption_key: KeySource,
    pub(crate) mail: MailSettings,
    pub(crate) sms: TextMessageSettings,
    /// `[outbound]`: where requests to others' addresses may go beyond the public web.
    pub(crate) outbound: Rules,
    /// `[risk]`: what is known of networks.
    pub(crate) networks: NetworkFiles,
    pub(crate) limits: LimitSettings,
    /// `[test_rig]`.
    pub(crate) test_rig: TestRig,
    /// The files that hold a secret, but for the key-encryption key: others must not reach them.
    pub(crate) secret_files: Vec<PathBuf>,
    pub(crate) log: LogSettings,
}

/// `[server]`.
pub(crate) struct ServerSettings {
    pub(crate) listen: SocketAddr,
    /// The only source of host, scheme and issuer; no trailing slash.
    pub(crate) public_url: String,
    pub(crate) trusted_proxies: Arc<TrustedProxies>,
    /// The networks as the operator wrote them.
    pub(crate) trusted_proxy_list: Vec<String>,
    pub(crate) tls: Option<TlsFiles>,
    pub(crate) mutual_tls: Option<MutualTlsSettings>,
}

/// Certificate and key of the public listener.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TlsFiles {
    pub(crate) cert: PathBuf,
    pub(crate) key: PathBuf,
}

/// `[server.mutual_tls]`: where clients are asked for certificates.
pub(crate) struct MutualTlsSettings {
    /// A listener that asks; without it only proxies do.
    pub(crate) listener: Option<MutualTlsListener>,
    pub(crate) authorities: Option<PathBuf>,
    pub(crate) header: CertificateHeader,
}

/// The listener that asks for certificates.
pub(crate) struct MutualTlsListener {
    pub(crate) listen: SocketAddr,
    /// What clients reach it under; no trailing slash.
    pub(crate) public_url: String,
}

impl MutualTlsSettings {
    /// What the use cases need to know of it.
    pub(crate) fn of_issuer(&self) -> portreeve_issuer::MutualTls {
        portreeve_issuer::MutualTls { base: self.listener.as_ref().map(|listener| listener.public_url.clone()) }
    }
}

/// `[database]`.
pub(crate) struct DatabaseSettings {
    pub(crate) url: SecretText,
    /// Where migrations log in: the role that owns the tables.
    pub(crate) migrate_url: SecretText,
    pub(crate) auto_migrate: bool,
    pub(crate) durability: Durability,
    /// How many access tokens are remembered between requests.
    pub(crate) remembered_tokens: usize,
    /// How long nothing is heard of the database before it is taken for away.
    pub(crate) silence: std::time::Duration,
}

/// What is done about a database whose commits a power cut may undo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Durability {
    /// It is not served.
    Required,
    /// Nothing.
    Unchecked,
}

/// `[mail]`.
#[derive(Clone)]
pub(crate) struct MailSettings {
    pub(crate) transport: MailTransport,
    /// The sender; given wherever the transport is not `none`.
    pub(crate) from: Option<String>,
}

/// How mail leaves.
#[derive(Clone)]
pub(crate) enum MailTransport {
    /// Not at all: it waits in the outbox.
    None,
    /// As files in a folder, for demos and tests.
    Folder(PathBuf),
    /// To a mail server; the URL may hold a password.
    Smtp(Arc<SecretText>),
}

/// `[limits]`.
pub(crate) struct LimitSettings {
    pub(crate) password_threads: usize,
    pub(crate) password_cost: HashParameters,
    pub(crate) max_connections: usize,
    /// How long connections are still accepted after `/readyz` has said no.
    pub(crate) drain_delay: std::time::Duration,
}

/// Whether a machine may decide for people: never where there are any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TestRig {
    /// People decide for themselves.
    Off,
    /// Whoever reaches the admin listener decides device and back-channel requests.
    DecidesApprovals,
}

impl TestRig {
    /// How many back-channel requests may wait for one person: certification tests leave many undecided, all of the same one.
    pub(crate) const fn waiting_requests(self) -> i64 {
        match self {
            Self::Off => polling::WAITING_FOR_ONE,
            Self::DecidesApprovals => 64,
        }
    }
}

/// `[log]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LogSettings {
    pub(crate) format: LogFormat,
    pub(crate) level: tracing::Level,
    pub(crate) requests: LoggedRequests,
}

/// How a line of the log looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LogFormat {
    /// One JSON object a line.
    Json,
    /// For people.
    Text,
}

impl Settings {
    /// Reads the settings of a deployment: the file, the process's environment, then `overrides` (`section.key=value`).
    ///
    /// # Errors
    /// A configuration failure that lists every mistake, one a line, with its origin and mend.
    pub(crate) fn load(file: Option<&Path>, overrides: &[String]) -> Result<Self, Failure> {
        let mut mistakes = Vec::new();
        let environment = layers::environment(std::env::vars_os(), &mut mistakes);
        let layers = layers::Layers::merge(file, environment, overrides, &mut mistakes);
        let settings = layers.and_then(|layers| read::settings(&layers, &mut mistakes));
        match settings {
            Some(settings) if mistakes.is_empty() => Ok(settings),
            _ => Err(Failure::configuration(mistakes.join("\n"))),
        }
    }
}

/// The default cost of a password hash: OWASP's second pair, which keeps an idle node small.
pub(crate) const DEFAULT_PASSWORD_COST: HashParameters =
    HashParameters { memory_kib: 19_456, iterations: 2, parallelism: 1 };
