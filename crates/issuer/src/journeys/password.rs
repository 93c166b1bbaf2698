//! Proving a password: on the first page with the address, or alone for a known account.
//!
//! Every outcome costs the same: one charge, one hash, one row, one event, one text (SECURITY rules 18, 24 and 28).

use std::sync::Arc;

use portreeve_authenticators::Password;
use portreeve_crypto::sha256;
use portreeve_domain::{
    AccountKey, Actor, Email, Event, EventType, Fault, Lifetime, Proof, ProofKind, RatePreset, UserId,
};
use portreeve_storage::{Conn, Tx, factor_failures, password_credentials};

use super::settle::at_least_a_second;
use super::{Acted, Journey, PostedFrom, Problem};
use crate::attempts::{Attempt, Endeavour};
use crate::directory::TenantDirectory;
use crate::password_threads::Compared;
use crate::people::{self, Person, place};
use crate::{Issuer, audit, known_device};

/// The name under which failures of passwords are counted.
pub(crate) const FACTOR: &str = "password";

/// What a person typed on the first page.
pub struct SignInForm {
    /// The address, as typed.
    pub email: String,
    /// The password, as typed.
    pub password: String,
}

/// An account under attempt: known or not, it is handled alike.
struct Attempted {
    key: AccountKey,
    person: Option<Person>,
    phc: Option<(String, Vec<u8>)>,
}

impl Issuer {
    /// Takes address and password of the first page.
    ///
    /// # Errors
    /// A fault when the database is away or every password thread is busy (transient).
    pub async fn sign_in(
        &self,
        at: &Arc<TenantDirectory>,
        journey: Journey,
        form: SignInForm,
        from: &PostedFrom,
    ) -> Result<Acted, Fault> {
        // What is no address or no password has no account, and is told so in the words of every failure.
        let (Ok(email), Ok(password)) = (Email::parse(&form.email), Password::prepare(&form.password)) else {
            return Ok(Acted::Problem(Problem::WrongCredentials));
        };
        let mut conn = self.store.read(at.id()).await?;
        let person = people::find_by_email(&mut conn, at, &email).await?;
        drop(conn);
        let key = account_key(&people::email_index(at, &email));
        self.prove_password(at, journey, key, person, password, from).await
    }

    /// Takes the password of the account the journey goes for.
    ///
    /// # Errors
    /// As `sign_in`.
    pub async fn sign_in_again(
        &self,
        at: &Arc<TenantDirectory>,
        journey: Journey,
        typed: &str,
        from: &PostedFrom,
    ) -> Result<Acted, Fault> {
        let (Ok(password), Some(user)) = (Password::prepare(typed), journey.user()) else {
            return Ok(Acted::Problem(Problem::WrongCredentials));
        };
        let mut conn = self.store.read(at.id()).await?;
        let person = people::find(&mut conn, at, user).await?;
        drop(conn);
        let index = person.as_ref().and_then(|person| person.email_index).unwrap_or_default();
        self.prove_password(at, journey, account_key(&index), person, password, from).await
    }

    async fn prove_password(
        &self,
        at: &Arc<TenantDirectory>,
        mut journey: Journey,
        key: AccountKey,
        person: Option<Person>,
        password: Password,
        from: &PostedFrom,
    ) -> Result<Acted, Fault> {
        if at.tenant.settings.is_passwordless() {
            return Ok(Acted::Stale);
        }
        let place = self.passwords.place(at.id())?;
        let failures = match self.charge_sign_in(at, key, person.as_ref(), from).await? {
            Ok(failures) => failures,
            Err(wait) => return Ok(Acted::Problem(Problem::TooMany { wait: at_least_a_second(wait) })),
        };
        let attempted = self.attempted(at, key, person).await?;
        let stored = attempted.phc.as_ref().map(|(phc, _)| phc.clone());
        let compared = place.verify(at, password, stored, self.ambient.bytes()?).await?;
        let known = attempted.person.as_ref().filter(|person| person.disabled_at.is_none());
        let (Compared::Matches { rehashed }, Some(person)) = (compared, known) else {
            self.note_failure(at, &attempted).await?;
            return self.password_not_proven(at, journey, attempted.key).await;
        };
        let user = person.id;
        let rehashed = rehashed.map(|phc| self.seal_password(at, person, &phc)).transpose()?;
        let Some(mut tx) = self.begin_holding(at, user).await? else { return Ok(Acted::Stale) };
        let now = self.ambient.now();
        let verified = attempted.phc.as_ref().map(|(_, sealed)| sealed.as_slice());
        journey.stored.password_mark = verified.map(password_mark);
        if let (Some(new), Some(old)) = (rehashed, verified)
            && self.store_rehash(&mut tx, at, user, old, &new).await?
        {
            journey.stored.password_mark = Some(password_mark(&new));
        }
        let event = Event::new(EventType::FactorProven, now, Actor::User(user)).about(user).with("factor", FACTOR);
        audit::record(&mut tx, &self.ambient, at, event.with_client(&journey.client.id)).await?;
        journey.stored.facts.identify(Proof { kind: ProofKind::Password, user, at: now });
        journey.stored.failures = failures;
        journey.stored.registration = None;
        journey.stored.locale = Some(from.locale.clone());
        // The tries before a sign-in that is to be confirmed are a signal on the next one, too, until one is confirmed.
        self.assess_risk(&mut tx, at, &mut journey).await?;
        if !journey.is_confirmed_by_code() {
            factor_failures::clear(&mut tx, at.id(), UserId::from_bytes(attempted.key), FACTOR).await?;
        }
        self.advance(tx, at, journey).await
    }

