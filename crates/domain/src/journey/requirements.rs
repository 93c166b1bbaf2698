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

/// How strong the proofs must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LevelRule {
    /// At least this.
    pub strength: Strength,
    /// Whether failing to reach it is an error (`acr` as an essential claim, or the tenant's policy); a voluntary wish
    /// (`acr_values`) is dropped when the person declines to enrol.
    pub essential: bool,
}

/// What must be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requirements {
    /// Proofs made before this instant do not count (`max_age`, `prompt=login`).
    pub fresh_since: Timestamp,
    /// The person it must be (`id_token_hint`, the `sub` claim with a value); anybody when absent.
    pub subject: Option<UserId>,
    /// How strong the proofs must be.
    pub level: LevelRule,
    /// Whether the person must choose an account on this journey (`prompt=select_account`).
    pub select_account: bool,
    /// Whether the journey begins at registration (`prompt=create`).
    pub create_account: bool,
    /// Whether a proven address is needed.
    pub verified_email: bool,
    /// When to ask for consent.
    pub consent: ConsentRule,
}

impl Requirements {
    /// Requires one factor, whenever it was proven.
    pub const fn sign_in() -> Self {
        Self {
            fresh_since: Timestamp::from_millis(i64::MIN),
            subject: None,
            level: LevelRule { strength: Strength::OneFactor, essential: true },
            select_account: false,
            create_account: false,
            verified_email: false,
            consent: ConsentRule::NotNeeded,
        }
    }

    /// Also requires `level`: the stronger wish wins, and essential wins over voluntary at the same strength.
    #[must_use]
    pub fn with_level(mut self, level: LevelRule) -> Self {
        if level.strength > self.level.strength {
            self.level = level;
        } else if level.strength == self.level.strength {
            self.level.essential |= level.essential;
        }
        self
    }
}
