//! Proven addresses: what a mailed link or code for an address brings about.
//!
//! Owns making the account of a registration, marking an account's address as proven, and what must not survive that: an
//! account whose address nobody had proven holds no password, second factor, session or link of anybody else afterwards
//! (SECURITY rule 30; S-100). Leaves opening links to `mailed_links`.

use std::sync::Arc;

use portreeve_domain::{Actor, Event, EventType, Fault, PersonClaims, Proof, ProofKind, SessionEnd, UserId};
use portreeve_storage::mailed_links::LinkRow;
use portreeve_storage::{
    Tx, journeys as journey_rows, passkeys, password_credentials, recovery_codes, totp_credentials, users,
};

use crate::directory::TenantDirectory;
use crate::mailed_links::{LinkOutcome, owner_of};
use crate::new_passwords::PasswordOwner;
use crate::people::{self, NewPerson, Person};
use crate::registration::{self, Registration, is_taken};
use crate::session_end::Ending;
use crate::stored_facts::{PendingRegistration, seal_facts};
use crate::{Issuer, audit};

impl Issuer {
    /// Uses the link of a registration up and makes the account, with the password of the form, or with the one whose
    /// hash is `phc` when the link was opened elsewhere; lets the journey go on. Commits.
    pub(crate) async fn claim_address(
        &self,
        at: &Arc<TenantDirectory>,
        link: &LinkRow,
        registration: Registration,
        phc: Option<&str>,
    ) -> Result<LinkOutcome, Fault> {
        let mut tx = self.store.begin(at.id()).await?;
        if !self.consume_link(&mut tx, at, link).await? {
            return Ok(LinkOutcome::Dead);
        }
        let Some(person) =
            self.claimed_account(&mut tx, at, &link.email_index, (&registration.pending, is_taken)).await?
        else {
            return Ok(LinkOutcome::Dead);
        };
        let owner = PasswordOwner { user: person.id, key: &person.key, email_index: &link.email_index };
        let chosen = phc.or(registration.pending.phc.as_deref()).filter(|_| !at.tenant.settings.is_passwordless());
        let mark = match chosen {
            Some(chosen) => Some(self.set_new_password(&mut tx, at, &owner, chosen).await?),
            None => None,
        };
        self.let_journey_go_on(&mut tx, at, registration, person.id, mark.filter(|_| phc.is_none())).await?;
        tx.commit().await?;
        Ok(LinkOutcome::AddressConfirmed)
    }

    /// Uses a link up and marks the address of an account as proven. With `phc` it was opened by somebody who may be
    /// another than the one who set the password: then everything that proves the former one is replaced. Commits.
    pub(crate) async fn prove_address(
        &self,
        at: &Arc<TenantDirectory>,
        link: &LinkRow,
        person: &Person,
        phc: Option<&str>,
    ) -> Result<LinkOutcome, Fault> {
        let now = self.ambient.now();
        let Some(mut tx) = self.begin_using(at, link).await? else { return Ok(LinkOutcome::Dead) };
        if owner_of(&mut tx, at, link).await?.is_none()
            || !users::verify_email(&mut tx, at.id(), person.id, &link.email_index, now).await?
        {
            return Ok(LinkOutcome::Dead);
        }
        self.record_about(&mut tx, at, EventType::UserEmailVerified, person.id).await?;
        if let Some(phc) = phc {
            self.wipe_second_factors(&mut tx, at, person.id).await?;
            let owner = PasswordOwner { user: person.id, key: &person.key, email_index: &link.email_index };
            self.set_new_password(&mut tx, at, &owner, phc).await?;
        }
        tx.commit().await?;
        Ok(LinkOutcome::AddressConfirmed)
    }

    /// Uses a link up, where there are no passwords, for somebody who may be another than the one who set the account up. Commits.
    pub(crate) async fn claim_by_link(
        &self,
        at: &TenantDirectory,
        link: &LinkRow,
        person: &Person,
    ) -> Result<LinkOutcome, Fault> {
        let Some(mut tx) = self.begin_using(at, link).await? else { return Ok(LinkOutcome::Dead) };
        if owner_of(&mut tx, at, link).await?.is_none()
            || !self.claim_by_mail(&mut tx, at, person.id, &link.email_index).await?
        {
            return Ok(LinkOutcome::Dead);
        }
        tx.commit().await?;
        Ok(LinkOutcome::AddressConfirmed)
    }

    /// Marks the address of an account as proven by a code or a link that was mailed there. Whoever uses it may be another than the
    /// one who set up how the account is signed in to: nothing of that is left. False when the account has another address by now.
    pub(crate) async fn claim_by_mail(
        &self,
        tx: &mut Tx,
        at: &TenantDirectory,
        user: UserId,
        email_index: &[u8; 32],
    ) -> Result<bool, Fault> {
        if !users::verify_email(tx, at.id(), user, email_index, self.ambient.now()).await? {
            return Ok(false);
        }
        self.record_about(tx, at, EventType::UserEmailVerified, user).await?;
        self.wipe_ways_in(tx, at, user).await?;
        Ok(true)
    }

