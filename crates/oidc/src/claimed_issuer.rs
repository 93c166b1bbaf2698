//! Who a JWT of a trusted issuer claims to be from, so that the keys can be found.
//!
//! Owns reading it of an assertion, a login hint token and a software statement alike. Leaves whether the issuer is trusted, and
//! with what, to `issuer`; what each of them must say is its own module's. RFC 7523 §3, RFC 7591 §2.3, CIBA Core §7.1.

use portreeve_jose::peek_unproven;

use crate::jwt_assertion::MAX_BYTES;
use crate::{Cause, Refusal};

/// Who a JWT claims to be from. Nothing is proven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimedIssuer {
    /// `iss`.
    pub issuer: String,
    /// `kid`.
    pub key_id: Option<String>,
}

impl ClaimedIssuer {
    /// Reads `iss` and `kid` of a JWT of at most 16 KiB, which is looked at for no other purpose before it is verified.
    ///
    /// # Errors
    /// `cause` when it cannot be read or names no issuer.
    pub fn read(token: &str, cause: Cause) -> Result<Self, Refusal> {
        let refusal = |detail| Refusal::new(cause).with_detail(detail);
        let names = peek_unproven(token, MAX_BYTES).ok_or_else(|| refusal("unreadable"))?;
        let issuer = names.issuer.ok_or_else(|| refusal("iss is missing"))?;
        Ok(Self { issuer, key_id: names.key_id })
    }
}

#[cfg(test)]
mod tests {
    use portreeve_jose::{Algorithm, SigningKey};
    use serde_json::{Value, json};

    use super::*;

    fn read(claims: &Value) -> (String, Result<ClaimedIssuer, Cause>) {
        let generated = SigningKey::generate(Algorithm::Es256).unwrap();
        let key = SigningKey::from_pkcs8(Algorithm::Es256, &generated.pkcs8).unwrap();
        let token = key.sign("JWT", claims.to_string().as_bytes()).unwrap();
        (key.kid().to_owned(), ClaimedIssuer::read(&token, Cause::StatementUnusable).map_err(|refusal| refusal.cause))
    }

    #[test]
    fn issuer_and_key_are_read_before_anything_is_proven() {
        let (kid, claimed) = read(&json!({ "iss": "https://idp.example" }));

        let claimed = claimed.unwrap();
        assert_eq!((claimed.issuer.as_str(), claimed.key_id), ("https://idp.example", Some(kid)));
    }

    #[test]
    fn what_names_no_issuer_is_refused_with_the_cause_of_the_caller() {
        for claims in [json!({}), json!({ "iss": 7 }), json!({ "iss": "x".repeat(MAX_BYTES) })] {
            assert_eq!(read(&claims).1, Err(Cause::StatementUnusable), "{claims}");
        }
        let garbage = ClaimedIssuer::read("garbage", Cause::AssertionUnusable);
        assert_eq!(garbage.unwrap_err().cause, Cause::AssertionUnusable);
    }
}
