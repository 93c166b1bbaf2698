//! Why a token was not accepted.
//!
//! Owns the causes. What the client is told is decided by the table in `oidc`; a rejection never
//! quotes the token. SECURITY rule 11, RFC 8725 §3.

use crate::object::ObjectError;

/// The cause of a refused JWT; every one means that nothing in the token may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// Longer than the caller's limit; nothing was decoded.
    #[error("the token is too large")]
    TooLarge,
    /// Not three parts; five would be an encrypted token.
    #[error("the token does not have three parts")]
    NotThreeParts,
    /// Not the five parts of an encrypted token.
    #[error("the token does not have five parts")]
    NotFiveParts,
    /// A part of an encrypted token is not as long as its algorithm says.
    #[error("a part of the token has the wrong length")]
    PartsDoNotFit,
    /// Our keys do not open it, or it was changed.
    #[error("the token cannot be decrypted")]
    DecryptionFailed,
    /// A part is empty or not canonical base64url.
    #[error("the token is not strict base64url")]
    NotBase64Url,
    /// The header is not a JSON object of strings.
    #[error("the header is not a JSON object of strings")]
    MalformedHeader,
    /// The claims are not a JSON object.
    #[error("the claims are not a JSON object")]
    MalformedClaims,
    /// A member is repeated in the header or in the claims.
    #[error("a member is repeated")]
    DuplicateMember,
    /// A header member other than `alg`, `kid`, `typ`, `cty`, and what encryption needs: keys are never taken from a token,
    /// and no extension is understood.
    #[error("a header member is not allowed")]
    HeaderMemberNotAllowed,
    /// `alg` is missing, unknown, or not in the caller's list.
    #[error("the algorithm is not allowed")]
    AlgorithmNotAllowed,
    /// `typ` is missing or another one.
    #[error("the token is of another type")]
    TypNotExpected,
    /// No key of the set has this `kid`, or, without `kid`, none fits the algorithm.
    #[error("no key fits the token")]
    KeyNotFound,
    /// The key in the header is private, symmetric, weak, on another curve or no key.
    #[error("the key in the header cannot be used")]
    KeyUnusable,
    /// No `kid`, and several keys fit the algorithm.
    #[error("several keys fit the token")]
    KeyAmbiguous,
    /// The key named by `kid` is registered for another algorithm.
    #[error("the key is not for this algorithm")]
    AlgorithmDoesNotFitKey,
    /// The signature does not verify.
    #[error("the signature does not verify")]
    SignatureInvalid,
    /// A claim the caller requires is missing or null.
    #[error("a required claim is missing")]
    ClaimMissing,
    /// `iss` is missing or not exactly the expected string.
    #[error("the issuer is another one")]
    IssuerMismatch,
    /// `aud` is missing, of a wrong type, or does not satisfy the rule.
    #[error("the audience is another one")]
    AudienceMismatch,
    /// `exp` is missing.
    #[error("the expiry is missing")]
    ExpiryMissing,
    /// A time claim is not an integer from 0 to 2^53.
    #[error("a time is not an integer in range")]
    TimeMalformed,
    /// `exp` has passed.
    #[error("the token has expired")]
    Expired,
    /// `nbf` lies in the future.
    #[error("the token is not valid yet")]
    NotYetValid,
    /// `iat` lies in the future.
    #[error("the token was issued in the future")]
    IssuedInFuture,
}

impl Rejection {
    /// The rejection for a header that is no readable object.
    pub(crate) fn of_header(error: ObjectError) -> Self {
        match error {
            ObjectError::NotAnObject => Self::MalformedHeader,
            ObjectError::DuplicateMember => Self::DuplicateMember,
        }
    }

    /// The rejection for claims that are no readable object.
    pub(crate) fn of_claims(error: ObjectError) -> Self {
        match error {
            ObjectError::NotAnObject => Self::MalformedClaims,
            ObjectError::DuplicateMember => Self::DuplicateMember,
        }
    }
}
