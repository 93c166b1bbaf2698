//! The compact serialization and its header.
//!
//! Owns taking a token apart, with the size checked first, and the list of header members. Proves
//! nothing: the parts are input to `verification`. RFC 7515 §3.1, §4 and §7.1; SECURITY rule 11.

use serde_json::{Map, Value};

use crate::algorithm::Algorithm;
use crate::base64url;
use crate::object::parse_object;
use crate::rejection::Rejection;
use crate::shared_secret;

/// A token taken apart, nothing of it proven.
pub(crate) struct CompactToken<'a> {
    pub(crate) header: Header,
    pub(crate) payload: Vec<u8>,
    pub(crate) signature: Vec<u8>,
    /// Header and payload as they were sent: what the signature covers.
    pub(crate) signing_input: &'a str,
}

/// Which header members a kind of token may have.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Members {
    /// `alg`, `kid`, `typ`, `cty`, `x5t`, `x5t#S256`.
    Usual,
    /// `jwk` as well: the signer's own public key.
    WithKey,
}

/// The header members we read.
pub(crate) struct Header {
    /// `None` if missing or not one we know.
    pub(crate) algorithm: Option<Algorithm>,
    /// Whether `alg` is HS256, which is no signature: only `shared_secret` looks at it.
    pub(crate) is_hs256: bool,
    pub(crate) key_id: Option<String>,
    pub(crate) typ: Option<String>,
    /// Only with [`CompactToken::parse_with_key`].
    pub(crate) jwk: Option<Map<String, Value>>,
}

impl<'a> CompactToken<'a> {
    /// Takes `token` apart; the size is checked before anything is decoded.
    pub(crate) fn parse(token: &'a str, max_bytes: usize) -> Result<Self, Rejection> {
        Self::parse_members(token, max_bytes, Members::Usual)
    }

    /// As [`Self::parse`], for a token that brings the key it is signed with: it proves possession, never who it is.
    pub(crate) fn parse_with_key(token: &'a str, max_bytes: usize) -> Result<Self, Rejection> {
        Self::parse_members(token, max_bytes, Members::WithKey)
    }

    fn parse_members(token: &'a str, max_bytes: usize, members: Members) -> Result<Self, Rejection> {
        if token.len() > max_bytes {
            return Err(Rejection::TooLarge);
        }
        let (signing_input, signature) = token.rsplit_once('.').ok_or(Rejection::NotThreeParts)?;
        let (header, payload) = signing_input.split_once('.').ok_or(Rejection::NotThreeParts)?;
        if payload.contains('.') {
            return Err(Rejection::NotThreeParts);
        }
        Ok(Self {
            header: Header::parse(&decode_part(header)?, members)?,
            payload: decode_part(payload)?,
            signature: decode_part(signature)?,
            signing_input,
        })
    }
}

impl Header {
    fn parse(json: &[u8], members: Members) -> Result<Self, Rejection> {
        let mut header = Self { algorithm: None, is_hs256: false, key_id: None, typ: None, jwk: None };
        for (name, value) in parse_object(json).map_err(Rejection::of_header)? {
            let text = match value {
                Value::String(text) => text,
                Value::Object(jwk) if members == Members::WithKey && name == "jwk" => {
                    header.jwk = Some(jwk);
                    continue;
                }
                // crit and x5c are arrays, jwk an object: name the graver fault.
                _ if is_known(&name) => return Err(Rejection::MalformedHeader),
                _ => return Err(Rejection::HeaderMemberNotAllowed),
            };
            match name.as_str() {
                "alg" => {
                    header.algorithm = Algorithm::parse(&text);
                    header.is_hs256 = text == shared_secret::ALGORITHM;
                }
                "kid" => header.key_id = Some(text),
                "typ" => header.typ = Some(text),
                // A thumbprint brings no key: at most it says what `kid` says (RFC 7515 §4.1.7). mod_auth_openidc 2.4.12 and
                // clients of Microsoft's write it into their assertions.
                "cty" | "x5t" | "x5t#S256" => {}
                _ => return Err(Rejection::HeaderMemberNotAllowed),
            }
        }
        Ok(header)
    }
}

fn is_known(name: &str) -> bool {
    matches!(name, "alg" | "kid" | "typ" | "cty" | "x5t" | "x5t#S256")
}

