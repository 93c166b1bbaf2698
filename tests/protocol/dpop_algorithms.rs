//! Proofs by every algorithm that the metadata lists, and by others. RFC 9449 §4.3, §5.1.

use aws_lc_rs::{rand::SystemRandom, rsa, signature::RSA_PSS_SHA256};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use portreeve_crypto::sha256;
use portreeve_jose::{Algorithm, SigningKey};
use portreeve_tests::{
    deployment::{Deployment, on_both},
    dpop::{proof_claims, with_proof},
    jwt,
    relying_party::RelyingParty,
};
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ED25519, PublicKeyData, SigningKey as _};
use serde_json::{Value, json};

use crate::fapi2::strict;

const TOKEN: &str = "/oauth2/token";
/// Algorithms that a client could prove a key with, whoever lists them.
pub(crate) const KNOWN: [&str; 5] = ["ES256", "PS256", "EdDSA", "ES384", "RS256"];

/// How a key signs.
type Sign = Box<dyn Fn(&[u8]) -> Vec<u8>>;

/// A key of a client, and how it signs.
pub(crate) struct Prover {
    pub(crate) algorithm: &'static str,
    /// The members that make the thumbprint (RFC 7638 §3.2, RFC 8037 §2), in their order.
    key: Vec<(&'static str, String)>,
    sign: Sign,
}

impl Prover {
    pub(crate) fn new(algorithm: &'static str) -> Self {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let on_curve = |pair: KeyPair, curve: &str, size: usize| {
            let (x, y) = pair.der_bytes()[1..].split_at(size);
            let key = vec![("crv", curve.to_owned()), ("kty", "EC".to_owned()), ("x", text(x)), ("y", text(y))];
            let sign = move |input: &[u8]| fixed_length(&pair.sign(input).unwrap(), size);
            Self { algorithm, key, sign: Box::new(sign) }
        };
        match algorithm {
            "ES256" => on_curve(KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap(), "P-256", 32),
            "ES384" => on_curve(KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).unwrap(), "P-384", 48),
            "EdDSA" => {
                let pair = KeyPair::generate_for(&PKCS_ED25519).unwrap();
                let x = text(pair.der_bytes());
                let key = vec![("crv", "Ed25519".to_owned()), ("kty", "OKP".to_owned()), ("x", x)];
                Self { algorithm, key, sign: Box::new(move |input| pair.sign(input).unwrap()) }
            }
            _ => {
                let pkcs8 = SigningKey::generate(Algorithm::Ps256).unwrap().pkcs8;
                let jwk = SigningKey::from_pkcs8(Algorithm::Ps256, &pkcs8).unwrap().public_jwk();
                let member = |name: &'static str| (name, jwk[name].as_str().unwrap().to_owned());
                let sign: Sign = if algorithm == "PS256" {
                    let pair = rsa::KeyPair::from_pkcs8(&pkcs8).unwrap();
                    Box::new(move |input| {
                        let mut signature = vec![0; pair.public_modulus_len()];
                        pair.sign(&RSA_PSS_SHA256, &SystemRandom::new(), input, &mut signature).unwrap();
                        signature
                    })
                } else {
                    let pair = KeyPair::try_from(pkcs8.as_slice()).unwrap();
                    Box::new(move |input| pair.sign(input).unwrap())
                };
                Self { algorithm, key: vec![member("e"), member("kty"), member("n")], sign }
            }
        }
    }

    fn thumbprint(&self) -> String {
        let members: Vec<_> = self.key.iter().map(|(name, value)| format!("\"{name}\":\"{value}\"")).collect();
        URL_SAFE_NO_PAD.encode(sha256(format!("{{{}}}", members.join(",")).as_bytes()).as_bytes())
    }

    fn proof(&self, at: &Deployment) -> String {
        self.proof_for(at, TOKEN)
    }

    /// A proof for a POST to a path below the host.
    pub(crate) fn proof_for(&self, at: &Deployment, path: &str) -> String {
        let jwk: Value = self.key.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
        let header = json!({ "typ": "dpop+jwt", "alg": self.algorithm, "jwk": jwk });
        let input = format!("{}.{}", jwt::encoded(&header), jwt::encoded(&proof_claims(at, "POST", path)));
        format!("{input}.{}", URL_SAFE_NO_PAD.encode((self.sign)(input.as_bytes())))
    }
}

/// Turns the DER of an ECDSA signature, SEQUENCE { r, s }, into the two integers of JWS (RFC 7518 §3.4).
fn fixed_length(der: &[u8], size: usize) -> Vec<u8> {
    let integer = |der: &[u8]| {
        let (bytes, rest) = der[2..].split_at(usize::from(der[1]));
        let significant = &bytes[bytes.len().saturating_sub(size)..];
        ([vec![0; size - significant.len()], significant.to_vec()].concat(), rest.to_vec())
    };
    let (first, rest) = integer(&der[2..]);
    [first, integer(&rest).0].concat()
}

/// DP-01, DP-12, F2-15: a key is proven by each algorithm that is listed, in every profile, and by no other.
#[test]
fn every_advertised_algorithm_proves_a_key_and_no_other() {
    on_both(async |at| {
        at.apply(&strict(&at.client_key(), "profile = \"fapi2\"\n")).await;
        let listed = at.discovery().await["dpop_signing_alg_values_supported"].clone();
        for tenant in ["certified", "strict"] {
            let document = at.get(&format!("/t/{tenant}/.well-known/openid-configuration"), &[]).await.success();
            assert_eq!(document["dpop_signing_alg_values_supported"], listed, "{tenant}");
        }
        let listed: Vec<_> = listed.as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect();
        assert!(
            listed.iter().all(|name| KNOWN.contains(&name.as_str())),
            "nobody here proves a key by one of {listed:?}"
        );

        for (client, algorithm) in ["service", "keyed"].into_iter().flat_map(|c| KNOWN.map(|algorithm| (c, algorithm)))
        {
            let prover = Prover::new(algorithm);
            let pairs = [("grant_type", "client_credentials"), ("scope", "orders.read")];
            let asked = with_proof(RelyingParty::new(at, client).prepared(TOKEN, &pairs), &prover.proof(at));

            let reply = at.send(asked).await;

            if listed.iter().any(|name| name == algorithm) {
                let answer = reply.success();
                assert_eq!(answer["token_type"], "DPoP", "{client} {algorithm}");
                let bound_to = jwt::claims(answer["access_token"].as_str().unwrap())["cnf"].clone();
                assert_eq!(bound_to, json!({ "jkt": prover.thumbprint() }), "{client} {algorithm}");
            } else {
                assert_eq!(reply.error(), (400, "invalid_dpop_proof".to_owned()), "{client} {algorithm}");
            }
        }
    });
}
