//! The keys that others encrypt to us with.
//!
//! Owns generating, parsing (once), publishing and decrypting. Whatever fails gives one answer: what part of a forged token
//! was wrong is nobody's business (RFC 7516 §11.5). Leaves storage of the PKCS#8 (sealed) and the schedule to others.
//! RFC 7516 §5.2, RFC 7518 §4.3, §4.6, §5.2.2.2.

use std::sync::OnceLock;

use aws_lc_rs::{constant_time, hmac};
use josekit::jwe::alg::ecdh_es::EcdhEsJweDecrypter;
use josekit::jwe::alg::rsaes::RsaesJweDecrypter;
use josekit::jwe::{JweDecrypter, RSA_OAEP_256};
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::message::EncryptedMessage;
use super::{ContentEncryption, Encryption, KeyManagement, openssl};
use crate::algorithm::Algorithm;
use crate::rejection::Rejection;
use crate::signing_key::{SigningError, SigningKey};

/// What kind of key it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DecryptionKeyType {
    /// P-256, for ECDH-ES with and without wrapping.
    Elliptic,
    /// RSA with 2048 bits, for RSA-OAEP-256.
    Rsa,
}

/// A private key, checked, with its public half at hand.
pub struct DecryptionKey {
    key_type: DecryptionKeyType,
    pkcs8: Zeroizing<Vec<u8>>,
    /// Made for the first message that is for this key. Few deployments get one, and OpenSSL takes a fifth of a start to get ready.
    decrypters: OnceLock<Vec<(KeyManagement, Box<dyn JweDecrypter>)>>,
    key_id: String,
    public_jwk: Map<String, Value>,
}

/// The keys of one reader.
#[derive(Default)]
pub struct DecryptionKeys(Vec<DecryptionKey>);

impl DecryptionKeyType {
    /// Every type, in the order of publication.
    pub const ALL: [Self; 2] = [Self::Elliptic, Self::Rsa];

    /// The `kty` of RFC 7518 §6.1.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Elliptic => "EC",
            Self::Rsa => "RSA",
        }
    }

    /// The type of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.name() == name)
    }

    /// The type of the keys that `algorithm` takes.
    fn for_algorithm(algorithm: KeyManagement) -> Self {
        if algorithm.elliptic().is_some() { Self::Elliptic } else { Self::Rsa }
    }

    /// The signature algorithm whose keys have the same form.
    const fn form(self) -> Algorithm {
        match self {
            Self::Elliptic => Algorithm::Es256,
            Self::Rsa => Algorithm::Rs256,
        }
    }
}

impl DecryptionKey {
    /// Makes a new key: its unencrypted PKCS#8 DER, erased when dropped.
    ///
    /// RSA takes from a tenth of a second to several; run it away from request handling.
    ///
    /// # Errors
    /// The library failed.
    pub fn generate(key_type: DecryptionKeyType) -> Result<Zeroizing<Vec<u8>>, SigningError> {
        SigningKey::generate(key_type.form()).map(|generated| generated.pkcs8)
    }

    /// Parses a private key in unencrypted PKCS#8 DER.
    ///
    /// # Errors
    /// [`SigningError::KeyRejected`].
    pub fn from_pkcs8(key_type: DecryptionKeyType, pkcs8: &[u8]) -> Result<Self, SigningError> {
        let public = SigningKey::from_pkcs8(key_type.form(), pkcs8)?;
        let mut public_jwk = public.public_jwk();
        public_jwk.insert("use".to_owned(), "enc".into());
        match key_type {
            // The three ways of ECDH share it.
            DecryptionKeyType::Elliptic => public_jwk.remove("alg"),
            DecryptionKeyType::Rsa => public_jwk.insert("alg".to_owned(), KeyManagement::RsaOaep256.name().into()),
        };
        Ok(Self {
            key_type,
            pkcs8: Zeroizing::new(pkcs8.to_vec()),
            decrypters: OnceLock::new(),
            key_id: public.kid().to_owned(),
            public_jwk,
        })
    }

    /// What kind of key it is.
    pub fn key_type(&self) -> DecryptionKeyType {
        self.key_type
    }

    /// The key id: the SHA-256 thumbprint of the public key. RFC 7638.
    pub fn kid(&self) -> &str {
        &self.key_id
    }

    /// The public key as it stands in a JWK set: key members, `kid`, `use` = `enc`.
    pub fn public_jwk(&self) -> &Map<String, Value> {
        &self.public_jwk
    }