    /// The account for a proven address: a new one, or the unproven one that had it, without what it held. `None` when
    /// the address has an account by now that `keeps` it.
    pub(crate) async fn claimed_account(
        &self,
        tx: &mut Tx,
        at: &TenantDirectory,
        email_index: &[u8; 32],
        (pending, keeps): (&PendingRegistration, fn(&Person) -> bool),
    ) -> Result<Option<Person>, Fault> {
        let new = NewPerson {
            email: &pending.email,
            email_verified_at: Some(self.ambient.now()),
            claims: PersonClaims { name: Some(pending.name.clone()), ..PersonClaims::default() },
            is_admin: false,
        };
        self.hold_address(tx, at, email_index).await?;
        let user = match users::find_by_email(tx, at.id(), email_index).await? {
            None => {
                let Some(user) = people::insert(tx, &self.ambient, at, &new).await? else { return Ok(None) };
                self.record_about(tx, at, EventType::UserCreated, user).await?;
                user
            }
            Some(row) => {
                let former = people::open(tx, at, row).await?.filter(|person| !keeps(person));
                let Some(former) = former else { return Ok(None) };
                let new = NewPerson { is_admin: former.is_admin, ..new };
                people::update(tx, &self.ambient, at, &former, &new).await?;
                self.record_about(tx, at, EventType::UserUpdated, former.id).await?;
                self.wipe_ways_in(tx, at, former.id).await?;
                former.id
            }
        };
        self.record_about(tx, at, EventType::UserEmailVerified, user).await?;
        people::find(tx, at, user).await
    }

    /// Lets the tab that waits for the link go on: signed in when `mark` names the password that was set there, else at
    /// the page that asks for it.
    async fn let_journey_go_on(
        &self,
        tx: &mut Tx,
        at: &TenantDirectory,
        registration: Registration,
        user: UserId,
        mark: Option<[u8; 32]>,
    ) -> Result<(), Fault> {
        let Registration { journey, version, mut facts, pending, .. } = registration;
        if facts.facts.registering != Some(true) {
            return Ok(());
        }
        facts.registration = None;
        facts.password_mark = mark;
        match mark {
            Some(_) => {
                facts.proven_address = registration::email_index(at, &pending);
                facts.facts.identify(Proof { kind: ProofKind::Password, user, at: pending.at });
            }
            None => facts.facts.registering = Some(false),
        }
        let sealed = seal_facts(&self.ambient, at, journey, &facts)?;
        // When another tab has moved the journey on meanwhile, the person signs in there.
        journey_rows::update(tx, at.id(), journey, version, &sealed).await.map(drop)
    }

    /// Removes every way into an account, and ends what was begun by one.
    async fn wipe_ways_in(&self, tx: &mut Tx, at: &TenantDirectory, user: UserId) -> Result<(), Fault> {
        self.wipe_second_factors(tx, at, user).await?;
        if password_credentials::delete(tx, at.id(), user).await? {
            self.record_about(tx, at, EventType::PasswordRemoved, user).await?;
        }
        self.retire_links(tx, at, user).await?;
        self.stop_recovery(tx, at, user, Actor::User(user)).await?;
        self.end_email_wish(tx, at, user, Actor::User(user)).await?;
        let (reason, actor) = (SessionEnd::PasswordChanged, Actor::User(user));
        Ending { ambient: &self.ambient, at, reason, actor }.end_everywhere(tx, user).await
    }

    /// Removes every second factor of an account, and every recovery code.
    pub(crate) async fn wipe_second_factors(
        &self,
        tx: &mut Tx,
        at: &TenantDirectory,
        user: UserId,
    ) -> Result<(), Fault> {
        if totp_credentials::delete(tx, at.id(), user).await? {
            self.record_about(tx, at, EventType::TotpRemoved, user).await?;
        }
        for _ in 0..passkeys::remove_all(tx, at.id(), user, self.ambient.now()).await? {
            self.record_about(tx, at, EventType::PasskeyRemoved, user).await?;
        }
        recovery_codes::replace(tx, at.id(), user, &[], self.ambient.now()).await
    }

    async fn record_about(
        &self,
        tx: &mut Tx,
        at: &TenantDirectory,
        kind: EventType,
        user: UserId,
    ) -> Result<(), Fault> {
        let event = Event::new(kind, self.ambient.now(), Actor::User(user)).about(user);
        audit::record(tx, &self.ambient, at, event).await
    }
}
