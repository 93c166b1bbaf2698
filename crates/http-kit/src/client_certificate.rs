//! The certificate a client shows, by TLS or through a trusted proxy.
//!
//! Owns where a certificate may come from, and whether one of the operator's authorities has issued it. The header of
//! RFC 9440 counts only from trusted proxies, whose own certificate is never taken for a client's; from anybody else it is
//! removed. Leaves whose certificate it is to the doors. RFC 9440 §2, §4; RFC 8705 §2, §6.2; SECURITY S-051.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::extract::Request;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName};
use rustls::RootCertStore;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::{Error as PemError, PemObject};
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use tracing::debug;

use crate::client_address::TrustedProxies;
use crate::listener::PeerCertificates;

const CLIENT_CERT: HeaderName = HeaderName::from_static("client-cert");
const CLIENT_CERT_CHAIN: HeaderName = HeaderName::from_static("client-cert-chain");

/// How long a certificate may be, in bytes.
const MAX_CERTIFICATE_BYTES: usize = 8 * 1024;
/// How many certificates of a chain are looked at.
const MAX_CHAIN: usize = 4;

/// A certificate whose private key the sender holds. In the extensions of the requests that have one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientCertificate {
    /// The certificate, DER.
    pub der: Arc<[u8]>,
    /// Who stands behind it.
    pub standing: Standing,
}

/// Who stands behind a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// An authority that the operator named has issued it for clients, and it is of this moment.
    Issued,
    /// Nobody that we know: it proves its own key and nothing else.
    Unknown,
}

/// The authorities whose certificates name clients.
pub struct Authorities(Arc<dyn ClientCertVerifier>);

/// Why authorities could not be used.
#[derive(Debug, thiserror::Error)]
pub enum AuthoritiesError {
    /// The file is missing, unreadable or not PEM.
    #[error("{path}: {cause}")]
    File {
        /// The file as configured.
        path: PathBuf,
        /// What the PEM reader reported.
        cause: PemError,
    },
    /// A certificate in it is no authority, or there is none.
    #[error("{path} holds no usable authority: {cause}")]
    Unusable {
        /// The file as configured.
        path: PathBuf,
        /// What was wrong.
        cause: String,
    },
}

/// Whether a proxy's header is believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CertificateHeader {
    /// From nobody.
    Ignored,
    /// From trusted proxies.
    FromProxies,
}

/// Which certificates count.
pub struct CertificateRules {
    /// Whether the word of trusted proxies does.
    pub header: CertificateHeader,
    /// Who may name clients; `None`: nobody.
    pub authorities: Option<Authorities>,
    /// The time since the epoch.
    pub now: Arc<dyn Fn() -> Duration + Send + Sync>,
}

impl Authorities {
    /// Reads the certificates of authorities from a PEM file.
    ///
    /// # Errors
    /// A file that cannot be read, or without a usable authority.
    pub fn from_pem_file(path: &Path) -> Result<Self, AuthoritiesError> {
        let certificates = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        let certificates = certificates.map_err(|cause| AuthoritiesError::File { path: path.to_owned(), cause })?;
        let unusable = |cause: String| AuthoritiesError::Unusable { path: path.to_owned(), cause };
        let mut roots = RootCertStore::empty();
        for certificate in certificates {
            roots.add(certificate).map_err(|error| unusable(error.to_string()))?;
        }
        let provider = Arc::new(aws_lc_rs::default_provider());
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build();
        verifier.map(Self).map_err(|error| unusable(error.to_string()))
    }

    fn standing(&self, chain: &[CertificateDer<'_>], now: Duration) -> Standing {
        let Some((leaf, above)) = chain.split_first() else { return Standing::Unknown };
        match self.0.verify_client_cert(leaf, above, UnixTime::since_unix_epoch(now)) {
            Ok(_) => Standing::Issued,
            Err(_) => Standing::Unknown,
        }
    }
}

/// Puts [`ClientCertificate`] into the extensions of a request that has one, and removes the headers.
///
/// `rules` are `None` where no certificate counts. `peer` is the other end of the connection.
pub(crate) fn insert(
    request: &mut Request,
    rules: Option<&CertificateRules>,
    peer: SocketAddr,
    trusted_proxies: &TrustedProxies,
) {
    let shown = rules.and_then(|rules| shown(request, rules, trusted_proxies.contains(peer.ip())));
    // Further inside nobody needs to know that such a header can be forged.
    request.headers_mut().remove(CLIENT_CERT);
    request.headers_mut().remove(CLIENT_CERT_CHAIN);
    if let Some(certificate) = shown {
        request.extensions_mut().insert(certificate);
    }
}

fn shown(request: &Request, rules: &CertificateRules, is_from_proxy: bool) -> Option<ClientCertificate> {
    let chain = match (is_from_proxy, rules.header) {
        (false, _) => request.extensions().get::<PeerCertificates>()?.0.to_vec(),
        (true, CertificateHeader::FromProxies) => forwarded_chain(request.headers())?,
        (true, CertificateHeader::Ignored) => return None,
    };
    let leaf = chain.first().filter(|leaf| leaf.len() <= MAX_CERTIFICATE_BYTES && chain.len() <= MAX_CHAIN)?;
    let authorities = rules.authorities.as_ref();
    let standing = authorities.map_or(Standing::Unknown, |known| known.standing(&chain, (rules.now)()));
    Some(ClientCertificate { der: Arc::from(leaf.as_ref()), standing })
}

/// Reads `Client-Cert` and `Client-Cert-Chain`. `None` when there is no certificate, or a header is not well-formed.
fn forwarded_chain(headers: &HeaderMap) -> Option<Vec<CertificateDer<'static>>> {
    let mut leaves = headers.get_all(CLIENT_CERT).iter();
    let leaf = leaves.next().filter(|_| leaves.next().is_none())?;
    let mut chain = vec![byte_sequence(leaf.to_str().ok()?)?];
    for line in headers.get_all(CLIENT_CERT_CHAIN) {
        for member in line.to_str().ok()?.split(',') {
            chain.push(byte_sequence(member)?);
        }
    }
    Some(chain)
}

/// Reads a Byte Sequence of RFC 8941 §3.3.5: base64 between colons.
fn byte_sequence(text: &str) -> Option<CertificateDer<'static>> {
    let encoded = text.trim_matches([' ', '\t']).strip_prefix(':')?.strip_suffix(':')?;
    match STANDARD.decode(encoded) {
        Ok(der) if !der.is_empty() => Some(CertificateDer::from(der)),
        _ => {
            debug!("a trusted proxy sent a certificate header that is not base64");
            None
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
