//! One-time links: made when the mail is sent or an operator asks, opened by a page that changes nothing, used up by its
//! button.
//!
//! Owns the secret, what a link is for and when it is dead: it works for its purpose, account, address and tenant only,
//! for a time from its making (30 minutes, or 7 days of a notice and of lost factors), once, and the newest only. Leaves what it brings about
//! to `recovery`, `factor_recovery`, `invitations`, `proven_addresses`, `email_changes` and `account::not_me`.
//! SECURITY rules 26, 27 and 30; S-087, S-100.

use std::sync::Arc;

use portreeve_authenticators::PasswordPolicy;
use portreeve_crypto::{Bearer, SecretText};
use portreeve_domain::{Actor, Event, EventType, Fault, LinkId, LinkPurpose, ProofKind, Timestamp, TokenKind, UserId};
use portreeve_storage::invitations::InvitationRow;
use portreeve_storage::journeys::JourneyRow;
use portreeve_storage::mailed_links::{self, LinkRow};
use portreeve_storage::{Conn, Tx, totp_credentials};

use crate::account::Factors;
use crate::authorize::is_bound;
use crate::directory::TenantDirectory;
use crate::journeys::PostedFrom;
use crate::new_passwords::PasswordRefusal;
use crate::people::{self, Person};
use crate::registration::{self, Registration};
use crate::stored_facts::{StoredFacts, open_facts};
use crate::{Issuer, audit};

/// A live link, opened in a browser. Nothing has changed yet.
pub struct OpenLink {
    pub(crate) row: LinkRow,
    pub(crate) target: LinkTarget,
    /// The address it went to, as its owner typed it.
    pub email: String,
    /// What its page asks for.
    pub asks: LinkAsks,
}

/// What the page of a link asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkAsks {
    /// A new password.
    NewPassword {
        /// The fewest characters.
        minimum: usize,
    },
    /// To say that the address is one's own.
    Confirmation,
    /// The same, where there are no passwords, of somebody who may be another than who set the account up: nothing of that is left.
    Claim,
    /// To say that a change of the account was somebody else's.
    NotMe,
    /// To sign in to the account first.
    SignIn,
    /// To make a new address the account's.
    NewEmail,
    /// To make the former address the account's again.
    FormerEmail,
    /// To remove second factors that are lost.
    LostFactors,
    /// To accept an invitation, by `Issuer::accept_invitation`.
    Invitation,
}

/// What a link is about.
pub(crate) enum LinkTarget {
    /// Setting the password of an account; with the journey of this browser that asked for the mail, if one did.
    Password(Person, Option<Box<JourneyRow>>),
    /// Proving the address of an account.
    Address(Person),
    /// Shutting everybody out of an account.
    NotMe,
    /// Changing the address of an account.
    EmailChange,
    /// Undoing that.
    EmailUndo,
    /// Removing second factors that are lost.
    LostFactors,
    /// Proving the address of an account to be made.
    Registration(Box<Registration>),
    /// An invitation.
    Invitation(Box<InvitationRow>),
}

/// What pressing the button led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkOutcome {
    /// The password is changed; nobody is signed in by that.
    PasswordChanged,
    /// The address is proven.
    AddressConfirmed,
    /// Everybody is shut out, and a link to set a new password is on its way.
    ShutOut,
    /// The account has the new address.
    EmailChanged,
    /// The account has its former address again, everybody is shut out, and a link to set a new password is on its way.
    EmailRestored,
    /// Second factors that were lost are removed, and every session has ended.
    FactorsRemoved,
    /// The new password may not be set; the link is still good.
    Refused(PasswordRefusal),
    /// Somebody else was faster: the link is used up or replaced, or the address has an account by now.
    Dead,
}

