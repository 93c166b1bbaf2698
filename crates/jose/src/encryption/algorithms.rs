//! The algorithms of JWE that exist here.
//!
//! Owns the names. There is deliberately no RSA1_5 (RFC 8725 §3.2), no RSA-OAEP with SHA-1, no symmetric key management and
//! no password. RFC 7518 §4.1, §5.1.

use josekit::jwe::JweContentEncryption;
use josekit::jwe::alg::ecdh_es::EcdhEsJweAlgorithm;
use josekit::jwe::enc::aescbc_hmac::AescbcHmacJweEncryption;
use josekit::jwe::enc::aesgcm::AesgcmJweEncryption;

/// How the content key reaches its reader: `alg`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyManagement {
    /// RSA with OAEP and SHA-256.
    RsaOaep256,
    /// An agreed key is the content key.
    EcdhEs,
    /// An agreed key wraps it with AES-128.
    EcdhEsA128Kw,
    /// An agreed key wraps it with AES-256.
    EcdhEsA256Kw,
}

/// How the content is encrypted: `enc`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ContentEncryption {
    /// AES-128 in CBC mode with HMAC SHA-256.
    A128CbcHs256,
    /// AES-128 in Galois/Counter Mode.
    A128Gcm,
    /// AES-256 in Galois/Counter Mode.
    A256Gcm,
}

/// Both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Encryption {
    /// `alg`.
    pub key_management: KeyManagement,
    /// `enc`.
    pub content: ContentEncryption,
}

impl KeyManagement {
    /// Every algorithm there is.
    pub const ALL: [Self; 4] = [Self::RsaOaep256, Self::EcdhEs, Self::EcdhEsA128Kw, Self::EcdhEsA256Kw];

    /// The name in `alg`, exactly as registered.
    pub const fn name(self) -> &'static str {
        match self {
            Self::RsaOaep256 => "RSA-OAEP-256",
            Self::EcdhEs => "ECDH-ES",
            Self::EcdhEsA128Kw => "ECDH-ES+A128KW",
            Self::EcdhEsA256Kw => "ECDH-ES+A256KW",
        }
    }

    /// The algorithm of that name; `None` for every other text.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }

    /// The elliptic form of it; `None` for RSA.
    pub(super) const fn elliptic(self) -> Option<EcdhEsJweAlgorithm> {
        match self {
            Self::RsaOaep256 => None,
            Self::EcdhEs => Some(EcdhEsJweAlgorithm::EcdhEs),
            Self::EcdhEsA128Kw => Some(EcdhEsJweAlgorithm::EcdhEsA128kw),
            Self::EcdhEsA256Kw => Some(EcdhEsJweAlgorithm::EcdhEsA256kw),
        }
    }
}

impl ContentEncryption {
    /// Every algorithm there is.
    pub const ALL: [Self; 3] = [Self::A128CbcHs256, Self::A128Gcm, Self::A256Gcm];

    /// The name in `enc`, exactly as registered.
    pub const fn name(self) -> &'static str {
        match self {
            Self::A128CbcHs256 => "A128CBC-HS256",
            Self::A128Gcm => "A128GCM",
            Self::A256Gcm => "A256GCM",
        }
    }

    /// The algorithm of that name; `None` for every other text.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }

    /// How long the content key is, in bytes.
    pub(super) const fn key_bytes(self) -> usize {
        match self {
            Self::A128Gcm => 16,
            Self::A128CbcHs256 | Self::A256Gcm => 32,
        }
    }

    /// How long the initialization vector is, in bytes.
    pub(super) const fn iv_bytes(self) -> usize {
        match self {
            Self::A128Gcm | Self::A256Gcm => 12,
            Self::A128CbcHs256 => 16,
        }
    }

    /// Whoever does it.
    pub(super) const fn cipher(self) -> &'static dyn JweContentEncryption {
        match self {
            Self::A128CbcHs256 => &AescbcHmacJweEncryption::A128cbcHs256,
            Self::A128Gcm => &AesgcmJweEncryption::A128gcm,
            Self::A256Gcm => &AesgcmJweEncryption::A256gcm,
        }
    }
}
