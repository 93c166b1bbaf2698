//! Tokens that prove that somebody holds a key, and nothing else: the signer brings the key along, or somebody has vouched for it.
//!
//! Owns the signature and the rules for the key. Who the holder is, and what the claims must say, is left
//! to the caller: nothing here is compared with a registered key. RFC 9449 §4.2, §4.3; RFC 7515 §4.1.3; RFC 7800 §3.2.

use serde_json::Value;

use crate::algorithm::Algorithm;
use crate::claims::VerifiedClaims;
use crate::compact::CompactToken;
use crate::object::parse_object;
use crate::rejection::Rejection;
use crate::verification::{TypRule, check_typ};
use crate::verification_key::VerificationKey;

/// A token that its own key has signed.
pub struct KeyProof {
    /// What the holder says; times are not checked.
    pub claims: VerifiedClaims,
    /// The SHA-256 thumbprint of the key (RFC 7638).
    pub thumbprint: [u8; 32],
}

/// A public key that somebody has vouched for: `jwk` of a confirmation (RFC 7800 §3.2).
pub struct HolderKey(VerificationKey);

impl HolderKey {
    /// Reads a JWK; `None` for one that is private, symmetric, weak or not for signatures.
    pub fn from_jwk(jwk: &Value) -> Option<Self> {
        VerificationKey::from_jwk(jwk).ok().flatten().map(Self)
    }

    /// The SHA-256 thumbprint (RFC 7638).
    pub fn thumbprint(&self) -> [u8; 32] {
        self.0.thumbprint()
    }

    /// Verifies a compact JWT that the holder has signed; times are not checked. The parameters are those of
    /// [`verify_key_proof`].
    ///
    /// # Errors
    /// The first check that failed. Claims are not read before the signature holds.
    pub fn verify(
        &self,
        token: &str,
        typ: &str,
        algorithms: &[Algorithm],
        max_bytes: usize,
    ) -> Result<VerifiedClaims, Rejection> {
        let token = CompactToken::parse(token, max_bytes)?;
        let algorithm = checked_algorithm(&token, typ, algorithms)?;
        verified(token, &self.0, algorithm)
    }
}

/// Verifies a compact JWT with the public key in its `jwk` header.
///
/// `typ` is the exact token type; `max_bytes` the longest token looked at.
///
/// # Errors
/// The first check that failed: form, algorithm, type, a key that is missing, private, symmetric, weak or not for this
/// algorithm, the signature. Claims are not read before the signature holds.
pub fn verify_key_proof(
    token: &str,
    typ: &str,
    algorithms: &[Algorithm],
    max_bytes: usize,
) -> Result<KeyProof, Rejection> {
    let token = CompactToken::parse_with_key(token, max_bytes)?;
    let algorithm = checked_algorithm(&token, typ, algorithms)?;
    let jwk = token.header.jwk.clone().map(Value::Object).ok_or(Rejection::KeyNotFound)?;
    let key = VerificationKey::from_jwk(&jwk).ok().flatten().ok_or(Rejection::KeyUnusable)?;
    let claims = verified(token, &key, algorithm)?;
    Ok(KeyProof { claims, thumbprint: key.thumbprint() })
}

fn checked_algorithm(token: &CompactToken<'_>, typ: &str, algorithms: &[Algorithm]) -> Result<Algorithm, Rejection> {
    let allowed = |algorithm: &Algorithm| algorithms.contains(algorithm);
    let algorithm = token.header.algorithm.filter(allowed).ok_or(Rejection::AlgorithmNotAllowed)?;
    check_typ(token.header.typ.as_deref(), TypRule::Exactly(&[typ]))?;
    Ok(algorithm)
}

