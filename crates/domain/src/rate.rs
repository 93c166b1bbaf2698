//! Rate limits as pure arithmetic: GCRA, and the presets a tenant chooses from.
//!
//! Owns how many attempts are allowed, what is remembered of them (`attempts`), and how many requests a tenant has (`quota`). Leaves
//! keys and where the state lives to `issuer::attempts` and `issuer::requests`. SECURITY rule 18.

pub(crate) mod attempts;
pub(crate) mod quota;

use serde::{Deserialize, Serialize};

use crate::{Lifetime, Timestamp, lifetimes};

/// How sign-in attempts are limited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RatePreset {
    /// Fits people behind one address: five a minute per address and account, 30 distinct accounts per address in ten
    /// minutes, a ceiling per account.
    #[default]
    Standard,
    /// The classic rule: five a minute per address, the sixth is refused and blocks the address for a set period.
    Strict,
}

impl RatePreset {
    /// How many attempts an address has a minute: for all accounts together (`strict`) or for one (`standard`).
    pub const ATTEMPTS_PER_MINUTE: u32 = 5;
    /// How many different accounts one address may try in ten minutes (`standard`).
    pub const ACCOUNTS_PER_ADDRESS: usize = 30;
    /// The window of `ACCOUNTS_PER_ADDRESS`.
    pub const ACCOUNTS_WINDOW: Lifetime = Lifetime::from_minutes(10);
    /// How long `strict` blocks an address after the sixth attempt.
    pub const STRICT_BLOCK: Lifetime = Lifetime::from_minutes(15);
    /// How many consecutive failures one account takes from strangers (NIST 800-63B-4 §3.2.2: at most 100).
    pub const FAILURES_PER_ACCOUNT: i64 = 100;
}

/// The generic cell rate algorithm: `burst` at once, then one each `interval`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gcra {
    interval: Lifetime,
    burst: u32,
}

/// The answer to one attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RateDecision {
    /// Allowed; store this theoretical arrival time.
    Allowed {
        /// The new state.
        next: Timestamp,
    },
    /// Refused; the state stays as it is.
    Refused {
        /// How long until the next attempt is allowed.
        retry_after: Lifetime,
    },
}

impl Gcra {
    /// A limit of `count` attempts in `window`, all of which may come at once. A `count` of zero is taken as one.
    pub fn new(count: u32, window: Lifetime) -> Self {
        let burst = count.max(1);
        Self { interval: Lifetime::from_millis(window.as_millis() / i64::from(burst)), burst }
    }

    /// Charges one attempt at `now` against the stored theoretical arrival time, `None` for a fresh key. One that is further ahead than
    /// the whole limit is from before the clock went back, and counts as none.
    pub fn charge(&self, stored: Option<Timestamp>, now: Timestamp) -> RateDecision {
        let window = Lifetime::from_millis(self.interval.as_millis() * i64::from(self.burst));
        let stored = stored.filter(|stored| !is_of_a_former_clock(*stored, now, window));
        let (interval, now) = (self.interval.as_millis(), now.as_millis());
        let stored = stored.map_or(now, Timestamp::as_millis);
        match arrive(stored, now, interval, interval * i64::from(self.burst - 1)) {
            Ok(next) => RateDecision::Allowed { next: Timestamp::from_millis(next) },
            Err(excess) => RateDecision::Refused { retry_after: Lifetime::from_millis(excess) },
        }
    }
}

/// Whether a moment that is stored at most `reach` ahead of the clock is further ahead than that, by more than the clocks of nodes differ:
/// the clock went back since, and would shut people out for as long.
pub fn is_of_a_former_clock(moment: Timestamp, now: Timestamp, reach: Lifetime) -> bool {
    moment > now.plus(reach).plus(lifetimes::CLOCK_SKEW)
}

/// One arrival, with every time in one unit: the next theoretical arrival time, or how much this one came too early.
fn arrive(stored: i64, now: i64, interval: i64, tolerance: i64) -> Result<i64, i64> {
    let arrival = stored.max(now);
    let ahead = arrival.saturating_sub(now);
    if ahead > tolerance { Err(ahead - tolerance) } else { Ok(arrival.saturating_add(interval)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// S-072: five at once, the sixth waits, and waiting as told is enough.
    #[test]
    fn the_sixth_attempt_in_a_minute_is_refused() {
        let limit = Gcra::new(5, Lifetime::from_minutes(1));
        let now = Timestamp::from_millis(1_000_000);
        let mut stored = None;
        for _ in 0..5 {
            match limit.charge(stored, now) {
                RateDecision::Allowed { next } => stored = Some(next),
                refused @ RateDecision::Refused { .. } => panic!("{refused:?}"),
            }
        }

        let RateDecision::Refused { retry_after } = limit.charge(stored, now) else { panic!("the sixth was allowed") };

        assert_eq!(retry_after, Lifetime::from_seconds(12));
        assert!(matches!(limit.charge(stored, now.plus(retry_after)), RateDecision::Allowed { .. }));
    }

    /// what was charged while the clock was ahead shuts nobody out when it is right again; a node's clock that is a little behind
    /// another's forgives nothing.
    #[test]
    fn a_clock_that_goes_back_shuts_nobody_out() {
        let (limit, now) = (Gcra::new(5, Lifetime::from_minutes(1)), Timestamp::from_millis(10_000_000));
        for (ahead, is_allowed) in [(Lifetime::from_minutes(60), true), (Lifetime::from_seconds(29), false)] {
            let full = now.plus(ahead).plus(Lifetime::from_minutes(1));

            let decision = limit.charge(Some(full), now);

            assert_eq!(matches!(decision, RateDecision::Allowed { .. }), is_allowed, "{ahead:?}: {decision:?}");
        }
    }
}
