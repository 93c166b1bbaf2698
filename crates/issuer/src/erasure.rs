//! Erasing people when their time is over, and again when a copy of the database has brought them back.
//!
//! Owns what goes: the key under which everything of a person is sealed, every index by which they could be found, and the
//! rows that are theirs alone. What stays names nobody: the subject, so that it is never given to somebody else (OIDC Core
//! §5.7), revoked grants until they are swept, and the audit log, which never held more than a pseudonym. DESIGN §6; S-149.

use portreeve_domain::{Actor, Event, EventType, Fault, SessionEnd, TenantId, UserId};
use portreeve_storage::{Tx, Wall, account_deletions, subject_keys, users};

use crate::audit::ErasedPeople;
use crate::directory::TenantDirectory;
use crate::journeys::account_key;
use crate::session_end::Ending;
use crate::{Issuer, audit, people};

impl Issuer {
    /// Erases a batch of those whose deletion is due, of all tenants, each in a transaction of its own, and says how many
    /// that were. Any number of nodes may do it at once.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn erase_due_accounts(&self) -> Result<usize, Fault> {
        let now = self.ambient.now();
        let due = account_deletions::due(&mut self.store.read(Wall::All).await?, now).await?;
        let mut erased = 0;
        for (tenant, user) in due {
            // A tenant so new that this node has not heard of it has its turn later.
            let Some(at) = self.directory.by_id(tenant) else { continue };
            if self.erase_if_due(&at, tenant, user).await? {
                erased += 1;
            }
        }
        Ok(erased)
    }

    async fn erase_if_due(&self, at: &TenantDirectory, tenant: TenantId, user: UserId) -> Result<bool, Fault> {
        let mut tx = self.store.begin(tenant).await?;
        if !users::hold(&mut tx, tenant, user).await?
            || !account_deletions::take(&mut tx, tenant, user, self.ambient.now()).await?
        {
            return Ok(false);
        }
        self.erase(&mut tx, (at, user), Actor::System).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Erases everybody whom an export of the log says to be erased and the database does not, each in a transaction of their own, and
    /// says how many that were. It can be done again.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn erase_again(&self, erased: &ErasedPeople<'_>) -> Result<usize, Fault> {
        let at = erased.tenant();
        let (mut after, mut count) = (None, 0);
        loop {
            let page = users::list(&mut self.store.read(at.id()).await?, at.id(), after).await?;
            let Some(last) = page.last() else { return Ok(count) };
            after = Some(last.id);
            for user in page.iter().filter(|user| erased.names(user.id)) {
                let mut tx = self.store.begin(at.id()).await?;
                if users::hold(&mut tx, at.id(), user.id).await? {
                    self.erase(&mut tx, (at, user.id), Actor::Operator).await?;
                    tx.commit().await?;
                    count += 1;
                }
            }
        }
    }

    async fn erase(&self, tx: &mut Tx, (at, user): (&TenantDirectory, UserId), actor: Actor) -> Result<(), Fault> {
        let (tenant, now) = (at.id(), self.ambient.now());
        Ending { ambient: &self.ambient, at, reason: SessionEnd::Erased, actor: actor.clone() }
            .end_everywhere(tx, user)
            .await?;
        // Failures with a password are counted by address, known or not; so are invitations.
        let person = people::find(tx, at, user).await?;
        if let Some(index) = person.and_then(|person| person.email_index) {
            users::forget_failures(tx, tenant, UserId::from_bytes(account_key(&index))).await?;
            self.drop_invitation(tx, at, &index).await?;
        }
        users::erase(tx, tenant, user, now).await?;
        subject_keys::destroy(tx, tenant, user, now).await?;
        let event = Event::new(EventType::UserErased, now, actor).about(user);
        audit::record(tx, &self.ambient, at, event).await
    }
}
