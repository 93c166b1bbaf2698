//! Whether PostgreSQL is heard of: what says nothing at all for a while is taken for away until it answers again.
//!
//! Owns when it answered last. A database that stands still, or is behind a network that drops packets, would otherwise hold
//! everybody for as long as a slow statement may take. One that is merely slow is heard of: who waits asks beside it. Leaves
//! asking to the pool. R-05.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// How long nothing is heard before the database is taken for away; slow answers come sooner.
const SILENCE: Duration = Duration::from_secs(1);
/// After how long it is asked whether it is there, beside what is waited for.
const QUIET: Duration = Duration::from_millis(400);
/// How often somebody who waits looks whether others have heard of it.
pub(super) const LOOK: Duration = Duration::from_millis(200);

/// When it answered last.
pub(super) struct Pulse {
    began: Instant,
    heard_millis: AtomicU64,
    away: AtomicBool,
    asked: AtomicBool,
}

impl Pulse {
    pub(super) fn new(began: Instant) -> Self {
        Self { began, heard_millis: AtomicU64::new(0), away: AtomicBool::new(false), asked: AtomicBool::new(false) }
    }

    /// It answered, whatever it was.
    pub(super) fn hear(&self, now: Instant) {
        self.heard_millis.store(self.millis(now), Ordering::Relaxed);
        if self.is_away() {
            self.away.store(false, Ordering::Relaxed);
        }
    }

    pub(super) fn is_away(&self) -> bool {
        self.away.load(Ordering::Relaxed)
    }

    /// Whether nobody has heard of it for too long, since a statement was `sent` at the earliest.
    pub(super) fn is_silent(&self, sent: Instant, now: Instant) -> bool {
        self.unheard(sent, now) >= SILENCE
    }

    /// Whether it is time to ask, and nobody does.
    pub(super) fn must_ask(&self, sent: Instant, now: Instant) -> bool {
        self.unheard(sent, now) >= QUIET && !self.asked.swap(true, Ordering::Relaxed)
    }

    /// Whoever asked is done.
    pub(super) fn asked(&self) {
        self.asked.store(false, Ordering::Relaxed);
    }

    fn unheard(&self, sent: Instant, now: Instant) -> Duration {
        let heard = self.heard_millis.load(Ordering::Relaxed).max(self.millis(sent));
        Duration::from_millis(self.millis(now).saturating_sub(heard))
    }

    /// Takes it for away; true when nobody has before.
    pub(super) fn lose(&self) -> bool {
        !self.away.swap(true, Ordering::Relaxed)
    }

    fn millis(&self, at: Instant) -> u64 {
        u64::try_from(at.saturating_duration_since(self.began).as_millis()).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_heard_of_by_anybody_is_not_silent() {
        let start = Instant::now();
        let after = |millis| start + Duration::from_millis(millis);
        let pulse = Pulse::new(start);

        assert!(!pulse.is_silent(after(5000), after(5999)), "it was asked a moment ago");
        assert!(pulse.is_silent(after(5000), after(6000)));
        pulse.hear(after(5500));
        assert!(!pulse.is_silent(after(5000), after(6499)));
        assert!(pulse.is_silent(after(5000), after(6500)));
    }

    #[test]
    fn one_asks_for_all_who_wait() {
        let start = Instant::now();
        let after = |millis| start + Duration::from_millis(millis);
        let pulse = Pulse::new(start);

        assert!(!pulse.must_ask(after(5000), after(5399)));
        assert!(pulse.must_ask(after(5000), after(5400)) && !pulse.must_ask(after(5000), after(5400)));
        pulse.asked();
        assert!(pulse.must_ask(after(5000), after(5400)));
    }

    #[test]
    fn it_is_lost_once_and_back_with_the_next_answer() {
        let start = Instant::now();
        let pulse = Pulse::new(start);

        assert!(pulse.lose() && !pulse.lose() && pulse.is_away());
        pulse.hear(start);
        assert!(!pulse.is_away() && pulse.lose());
    }
}
