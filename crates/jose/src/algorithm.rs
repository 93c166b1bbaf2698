//! The signature algorithms this project knows.
//!
//! Owns the names. A list of them is part of every verification; which client may use which is policy
//! and belongs to `oidc`. There is deliberately no `none` and no HMAC. RFC 7518 §3.1, RFC 8037 §3.1.

/// A digital signature algorithm for JWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Algorithm {
    /// ECDSA with P-256 and SHA-256.
    Es256,
    /// ECDSA with P-384 and SHA-384.
    Es384,
    /// ECDSA with P-521 and SHA-512.
    Es512,
    /// EdDSA with Ed25519; Ed448 is not supported.
    EdDsa,
    /// RSASSA-PSS with SHA-256.
    Ps256,
    /// RSASSA-PSS with SHA-384.
    Ps384,
    /// RSASSA-PSS with SHA-512.
    Ps512,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    Rs384,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    Rs512,
}

impl Algorithm {
    /// Every algorithm that can be verified, the preferred ones first.
    pub const ALL: [Self; 10] = [
        Self::Es256,
        Self::EdDsa,
        Self::Ps256,
        Self::Rs256,
        Self::Es384,
        Self::Es512,
        Self::Ps384,
        Self::Ps512,
        Self::Rs384,
        Self::Rs512,
    ];

    /// The name in `alg`, exactly as registered.
    pub fn name(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::Es512 => "ES512",
            Self::EdDsa => "EdDSA",
            Self::Ps256 => "PS256",
            Self::Ps384 => "PS384",
            Self::Ps512 => "PS512",
            Self::Rs256 => "RS256",
            Self::Rs384 => "RS384",
            Self::Rs512 => "RS512",
        }
    }

    /// The algorithm of that name; `None` for every other text. Names are case-sensitive.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_read_back() {
        for algorithm in Algorithm::ALL {
            assert_eq!(Algorithm::parse(algorithm.name()), Some(algorithm));
        }
    }

    /// S-052: no `none` in any spelling, no symmetric algorithm, no other case.
    #[test]
    fn none_hmac_and_other_spellings_have_no_algorithm() {
        for name in ["none", "NoNe", "NONE", "", "HS256", "HS512", "es256", "ES256K", "ES256 ", "eddsa"] {
            assert_eq!(Algorithm::parse(name), None, "{name}");
        }
    }
}
