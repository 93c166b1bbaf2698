//! Invitations: a mailed link by which somebody has an account, also where nobody can register.
//!
//! Owns the mail, the page's data and what accepting brings about. The link proves the address. Who has no account there, or one whose
//! address nobody had proven, gets the registration form with that address in it; the account is made, and the link used up, when the
//! form is taken, so that whatever fails before uses nothing up. Nothing survives of an unproven account (SECURITY rule 30). Who has an account
//! signs in as usual: the link is no way around a factor. Nobody who is signed in at the browser is signed out or merged.
//! Leaves making and taking back to `configure::invitations`. S-071, S-087, S-100.

use std::sync::Arc;

use portreeve_authenticators::PasswordPolicy;
use portreeve_crypto::AssociatedData;
use portreeve_domain::{
    Actor, ClientId, Email, Event, EventType, Fault, LinkId, LinkPurpose, MailPurpose, Proof, ProofKind, UserId,
};
use portreeve_oidc::authorization::{Accepted, PageRequest};
use portreeve_oidc::login_initiation::LoginInitiation;
use portreeve_oidc::paths;
use portreeve_storage::invitations::{self, InvitationRow};
use portreeve_storage::mailed_links::{self, LinkRow};
use portreeve_storage::outbox::OutboxRow;
use portreeve_storage::{Tx, users};

use crate::authorize::Progress;
use crate::directory::TenantDirectory;
use crate::journeys::{Acted, Journey, PostedFrom, Problem};
use crate::mailed_links::{LinkAsks, LinkTarget, OpenLink};
use crate::mails::outgoing;
use crate::new_passwords::{self, PasswordOwner};
use crate::outgoing_mail::{MailContent, OutgoingMail};
use crate::people::{self, Person};
use crate::registration::{RegistrationForm, RegistrationProblems, accepted_name};
use crate::stored_facts::{AcceptedInvitation, PendingRegistration, StoredFacts, open_at};
use crate::{Issuer, audit, browsers};

