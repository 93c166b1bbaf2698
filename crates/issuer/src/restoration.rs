//! A database that was restored from a copy.
//!
//! Owns what an operator must have done before it is served: the copy knows nothing of what was used or taken back after it was made,
//! and would let it count again. R-17. Leaves copying and putting back to the operator, and which rows end to `storage::restorations`.

use portreeve_authenticators::newest_totp_step;
use portreeve_domain::{Actor, Event, EventType, Fault};
use portreeve_storage::restorations::{self, Ending};

use crate::directory::TenantDirectory;
use crate::{Issuer, audit};

/// What was ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RestorationEnded {
    /// How many sessions.
    pub sessions: u64,
    /// How many grants, with every token of theirs.
    pub grants: u64,
}

impl Issuer {
    /// Ends, for every tenant, whatever may have been used or taken back since the copy was made: sessions, grants with their tokens,
    /// codes, links, requests that wait, recovery codes, codes of apps up to now. Each tenant has an event of it, when all of its own has
    /// ended. Commits in batches, and can be done again.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn end_what_was_restored(&self) -> Result<RestorationEnded, Fault> {
        let mut all = RestorationEnded::default();
        for at in self.directory.all() {
            let mut of_tenant = RestorationEnded::default();
            for kind in Ending::all() {
                let rows = self.end_all_of(&at, kind).await?;
                match kind {
                    Ending::Sessions => of_tenant.sessions = rows,
                    Ending::Families => of_tenant.grants = rows,
                    Ending::Numbered(_) | Ending::Keyed(_) | Ending::Requests | Ending::Apps => {}
                }
            }
            let event = Event::new(EventType::DatabaseRestored, self.ambient.now(), Actor::Operator)
                .with("sessions", of_tenant.sessions)
                .with("token_families", of_tenant.grants);
            let mut tx = self.store.begin(at.id()).await?;
            audit::record(&mut tx, &self.ambient, &at, event).await?;
            tx.commit().await?;
            all.sessions += of_tenant.sessions;
            all.grants += of_tenant.grants;
        }
        Ok(all)
    }

    /// Ends every row of a kind, and says how many that were.
    async fn end_all_of(&self, at: &TenantDirectory, kind: Ending) -> Result<u64, Fault> {
        let (now, mut all, mut after) = (self.ambient.now(), 0, None);
        let times = (newest_totp_step(now.as_seconds()), now);
        loop {
            let mut tx = self.store.begin(at.id()).await?;
            let ended = restorations::end_batch(&mut tx, at.id(), (kind, after.as_ref()), times).await?;
            tx.commit().await?;
            all += ended.rows;
            after = ended.last;
            if after.is_none() {
                return Ok(all);
            }
        }
    }
}
