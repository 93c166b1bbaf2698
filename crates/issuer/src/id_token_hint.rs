//! `id_token_hint`: an ID token of ours, believed as to whom it is about, also after it has expired.
//!
//! A client whose ID tokens are encrypted may encrypt a hint to us. OIDC Core §3.1.2.1; RP-Initiated Logout 1.0 §2 and §4.

use portreeve_domain::{Timestamp, lifetimes};
use portreeve_jose::{AudienceRule, Expected, Expiry, TypRule, VerifiedClaims, is_encrypted, verify};
use portreeve_oidc::metadata::SIGNING_ALGORITHMS;
use portreeve_oidc::{Cause, Refusal};

use crate::directory::TenantDirectory;

/// How long a hint may be, in bytes.
const MAX_BYTES: usize = 16 * 1024;

/// The claims of a hint.
///
/// # Errors
/// `HintUnusable` when it is not an ID token signed by this tenant.
pub(crate) fn claims(at: &TenantDirectory, hint: &str, now: Timestamp) -> Result<VerifiedClaims, Refusal> {
    let expected = Expected {
        typ: TypRule::AbsentOr(&["JWT"]),
        algorithms: &SIGNING_ALGORITHMS,
        issuer: Some(&at.issuer),
        audience: AudienceRule::Unchecked,
        required: &["sub"],
        now_seconds: now.as_seconds(),
        skew_seconds: lifetimes::CLOCK_SKEW.as_seconds(),
        expiry: Expiry::IgnoredWhenPast,
        max_bytes: MAX_BYTES,
    };
    let unusable = |what: String| Refusal::new(Cause::HintUnusable).with_detail(what);
    let decrypted;
    let signed = if is_encrypted(hint) {
        let content = at.encryption.decrypt(hint, MAX_BYTES).map_err(|rejection| unusable(rejection.to_string()))?;
        decrypted = String::from_utf8(content).map_err(|_| unusable("no text inside".to_owned()))?;
        &decrypted
    } else {
        hint
    };
    verify(signed, &expected, at.signing.believed()).map_err(|rejection| unusable(rejection.to_string()))
}