fn decode_part(part: &str) -> Result<Vec<u8>, Rejection> {
    match base64url::decode(part) {
        Some(bytes) if !bytes.is_empty() => Ok(bytes),
        _ => Err(Rejection::NotBase64Url),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rejection_of(token: &str) -> Option<Rejection> {
        CompactToken::parse(token, 1024).err()
    }

    fn rejection_of_header(header: &str) -> Option<Rejection> {
        rejection_of(&format!("{}.e30.AA", base64url::encode(header)))
    }

    #[test]
    fn a_token_of_three_parts_is_taken_apart() {
        let text = format!("{}.e30.AAE", base64url::encode(r#"{"alg":"ES256","kid":"k","typ":"JWT","cty":"x"}"#));

        let token = CompactToken::parse(&text, 1024).ok().unwrap();

        assert_eq!(token.header.algorithm, Some(Algorithm::Es256));
        assert_eq!(token.header.key_id.as_deref(), Some("k"));
        assert_eq!(token.header.typ.as_deref(), Some("JWT"));
        assert_eq!(token.payload, b"{}");
        assert_eq!(token.signature, [0, 1]);
        assert_eq!(token.signing_input, &text[..text.len() - 4]);
    }

    #[test]
    fn the_size_is_checked_before_anything_else() {
        assert_eq!(CompactToken::parse(&"!".repeat(1025), 1024).err(), Some(Rejection::TooLarge));
    }

    #[test]
    fn other_numbers_of_parts_are_refused() {
        for token in ["", "e30", "e30.e30", "e30.e30.AA.AA", "a.b.c.d.e"] {
            assert_eq!(rejection_of(token), Some(Rejection::NotThreeParts), "{token}");
        }
    }

    /// S-028: an unsigned token ends with an empty part.
    #[test]
    fn empty_padded_and_non_canonical_parts_are_refused() {
        let header = base64url::encode(r#"{"alg":"ES256"}"#);
        for (payload, signature) in
            [("e30", ""), ("", "AA"), ("e30=", "AA"), ("e30", "AB"), ("e 30", "AA"), ("e30", "A+")]
        {
            assert_eq!(
                rejection_of(&format!("{header}.{payload}.{signature}")),
                Some(Rejection::NotBase64Url),
                "{payload} {signature}"
            );
        }
    }

    /// S-053: header members that would bring a key or an extension.
    #[test]
    fn members_outside_the_list_are_refused() {
        for member in [
            r#""jku":"https://evil.example/jwks""#,
            r#""jwk":{"kty":"EC"}"#,
            r#""x5u":"https://evil.example/cert""#,
            r#""x5c":["MII"]"#,
            r#""zip":"DEF""#,
            r#""crit":["exp"]"#,
            r#""crit":[]"#,
            r#""b64":false"#,
            r#""enc":"A128GCM""#,
            r#""nonce":"x""#,
            r#""Alg":"ES256""#,
        ] {
            assert_eq!(
                rejection_of_header(&format!(r#"{{"alg":"ES256",{member}}}"#)),
                Some(Rejection::HeaderMemberNotAllowed),
                "{member}"
            );
        }
    }

    /// RFC 7515 §4.1.7: a thumbprint of a certificate neither brings a key nor chooses one.
    #[test]
    fn thumbprints_of_certificates_are_not_looked_at() {
        for member in [r#""x5t":"AAAA""#, r#""x5t#S256":"AAAA""#] {
            let text = format!("{}.e30.AA", base64url::encode(format!(r#"{{"alg":"ES256","kid":"k",{member}}}"#)));

            let token = CompactToken::parse(&text, 1024).ok().unwrap();

            assert_eq!(token.header.key_id.as_deref(), Some("k"), "{member}");
            assert!(token.header.jwk.is_none());
        }
        assert_eq!(rejection_of_header(r#"{"alg":"ES256","x5t":["AAAA"]}"#), Some(Rejection::MalformedHeader));
    }

    /// S-053: two values of one member.
    #[test]
    fn repeated_header_members_are_refused() {
        assert_eq!(rejection_of_header(r#"{"alg":"ES256","kid":"a","kid":"b"}"#), Some(Rejection::DuplicateMember));
    }

    #[test]
    fn headers_that_are_not_objects_of_strings_are_refused() {
        for header in ["[]", "null", "{", r#"{"alg":1}"#, r#"{"alg":"ES256","kid":["a"]}"#] {
            assert_eq!(rejection_of_header(header), Some(Rejection::MalformedHeader), "{header}");
        }
    }
}
