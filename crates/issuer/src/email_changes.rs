//! Another address for an account: confirmed by a link at the new one, undone by a link at the former one.
//!
//! Owns both links, what they bring about, and the mails they come with. The new address is confirmed by somebody who has its
//! mail *and* is signed in to the account: no stranger can talk an owner into lending it. The former address has a way back
//! for seven days that no later password, address or undoing takes away; who takes it shuts everybody out. Leaves the wish to
//! `account::email`. SECURITY rules 15, 26 to 28 and 30; S-087, S-090, S-100.

use std::sync::Arc;

use portreeve_crypto::{AssociatedData, SealingKey};
use portreeve_domain::{
    Actor, Email, EmailChangeId, Event, EventType, Fault, LinkPurpose, MailPurpose, ProofKind, Session, lifetimes,
};
use portreeve_oidc::authorization::{Accepted, PageRequest};
use portreeve_storage::email_changes::{self, EmailChangeRow};
use portreeve_storage::mailed_links::LinkRow;
use portreeve_storage::outbox::OutboxRow;
use portreeve_storage::users::{self, NewEmail};
use portreeve_storage::{Conn, Tx, account_deletions};

use crate::authorize::Progress;
use crate::directory::TenantDirectory;
use crate::journeys::PostedFrom;
use crate::mailed_links::{LinkAsks, LinkOutcome, LinkTarget, OpenLink};
use crate::mails::{Recipient, outgoing};
use crate::outgoing_mail::{MailContent, OutgoingMail};
use crate::people::{self, Person, place};
use crate::{Issuer, audit, browsers};

/// A change whose address was opened.
struct OpenChange {
    row: EmailChangeRow,
    person: Person,
    /// The new or the former address, as its link's purpose says.
    email: String,
}

impl Issuer {
    /// Opens the link that a new address got; without a session of the account in this browser it asks for that first.
    pub(crate) async fn open_email_change(
        &self,
        at: &TenantDirectory,
        link: LinkRow,
        cookie: Option<&str>,
    ) -> Result<Option<OpenLink>, Fault> {
        let browser = self.recognize_browser(at, cookie).await?;
        let mut conn = self.store.read(at.id()).await?;
        let Some(OpenChange { person, email, .. }) = self.wish_of(&mut conn, at, &link).await? else { return Ok(None) };
        let sessions = match &browser {
            Some(browser) => browsers::live_sessions(&mut conn, &self.ambient, at, browser.id).await?,
            None => Vec::new(),
        };
        let is_here = sessions.iter().any(|session| session.user == person.id && still_counts(at, session));
        let asks = if is_here { LinkAsks::NewEmail } else { LinkAsks::SignIn };
        Ok(Some(OpenLink { row: link, target: LinkTarget::EmailChange, email, asks }))
    }

    /// Opens the link that a former address got.
    pub(crate) async fn open_email_undo(&self, at: &TenantDirectory, link: LinkRow) -> Result<Option<OpenLink>, Fault> {
        let mut conn = self.store.read(at.id()).await?;
        let change = self.undoable_of(&mut conn, at, &link).await?;
        Ok(change.map(|OpenChange { email, .. }| OpenLink {
            row: link,
            target: LinkTarget::EmailUndo,
            email,
            asks: LinkAsks::FormerEmail,
        }))
    }

