//! Handshakes, their timeout, and the replacement of certificates.

use std::fs;
use std::path::PathBuf;

use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{CipherSuite, ClientConfig, ProtocolVersion, RootCertStore, SupportedProtocolVersion};
use tempfile::TempDir;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::*;

/// Certificate and key files that a test can replace.
pub(super) struct KeyFiles(TempDir);

impl KeyFiles {
    pub(super) fn new() -> (Self, CertificateDer<'static>) {
        let files = Self(TempDir::new().unwrap());
        let certificate = files.renew();
        (files, certificate)
    }

    /// Writes a fresh self-signed certificate for `localhost` with its key.
    fn renew(&self) -> CertificateDer<'static> {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        fs::write(self.certificate(), made.cert.pem()).unwrap();
        fs::write(self.key(), made.signing_key.serialize_pem()).unwrap();
        made.cert.der().clone()
    }

    fn certificate(&self) -> PathBuf {
        self.0.path().join("certificate.pem")
    }

    fn key(&self) -> PathBuf {
        self.0.path().join("key.pem")
    }

    fn load(&self) -> Result<TlsKeys, TlsKeysError> {
        self.load_asking(ClientCertificates::NotAsked)
    }

    pub(super) fn load_asking(&self, asked: ClientCertificates) -> Result<TlsKeys, TlsKeysError> {
        TlsKeys::from_pem_files(self.certificate(), self.key(), asked)
    }
}

/// Connects, trusting only `root`.
async fn connect(
    address: SocketAddr,
    root: &CertificateDer<'static>,
    alpn: &[&[u8]],
) -> io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(root.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = alpn.iter().map(|name| name.to_vec()).collect();
    let stream = TcpStream::connect(address).await?;
    let name = ServerName::try_from("localhost").unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, stream).await
}

/// Connects; the protocol negotiated and the leaf shown, or what rustls says.
async fn handshake(
    address: SocketAddr,
    root: &CertificateDer<'static>,
    alpn: &[&[u8]],
) -> io::Result<(Option<Vec<u8>>, CertificateDer<'static>)> {
    let stream = connect(address, root, alpn).await?;
    let (_, session) = stream.get_ref();
    let leaf = session.peer_certificates().unwrap()[0].clone().into_owned();
    Ok((session.alpn_protocol().map(<[u8]>::to_vec), leaf))
}

/// The session outlives the rest, and its end is said (RFC 8446 §6.1), so that nobody takes it for a reply cut short.
#[tokio::test]
async fn an_encrypted_connection_that_rested_is_served_on_and_ended_in_order() {
    let (files, certificate) = KeyFiles::new();
    let running = start(Limits::default(), files.load().ok(), door()).await;
    let mut stream = connect(running.address, &certificate, &[b"http/1.1"]).await.unwrap();

    for _ in 0..2 {
        stream.write_all(GET_PEER.as_bytes()).await.unwrap();
        let mut reply = vec![0; 4096];
        let length = timeout(PATIENCE, stream.read(&mut reply)).await.unwrap().unwrap();
        assert!(reply[..length].starts_with(b"HTTP/1.1 200"));
        sleep(2 * SHORT).await;
    }
    running.shutdown.cancel();

    let end = timeout(PATIENCE, stream.read(&mut [0; 1])).await.unwrap();
    assert_eq!(end.expect("an end that is said"), 0);
}

#[tokio::test]
async fn a_handshake_offers_http2_and_http1() {
    let (files, certificate) = KeyFiles::new();
    let running = start(Limits::default(), files.load().ok(), door()).await;

    for (offered, agreed) in [
        (&[&b"http/1.1"[..], b"h2"][..], Some(b"h2".to_vec())),
        (&[b"http/1.1"], Some(b"http/1.1".to_vec())),
        (&[], None),
    ] {
        let (protocol, leaf) = handshake(running.address, &certificate, offered).await.unwrap();

        assert_eq!(protocol, agreed);
        assert_eq!(leaf, certificate);
    }
}

#[tokio::test]
async fn new_handshakes_use_the_reloaded_certificate() {
    let (files, old) = KeyFiles::new();
    let keys = files.load().unwrap();
    let running = start(Limits::default(), Some(keys.clone()), door()).await;
    handshake(running.address, &old, &[]).await.unwrap();

    let new = files.renew();
    let reloaded = keys.reload().unwrap();

    assert_eq!(reloaded, Reload::Replaced);
    assert_eq!(keys.reload().unwrap(), Reload::Unchanged);
    assert_eq!(handshake(running.address, &new, &[]).await.unwrap().1, new);
    assert!(handshake(running.address, &old, &[]).await.is_err());
}

