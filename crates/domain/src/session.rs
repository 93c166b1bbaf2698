//! Sessions: an account signed in at one browser.
//!
//! Owns when a session still counts. Leaves its row to `storage` and the cookie to `http-kit`. NIST 800-63B-4 §4.

use serde::{Deserialize, Serialize};

use crate::{BrowserId, Lifetime, Proof, SessionId, Strength, TenantId, Timestamp, UserId, lifetimes};

/// Why a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionEnd {
    /// The person signed out.
    SignedOut,
    /// The password was reset or changed.
    PasswordChanged,
    /// An operator ended it.
    Revoked,
    /// The owner of the account said that a change was somebody else's.
    Disowned,
    /// Second factors that were lost were removed.
    FactorsRemoved,
    /// The owner of the account wants it to be deleted.
    DeletionRequested,
    /// The account is erased.
    Erased,
}

impl SessionEnd {
    /// The word stored and shown in events.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SignedOut => "signed_out",
            Self::PasswordChanged => "password_changed",
            Self::Revoked => "revoked",
            Self::Disowned => "disowned",
            Self::FactorsRemoved => "factors_removed",
            Self::DeletionRequested => "deletion_requested",
            Self::Erased => "erased",
        }
    }
}

/// A signed-in account in one browser, with what was proven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Where.
    pub tenant: TenantId,
    /// Its row.
    pub id: SessionId,
    /// The browser it lives in.
    pub browser: BrowserId,
    /// Who.
    pub user: UserId,
    /// The `sid` claim (Front-Channel Logout §3): random, not the row's id.
    pub sid: String,
    /// What was proven, newest last.
    pub proofs: Vec<Proof>,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last used; written at most once a minute.
    pub seen_at: Timestamp,
    /// When it was ended on purpose.
    pub ended_at: Option<Timestamp>,
}

impl Session {
    /// How strong it ever was.
    pub fn strength(&self) -> Strength {
        Strength::of(&self.proofs, self.user, Timestamp::from_millis(i64::MIN))
    }

    /// When it ends by itself, whatever is done with it.
    pub fn absolute_end(&self) -> Timestamp {
        let lifetime = match self.strength() {
            Strength::TwoFactors | Strength::PhishingResistant => lifetimes::SESSION_TWO_FACTORS,
            Strength::None | Strength::OneFactor => lifetimes::SESSION_ONE_FACTOR,
        };
        self.authenticated_at().plus(lifetime)
    }

    /// When it ends unless it is used.
    pub fn idle_end(&self) -> Timestamp {
        let idle = match self.strength() {
            Strength::TwoFactors | Strength::PhishingResistant => lifetimes::SESSION_TWO_FACTORS_IDLE,
            Strength::None | Strength::OneFactor => lifetimes::SESSION_ONE_FACTOR,
        };
        self.seen_at.plus(idle)
    }

    /// Whether it counts at `now`.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.ended_at.is_none() && now < self.absolute_end() && now < self.idle_end()
    }

    /// The `auth_time`: when a first factor was last proven (OIDC Core §2).
    pub fn authenticated_at(&self) -> Timestamp {
        self.proofs
            .iter()
            .filter(|p| p.user == self.user && !p.kind.is_second_factor())
            .map(|p| p.at)
            .max()
            .unwrap_or(self.created_at)
    }

    /// Whether its use should be written down: at most once a minute.
    pub fn needs_touch(&self, now: Timestamp) -> bool {
        now.since(self.seen_at) >= Lifetime::from_minutes(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ProofKind;

    fn session(kinds: &[ProofKind]) -> Session {
        let user = UserId::from_bytes([1; 16]);
        let start = Timestamp::from_millis(0);
        Session {
            tenant: TenantId::DEFAULT,
            id: SessionId::new(1),
            browser: BrowserId::new(1),
            user,
            sid: "sid".into(),
            proofs: kinds.iter().map(|&kind| Proof { kind, user, at: start }).collect(),
            created_at: start,
            seen_at: start,
            ended_at: None,
        }
    }

    fn after(lifetime: Lifetime) -> Timestamp {
        Timestamp::from_millis(lifetime.as_millis())
    }

    /// S-093: idle and absolute limits per level are kept on the server (DESIGN §11).
    #[test]
    fn a_two_factor_session_ends_after_one_idle_hour() {
        let two = session(&[ProofKind::Password, ProofKind::Totp]);

        assert!(two.is_live(after(Lifetime::from_minutes(59))));
        assert!(!two.is_live(after(Lifetime::from_hours(1))));
    }

    /// S-093: use does not carry a session past its absolute end.
    #[test]
    fn a_used_session_still_ends_absolutely() {
        let mut two = session(&[ProofKind::Password, ProofKind::Totp]);
        two.seen_at = after(Lifetime::from_hours(24));
        let mut one = session(&[ProofKind::Password]);
        one.seen_at = after(Lifetime::from_days(30));

        assert!(!two.is_live(after(Lifetime::from_hours(24))));
        assert!(one.is_live(after(Lifetime::from_days(29))));
        assert!(!one.is_live(after(Lifetime::from_days(30))));
    }

    #[test]
    fn an_ended_session_is_dead_at_once() {
        let mut one = session(&[ProofKind::Password]);
        one.ended_at = Some(Timestamp::from_millis(1));

        assert!(!one.is_live(Timestamp::from_millis(1)));
    }
}
