//! Tokens with a MAC under a secret that both sides know.
//!
//! Owns HS256 and nothing else: `verify` takes signatures only, this takes MACs only, and which of the two is asked is
//! decided by what is registered, never by the token (RFC 8725 §3.1). RFC 7515 §5.2, RFC 7518 §3.2.

use aws_lc_rs::hmac;

use crate::claims::VerifiedClaims;
use crate::compact::CompactToken;
use crate::object::parse_object;
use crate::rejection::Rejection;
use crate::verification::{Expected, check_claims, check_typ};

/// The only algorithm.
pub const ALGORITHM: &str = "HS256";
/// How long a secret must be, in bytes: as long as the hash (RFC 7518 §3.2).
pub const MIN_SECRET_BYTES: usize = 32;

/// Verifies a compact JWT with the secrets of its supposed owner, each of which counts.
///
/// `expected.algorithms` is not looked at. A secret under [`MIN_SECRET_BYTES`] verifies nothing.
///
/// # Errors
/// The first check that failed; claims are not read before the MAC holds.
pub fn verify<'s>(
    token: &str,
    expected: &Expected<'_>,
    secrets: impl IntoIterator<Item = &'s [u8]>,
) -> Result<VerifiedClaims, Rejection> {
    let token = CompactToken::parse(token, expected.max_bytes)?;
    if !token.header.is_hs256 {
        return Err(Rejection::AlgorithmNotAllowed);
    }
    check_typ(token.header.typ.as_deref(), expected.typ)?;
    let fits = |secret: &[u8]| {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
        let is_long = secret.len() >= MIN_SECRET_BYTES;
        is_long && hmac::verify(&key, token.signing_input.as_bytes(), &token.signature).is_ok()
    };
    if !secrets.into_iter().fold(false, |matched, secret| fits(secret) | matched) {
        return Err(Rejection::SignatureInvalid);
    }
    let claims = parse_object(&token.payload).map_err(Rejection::of_claims)?;
    check_claims(&claims, expected)?;
    Ok(VerifiedClaims { claims, key_id: None, typ: token.header.typ })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base64url;
    use crate::verification::{AudienceRule, Expiry, TypRule};

    const SECRET: &[u8] = b"a secret of at least thirty-two bytes";
    const EXPECTED: Expected<'static> = Expected {
        typ: TypRule::AbsentOr(&["JWT"]),
        algorithms: &[],
        issuer: Some("web"),
        audience: AudienceRule::StringOnly("https://id.example"),
        required: &["jti"],
        now_seconds: 1000,
        skew_seconds: 0,
        expiry: Expiry::Required,
        max_bytes: 4096,
    };

    fn token(header: &str, secret: &[u8]) -> String {
        let claims = r#"{"iss":"web","aud":"https://id.example","jti":"1","exp":2000}"#;
        let input = format!("{}.{}", base64url::encode(header), base64url::encode(claims));
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), input.as_bytes());
        format!("{input}.{}", base64url::encode(tag))
    }

    fn rejection(token: &str, secrets: &[&[u8]]) -> Option<Rejection> {
        verify(token, &EXPECTED, secrets.iter().copied()).err()
    }

    /// RFC 7515 appendix A.1 gives key and token.
    #[test]
    fn the_mac_of_the_specification_verifies() {
        let key =
            base64url::decode("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow")
                .unwrap();
        let input = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
        let token = format!("{input}.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");

        // The MAC holds; what is missing then are claims.
        assert_eq!(rejection(&token, &[&key]), Some(Rejection::ClaimMissing));
        assert_eq!(rejection(&token, &[&key[1..]]), Some(Rejection::SignatureInvalid));
    }

    /// S-048: each of two live secrets counts.
    #[test]
    fn each_secret_counts() {
        let good = token(r#"{"alg":"HS256"}"#, SECRET);

        assert_eq!(rejection(&good, &[b"another secret of thirty-two bytes.", SECRET]), None);
        assert_eq!(rejection(&good, &[b"another secret of thirty-two bytes."]), Some(Rejection::SignatureInvalid));
        assert_eq!(rejection(&good, &[]), Some(Rejection::SignatureInvalid));
    }

    /// S-052, OA-ID-1: no other algorithm, and no secret that can be guessed.
    #[test]
    fn other_algorithms_and_short_secrets_verify_nothing() {
        for header in [r#"{"alg":"HS512"}"#, r#"{"alg":"none"}"#, r#"{"alg":"ES256"}"#, r#"{"alg":"hs256"}"#, "{}"] {
            assert_eq!(rejection(&token(header, SECRET), &[SECRET]), Some(Rejection::AlgorithmNotAllowed), "{header}");
        }
        let short = &SECRET[..31];
        assert_eq!(rejection(&token(r#"{"alg":"HS256"}"#, short), &[short]), Some(Rejection::SignatureInvalid));
        let typed = token(r#"{"alg":"HS256","typ":"at+jwt"}"#, SECRET);
        assert_eq!(rejection(&typed, &[SECRET]), Some(Rejection::TypNotExpected));
    }
}
