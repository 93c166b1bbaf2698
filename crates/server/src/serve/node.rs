//! This process as one of several nodes on a database: its name, under which it holds the number that its row ids carry.
//!
//! Owns taking the number, keeping it and giving it back. Losing it ends the process: another node would make the same ids.
//! DESIGN §3.

use portreeve_crypto::Random;
use portreeve_domain::{Context, Fault};
use portreeve_issuer::{Ambient, Clock, RowIds};
use portreeve_storage::Store;
use tracing::warn;

use crate::failure::Failure;

/// A node that holds its number.
pub(crate) struct Node {
    /// The name that leases are held under; random, so that a restarted process is another owner.
    owner: String,
}

impl Node {
    /// Takes the lowest free number, and gives what the use cases need of it.
    ///
    /// # Errors
    /// A fault when the database is away, every number is taken, or there is no randomness.
    pub(crate) async fn join(store: &Store) -> Result<(Self, Ambient), Fault> {
        let (clock, random) = (Clock::System, Random::system());
        let name: [u8; 8] = random.bytes().map_err(Fault::new)?;
        let owner = format!("{:016x}", u64::from_be_bytes(name));
        let ids = RowIds::lease(store, &owner, clock.now()).await.context("take a node number")?;
        Ok((Self { owner }, Ambient::new(clock, random, ids)))
    }

    /// The name that leases are held under.
    pub(crate) fn owner(&self) -> &str {
        &self.owner
    }

    /// Renews the lease of the number; false when it was lost and the process must end.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub(crate) async fn renew(&self, store: &Store, ambient: &Ambient) -> Result<bool, Fault> {
        ambient.row_ids().renew(store, &self.owner, ambient.now()).await
    }

    /// Hands on the outcome of a step of a start, and gives the number back when it failed: there will be no process that holds it.
    ///
    /// # Errors
    /// That of the step.
    pub(crate) async fn unless_failed<T>(
        &self,
        outcome: Result<T, Failure>,
        store: &Store,
        ambient: &Ambient,
    ) -> Result<T, Failure> {
        if outcome.is_err() {
            self.leave(store, ambient).await;
        }
        outcome
    }

    /// Gives the number back, at the end of the process; when that fails it comes free by itself, ten minutes later.
    pub(crate) async fn leave(&self, store: &Store, ambient: &Ambient) {
        if let Err(fault) = ambient.row_ids().release(store, &self.owner).await {
            warn!(%fault, "the node number stays taken until its lease runs out");
        }
    }
}