    /// What a wrong pair leads to. Who has just registered with this address on this journey, and is impatient, is
    /// told again to look for the mail, whether or not the address has an account.
    async fn password_not_proven(
        &self,
        at: &Arc<TenantDirectory>,
        mut journey: Journey,
        key: AccountKey,
    ) -> Result<Acted, Fault> {
        let registered = journey.stored.registration.as_ref().and_then(|pending| Email::parse(&pending.email).ok());
        if registered.is_none_or(|email| account_key(&people::email_index(at, &email)) != key) {
            return Ok(Acted::Problem(Problem::WrongCredentials));
        }
        journey.stored.facts.registering = Some(true);
        let tx = self.store.begin(at.id()).await?;
        self.advance(tx, at, journey).await
    }

    /// Charges one attempt on every limit before any work is done. Attempts to sign in are counted together, whatever is
    /// shown; wrong passwords in a row alone. Gives how many of those there were before.
    async fn charge_sign_in(
        &self,
        at: &Arc<TenantDirectory>,
        key: AccountKey,
        person: Option<&Person>,
        from: &PostedFrom,
    ) -> Result<Result<i64, Lifetime>, Fault> {
        let attempt = Attempt { endeavour: Endeavour::SignIn, network: from.network, account: key };
        if let Err(wait) = self.charge_attempt(at, &attempt).await? {
            return Ok(Err(wait));
        }
        let now = self.ambient.now();
        let mut tx = self.store.begin(at.id()).await?;
        let failures = factor_failures::charge(&mut tx, at.id(), UserId::from_bytes(key), FACTOR, now).await?;
        tx.commit().await?;
        // A stranger can use up the account's budget, but not on a device the owner has signed in at before.
        let known_device = person.is_some_and(|person| known_device::knows(at, from.device.as_deref(), person.id));
        let spent = failures > RatePreset::FAILURES_PER_ACCOUNT && !known_device;
        Ok(if spent { Err(Lifetime::from_minutes(15)) } else { Ok(failures - 1) })
    }

    async fn attempted(
        &self,
        at: &TenantDirectory,
        key: AccountKey,
        person: Option<Person>,
    ) -> Result<Attempted, Fault> {
        let mut conn = self.store.read(at.id()).await?;
        // The look-up is made for unknown accounts as well: the same statements, the same time.
        let user = person.as_ref().map_or(UserId::from_bytes(key), |person| person.id);
        let sealed = password_credentials::find(&mut conn, at.id(), user).await?;
        let phc = match (&person, sealed) {
            (Some(person), Some(sealed)) => {
                let opened = person.key.open(&password_place(at, &person.id), &sealed).map_err(Fault::new)?;
                Some((String::from_utf8(opened.to_vec()).map_err(Fault::new)?, sealed))
            }
            _ => None,
        };
        Ok(Attempted { key, person, phc })
    }

    async fn note_failure(&self, at: &TenantDirectory, attempted: &Attempted) -> Result<(), Fault> {
        let mut event =
            Event::new(EventType::FactorFailed, self.ambient.now(), Actor::Anonymous).with("factor", FACTOR);
        event.subject = attempted.person.as_ref().map(|person| person.id);
        let mut tx = self.store.begin(at.id()).await?;
        audit::record(&mut tx, &self.ambient, at, event).await?;
        tx.commit().await
    }

    /// Seals a hash under the person's key.
    pub(crate) fn seal_password(&self, at: &TenantDirectory, person: &Person, phc: &str) -> Result<Vec<u8>, Fault> {
        person.key.seal(self.ambient.random(), &password_place(at, &person.id), phc.as_bytes()).map_err(Fault::new)
    }

    /// Stores the hash made with newer parameters; false when the password was changed meanwhile.
    async fn store_rehash(
        &self,
        tx: &mut Tx,
        at: &TenantDirectory,
        user: UserId,
        old: &[u8],
        new: &[u8],
    ) -> Result<bool, Fault> {
        let stored = password_credentials::rehash(tx, at.id(), user, old, new).await?;
        if stored {
            let event = Event::new(EventType::PasswordRehashed, self.ambient.now(), Actor::System).about(user);
            audit::record(tx, &self.ambient, at, event).await?;
        }
        Ok(stored)
    }
}

/// Forgets what a journey has proven with a password that is not the account's any more: whoever knew the old one must
/// not go on with it (S-088).
pub(super) async fn void_outdated_proofs(
    conn: &mut Conn,
    at: &TenantDirectory,
    journey: &mut Journey,
) -> Result<(), Fault> {
    let facts = &journey.stored.facts;
    let Some(user) = facts.proofs.iter().find(|p| p.kind == ProofKind::Password).map(|p| p.user) else { return Ok(()) };
    let sealed = password_credentials::find(conn, at.id(), user).await?;
    if sealed.as_deref().map(password_mark) != journey.stored.password_mark {
        journey.stored.facts.proofs.clear();
    }
    Ok(())
}

/// What tells one password of an account from the next without telling anything about it.
pub(crate) fn password_mark(sealed: &[u8]) -> [u8; 32] {
    *sha256(sealed).as_bytes()
}

/// Where a password hash is sealed.
pub(crate) fn password_place<'a>(at: &TenantDirectory, user: &'a UserId) -> portreeve_crypto::AssociatedData<'a> {
    place("password_credentials", "phc_sealed", at.id(), user)
}

/// The account as limits see it: one budget for every spelling of the address (S-074).
pub(crate) fn account_key(index: &[u8; 32]) -> AccountKey {
    let mut key = AccountKey::default();
    key.iter_mut().zip(index).for_each(|(to, from)| *to = *from);
    key
}