impl Issuer {
    /// Opens the link with this text in the browser with this cookie; `journey` is what the link's address names.
    ///
    /// `None` when it is none of ours, used up, replaced by a newer one, too old, or its account or address has gone.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn open_link(
        &self,
        at: &Arc<TenantDirectory>,
        text: &str,
        journey: Option<&str>,
        cookie: Option<&str>,
    ) -> Result<Option<OpenLink>, Fault> {
        let Some(row) = self.find_live_link(at, text).await? else { return Ok(None) };
        match LinkPurpose::parse(&row.purpose) {
            Some(purpose @ (LinkPurpose::PasswordReset | LinkPurpose::AccountSetup)) => {
                let here = self.journey_here(at, journey, cookie).await?;
                return self.open_password(at, row, purpose, here).await;
            }
            Some(LinkPurpose::NotMe) => return self.open_disowning(at, row).await,
            Some(LinkPurpose::ConfirmEmailChange) => return self.open_email_change(at, row, cookie).await,
            Some(LinkPurpose::UndoEmailChange) => return self.open_email_undo(at, row).await,
            Some(LinkPurpose::Invitation) => return self.open_invitation(at, row).await,
            Some(LinkPurpose::FactorRecovery) => return self.open_recovery(at, row).await,
            Some(LinkPurpose::VerifyEmail) => {}
            None => return Ok(None),
        }
        // Who opens the link in the browser that asked for it knows the password set there; anybody else sets an own one,
        // so that no stranger's password survives the claim (S-100).
        let found = match journey {
            Some(journey) => self.find_journey(at, journey).await?,
            None => None,
        };
        let browser = self.recognize_browser(at, cookie).await?;
        let facts = match &found {
            Some(journey) => Some(open_facts(at, journey.id, &journey.facts_sealed)?),
            None => None,
        };
        let here = found.as_ref().is_some_and(|journey| is_bound(journey, browser.as_ref()))
            && facts.as_ref().zip(browser.as_ref()).is_some_and(|(facts, browser)| facts.are_of(browser));
        if let (Some(journey), Some(facts)) = (&found, &facts)
            && let Some(registration) = Registration::of(journey, facts, row.user)
        {
            return Ok(open_registration(at, row, registration, here));
        }
        let knows_password = here && facts.is_some_and(|facts| has_signed_in(&facts, row.user));
        self.open_address_proof(at, row, knows_password).await
    }

    /// Takes the form of a link's page; `typed` is the new password, when one is asked for.
    ///
    /// # Errors
    /// A fault when the database is away or every password thread is busy (transient); the link is still good then.
    pub async fn use_link(
        &self,
        at: &Arc<TenantDirectory>,
        link: OpenLink,
        typed: &str,
        from: &PostedFrom,
    ) -> Result<LinkOutcome, Fault> {
        let OpenLink { row, target, asks, email } = link;
        let phc = match asks {
            LinkAsks::Confirmation
            | LinkAsks::Claim
            | LinkAsks::NotMe
            | LinkAsks::NewEmail
            | LinkAsks::FormerEmail
            | LinkAsks::LostFactors => None,
            // Nothing can be done by the link alone.
            LinkAsks::SignIn | LinkAsks::Invitation => return Ok(LinkOutcome::Dead),
            LinkAsks::NewPassword { minimum } => {
                let policy = PasswordPolicy { minimum_length: minimum };
                match crate::new_passwords::accept(at, &email, typed, policy) {
                    Ok(password) => {
                        Some(self.passwords.place(at.id())?.hash(at, password, self.ambient.bytes()?).await?)
                    }
                    Err(refusal) => return Ok(LinkOutcome::Refused(refusal)),
                }
            }
        };
        match (target, phc) {
            (LinkTarget::Password(person, journey), Some(phc)) => {
                self.reset_password(at, &row, (&person, journey.as_deref()), &phc, from).await
            }
            (LinkTarget::NotMe, _) => self.disown_change(at, &row, from).await,
            (LinkTarget::EmailChange, _) => self.confirm_email(at, &row, from).await,
            (LinkTarget::LostFactors, _) => self.remove_lost_factors(at, &row, from).await,
            (LinkTarget::EmailUndo, _) => self.undo_email_change(at, &row, from).await,
            (LinkTarget::Invitation(_), _) => Ok(LinkOutcome::Dead),
            (LinkTarget::Password(..), None) => Err(Fault::impossible("a reset without a password")),
            (LinkTarget::Address(person), _) if asks == LinkAsks::Claim => self.claim_by_link(at, &row, &person).await,
            (LinkTarget::Address(person), phc) => self.prove_address(at, &row, &person, phc.as_deref()).await,
            (LinkTarget::Registration(registration), phc) => {
                self.claim_address(at, &row, *registration, phc.as_deref()).await
            }
        }
    }

    /// Makes a link for a mail that is about to be sent, or for an operator to print; every older one of the account, purpose and address dies. Commits.
    pub(crate) async fn mint_link(
        &self,
        at: &TenantDirectory,
        purpose: LinkPurpose,
        user: UserId,
        email_index: [u8; 32],
    ) -> Result<SecretText, Fault> {
        let expires_at = self.ambient.now().plus(purpose.lifetime());
        self.mint_link_until(at, purpose, (user, email_index), expires_at).await
    }

    /// As `mint_link`, for one that ends at `expires_at`.
    pub(crate) async fn mint_link_until(
        &self,
        at: &TenantDirectory,
        purpose: LinkPurpose,
        (user, email_index): (UserId, [u8; 32]),
        expires_at: Timestamp,
    ) -> Result<SecretText, Fault> {
        let (id, now, secret) = (LinkId::new(self.ambient.row_id()), self.ambient.now(), self.ambient.secret()?);
        let row = LinkRow {
            id,
            user,
            purpose: purpose.name().to_owned(),
            secret_hash: *Bearer::stored_hash(&secret).as_bytes(),
            email_index,
            expires_at,
            consumed_at: None,
        };
        let mut tx = self.store.begin(at.id()).await?;
        mailed_links::insert_newest(&mut tx, at.id(), &row, now).await?;
        let (kind, actor) = match purpose {
            LinkPurpose::AccountSetup => (EventType::LinkPrinted, Actor::Operator),
            _ => (EventType::LinkSent, Actor::System),
        };
        let mut event = Event::new(kind, now, actor).with("purpose", purpose.name());
        // An invitation is nobody's yet.
        event.subject = (purpose != LinkPurpose::Invitation).then_some(user);
        audit::record(&mut tx, &self.ambient, at, event).await?;
        tx.commit().await?;
        Bearer::mint(TokenKind::MailedLink.prefix(), id.as_i64(), &secret, &at.keys.permutation).map_err(Fault::new)
    }

    /// Holds the account of a link, so that its changes come one after the other, and uses the link up; `None` when either is
    /// gone. The caller commits.
    pub(crate) async fn begin_using(&self, at: &TenantDirectory, link: &LinkRow) -> Result<Option<Tx>, Fault> {
        let Some(mut tx) = self.begin_holding(at, link.user).await? else { return Ok(None) };
        Ok(self.consume_link(&mut tx, at, link).await?.then_some(tx))
    }

    /// Uses a link up, with its event; false when it was used, replaced or has expired.
    pub(crate) async fn consume_link(&self, tx: &mut Tx, at: &TenantDirectory, link: &LinkRow) -> Result<bool, Fault> {
        let now = self.ambient.now();
        if !mailed_links::consume(tx, at.id(), link.id, now).await? {
            return Ok(false);
        }
        let mut event = Event::new(EventType::LinkUsed, now, Actor::Anonymous).with("purpose", &link.purpose);
        event.subject = (link.purpose != LinkPurpose::Invitation.name()).then_some(link.user);
        audit::record(tx, &self.ambient, at, event).await?;
        Ok(true)
    }

    /// Kills every link of an account that a new password or a new address ends.
    pub(crate) async fn retire_links(&self, tx: &mut Tx, at: &TenantDirectory, user: UserId) -> Result<(), Fault> {
        for purpose in LinkPurpose::OF_NOW {
            mailed_links::retire(tx, at.id(), user, purpose, self.ambient.now()).await?;
        }
        Ok(())
    }

    async fn find_live_link(&self, at: &TenantDirectory, text: &str) -> Result<Option<LinkRow>, Fault> {
        let parsed = Bearer::parse(text, TokenKind::MailedLink.prefix(), &at.keys.permutation);
        let Some(bearer) = parsed else { return Ok(None) };
        let mut conn = self.store.read(at.id()).await?;
        let row = mailed_links::find(&mut conn, at.id(), LinkId::new(bearer.id)).await?;
        let now = self.ambient.now();
        Ok(row.filter(|row| bearer.proves(&row.secret_hash) && row.consumed_at.is_none() && now < row.expires_at))
    }

    /// The journey with this name, when it is that of the browser with this cookie.
    async fn journey_here(
        &self,
        at: &TenantDirectory,
        journey: Option<&str>,
        cookie: Option<&str>,
    ) -> Result<Option<JourneyRow>, Fault> {
        let Some(journey) = journey else { return Ok(None) };
        let found = self.find_journey(at, journey).await?;
        let browser = self.recognize_browser(at, cookie).await?;
        let Some((row, browser)) = found.zip(browser) else { return Ok(None) };
        let is_here = is_bound(&row, Some(&browser)) && open_facts(at, row.id, &row.facts_sealed)?.are_of(&browser);
        Ok(is_here.then_some(row))
    }

    async fn open_password(
        &self,
        at: &TenantDirectory,
        row: LinkRow,
        purpose: LinkPurpose,
        journey: Option<JourneyRow>,
    ) -> Result<Option<OpenLink>, Fault> {
        let mut conn = self.store.read(at.id()).await?;
        if at.tenant.settings.is_passwordless() {
            return Ok(None);
        }
        let person = owner_of(&mut conn, at, &row).await?.filter(|person| may_set_password(person, purpose));
        let Some(person) = person else { return Ok(None) };
        let app = totp_credentials::find(&mut conn, at.id(), person.id).await?;
        let policy = Factors::password_policy(at.tenant.settings.mfa, app.map(|app| app.confirmed_at));
        let email = person.email.clone().unwrap_or_default();
        let asks = LinkAsks::NewPassword { minimum: policy.minimum_length };
        Ok(Some(OpenLink { row, target: LinkTarget::Password(person, journey.map(Box::new)), email, asks }))
    }

    async fn open_disowning(&self, at: &TenantDirectory, row: LinkRow) -> Result<Option<OpenLink>, Fault> {
        let mut conn = self.store.read(at.id()).await?;
        let person = owner_of(&mut conn, at, &row).await?.filter(|person| person.email_verified_at.is_some());
        Ok(person.map(|person| {
            let email = person.email.unwrap_or_default();
            OpenLink { row, target: LinkTarget::NotMe, email, asks: LinkAsks::NotMe }
        }))
    }

    async fn open_address_proof(
        &self,
        at: &TenantDirectory,
        row: LinkRow,
        knows_password: bool,
    ) -> Result<Option<OpenLink>, Fault> {
        let mut conn = self.store.read(at.id()).await?;
        let person = owner_of(&mut conn, at, &row).await?.filter(|person| person.email_verified_at.is_none());
        Ok(person.map(|person| {
            let email = person.email.clone().unwrap_or_default();
            OpenLink { row, target: LinkTarget::Address(person), email, asks: asks(at, knows_password) }
        }))
    }
}