#[tokio::test]
async fn unusable_files_are_named_and_the_old_keys_stay() {
    let (files, old) = KeyFiles::new();
    let keys = files.load().unwrap();
    let running = start(Limits::default(), Some(keys.clone()), door()).await;
    let other_key = rcgen::KeyPair::generate().unwrap().serialize_pem();

    fs::write(files.key(), other_key).unwrap();
    let mismatch = keys.reload().unwrap_err();
    fs::write(files.key(), "not a key").unwrap();
    let no_key = keys.reload().unwrap_err();
    fs::write(files.certificate(), "not a certificate").unwrap();
    let no_certificate = keys.reload().unwrap_err();
    fs::remove_file(files.certificate()).unwrap();
    let no_file = keys.reload().unwrap_err();

    assert!(matches!(mismatch, TlsKeysError::Unusable { .. }), "{mismatch}");
    assert!(matches!(no_key, TlsKeysError::KeyFile { .. }), "{no_key}");
    assert!(matches!(no_certificate, TlsKeysError::NoCertificate { .. }), "{no_certificate}");
    assert!(matches!(no_file, TlsKeysError::CertificateFile { .. }), "{no_file}");
    assert!(no_file.to_string().contains("certificate.pem"), "{no_file}");
    assert_eq!(handshake(running.address, &old, &[]).await.unwrap().1, old);
}

/// idle TLS connections.
#[tokio::test]
async fn a_handshake_that_does_not_come_is_closed_after_its_timeout() {
    let (files, _) = KeyFiles::new();
    let limits = Limits { tls_handshake_timeout: SHORT, ..Limits::default() };
    let running = start(limits, files.load().ok(), door()).await;

    assert_eq!(running.exchange(b"\x16\x03\x01").await, b"");
}

/// OA-API-5, OA-AZ-12, OA-DV-2, OA-PA-3, OA-RV-7, OA-TK-17: whatever is asked for, where TLS is spoken nothing else is.
#[tokio::test]
async fn plain_http_on_a_tls_listener_is_not_answered() {
    let (files, _) = KeyFiles::new();
    let running = start(Limits::default(), files.load().ok(), door()).await;

    let received = running.exchange(GET_PEER.as_bytes()).await;

    assert!(!received.starts_with(b"HTTP"));
}

/// Connects with one version and these suites only; what was agreed on.
async fn agree(
    address: SocketAddr,
    root: &CertificateDer<'static>,
    version: &'static SupportedProtocolVersion,
    suites: &[CipherSuite],
) -> io::Result<(ProtocolVersion, CipherSuite)> {
    let mut roots = RootCertStore::empty();
    roots.add(root.clone()).unwrap();
    let mut provider: CryptoProvider = aws_lc_rs::default_provider();
    provider.cipher_suites.retain(|suite| suites.contains(&suite.suite()));
    assert_eq!(provider.cipher_suites.len(), suites.len(), "the client knows what it offers");
    let config = ClientConfig::builder_with_provider(Arc::new(provider))
        .with_protocol_versions(&[version])
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(address).await?;
    let stream =
        TlsConnector::from(Arc::new(config)).connect(ServerName::try_from("localhost").unwrap(), stream).await?;
    let (_, session) = stream.get_ref();
    Ok((session.protocol_version().unwrap(), session.negotiated_cipher_suite().unwrap().suite()))
}

/// F2-01, OA-API-2, OA-API-6, OA-AZ-1, OA-AZ-17, OA-DV-3, OA-RV-6, OA-TK-1, OA-TK-18: with TLS 1.2 nothing but ECDHE with AES-GCM
/// is agreed on; TLS 1.3 has its own suites, all of them good.
#[tokio::test]
async fn tls_1_2_takes_recommended_suites_only() {
    let (files, certificate) = KeyFiles::new();
    let running = start(Limits::default(), files.load().ok(), door()).await;
    let agree = |version, suites: &'static [CipherSuite]| agree(running.address, &certificate, version, suites);
    let tls12 = &rustls::version::TLS12;

    let chacha = agree(tls12, &[CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256]).await;
    let gcm = agree(tls12, &[CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]).await;
    let tls13 = agree(&rustls::version::TLS13, &[CipherSuite::TLS13_CHACHA20_POLY1305_SHA256]).await;

    assert!(chacha.is_err(), "{chacha:?}");
    assert_eq!(gcm.unwrap().1, CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256);
    assert_eq!(tls13.unwrap(), (ProtocolVersion::TLSv1_3, CipherSuite::TLS13_CHACHA20_POLY1305_SHA256));
}
