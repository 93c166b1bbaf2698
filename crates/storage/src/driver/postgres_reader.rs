//! Reads for one request on PostgreSQL, which what the node remembers may answer in place of the database.
//!
//! Owns when a connection is taken: with the first read that is not remembered. Leaves what is remembered to `recall`.

use std::sync::Arc;

use portreeve_domain::Fault;

use super::conn::Wall;
use super::postgres::{PostgresStore, Slot};
use crate::recall::Recall;

/// Reads for one request: by what is remembered, else on a connection that is taken then.
pub(super) struct PostgresReader {
    store: PostgresStore,
    wall: Wall,
    slot: Option<Slot>,
    /// Whether the memory has answered.
    pub(super) recalled: bool,
    /// Whether the database is asked even so.
    pub(super) asks_itself: bool,
}

impl PostgresReader {
    pub(super) fn new(store: PostgresStore, wall: Wall) -> Self {
        Self { store, wall, slot: None, recalled: false, asks_itself: false }
    }

    pub(super) async fn slot(&mut self) -> Result<&mut Slot, Fault> {
        if self.slot.is_none() {
            self.slot = Some(Box::pin(self.store.acquire(self.wall)).await?);
        }
        self.slot.as_mut().ok_or_else(|| Fault::impossible("a slot that is gone"))
    }

    pub(super) fn recall(&self) -> Option<Arc<Recall>> {
        self.store.recall().cloned()
    }

    pub(super) fn stop_recalling(&mut self) -> bool {
        self.asks_itself = true;
        std::mem::take(&mut self.recalled)
    }
}
