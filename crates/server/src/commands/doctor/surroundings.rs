//! What the doctor finds before it opens the database: settings, files, mail server.

use std::fs;
use std::net::IpAddr;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use portreeve_domain::Timestamp;
use portreeve_networks::{NetworkFiles, Networks};
use portreeve_storage::Store;

use super::certificate;
use super::finding::Finding;
use crate::serve;
use crate::settings::{MailSettings, MailTransport, ServerSettings, Settings, TestRig, TextMessageSettings};

/// Every permission bit of group and others.
const OTHERS: u32 = 0o077;

/// Looks at settings and at what they point to.
pub(super) async fn look(settings: &Settings, now: Timestamp, findings: &mut Vec<Finding>) {
    findings.extend([public_url(&settings.server), proxies(&settings.server)]);
    certificate::look(&settings.server, now, findings);
    findings.push(admin(settings.admin_listen.ip()));
    let database = Store::embedded_file(settings.database.url.expose()).map(PathBuf::from);
    findings.push(secrets(settings.secret_files.iter().chain(&database)));
    findings.extend(networks(&settings.networks));
    findings.push(mail(&settings.mail).await);
    findings.extend(text_messages(&settings.sms));
    findings.extend(test_rig(settings.test_rig));
}

/// Told wherever it is on: it is never there by oversight where only machines sign in.
fn test_rig(rig: TestRig) -> Option<Finding> {
    (rig == TestRig::DecidesApprovals).then(|| {
        let what = "whoever reaches admin.listen decides device and back-channel requests for people";
        Finding::look(what, "unset test_rig.approvals and server.purpose where real people sign in")
    })
}

/// The files of `[risk]`, when there are any.
fn networks(files: &NetworkFiles) -> Option<Finding> {
    if *files == NetworkFiles::default() {
        return None;
    }
    Some(match Networks::open(files.clone()) {
        Ok(_) => Finding::good("the files of [risk] can be read"),
        Err(file) => Finding::wrong(
            format!("a file of [risk] cannot be used: {file}"),
            "replace it: the server does not start with it",
        ),
    })
}

fn public_url(server: &ServerSettings) -> Finding {
    let url = &server.public_url;
    if url.starts_with("https:") {
        return Finding::good(format!("server.public_url is {url}"));
    }
    let what = format!("server.public_url is {url}, which works on this machine alone");
    Finding::look(what, "give the https address that people see before anybody else uses it")
}

fn proxies(server: &ServerSettings) -> Finding {
    let (url, proxies) = (&server.public_url, &server.trusted_proxy_list);
    if proxies.iter().any(|network| network.ends_with("/0")) {
        return Finding::wrong("server.trusted_proxies believes everybody's X-Forwarded-For", "list the proxies only");
    }
    match (server.tls.is_some(), proxies.is_empty()) {
        (false, true) if url.starts_with("https:") => Finding::wrong(
            "a proxy must end TLS for server.public_url, and server.trusted_proxies is empty: every person would share the \
             proxy's address and its limits",
            "list the proxy, such as 10.0.0.5",
        ),
        (true, false) => Finding::look(
            "TLS ends here, and server.trusted_proxies believes X-Forwarded-For from elsewhere",
            "remove it unless such a proxy stands in front",
        ),
        (_, true) => Finding::good("server.trusted_proxies is empty: nobody's X-Forwarded-For is believed"),
        (false, false) => Finding::good(format!("server.trusted_proxies believes {}", proxies.join(", "))),
    }
}

fn admin(ip: IpAddr) -> Finding {
    let what = format!("admin.listen is on {ip} without a login");
    match ip {
        ip if ip.is_loopback() => Finding::good("admin.listen is on loopback"),
        ip if is_private(ip) => Finding::look(what, "let a firewall guard it"),
        _ => Finding::wrong(what, "bind it to loopback or a private address"),
    }
}

/// Addresses that the Internet does not route (RFC 1918, RFC 4193).
fn is_private(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_private() || ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_unique_local() || ip.is_unicast_link_local(),
    }
}

/// Files that hold secrets and that somebody else may reach. The key-encryption key is looked at where it is read.
pub(super) fn secrets<'p>(files: impl Iterator<Item = &'p PathBuf>) -> Finding {
    let open: Vec<_> = files.filter(|path| is_open(path)).map(|path| path.display().to_string()).collect();
    if open.is_empty() {
        return Finding::good("files that hold secrets are their owner's alone");
    }
    let open = open.join(" ");
    Finding::wrong(format!("others may reach {open}, which holds secrets"), format!("run chmod 600 {open}"))
}

