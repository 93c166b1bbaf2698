//! What the application keeps of somebody who signed in.
//!
//! Owns the tokens in use: one access token for the issuer's own userinfo, one for the demo API, one refresh token
//! that both come from. They live in memory and never reach a page whole. RFC 8707 §2.2.

use crate::authorization::Intent;
use crate::id_token::VerifiedIdToken;
use crate::token_endpoint::TokenResponse;
use crate::userinfo::Userinfo;

/// An access token with what the issuer said about it.
pub(crate) struct AccessToken {
    pub(crate) value: String,
    /// Unix seconds; `None` when the issuer did not say.
    pub(crate) expires_at: Option<i64>,
    pub(crate) scope: Option<String>,
}

impl AccessToken {
    /// Takes the access token out of an answer received at `now`.
    pub(crate) fn from_response(response: &TokenResponse, now: i64) -> Self {
        Self {
            value: response.access_token.clone(),
            expires_at: response.expires_in.map(|seconds| now.saturating_add(seconds)),
            scope: response.scope.clone(),
        }
    }

    /// Tells whether the token is past its end. One without a known end is tried.
    pub(crate) fn has_expired(&self, now: i64) -> bool {
        self.expires_at.is_some_and(|end| end <= now)
    }
}

/// What the demo API said last.
pub(crate) struct ApiAnswer {
    pub(crate) status: u16,
    pub(crate) challenge: Option<String>,
    /// The body as it may be shown.
    pub(crate) body: String,
}

/// Somebody who signed in at this application.
pub(crate) struct SignedIn {
    pub(crate) id_token: VerifiedIdToken,
    /// The token as it came, for `id_token_hint`.
    pub(crate) id_token_hint: String,
    /// The nonce of the sign-in, which a refreshed ID token may repeat.
    pub(crate) nonce: String,
    pub(crate) access_token: AccessToken,
    /// The token for the demo API, once it was asked for.
    pub(crate) api_token: Option<AccessToken>,
    pub(crate) refresh_token: Option<String>,
    pub(crate) userinfo: Userinfo,
    pub(crate) intent: Intent,
    pub(crate) api_answer: Option<ApiAnswer>,
}
