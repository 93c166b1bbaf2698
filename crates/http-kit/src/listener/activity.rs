//! Whether a connection is still of use.
//!
//! Owns the count of requests of one connection and the wait that ends when it idles. Counters and a
//! coarse timer, rather than a timer reset by every request, keep the cost off the request path.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep};

use super::limits::Limits;

/// How long a connection may wait with its first request while every slot is taken and others wait for one.
const SCARCE: Duration = Duration::from_secs(1);

/// How long a connection has no request, at least, and twice that at most, before it is taken for at rest. Taking it up again costs
/// some microseconds, so that a connection over which requests come all the time should not rest between them.
const REST: Duration = Duration::from_millis(100);

/// Requests begun and ended on one connection.
#[derive(Debug, Default)]
pub(super) struct Activity {
    begun: AtomicU64,
    ended: AtomicU64,
    unflushed: AtomicBool,
}

/// Counts one request as in flight until dropped, which also covers a client that went away.
pub(super) struct InFlight(Arc<Activity>);

impl Activity {
    /// Counts a request that has just arrived.
    pub(super) fn begin(activity: &Arc<Self>) -> InFlight {
        activity.begun.fetch_add(1, Ordering::Relaxed);
        InFlight(Arc::clone(activity))
    }

    /// Notes whether something that was written may not have left.
    pub(super) fn set_unflushed(&self, unflushed: bool) {
        self.unflushed.store(unflushed, Ordering::Relaxed);
    }

    /// Returns when no request has come for a while after those that came meanwhile were answered. Where none came, never:
    /// what there is of one has its time to become whole. "Meanwhile" begins with the call.
    pub(super) fn rest(&self) -> impl Future<Output = ()> {
        let begun_at_first = self.begun.load(Ordering::Relaxed);
        async move {
            loop {
                let begun_before = self.begun.load(Ordering::Relaxed);
                sleep(REST).await;
                let begun = self.begun.load(Ordering::Relaxed);
                let answered = begun == self.ended.load(Ordering::Relaxed) && !self.unflushed.load(Ordering::Relaxed);
                if answered && begun == begun_before && begun != begun_at_first {
                    return;
                }
            }
        }
    }

    /// Returns when the connection has brought no first request in time, which is shorter while no slot is free, or has
    /// idled since.
    pub(super) async fn idle(&self, limits: &Limits, slots: &Semaphore) {
        let opened = Instant::now();
        while self.begun.load(Ordering::Relaxed) == 0 {
            let waited = opened.elapsed();
            if waited >= limits.header_read_timeout || (waited >= SCARCE && slots.available_permits() == 0) {
                return;
            }
            sleep(SCARCE.min(limits.header_read_timeout - waited)).await;
        }
        loop {
            let begun_before = self.begun.load(Ordering::Relaxed);
            sleep(limits.idle_timeout).await;
            let begun = self.begun.load(Ordering::Relaxed);
            if begun == begun_before && begun == self.ended.load(Ordering::Relaxed) {
                return;
            }
        }
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.ended.fetch_add(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::timeout;

    use super::*;

    fn limits() -> Limits {
        Limits {
            header_read_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(60),
            ..Limits::default()
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_without_a_first_request_idles_after_the_header_timeout() {
        let started = Instant::now();

        Activity::default().idle(&limits(), &Semaphore::new(1)).await;

        assert_eq!(started.elapsed().as_secs(), 10);
    }

    /// where every slot is taken, whoever holds one for nothing gives it up soon.
    #[tokio::test(start_paused = true)]
    async fn a_connection_without_a_first_request_idles_sooner_while_no_slot_is_free() {
        let (started, slots) = (Instant::now(), Semaphore::new(0));

        Activity::default().idle(&limits(), &slots).await;

        assert_eq!(started.elapsed(), SCARCE);
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_whose_first_request_came_keeps_its_time_while_no_slot_is_free() {
        let activity = Arc::new(Activity::default());
        drop(Activity::begin(&activity));
        let started = Instant::now();

        activity.idle(&limits(), &Semaphore::new(0)).await;

        assert_eq!(started.elapsed().as_secs(), 60);
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_whose_request_ended_idles_after_the_idle_timeout() {
        let activity = Arc::new(Activity::default());
        drop(Activity::begin(&activity));
        let started = Instant::now();

        activity.idle(&limits(), &Semaphore::new(1)).await;

        assert_eq!(started.elapsed().as_secs(), 60);
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_with_a_request_in_flight_never_idles() {
        let activity = Arc::new(Activity::default());
        let _in_flight = Activity::begin(&activity);

        let idled = timeout(Duration::from_secs(3600), activity.idle(&limits(), &Semaphore::new(0))).await;

        assert!(idled.is_err());
    }
}
