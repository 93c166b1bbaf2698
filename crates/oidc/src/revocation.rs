//! Revocation requests: a client gives back its own tokens.
//!
//! Owns the parameters, which introspection shares, and what a revocation ends. Leaves finding the token to `issuer`.
//! RFC 7009 §2.1, §2.2; RFC 7662 §2.1 (the same parameters).

use portreeve_crypto::SecretText;
use portreeve_domain::ClientId;

use crate::{Parameters, Refusal};

/// What kind of token a client says it sends; a hint, which may be wrong (RFC 7009 §2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenTypeHint {
    /// `access_token`.
    AccessToken,
    /// `refresh_token`.
    RefreshToken,
}

/// The token that a revocation or introspection request is about. Holds a secret, so it is not `Debug`.
pub struct NamedToken {
    /// The token as presented: any text of at most 16 KiB, a token of ours or not.
    pub token: SecretText,
    /// The hint; `None` when absent or unknown, which is no error.
    pub hint: Option<TokenTypeHint>,
}

impl NamedToken {
    /// Reads `token` and `token_type_hint`.
    ///
    /// # Errors
    /// `ParameterMissing` without `token`.
    pub fn from_parameters(parameters: &Parameters) -> Result<Self, Refusal> {
        let token = SecretText::new(parameters.require("token")?.to_owned());
        let hint = match parameters.get("token_type_hint") {
            Some("access_token") => Some(TokenTypeHint::AccessToken),
            Some("refresh_token") => Some(TokenTypeHint::RefreshToken),
            _ => None,
        };
        Ok(Self { token, hint })
    }
}

/// A kind of token that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FoundKind {
    /// An access token, opaque or JWT.
    AccessToken,
    /// A refresh token.
    RefreshToken,
}

/// What a revocation ends; the answer is 200 with an empty body in every case (RFC 7009 §2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revocation {
    /// Nothing: the token belongs to another client. The answer does not tell this from an unknown token.
    Nothing,
    /// This access token only.
    AccessToken,
    /// The whole family: the refresh token and every access token issued with it.
    Family,
}

/// Decides what ends when `caller` revokes a token that was issued to `owner`.
pub fn effect(found: FoundKind, owner: &ClientId, caller: &ClientId) -> Revocation {
    match found {
        _ if owner != caller => Revocation::Nothing,
        FoundKind::AccessToken => Revocation::AccessToken,
        FoundKind::RefreshToken => Revocation::Family,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Cause;
    use crate::testing::parameters;

    fn id(text: &str) -> ClientId {
        ClientId::parse(text).unwrap()
    }

    /// RV-01: text in any format is read; whether it is a token shows later.
    #[test]
    fn any_text_is_a_token_to_look_for() {
        for text in ["ptat_x", "a.b.c", "rub bish\u{e4}"] {
            let named = NamedToken::from_parameters(&parameters(&[("token", text)])).ok().unwrap();
            assert_eq!(named.token.expose(), text);
            assert_eq!(named.hint, None);
        }
    }

    /// RV-02: a hint is read when known, and never an error.
    #[test]
    fn a_hint_is_only_a_hint() {
        let hint = |text| {
            NamedToken::from_parameters(&parameters(&[("token", "x"), ("token_type_hint", text)])).ok().unwrap().hint
        };

        assert_eq!(hint("access_token"), Some(TokenTypeHint::AccessToken));
        assert_eq!(hint("refresh_token"), Some(TokenTypeHint::RefreshToken));
        assert_eq!(hint("pct"), None);
    }

    #[test]
    fn without_a_token_there_is_nothing_to_do() {
        let refusal = NamedToken::from_parameters(&parameters(&[("token", "")])).err().unwrap();

        assert_eq!(refusal.cause, Cause::ParameterMissing);
    }

    /// RV-03, S-041: another client's token is left alone, silently.
    #[test]
    fn a_foreign_token_is_left_alone() {
        for found in [FoundKind::AccessToken, FoundKind::RefreshToken] {
            assert_eq!(effect(found, &id("web"), &id("other")), Revocation::Nothing);
        }
    }

    /// RV-04: with the refresh token its access tokens go.
    #[test]
    fn a_revoked_refresh_token_takes_its_family_along() {
        assert_eq!(effect(FoundKind::RefreshToken, &id("web"), &id("web")), Revocation::Family);
        assert_eq!(effect(FoundKind::AccessToken, &id("web"), &id("web")), Revocation::AccessToken);
    }
}
