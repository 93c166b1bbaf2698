//! Certificates of clients, and the authority that issued some of them; made once a process.
//!
//! Owns the certificates. A request shows one as if it had come by TLS with it: see [`showing`]. RFC 8705.

use std::sync::{Arc, OnceLock};

use axum::body::Body;
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use http::Request;
use portreeve_crypto::sha256;
use portreeve_http_kit::listener::PeerCertificates;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, PublicKeyData};
use serde_json::{Value, json};

/// The DNS name in the certificates of the authority.
pub const CLIENT_NAME: &str = "client.example";

/// The certificates of a process.
pub struct Certificates {
    /// The authority, PEM.
    pub authority: String,
    /// Issued by it for [`CLIENT_NAME`], DER.
    pub issued: Vec<u8>,
    /// Issued by it for somebody else.
    pub of_other: Vec<u8>,
    /// Names [`CLIENT_NAME`] too, and nobody vouches for it.
    pub self_signed: Vec<u8>,
    /// The key set that registers `self_signed`.
    pub jwks: Value,
    /// As `self_signed`, of another key: what a client rotates to.
    pub rotated: Vec<u8>,
    /// The key set that registers `rotated`.
    pub rotated_jwks: Value,
}

/// Returns the certificates of this process.
///
/// # Panics
///
/// When they cannot be made.
pub fn certificates() -> &'static Certificates {
    static MADE: OnceLock<Certificates> = OnceLock::new();
    MADE.get_or_init(|| {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = || KeyPair::generate().expect("a key");
        let authority = CertifiedIssuer::self_signed(params, key()).expect("an authority");
        let named = |name: &str| CertificateParams::new([name.to_owned()]).expect("a name");
        let issued = |name: &str| named(name).signed_by(&key(), &authority).expect("a certificate").der().to_vec();
        let own = key();
        let self_signed = |key| named(CLIENT_NAME).self_signed(key).expect("a certificate").der().to_vec();
        let next = key();
        let (self_signed, rotated) = (self_signed(&own), self_signed(&next));
        Certificates {
            authority: authority.pem(),
            issued: issued(CLIENT_NAME),
            of_other: issued("other.example"),
            jwks: jwks(&own, &self_signed),
            rotated_jwks: jwks(&next, &rotated),
            self_signed,
            rotated,
        }
    })
}

/// Shows a certificate with a request, as its sender would in the TLS handshake.
pub fn showing(mut request: Request<Body>, der: &[u8]) -> Request<Body> {
    request.extensions_mut().insert(PeerCertificates(Arc::from([der.to_vec().into()])));
    request
}

/// Returns the thumbprint of a certificate: `x5t#S256`.
pub fn thumbprint(der: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(sha256(der).as_bytes())
}

/// Returns the value of the header of RFC 9440.
pub fn client_cert(der: &[u8]) -> String {
    format!(":{}:", STANDARD.encode(der))
}

fn jwks(key: &KeyPair, der: &[u8]) -> Value {
    let [4, coordinates @ ..] = key.der_bytes() else { panic!("not an uncompressed point") };
    let (x, y) = coordinates.split_at(32);
    json!({ "keys": [{
        "kty": "EC", "crv": "P-256", "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y),
        "x5c": [STANDARD.encode(der)],
    }] })
}
