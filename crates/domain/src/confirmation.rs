//! What a token is bound to: whoever uses it proves a key or shows a certificate (`cnf`, RFC 7800 §3.1).
//!
//! Owns the words and the one comparison. Leaves proving a key to `oidc::dpop`. RFC 7638, RFC 9449 §6.1, RFC 8705 §3.1.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

/// A SHA-256: of a public key's JWK (RFC 7638) or of a certificate in DER. 43 characters of base64url in text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Thumbprint([u8; 32]);

/// What a token is bound to; bound to both, it needs both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Confirmation {
    /// `jkt`: the key that a DPoP proof is signed with.
    pub key: Option<Thumbprint>,
    /// `x5t#S256`: the certificate of the TLS connection.
    pub certificate: Option<Thumbprint>,
}

impl Thumbprint {
    /// Takes the 32 bytes of a hash.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Reads the text form. `None` unless it is the canonical base64url text of 32 bytes.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        bytes.try_into().ok().map(Self)
    }
}

impl Confirmation {
    /// Bound to nothing: whoever bears the token may use it.
    pub const BEARER: Self = Self { key: None, certificate: None };

    /// Whether a sender who has shown `shown` may use what is bound to this.
    pub fn is_met_by(&self, shown: &Self) -> bool {
        let met = |bound: Option<Thumbprint>, shown| bound.is_none() || bound == shown;
        met(self.key, shown.key) && met(self.certificate, shown.certificate)
    }
}

impl fmt::Display for Thumbprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl TryFrom<String> for Thumbprint {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("a thumbprint has 43 base64url characters")
    }
}

impl From<Thumbprint> for String {
    fn from(thumbprint: Thumbprint) -> Self {
        thumbprint.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: Thumbprint = Thumbprint([1; 32]);
    const TWO: Thumbprint = Thumbprint([2; 32]);

    fn bound(key: Option<Thumbprint>, certificate: Option<Thumbprint>) -> Confirmation {
        Confirmation { key, certificate }
    }

    /// S-063: what is bound needs exactly what it is bound to; what is not needs nothing.
    #[test]
    fn each_binding_must_be_met() {
        assert!(Confirmation::BEARER.is_met_by(&Confirmation::BEARER));
        assert!(Confirmation::BEARER.is_met_by(&bound(Some(ONE), None)));
        assert!(bound(Some(ONE), Some(TWO)).is_met_by(&bound(Some(ONE), Some(TWO))));
        for shown in [bound(None, None), bound(Some(TWO), None), bound(None, Some(ONE)), bound(Some(ONE), None)] {
            assert!(!bound(Some(ONE), Some(TWO)).is_met_by(&shown), "{shown:?}");
        }
    }

    #[test]
    fn the_text_is_canonical() {
        let text = ONE.to_string();

        assert_eq!(text.len(), 43);
        assert_eq!(Thumbprint::parse(&text), Some(ONE));
        for other in ["", &text[..42], &format!("{text}="), &format!("{}B", &text[..42])] {
            assert_eq!(Thumbprint::parse(other), None, "{other}");
        }
    }
}
