//! Documents that were fetched, and one fetch at a time for each.
//!
//! Owns how long an answer, good or bad, stands in for another request. Bounded; keyed by tenant and URL, so that no
//! tenant's traffic shows in another's. Leaves fetching to the caller. SECURITY.md rule 34, S-055.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use portreeve_domain::TenantId;
use tokio::time::Instant;

use crate::client::Expected;
use crate::error::OutboundError;

/// How many documents are kept.
const MAX_DOCUMENTS: usize = 1024;
/// How long a failed fetch is not repeated, unless fresher is asked for.
const FAILURE_STANDS: Duration = Duration::from_secs(60);
/// How long an old document stands in when a fetch fails: a host that restarts must not lock its clients out, and a key
/// that its owner withdrew must not live on.
const STANDS_IN: Duration = Duration::from_secs(3600);

/// What names a document.
pub(crate) type Key = (TenantId, String, Expected);

/// A document as it was served.
#[derive(Debug, PartialEq, Eq)]
pub struct Document {
    /// Its bytes, at most 64 KiB.
    pub body: Bytes,
    /// When it had arrived.
    pub fetched_at: std::time::Instant,
    /// How long it is good after that, as its server says (RFC 9111 §5.2.2); `None` when it says nothing.
    pub fresh_for: Option<Duration>,
}

/// The documents of a process.
#[derive(Default)]
pub(crate) struct Cache(Mutex<HashMap<Key, Kept>>);

struct Kept {
    slot: Arc<Slot>,
    asked_at: Instant,
}

/// One document's place; the lock is held while it is fetched.
#[derive(Default)]
pub(crate) struct Slot(tokio::sync::Mutex<State>);

#[derive(Default)]
struct State {
    good: Option<(Instant, Arc<Document>)>,
    bad: Option<(Instant, OutboundError)>,
    renewed_at: Option<Instant>,
}

impl Cache {
    /// The place of a document, made if it is new; the one that was not asked for the longest makes room.
    pub(crate) fn slot(&self, key: Key) -> Arc<Slot> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !kept.contains_key(&key) && kept.len() >= MAX_DOCUMENTS {
            let oldest = kept.iter().min_by_key(|(_, kept)| kept.asked_at).map(|(key, _)| key.clone());
            oldest.and_then(|oldest| kept.remove(&oldest));
        }
        let asked_at = Instant::now();
        let entry = kept.entry(key).or_insert_with(|| Kept { slot: Arc::default(), asked_at });
        entry.asked_at = asked_at;
        Arc::clone(&entry.slot)
    }
}

impl Slot {
    /// The document, not older than `max_age` when it was asked for; else what `fetch` brings.
    ///
    /// Whoever waits while another fetches takes its result. When a fetch fails, the former document stands in for an
    /// hour; the failure is not tried again for a minute, or for `max_age` if that is shorter.
    pub(crate) async fn get(
        &self,
        max_age: Duration,
        fetch: impl Future<Output = Result<Document, OutboundError>>,
    ) -> Result<Arc<Document>, OutboundError> {
        let asked_at = Instant::now();
        let mut state = self.0.lock().await;
        if let Some((at, document)) = &state.good
            && *at + max_age > asked_at
        {
            return Ok(Arc::clone(document));
        }
        if let Some((at, error)) = &state.bad
            && *at + max_age.min(FAILURE_STANDS) > asked_at
        {
            return state.stand_in().ok_or_else(|| error.clone());
        }
        state.fetch(fetch).await
    }

    /// The document, fetched now, unless it was renewed within `at_most_every` before: then as it is.
    pub(crate) async fn renew(
        &self,
        at_most_every: Duration,
        fetch: impl Future<Output = Result<Document, OutboundError>>,
    ) -> Result<Arc<Document>, OutboundError> {
        let asked_at = Instant::now();
        let mut state = self.0.lock().await;
        if state.renewed_at.is_some_and(|at| at + at_most_every > asked_at) {
            let error = state.bad.as_ref().map_or(OutboundError::TooSoon, |(_, error)| error.clone());
            return state.stand_in().ok_or(error);
        }
        state.renewed_at = Some(asked_at);
        state.fetch(fetch).await
    }
}