/// A file that is not there is missed elsewhere.
fn is_open(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.mode() & OTHERS != 0)
}

async fn mail(mail: &MailSettings) -> Finding {
    let from = mail.from.as_deref().unwrap_or_default();
    let mailer = match serve::mailer(mail) {
        Ok(mailer) => mailer,
        Err(failure) => return Finding::failed(&failure),
    };
    let reached = mailer.reach().await;
    match (&mail.transport, reached) {
        (MailTransport::None, _) => {
            Finding::look("mail.transport is none: nobody can prove an address or reset a password", "set it")
        }
        (MailTransport::Folder(folder), Ok(())) => {
            let what = format!("mails from {from} go to {} and reach nobody", folder.display());
            Finding::look(what, "set smtps://…")
        }
        (MailTransport::Folder(folder), Err(_)) => {
            let what = format!("mail.transport is {}, which is no folder we can write to", folder.display());
            Finding::wrong(what, "make it, for the user the server runs as")
        }
        (MailTransport::Smtp(_), Ok(())) => Finding::good(format!("the mail server takes mails from {from}")),
        // The library's words are kept back: the URL may hold a password.
        (MailTransport::Smtp(_), Err(error)) => {
            Finding::wrong(format!("mails wait: {error}"), "check host, port, TLS and password of mail.transport")
        }
    }
}

fn text_messages(sms: &TextMessageSettings) -> Option<Finding> {
    let rules = sms.rules.as_ref()?;
    let countries = rules.countries().join(", ");
    Some(match sms.is_folder {
        true => Finding::look("text messages go to a folder and reach nobody", "set sms.transport to a provider"),
        false => Finding::good(format!("text messages may go to numbers that begin with {countries}")),
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;
    use std::sync::Arc;

    use portreeve_crypto::SecretText;
    use portreeve_http_kit::client_address::TrustedProxies;

    use super::super::finding::Grade;
    use super::*;

    fn server(public_url: &str, proxies: &[&str]) -> ServerSettings {
        ServerSettings {
            listen: ([127, 0, 0, 1], 8080).into(),
            public_url: public_url.to_owned(),
            trusted_proxies: Arc::new(TrustedProxies::default()),
            trusted_proxy_list: proxies.iter().map(|network| (*network).to_owned()).collect(),
            tls: None,
            mutual_tls: None,
        }
    }

    #[test]
    fn https_without_tls_needs_a_proxy_that_is_believed() {
        assert_eq!(proxies(&server("https://id.example.com", &[])).grade, Grade::Wrong);
        assert_eq!(proxies(&server("https://id.example.com", &["10.0.0.5"])).grade, Grade::Good);
        assert_eq!(proxies(&server("https://id.example.com", &["10.0.0.5", "0.0.0.0/0"])).grade, Grade::Wrong);
        assert_eq!(proxies(&server("http://localhost:8080", &[])).grade, Grade::Good);
    }

    #[test]
    fn the_admin_door_belongs_on_loopback() {
        for (ip, grade) in [("127.0.0.1", Grade::Good), ("10.1.2.3", Grade::Look), ("0.0.0.0", Grade::Wrong)] {
            assert_eq!(admin(ip.parse().unwrap()).grade, grade, "{ip}");
        }
    }

    /// S-113: a secret that others may read is told, with the command that mends it.
    #[test]
    fn a_secret_that_others_may_read_is_told_with_its_mend() {
        let folder = tempfile::tempdir().unwrap();
        let (private, open) = (folder.path().join("private"), folder.path().join("open"));
        for (path, mode) in [(&private, 0o600), (&open, 0o640)] {
            fs::write(path, "secret").unwrap();
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        }

        let told = secrets([&private, &open].into_iter()).to_string();

        assert_eq!(secrets([&private].into_iter()).grade, Grade::Good);
        assert!(told.contains(&format!("chmod 600 {}", open.display())), "{told}");
        assert!(!told.contains(&private.display().to_string()), "{told}");
    }

    #[tokio::test]
    async fn a_mail_server_that_does_not_answer_is_told_without_its_password() {
        // A port that was free a moment ago: nobody listens there.
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let url = format!("smtp://ada:hunter2@127.0.0.1:{port}?tls=required");
        let settings = MailSettings {
            transport: MailTransport::Smtp(Arc::new(SecretText::new(url))),
            from: Some("no-reply@id.example.com".to_owned()),
        };

        let told = mail(&settings).await;

        assert_eq!(told.grade, Grade::Wrong);
        assert!(!told.to_string().contains("hunter2"), "{told}");
    }
}
