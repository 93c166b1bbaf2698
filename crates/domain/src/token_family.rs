//! Token families: everything issued from one authorization, and the rule of refresh rotation.
//!
//! Owns what presenting a refresh token means. Leaves rows to `storage` and issuing to `issuer::gate`.
//! RFC 6749 §6, RFC 9700 §4.14.2, DESIGN §11.

use crate::{
    Acr, Amr, Client, ClientId, FamilyId, GrantType, Proof, Scope, SessionId, TenantId, Timestamp, UserId, lifetimes,
};

/// What a person authorized: the root of all tokens of one grant.
#[derive(Clone, Debug, PartialEq)]
pub struct TokenFamily {
    /// Where.
    pub tenant: TenantId,
    /// Its row.
    pub id: FamilyId,
    /// To whom the grant was made.
    pub client: ClientId,
    /// By which grant; what the client may not use any more gives no tokens either.
    pub origin: GrantType,
    /// By whom.
    pub user: UserId,
    /// In which session; it ends with it unless `offline`. `None`: nobody signed in for it here.
    pub session: Option<SessionId>,
    /// The session's `sid`, for ID tokens; empty without a session.
    pub sid: String,
    /// What was granted; tokens may have less, never more.
    pub scope: Scope,
    /// The resource servers granted (RFC 8707).
    pub resources: Vec<String>,
    /// The authorization details granted (RFC 9396), sealed; `None` without any.
    pub details_sealed: Option<Vec<u8>>,
    /// The `claims` request parameter as accepted, JSON; for userinfo and later ID tokens.
    pub claims: Option<String>,
    /// What was proven when it was granted.
    pub proofs: Vec<Proof>,
    /// `acr` at that time.
    pub acr: Acr,
    /// Whether `offline_access` was granted: it outlives the session.
    pub offline: bool,
    /// The `nonce` of the authorization request.
    pub nonce: Option<String>,
    /// Whether ID tokens must carry `auth_time` (it was asked for).
    pub wants_auth_time: bool,
    /// `auth_time`.
    pub authenticated_at: Timestamp,
    /// The families it was derived from by token exchange, oldest first; what ends one of them ends it.
    pub ancestors: Vec<FamilyId>,
    /// Who acts for the person, newest first (RFC 8693 §4.1); empty: the client, silently.
    pub actors: Vec<String>,
    /// The issuer on whose word it was granted (RFC 7523); `None`: the person's own.
    pub trusted_issuer: Option<String>,
    /// When it ends although it is not revoked; `None`: at its absolute end.
    pub ends_at: Option<Timestamp>,
    /// When it was granted.
    pub created_at: Timestamp,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

impl TokenFamily {
    /// The `amr` claim.
    pub fn amr(&self) -> Amr {
        Amr::of(&self.proofs, self.user)
    }

    /// The `acr` to be told; `None` when nobody signed in for it here.
    pub fn stated_acr(&self) -> Option<Acr> {
        (!self.proofs.is_empty()).then_some(self.acr)
    }

    /// The `auth_time` to be told; `None` when nobody signed in for it here.
    pub fn auth_time(&self) -> Option<Timestamp> {
        (!self.proofs.is_empty()).then_some(self.authenticated_at)
    }

    /// Whether tokens of it count when its session has ended. `client` is whose it is: what was granted offline counts as long as the client
    /// may have that.
    pub fn outlives_session(&self, client: &Client) -> bool {
        let is_taken_away = |token| self.scope.contains(token) && !client.may_have_scope(token);
        self.offline && !is_taken_away("offline_access")
    }

    /// When it ends however often it is refreshed.
    pub fn absolute_end(&self) -> Timestamp {
        let end = self.created_at.plus(lifetimes::REFRESH_ABSOLUTE);
        self.ends_at.map_or(end, |earlier| end.min(earlier))
    }

    /// Whether tokens of it count at `now`.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && now < self.absolute_end()
    }
}

/// A stored refresh token, as far as the rotation rule needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefreshTokenState {
    /// When it was exchanged for its successor.
    pub consumed_at: Option<Timestamp>,
    /// When it dies unused.
    pub expires_at: Timestamp,
    /// Whether its successor was itself used already; false while it has none.
    pub successor_consumed: bool,
}

/// What presenting a proven refresh token leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presentation {
    /// First use: issue the successor.
    Rotate,
    /// The answer was lost: give the same successor and a new access token.
    Retry,
    /// Used again too late: a thief or a broken client; the family dies.
    Replayed,
    /// Expired: refused, nothing else happens.
    Expired,
}

/// Decides what a proven refresh token leads to (RFC 9700 §4.14.2).
///
/// A second use within `lifetimes::REFRESH_RETRY` is a retry while the successor is unused. The caller has checked that
/// the presenting client owns the token; a foreign client's attempt never reaches this function.
pub fn present(token: &RefreshTokenState, now: Timestamp) -> Presentation {
    match token.consumed_at {
        None if now >= token.expires_at => Presentation::Expired,
        None => Presentation::Rotate,
        Some(at) if !token.successor_consumed && now < at.plus(lifetimes::REFRESH_RETRY) => Presentation::Retry,
        Some(_) => Presentation::Replayed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Lifetime;

    const DAY: Timestamp = Timestamp::from_millis(86_400_000);

    fn token(consumed_at: Option<i64>, successor_consumed: bool) -> RefreshTokenState {
        RefreshTokenState { consumed_at: consumed_at.map(Timestamp::from_millis), expires_at: DAY, successor_consumed }
    }

    /// S-035: a token used again after the retry window is a replay.
    #[test]
    fn a_second_use_after_ten_seconds_is_a_replay() {
        let used = token(Some(1000), false);

        assert_eq!(present(&used, Timestamp::from_millis(10_999)), Presentation::Retry);
        assert_eq!(present(&used, Timestamp::from_millis(11_000)), Presentation::Replayed);
    }

    /// S-036: within the window the retry is answered only while the successor is unused.
    #[test]
    fn a_retry_after_the_successor_was_used_is_a_replay() {
        assert_eq!(present(&token(Some(1000), true), Timestamp::from_millis(1001)), Presentation::Replayed);
    }

    /// S-039: an idle token dies without harm to anybody.
    #[test]
    fn an_unused_token_expires() {
        assert_eq!(present(&token(None, false), DAY), Presentation::Expired);
        assert_eq!(present(&token(None, false), DAY.minus(Lifetime::from_millis(1))), Presentation::Rotate);
    }
}
