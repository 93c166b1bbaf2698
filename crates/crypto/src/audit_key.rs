//! The key that signs statements about the audit log, and nothing else.
//!
//! Owns Ed25519 over plain bytes (RFC 8032 §5.1): such a signature is no JWS, so none of our tokens can be mistaken for a
//! statement or the other way round. Leaves what a statement says to `issuer::audit`. SECURITY rule 16.

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::digest::sha256;
use crate::fault::CryptoFault;
use crate::secret::SecretBytes;

/// An Ed25519 key pair for statements about the audit log.
pub struct AuditKey {
    pair: Ed25519KeyPair,
    subject_public_key_info: Vec<u8>,
    id: [u8; 32],
}

impl AuditKey {
    /// The key pair whose private key is `seed` (RFC 8032 §5.1.5).
    ///
    /// # Errors
    /// [`CryptoFault::LibraryRefused`], which 32 bytes never cause.
    pub fn from_seed(seed: &SecretBytes<32>) -> Result<Self, CryptoFault> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed.expose()).map_err(|_| CryptoFault::LibraryRefused)?;
        let der: PublicKeyX509Der<'_> = pair.public_key().as_der().map_err(|_| CryptoFault::LibraryRefused)?;
        let subject_public_key_info = der.as_ref().to_vec();
        let id = *sha256(&subject_public_key_info).as_bytes();
        Ok(Self { pair, subject_public_key_info, id })
    }

    /// SHA-256 of the public key's DER form (SubjectPublicKeyInfo, RFC 8410 §4).
    pub fn id(&self) -> &[u8; 32] {
        &self.id
    }

    /// The public key as PEM, to be kept outside the server by whoever verifies.
    pub fn public_pem(&self) -> String {
        // 44 bytes are 60 characters: one line.
        let body = STANDARD.encode(&self.subject_public_key_info);
        format!("-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n")
    }

    /// Signs a statement.
    ///
    /// # Errors
    /// The library failed.
    pub fn sign(&self, statement: &[u8]) -> Result<Vec<u8>, CryptoFault> {
        self.pair
            .try_sign(statement)
            .map(|signature| signature.as_ref().to_vec())
            .map_err(|_| CryptoFault::LibraryRefused)
    }

    /// Whether this key signed exactly this statement.
    pub fn verifies(&self, statement: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, self.pair.public_key()).verify(statement, signature).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unhex(text: &str) -> Vec<u8> {
        (0..text.len() / 2).map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap()).collect()
    }

    #[test]
    fn keys_and_signatures_are_those_of_rfc_8032_section_7_1() {
        let seed = unhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
        let key = AuditKey::from_seed(&SecretBytes::from_slice(&seed).unwrap()).unwrap();

        let signature = key.sign(&[0x72]).unwrap();

        let public = unhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
        assert!(key.subject_public_key_info.ends_with(&public));
        assert_eq!(
            signature,
            unhex(
                "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
            )
        );
    }

    #[test]
    fn another_statement_key_or_signature_does_not_verify() {
        let key = AuditKey::from_seed(&SecretBytes::new([1; 32])).unwrap();
        let other = AuditKey::from_seed(&SecretBytes::new([2; 32])).unwrap();
        let signature = key.sign(b"statement").unwrap();

        assert!(key.verifies(b"statement", &signature));
        assert!(!key.verifies(b"statemenT", &signature));
        assert!(!other.verifies(b"statement", &signature));
        assert!(!key.verifies(b"statement", &signature[..63]));
        assert_ne!(key.id(), other.id());
    }
}