fn verified(token: CompactToken<'_>, key: &VerificationKey, algorithm: Algorithm) -> Result<VerifiedClaims, Rejection> {
    if !key.fits(algorithm) {
        return Err(Rejection::AlgorithmDoesNotFitKey);
    }
    if !key.verifies(algorithm, token.signing_input.as_bytes(), &token.signature) {
        return Err(Rejection::SignatureInvalid);
    }
    let claims = parse_object(&token.payload).map_err(Rejection::of_claims)?;
    Ok(VerifiedClaims { claims, key_id: None, typ: token.header.typ })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Stranger;
    use serde_json::json;

    const TYP: &str = "dpop+jwt";
    const ALGORITHMS: [Algorithm; 2] = [Algorithm::Es256, Algorithm::EdDsa];

    fn rejection(token: &str) -> Option<Rejection> {
        verify_key_proof(token, TYP, &ALGORITHMS, 4096).err()
    }

    /// RFC 9449 §4.1 gives this proof, §6.1 its thumbprint.
    #[test]
    fn the_example_of_the_specification_is_verified() {
        let token = concat!(
            "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0Rs",
            "cEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2",
            "In19.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2Vu",
            "IiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg",
        );

        let proof = verify_key_proof(token, TYP, &ALGORITHMS, 4096).ok().unwrap();

        assert_eq!(crate::base64url::encode(proof.thumbprint), "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
        assert_eq!(proof.claims.str("htm"), Some("POST"));
        assert_eq!(proof.claims.int("iat"), Some(1_562_262_616));
    }

    /// AC-03: a key that was vouched for verifies what its holder signed, and nothing that brings another key or none.
    #[test]
    fn a_vouched_key_verifies_its_holder_alone() {
        let holder = Stranger::new(Algorithm::Es256);
        let key = HolderKey::from_jwk(&holder.jwk).unwrap();
        let rejection =
            |header: Value| key.verify(&holder.sign(&header.to_string(), "{}"), TYP, &ALGORITHMS, 4096).err();
        let mut private = holder.jwk.clone();
        private["d"] = json!("AAAA");

        assert_eq!(rejection(json!({"alg": "ES256", "typ": TYP})), None);
        assert_eq!(rejection(json!({"alg": "ES256", "typ": "JWT"})), Some(Rejection::TypNotExpected));
        assert_eq!(rejection(json!({"alg": "HS256", "typ": TYP})), Some(Rejection::AlgorithmNotAllowed));
        assert_eq!(rejection(json!({"alg": "EdDSA", "typ": TYP})), Some(Rejection::AlgorithmDoesNotFitKey));
        let others = Stranger::new(Algorithm::Es256).sign(&json!({"alg": "ES256", "typ": TYP}).to_string(), "{}");
        assert_eq!(key.verify(&others, TYP, &ALGORITHMS, 4096).err(), Some(Rejection::SignatureInvalid));
        for bad in [private, json!({"kty": "oct", "k": "AAAA"}), json!("text"), json!({})] {
            assert!(HolderKey::from_jwk(&bad).is_none(), "{bad}");
        }
    }

    /// DP-01: the key is public, asymmetric, strong and signs with an algorithm of the list.
    #[test]
    fn other_keys_and_algorithms_are_refused() {
        let holder = Stranger::new(Algorithm::Es256);
        let with = |header: Value| holder.sign(&header.to_string(), "{}");
        let mut private = holder.jwk.clone();
        private["d"] = json!("AAAA");
        let other = Stranger::new(Algorithm::Es256).jwk;

        assert_eq!(rejection(&with(json!({"alg": "ES256", "typ": TYP, "jwk": holder.jwk}))), None);
        for (header, expected) in [
            (json!({"alg": "ES256", "typ": TYP}), Rejection::KeyNotFound),
            (json!({"alg": "ES256", "typ": TYP, "jwk": private}), Rejection::KeyUnusable),
            (json!({"alg": "ES256", "typ": TYP, "jwk": {"kty": "oct", "k": "AAAA"}}), Rejection::KeyUnusable),
            (json!({"alg": "ES256", "typ": TYP, "jwk": other}), Rejection::SignatureInvalid),
            (json!({"alg": "EdDSA", "typ": TYP, "jwk": holder.jwk}), Rejection::AlgorithmDoesNotFitKey),
            (json!({"alg": "ES384", "typ": TYP, "jwk": holder.jwk}), Rejection::AlgorithmNotAllowed),
            (json!({"alg": "HS256", "typ": TYP, "jwk": holder.jwk}), Rejection::AlgorithmNotAllowed),
            (json!({"alg": "none", "typ": TYP, "jwk": holder.jwk}), Rejection::AlgorithmNotAllowed),
            (json!({"alg": "ES256", "typ": "JWT", "jwk": holder.jwk}), Rejection::TypNotExpected),
            (json!({"alg": "ES256", "jwk": holder.jwk}), Rejection::TypNotExpected),
            (json!({"alg": "ES256", "typ": TYP, "jwk": "text"}), Rejection::HeaderMemberNotAllowed),
            (json!({"alg": "ES256", "typ": TYP, "jwk": holder.jwk, "crit": ["x"]}), Rejection::HeaderMemberNotAllowed),
        ] {
            assert_eq!(rejection(&with(header.clone())), Some(expected), "{header}");
        }
    }
}
