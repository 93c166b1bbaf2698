//! The wish for another address.
//!
//! The person has just signed in with every factor they have (`Need::Fresh`). Whatever is typed, the answer and the work are
//! the same: a wish is stored and a mail asked for. Who has the address decides only which mail (S-071, S-090). Leaves what
//! the links bring about to `email_changes`.

use portreeve_domain::{
    Actor, Email, EmailChangeId, EmailError, Event, EventType, Fault, Lifetime, MailPurpose, OutboxMessage, UserId,
    lifetimes,
};
use portreeve_storage::email_changes::{self as rows, EmailChangeRow};
use portreeve_storage::{Tx, users};

use super::Visitor;
use super::visit::is_still_here;
use crate::attempts::{Attempt, Endeavour};
use crate::directory::TenantDirectory;
use crate::email_changes::{new_email, seal_email};
use crate::journeys::{PostedFrom, account_key, at_least_a_second};
use crate::{Issuer, audit, people};

/// What a wish led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmailOutcome {
    /// A mail is on its way.
    Asked,
    /// That is no address.
    Refused(EmailError),
    /// It is the account's address already.
    Same,
    /// Too many requests for mail.
    TooMany {
        /// How long to wait.
        wait: Lifetime,
    },
    /// The session has ended, or the account is gone: nothing was done.
    Stale,
}

impl Issuer {
    /// The address that waits for being confirmed.
    ///
    /// # Errors
    /// A fault when the database is away or the address does not open.
    pub async fn wished_email(&self, at: &TenantDirectory, visitor: &Visitor) -> Result<Option<String>, Fault> {
        let mut conn = self.store.read(at.id()).await?;
        let wish = rows::wished(&mut conn, at.id(), visitor.user(), self.ambient.now()).await?;
        wish.map(|wish| new_email(at, &visitor.person, &wish)).transpose()
    }

    /// Asks for the address `typed` to become the account's; the caller has seen to a fresh sign-in. An earlier wish ends.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn wish_email(
        &self,
        at: &TenantDirectory,
        visitor: &Visitor,
        typed: &str,
        from: &PostedFrom,
    ) -> Result<EmailOutcome, Fault> {
        let email = match Email::parse(typed) {
            Ok(email) => email,
            Err(error) => return Ok(EmailOutcome::Refused(error)),
        };
        let index = people::email_index(at, &email);
        if visitor.person.email_index == Some(index) {
            return Ok(EmailOutcome::Same);
        }
        // Whoever was shut out uses up nobody's mails.
        if !is_still_here(&mut self.store.read(at.id()).await?, at, visitor).await? {
            return Ok(EmailOutcome::Stale);
        }
        let attempt = Attempt { endeavour: Endeavour::Mail, network: from.network, account: account_key(&index) };
        if let Err(wait) = self.charge_attempt(at, &attempt).await? {
            return Ok(EmailOutcome::TooMany { wait: at_least_a_second(wait) });
        }
        let (now, user) = (self.ambient.now(), visitor.user());
        let owner = users::find_by_email(&mut self.store.read(at.id()).await?, at.id(), &index).await?;
        // One wish after the other, so that the last one is the only one.
        let Some(mut tx) = self.begin_for(at, visitor).await? else { return Ok(EmailOutcome::Stale) };
        rows::drop_wished(&mut tx, at.id(), user, now).await?;
        let change = self.new_wish(at, visitor, (typed, index))?;
        rows::insert(&mut tx, at.id(), &change).await?;
        let event = Event::new(EventType::EmailChangeRequested, now, Actor::User(user)).about(user);
        audit::record(&mut tx, &self.ambient, at, event).await?;
        if self.charge_mail(&mut tx, at, &account_key(&index)).await? {
            match owner {
                Some(owner) => self.mail(&mut tx, at, MailPurpose::AddressTaken, owner.id, &from.locale).await?,
                None => {
                    let told = (at, MailPurpose::ConfirmEmailChange);
                    self.mail_email_change(&mut tx, told, (change.id, user), &from.locale).await?;
                }
            }
        }
        tx.commit().await?;
        Ok(EmailOutcome::Asked)
    }

    /// Ends the wish for another address; false when the session has ended, and nothing was done. Commits.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn drop_email_wish(&self, at: &TenantDirectory, visitor: &Visitor) -> Result<bool, Fault> {
        let Some(mut tx) = self.begin_for(at, visitor).await? else { return Ok(false) };
        self.end_email_wish(&mut tx, at, visitor.user(), Actor::User(visitor.user())).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Ends the wish for another address, with its event when there is one; also what a new password does (S-090).
    pub(crate) async fn end_email_wish(
        &self,
        tx: &mut Tx,
        at: &TenantDirectory,
        user: UserId,
        actor: Actor,
    ) -> Result<(), Fault> {
        let now = self.ambient.now();
        if !rows::drop_wished(tx, at.id(), user, now).await? {
            return Ok(());
        }
        let event = Event::new(EventType::EmailChangeDropped, now, actor).about(user);
        audit::record(tx, &self.ambient, at, event).await
    }

    /// Puts a mail about a change into the outbox.
    pub(crate) async fn mail_email_change(
        &self,
        tx: &mut Tx,
        (at, purpose): (&TenantDirectory, MailPurpose),
        (change, user): (EmailChangeId, UserId),
        locale: &str,
    ) -> Result<(), Fault> {
        let locale = locale.to_owned();
        self.enqueue(tx, at, &OutboxMessage::EmailChangeMail { purpose, change, user, locale }).await
    }

    /// A wish, with the address it leads away from when that one is proven.
    fn new_wish(
        &self,
        at: &TenantDirectory,
        visitor: &Visitor,
        (typed, email_index): (&str, [u8; 32]),
    ) -> Result<EmailChangeRow, Fault> {
        let (id, now, person) = (EmailChangeId::new(self.ambient.row_id()), self.ambient.now(), &visitor.person);
        let seal = |column, email: &str| seal_email(self, at, &person.key, (id, column), email);
        let former = person.email.as_deref().filter(|_| person.email_verified_at.is_some());
        Ok(EmailChangeRow {
            id,
            user: person.id,
            email_sealed: seal("email_sealed", typed.trim())?,
            email_index,
            former_sealed: former.map(|email| seal("former_sealed", email)).transpose()?,
            former_index: person.email_index.filter(|_| former.is_some()),
            created_at: now,
            expires_at: now.plus(lifetimes::EMAIL_CHANGE),
            confirmed_at: None,
            ended_at: None,
        })
    }
}
