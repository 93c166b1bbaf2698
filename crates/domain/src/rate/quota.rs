//! How many requests a tenant may make of a node.

use serde::{Deserialize, Serialize};

use super::arrive;
use crate::{Lifetime, Timestamp};

const NANOS_PER_MILLI: i64 = 1_000_000;
/// What may come at once is what this time brings.
const BURST_NANOS: i64 = 2_000 * NANOS_PER_MILLI;

/// How many requests a second a tenant may make of each node: 1 to 1 000 000. What two seconds bring may come at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct RequestQuota(u32);

impl RequestQuota {
    /// Charges a request at `now` and returns the new state; `Err` says how long until the next one is allowed, and the state stays.
    /// The state is the theoretical arrival time of the next request, in nanoseconds since 1970; zero when nothing has come yet.
    ///
    /// The burst is the same time whatever the quota is, so that the state means the same after the quota was changed. A state
    /// further ahead than twice that time is from before the clock went back and counts as none.
    pub fn charge(self, stored: i64, now: Timestamp) -> Result<i64, Lifetime> {
        let now = now.as_millis().saturating_mul(NANOS_PER_MILLI);
        let stored = if stored.saturating_sub(now) > 2 * BURST_NANOS { now } else { stored };
        let interval = 1_000 * NANOS_PER_MILLI / i64::from(self.0);
        arrive(stored, now, interval, BURST_NANOS - interval)
            .map_err(|excess| Lifetime::from_millis((excess - 1).div_euclid(NANOS_PER_MILLI) + 1))
    }
}

impl TryFrom<u32> for RequestQuota {
    type Error = &'static str;

    fn try_from(a_second: u32) -> Result<Self, Self::Error> {
        let is_allowed = (1..=1_000_000).contains(&a_second);
        if is_allowed { Ok(Self(a_second)) } else { Err("requests_per_second must be 1 to 1000000") }
    }
}

impl From<RequestQuota> for u32 {
    fn from(quota: RequestQuota) -> Self {
        quota.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

    /// How many of `tries` at `now` are allowed, and the state then.
    fn allowed(quota: RequestQuota, mut stored: i64, now: Timestamp, tries: u32) -> (u32, i64) {
        let mut count = 0;
        for _ in 0..tries {
            if let Ok(next) = quota.charge(stored, now) {
                (count, stored) = (count + 1, next);
            }
        }
        (count, stored)
    }

    /// two seconds' worth at once, then as many a second as were set, also where they are closer together than a millisecond.
    #[test]
    fn a_quota_lets_in_what_it_says() {
        for a_second in [1, 3, 50, 7_000, 1_000_000] {
            let quota = RequestQuota::try_from(a_second).unwrap();

            let (at_once, full) = allowed(quota, 0, NOW, 2 * a_second + 5);
            let (after_a_second, _) = allowed(quota, full, NOW.plus(Lifetime::from_seconds(1)), 2 * a_second + 5);

            assert_eq!((at_once, after_a_second), (2 * a_second, a_second), "{a_second}");
        }
    }

    /// Waiting as told is enough.
    #[test]
    fn whoever_waits_as_told_is_let_in() {
        let quota = RequestQuota::try_from(4).unwrap();
        let (_, full) = allowed(quota, 0, NOW, 8);

        let wait = quota.charge(full, NOW).unwrap_err();

        assert_eq!(wait, Lifetime::from_millis(250));
        assert!(quota.charge(full, NOW.plus(wait)).is_ok());
    }

    /// a clock that goes back by an hour shuts nobody out for an hour.
    #[test]
    fn a_clock_that_goes_back_shuts_nobody_out() {
        let quota = RequestQuota::try_from(4).unwrap();
        let (_, full) = allowed(quota, 0, NOW, 8);

        for back in [5, 3600] {
            let before = NOW.minus(Lifetime::from_seconds(back));
            assert!(quota.charge(full, before).is_ok(), "{back} s");
        }
    }

    #[test]
    fn a_quota_is_one_to_a_million() {
        for (a_second, is_allowed) in [(0, false), (1, true), (1_000_000, true), (1_000_001, false)] {
            assert_eq!(RequestQuota::try_from(a_second).is_ok(), is_allowed, "{a_second}");
        }
    }
}
