//! TLS with a certificate authority of the operator's own.

use std::net::Ipv4Addr;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::PrivateKeyDer;
use tokio_rustls::TlsAcceptor;

use super::*;

struct TlsServer {
    port: u16,
    authority_pem: String,
}

/// A server whose certificate is for `keys.internal`, under an authority that nobody else knows.
async fn start() -> TlsServer {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(vec!["keys.internal".to_owned()]).unwrap().signed_by(&key, &authority).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], PrivateKeyDer::Pkcs8(key.serialize_der().into()))
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(stream.read_u8().await.unwrap());
            }
            stream.write_all(json("{}").as_bytes()).await.unwrap();
            stream.shutdown().await.unwrap();
        }
    });
    TlsServer { port, authority_pem: authority.pem() }
}

fn rules(server: &TlsServer, host: &str) -> Rules {
    Rules::allowing([format!("{host}:{}", server.port).as_str()]).unwrap()
}

fn on_loopback(_: &str) -> Vec<IpAddr> {
    vec![IpAddr::V4(Ipv4Addr::LOCALHOST)]
}

#[tokio::test]
async fn a_certificate_of_an_extra_authority_is_trusted() {
    let server = start().await;
    let trusting = rules(&server, "keys.internal").trusting(server.authority_pem.as_bytes()).unwrap();

    let fetched = fetch(&with(trusting, on_loopback), &format!("https://keys.internal:{}/", server.port)).await;

    assert_eq!(fetched.unwrap().body, "{}");
}

/// Being allowed says where to connect, not whom to trust.
#[tokio::test]
async fn an_unknown_authority_is_not_trusted() {
    let server = start().await;
    let client = with(rules(&server, "keys.internal"), on_loopback);

    let fetched = fetch(&client, &format!("https://keys.internal:{}/", server.port)).await;

    assert!(matches!(fetched, Err(OutboundError::Tls(_))), "{fetched:?}");
}

#[tokio::test]
async fn a_certificate_for_another_host_is_not_trusted() {
    let server = start().await;
    let trusting = rules(&server, "other.internal").trusting(server.authority_pem.as_bytes()).unwrap();

    let fetched = fetch(&with(trusting, on_loopback), &format!("https://other.internal:{}/", server.port)).await;

    assert!(matches!(fetched, Err(OutboundError::Tls(_))), "{fetched:?}");
}
