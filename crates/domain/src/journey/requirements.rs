//! What a journey must show before it is done. Rules only ever add to it.

use serde::{Deserialize, Serialize};

use crate::{Strength, Timestamp, UserId};

/// When a person is asked to agree.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentRule {
    /// Never: the client belongs to the operator.
    #[default]
    NotNeeded,
    /// Unless an earlier consent covers what is asked.
    UnlessCovered,
    /// In this journey, whatever was agreed before (`prompt=consent`; public native clients).
    Always,
}

/// How strong the proofs must be, and what is wished for beyond. A wish never takes the place of a demand or of another wish.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LevelRule {
    /// Not to reach this is an error (`acr` as an essential claim, or the tenant's policy).
    pub least: Strength,
    /// Whether a second factor is wished for (`acr_values`); dropped when the person declines to enrol.
    pub wishes_second_factor: bool,
    /// Whether a passkey is wished for; dropped when the person declines to show or to add one.
    pub wishes_passkey: bool,
}

impl LevelRule {
    /// Demands `strength`.
    pub const fn essential(strength: Strength) -> Self {
        Self { least: strength, wishes_second_factor: false, wishes_passkey: false }
    }

    /// Wishes for `strength`.
    pub const fn voluntary(strength: Strength) -> Self {
        Self {
            least: Strength::OneFactor,
            wishes_second_factor: matches!(strength, Strength::TwoFactors),
            wishes_passkey: matches!(strength, Strength::PhishingResistant),
        }
    }
}

/// Whom a request names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Subject {
    /// This person.
    Person(UserId),
    /// Somebody who is not signed in here, by a pairwise subject: it names nobody until the person is there (OIDC Core §8.1).
    Pairwise,
}

/// What must be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requirements {
    /// Proofs made before this instant do not count (`max_age`, `prompt=login`).
    pub fresh_since: Timestamp,
    /// Proofs made before this instant add no authenticator: a session that was left open is not enough for that.
    pub enrols_since: Timestamp,
    /// The person it must be (`id_token_hint`, the `sub` claim with a value); anybody when absent.
    pub subject: Option<Subject>,
    /// How strong the proofs must be.
    pub level: LevelRule,
    /// Whether the person must choose an account on this journey (`prompt=select_account`).
    pub select_account: bool,
    /// Whether the journey begins at registration (`prompt=create`).
    pub create_account: bool,
    /// Whether who shows no second factor gives a code that is mailed to the proven address; nothing where there is none.
    pub confirmation: bool,
    /// Whether a proven address is needed.
    pub verified_email: bool,
    /// Whether attributes are asked for here.
    pub attributes: bool,
    /// Whether terms hold here.
    pub terms: bool,
    /// When to ask for consent.
    pub consent: ConsentRule,
    /// Whether who signs in without a passkey is offered one.
    pub offer_passkey: bool,
}

impl Requirements {
    /// Requires one factor, whenever it was proven.
    pub const fn sign_in() -> Self {
        Self {
            fresh_since: Timestamp::from_millis(i64::MIN),
            enrols_since: Timestamp::from_millis(i64::MIN),
            subject: None,
            level: LevelRule::essential(Strength::OneFactor),
            select_account: false,
            create_account: false,
            confirmation: false,
            verified_email: false,
            attributes: false,
            terms: false,
            consent: ConsentRule::NotNeeded,
            offer_passkey: false,
        }
    }

    /// Also requires `level`: the strongest demand holds, and every wish.
    #[must_use]
    pub fn with_level(mut self, level: LevelRule) -> Self {
        self.level.least = self.level.least.max(level.least);
        self.level.wishes_second_factor |= level.wishes_second_factor;
        self.level.wishes_passkey |= level.wishes_passkey;
        self
    }
}
