//! A database that was restored from a copy.
//!
//! Owns what an operator must have done before it is served: the copy knows nothing of what was used or taken back after it was made,
//! and would let it count again. R-17. Leaves copying and putting back to the operator, and which rows end to `storage::restorations`.

use portreeve_authenticators::newest_totp_step;
use portreeve_domain::{Actor, Event, EventType, Fault};
use portreeve_storage::restorations::{self, Ended};

use crate::{Issuer, audit};

impl Issuer {
    /// Ends, for every tenant, whatever may have been used or taken back since the copy was made: sessions, grants with their tokens,
    /// codes, links, requests that wait, recovery codes, codes of apps up to now. Each tenant has an event of it. Commits for one
    /// tenant after the other, and can be done again.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn end_what_was_restored(&self) -> Result<Ended, Fault> {
        let mut all = Ended { sessions: 0, token_families: 0 };
        for at in self.directory.all() {
            let now = self.ambient.now();
            let mut tx = self.store.begin(at.id()).await?;
            let ended = restorations::end_everything(&mut tx, at.id(), newest_totp_step(now.as_seconds()), now).await?;
            let event = Event::new(EventType::DatabaseRestored, now, Actor::Operator)
                .with("sessions", ended.sessions)
                .with("token_families", ended.token_families);
            audit::record(&mut tx, &self.ambient, &at, event).await?;
            tx.commit().await?;
            all.sessions += ended.sessions;
            all.token_families += ended.token_families;
        }
        Ok(all)
    }
}
