//! Which certificate of a request counts.

use axum::body::Body;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};

use super::*;

/// 2027-01-15.
const NOW: Duration = Duration::from_secs(1_800_000_000);
const PROXY: &str = "192.0.2.1:40000";
const STRANGER: &str = "203.0.113.9:40000";

struct Scene {
    issued: Vec<u8>,
    self_signed: Vec<u8>,
    rules: CertificateRules,
    _folder: tempfile::TempDir,
}

impl Scene {
    fn new(header: CertificateHeader) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let file = folder.path().join("authorities.pem");
        std::fs::write(&file, authority.pem()).unwrap();
        let key = KeyPair::generate().unwrap();
        let params = || CertificateParams::new(["client.example".to_owned()]).unwrap();
        let issued = params().signed_by(&key, &authority).unwrap().der().to_vec();
        let self_signed = params().self_signed(&key).unwrap().der().to_vec();
        let rules = CertificateRules {
            header,
            authorities: Some(Authorities::from_pem_file(&file).unwrap()),
            now: Arc::new(|| NOW),
        };
        Self { issued, self_signed, rules, _folder: folder }
    }

    /// What is told of a request from `peer` with these headers, on a connection with `by_tls`.
    fn told(&self, peer: &str, headers: &[(&str, &str)], by_tls: Option<&[u8]>) -> String {
        let request = headers.iter().fold(Request::builder(), |request, (name, value)| request.header(*name, *value));
        let mut request = request.body(Body::empty()).unwrap();
        if let Some(der) = by_tls {
            let chain = Arc::from([CertificateDer::from(der.to_vec())]);
            request.extensions_mut().insert(PeerCertificates(chain));
        }
        let proxies = TrustedProxies::parse(["192.0.2.1"]).unwrap();
        insert(&mut request, Some(&self.rules), peer.parse().unwrap(), &proxies);
        assert!(!request.headers().contains_key("client-cert") && !request.headers().contains_key("client-cert-chain"));
        match request.extensions().get::<ClientCertificate>() {
            Some(shown) => format!("{:?} {}", shown.standing, STANDARD.encode(&shown.der)),
            None => "nothing".to_owned(),
        }
    }
}

/// The value of `Client-Cert` (RFC 9440 §2.2).
pub(crate) fn header(der: &[u8]) -> String {
    format!(":{}:", STANDARD.encode(der))
}

fn expected(standing: &str, der: &[u8]) -> String {
    format!("{standing} {}", STANDARD.encode(der))
}

/// S-051, MT-08: the header of anybody but a trusted proxy is removed and means nothing.
#[test]
fn a_certificate_header_counts_from_trusted_proxies_only() {
    let scene = Scene::new(CertificateHeader::FromProxies);
    let forged = header(&scene.issued);

    assert_eq!(scene.told(STRANGER, &[("client-cert", &forged)], None), "nothing");
    assert_eq!(scene.told(PROXY, &[("client-cert", &forged)], None), expected("Issued", &scene.issued));
    let ignoring = Scene::new(CertificateHeader::Ignored);
    assert_eq!(ignoring.told(PROXY, &[("client-cert", &header(&ignoring.issued))], None), "nothing");
}

/// S-051: a stranger's own certificate counts, whatever it says in a header; a proxy's own never does.
#[test]
fn the_certificate_of_the_connection_is_the_peers_own() {
    let scene = Scene::new(CertificateHeader::FromProxies);
    let forged = header(&scene.issued);

    let beside = scene.told(STRANGER, &[("client-cert", &forged)], Some(&scene.self_signed));
    let proxys_own = scene.told(PROXY, &[], Some(&scene.issued));

    assert_eq!(beside, expected("Unknown", &scene.self_signed));
    assert_eq!(proxys_own, "nothing");
}

/// S-051: only what an authority of the operator issued for clients, and of this moment, is more than a key.
#[test]
fn only_an_authority_of_ours_vouches_for_a_certificate() {
    let scene = Scene::new(CertificateHeader::FromProxies);
    let other = Scene::new(CertificateHeader::FromProxies);

    assert_eq!(scene.told(STRANGER, &[], Some(&scene.issued)), expected("Issued", &scene.issued));
    assert_eq!(scene.told(STRANGER, &[], Some(&other.issued)), expected("Unknown", &other.issued));
}

/// RFC 9440 §2.2: one well-formed header, or none at all.
#[test]
fn a_malformed_header_is_no_certificate() {
    let scene = Scene::new(CertificateHeader::FromProxies);
    let good = header(&scene.issued);
    let bare = STANDARD.encode(&scene.issued);
    let long = header(&[0; MAX_CERTIFICATE_BYTES + 1]);
    for headers in [
        &[("client-cert", "")][..],
        &[("client-cert", "::")],
        &[("client-cert", bare.as_str())],
        &[("client-cert", ":not base64:")],
        &[("client-cert", good.as_str()), ("client-cert", good.as_str())],
        &[("client-cert", good.as_str()), ("client-cert-chain", "x")],
        &[("client-cert", long.as_str())],
        &[("client-cert-chain", good.as_str())],
    ] {
        assert_eq!(scene.told(PROXY, headers, None), "nothing", "{headers:?}");
    }
    let with_chain = [("client-cert", good.as_str()), ("client-cert-chain", good.as_str())];
    assert_eq!(scene.told(PROXY, &with_chain, None), expected("Issued", &scene.issued));
}

#[test]
fn a_file_without_authorities_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("authorities.pem");

    assert!(matches!(Authorities::from_pem_file(&file), Err(AuthoritiesError::File { .. })));
    std::fs::write(&file, "").unwrap();
    assert!(matches!(Authorities::from_pem_file(&file), Err(AuthoritiesError::Unusable { .. })));
}

/// RFC 9440 §2.2: what is taken from a header is what stands between its colons, from a proxy alone.
#[test]
fn headers_of_proxies_under_mutation() {
    let rules = CertificateRules { header: CertificateHeader::FromProxies, authorities: None, now: Arc::new(|| NOW) };
    let proxies = TrustedProxies::parse(["192.0.2.1"]).unwrap();
    let shown = |line: &[u8], peer: &str| {
        let mut request = Request::builder().header("client-cert", line).body(Body::empty()).ok()?;
        insert(&mut request, Some(&rules), peer.parse().unwrap(), &proxies);
        assert!(!request.headers().contains_key("client-cert"));
        request.extensions_mut().remove::<ClientCertificate>()
    };
    portreeve_fuzz::drive("client_cert", |line| {
        assert_eq!(shown(line, STRANGER), None);
        let Some(certificate) = shown(line, PROXY) else { return false };
        let text = std::str::from_utf8(line).unwrap().trim();
        assert_eq!(header(&certificate.der), text);
        assert!(certificate.standing == Standing::Unknown && certificate.der.len() <= MAX_CERTIFICATE_BYTES);
        true
    });
}
