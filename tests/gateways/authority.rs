//! A certificate authority of the tests' own: mod_auth_openidc refuses plain http, and no gateway may be told to trust blindly.

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, KeyPair, KeyUsagePurpose, PKCS_RSA_SHA256, RsaKeySize};
use reqwest::{Certificate, Client, ClientBuilder, Identity, redirect::Policy};

/// An authority and the certificate for this machine that it issued.
pub(crate) struct Authority {
    certificate: Certificate,
    ca_pem: String,
    localhost_pem: String,
    localhost_key_pem: String,
}

/// An authority's files in the folder of somebody who needs them.
pub(crate) struct CertificateFiles {
    /// The authority's certificate.
    pub(crate) ca: PathBuf,
    /// The certificate for `localhost`.
    pub(crate) certificate: PathBuf,
    /// The key of that certificate.
    pub(crate) key: PathBuf,
    /// A certificate that says what [`CertificateFiles::signing_key`] is; nobody vouches for it.
    pub(crate) signing_certificate: PathBuf,
    /// A key of a client: mod_auth_openidc signs with RSA alone.
    pub(crate) signing_key: PathBuf,
}

impl Authority {
    /// Makes an authority that nobody has seen before.
    pub(crate) fn new() -> Self {
        let key = KeyPair::generate().expect("a key for the authority");
        let mut params = CertificateParams::new([]).expect("no names");
        params.distinguished_name.push(DnType::CommonName, "Authority of a test");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
        let ca = params.self_signed(&key).expect("the authority's certificate");
        let issuer = rcgen::Issuer::new(params, key);

        let key = KeyPair::generate().expect("a key for the servers");
        let mut params = CertificateParams::new(["localhost", "127.0.0.1"].map(str::to_owned)).expect("names");
        params.distinguished_name.push(DnType::CommonName, "localhost");
        params.use_authority_key_identifier_extension = true;
        let localhost = params.signed_by(&key, &issuer).expect("the servers' certificate");
        Self {
            certificate: Certificate::from_der(ca.der()).expect("a certificate"),
            ca_pem: ca.pem(),
            localhost_pem: localhost.pem(),
            localhost_key_pem: key.serialize_pem(),
        }
    }

    /// Writes the certificates and the key into `folder`: a server runs as a user who may read nobody else's.
    pub(crate) fn install(&self, folder: &Path) -> CertificateFiles {
        let write = |name: &str, pem: &str| {
            let path = folder.join(name);
            fs::write(&path, pem).expect("write a certificate");
            path
        };
        let (signing_certificate, signing_key) = signing_pair();
        CertificateFiles {
            ca: write("ca.pem", &self.ca_pem),
            certificate: write("localhost.pem", &self.localhost_pem),
            key: write("localhost.key", &self.localhost_key_pem),
            signing_certificate: write("signing.crt", signing_certificate),
            signing_key: write("signing.key", signing_key),
        }
    }

    /// Returns an HTTP client that trusts this authority alone and follows no redirects.
    pub(crate) fn client(&self) -> Client {
        self.trusting().build().expect("an HTTP client")
    }

    /// Returns such a client that shows a certificate that nobody has seen before.
    pub(crate) fn certified_client(&self) -> Client {
        let key = KeyPair::generate().expect("a key");
        let certificate = CertificateParams::default().self_signed(&key).expect("a certificate");
        let shown = Identity::from_pem(format!("{}{}", certificate.pem(), key.serialize_pem()).as_bytes());
        self.trusting().identity(shown.expect("an identity")).build().expect("an HTTP client")
    }

    fn trusting(&self) -> ClientBuilder {
        Client::builder().tls_certs_only([self.certificate.clone()]).redirect(Policy::none())
    }
}

/// Returns the origin by which clients reach a server at a loopback address.
pub(crate) fn origin(address: SocketAddr) -> String {
    format!("https://localhost:{}", address.port())
}

/// A certificate and its RSA key, PEM, made once: it takes a while.
fn signing_pair() -> &'static (String, String) {
    static MADE: OnceLock<(String, String)> = OnceLock::new();
    MADE.get_or_init(|| {
        let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).expect("an RSA key");
        let certificate = CertificateParams::default().self_signed(&key).expect("a certificate");
        (certificate.pem(), key.serialize_pem())
    })
}
