//! Removing second factors that are lost, after a time in which their owner can say no.
//!
//! Who asked has proven the first factor, and only that (`journeys::lost_factors`). The owner is told at once by mail; the button
//! there, any browser that is signed in, and a second factor that is shown stop it. When the tenant's wait is over a link is
//! mailed; its button removes every second factor and ends every session and token. It signs nobody in and lowers no level: at the next sign-in
//! another factor is enrolled before anything else (`domain::journey`). Leaves links to `mailed_links`.
//! NIST SP 800-63B-4 §4.2; SECURITY S-078, S-088, S-098.

use portreeve_domain::{Actor, Event, EventType, Fault, LinkPurpose, MailPurpose, SessionEnd, Timestamp, UserId};
use portreeve_storage::factor_recoveries::{self, Settled};
use portreeve_storage::mailed_links::LinkRow;
use portreeve_storage::{Tx, Wall, totp_credentials};

use crate::account::Visitor;
use crate::directory::TenantDirectory;
use crate::journeys::PostedFrom;
use crate::mailed_links::{LinkAsks, LinkOutcome, LinkTarget, OpenLink, owner_of};
use crate::mails::Recipient;
use crate::outgoing_mail::{MailContent, NoticeOf};
use crate::session_end::Ending;
use crate::{Issuer, audit};