impl State {
    async fn fetch(
        &mut self,
        fetch: impl Future<Output = Result<Document, OutboundError>>,
    ) -> Result<Arc<Document>, OutboundError> {
        match fetch.await {
            Ok(document) => {
                let document = Arc::new(document);
                self.good = Some((Instant::now(), Arc::clone(&document)));
                self.bad = None;
                Ok(document)
            }
            Err(error) => {
                self.bad = Some((Instant::now(), error.clone()));
                self.stand_in().ok_or(error)
            }
        }
    }

    fn stand_in(&self) -> Option<Arc<Document>> {
        let (at, document) = self.good.as_ref()?;
        (at.elapsed() < STANDS_IN).then(|| Arc::clone(document))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn document(text: &'static str) -> Result<Document, OutboundError> {
        let fetched_at = std::time::Instant::now();
        Ok(Document { body: Bytes::from_static(text.as_bytes()), fetched_at, fresh_for: None })
    }

    async fn get(
        slot: &Slot,
        max_age: Duration,
        fetched: Result<Document, OutboundError>,
    ) -> Result<Bytes, OutboundError> {
        slot.get(max_age, async { fetched }).await.map(|document| document.body.clone())
    }

    #[tokio::test(start_paused = true)]
    async fn a_document_serves_until_it_is_too_old_for_who_asks() {
        let slot = Slot::default();
        get(&slot, MINUTE, document("one")).await.unwrap();
        tokio::time::advance(MINUTE / 2).await;

        assert_eq!(get(&slot, MINUTE, document("two")).await.unwrap(), "one");
        assert_eq!(get(&slot, MINUTE / 2, document("three")).await.unwrap(), "three");
        assert_eq!(get(&slot, Duration::ZERO, document("four")).await.unwrap(), "four");
    }

    #[tokio::test(start_paused = true)]
    async fn a_failure_is_not_tried_again_for_a_minute() {
        let slot = Slot::default();
        let failed = || Err(OutboundError::TimedOut);

        assert_eq!(get(&slot, MINUTE * 10, failed()).await, Err(OutboundError::TimedOut));
        assert_eq!(get(&slot, MINUTE * 10, document("late")).await, Err(OutboundError::TimedOut));
        tokio::time::advance(MINUTE).await;
        assert_eq!(get(&slot, MINUTE * 10, document("later")).await.unwrap(), "later");
    }

    #[tokio::test(start_paused = true)]
    async fn the_former_document_stands_in_for_an_hour() {
        let slot = Slot::default();
        get(&slot, MINUTE, document("one")).await.unwrap();
        tokio::time::advance(MINUTE * 59).await;
        assert_eq!(get(&slot, MINUTE, Err(OutboundError::NotConnected)).await.unwrap(), "one");

        tokio::time::advance(MINUTE * 2).await;
        assert_eq!(get(&slot, MINUTE, Err(OutboundError::NotConnected)).await, Err(OutboundError::NotConnected));
    }

    /// S-055: whoever asks for renewal again and again gets it once a minute.
    #[tokio::test(start_paused = true)]
    async fn a_document_is_renewed_once_in_a_while() {
        let slot = Slot::default();
        get(&slot, MINUTE * 10, document("one")).await.unwrap();
        let renew = async |text| slot.renew(MINUTE, async { document(text) }).await.unwrap().body.clone();

        assert_eq!(renew("two").await, "two");
        assert_eq!(renew("three").await, "two");
        tokio::time::advance(MINUTE).await;
        assert_eq!(renew("four").await, "four");
    }

    #[tokio::test]
    async fn what_is_kept_is_bounded() {
        let cache = Cache::default();
        for number in 0..MAX_DOCUMENTS + 10 {
            cache.slot((TenantId::DEFAULT, format!("https://{number}.example/"), Expected::JwkSet));
        }

        assert_eq!(cache.0.lock().unwrap().len(), MAX_DOCUMENTS);
    }
}