    /// Begins the journey on which somebody signs in and comes back to `page`, a path below the issuer; where people are
    /// signed in already, one is chosen.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn sign_in_for(
        &self,
        at: &Arc<TenantDirectory>,
        page: &str,
        cookie: Option<&str>,
    ) -> Result<Progress, Fault> {
        let mut request =
            PageRequest { page: format!("{}{page}", at.issuer), person: None, max_age: None, chooses_account: false };
        if let Some(browser) = self.recognize_browser(at, cookie).await? {
            let mut conn = self.store.read(at.id()).await?;
            let live = browsers::live_sessions(&mut conn, &self.ambient, at, browser.id).await?;
            request.chooses_account = !live.is_empty();
        }
        self.authorize(at, Accepted::of_page(request), cookie).await
    }

    /// Uses the link of a new address up: it is the account's, and the former one is told. Commits.
    pub(crate) async fn confirm_email(
        &self,
        at: &TenantDirectory,
        link: &LinkRow,
        from: &PostedFrom,
    ) -> Result<LinkOutcome, Fault> {
        let (now, user) = (self.ambient.now(), link.user);
        let Some(mut tx) = self.begin_using(at, link).await? else { return Ok(LinkOutcome::Dead) };
        let Some(change) = self.wish_of(&mut tx, at, link).await? else { return Ok(LinkOutcome::Dead) };
        let (id, person) = (change.row.id, &change.person);
        let until = now.plus(lifetimes::FORMER_EMAIL);
        if !email_changes::confirm(&mut tx, at.id(), id, now, until).await?
            || !self.set_email(&mut tx, at, person, (&change.email, &link.email_index)).await?
        {
            return Ok(LinkOutcome::Dead);
        }
        let event = Event::new(EventType::EmailChangeConfirmed, now, Actor::User(user)).about(user);
        audit::record(&mut tx, &self.ambient, at, event).await?;
        self.retire_links(&mut tx, at, user).await?;
        if change.row.former_index.is_some() {
            self.mail_email_change(&mut tx, (at, MailPurpose::EmailChanged), (id, user), &from.locale).await?;
        }
        tx.commit().await?;
        Ok(LinkOutcome::EmailChanged)
    }

    /// Uses the link of a former address up: it is the account's again, and everybody is shut out. Commits.
    pub(crate) async fn undo_email_change(
        &self,
        at: &TenantDirectory,
        link: &LinkRow,
        from: &PostedFrom,
    ) -> Result<LinkOutcome, Fault> {
        let (now, user) = (self.ambient.now(), link.user);
        let Some(mut tx) = self.begin_using(at, link).await? else { return Ok(LinkOutcome::Dead) };
        let Some(change) = self.undoable_of(&mut tx, at, link).await? else { return Ok(LinkOutcome::Dead) };
        let since = change.row.confirmed_at.unwrap_or(now);
        if !email_changes::undo(&mut tx, at.id(), user, since, now).await?
            || !self.set_email(&mut tx, at, &change.person, (&change.email, &link.email_index)).await?
        {
            return Ok(LinkOutcome::Dead);
        }
        let event = Event::new(EventType::EmailChangeUndone, now, Actor::Anonymous).about(user);
        audit::record(&mut tx, &self.ambient, at, event).await?;
        self.shut_out(&mut tx, at, (user, since), from).await?;
        tx.commit().await?;
        Ok(LinkOutcome::EmailRestored)
    }

    /// Writes a mail about a change: the link to confirm it, to the new address, or the notice with the way back, to the
    /// former one, of the change itself or of a wish to delete the account after it. `None` when it is over, or the account is.
    pub(crate) async fn email_change_mail(
        &self,
        at: &TenantDirectory,
        row: &OutboxRow,
        (purpose, id): (MailPurpose, EmailChangeId),
        locale: &str,
    ) -> Result<Option<OutgoingMail>, Fault> {
        let now = self.ambient.now();
        let mut conn = self.store.read(at.id()).await?;
        let change = email_changes::find(&mut conn, at.id(), id).await?;
        let change = change.filter(|change| change.ended_at.is_none() && now < change.expires_at);
        let Some(change) = change else { return Ok(None) };
        let Some(person) = in_service(&mut conn, at, &change).await? else { return Ok(None) };
        let due_at = account_deletions::find(&mut conn, at.id(), change.user).await?;
        drop(conn);
        let is_confirmed = change.confirmed_at.is_some();
        let (email, email_index, link) = match (purpose, change.former_index) {
            (MailPurpose::ConfirmEmailChange, _) if !is_confirmed => {
                (new_email(at, &person, &change)?, change.email_index, LinkPurpose::ConfirmEmailChange)
            }
            (MailPurpose::EmailChanged | MailPurpose::DeletionRequested, Some(index)) if is_confirmed => {
                (former_email(at, &person, &change)?, index, LinkPurpose::UndoEmailChange)
            }
            _ => return Ok(None),
        };
        let Ok(email) = Email::parse(&email) else { return Ok(None) };
        let to = email.as_str().to_owned();
        let recipient = Recipient { user: person.id, email, email_index };
        let content = match (purpose, due_at, change.confirmed_at) {
            (MailPurpose::DeletionRequested, Some(due_at), Some(confirmed_at)) => {
                // The way back is no longer than it was.
                let undo_until = confirmed_at.plus(lifetimes::NOTICE_LINK);
                if undo_until <= now {
                    return Ok(None);
                }
                let undo_link = self.new_link_until(at, link, &recipient, undo_until).await?;
                MailContent::FormerDeletionRequested { due_at, undo_link, undo_until }
            }
            (MailPurpose::DeletionRequested, ..) => return Ok(None),
            (MailPurpose::EmailChanged, ..) => {
                MailContent::EmailChanged { undo_link: self.new_link(at, link, &recipient, None).await? }
            }
            _ => MailContent::ConfirmEmailChange { link: self.new_link(at, link, &recipient, None).await? },
        };
        outgoing(at, row, &to, (locale, content)).map(Some)
    }

    /// Gives a person a proven address in the place of theirs; false when it is another by now, or has an account.
    async fn set_email(
        &self,
        tx: &mut Tx,
        at: &TenantDirectory,
        person: &Person,
        (email, index): (&str, &[u8; 32]),
    ) -> Result<bool, Fault> {
        let Some(old) = person.email_index else { return Ok(false) };
        self.hold_address(tx, at, index).await?;
        let at_place = place("users", "email_sealed", at.id(), &person.id);
        let sealed = person.key.seal(self.ambient.random(), &at_place, email.as_bytes()).map_err(Fault::new)?;
        let new = NewEmail { sealed: &sealed, index, verified_at: self.ambient.now() };
        users::set_email(tx, at.id(), person.id, &old, &new).await
    }

    /// The wish that a link is to confirm; `None` when it was dropped or replaced by another, or the account is gone.
    async fn wish_of(
        &self,
        conn: &mut Conn,
        at: &TenantDirectory,
        link: &LinkRow,
    ) -> Result<Option<OpenChange>, Fault> {
        let row = email_changes::wished(conn, at.id(), link.user, self.ambient.now()).await?;
        let Some(row) = row.filter(|row| row.email_index == link.email_index) else { return Ok(None) };
        let Some(person) = in_service(conn, at, &row).await? else { return Ok(None) };
        let email = new_email(at, &person, &row)?;
        Ok(Some(OpenChange { row, person, email }))
    }

    /// The change that a link is to undo; `None` when it was undone, or the account is gone.
    async fn undoable_of(
        &self,
        conn: &mut Conn,
        at: &TenantDirectory,
        link: &LinkRow,
    ) -> Result<Option<OpenChange>, Fault> {
        let now = self.ambient.now();
        let row = email_changes::undoable(conn, at.id(), link.user, &link.email_index, now).await?;
        let Some(row) = row else { return Ok(None) };
        let Some(person) = in_service(conn, at, &row).await? else { return Ok(None) };
        let email = former_email(at, &person, &row)?;
        Ok(Some(OpenChange { row, person, email }))
    }
}

