//! The event of a clock that jumped.
//!
//! Owns writing it down. Leaves noticing to the server, and what a clock that goes back must not bring back to each use
//! case: what was used once is found used. R-11.

use portreeve_domain::{Actor, Event, EventType, Fault, TenantId};

use crate::{Issuer, audit};

impl Issuer {
    /// Writes down that the clock of this node jumped ahead by so many milliseconds, or back by as many when they are less
    /// than zero. It concerns every tenant and stands in the log of `default`. Commits.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn note_clock_jump(&self, ahead_millis: i64) -> Result<(), Fault> {
        let at = self.directory.by_id(TenantId::DEFAULT);
        let at = at.ok_or_else(|| Fault::impossible("there is no tenant default"))?;
        let event = Event::new(EventType::ClockJumped, self.ambient.now(), Actor::System);
        let mut tx = self.store.begin(at.id()).await?;
        audit::record(&mut tx, &self.ambient, &at, event.with("ahead_ms", ahead_millis)).await?;
        tx.commit().await
    }
}