fn open_registration(at: &TenantDirectory, row: LinkRow, registration: Registration, here: bool) -> Option<OpenLink> {
    // The link proves one address; the form may have been filled in again with another since it was sent.
    (registration::email_index(at, &registration.pending)? == row.email_index).then(|| {
        let email = registration.pending.email.trim().to_owned();
        OpenLink { row, target: LinkTarget::Registration(Box::new(registration)), email, asks: asks(at, here) }
    })
}

/// Whether the person has proven the account's password or passkey on the journey, or goes for it with a session of that browser.
fn has_signed_in(stored: &StoredFacts, user: UserId) -> bool {
    let facts = &stored.facts;
    let counts = |kind: ProofKind| kind == ProofKind::Password || kind.is_passkey();
    let proven = facts.proofs.iter().any(|proof| counts(proof.kind) && proof.user == user);
    facts.user == Some(user) && (proven || facts.session.is_some())
}

fn asks(at: &TenantDirectory, knows_password: bool) -> LinkAsks {
    match (knows_password, at.tenant.settings.is_passwordless()) {
        (true, _) => LinkAsks::Confirmation,
        (false, true) => LinkAsks::Claim,
        (false, false) => LinkAsks::NewPassword { minimum: PasswordPolicy::SINGLE_FACTOR.minimum_length },
    }
}

/// Whether a link for this purpose may set the person's password: one that was mailed needs an address that is proven; one
/// that an operator handed over does not.
pub(crate) fn may_set_password(person: &Person, purpose: LinkPurpose) -> bool {
    purpose == LinkPurpose::AccountSetup || person.email_verified_at.is_some()
}

/// The account of a link, while it is in service and has the address the link went to.
pub(crate) async fn owner_of(conn: &mut Conn, at: &TenantDirectory, link: &LinkRow) -> Result<Option<Person>, Fault> {
    let person = people::find(conn, at, link.user).await?;
    Ok(person.filter(|person| person.disabled_at.is_none() && person.email_index == Some(link.email_index)))
}
