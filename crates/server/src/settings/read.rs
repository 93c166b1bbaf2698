//! Checked values of the types the program uses, from merged layers.
//!
//! Owns what a value may be. Every mistake is collected, so that an operator mends all of them at once.

use std::fmt::Display;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use portreeve_authenticators::HashParameters;
use portreeve_crypto::SecretText;
use portreeve_http_kit::client_address::TrustedProxies;
use portreeve_http_kit::client_certificate::CertificateHeader;
use portreeve_http_kit::request_trace::LoggedRequests;
use portreeve_networks::NetworkFiles;
use portreeve_outbound::Rules;
use portreeve_storage::Store;

use super::keys::{KEYS, Kind, find};
use super::layers::{Given, Layers, Origin, Raw};
use super::{
    DatabaseSettings, Durability, KeySource, LimitSettings, LogFormat, LogSettings, MailSettings, MailTransport,
    MutualTlsListener, MutualTlsSettings, ServerSettings, Settings, TestRig, TlsFiles, public_url,
};

/// Reads every setting; `None` when one that is required is missing or wrong. Mistakes go to `mistakes`.
pub(super) fn settings(layers: &Layers, mistakes: &mut Vec<String>) -> Option<Settings> {
    let mut reader = Reader { layers, mistakes };
    let server = reader.server();
    let admin_listen = reader.parsed::<SocketAddr>("admin.listen", "an address and port, such as 127.0.0.1:9090");
    let database = reader.database();
    let key_encryption_key = reader.key_source();
    let mail = reader.mail();
    let outbound = reader.outbound();
    let sms = reader.text_messages(outbound.as_ref());
    let networks = reader.networks();
    let limits = reader.limits();
    let test_rig = reader.test_rig();
    let log = reader.log();
    Some(Settings {
        server: server?,
        admin_listen: admin_listen?,
        database: database?,
        key_encryption_key,
        mail: mail?,
        sms: sms?,
        outbound: outbound?,
        networks,
        limits: limits?,
        test_rig: test_rig?,
        secret_files: secret_files(layers),
        log: log?,
    })
}

/// The files named by `*_file`, the key of the certificate, and a settings file with a secret in it.
fn secret_files(layers: &Layers) -> Vec<PathBuf> {
    let secrets = KEYS.iter().filter(|key| key.kind == Kind::Secret && key.name != "secrets.key_encryption_key");
    let files = secrets.filter_map(|key| match layers.get(key.name)? {
        Given { raw: Raw::InFile(path), origin } => Some(beside(path, origin)),
        Given { raw: Raw::Text(text), origin: Origin::File { path, .. } } => {
            is_secret(key.name, text).then(|| PathBuf::from(path))
        }
        _ => None,
    });
    let tls_key = layers.get("server.tls.key").and_then(|given| match &given.raw {
        Raw::Text(path) => Some(beside(path, &given.origin)),
        _ => None,
    });
    let mut files: Vec<_> = files.chain(tls_key).collect();
    files.dedup();
    files
}

/// Whether the value of a setting that may be secret is: a URL with a password, what a provider of text messages knows us by.
fn is_secret(name: &str, value: &str) -> bool {
    match name {
        "sms.authorization" => true,
        "sms.transport" => value.starts_with("https:"),
        _ => value.contains('@'),
    }
}

pub(super) struct Reader<'a> {
    layers: &'a Layers,
    mistakes: &'a mut Vec<String>,
}

