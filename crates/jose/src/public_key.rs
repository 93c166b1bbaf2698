//! The public half of a key we sign with: JWK members, thumbprint, PEM.
//!
//! Owns the printed forms. Reading the keys of others is `verification_key`'s.
//! RFC 7517, RFC 7518 §6, RFC 7638, RFC 8037 §2.

use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::base64url;

const PEM_LINE: usize = 64;

/// Public parameters, each in base64url.
pub(crate) enum PublicKey {
    /// P-256.
    Ec { x: String, y: String },
    /// Ed25519.
    Okp { x: String },
    /// RSA.
    Rsa { n: String, e: String },
}

impl PublicKey {
    /// The members of the JWK that make up the key, in the order of the thumbprint.
    pub(crate) fn members(&self) -> Vec<(&'static str, &str)> {
        match self {
            Self::Ec { x, y } => vec![("crv", "P-256"), ("kty", "EC"), ("x", x), ("y", y)],
            Self::Okp { x } => vec![("crv", "Ed25519"), ("kty", "OKP"), ("x", x)],
            Self::Rsa { n, e } => vec![("e", e), ("kty", "RSA"), ("n", n)],
        }
    }

    /// The SHA-256 thumbprint, 43 characters of base64url. RFC 7638 §3, RFC 8037 §2.
    pub(crate) fn thumbprint(&self) -> String {
        let members: Vec<String> =
            self.members().into_iter().map(|(name, value)| format!(r#""{name}":"{value}""#)).collect();
        let json = format!("{{{}}}", members.join(","));
        base64url::encode(digest::digest(&digest::SHA256, json.as_bytes()))
    }
}

/// Prints a SubjectPublicKeyInfo as PEM with a line break at the end. RFC 7468 §13.
pub(crate) fn to_pem(subject_public_key_info: &[u8]) -> String {
    let encoded = STANDARD.encode(subject_public_key_info);
    let mut pem = String::from("-----BEGIN PUBLIC KEY-----\n");
    for line in encoded.as_bytes().chunks(PEM_LINE) {
        pem.extend(line.iter().copied().map(char::from));
        pem.push('\n');
    }
    pem.push_str("-----END PUBLIC KEY-----\n");
    pem
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_thumbprint_of_rfc_7638_section_3_1_comes_out() {
        let key = PublicKey::Rsa {
            n: concat!(
                "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKR",
                "XjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAt",
                "aSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPks",
                "INHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
            )
            .to_owned(),
            e: "AQAB".to_owned(),
        };

        assert_eq!(key.thumbprint(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    }

    #[test]
    fn the_thumbprint_of_rfc_8037_appendix_a_3_comes_out() {
        let key = PublicKey::Okp { x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo".to_owned() };

        assert_eq!(key.thumbprint(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }

    #[test]
    fn pem_lines_have_at_most_64_characters() {
        let pem = to_pem(&[0; 91]);

        assert!(pem.lines().all(|line| line.len() <= PEM_LINE));
        assert_eq!(pem.lines().count(), 2 + 2);
    }
}
