//! Random values that nobody can guess: session ids, `state`, `nonce`, PKCE verifiers.
//!
//! Owns their length and alphabet. What each is compared with is its user's matter.

use aws_lc_rs::rand;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::failure::Failure;

/// Returns 256 random bits in base64url without padding: 43 characters.
///
/// Errors: `Failure::NoRandomness` when the operating system gives none.
pub(crate) fn token() -> Result<String, Failure> {
    let mut bytes = [0_u8; 32];
    rand::fill(&mut bytes).map_err(|_| Failure::NoRandomness)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}
