//! Deleting one's own account, after a time in which signing in takes it back.
//!
//! The person has just signed in with every factor they have (`Need::Fresh`). Sessions and tokens end at once, and nobody
//! acts for the account meanwhile; the rest stays, so that an intruder's deletion costs the owner nothing: the mail tells
//! them, and a sign-in keeps the account. So do the buttons that shut an intruder out (`account::not_me`, `email_changes`),
//! whose links outlive the wish: a sign-in may stop at a second factor that the intruder has set up (S-090). Leaves what is
//! erased to `erasure`. DESIGN §6; GDPR Article 17.

use std::collections::BTreeSet;

use portreeve_domain::{Actor, Event, EventType, Fault, LinkPurpose, MailPurpose, SessionEnd, UserId, lifetimes};
use portreeve_storage::{Tx, account_deletions, email_changes, mailed_links, users};

use super::Visitor;
use crate::directory::TenantDirectory;
use crate::journeys::PostedFrom;
use crate::session_end::Ending;
use crate::{Issuer, audit};

/// What a wish to be deleted led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeletionOutcome {
    /// Everything has ended, and the account is erased when the tenant's time is over.
    Begun,
    /// Nobody would be left to look after the tenant.
    LastAdministrator,
    /// It was wished before, or the session or the account is gone: nothing was done.
    Stale,
}

impl Issuer {
    /// Whether the visitor may leave: another administrator stays, or the visitor is none.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn may_leave(&self, at: &TenantDirectory, visitor: &Visitor) -> Result<bool, Fault> {
        if !visitor.person.is_admin {
            return Ok(true);
        }
        users::has_other_admin(&mut self.store.read(at.id()).await?, at.id(), visitor.user()).await
    }

    /// Ends every session and token of the visitor's account, and has it erased when the tenant's time is over. Commits.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn request_deletion(
        &self,
        at: &TenantDirectory,
        visitor: &Visitor,
        from: &PostedFrom,
    ) -> Result<DeletionOutcome, Fault> {
        let (now, user) = (self.ambient.now(), visitor.user());
        let due_at = now.plus(at.tenant.settings.deletion_grace_days.lifetime());
        let mut tx = self.store.begin(at.id()).await?;
        if visitor.person.is_admin {
            // Before the visitor's own row: two administrators who held theirs would wait for one another.
            users::hold_admins(&mut tx, at.id()).await?;
            if !users::has_other_admin(&mut tx, at.id(), user).await? {
                return Ok(DeletionOutcome::LastAdministrator);
            }
        }
        if !self.hold_visit(&mut tx, at, visitor).await?
            || !account_deletions::insert(&mut tx, at.id(), user, now, due_at).await?
        {
            return Ok(DeletionOutcome::Stale);
        }
        let event = Event::new(EventType::UserDeletionRequested, now, Actor::User(user)).about(user);
        audit::record(&mut tx, &self.ambient, at, event.with("due_at", due_at.as_millis())).await?;
        for purpose in LinkPurpose::OF_DELETION {
            mailed_links::retire(&mut tx, at.id(), user, purpose, now).await?;
        }
        self.end_email_wish(&mut tx, at, user, Actor::User(user)).await?;
        let (reason, actor) = (SessionEnd::DeletionRequested, Actor::User(user));
        Ending { ambient: &self.ambient, at, reason, actor }.end_everywhere(&mut tx, user).await?;
        if visitor.person.email_verified_at.is_some() {
            self.mail(&mut tx, at, MailPurpose::DeletionRequested, user, &from.locale).await?;
        }
        self.tell_former_addresses(&mut tx, at, visitor, &from.locale).await?;
        tx.commit().await?;
        Ok(DeletionOutcome::Begun)
    }

    /// Tells the former addresses that can have the account back: whoever wishes it deleted may have taken it from there (S-090).
    async fn tell_former_addresses(
        &self,
        tx: &mut Tx,
        at: &TenantDirectory,
        visitor: &Visitor,
        locale: &str,
    ) -> Result<(), Fault> {
        let (user, since) = (visitor.user(), self.ambient.now().minus(lifetimes::NOTICE_LINK));
        let mut told: BTreeSet<[u8; 32]> = visitor.person.email_index.into_iter().collect();
        for change in email_changes::undoable_since(tx, at.id(), user, since).await? {
            if change.former_index.is_some_and(|index| told.insert(index)) {
                let of = (at, MailPurpose::DeletionRequested);
                self.mail_email_change(tx, of, (change.id, user), locale).await?;
            }
        }
        Ok(())
    }

    /// Takes the wish to be deleted back, for somebody has signed in; in the transaction of that.
    pub(crate) async fn keep_account(
        &self,
        tx: &mut Tx,
        at: &TenantDirectory,
        user: UserId,
        locale: &str,
    ) -> Result<(), Fault> {
        self.cancel_deletion(tx, at, (user, Actor::User(user)), locale).await
    }

    /// Takes the wish that `user` be deleted back, in the transaction of what the actor did. The owner is told by mail; nothing
    /// happens when there is no such wish.
    pub(crate) async fn cancel_deletion(
        &self,
        tx: &mut Tx,
        at: &TenantDirectory,
        (user, actor): (UserId, Actor),
        locale: &str,
    ) -> Result<(), Fault> {
        if !account_deletions::cancel(tx, at.id(), user).await? {
            return Ok(());
        }
        let event = Event::new(EventType::UserDeletionCancelled, self.ambient.now(), actor).about(user);
        audit::record(tx, &self.ambient, at, event).await?;
        self.mail(tx, at, MailPurpose::DeletionCancelled, user, locale).await
    }
}
