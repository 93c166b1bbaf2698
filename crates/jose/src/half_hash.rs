//! `at_hash` and `c_hash`.
//!
//! Owns the function; which token carries which hash is the issuer's business.
//! OpenID Connect Core 1.0 §3.1.3.6 and §3.3.2.11.

use aws_lc_rs::digest;

use crate::algorithm::Algorithm;
use crate::base64url;

/// The left half of the hash of `text`, base64url without padding.
///
/// The hash is the one of `algorithm`, the ID token's: SHA-256, SHA-384 or SHA-512. EdDSA with
/// Ed25519 hashes with SHA-512 (RFC 8032 §5.1), so it gives 32 bytes. `text` is the access token or
/// code exactly as issued.
pub fn left_half_hash(algorithm: Algorithm, text: &str) -> String {
    let hash = match algorithm {
        Algorithm::Es256 | Algorithm::Ps256 | Algorithm::Rs256 => &digest::SHA256,
        Algorithm::Es384 | Algorithm::Ps384 | Algorithm::Rs384 => &digest::SHA384,
        Algorithm::Es512 | Algorithm::Ps512 | Algorithm::Rs512 | Algorithm::EdDsa => &digest::SHA512,
    };
    let digest = digest::digest(hash, text.as_bytes());
    let (left, _) = digest.as_ref().split_at(digest.as_ref().len() / 2);
    base64url::encode(left)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of OpenID Connect Core 1.0, appendix A.3 and A.4.
    #[test]
    fn the_hashes_of_core_appendix_a_come_out() {
        assert_eq!(
            left_half_hash(Algorithm::Rs256, "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"),
            "77QmUPtjPfzWtF2AnpK9RQ"
        );
        assert_eq!(
            left_half_hash(Algorithm::Rs256, "Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk"),
            "LDktKdoQak3Pk0cnXxCltA"
        );
    }

    #[test]
    fn the_length_follows_the_algorithm() {
        for (algorithm, characters) in [
            (Algorithm::Es256, 22),
            (Algorithm::Ps256, 22),
            (Algorithm::Es384, 32),
            (Algorithm::Rs384, 32),
            (Algorithm::Es512, 43),
            (Algorithm::EdDsa, 43),
        ] {
            assert_eq!(left_half_hash(algorithm, "x").len(), characters, "{algorithm:?}");
        }
    }
}
