//! The keys we sign with.
//!
//! Owns generating, parsing (once) and signing: ES256, EdDSA, PS256 and RS256, with aws-lc-rs.
//! Leaves storage of the PKCS#8 (sealed), rotation and publication to others. One key serves one
//! algorithm. RFC 7515 §5.1, RFC 7518 §3, SECURITY rule 12.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{self, KeySize};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RSA_PSS_SHA256,
    RsaEncoding,
};
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use crate::algorithm::Algorithm;
use crate::base64url;
use crate::public_key::{PublicKey, to_pem};

/// Why a key could not be made or did not sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SigningError {
    /// We issue with ES256, EdDSA, PS256 and RS256 only.
    #[error("{} is not an algorithm we sign with", .0.name())]
    AlgorithmNotIssued(Algorithm),
    /// The PKCS#8 is not a key of this algorithm, or an RSA key under 2048 bits.
    #[error("not a private key of this algorithm")]
    KeyRejected,
    /// `typ` has characters other than letters, digits and `+-./_`.
    #[error("the token type is not a media type name")]
    TypMalformed,
    /// The cryptographic library failed.
    #[error("the cryptographic library refused a well-formed call")]
    LibraryRefused,
}

/// A new private key, to be sealed and stored.
pub struct GeneratedKey {
    /// The algorithm it was made for.
    pub algorithm: Algorithm,
    /// Unencrypted PKCS#8 DER; erased when dropped.
    pub pkcs8: Zeroizing<Vec<u8>>,
}

/// A private key, parsed, with its public half and the start of its header at hand.
pub struct SigningKey {
    algorithm: Algorithm,
    private: PrivateKey,
    public: PublicKey,
    subject_public_key_info: Vec<u8>,
    key_id: String,
    header_start: String,
}

enum PrivateKey {
    Ecdsa(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
    Rsa { pair: rsa::KeyPair, padding: &'static dyn RsaEncoding },
}

impl SigningKey {
    /// Makes a new key: P-256, Ed25519 or RSA with 2048 bits.
    ///
    /// RSA takes from a tenth of a second to several; run it away from request handling.
    ///
    /// # Errors
    /// [`SigningError::AlgorithmNotIssued`], or the library failed.
    pub fn generate(algorithm: Algorithm) -> Result<GeneratedKey, SigningError> {
        let refused = |_| SigningError::LibraryRefused;
        let pkcs8 = match algorithm {
            Algorithm::Es256 => EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)
                .and_then(|pair| Ok(pair.to_pkcs8v1()?.as_ref().to_vec())),
            Algorithm::EdDsa => Ed25519KeyPair::generate().and_then(|pair| Ok(pair.to_pkcs8v1()?.as_ref().to_vec())),
            Algorithm::Ps256 | Algorithm::Rs256 => rsa::KeyPair::generate(KeySize::Rsa2048).and_then(|pair| {
                let der: Pkcs8V1Der<'_> = pair.as_der()?;
                Ok(der.as_ref().to_vec())
            }),
            other => return Err(SigningError::AlgorithmNotIssued(other)),
        };
        Ok(GeneratedKey { algorithm, pkcs8: Zeroizing::new(pkcs8.map_err(refused)?) })
    }

    /// Parses a private key in unencrypted PKCS#8 DER.
    ///
    /// # Errors
    /// [`SigningError::AlgorithmNotIssued`], [`SigningError::KeyRejected`].
    pub fn from_pkcs8(algorithm: Algorithm, pkcs8: &[u8]) -> Result<Self, SigningError> {
        let private = match algorithm {
            Algorithm::Es256 => PrivateKey::Ecdsa(
                EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8)
                    .map_err(|_| SigningError::KeyRejected)?,
            ),
            Algorithm::EdDsa => {
                PrivateKey::Ed25519(Ed25519KeyPair::from_pkcs8(pkcs8).map_err(|_| SigningError::KeyRejected)?)
            }
            Algorithm::Ps256 => PrivateKey::rsa(pkcs8, &RSA_PSS_SHA256)?,
            Algorithm::Rs256 => PrivateKey::rsa(pkcs8, &RSA_PKCS1_SHA256)?,
            other => return Err(SigningError::AlgorithmNotIssued(other)),
        };
        let public = private.public()?;
        let key_id = public.thumbprint();
        // Neither value needs escaping: a fixed name and base64url.
        let header_start = format!(r#"{{"alg":"{}","kid":"{key_id}","typ":""#, algorithm.name());
        Ok(Self {
            algorithm,
            subject_public_key_info: private.subject_public_key_info()?,
            private,
            public,
            key_id,
            header_start,
        })
    }

    /// The algorithm this key signs with.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The key id: the SHA-256 thumbprint of the public key, 43 characters. RFC 7638.
    pub fn kid(&self) -> &str {
        &self.key_id
    }

    /// The public key as it stands in a JWK set: key members, `kid`, `use` = `sig`, `alg`.
    pub fn public_jwk(&self) -> Map<String, Value> {
        let own = [("kid", self.key_id.as_str()), ("use", "sig"), ("alg", self.algorithm.name())];
        self.public
            .members()
            .into_iter()
            .chain(own)
            .map(|(name, value)| (name.to_owned(), Value::from(value)))
            .collect()
    }

    /// The public key as PEM SubjectPublicKeyInfo, for gateways that take no JWK.
    pub fn public_pem(&self) -> String {
        to_pem(&self.subject_public_key_info)
    }

    /// Signs claims and returns the compact token.
    ///
    /// `typ` is the token type without `application/`, such as `at+jwt`; `claims` is one JSON object,
    /// taken as it is. The header holds `alg`, `kid` and `typ`. RFC 7515 §5.1 and §7.1.
    ///
    /// # Errors
    /// [`SigningError::TypMalformed`], or the library failed.
    pub fn sign(&self, typ: &str, claims: &[u8]) -> Result<String, SigningError> {
        let is_token_char = |byte: u8| byte.is_ascii_alphanumeric() || b"+-./_".contains(&byte);
        if typ.is_empty() || !typ.bytes().all(is_token_char) {
            return Err(SigningError::TypMalformed);
        }
        let mut header = String::with_capacity(self.header_start.len() + typ.len() + 2);
        header.push_str(&self.header_start);
        header.push_str(typ);
        header.push_str("\"}");

        let longest_signature = self.private.signature_len();
        let mut token = String::with_capacity(
            base64url::encoded_len(header.len())
                + base64url::encoded_len(claims.len())
                + base64url::encoded_len(longest_signature)
                + 2,
        );
        base64url::encode_to(&header, &mut token);
        token.push('.');
        base64url::encode_to(claims, &mut token);
        let signature = self.private.sign(token.as_bytes())?;
        token.push('.');
        base64url::encode_to(signature, &mut token);
        Ok(token)
    }
}

impl PrivateKey {
    fn rsa(pkcs8: &[u8], padding: &'static dyn RsaEncoding) -> Result<Self, SigningError> {
        let pair = rsa::KeyPair::from_pkcs8(pkcs8).map_err(|_| SigningError::KeyRejected)?;
        Ok(Self::Rsa { pair, padding })
    }

