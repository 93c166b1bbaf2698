//! The certificate and key a listener shows, and their replacement while it runs.
//!
//! Owns the rustls server configuration: TLS 1.2 and 1.3, what may encrypt, ALPN `h2` and `http/1.1`, and whether clients are asked for a
//! certificate. Leaves to the caller when to look at the files again. The cryptography provider is
//! passed explicitly; no global one is installed. BCP 195 (RFC 9325 §4.2); SECURITY.md V-1, rule 36.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::holder_of_any_key::HolderOfAnyKey;
use arc_swap::ArcSwap;
use rustls::client::verify_server_name;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::pem::{Error as PemError, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::server::ParsedCertificate;
use rustls::{CipherSuite, ServerConfig, SupportedCipherSuite};

/// The suites of TLS 1.2 that are taken: ephemeral keys, AES-GCM (RFC 9325 §4.2).
const RECOMMENDED_FOR_TLS12: [CipherSuite; 4] = [
    CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
    CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
    CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
    CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
];

/// A certificate chain with its private key, read from PEM files and replaceable in place.
///
/// Clones share one state: reloading one reloads all.
#[derive(Clone)]
pub struct TlsKeys(Arc<Shared>);

/// Whether clients are asked for a certificate in the handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientCertificates {
    /// No: browsers would ask people which one to show.
    NotAsked,
    /// Asked, not demanded: any that proves its own key is taken, and whose it is is decided later (RFC 8705 §2.2).
    Asked,
}

struct Shared {
    certificates: ClientCertificates,
    certificate_path: PathBuf,
    key_path: PathBuf,
    loaded: ArcSwap<Loaded>,
}

struct Loaded {
    chain: Vec<CertificateDer<'static>>,
    config: Arc<ServerConfig>,
}

/// What [`TlsKeys::reload`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reload {
    /// The files hold the certificate chain that is already in use.
    Unchanged,
    /// New handshakes use the new chain; connections that are open keep theirs.
    Replaced,
}

/// Why certificate and key could not be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsKeysError {
    /// The certificate file is missing, unreadable or not PEM.
    #[error("certificate file {path}: {cause}")]
    CertificateFile {
        /// The file as configured.
        path: PathBuf,
        /// What the PEM reader reported; never file content.
        cause: PemError,
    },
    /// The certificate file holds no certificate.
    #[error("certificate file {path} holds no CERTIFICATE block")]
    NoCertificate {
        /// The file as configured.
        path: PathBuf,
    },
    /// The key file is missing, unreadable, or holds no unencrypted private key.
    #[error("key file {path}: {cause}")]
    KeyFile {
        /// The file as configured.
        path: PathBuf,
        /// What the PEM reader reported; never file content.
        cause: PemError,
    },
    /// The two do not belong together, or the key is of a kind TLS cannot use.
    #[error("certificate {certificate_path} with key {key_path}: {cause}")]
    Unusable {
        /// The certificate file as configured.
        certificate_path: PathBuf,
        /// The key file as configured.
        key_path: PathBuf,
        /// What rustls reported.
        cause: rustls::Error,
    },
}

impl TlsKeys {
    /// Reads a PEM certificate chain (leaf first) and its unencrypted PEM private key.
    ///
    /// # Errors
    /// A file that cannot be read or parsed, a chain without certificates, a key that does not
    /// match the leaf.
    pub fn from_pem_files(
        certificate_path: impl Into<PathBuf>,
        key_path: impl Into<PathBuf>,
        certificates: ClientCertificates,
    ) -> Result<Self, TlsKeysError> {
        let (certificate_path, key_path) = (certificate_path.into(), key_path.into());
        let loaded = load(&certificate_path, &key_path, certificates)?;
        let loaded = ArcSwap::from_pointee(loaded);
        Ok(Self(Arc::new(Shared { certificates, certificate_path, key_path, loaded })))
    }

    /// Reads both files again and replaces the configuration if the chain differs.
    ///
    /// Reads files with blocking calls of a few kilobytes; meant for a timer or a signal.
    ///
    /// # Errors
    /// As [`TlsKeys::from_pem_files`]; the keys in use then stay in use.
    pub fn reload(&self) -> Result<Reload, TlsKeysError> {
        let fresh = load(&self.0.certificate_path, &self.0.key_path, self.0.certificates)?;
        // The key need not be compared: it was just checked against the leaf, so an equal leaf
        // means an equal key.
        if fresh.chain == self.0.loaded.load().chain {
            return Ok(Reload::Unchanged);
        }
        self.0.loaded.store(Arc::new(fresh));
        Ok(Reload::Replaced)
    }

    /// The certificate that is shown, DER.
    pub fn certificate(&self) -> Option<CertificateDer<'static>> {
        self.0.loaded.load().chain.first().cloned()
    }

    /// Whether the certificate is for `host`: a name, or an IP address without brackets. RFC 9525 §6.
    pub fn names(&self, host: &str) -> bool {
        let (Some(certificate), Ok(name)) = (self.certificate(), ServerName::try_from(host)) else { return false };
        ParsedCertificate::try_from(&certificate).is_ok_and(|parsed| verify_server_name(&parsed, &name).is_ok())
    }

    /// The configuration for a handshake that starts now.
    pub(super) fn current(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.0.loaded.load().config)
    }
}

fn load(certificate_path: &Path, key_path: &Path, certificates: ClientCertificates) -> Result<Loaded, TlsKeysError> {
    let chain = read_chain(certificate_path)?;
    let key = PrivateKeyDer::from_pem_file(key_path)
        .map_err(|cause| TlsKeysError::KeyFile { path: key_path.to_owned(), cause })?;
    let config = server_config(chain.clone(), key, certificates).map_err(|cause| TlsKeysError::Unusable {
        certificate_path: certificate_path.to_owned(),
        key_path: key_path.to_owned(),
        cause,
    })?;
    Ok(Loaded { chain, config: Arc::new(config) })
}

fn read_chain(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsKeysError> {
    let chain = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|cause| TlsKeysError::CertificateFile { path: path.to_owned(), cause })?;
    if chain.is_empty() {
        return Err(TlsKeysError::NoCertificate { path: path.to_owned() });
    }
    Ok(chain)
}

fn server_config(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
    certificates: ClientCertificates,
) -> Result<ServerConfig, rustls::Error> {
    let provider = Arc::new(cryptography());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])?;
    let builder = match certificates {
        ClientCertificates::NotAsked => builder.with_no_client_auth(),
        ClientCertificates::Asked => builder.with_client_cert_verifier(Arc::new(HolderOfAnyKey { provider })),
    };
    let mut config = builder.with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// Every suite of TLS 1.3, and of TLS 1.2 those that BCP 195 recommends and FAPI 2.0 §5.2.1 asks for.
fn cryptography() -> CryptoProvider {
    let mut provider = aws_lc_rs::default_provider();
    provider.cipher_suites.retain(|suite| match suite {
        SupportedCipherSuite::Tls13(_) => true,
        SupportedCipherSuite::Tls12(_) => RECOMMENDED_FOR_TLS12.contains(&suite.suite()),
    });
    provider
}