/// Whether what a session was made of signs somebody in here: where there are no passwords any more, one does not.
fn still_counts(at: &TenantDirectory, session: &Session) -> bool {
    let is_way_in = |kind: ProofKind| kind == ProofKind::EmailCode || kind.is_passkey();
    !at.tenant.settings.is_passwordless() || session.proofs.iter().any(|proof| is_way_in(proof.kind))
}

/// The person of a change, while the account is in service.
async fn in_service(conn: &mut Conn, at: &TenantDirectory, change: &EmailChangeRow) -> Result<Option<Person>, Fault> {
    let person = people::find(conn, at, change.user).await?;
    Ok(person.filter(|person| person.disabled_at.is_none()))
}

/// Seals an address for a column of a change.
pub(crate) fn seal_email(
    issuer: &Issuer,
    at: &TenantDirectory,
    key: &SealingKey,
    (id, column): (EmailChangeId, &'static str),
    email: &str,
) -> Result<Vec<u8>, Fault> {
    let row = id.as_i64().to_be_bytes();
    key.seal(issuer.ambient.random(), &column_of(at, column, &row), email.as_bytes()).map_err(Fault::new)
}

/// The address that a change is to.
pub(crate) fn new_email(at: &TenantDirectory, person: &Person, change: &EmailChangeRow) -> Result<String, Fault> {
    open_email(at, person, (change.id, "email_sealed"), &change.email_sealed)
}

/// The address that a change was from.
pub(crate) fn former_email(at: &TenantDirectory, person: &Person, change: &EmailChangeRow) -> Result<String, Fault> {
    let sealed = change.former_sealed.as_deref();
    let sealed =
        sealed.ok_or_else(|| Fault::impossible("a change from an address that nobody has proven is undone"))?;
    open_email(at, person, (change.id, "former_sealed"), sealed)
}

fn open_email(
    at: &TenantDirectory,
    person: &Person,
    (id, column): (EmailChangeId, &'static str),
    sealed: &[u8],
) -> Result<String, Fault> {
    let row = id.as_i64().to_be_bytes();
    let text = person.key.open(&column_of(at, column, &row), sealed).map_err(Fault::new)?;
    String::from_utf8(text.to_vec()).map_err(Fault::new)
}

fn column_of<'a>(at: &TenantDirectory, column: &'static str, row: &'a [u8; 8]) -> AssociatedData<'a> {
    AssociatedData { table: "email_changes", column, row, tenant: at.id().as_i64() }
}
