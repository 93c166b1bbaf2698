//! Requests counted against the quota of their tenant, before anything is done for them.
//!
//! Owns what this node has let in of each tenant, which outlives the snapshots of the directory, and how many it turned away. Two atomic
//! operations where there is a quota, nothing where there is none; nothing here waits, allocates or asks the database. Leaves the
//! arithmetic to `domain`, and which requests count and how they are answered to the doors. R-21; decision 0034.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use portreeve_domain::{Lifetime, Timestamp};

use crate::{Issuer, TenantDirectory};

/// How often the log says that a tenant is over its quota.
const SAID_EVERY: Lifetime = Lifetime::from_minutes(1);

/// What this node has let in of one tenant.
#[derive(Debug, Default)]
pub(crate) struct Admissions {
    arrival: AtomicI64,
    /// How many were turned away since the log last said so.
    unsaid: AtomicU64,
    said_at: AtomicI64,
}

/// How many requests this node has turned away because their tenant was over its quota.
#[derive(Debug, Default)]
pub struct RequestsOverQuota(AtomicU64);

impl RequestsOverQuota {
    /// The number since the start of the process, of all tenants.
    pub fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Issuer {
    /// Counts a request against the quota of its tenant on this node.
    ///
    /// # Errors
    /// How long to wait, when it is one too many: do nothing for it then.
    pub fn admit(&self, at: &TenantDirectory) -> Result<(), Lifetime> {
        let Some(quota) = at.tenant.settings.requests_per_second else { return Ok(()) };
        let now = self.ambient.now();
        let mut stored = at.admissions.arrival.load(Ordering::Relaxed);
        loop {
            let next = quota.charge(stored, now).inspect_err(|_| self.note_turned_away(at, now))?;
            match at.admissions.arrival.compare_exchange_weak(stored, next, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return Ok(()),
                Err(seen) => stored = seen,
            }
        }
    }

    /// Counts, and logs at most once in a while: a line for each would cost more than the answer.
    fn note_turned_away(&self, at: &TenantDirectory, now: Timestamp) {
        self.requests_over_quota.0.fetch_add(1, Ordering::Relaxed);
        let Admissions { unsaid, said_at, .. } = &*at.admissions;
        unsaid.fetch_add(1, Ordering::Relaxed);
        let last = said_at.load(Ordering::Relaxed);
        let since = now.since(Timestamp::from_millis(last));
        // A clock that was set back says nothing of when.
        let is_due = since >= SAID_EVERY || since < Lifetime::from_seconds(0);
        if is_due && said_at.compare_exchange(last, now.as_millis(), Ordering::Relaxed, Ordering::Relaxed).is_ok() {
            let turned_away = unsaid.swap(0, Ordering::Relaxed);
            tracing::warn!(tenant = at.tenant.slug, turned_away, "a tenant is over its quota of requests");
        }
    }
}
