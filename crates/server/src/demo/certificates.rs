//! A certificate authority of the demo's own, and the certificate that its two sites show.
//!
//! Owns making them: the authority once a folder, so that it is trusted once; the certificate at every start. The authority
//! can vouch for this machine alone (RFC 5280 §4.2.1.10), so that who trusts it risks nothing else. ECOSYSTEM §3.1.

use std::fs;
use std::path::{Path, PathBuf};

use portreeve_domain::Timestamp;
use portreeve_http_kit::listener::{ClientCertificates, TlsKeys};
use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DnType, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, Issuer,
    KeyPair, KeyUsagePurpose, NameConstraints,
};
use time::{Duration, OffsetDateTime};

use super::folder::{Folder, write_private};
use crate::failure::Failure;

/// What the certificate is for.
const NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];
/// How long the authority lives.
const AUTHORITY_DAYS: i64 = 3650;
/// How long the certificate lives: browsers refuse more than 398 days.
const CERTIFICATE_DAYS: i64 = 397;

/// What a demo over TLS shows, and what its visitors must trust.
pub(super) struct Certificates {
    /// The authority's certificate, for people to import.
    pub(super) ca_file: PathBuf,
    /// The same, for our own relying party.
    pub(super) ca_pem: String,
    /// The certificate and key of the listeners.
    pub(super) keys: TlsKeys,
}

/// Makes what is missing in the folder and loads it.
///
/// # Errors
/// A configuration failure when a file of an earlier start is no key or certificate; a refusal when one cannot be written.
pub(super) fn prepare(folder: &Folder, now: Timestamp) -> Result<Certificates, Failure> {
    let now = OffsetDateTime::from_unix_timestamp(now.as_seconds()).map_err(|e| cannot("now", e))?;
    let (ca_file, ca_key) = (folder.file("ca.pem"), folder.file("ca.key"));
    let (certificate, key) = (folder.file("tls.pem"), folder.file("tls.key"));
    let is_new = !ca_key.exists();
    let authority_key = authority_key(&ca_key)?;
    let authority = authority(now)?;
    if is_new || !ca_file.exists() {
        let made = authority.self_signed(&authority_key).map_err(|e| cannot("authority", e))?;
        write(&ca_file, &made.pem())?;
    }
    let authority = Issuer::new(authority, authority_key);
    let site_key = KeyPair::generate().map_err(|e| cannot("key", e))?;
    let made = site(now)?.signed_by(&site_key, &authority).map_err(|e| cannot("certificate", e))?;
    write(&certificate, &made.pem())?;
    write(&key, &site_key.serialize_pem())?;
    let ca_pem = fs::read_to_string(&ca_file)
        .map_err(|e| Failure::configuration(format!("{}: {e}; remove the file", ca_file.display())))?;
    let keys = TlsKeys::from_pem_files(certificate, key, ClientCertificates::NotAsked)
        .map_err(|e| cannot("certificate", e))?;
    Ok(Certificates { ca_file, ca_pem, keys })
}

/// The authority's key: that of the last start, or a new one.
fn authority_key(path: &Path) -> Result<KeyPair, Failure> {
    if path.exists() {
        let unusable = |e: String| {
            Failure::configuration(format!("{}: {e}; remove it, and trust the new authority", path.display()))
        };
        let pem = fs::read_to_string(path).map_err(|e| unusable(e.to_string()))?;
        return KeyPair::from_pem(&pem).map_err(|e| unusable(e.to_string()));
    }
    let fresh = KeyPair::generate().map_err(|e| cannot("key", e))?;
    write(path, &fresh.serialize_pem())?;
    Ok(fresh)
}

fn authority(now: OffsetDateTime) -> Result<CertificateParams, Failure> {
    let mut params = lasting(AUTHORITY_DAYS, now)?;
    params.distinguished_name.push(DnType::CommonName, "Portreeve demo on this machine");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let loopback_v6 = std::net::Ipv6Addr::LOCALHOST.octets();
    params.name_constraints = Some(NameConstraints {
        permitted_subtrees: vec![
            GeneralSubtree::DnsName("localhost".to_owned()),
            GeneralSubtree::IpAddress(CidrSubnet::V4([127, 0, 0, 0], [255, 0, 0, 0])),
            GeneralSubtree::IpAddress(CidrSubnet::V6(loopback_v6, [255; 16])),
        ],
        excluded_subtrees: Vec::new(),
    });
    Ok(params)
}

fn site(now: OffsetDateTime) -> Result<CertificateParams, Failure> {
    let mut params = lasting(CERTIFICATE_DAYS, now)?;
    params.subject_alt_names =
        CertificateParams::new(NAMES.map(str::to_owned)).map_err(|e| cannot("certificate", e))?.subject_alt_names;
    params.distinguished_name.push(DnType::CommonName, "localhost");
    params.use_authority_key_identifier_extension = true;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    Ok(params)
}

/// Good from yesterday on: clocks of virtual machines lag.
fn lasting(days: i64, now: OffsetDateTime) -> Result<CertificateParams, Failure> {
    let mut params = CertificateParams::new(Vec::new()).map_err(|e| cannot("certificate", e))?;
    params.not_before = now - Duration::days(1);
    params.not_after = now + Duration::days(days);
    Ok(params)
}

fn write(path: &Path, pem: &str) -> Result<(), Failure> {
    write_private(path, pem.as_bytes()).map_err(|e| Failure::refused(format!("{}: {e}", path.display())))
}

fn cannot(what: &str, error: impl std::fmt::Display) -> Failure {
    Failure::refused(format!("the demo's {what} cannot be made: {error}"))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt;

    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    #[test]
    fn the_authority_is_made_once_and_its_files_are_private() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = Folder::open_or_create(temporary.path()).unwrap();

        let first = prepare(&folder, NOW).unwrap();
        let second = prepare(&folder, NOW).unwrap();

        assert_eq!(first.ca_pem, second.ca_pem);
        for name in ["ca.pem", "ca.key", "tls.pem", "tls.key"] {
            assert_eq!(fs::metadata(folder.file(name)).unwrap().mode() & 0o777, 0o600, "{name}");
        }
    }

    #[test]
    fn a_key_that_is_none_is_told_with_the_mend() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = Folder::open_or_create(temporary.path()).unwrap();
        fs::write(folder.file("ca.key"), "no key").unwrap();

        let told = prepare(&folder, NOW).err().unwrap().to_string();

        assert!(told.contains("ca.key") && told.contains("remove it"), "{told}");
    }
}
