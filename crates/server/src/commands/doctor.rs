//! `portreeve doctor`: numbered findings about a deployment, each with the mend.
//!
//! Owns the checks an operator can act on, in the order a start meets them. Changes nothing. WANTED W17.

use std::fmt;
use std::net::IpAddr;

use portreeve_domain::KeyPhase;
use portreeve_issuer::{ALGORITHMS, Clock, Issuer};
use portreeve_storage::migrations::{self, SchemaState};
use url::Url;

use super::deployment::Deployment;
use super::migrate;
use crate::command_line::Target;
use crate::failure::Failure;
use crate::settings::{MailSettings, MailTransport, Settings};

/// A plausible clock reads at least this: 2025-01-01T00:00:00Z.
const PLAUSIBLE_SINCE_MILLIS: i64 = 1_735_689_600_000;

/// One finding.
struct Finding {
    grade: Grade,
    what: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Grade {
    Good,
    /// Works, and is worth a look.
    Look,
    /// Does not work, or is not safe.
    Wrong,
}

/// # Errors
/// A refusal when a finding is wrong; a configuration failure when the settings cannot be read at all.
pub(crate) async fn run(target: &Target) -> Result<(), Failure> {
    let mut findings = Vec::new();
    if target.data.is_none() {
        settings(&Settings::load(target.source.config.as_deref(), &target.source.overrides)?, &mut findings);
    }
    clock(&mut findings);
    let deployment = Deployment::find(target)?;
    match deployment.key.read() {
        Ok(_) => findings.push(Finding::good("the key-encryption key is there, private and random")),
        Err(failure) => findings.push(Finding::wrong(failure.to_string())),
    }
    if schema(&deployment, &mut findings).await == Some(SchemaState::Current) {
        let look = async |issuer: &Issuer| {
            keys(issuer, &mut findings);
            Ok(())
        };
        if let Err(failure) = deployment.with_issuer(look).await {
            findings.push(Finding::wrong(failure.to_string()));
        }
    }
    for (number, finding) in findings.iter().enumerate() {
        println!("{:>2} {finding}", number + 1);
    }
    match findings.iter().filter(|finding| finding.grade == Grade::Wrong).count() {
        0 => Ok(()),
        wrong => {
            Err(Failure::refused(format!("{wrong} of {} findings are wrong; each names its mend", findings.len())))
        }
    }
}

fn settings(settings: &Settings, findings: &mut Vec<Finding>) {
    let server = &settings.server;
    let is_https = server.public_url.starts_with("https:");
    findings.push(if is_https {
        Finding::good(format!("server.public_url is {}", server.public_url))
    } else {
        Finding::look(format!("server.public_url is {}; fine on one machine, others need https", server.public_url))
    });
    if is_https && server.tls.is_none() && server.trusted_proxy_list.is_empty() {
        findings.push(Finding::wrong(
            "https without server.tls needs a proxy, and server.trusted_proxies is empty: every person would share its \
             address and its limits; list the proxy",
        ));
    } else if server.trusted_proxy_list.iter().any(|network| network.ends_with("/0")) {
        findings.push(Finding::wrong("server.trusted_proxies believes everybody; list the proxies only"));
    } else {
        findings.push(Finding::good("server.trusted_proxies fits the way TLS ends"));
    }
    findings.push(match settings.admin_listen.ip() {
        ip if ip.is_loopback() => Finding::good("admin.listen is on loopback"),
        ip if is_private(ip) => {
            Finding::look(format!("admin.listen is on {ip} without a login; let a firewall guard it"))
        }
        ip => {
            Finding::wrong(format!("admin.listen is on {ip} without a login; bind it to loopback or a private address"))
        }
    });
    findings.push(mail(&settings.mail));
}

fn mail(mail: &MailSettings) -> Finding {
    let from = mail.from.as_deref().unwrap_or_default();
    match &mail.transport {
        MailTransport::None => {
            Finding::look("mail.transport is none: nobody can prove an address or reset a password; set it")
        }
        MailTransport::Folder(folder) if folder.is_dir() => {
            Finding::look(format!("mails from {from} go to {} and reach nobody; set smtps://…", folder.display()))
        }
        MailTransport::Folder(folder) => {
            Finding::wrong(format!("mail.transport is {}, which is no folder; make it", folder.display()))
        }
        // The URL may hold a password; only its host is shown.
        MailTransport::Smtp(url) => {
            match Url::parse(url.expose()).ok().and_then(|url| url.host_str().map(str::to_owned)) {
                Some(host) => Finding::good(format!("mails from {from} leave through {host}")),
                None => Finding::wrong("mail.transport names no host; write smtps://USER:PASSWORD@HOST:PORT"),
            }
        }
    }
}

fn clock(findings: &mut Vec<Finding>) {
    findings.push(if Clock::System.now().as_millis() >= PLAUSIBLE_SINCE_MILLIS {
        Finding::good("the clock is plausible")
    } else {
        Finding::wrong("the clock is years behind; start a time service")
    });
}

async fn schema(deployment: &Deployment, findings: &mut Vec<Finding>) -> Option<SchemaState> {
    let state = async { Ok::<_, Failure>(migrations::state(&deployment.store()?).await?) }.await;
    match state {
        Err(failure) => {
            findings.push(Finding::wrong(failure.to_string()));
            None
        }
        Ok(state) => {
            let what = migrate::describe(&state);
            findings.push(match state {
                SchemaState::Current => Finding::good(what),
                SchemaState::Empty => Finding::look(what),
                SchemaState::Behind(_) | SchemaState::Ahead(_) => Finding::wrong(what),
            });
            Some(state)
        }
    }
}

fn keys(issuer: &Issuer, findings: &mut Vec<Finding>) {
    let now = issuer.ambient().now();
    for at in issuer.directory.all() {
        let slug = &at.tenant.slug;
        for algorithm in ALGORITHMS {
            let has =
                |phase| at.signing.all().iter().any(|k| k.key.algorithm() == algorithm && k.times.phase(now) == phase);
            let name = algorithm.name();
            findings.push(match (has(KeyPhase::Active), has(KeyPhase::Staged)) {
                (true, true) => {
                    Finding::good(format!("tenant {slug} signs with {name}, and the next key is published"))
                }
                (true, false) => {
                    Finding::look(format!("tenant {slug} has no staged {name} key; a running server makes one"))
                }
                (false, _) => Finding::wrong(format!("tenant {slug} has no {name} key that signs; start the server")),
            });
        }
    }
}

/// Addresses that the Internet does not route (RFC 1918, RFC 4193).
fn is_private(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_private() || ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_unique_local() || ip.is_unicast_link_local(),
    }
}

impl Finding {
    fn good(what: impl Into<String>) -> Self {
        Self { grade: Grade::Good, what: what.into() }
    }

    fn look(what: impl Into<String>) -> Self {
        Self { grade: Grade::Look, what: what.into() }
    }

    fn wrong(what: impl Into<String>) -> Self {
        Self { grade: Grade::Wrong, what: what.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let grade = match self.grade {
            Grade::Good => "ok   ",
            Grade::Look => "look ",
            Grade::Wrong => "WRONG",
        };
        write!(f, "{grade}  {}", self.what)
    }
}
