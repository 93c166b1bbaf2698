//! Watching that PostgreSQL answers, so that one that stands still is known before anybody has waited for it for long.
//!
//! Owns two connections, each asked again and again whether there is anybody, and the count of the time in which neither they
//! nor any other was answered. Two, as one of them may wait for a packet that was lost, which is sent again after 200 ms at the
//! earliest. Where both cannot be had, silence is what those who wait say of it (`pulse`). R-05, decision 0022.

use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use sqlx::Executor as _;
use tokio::time::{sleep, timeout};

use super::postgres_pool::{ANSWER, Pool};

/// How many connections are asked.
pub(super) const WATCHERS: usize = 2;
/// How long after an answer each is asked again.
const ASK: Duration = Duration::from_millis(50);
/// How soon a connection that could not be had is tried again.
const AGAIN: Duration = Duration::from_millis(500);
/// How often the silence is measured.
const TICK: Duration = Duration::from_millis(20);

/// Watches from now on; takes the database for away when nothing was heard of it for `silence`.
pub(super) fn begin(pool: &Arc<Pool>, silence: Duration) {
    for _ in 0..WATCHERS {
        tokio::spawn(ask(Arc::downgrade(pool)));
    }
    tokio::spawn(count(Arc::downgrade(pool), silence));
}

async fn ask(pool: Weak<Pool>) {
    let mut connected = None;
    while let Some(pool) = pool.upgrade() {
        let Some(mut live) = connected.take() else {
            connected = pool.try_connect().await.ok();
            if connected.is_none() {
                sleep(AGAIN).await;
            }
            continue;
        };
        let (asked, _watching) = (Instant::now(), pool.pulse.watching());
        if let Ok(Ok(_)) = timeout(ANSWER, live.connection.execute("SELECT 1")).await {
            pool.pulse.hear_watch(asked, Instant::now());
            connected = Some(live);
            sleep(ASK).await;
        } else {
            // Something may take connections in the place of the database, and answer nothing.
            sleep(AGAIN).await;
        }
    }
}

async fn count(pool: Weak<Pool>, most: Duration) {
    let mut silence = Silence::since(Instant::now());
    loop {
        sleep(TICK).await;
        let Some(pool) = pool.upgrade() else { return };
        let heard = pool.pulse.is_watched().then(|| pool.pulse.heard());
        if silence.so_far(Instant::now(), heard) >= pool.pulse.allowed(most) {
            pool.give_up();
        }
    }
}

/// The time in which something could have been heard, and was not: a process that got no processor has heard nothing either, and
/// knows it by its own lateness.
struct Silence {
    lasted: Duration,
    heard: Option<u64>,
    looked: Instant,
}

impl Silence {
    fn since(now: Instant) -> Self {
        Self { lasted: Duration::ZERO, heard: None, looked: now }
    }

    /// How long it has lasted. `heard` changes when something is heard; `None` when nobody listens.
    fn so_far(&mut self, now: Instant, heard: Option<u64>) -> Duration {
        let passed = now.saturating_duration_since(self.looked).min(2 * TICK);
        let goes_on = heard.is_some() && heard == self.heard;
        self.lasted = if goes_on { self.lasted + passed } else { Duration::ZERO };
        (self.heard, self.looked) = (heard, now);
        self.lasted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_counted_from_what_was_heard_last() {
        let mut now = Instant::now();
        let mut silence = Silence::since(now);
        let mut after_a_tick = |heard| {
            now += TICK;
            silence.so_far(now, heard)
        };

        assert_eq!(after_a_tick(Some(1)), Duration::ZERO);
        assert_eq!(after_a_tick(Some(1)), TICK);
        assert_eq!(after_a_tick(Some(1)), 2 * TICK);
        assert_eq!(after_a_tick(Some(2)), Duration::ZERO);
        assert_eq!(after_a_tick(Some(2)), TICK);
    }

    #[test]
    fn who_does_not_listen_hears_no_silence() {
        let start = Instant::now();
        let mut silence = Silence::since(start);

        assert_eq!(silence.so_far(start + TICK, None), Duration::ZERO);
        assert_eq!(silence.so_far(start + 2 * TICK, None), Duration::ZERO);
    }

    #[test]
    fn a_process_that_stood_still_itself_counts_little_of_it() {
        let start = Instant::now();
        let mut silence = Silence::since(start);
        silence.so_far(start + TICK, Some(1));

        let lasted = silence.so_far(start + Duration::from_secs(30), Some(1));

        assert_eq!(lasted, 2 * TICK);
    }
}
