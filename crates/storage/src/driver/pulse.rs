//! Whether PostgreSQL is heard of: what says nothing at all for a while is taken for away until it answers again.
//!
//! Owns when it answered last. A database that stands still, or is behind a network that drops packets, would otherwise hold
//! everybody for as long as a slow statement may take. One that is merely slow is heard of: who waits asks beside it. Leaves
//! asking to the pool, and to the watch of a server. R-05.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::watch::WATCHERS;

/// How long nothing is heard before the database is taken for away; slow answers come sooner.
const SILENCE: Duration = Duration::from_secs(1);
/// After how long it is asked whether it is there, beside what is waited for.
const QUIET: Duration = Duration::from_millis(400);
/// How often somebody who waits looks whether others have heard of it.
pub(super) const LOOK: Duration = Duration::from_millis(20);
/// How many times longer than the watch is used to wait is a silence.
const UNUSUAL: u32 = 2;

/// When it answered last.
pub(super) struct Pulse {
    began: Instant,
    heard_millis: AtomicU64,
    away: AtomicBool,
    asked: AtomicBool,
    /// How many connections of the watch have a question or an answer.
    watching: AtomicUsize,
    /// How long the slowest of its latest answers took.
    usual_millis: AtomicU64,
}

/// Counts one connection of the watch until dropped.
pub(super) struct Watching<'p>(&'p Pulse);

impl Drop for Watching<'_> {
    fn drop(&mut self) {
        self.0.watching.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Pulse {
    pub(super) fn new(began: Instant) -> Self {
        let (heard_millis, usual_millis) = (AtomicU64::new(0), AtomicU64::new(0));
        let (away, asked) = (AtomicBool::new(false), AtomicBool::new(false));
        Self { began, heard_millis, away, asked, watching: AtomicUsize::new(0), usual_millis }
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

    /// A connection of the watch asks, or was answered a moment ago, until what is returned is dropped.
    pub(super) fn watching(&self) -> Watching<'_> {
        self.watching.fetch_add(1, Ordering::Relaxed);
        Watching(self)
    }

    /// Whether so many do that one that waits for a lost packet is no silence.
    pub(super) fn is_watched(&self) -> bool {
        self.watching.load(Ordering::Relaxed) >= WATCHERS
    }

    /// A question of the watch, `asked` then, was answered. What is usual follows a database that becomes slower at once, and one
    /// that becomes quicker within some answers.
    pub(super) fn hear_watch(&self, asked: Instant, now: Instant) {
        let usual = self.usual_millis.load(Ordering::Relaxed);
        let took = self.millis(now).saturating_sub(self.millis(asked));
        self.usual_millis.store(took.max(usual - usual.div_ceil(8)), Ordering::Relaxed);
        self.hear(now);
    }

    /// How long the watch may hear nothing: `least`, longer where answers have taken longer, and at most what is silence to
    /// everybody.
    pub(super) fn allowed(&self, least: Duration) -> Duration {
        let usual = Duration::from_millis(self.usual_millis.load(Ordering::Relaxed));
        least.max(usual.saturating_mul(UNUSUAL)).min(SILENCE)
    }

    /// Changes whenever it is heard of, to the millisecond.
    pub(super) fn heard(&self) -> u64 {
        self.heard_millis.load(Ordering::Relaxed)
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

    /// what takes half a second an answer is no silence after as long again.
    #[test]
    fn the_watch_waits_longer_for_who_is_slow_and_never_longer_than_anybody() {
        let start = Instant::now();
        let (pulse, least) = (Pulse::new(start), Duration::from_millis(200));
        let answer = |millis| pulse.hear_watch(start, start + Duration::from_millis(millis));

        answer(1);
        assert_eq!(pulse.allowed(least), least);
        answer(300);
        assert_eq!(pulse.allowed(least), Duration::from_millis(600));
        answer(5000);
        assert_eq!(pulse.allowed(least), SILENCE);
        (0..40).for_each(|_| answer(1));
        assert_eq!(pulse.allowed(least), least);
    }

    #[test]
    fn one_connection_is_no_watch() {
        let pulse = Pulse::new(Instant::now());

        let one = pulse.watching();
        assert!(!pulse.is_watched());
        let other = pulse.watching();
        assert!(pulse.is_watched());
        drop((one, other));
        assert!(!pulse.is_watched());
    }
}
