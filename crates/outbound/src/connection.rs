//! One connection to a checked address.
//!
//! Owns TCP and TLS. Certificates are verified for the host of the URL, with the machine's certificate authorities and
//! those of the settings; TLS 1.2 and 1.3.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::client::conn::http1::{Builder, SendRequest};
use hyper::rt::{Read, Write};
use hyper_util::rt::TokioIo;
use portreeve_domain::Fault;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_util::task::AbortOnDropHandle;
use url::Host;

use crate::error::OutboundError;
use crate::rules::Rules;
use crate::target::{Scheme, Target};

/// How long the head of an answer may be.
const MAX_HEAD_BYTES: usize = 16 * 1024;

/// An open connection; dropping it closes it.
pub(crate) struct Connection {
    pub(crate) sender: SendRequest<Full<Bytes>>,
    _driver: AbortOnDropHandle<()>,
}

/// Connects to the first address that answers.
///
/// # Errors
/// `NotConnected`, `Tls`.
pub(crate) async fn open(
    tls: &TlsConnector,
    target: &Target,
    addresses: &[SocketAddr],
) -> Result<Connection, OutboundError> {
    let stream = TcpStream::connect(addresses).await.map_err(|_| OutboundError::NotConnected)?;
    match target.scheme {
        Scheme::Http => handshake(TokioIo::new(stream)).await,
        Scheme::Https => {
            let name = server_name(&target.host)?;
            let stream = tls.connect(name, stream).await.map_err(|error| OutboundError::Tls(error.to_string()))?;
            handshake(TokioIo::new(stream)).await
        }
    }
}

/// What TLS connections are made with.
///
/// # Errors
/// A fault when the library does not take its own defaults.
pub(crate) fn connector(rules: &Rules) -> Result<TlsConnector, Fault> {
    let mut roots = RootCertStore::empty();
    // What a machine holds and rustls does not read is left out: a certificate under it is then not trusted.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots.add_parsable_certificates(rules.extra_authorities().iter().cloned());
    let mut config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
        .map_err(Fault::new)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsConnector::from(Arc::new(config)))
}

async fn handshake(io: impl Read + Write + Send + Unpin + 'static) -> Result<Connection, OutboundError> {
    let (sender, connection) =
        Builder::new().max_buf_size(MAX_HEAD_BYTES).handshake(io).await.map_err(|_| OutboundError::BrokenAnswer)?;
    // What ends the connection ends the answer that is read from it, which reports it.
    let driver = tokio::spawn(async move { drop(connection.await) });
    Ok(Connection { sender, _driver: AbortOnDropHandle::new(driver) })
}

fn server_name(host: &Host) -> Result<ServerName<'static>, OutboundError> {
    match host {
        Host::Domain(name) => {
            ServerName::try_from(name.clone()).map_err(|_| OutboundError::UnacceptableUrl("the host is not a name"))
        }
        Host::Ipv4(address) => Ok(ServerName::IpAddress(IpAddr::V4(*address).into())),
        Host::Ipv6(address) => Ok(ServerName::IpAddress(IpAddr::V6(*address).into())),
    }
}
