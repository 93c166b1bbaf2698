//! Leaving hosts alone that fail, and never crowding one.
//!
//! Owns, for each host and port, how many requests run at once and whether it rests. A host that failed five times in a
//! row rests for half a minute; then one request tries it, and the answer decides for the others.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use crate::error::OutboundError;

/// Failures in a row that make a host rest.
pub(crate) const MAX_FAILURES: u32 = 5;
/// How long a host rests.
const REST: Duration = Duration::from_secs(30);
/// Requests to one host at once; further ones wait within their own time, for which the host is not to blame.
pub(crate) const MAX_AT_ONCE: usize = 8;
/// How many hosts are remembered.
const MAX_HOSTS: usize = 4096;

/// Every host that was asked lately.
#[derive(Default)]
pub(crate) struct Breaker(Mutex<HashMap<String, Host>>);

struct Host {
    failures: u32,
    rests_until: Option<Instant>,
    asked_at: Instant,
    places: Arc<Semaphore>,
}

impl Breaker {
    /// Waits for a place at a host, as long as the caller does.
    ///
    /// # Errors
    /// `HostRests`.
    pub(crate) async fn enter(&self, authority: &str) -> Result<OwnedSemaphorePermit, OutboundError> {
        let places = self.places(authority, Instant::now())?;
        places.acquire_owned().await.map_err(|_| OutboundError::HostRests)
    }

    /// Learns how a request ended.
    pub(crate) fn learn(&self, authority: &str, error: Option<&OutboundError>) {
        let mut hosts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(host) = hosts.get_mut(authority) else { return };
        if error.is_some_and(OutboundError::is_of_the_host) {
            host.failures = host.failures.saturating_add(1);
            if host.failures >= MAX_FAILURES {
                host.rests_until = Some(Instant::now() + REST);
            }
        } else {
            host.failures = 0;
            host.rests_until = None;
        }
    }

    fn places(&self, authority: &str, now: Instant) -> Result<Arc<Semaphore>, OutboundError> {
        let mut hosts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !hosts.contains_key(authority) && hosts.len() >= MAX_HOSTS {
            let oldest = hosts.iter().min_by_key(|(_, host)| host.asked_at).map(|(authority, _)| authority.clone());
            oldest.and_then(|oldest| hosts.remove(&oldest));
        }
        let host = hosts.entry(authority.to_owned()).or_insert_with(|| Host {
            failures: 0,
            rests_until: None,
            asked_at: now,
            places: Arc::new(Semaphore::new(MAX_AT_ONCE)),
        });
        host.asked_at = now;
        match host.rests_until {
            Some(until) if now < until => return Err(OutboundError::HostRests),
            // This request tries the host; the others go on resting until it has told.
            Some(_) => host.rests_until = Some(now + REST),
            None => {}
        }
        Ok(Arc::clone(&host.places))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOST: &str = "rp.example:443";

    async fn fail(breaker: &Breaker, times: u32) {
        for _ in 0..times {
            drop(breaker.enter(HOST).await.unwrap());
            breaker.learn(HOST, Some(&OutboundError::TimedOut));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_host_that_failed_five_times_rests_and_is_then_tried_by_one() {
        let breaker = Breaker::default();
        fail(&breaker, 4).await;
        assert!(breaker.enter(HOST).await.is_ok());
        breaker.learn(HOST, Some(&OutboundError::Status(503)));

        assert_eq!(breaker.enter(HOST).await.unwrap_err(), OutboundError::HostRests);
        assert!(breaker.enter("other.example:443").await.is_ok());

        tokio::time::advance(REST).await;
        assert!(breaker.enter(HOST).await.is_ok());
        assert_eq!(breaker.enter(HOST).await.unwrap_err(), OutboundError::HostRests);
        breaker.learn(HOST, None);
        assert!(breaker.enter(HOST).await.is_ok());
    }

    #[tokio::test]
    async fn an_answer_that_is_no_failure_of_the_host_ends_the_row() {
        let breaker = Breaker::default();
        fail(&breaker, 4).await;
        breaker.learn(HOST, Some(&OutboundError::Status(404)));
        fail(&breaker, 4).await;

        assert!(breaker.enter(HOST).await.is_ok());
    }

    #[tokio::test]
    async fn what_is_remembered_about_hosts_is_bounded() {
        let breaker = Breaker::default();
        for number in 0..MAX_HOSTS + 10 {
            drop(breaker.enter(&format!("{number}.example:443")).await.unwrap());
        }

        assert_eq!(breaker.0.lock().unwrap().len(), MAX_HOSTS);
    }
}
