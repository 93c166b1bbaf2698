//! Ascending ids for hot rows, unique over nodes and restarts without asking the database.
//!
//! Layout of the 63 bits: node number (10) | milliseconds since 2025 (41, until 2094) | sequence (12). Ids of one node
//! ascend, so that a batch of inserts dirties one page; nothing may rely on the order between nodes. A node owns its
//! number by a lease. Decision 0001.

use std::sync::atomic::{AtomicI64, Ordering};

use portreeve_domain::{Fault, Lifetime, TenantId, Timestamp};
use portreeve_storage::{Store, Wall, leases};

/// 2025-01-01T00:00:00Z.
const EPOCH_MILLIS: i64 = 1_735_689_600_000;
const SEQUENCE_BITS: u32 = 12;
const MILLIS_BITS: u32 = 41;
const NODES: i64 = 1 << 10;

/// What the name of a number's lease begins with.
const NUMBER: &str = "node/";

/// How long a node number is held without a sign of life.
pub const NODE_LEASE: Lifetime = Lifetime::from_minutes(10);

/// The id source of one node.
pub struct RowIds {
    node: i64,
    last: AtomicI64,
}

impl RowIds {
    /// The ids of node `node` (0 to 1023), beginning not before `start`.
    pub fn new(node: i64, start: Timestamp) -> Self {
        Self { node: node.rem_euclid(NODES), last: AtomicI64::new(stamp(start)) }
    }

    /// Leases the lowest free node number for `owner`.
    ///
    /// # Errors
    /// A fault when the database is away or 1024 nodes are alive.
    pub async fn lease(store: &Store, owner: &str, now: Timestamp) -> Result<Self, Fault> {
        for node in 0..NODES {
            let mut tx = store.begin(Wall::All).await?;
            let until = now.plus(NODE_LEASE);
            if leases::take(&mut tx, TenantId::DEFAULT, &lease_name(node), owner, now, until).await?.is_some() {
                tx.commit().await?;
                return Ok(Self::new(node, now));
            }
        }
        Err(Fault::new("1024 nodes are alive; no node number is free"))
    }

    /// Renews the lease of the node number; false when it was lost, and the node must stop.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn renew(&self, store: &Store, owner: &str, now: Timestamp) -> Result<bool, Fault> {
        let mut tx = store.begin(Wall::All).await?;
        let until = now.plus(NODE_LEASE);
        let kept = leases::take(&mut tx, TenantId::DEFAULT, &lease_name(self.node), owner, now, until).await?.is_some();
        tx.commit().await?;
        Ok(kept)
    }

    /// Gives the node number back: the next node may have it as soon as its clock is past every id made here, so that even
    /// a node whose clock is behind makes none of them again.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn release(&self, store: &Store, owner: &str) -> Result<(), Fault> {
        let free_from = made_at(self.last.load(Ordering::Relaxed)).plus(Lifetime::from_millis(1));
        let mut tx = store.begin(Wall::All).await?;
        leases::release(&mut tx, TenantId::DEFAULT, &lease_name(self.node), owner, free_from).await?;
        tx.commit().await
    }

    /// Whether a lease is that of a node number: it is held by a process that works on the database, for ten minutes after its last
    /// sign of life.
    pub fn is_number(lease: &str) -> bool {
        lease.starts_with(NUMBER)
    }

    /// The next id; greater than every id this node gave before, also when the clock goes back.
    pub fn next(&self, now: Timestamp) -> i64 {
        let floor = stamp(now);
        let step = |last: i64| Some(floor.max(last.saturating_add(1)));
        let (Ok(last) | Err(last)) = self.last.fetch_update(Ordering::Relaxed, Ordering::Relaxed, step);
        floor.max(last.saturating_add(1)) | (self.node << (MILLIS_BITS + SEQUENCE_BITS))
    }
}

/// When a row with this id was made, as its node's clock said then, or a little later when ids were drawn very fast.
pub fn made_at(id: i64) -> Timestamp {
    let millis = (id >> SEQUENCE_BITS) & ((1 << MILLIS_BITS) - 1);
    Timestamp::from_millis(EPOCH_MILLIS + millis)
}

fn stamp(now: Timestamp) -> i64 {
    now.as_millis().saturating_sub(EPOCH_MILLIS).clamp(0, (1 << MILLIS_BITS) - 1) << SEQUENCE_BITS
}

fn lease_name(node: i64) -> String {
    format!("{NUMBER}{node}")
}

#[cfg(test)]
mod tests;
