//! A certificate authority of the tests' own: mod_auth_openidc refuses plain http, and no gateway may be told to trust blindly.

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, KeyPair, KeyUsagePurpose};

/// An authority and the certificate for `localhost` that it issued.
pub(crate) struct Authority {
    certificate: reqwest::Certificate,
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
        let mut params = CertificateParams::new(["localhost".to_owned()]).expect("localhost is a name");
        params.distinguished_name.push(DnType::CommonName, "localhost");
        params.use_authority_key_identifier_extension = true;
        let localhost = params.signed_by(&key, &issuer).expect("the servers' certificate");
        Self {
            certificate: reqwest::Certificate::from_der(ca.der()).expect("a certificate"),
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
        CertificateFiles {
            ca: write("ca.pem", &self.ca_pem),
            certificate: write("localhost.pem", &self.localhost_pem),
            key: write("localhost.key", &self.localhost_key_pem),
        }
    }

    /// Returns an HTTP client that trusts this authority alone and follows no redirects.
    pub(crate) fn client(&self) -> reqwest::Client {
        reqwest::Client::builder()
            .tls_certs_only([self.certificate.clone()])
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .expect("an HTTP client")
    }
}

/// Returns the origin by which clients reach a server at a loopback address.
pub(crate) fn origin(address: SocketAddr) -> String {
    format!("https://localhost:{}", address.port())
}
