//! How long somebody waits who has lost every second factor.

use serde::{Deserialize, Serialize};

use crate::Lifetime;

/// For how many hours a request to remove lost second factors can be stopped before it is granted: 1 to 168, 24 unless set.
/// With 0 nobody is let in without a second factor that they have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct RecoveryWait(u16);

impl RecoveryWait {
    /// The number of hours; `None` where there is no such way.
    pub fn hours(self) -> Option<u16> {
        (self.0 > 0).then_some(self.0)
    }

    /// The same as a time.
    pub fn lifetime(self) -> Option<Lifetime> {
        self.hours().map(|hours| Lifetime::from_hours(i64::from(hours)))
    }
}

impl Default for RecoveryWait {
    fn default() -> Self {
        Self(24)
    }
}

impl TryFrom<u16> for RecoveryWait {
    type Error = &'static str;

    fn try_from(hours: u16) -> Result<Self, Self::Error> {
        // The button of the notice works for seven days: a longer wait would outlive it.
        if hours <= 168 { Ok(Self(hours)) } else { Err("lost_factor_wait_hours must be 0 to 168") }
    }
}

impl From<RecoveryWait> for u16 {
    fn from(wait: RecoveryWait) -> Self {
        wait.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lifetimes;

    /// Whoever is told can say "this was not me" for as long as the request waits.
    #[test]
    fn the_wait_is_no_longer_than_the_button_of_the_notice_works() {
        assert_eq!(RecoveryWait::default().lifetime(), Some(Lifetime::from_hours(24)));
        assert_eq!(RecoveryWait::try_from(0).map(RecoveryWait::lifetime), Ok(None));
        assert_eq!(RecoveryWait::try_from(168).map(RecoveryWait::lifetime), Ok(Some(lifetimes::NOTICE_LINK)));
        assert!(RecoveryWait::try_from(169).is_err());
    }
}
