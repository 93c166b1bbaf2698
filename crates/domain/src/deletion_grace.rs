//! How long people can have second thoughts about deleting their accounts.

use serde::{Deserialize, Serialize};

use crate::Lifetime;

/// For how many days an account that its owner deletes can be had back: 1 to 90, 14 unless set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct DeletionGrace(u16);

impl DeletionGrace {
    /// The number of days.
    pub const fn days(self) -> u16 {
        self.0
    }

    /// The same as a time.
    pub fn lifetime(self) -> Lifetime {
        Lifetime::from_days(i64::from(self.0))
    }
}

impl Default for DeletionGrace {
    fn default() -> Self {
        Self(14)
    }
}

impl TryFrom<u16> for DeletionGrace {
    type Error = &'static str;

    fn try_from(days: u16) -> Result<Self, Self::Error> {
        if (1..=90).contains(&days) { Ok(Self(days)) } else { Err("deletion_grace_days must be 1 to 90") }
    }
}

impl From<DeletionGrace> for u16 {
    fn from(grace: DeletionGrace) -> Self {
        grace.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// GDPR Articles 12 and 17: without undue delay, and at most three months with the extension.
    #[test]
    fn an_account_can_be_had_back_for_one_to_ninety_days() {
        for (days, is_allowed) in [(0, false), (1, true), (90, true), (91, false)] {
            assert_eq!(DeletionGrace::try_from(days).is_ok(), is_allowed, "{days}");
        }
        assert_eq!(DeletionGrace::default().lifetime(), Lifetime::from_days(14));
    }
}
