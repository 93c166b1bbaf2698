//! "This was not me": the link in the notice of a change.
//!
//! Whoever changed it is shut out: every session and token family ends, what was proven on sign-ins that are still open counts no more, the
//! password lets nobody in, and neither does a passkey that is new. A wish to delete the account is taken back, for it may be theirs
//! (S-090). The owner, who reads the account's mail, gets a link to set a new password. Authenticator app, recovery codes and
//! passkeys from before stay: a mailbox alone must not get around them (SECURITY rule 26; S-084, S-088). An owner who meets an app
//! of somebody else's says that theirs is lost, and waits (`factor_recovery`).

use portreeve_domain::{Actor, Event, EventType, Fault, MailPurpose, SessionEnd, Timestamp, UserId, lifetimes};
use portreeve_storage::mailed_links::LinkRow;
use portreeve_storage::{Tx, passkeys, password_credentials};

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
        let Some(mut tx) = self.begin_using(at, link).await? else { return Ok(LinkOutcome::Dead) };
        if owner_of(&mut tx, at, link).await?.is_none() {
            return Ok(LinkOutcome::Dead);
        }
        let event = Event::new(EventType::ChangeDisowned, self.ambient.now(), Actor::Anonymous).about(link.user);
        audit::record(&mut tx, &self.ambient, at, event).await?;
        // The link was made when the notice was sent; it tells of the newest of several changes.
        let told_at = link.expires_at.minus(lifetimes::NOTICE_LINK);
        self.shut_out(&mut tx, at, (link.user, told_at), from).await?;
        tx.commit().await?;
        Ok(LinkOutcome::ShutOut)
    }

    /// Shuts everybody out of an account whose change of `told_at` was somebody else's, keeps it if it was to be deleted, and sends
    /// its owner a link to set a new password, where there are passwords; else who reads the mail signs in by a code.
    pub(crate) async fn shut_out(
        &self,
        tx: &mut Tx,
        at: &TenantDirectory,
        (user, told_at): (UserId, Timestamp),
        from: &PostedFrom,
    ) -> Result<(), Fault> {
        let now = self.ambient.now();
        if password_credentials::delete(tx, at.id(), user).await? {
            let event = Event::new(EventType::PasswordRemoved, now, Actor::Anonymous).about(user);
            audit::record(tx, &self.ambient, at, event).await?;
        }
        let new = passkeys::remove_since(tx, at.id(), user, told_at.minus(lifetimes::NOTICE_LINK), now).await?;
        if new > 0 {
            let event = Event::new(EventType::PasskeyRemoved, now, Actor::Anonymous).about(user).with("count", new);
            audit::record(tx, &self.ambient, at, event).await?;
        }
        self.retire_links(tx, at, user).await?;
        // The account is held since its link was used: no wish comes after this by a session that ends here. Before the
        // recovery, as at a sign-in: two that wait for one another would end one of them.
        self.cancel_deletion(tx, at, (user, Actor::Anonymous), &from.locale).await?;
        self.stop_recovery(tx, at, user, Actor::Anonymous).await?;
        self.end_email_wish(tx, at, user, Actor::Anonymous).await?;
        let (reason, actor) = (SessionEnd::Disowned, Actor::Anonymous);
        Ending { ambient: &self.ambient, at, reason, actor }.end_everywhere(tx, user).await?;
        if at.tenant.settings.is_passwordless() {
            return Ok(());
        }
        self.mail(tx, at, MailPurpose::PasswordReset, user, &from.locale).await
    }
}