impl Issuer {
    /// Has the link mailed to those whose wait is over, of all tenants, each in a transaction of its own, and says how many
    /// that were. Any number of nodes may do it at once.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn tell_of_due_recoveries(&self) -> Result<usize, Fault> {
        let now = self.ambient.now();
        let due = factor_recoveries::due(&mut self.store.read(Wall::All).await?, now).await?;
        let mut told = 0;
        for (tenant, user, locale) in due {
            // A tenant so new that this node has not heard of it has its turn later.
            let Some(at) = self.directory.by_id(tenant) else { continue };
            let mut tx = self.store.begin(tenant).await?;
            if factor_recoveries::tell(&mut tx, tenant, user, now).await? {
                let event = Event::new(EventType::FactorRecoveryDue, now, Actor::System).about(user);
                audit::record(&mut tx, &self.ambient, &at, event).await?;
                self.mail(&mut tx, &at, MailPurpose::FactorRecoveryDue, user, &locale).await?;
                tx.commit().await?;
                told += 1;
            }
        }
        Ok(told)
    }

    /// When the visitor's second factors are to be removed, if somebody has asked for that.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn recovery_due(&self, at: &TenantDirectory, visitor: &Visitor) -> Result<Option<Timestamp>, Fault> {
        let mut conn = self.store.read(at.id()).await?;
        let standing = factor_recoveries::find(&mut conn, at.id(), visitor.user(), self.ambient.now()).await?;
        Ok(standing.filter(|request| request.removed_at.is_none()).map(|request| request.due_at))
    }

    /// Stops what was asked for about the visitor's second factors; false when the session has ended, and nothing was done. Commits.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn stop_own_recovery(
        &self,
        at: &TenantDirectory,
        visitor: &Visitor,
        from: &PostedFrom,
    ) -> Result<bool, Fault> {
        let Some(mut tx) = self.begin_for(at, visitor).await? else { return Ok(false) };
        let user = visitor.user();
        if self.stop_recovery(&mut tx, at, user, Actor::User(user)).await? {
            self.mail(&mut tx, at, MailPurpose::FactorRecoveryStopped, user, &from.locale).await?;
        }
        tx.commit().await?;
        Ok(true)
    }

    /// Stops a request; false when there is none.
    pub(crate) async fn stop_recovery(
        &self,
        tx: &mut Tx,
        at: &TenantDirectory,
        user: UserId,
        actor: Actor,
    ) -> Result<bool, Fault> {
        if !factor_recoveries::stop(tx, at.id(), user).await? {
            return Ok(false);
        }
        self.note_stop(tx, at, user, actor).await?;
        Ok(true)
    }

    /// Ends what there is about the second factors of somebody who has just shown one: a request was somebody else's, or is
    /// needed no longer, and nothing is owed any more.
    pub(crate) async fn settle_recovery(
        &self,
        tx: &mut Tx,
        at: &TenantDirectory,
        user: UserId,
        locale: &str,
    ) -> Result<(), Fault> {
        if factor_recoveries::settle(tx, at.id(), user).await? != Some(Settled::Request) {
            return Ok(());
        }
        self.note_stop(tx, at, user, Actor::User(user)).await?;
        self.mail(tx, at, MailPurpose::FactorRecoveryStopped, user, locale).await
    }

    async fn note_stop(&self, tx: &mut Tx, at: &TenantDirectory, user: UserId, actor: Actor) -> Result<(), Fault> {
        let event = Event::new(EventType::FactorRecoveryStopped, self.ambient.now(), actor).about(user);
        audit::record(tx, &self.ambient, at, event).await
    }

    /// Opens the link that was mailed when the wait was over; `None` when the request was stopped or granted
    /// since, or the tenant does without this way by now.
    pub(crate) async fn open_recovery(&self, at: &TenantDirectory, row: LinkRow) -> Result<Option<OpenLink>, Fault> {
        if at.tenant.settings.lost_factor_wait_hours.hours().is_none() {
            return Ok(None);
        }
        let mut conn = self.store.read(at.id()).await?;
        let standing = factor_recoveries::find(&mut conn, at.id(), row.user, self.ambient.now()).await?;
        if !standing.is_some_and(|request| request.told_at.is_some() && request.removed_at.is_none()) {
            return Ok(None);
        }
        let person = owner_of(&mut conn, at, &row).await?.filter(|person| person.email_verified_at.is_some());
        Ok(person.map(|person| {
            let email = person.email.unwrap_or_default();
            OpenLink { row, target: LinkTarget::LostFactors, email, asks: LinkAsks::LostFactors }
        }))
    }

    /// Uses the link up and removes every second factor; the owner is told by mail. Commits.
    pub(crate) async fn remove_lost_factors(
        &self,
        at: &TenantDirectory,
        link: &LinkRow,
        from: &PostedFrom,
    ) -> Result<LinkOutcome, Fault> {
        let (now, user) = (self.ambient.now(), link.user);
        let Some(mut tx) = self.begin_using(at, link).await? else { return Ok(LinkOutcome::Dead) };
        if owner_of(&mut tx, at, link).await?.is_none()
            || !factor_recoveries::remove(&mut tx, at.id(), user, now).await?
        {
            return Ok(LinkOutcome::Dead);
        }
        let had_app = totp_credentials::find(&mut tx, at.id(), user).await?.is_some();
        self.wipe_second_factors(&mut tx, at, user).await?;
        let event = Event::new(EventType::FactorRecoveryDone, now, Actor::Anonymous).about(user);
        audit::record(&mut tx, &self.ambient, at, event).await?;
        let (reason, actor) = (SessionEnd::FactorsRemoved, Actor::Anonymous);
        Ending { ambient: &self.ambient, at, reason, actor }.end_everywhere(&mut tx, user).await?;
        let told = if had_app { MailPurpose::FactorRemoved } else { MailPurpose::PasskeyRemoved };
        self.mail(&mut tx, at, told, user, &from.locale).await?;
        tx.commit().await?;
        Ok(LinkOutcome::FactorsRemoved)
    }

    /// What a mail about a request tells; `None` when the request is not as the mail would say.
    pub(crate) async fn recovery_content(
        &self,
        at: &TenantDirectory,
        purpose: MailPurpose,
        to: &Recipient,
    ) -> Result<Option<MailContent>, Fault> {
        if purpose == MailPurpose::FactorRecoveryStopped {
            return self.notice(at, to, NoticeOf::FactorRecoveryStopped).await.map(Some);
        }
        let mut conn = self.store.read(at.id()).await?;
        let standing = factor_recoveries::find(&mut conn, at.id(), to.user, self.ambient.now()).await?;
        drop(conn);
        let Some(request) = standing.filter(|request| request.removed_at.is_none()) else { return Ok(None) };
        Ok(Some(match (purpose, request.told_at) {
            (MailPurpose::FactorRecoveryDue, Some(_)) => {
                MailContent::FactorRecoveryDue { link: self.new_link(at, LinkPurpose::FactorRecovery, to, None).await? }
            }
            (MailPurpose::FactorRecoveryDue, None) => return Ok(None),
            _ => MailContent::FactorRecoveryRequested {
                due_at: request.due_at,
                not_me_link: self.new_link(at, LinkPurpose::NotMe, to, None).await?,
            },
        }))
    }
}
