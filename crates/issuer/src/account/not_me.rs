//! "This was not me": the link in the notice of a change.
//!
//! Whoever changed it is shut out: every session and token family ends, the password lets nobody in any more, and neither does
//! a passkey that is new. The owner, who reads the account's mail, gets a link to set a new password. Second factors and
//! passkeys from before stay: a mailbox alone must not get around them (SECURITY rule 26; S-084, S-088).

use portreeve_domain::{
    Actor, Event, EventType, Fault, LinkPurpose, MailPurpose, OutboxMessage, SessionEnd, lifetimes,
};
use portreeve_storage::mailed_links::{self, LinkRow};
use portreeve_storage::{passkeys, password_credentials};

use crate::directory::TenantDirectory;
use crate::journeys::PostedFrom;
use crate::mailed_links::{LinkOutcome, owner_of};
use crate::session_end::Ending;
use crate::{Issuer, audit};

impl Issuer {
    /// Uses the link up and shuts everybody out. Commits.
    pub(crate) async fn disown_change(
        &self,
        at: &TenantDirectory,
        link: &LinkRow,
        from: &PostedFrom,
    ) -> Result<LinkOutcome, Fault> {
        let (now, user) = (self.ambient.now(), link.user);
        let mut tx = self.store.begin(at.id()).await?;
        if owner_of(&mut tx, at, link).await?.is_none() || !self.consume_link(&mut tx, at, link).await? {
            return Ok(LinkOutcome::Dead);
        }
        let event = Event::new(EventType::ChangeDisowned, now, Actor::Anonymous).about(user);
        audit::record(&mut tx, &self.ambient, at, event).await?;
        if password_credentials::delete(&mut tx, at.id(), user).await? {
            let event = Event::new(EventType::PasswordRemoved, now, Actor::Anonymous).about(user);
            audit::record(&mut tx, &self.ambient, at, event).await?;
        }
        // The link was made when the notice was sent; it tells of the newest of several changes.
        let told_at = link.expires_at.minus(lifetimes::NOTICE_LINK);
        let new = passkeys::remove_since(&mut tx, at.id(), user, told_at.minus(lifetimes::NOTICE_LINK), now).await?;
        if new > 0 {
            let event = Event::new(EventType::PasskeyRemoved, now, Actor::Anonymous).about(user).with("count", new);
            audit::record(&mut tx, &self.ambient, at, event).await?;
        }
        for purpose in LinkPurpose::ALL {
            mailed_links::retire(&mut tx, at.id(), user, purpose, now).await?;
        }
        let (reason, actor) = (SessionEnd::Disowned, Actor::Anonymous);
        Ending { ambient: &self.ambient, at, reason, actor }.end_everywhere(&mut tx, user).await?;
        let purpose = MailPurpose::PasswordReset;
        let message = OutboxMessage::Mail { purpose, user, locale: from.locale.clone(), journey: None };
        self.enqueue(&mut tx, at, &message).await?;
        tx.commit().await?;
        Ok(LinkOutcome::ShutOut)
    }
}