    /// `None` for an algorithm of another type of key.
    fn decrypter(&self, algorithm: KeyManagement) -> Option<&dyn JweDecrypter> {
        let decrypters = self.decrypters.get_or_init(|| {
            let _one_at_a_time = openssl::reading();
            let is_its = |algorithm: &KeyManagement| DecryptionKeyType::for_algorithm(*algorithm) == self.key_type;
            let algorithms = KeyManagement::ALL.into_iter().filter(is_its);
            algorithms.filter_map(|algorithm| Some((algorithm, decrypter(algorithm, &self.pkcs8)?))).collect()
        });
        let (_, decrypter) = decrypters.iter().find(|(made_for, _)| *made_for == algorithm)?;
        Some(decrypter.as_ref())
    }
}

impl DecryptionKeys {
    /// The keys of one reader.
    pub fn new(keys: Vec<DecryptionKey>) -> Self {
        Self(keys)
    }

    /// Every key.
    pub fn iter(&self) -> impl Iterator<Item = &DecryptionKey> {
        self.0.iter()
    }

    /// Decrypts a token of at most `max_bytes`, by one of the algorithms here: the key that its `kid` names, or, without,
    /// the one that fits. What comes out was written by anybody: look for a signature in it.
    ///
    /// # Errors
    /// See [`Rejection`]; `DecryptionFailed` for whatever depends on a key.
    pub fn decrypt(&self, token: &str, max_bytes: usize) -> Result<Zeroizing<Vec<u8>>, Rejection> {
        let message = EncryptedMessage::parse(token, max_bytes)?;
        let algorithm = message.encryption.key_management;
        let key_type = DecryptionKeyType::for_algorithm(algorithm);
        let is_named = |key: &DecryptionKey| message.key_id.as_ref().is_none_or(|key_id| *key_id == key.key_id);
        let mut fitting = self.iter().filter(|key| key.key_type == key_type && is_named(key)).peekable();
        if fitting.peek().is_none() {
            return Err(Rejection::KeyNotFound);
        }
        fitting.find_map(|key| open(&message, key.decrypter(algorithm)?)).ok_or(Rejection::DecryptionFailed)
    }
}

fn decrypter(algorithm: KeyManagement, pkcs8: &[u8]) -> Option<Box<dyn JweDecrypter>> {
    match algorithm.elliptic() {
        Some(elliptic) => {
            let decrypter: EcdhEsJweDecrypter = elliptic.decrypter_from_der(pkcs8).ok()?;
            Some(Box::new(decrypter))
        }
        None => {
            let decrypter: RsaesJweDecrypter = RSA_OAEP_256.decrypter_from_der(pkcs8).ok()?;
            Some(Box::new(decrypter))
        }
    }
}

fn open(message: &EncryptedMessage<'_>, decrypter: &dyn JweDecrypter) -> Option<Zeroizing<Vec<u8>>> {
    let Encryption { content, .. } = message.encryption;
    let encrypted_key = Some(message.encrypted_key.as_slice()).filter(|key| !key.is_empty());
    let key = decrypter.decrypt(encrypted_key, content.cipher(), &message.header).ok()?;
    let key = Zeroizing::new(key.into_owned());
    if key.len() != content.key_bytes() || !is_authentic(message, &key) {
        return None;
    }
    let (iv, tag, protected) =
        (Some(message.iv.as_slice()), Some(message.tag.as_slice()), message.protected.as_bytes());
    content.cipher().decrypt(&key, iv, &message.ciphertext, protected, tag).ok().map(Zeroizing::new)
}

/// The tag of CBC, before anything is decrypted: `josekit` unpads first and looks at the tag afterwards, in a time that tells
/// a forger how the padding was. Galois/Counter Mode checks its own. RFC 7518 §5.2.2.2.
fn is_authentic(message: &EncryptedMessage<'_>, key: &[u8]) -> bool {
    if message.encryption.content != ContentEncryption::A128CbcHs256 {
        return true;
    }
    let (mac_key, _) = key.split_at(key.len() / 2);
    let protected_bits = (message.protected.len() as u64) * 8;
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, mac_key));
    for part in [message.protected.as_bytes(), &message.iv, &message.ciphertext, &protected_bits.to_be_bytes()] {
        context.update(part);
    }
    let full = context.sign();
    let tag = full.as_ref().get(..message.tag.len()).unwrap_or_default();
    constant_time::verify_slices_are_equal(tag, &message.tag).is_ok()
}
