//! Whether the clock jumps: what expires, the codes of authenticator apps and the order of events all go by it.
//!
//! Owns telling a jump from time that passes, by the clock that only goes forward. Leaves its event to `issuer`. R-11.

use std::time::{Duration, Instant};

use portreeve_domain::Timestamp;

/// More than a time service adjusts at once without a step, in milliseconds.
const JUMP_MILLIS: i64 = 10_000;
/// After how long the comparison begins anew, so that many small adjustments are no jump.
const ADJUSTED: Duration = Duration::from_secs(300);

/// Both clocks at the last jump, or a while ago.
pub(super) struct ClockWatch {
    wall: Timestamp,
    steady: Instant,
}

impl ClockWatch {
    pub(super) const fn new(wall: Timestamp, steady: Instant) -> Self {
        Self { wall, steady }
    }

    /// By how many milliseconds the clock has jumped ahead, less than zero when it went back; `None` when it did not.
    pub(super) fn look(&mut self, wall: Timestamp, steady: Instant) -> Option<i64> {
        let passed = steady.saturating_duration_since(self.steady);
        let expected = self.wall.as_millis().saturating_add(i64::try_from(passed.as_millis()).unwrap_or(i64::MAX));
        let ahead = wall.as_millis().saturating_sub(expected);
        let has_jumped = ahead.saturating_abs() >= JUMP_MILLIS;
        if has_jumped || passed >= ADJUSTED {
            *self = Self::new(wall, steady);
        }
        has_jumped.then_some(ahead)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: i64 = 1_800_000_000_000;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(START + millis)
    }

    fn after(start: Instant, millis: u64) -> Instant {
        start + Duration::from_millis(millis)
    }

    #[test]
    fn a_jump_is_told_once_with_its_size() {
        let start = Instant::now();
        let mut watch = ClockWatch::new(at(0), start);

        assert_eq!(watch.look(at(1000), after(start, 1000)), None);
        assert_eq!(watch.look(at(32_000), after(start, 2000)), Some(30_000));
        assert_eq!(watch.look(at(33_000), after(start, 3000)), None);
        assert_eq!(watch.look(at(4_000 - 3_600_000), after(start, 4000)), Some(-3_630_000));
    }

    #[test]
    fn a_clock_that_stands_still_is_told_of() {
        let start = Instant::now();
        let mut watch = ClockWatch::new(at(0), start);

        assert_eq!(watch.look(at(0), after(start, 9_000)), None);
        assert_eq!(watch.look(at(0), after(start, 10_000)), Some(-10_000));
    }

    #[test]
    fn a_clock_that_is_adjusted_slowly_has_not_jumped() {
        let start = Instant::now();
        let mut watch = ClockWatch::new(at(0), start);

        for minute in 1..=600_i64 {
            // A tenth of a second a minute.
            let told = watch.look(at(minute * 60_100), after(start, minute.unsigned_abs() * 60_000));
            assert_eq!(told, None, "after {minute} minutes");
        }
    }
}
