//! Proof Key for Code Exchange.
//!
//! Owns the syntax of challenge and verifier and their comparison. Only S256 exists here; `plain` is refused at the
//! authorization endpoint. Leaves whether a challenge is required to `authorization`, and whether a verifier without a
//! challenge is refused to the token endpoint. RFC 7636 §4, RFC 9700 §2.1.1.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use portreeve_crypto::{Sha256Digest, sha256};
use serde::{Deserialize, Serialize};

/// The only `code_challenge_method`.
pub const METHOD: &str = "S256";

/// A code challenge: the SHA-256 of a verifier, 43 characters of base64url without padding in text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CodeChallenge([u8; 32]);

impl CodeChallenge {
    /// Reads a `code_challenge`. `None` unless it is the canonical base64url text of 32 bytes (RFC 7636 §4.2).
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        bytes.try_into().ok().map(Self)
    }
}

impl TryFrom<String> for CodeChallenge {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("code_challenge must be 43 base64url characters")
    }
}

impl From<CodeChallenge> for String {
    fn from(challenge: CodeChallenge) -> Self {
        URL_SAFE_NO_PAD.encode(challenge.0)
    }
}

/// Whether `verifier` is 43 to 128 characters of `A-Z a-z 0-9 - . _ ~` (RFC 7636 §4.1).
pub fn is_valid_verifier(verifier: &str) -> bool {
    let unreserved = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    (43..=128).contains(&verifier.len()) && verifier.bytes().all(unreserved)
}

/// Compares a code verifier with the stored challenge.
///
/// False for a verifier that is malformed or does not hash to the challenge; a well-formed one takes the same time either
/// way. RFC 7636 §4.6.
pub fn verify(verifier: &str, challenge: &CodeChallenge) -> bool {
    is_valid_verifier(verifier) && sha256(verifier.as_bytes()).ct_eq(&Sha256Digest::from_bytes(challenge.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pair of RFC 7636 appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    /// OA-PK-1: the vector of RFC 7636 appendix B.
    #[test]
    fn the_vector_of_rfc_7636_verifies() {
        assert!(verify(VERIFIER, &CodeChallenge::parse(CHALLENGE).unwrap()));
    }

    /// PK-03: another verifier does not match.
    #[test]
    fn another_verifier_does_not_match() {
        let challenge = CodeChallenge::parse(CHALLENGE).unwrap();

        assert!(!verify(&VERIFIER.replace('d', "e"), &challenge));
        assert!(!verify("", &challenge));
    }

    /// PK-06, OA-PK-4: the challenge itself is no verifier for itself.
    #[test]
    fn a_challenge_cannot_be_redeemed_as_a_plain_verifier() {
        assert!(!verify(CHALLENGE, &CodeChallenge::parse(CHALLENGE).unwrap()));
    }

    /// PK-01, OA-PK-8: 43 to 128 unreserved characters.
    #[test]
    fn a_verifier_is_43_to_128_unreserved_characters() {
        assert!(is_valid_verifier(&"a".repeat(43)) && is_valid_verifier(&"~".repeat(128)));
        for bad in ["a".repeat(42), "a".repeat(129), "+".repeat(43), " ".repeat(43), "ü".repeat(43), "=".repeat(43)] {
            assert!(!is_valid_verifier(&bad), "{bad}");
        }
    }

    /// PK-01, OA-PK-8: a verifier that is too short is refused though it hashes to the challenge.
    #[test]
    fn a_short_verifier_is_refused_though_it_matches() {
        let challenge = CodeChallenge(*sha256(b"short").as_bytes());

        assert!(!verify("short", &challenge));
    }

    /// PK-05: a challenge is the base64url of a SHA-256 value.
    #[test]
    fn a_malformed_challenge_is_refused() {
        let padded = format!("{CHALLENGE}=");
        let stray_bits = format!("{}N", &CHALLENGE[..42]);
        for bad in ["", &CHALLENGE[..42], &padded, &stray_bits, &CHALLENGE.replace('-', "+"), &format!("{CHALLENGE}A")]
        {
            assert!(CodeChallenge::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn a_challenge_survives_storage() {
        let challenge = CodeChallenge::parse(CHALLENGE).unwrap();
        let stored = serde_json::to_string(&challenge).unwrap();

        assert_eq!(stored, format!("\"{CHALLENGE}\""));
        assert_eq!(serde_json::from_str::<CodeChallenge>(&stored).unwrap(), challenge);
    }
}