impl Issuer {
    /// Accepts an invitation whose page was opened in the browser with this cookie, and leads on: to the registration form, or to a
    /// sign-in to the account that the address has; from there to the client that it names, or to the account pages. `None` when somebody
    /// was faster, or the account is switched off.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn accept_invitation(
        &self,
        at: &Arc<TenantDirectory>,
        link: OpenLink,
        cookie: Option<&str>,
    ) -> Result<Option<Progress>, Fault> {
        let OpenLink { row, target: LinkTarget::Invitation(invitation), email, .. } = link else { return Ok(None) };
        let person = self.invited_person(at, &row).await?;
        let start = invitation.client.as_ref().and_then(|client| start_of(at, client));
        let page = start.unwrap_or_else(|| format!("{}{}", at.issuer, paths::ACCOUNT));
        let mut request = PageRequest { page, person: None, max_age: None, chooses_account: false };
        let mut stored = StoredFacts::default();
        match person {
            Some(person) if person.disabled_at.is_some() => return Ok(None),
            Some(person) if has_owner(&person) => {
                let mut tx = self.store.begin(at.id()).await?;
                if !self.use_invitation(&mut tx, at, &row, person.id).await? {
                    return Ok(None);
                }
                tx.commit().await?;
                request.person = Some(person.id);
                let session = self.session_of(at, cookie, person.id).await?;
                stored.facts.turn_to(Some(person.id), session);
            }
            _ => {
                stored.facts.registering = Some(true);
                stored.invitation = Some(AcceptedInvitation {
                    id: invitation.id,
                    link: row.id.as_i64(),
                    email: email.trim().to_owned(),
                });
            }
        }
        self.begin_with(at, Accepted::of_page(request), cookie, stored).await.map(Some)
    }

    /// The addresses of the accounts that are signed in at the browser with this cookie, but for `email`.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn others_signed_in(
        &self,
        at: &TenantDirectory,
        cookie: Option<&str>,
        email: &str,
    ) -> Result<Vec<String>, Fault> {
        let Some(browser) = self.recognize_browser(at, cookie).await? else { return Ok(Vec::new()) };
        let own = Email::parse(email).ok().map(|email| people::email_index(at, &email));
        let mut conn = self.store.read(at.id()).await?;
        let mut others = Vec::new();
        for session in browsers::live_sessions(&mut conn, &self.ambient, at, browser.id).await? {
            let person = people::find(&mut conn, at, session.user).await?;
            others.extend(person.filter(|person| person.email_index != own).and_then(|person| person.email));
        }
        Ok(others)
    }

    /// What the client is called that an invitation leads to; `None` when it leads to the account pages.
    pub fn invited_to(&self, at: &TenantDirectory, link: &OpenLink) -> Option<String> {
        let LinkTarget::Invitation(invitation) = &link.target else { return None };
        let id = invitation.client.as_ref()?;
        start_of(at, id)?;
        Some(at.client(id)?.display_name().to_owned())
    }

    /// Opens the link of an invitation; who stands at the page makes no difference yet.
    pub(crate) async fn open_invitation(&self, at: &TenantDirectory, row: LinkRow) -> Result<Option<OpenLink>, Fault> {
        let mut conn = self.store.read(at.id()).await?;
        let found = invitations::find(&mut conn, at.id(), row.user, self.ambient.now()).await?;
        let Some(invitation) = found.filter(|found| found.email_index == row.email_index) else { return Ok(None) };
        let email = open_email(at, &invitation)?;
        let target = LinkTarget::Invitation(Box::new(invitation));
        Ok(Some(OpenLink { row, target, email, asks: LinkAsks::Invitation }))
    }

    /// Takes the registration form of somebody who was invited: makes the account, uses the invitation up and goes on. Whatever is
    /// typed for the address, it is that of the invitation.
    pub(crate) async fn register_invited(
        &self,
        at: &Arc<TenantDirectory>,
        mut journey: Journey,
        invitation: AcceptedInvitation,
        form: RegistrationForm,
        from: &PostedFrom,
    ) -> Result<Acted, Fault> {
        let passwordless = at.tenant.settings.is_passwordless();
        let password = (!passwordless)
            .then(|| new_passwords::accept(at, &invitation.email, &form.password, PasswordPolicy::SINGLE_FACTOR));
        let (name, password) = match (accepted_name(&form.name), password.transpose()) {
            (Ok(name), Ok(password)) => (name, password),
            (name, password) => {
                let problems = RegistrationProblems { name: name.err(), email: None, password: password.err() };
                return Ok(Acted::Problem(Problem::Registration(problems)));
            }
        };
        if self.live_link(at, &invitation).await?.is_none() {
            return Ok(Acted::Problem(Problem::InvitationOver));
        }
        let phc = match password {
            Some(password) => Some(self.passwords.place(at.id())?.hash(at, password, self.ambient.bytes()?).await?),
            None => None,
        };
        let now = self.ambient.now();
        let (email, mail, to) = (invitation.email.clone(), MailPurpose::VerifyEmail, invitation.id);
        let pending = PendingRegistration { name, email, phc, mail, to, at: now };
        let mut tx = self.store.begin(at.id()).await?;
        let Some((person, index)) = self.invited_account(&mut tx, at, &invitation, &pending).await? else {
            return Ok(Acted::Problem(Problem::InvitationOver));
        };
        let user = person.id;
        let kind = match &pending.phc {
            Some(phc) => {
                let owner = PasswordOwner { user, key: &person.key, email_index: &index };
                journey.stored.password_mark = Some(self.set_new_password(&mut tx, at, &owner, phc).await?);
                ProofKind::Password
            }
            None => ProofKind::EmailCode,
        };
        // The link has proven the address as a code would have.
        journey.stored.proven_address = Some(index);
        journey.stored.facts.identify(Proof { kind, user, at: now });
        journey.stored.invitation = None;
        journey.stored.locale = Some(from.locale.clone());
        self.advance(tx, at, journey).await
    }

    /// The link of an invitation that was accepted at its page, while it can be used: nobody's password is hashed for another.
    async fn live_link(&self, at: &TenantDirectory, invitation: &AcceptedInvitation) -> Result<Option<LinkRow>, Fault> {
        let mut conn = self.store.read(at.id()).await?;
        let row = mailed_links::find(&mut conn, at.id(), LinkId::new(invitation.link)).await?;
        let is_live = |row: &LinkRow| {
            row.user == invitation.id && row.consumed_at.is_none() && self.ambient.now() < row.expires_at
        };
        Ok(row.filter(is_live))
    }

    /// Writes the mail of an invitation; its link is made now, and every older one of it dies. `None` when it was accepted, taken back
    /// or replaced, or has expired. Commits.
    pub(crate) async fn invitation_mail(
        &self,
        at: &TenantDirectory,
        row: &OutboxRow,
        id: UserId,
        locale: &str,
    ) -> Result<Option<OutgoingMail>, Fault> {
        let now = self.ambient.now();
        let found = invitations::find(&mut self.store.read(at.id()).await?, at.id(), id, now).await?;
        let Some(invitation) = found else { return Ok(None) };
        let Ok(email) = Email::parse(&open_email(at, &invitation)?) else { return Ok(None) };
        let (owner, expires_at) = ((id, invitation.email_index), invitation.expires_at);
        let text = self.mint_link_until(at, LinkPurpose::Invitation, owner, expires_at).await?;
        let link = format!("{}/link/{}", at.issuer, text.expose());
        outgoing(at, row, email.as_str(), (locale, MailContent::Invitation { link, expires_at })).map(Some)
    }

    /// The account of an invitation, made or taken over, with the index of its address; `None` when somebody was faster.
    async fn invited_account(
        &self,
        tx: &mut Tx,
        at: &TenantDirectory,
        invitation: &AcceptedInvitation,
        pending: &PendingRegistration,
    ) -> Result<Option<(Person, [u8; 32])>, Fault> {
        let row = mailed_links::find(tx, at.id(), LinkId::new(invitation.link)).await?;
        let Some(row) = row.filter(|row| row.user == invitation.id) else { return Ok(None) };
        let index = row.email_index;
        let keeps = |person: &Person| has_owner(person) || person.disabled_at.is_some();
        let Some(person) = self.claimed_account(tx, at, &index, (pending, keeps)).await? else { return Ok(None) };
        Ok(self.use_invitation(tx, at, &row, person.id).await?.then_some((person, index)))
    }

    /// Uses an invitation and its link up, for the account `user`; false when somebody was faster.
    async fn use_invitation(
        &self,
        tx: &mut Tx,
        at: &TenantDirectory,
        link: &LinkRow,
        user: UserId,
    ) -> Result<bool, Fault> {
        let now = self.ambient.now();
        if !self.consume_link(tx, at, link).await? || !invitations::take(tx, at.id(), link.user, now).await? {
            return Ok(false);
        }
        mailed_links::forget(tx, at.id(), link.user).await?;
        let event = Event::new(EventType::InvitationAccepted, now, Actor::User(user)).about(user);
        audit::record(tx, &self.ambient, at, event).await?;
        Ok(true)
    }

    /// Takes the invitation of an address back, with its links; false when there is none.
    pub(crate) async fn drop_invitation(
        &self,
        tx: &mut Tx,
        at: &TenantDirectory,
        email_index: &[u8; 32],
    ) -> Result<bool, Fault> {
        let Some(id) = invitations::revoke(tx, at.id(), email_index).await? else { return Ok(false) };
        mailed_links::forget(tx, at.id(), id).await?;
        Ok(true)
    }

    async fn invited_person(&self, at: &TenantDirectory, link: &LinkRow) -> Result<Option<Person>, Fault> {
        let mut conn = self.store.read(at.id()).await?;
        match users::find_by_email(&mut conn, at.id(), &link.email_index).await? {
            Some(row) => people::open(&mut conn, at, row).await,
            None => Ok(None),
        }
    }

    /// The session of `user` at the browser with this cookie.
    async fn session_of(
        &self,
        at: &TenantDirectory,
        cookie: Option<&str>,
        user: UserId,
    ) -> Result<Option<portreeve_domain::SessionId>, Fault> {
        let Some(browser) = self.recognize_browser(at, cookie).await? else { return Ok(None) };
        let mut conn = self.store.read(at.id()).await?;
        let live = browsers::live_sessions(&mut conn, &self.ambient, at, browser.id).await?;
        Ok(live.into_iter().find(|session| session.user == user).map(|session| session.id))
    }
}

/// Where a sign-in at a client starts; `None` when it does not say, is switched off, or nobody answers for it.
pub(crate) fn start_of(at: &TenantDirectory, id: &ClientId) -> Option<String> {
    let client = at.client(id).filter(|client| at.trusts(client) && client.disabled_at.is_none())?;
    LoginInitiation::at(id.clone()).address(client, &at.issuer).ok()
}

/// Whether the address of an account is proven: it signs in as usual.
fn has_owner(person: &Person) -> bool {
    person.email_verified_at.is_some()
}

/// Where the address of an invitation is sealed.
pub(crate) fn email_place<'a>(at: &TenantDirectory, id: &'a UserId) -> AssociatedData<'a> {
    AssociatedData { table: "invitations", column: "email_sealed", row: id.as_bytes(), tenant: at.id().as_i64() }
}

/// The address of an invitation as typed.
pub(crate) fn open_email(at: &TenantDirectory, row: &InvitationRow) -> Result<String, Fault> {
    open_at(at, &email_place(at, &row.id), &row.email_sealed)
}