    fn public(&self) -> Result<PublicKey, SigningError> {
        match self {
            Self::Ecdsa(pair) => {
                // Uncompressed point: 0x04, x, y.
                match pair.public_key().as_ref() {
                    [4, coordinates @ ..] if coordinates.len() == 64 => {
                        let (x, y) = coordinates.split_at(32);
                        Ok(PublicKey::Ec { x: base64url::encode(x), y: base64url::encode(y) })
                    }
                    _ => Err(SigningError::LibraryRefused),
                }
            }
            Self::Ed25519(pair) => Ok(PublicKey::Okp { x: base64url::encode(pair.public_key()) }),
            Self::Rsa { pair, .. } => {
                let public = pair.public_key();
                Ok(PublicKey::Rsa {
                    n: base64url::encode(public.modulus().big_endian_without_leading_zero()),
                    e: base64url::encode(public.exponent().big_endian_without_leading_zero()),
                })
            }
        }
    }

    fn subject_public_key_info(&self) -> Result<Vec<u8>, SigningError> {
        let der: Result<PublicKeyX509Der<'_>, _> = match self {
            Self::Ecdsa(pair) => pair.public_key().as_der(),
            Self::Ed25519(pair) => pair.public_key().as_der(),
            Self::Rsa { pair, .. } => pair.public_key().as_der(),
        };
        der.map(|der| der.as_ref().to_vec()).map_err(|_| SigningError::LibraryRefused)
    }

    fn signature_len(&self) -> usize {
        match self {
            Self::Ecdsa(_) | Self::Ed25519(_) => 64,
            Self::Rsa { pair, .. } => pair.public_modulus_len(),
        }
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SigningError> {
        let random = SystemRandom::new();
        let signature = match self {
            Self::Ecdsa(pair) => pair.sign(&random, message).map(|signature| signature.as_ref().to_vec()),
            Self::Ed25519(pair) => pair.try_sign(message).map(|signature| signature.as_ref().to_vec()),
            Self::Rsa { pair, padding } => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(*padding, &random, message, &mut signature).map(|()| signature)
            }
        };
        signature.map_err(|_| SigningError::LibraryRefused)
    }
}

#[cfg(test)]
mod tests;