impl Reader<'_> {
    fn server(&mut self) -> Option<ServerSettings> {
        let listen = self.parsed::<SocketAddr>("server.listen", "an address and port, such as 0.0.0.0:8080");
        let public_url = self.required("server.public_url");
        if let Some(Err(wrong)) = public_url.as_deref().map(public_url::check) {
            self.note("server.public_url", wrong);
        }
        let networks = self.list("server.trusted_proxies");
        let trusted_proxies = TrustedProxies::parse(networks.iter().map(String::as_str));
        if let Err(error) = &trusted_proxies {
            self.note("server.trusted_proxies", format!("holds {}; write addresses or networks", error.entry));
        }
        let tls = match (self.path("server.tls.cert"), self.path("server.tls.key")) {
            (Some(cert), Some(key)) => Some(TlsFiles { cert, key }),
            (None, None) => None,
            (Some(_), None) => return self.mistake("server.tls.cert", "has no server.tls.key; give both"),
            (None, Some(_)) => return self.mistake("server.tls.key", "has no server.tls.cert; give both"),
        };
        let mutual_tls = self.mutual_tls(tls.is_some());
        Some(ServerSettings {
            listen: listen?,
            public_url: public_url?,
            trusted_proxies: Arc::new(trusted_proxies.ok()?),
            trusted_proxy_list: networks,
            tls,
            mutual_tls: mutual_tls?,
        })
    }

    /// `Some(None)` where clients are asked for no certificates.
    fn mutual_tls(&mut self, has_certificate: bool) -> Option<Option<MutualTlsSettings>> {
        let header = match self.flag("server.mutual_tls.certificate_header")? {
            true => CertificateHeader::FromProxies,
            false => CertificateHeader::Ignored,
        };
        let listener = match self.text("server.mutual_tls.listen") {
            None if self.layers.get("server.mutual_tls.public_url").is_some() => {
                return self.mistake("server.mutual_tls.public_url", "is of no use without server.mutual_tls.listen");
            }
            None => None,
            Some(_) => Some(self.mutual_tls_listener(has_certificate)?),
        };
        let authorities = self.path("server.mutual_tls.authorities");
        if listener.is_none() && header == CertificateHeader::Ignored {
            return match authorities {
                None => Some(None),
                Some(_) => self.mistake(
                    "server.mutual_tls.authorities",
                    "is of no use without server.mutual_tls.listen or server.mutual_tls.certificate_header",
                ),
            };
        }
        Some(Some(MutualTlsSettings { listener, authorities, header }))
    }

    fn mutual_tls_listener(&mut self, has_certificate: bool) -> Option<MutualTlsListener> {
        let listen =
            self.parsed::<SocketAddr>("server.mutual_tls.listen", "an address and port, such as 0.0.0.0:8443")?;
        if !has_certificate {
            return self.mistake("server.mutual_tls.listen", "needs server.tls.cert and server.tls.key");
        }
        let public_url = self.required("server.mutual_tls.public_url")?;
        if let Err(wrong) = public_url::check(&public_url) {
            return self.mistake("server.mutual_tls.public_url", wrong);
        }
        Some(MutualTlsListener { listen, public_url })
    }

    fn database(&mut self) -> Option<DatabaseSettings> {
        self.required("database.url")?;
        let url = self.database_url("database.url")?;
        let migrate_url = match self.layers.get("database.migrate_url") {
            Some(_) => self.database_url("database.migrate_url")?,
            None => url.clone(),
        };
        let auto_migrate = self.flag("database.auto_migrate")?;
        let durability = match self.choice("database.durability")?.as_str() {
            "unchecked" => Durability::Unchecked,
            _ => Durability::Required,
        };
        let remembered_tokens = usize::try_from(self.count("database.remembered_tokens")?).ok()?;
        let silence = Duration::from_millis(u64::try_from(self.count("database.silence_ms")?).ok()?);
        let (url, migrate_url) = (SecretText::new(url), SecretText::new(migrate_url));
        Some(DatabaseSettings { url, migrate_url, auto_migrate, durability, remembered_tokens, silence })
    }

    /// The address of a database. A refused one may hold a password and is not repeated.
    fn database_url(&mut self, name: &'static str) -> Option<String> {
        let url = self.text(name)?;
        if let Some(path) = Store::embedded_file(&url) {
            return Some(format!("sqlite:{}", beside(path, self.origin(name)).display()));
        }
        if ["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme)) {
            return Some(url);
        }
        self.mistake(name, "must begin with sqlite: or postgres://")
    }

    /// The key stays where it is until it is needed: only then the mode of its file counts.
    fn key_source(&mut self) -> KeySource {
        match self.layers.get("secrets.key_encryption_key") {
            None => KeySource::Missing,
            Some(Given { raw: Raw::InFile(path), origin }) => KeySource::File(beside(path, origin)),
            Some(Given { origin: Origin::File { .. }, .. }) => {
                self.note("secrets.key_encryption_key", "does not belong into this file; use key_encryption_key_file");
                KeySource::Missing
            }
            Some(Given { raw: Raw::Text(text), .. }) => KeySource::Text(SecretText::new(text.clone())),
            Some(_) => {
                self.note("secrets.key_encryption_key", "must be text");
                KeySource::Missing
            }
        }
    }

    fn mail(&mut self) -> Option<MailSettings> {
        let transport = self.text("mail.transport")?;
        let from = self.text("mail.from");
        let transport = if transport == "none" {
            MailTransport::None
        } else if let Some(folder) = transport.strip_prefix("file:") {
            MailTransport::Folder(beside(folder, self.origin("mail.transport")))
        } else if transport.starts_with("smtp://") || transport.starts_with("smtps://") {
            MailTransport::Smtp(Arc::new(SecretText::new(transport)))
        } else {
            return self.mistake("mail.transport", "must be none, file:FOLDER, smtp://… or smtps://…");
        };
        if from.is_none() && !matches!(transport, MailTransport::None) {
            return self.mistake("mail.from", "is missing; give the sender of every mail");
        }
        Some(MailSettings { transport, from })
    }

    fn outbound(&mut self) -> Option<Rules> {
        let entries = self.list("outbound.allow");
        let rules = match Rules::allowing(entries.iter().map(String::as_str)) {
            Ok(rules) => rules,
            Err(error) => return self.mistake("outbound.allow", format!("holds an entry that is wrong: {error}")),
        };
        let Some(path) = self.path("outbound.extra_ca") else { return Some(rules) };
        match std::fs::read(&path).map_err(|error| error.to_string()) {
            Ok(pem) => match rules.trusting(&pem) {
                Ok(rules) => Some(rules),
                Err(error) => self.mistake("outbound.extra_ca", format!("is {}, but {error} in it", path.display())),
            },
            Err(error) => {
                self.mistake("outbound.extra_ca", format!("is {}, which cannot be read: {error}", path.display()))
            }
        }
    }

    fn networks(&mut self) -> NetworkFiles {
        NetworkFiles { places: self.path("risk.places"), listed: self.path("risk.listed_networks") }
    }

    fn limits(&mut self) -> Option<LimitSettings> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let threads = match self.count("limits.password_threads")? {
            0 => cores,
            threads => usize::try_from(threads).ok()?,
        };
        let password_cost = HashParameters {
            memory_kib: u32::try_from(self.count("limits.password_memory_kib")?).ok()?,
            iterations: u32::try_from(self.count("limits.password_passes")?).ok()?,
            parallelism: 1,
        };
        if let Err(weak) = password_cost.validate() {
            return self.mistake("limits.password_memory_kib", format!("is too little: {weak}"));
        }
        Some(LimitSettings {
            password_threads: threads,
            password_cost,
            max_connections: usize::try_from(self.count("limits.max_connections")?).ok()?,
            drain_delay: Duration::from_millis(u64::try_from(self.count("limits.drain_delay_ms")?).ok()?),
        })
    }

    fn test_rig(&mut self) -> Option<TestRig> {
        let purpose = self.choice("server.purpose")?;
        match (self.flag("test_rig.approvals")?, purpose.as_str()) {
            (false, _) => Some(TestRig::Off),
            (true, "testing") => Some(TestRig::DecidesApprovals),
            (true, _) => self.mistake(
                "test_rig.approvals",
                "lets a machine decide for people: never where real ones sign in; elsewhere set server.purpose = \"testing\"",
            ),
        }
    }

    fn log(&mut self) -> Option<LogSettings> {
        let format = match self.choice("log.format")?.as_str() {
            "text" => LogFormat::Text,
            _ => LogFormat::Json,
        };
        let level = self.choice("log.level")?.parse().ok()?;
        let requests = match self.choice("log.requests")?.as_str() {
            "all" => LoggedRequests::All,
            _ => LoggedRequests::Failed,
        };
        Some(LogSettings { format, level, requests })
    }

    /// The value as text: given, from its file, or by default.
    pub(super) fn text(&mut self, name: &'static str) -> Option<String> {
        match self.layers.get(name).map(|given| (&given.raw, &given.origin)) {
            None => find(name)?.default.map(str::to_owned),
            Some((Raw::Text(text), _)) => Some(text.clone()),
            Some((Raw::InFile(path), origin)) => {
                let path = beside(path, origin);
                match std::fs::read_to_string(&path) {
                    // Some editors put a byte order mark in front.
                    Ok(text) => Some(text.trim_start_matches('\u{feff}').trim_end_matches(['\r', '\n']).to_owned()),
                    Err(error) => {
                        self.mistake(name, format!("is in {}, which cannot be read: {error}", path.display()))
                    }
                }
            }
            Some((Raw::Flag(flag), _)) => Some(flag.to_string()),
            Some((Raw::Integer(number), _)) => Some(number.to_string()),
            Some((Raw::List(_), _)) => self.mistake(name, "is a list; give one value"),
        }
    }

    fn required(&mut self, name: &'static str) -> Option<String> {
        let value = self.text(name).filter(|text| !text.is_empty());
        if value.is_none() && self.layers.get(name).is_none() {
            let variable = name.to_ascii_uppercase().replace('.', "__");
            return self.mistake(name, format!("is missing; set it in the file or as PORTREEVE__{variable}"));
        }
        if value.is_none() {
            return self.mistake(name, "is empty; give a value");
        }
        value
    }

    fn parsed<T: std::str::FromStr>(&mut self, name: &'static str, wanted: &str) -> Option<T> {
        let text = self.text(name)?;
        match text.parse() {
            Ok(value) => Some(value),
            Err(_) => self.mistake(name, format!("is {text:?}; give {wanted}")),
        }
    }

    fn path(&mut self, name: &'static str) -> Option<PathBuf> {
        let text = self.text(name)?;
        Some(beside(&text, self.origin(name)))
    }

    fn flag(&mut self, name: &'static str) -> Option<bool> {
        self.parsed(name, "true or false")
    }

    pub(super) fn count(&mut self, name: &'static str) -> Option<i64> {
        let number = self.parsed(name, "a whole number")?;
        match find(name)?.kind {
            Kind::Count { least, most } if !(least..=most).contains(&number) => {
                self.mistake(name, format!("is {number}; give {least} to {most}"))
            }
            _ => Some(number),
        }
    }

    pub(super) fn choice(&mut self, name: &'static str) -> Option<String> {
        let text = self.text(name)?;
        match find(name)?.kind {
            Kind::Choice(words) if !words.contains(&text.as_str()) => {
                self.mistake(name, format!("is {text:?}; give {}", words.join(" or ")))
            }
            _ => Some(text),
        }
    }

    pub(super) fn list(&mut self, name: &'static str) -> Vec<String> {
        if let Some(Given { raw: Raw::List(entries), .. }) = self.layers.get(name) {
            return entries.clone();
        }
        let text = self.text(name).unwrap_or_default();
        text.split(',').map(str::trim).filter(|entry| !entry.is_empty()).map(str::to_owned).collect()
    }

    pub(super) fn origin(&self, name: &str) -> &Origin {
        self.layers.get(name).map_or(&Origin::Default, |given| &given.origin)
    }

    /// Notes a mistake in the place of a value.
    pub(super) fn mistake<T>(&mut self, name: &str, what: impl Display) -> Option<T> {
        self.note(name, what);
        None
    }

    fn note(&mut self, name: &str, what: impl Display) {
        let line = format!("{}: {name} {what}", self.origin(name));
        self.mistakes.push(line);
    }
}

/// A relative path in the settings file is meant beside that file; elsewhere beside the working directory.
pub(super) fn beside(path: impl AsRef<Path>, origin: &Origin) -> PathBuf {
    match origin {
        Origin::File { path: file, .. } => Path::new(file).parent().unwrap_or(Path::new("")).join(path),
        _ => path.as_ref().to_owned(),
    }
}
