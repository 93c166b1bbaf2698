//! What the doctor finds about TLS: the certificate of the server, and the authorities of clients.

use portreeve_domain::{Lifetime, Timestamp};
use portreeve_http_kit::listener::{ClientCertificates, TlsKeys};
use portreeve_oidc::certificate::validity;
use url::Url;

use super::super::table::age;
use super::finding::Finding;
use crate::serve::certificates;
use crate::settings::ServerSettings;

/// How long before its end a certificate is told: whoever renews them does it earlier.
const SOON: Lifetime = Lifetime::from_days(7);

/// Looks at what browsers, applications and clients with certificates meet.
pub(super) fn look(server: &ServerSettings, now: Timestamp, findings: &mut Vec<Finding>) {
    findings.extend(own(server, now));
    if let Some(settings) = &server.mutual_tls
        && settings.authorities.is_some()
    {
        findings.push(match certificates::rules(settings) {
            Ok(_) => Finding::good("server.mutual_tls.authorities names authorities of clients"),
            Err(failure) => Finding::failed(&failure),
        });
    }
}

fn own(server: &ServerSettings, now: Timestamp) -> Option<Finding> {
    let files = server.tls.as_ref()?;
    let keys = match TlsKeys::from_pem_files(&files.cert, &files.key, ClientCertificates::NotAsked) {
        Ok(keys) => keys,
        Err(error) => return Some(Finding::wrong(format!("server.tls: {error}"), "check both files")),
    };
    let renew = "replace it and send SIGHUP to the server";
    let Some((from, until)) = keys.certificate().and_then(|der| validity(&der)) else {
        return Some(Finding::wrong("server.tls has a certificate that nobody can read", renew));
    };
    let other = named(server).find(|(_, host)| !keys.names(host));
    Some(match other {
        _ if now > until => {
            Finding::wrong(format!("the certificate of server.tls ended {} ago", age(until, now)), renew)
        }
        _ if now < from => Finding::wrong(
            format!("the certificate of server.tls is only good from {} on", age(now, from)),
            "check the clock, or replace it",
        ),
        // A proxy may well reach the server under another name.
        Some((setting, host)) if server.trusted_proxy_list.is_empty() => Finding::wrong(
            format!("the certificate of server.tls is not for {host}, which {setting} names: every client refuses it"),
            renew,
        ),
        Some((setting, host)) => Finding::look(
            format!("the certificate of server.tls is not for {host}, which {setting} names"),
            "check that only the proxies of server.trusted_proxies come to it",
        ),
        None if now.plus(SOON) > until => {
            Finding::look(format!("the certificate of server.tls ends in {}", age(now, until)), renew)
        }
        None => Finding::good("server.tls has a certificate for this host and its key"),
    })
}

/// The hosts under which the certificate is shown, each with the setting that names it.
fn named(server: &ServerSettings) -> impl Iterator<Item = (&'static str, String)> {
    let listener = server.mutual_tls.as_ref().and_then(|settings| settings.listener.as_ref());
    let of_mutual_tls = listener.map(|listener| ("server.mutual_tls.public_url", &listener.public_url));
    let urls = [("server.public_url", &server.public_url)].into_iter().chain(of_mutual_tls);
    urls.filter_map(|(setting, url)| {
        let url = Url::parse(url).ok().filter(|url| url.scheme() == "https")?;
        let host = url.host_str()?.trim_start_matches('[').trim_end_matches(']');
        Some((setting, host.to_owned()))
    })
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;
    use std::sync::Arc;

    use portreeve_http_kit::client_address::TrustedProxies;
    use portreeve_http_kit::client_certificate::CertificateHeader;
    use rcgen::{CertificateParams, KeyPair, date_time_ymd};

    use super::super::finding::Grade;
    use super::*;
    use crate::settings::{MutualTlsListener, MutualTlsSettings, TlsFiles};

    /// A server that shows a certificate for id.example.com and 192.0.2.7, good in 2027.
    fn server(folder: &Path, public_url: &str) -> ServerSettings {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec!["id.example.com".to_owned(), "192.0.2.7".to_owned()]).unwrap();
        (params.not_before, params.not_after) = (date_time_ymd(2027, 1, 1), date_time_ymd(2028, 1, 1));
        let (cert_file, key_file) = (folder.join("tls.pem"), folder.join("tls.key"));
        fs::write(&cert_file, params.self_signed(&key).unwrap().pem()).unwrap();
        fs::write(&key_file, key.serialize_pem()).unwrap();
        ServerSettings {
            listen: ([127, 0, 0, 1], 8443).into(),
            public_url: public_url.to_owned(),
            trusted_proxies: Arc::new(TrustedProxies::default()),
            trusted_proxy_list: Vec::new(),
            tls: Some(TlsFiles { cert: cert_file, key: key_file }),
            mutual_tls: None,
        }
    }

    /// The first moment of a day.
    fn day(year: i32, month: u8, day: u8) -> Timestamp {
        Timestamp::from_millis(date_time_ymd(year, month, day).unix_timestamp() * 1000)
    }

    /// RFC 5280 §4.1.2.5: a certificate counts from notBefore to notAfter.
    #[test]
    fn a_certificate_that_is_not_of_this_moment_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let server = server(folder.path(), "https://id.example.com");

        for (now, grade, told) in [
            (day(2026, 12, 31), Grade::Wrong, "is only good from 1d on"),
            (day(2027, 6, 1), Grade::Good, "has a certificate for this host"),
            (day(2027, 12, 27), Grade::Look, "ends in 5d"),
            (day(2028, 1, 3), Grade::Wrong, "ended 2d ago"),
        ] {
            let finding = own(&server, now).unwrap();

            assert!(finding.grade == grade && finding.to_string().contains(told), "{finding}");
        }
    }

    /// RFC 9525 §6: the host of the address is among the names of the certificate.
    #[test]
    fn a_certificate_for_another_host_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let now = day(2027, 6, 1);
        for (url, grade) in [
            ("https://id.example.com:8443/sub", Grade::Good),
            ("https://192.0.2.7", Grade::Good),
            ("https://login.example.com", Grade::Wrong),
            ("https://[2001:db8::7]", Grade::Wrong),
        ] {
            let mut server = server(folder.path(), url);
            assert_eq!(own(&server, now).unwrap().grade, grade, "{url}");

            server.trusted_proxy_list = vec!["10.0.0.5".to_owned()];
            assert_ne!(own(&server, now).unwrap().grade, Grade::Wrong, "{url}: a proxy may use another name");
        }
        let mut server = server(folder.path(), "https://id.example.com");
        let listener = MutualTlsListener {
            listen: ([127, 0, 0, 1], 8444).into(),
            public_url: "https://mtls.example.com".to_owned(),
        };
        let authorities = Some(folder.path().join("missing.pem"));
        let header = CertificateHeader::Ignored;
        server.mutual_tls = Some(MutualTlsSettings { listener: Some(listener), authorities, header });
        let mut findings = Vec::new();
        look(&server, now, &mut findings);
        let told: Vec<_> = findings.iter().map(ToString::to_string).collect();
        assert!(told[0].contains("not for mtls.example.com, which server.mutual_tls.public_url names"), "{told:?}");
        assert!(
            told[1].starts_with("WRONG  server.mutual_tls.authorities: ") && told[1].contains("missing.pem"),
            "{told:?}"
        );
    }
}
