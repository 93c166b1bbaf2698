//! JWTs without a signature: request objects of OpenID Connect whose client does not sign, or does not always.
//!
//! Owns reading them apart from everything that is verified: whoever asks for a signed token never gets one of these, and
//! whoever reads one knows that anybody may have written it. OIDC Core §6.1, OIDC Registration §2, RFC 7519 §6.

use serde_json::{Map, Value};

use crate::base64url;
use crate::object::parse_object;
use crate::rejection::Rejection;
use crate::verification::{Expected, check_claims, check_typ};

/// The `alg` of a JWT without a signature (RFC 7518 §3.6), exactly as registered.
pub const UNSIGNED: &str = "none";

/// Whether the header of a JWT says `none`; nothing else of it is looked at, but that it has at most `max_bytes`.
pub fn is_unsigned(token: &str, max_bytes: usize) -> bool {
    let header = token.split('.').next().filter(|_| token.len() <= max_bytes).and_then(base64url::decode);
    let header = header.and_then(|header| parse_object(&header).ok());
    header.is_some_and(|header| says_none(&header))
}

/// Reads a JWT whose header says `none`, and checks type and claims; nothing of it is proven.
///
/// The algorithms in `expected` do not matter: there is no signature, and a token with one is refused.
///
/// # Errors
/// The first check that failed, see [`Rejection`].
pub fn read_unsigned(token: &str, expected: &Expected<'_>) -> Result<Map<String, Value>, Rejection> {
    if token.len() > expected.max_bytes {
        return Err(Rejection::TooLarge);
    }
    let (header, payload) = match token.split('.').collect::<Vec<_>>().as_slice() {
        [header, payload, ""] => (decode(header)?, decode(payload)?),
        [_, _, _] => return Err(Rejection::AlgorithmNotAllowed),
        _ => return Err(Rejection::NotThreeParts),
    };
    check_header(&parse_object(&header).map_err(Rejection::of_header)?, expected)?;
    let claims = parse_object(&payload).map_err(Rejection::of_claims)?;
    check_claims(&claims, expected)?;
    Ok(claims)
}

fn says_none(header: &Map<String, Value>) -> bool {
    header.get("alg").and_then(Value::as_str) == Some(UNSIGNED)
}

fn check_header(header: &Map<String, Value>, expected: &Expected<'_>) -> Result<(), Rejection> {
    if !says_none(header) {
        return Err(Rejection::AlgorithmNotAllowed);
    }
    if header.keys().any(|name| !matches!(name.as_str(), "alg" | "typ" | "cty")) {
        return Err(Rejection::HeaderMemberNotAllowed);
    }
    match header.get("typ") {
        Some(Value::String(typ)) => check_typ(Some(typ), expected.typ),
        Some(_) => Err(Rejection::MalformedHeader),
        None => check_typ(None, expected.typ),
    }
}

fn decode(part: &str) -> Result<Vec<u8>, Rejection> {
    base64url::decode(part).ok_or(Rejection::NotBase64Url)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Stranger;
    use crate::verification::{AudienceRule, Expiry, TypRule};
    use crate::{Algorithm, verify};

    const EXPECTED: Expected<'static> = Expected {
        typ: TypRule::AbsentOr(&["JWT"]),
        algorithms: &Algorithm::ALL,
        issuer: None,
        audience: AudienceRule::AbsentOr(&["https://id.example"]),
        required: &[],
        now_seconds: 1_000,
        skew_seconds: 0,
        expiry: Expiry::RequiredWherePresent,
        max_bytes: 1024,
    };

    fn token(header: &str, claims: &str) -> String {
        format!("{}.{}.", base64url::encode(header), base64url::encode(claims))
    }

    /// OIDC Core §6.1: an unsigned object is read where it is asked for, and nowhere else.
    #[test]
    fn an_unsigned_token_is_read_and_never_verified() {
        let unsigned = token(r#"{"alg":"none"}"#, r#"{"scope":"openid"}"#);
        let stranger = Stranger::new(Algorithm::Es256);

        assert_eq!(read_unsigned(&unsigned, &EXPECTED).unwrap()["scope"], "openid");
        assert!(verify(&unsigned, &EXPECTED, &stranger.keys()).is_err());
    }

    /// S-052: neither another spelling nor another algorithm, and no signature that nobody looks at.
    #[test]
    fn only_none_is_unsigned() {
        let rejection = |text: &str| read_unsigned(text, &EXPECTED).err();

        assert!(is_unsigned(&token(r#"{"alg":"none"}"#, "{}"), 1024));
        assert!(!is_unsigned(&token(r#"{"alg":"none"}"#, "{}"), 8));
        for header in [r#"{"alg":"NoNe"}"#, r#"{"alg":"ES256"}"#, "{}", r#"{"alg":["none"]}"#] {
            assert!(!is_unsigned(&token(header, "{}"), 1024), "{header}");
            assert_eq!(rejection(&token(header, "{}")), Some(Rejection::AlgorithmNotAllowed), "{header}");
        }
        let signed = format!("{}AA", token(r#"{"alg":"none"}"#, "{}"));
        assert_eq!(rejection(&signed), Some(Rejection::AlgorithmNotAllowed));
        assert_eq!(rejection("e30.e30"), Some(Rejection::NotThreeParts));
        assert_eq!(rejection(&token(r#"{"alg":"none","kid":"k"}"#, "{}")), Some(Rejection::HeaderMemberNotAllowed));
    }

    /// S-044, S-045: type, audience and times count as for a signed token.
    #[test]
    fn type_audience_and_times_are_checked() {
        let rejection = |header: &str, claims: &str| read_unsigned(&token(header, claims), &EXPECTED).err();
        let none = r#"{"alg":"none"}"#;

        assert_eq!(rejection(r#"{"alg":"none","typ":"at+jwt"}"#, "{}"), Some(Rejection::TypNotExpected));
        assert_eq!(rejection(none, r#"{"aud":"https://other.example"}"#), Some(Rejection::AudienceMismatch));
        assert_eq!(rejection(none, r#"{"aud":null}"#), Some(Rejection::AudienceMismatch));
        assert_eq!(rejection(none, r#"{"exp":1000}"#), Some(Rejection::Expired));
        assert_eq!(rejection(none, r#"{"exp":"2000"}"#), Some(Rejection::TimeMalformed));
        assert_eq!(rejection(none, r#"{"nbf":1001}"#), Some(Rejection::NotYetValid));
        assert_eq!(rejection(none, r#"{"aud":["x","https://id.example"],"exp":1001,"nbf":1000}"#), None);
    }
}
