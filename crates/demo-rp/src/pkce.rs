//! Proof Key for Code Exchange: the secret that ties a code to the browser that asked for it.
//!
//! Owns the verifier and its S256 challenge; `plain` does not exist here. RFC 7636 §4.1, §4.2.

use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::failure::Failure;
use crate::random;

/// A code verifier: 43 characters of the unreserved set, kept on the server until the code is exchanged.
pub(crate) struct CodeVerifier(String);

impl CodeVerifier {
    /// Makes a new verifier of 256 random bits.
    ///
    /// Errors: `Failure::NoRandomness`.
    pub(crate) fn generate() -> Result<Self, Failure> {
        random::token().map(Self)
    }

    /// Returns the S256 challenge: base64url of the verifier's SHA-256, 43 characters. RFC 7636 §4.2.
    pub(crate) fn challenge(&self) -> String {
        let hash = digest::digest(&digest::SHA256, self.0.as_bytes());
        URL_SAFE_NO_PAD.encode(hash)
    }

    /// The verifier itself, for the token request alone.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7636 appendix B.
    #[test]
    fn the_challenge_is_the_one_of_the_specification() {
        let verifier = CodeVerifier("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".to_owned());

        let challenge = verifier.challenge();

        assert_eq!(challenge, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    /// RFC 7636 §4.1: 43 to 128 characters of the unreserved set.
    #[test]
    fn a_generated_verifier_has_the_length_and_alphabet_of_the_specification() {
        let verifier = CodeVerifier::generate().unwrap();

        let text = verifier.expose();

        assert!((43..=128).contains(&text.len()));
        assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)));
    }

    #[test]
    fn two_verifiers_differ() {
        let first = CodeVerifier::generate().unwrap();
        let second = CodeVerifier::generate().unwrap();

        assert_ne!(first.expose(), second.expose());
    }
}
