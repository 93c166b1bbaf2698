//! Which requests of a connection come with a certificate.

use rcgen::{CertifiedKey, KeyPair};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::tls::KeyFiles;
use super::*;
use crate::client_address::TrustedProxies;
use crate::client_certificate::tests::header;
use crate::client_certificate::{CertificateHeader, CertificateRules, ClientCertificate};
use crate::door::{Door, with_door};
use crate::request_trace::{LoggedRequests, RequestTrace};

/// A door on this machine's own proxy, which tells how long the certificate of a request is.
fn telling_door() -> Router {
    let tell = |shown: Option<Extension<ClientCertificate>>| async move {
        shown.map_or(0, |Extension(shown)| shown.der.len()).to_string()
    };
    let trace = RequestTrace {
        logged: LoggedRequests::Failed,
        ids: Arc::new(|| "id".to_owned()),
        trusted_proxies: Arc::new(TrustedProxies::parse(["127.0.0.1"]).unwrap()),
        observer: Arc::new(|_| {}),
    };
    let rules = CertificateRules {
        header: CertificateHeader::FromProxies,
        authorities: None,
        now: Arc::new(|| Duration::from_secs(1_800_000_000)),
    };
    let door = Door { trace, certificates: Some(rules), defaults: http::HeaderMap::new() };
    with_door(Router::new().route("/", get(tell)), door)
}

/// Sends a request on an open connection and returns the body of its answer.
async fn ask(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), headers: &str) -> String {
    let request = format!("GET / HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        let byte = timeout(PATIENCE, stream.read_u8()).await.expect("an answer in time");
        head.push(char::from(byte.expect("an answer before the end of the connection")));
    }
    let length = head.to_ascii_lowercase();
    let length = length.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap().parse().unwrap();
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.unwrap();
    String::from_utf8(body).unwrap()
}

/// MT-08, S-051: what a trusted proxy says holds for one request, not for the connection that it sends many people's on.
#[tokio::test]
async fn a_forwarded_certificate_belongs_to_its_request() {
    let running = start(Limits::default(), None, telling_door()).await;
    let certificate = b"a certificate";
    let mut stream = running.connect().await;

    let with = ask(&mut stream, &format!("Client-Cert: {}\r\n", header(certificate))).await;
    let without = ask(&mut stream, "").await;

    assert_eq!((with.as_str(), without.as_str()), ("13", "0"));
}

/// MT-06: a listener that asks for a certificate takes one, for every request of that connection and no other; it serves
/// whoever has none.
#[tokio::test]
async fn a_certificate_of_the_handshake_belongs_to_its_connection() {
    let (files, root) = KeyFiles::new();
    let keys = files.load_asking(ClientCertificates::Asked).unwrap();
    let own = rcgen::generate_simple_self_signed(["client.example".to_owned()]).unwrap();
    let tell = |shown: Option<Extension<PeerCertificates>>| async move {
        shown.map_or(0, |Extension(PeerCertificates(chain))| chain[0].len()).to_string()
    };
    let running = start(Limits::default(), Some(keys), Router::new().route("/", get(tell))).await;

    let mut with = connect(running.address, &root, Some(&own)).await;
    let mut without = connect(running.address, &root, None).await;

    let length = own.cert.der().len().to_string();
    for (stream, told) in [(&mut with, length.as_str()), (&mut without, "0")] {
        assert_eq!(ask(stream, "").await, told);
        assert_eq!(ask(stream, "").await, told);
    }
}

/// Connects with a client certificate, or with none.
async fn connect(
    address: SocketAddr,
    root: &CertificateDer<'static>,
    certificate: Option<&CertifiedKey<KeyPair>>,
) -> TlsStream<TcpStream> {
    let mut roots = RootCertStore::empty();
    roots.add(root.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let builder = builder.with_root_certificates(roots);
    let config = match certificate {
        None => builder.with_no_client_auth(),
        Some(own) => {
            let key = PrivatePkcs8KeyDer::from(own.signing_key.serialize_der());
            builder.with_client_auth_cert(vec![own.cert.der().clone()], key.into()).unwrap()
        }
    };
    let name = ServerName::try_from("localhost").unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, TcpStream::connect(address).await.unwrap()).await.unwrap()
}
