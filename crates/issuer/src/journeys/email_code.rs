//! Signing in by a code in a mail: asking for it and taking it. Leaves the mail to `email_code_mail`.
//!
//! A code is for one journey and one address, works for ten minutes from its sending, once, and five may be typed; the newest
//! counts (S-083). The journey waits for a code whether or not the address has an account, so that every address gets the
//! same pages after the same work (S-071); who has none gets no mail. What is typed counts as an attempt to sign in, so that a code is
//! no way around the limits of a password. It proves the address and one factor (S-084).
//!
//! After as many wrong codes in a row as an account takes from strangers its codes are long, until one is right: a guesser has no
//! more tries, and the owner is not locked out of what may be the only way in (S-073; decision 0040).
//!
//! An unusual sign-in is confirmed by the same code, which goes to the account's proven address as soon as the first factor is proven
//! (S-146). Who knows no password can neither cause its mails nor use up its tries: both are counted apart, and begin anew with another password.
//!
//! The mail has a link that fills the code in. It changes nothing, and works in the browser that began alone, for that has
//! the journey's cookie (S-091). NIST SP 800-63B-4 §3.1.3.2.

use std::sync::Arc;

use portreeve_authenticators::CanonicalSentCode;
use portreeve_crypto::{Sha256Digest, sha256};
use portreeve_domain::{
    AccountKey, Actor, Email, EmailSignIn, Event, EventType, Fault, JourneyId, MailPurpose, OutboxMessage, Proof,
    ProofKind, RatePreset, UserId, lifetimes,
};
use portreeve_storage::{Conn, Tx, factor_failures, journeys as rows, mailed_links, users};

use super::settle::{at_least_a_second, hold_proven};
use super::{Acted, Journey, PASSWORD_FACTOR, PostedFrom, Problem, account_key};
use crate::attempts::{Attempt, Endeavour};
use crate::directory::TenantDirectory;
use crate::mails::DEFAULT_LOCALE;
use crate::people::{self, Person};
use crate::registration::is_taken;
use crate::stored_facts::{PendingRegistration, StoredFacts};
use crate::{Issuer, audit, known_device, registration, risk};

/// The name under which failures of codes are counted.
pub(crate) const FACTOR: &str = "email_code";

/// What was made of a typed code.
struct Tried {
    is_right: bool,
    /// How many wrong codes of the account came before it.
    before: i64,
}

impl Issuer {
    /// Asks for a code for the account at `typed`, on the first page.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn request_email_code(
        &self,
        at: &Arc<TenantDirectory>,
        journey: Journey,
        typed: &str,
        from: &PostedFrom,
    ) -> Result<Acted, Fault> {
        if !takes_codes(at, &journey) {
            return Ok(Acted::Stale);
        }
        let email = match Email::parse(typed) {
            Ok(email) => email,
            Err(error) => return Ok(Acted::Problem(Problem::NotAnAddress(error))),
        };
        let account = account_key(&people::email_index(at, &email));
        let attempt = Attempt { endeavour: Endeavour::Mail, network: from.network, account };
        if let Err(wait) = self.charge_attempt(at, &attempt).await? {
            return Ok(Acted::Problem(Problem::TooMany { wait: at_least_a_second(wait) }));
        }
        let person = people::find_by_email(&mut self.store.read(at.id()).await?, at, &email).await?;
        let mut event = Event::new(EventType::EmailCodeRequested, self.ambient.now(), Actor::Anonymous);
        event.subject = person.as_ref().map(|person| person.id);
        let registers = registers(at, &journey.stored, &people::email_index(at, &email)).map(|pending| pending.to);
        let owner = person.filter(|person| person.disabled_at.is_none()).map(|person| person.id);
        // Strangers can use the mails of an address up, but not those of a device that its owner has signed in at (S-073).
        let known = owner.filter(|owner| known_device::knows(at, from.device.as_deref(), *owner));
        let budget = match journey.stored.facts.user.filter(|_| journey.is_confirmed_by_code()) {
            Some(user) => confirmation_budget(&journey.stored, user),
            None => known.map_or(account, |owner| *owner.as_bytes()),
        };
        self.wait_for_code(at, journey, (typed, registers.or(owner), budget), event, from).await
    }

    /// Lets the journey wait for a code for the address `typed`, which the caller has checked, and has one mailed to `to` unless the
    /// budget has had its mails of this hour. `event` tells of it. Whoever was at the registration form has left it by that.
    pub(crate) async fn wait_for_code(
        &self,
        at: &Arc<TenantDirectory>,
        mut journey: Journey,
        (typed, to, budget): (&str, Option<UserId>, AccountKey),
        event: Event,
        from: &PostedFrom,
    ) -> Result<Acted, Fault> {
        journey.stored.facts.registering = Some(false);
        journey.stored.facts.account_chosen = true;
        journey.stored.facts.code_to = Some(typed.trim().to_owned());
        journey.stored.locale = Some(from.locale.clone());
        let mut tx = self.store.begin(at.id()).await?;
        hold_proven(&mut tx, at, &mut journey).await?;
        audit::record(&mut tx, &self.ambient, at, event.with_client(&journey.client.id)).await?;
        // Five mails an hour and no more, whoever asks; the newest code works, so nothing is said (S-143).
        if self.charge_mail(&mut tx, at, &budget).await? {
            self.ask_for_code(&mut tx, at, journey.id, to, &from.locale).await?;
        }
        self.advance(tx, at, journey).await
    }

    /// Asks for a code for the account the journey goes for.
    ///
    /// # Errors
    /// As `request_email_code`.
    pub async fn request_own_email_code(
        &self,
        at: &Arc<TenantDirectory>,
        journey: Journey,
        from: &PostedFrom,
    ) -> Result<Acted, Fault> {
        let email = self.person_of(at, &journey).await?.and_then(|person| person.email).unwrap_or_default();
        self.request_email_code(at, journey, &email, from).await
    }

    /// Asks for the code of the page once more.
    ///
    /// # Errors
    /// As `request_email_code`.
    pub async fn resend_email_code(
        &self,
        at: &Arc<TenantDirectory>,
        journey: Journey,
        from: &PostedFrom,
    ) -> Result<Acted, Fault> {
        let Some(typed) = journey.stored.facts.code_to.clone() else { return Ok(Acted::Stale) };
        self.request_email_code(at, journey, &typed, from).await
    }

    /// Takes what was typed for a code.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn prove_email_code(
        &self,
        at: &Arc<TenantDirectory>,
        mut journey: Journey,
        typed: &str,
        from: &PostedFrom,
    ) -> Result<Acted, Fault> {
        let wanted = journey.stored.facts.code_to.as_deref().and_then(|typed| Email::parse(typed).ok());
        let Some(email) = wanted.filter(|_| takes_codes(at, &journey)) else {
            return Ok(Acted::Stale);
        };
        // What is no code is nobody's.
        let Some(code) = CanonicalSentCode::parse(typed) else { return Ok(Acted::Problem(Problem::WrongCode)) };
        let index = people::email_index(at, &email);
        let person = people::find_by_email(&mut self.store.read(at.id()).await?, at, &email).await?;
        let counted_under = counted_under(&journey.stored, &index);
        let attempt = Attempt { endeavour: Endeavour::SignIn, network: from.network, account: counted_under };
        if let Err(wait) = self.charge_attempt(at, &attempt).await? {
            return Ok(Acted::Problem(Problem::TooMany { wait: at_least_a_second(wait) }));
        }
        let given = code.fingerprint(&at.keys.email_codes, journey.id.as_i64(), &index);
        let tried = self.try_email_code(at, journey.id, counted_under, &given).await?;
        let device = from.device.as_deref();
        let is_known = || person.as_ref().is_some_and(|person| known_device::knows(at, device, person.id));
        let is_too_short = tried.is_right && !code.is_long() && !may_be_short(tried.before) && !is_known();
        let subject = person.as_ref().map(|person| person.id);
        let registers = registers(at, &journey.stored, &index).cloned();
        let may_go_on = match &person {
            Some(person) => may_sign_in(person, &journey),
            None => registers.is_some(),
        };
        if is_too_short {
            return self.refuse_short_code(at, journey.id, &given, subject).await;
        }
        if !tried.is_right || !may_go_on {
            return self.email_code_failed(at, subject, Problem::WrongCode).await;
        }
        let mut tx = self.store.begin(at.id()).await?;
        // An account that is claimed is held when its address is.
        let held = person.as_ref().filter(|person| person.email_verified_at.is_some() || registers.is_none());
        if let Some(person) = held
            && !users::hold(&mut tx, at.id(), person.id).await?
        {
            return Ok(Acted::Stale);
        }
        let now = self.ambient.now();
        let user = match rows::use_code(&mut tx, at.id(), journey.id, &given, now).await? {
            true => self.account_of_code(&mut tx, at, &index, (person, registers)).await?,
            false => None,
        };
        let Some(user) = user else {
            // Another tab was faster, or the address has another account since.
            drop(tx);
            return self.email_code_failed(at, subject, Problem::WrongCode).await;
        };
        self.clear_failures(&mut tx, at, &journey, &index).await?;
        let event = Event::new(EventType::FactorProven, now, Actor::User(user)).about(user);
        let event = event.with("factor", FACTOR).with_client(&journey.client.id);
        audit::record(&mut tx, &self.ambient, at, event).await?;
        journey.stored.facts.identify(Proof { kind: ProofKind::EmailCode, user, at: now });
        journey.stored.proven_address = Some(index);
        journey.stored.failures = tried.before;
        journey.stored.registration = None;
        journey.stored.locale = Some(from.locale.clone());
        self.advance(tx, at, journey).await
    }

    /// The account of an address that a code has just proven: the one that has it, without what others had set up before it was
    /// proven, or the one that is registered on the journey. `None` when the address has moved to another account meanwhile.
    async fn account_of_code(
        &self,
        tx: &mut Tx,
        at: &TenantDirectory,
        index: &[u8; 32],
        (person, registers): (Option<Person>, Option<PendingRegistration>),
    ) -> Result<Option<UserId>, Fault> {
        match (person, registers) {
            (Some(person), _) if person.email_verified_at.is_some() => Ok(Some(person.id)),
            (_, Some(pending)) => {
                Ok(self.claimed_account(tx, at, index, (&pending, is_taken)).await?.map(|person| person.id))
            }
            (Some(person), None) => Ok(self.claim_by_mail(tx, at, person.id, index).await?.then_some(person.id)),
            (None, None) => Ok(None),
        }
    }

    /// Has the code mailed that confirms the unusual sign-in of a journey, unless the journey waits for it already.
    pub(super) async fn prepare_confirmation(
        &self,
        tx: &mut Tx,
        at: &TenantDirectory,
        journey: &mut Journey,
    ) -> Result<(), Fault> {
        // There is no other way: no page asks for a passkey.
        journey.stored.ceremony = None;
        if journey.stored.facts.code_to.is_some() {
            return Ok(());
        }
        let user = journey.user().ok_or_else(|| Fault::impossible("a confirmation by nobody"))?;
        journey.stored.facts.code_to = people::find(tx, at, user).await?.and_then(|person| person.email);
        let locale = journey.stored.locale.clone().unwrap_or_else(|| DEFAULT_LOCALE.to_owned());
        if self.charge_mail(tx, at, &confirmation_budget(&journey.stored, user)).await? {
            self.ask_for_code(tx, at, journey.id, Some(user), &locale).await?;
        }
        Ok(())
    }

    /// Lets the journey wait for a code, and has it mailed when there is somebody to mail it to.
    async fn ask_for_code(
        &self,
        tx: &mut Tx,
        at: &TenantDirectory,
        journey: JourneyId,
        to: Option<UserId>,
        locale: &str,
    ) -> Result<(), Fault> {
        // Until the mail is sent nobody knows the code, and for an address without an account nobody ever does.
        let until = self.ambient.now().plus(lifetimes::EMAIL_CODE);
        rows::expect_code(tx, at.id(), journey, &self.ambient.bytes()?, until).await?;
        match to {
            Some(user) => {
                let locale = locale.to_owned();
                self.enqueue(tx, at, &OutboxMessage::EmailCodeMail { journey, user, locale }).await
            }
            // As many statements for nobody: known and unknown addresses cost the same (S-071).
            None => mailed_links::find(tx, at.id(), portreeve_domain::LinkId::new(0)).await.map(drop),
        }
    }

    /// Counts one try, on the journey and, if the journey waits for a code, on the account, and compares. Commits.
    async fn try_email_code(
        &self,
        at: &TenantDirectory,
        journey: JourneyId,
        counted_under: AccountKey,
        given: &[u8; 32],
    ) -> Result<Tried, Fault> {
        let mut tx = self.store.begin(at.id()).await?;
        let (now, account) = (self.ambient.now(), UserId::from_bytes(counted_under));
        let expected = rows::try_code(&mut tx, at.id(), journey, EmailSignIn::TRIES, now).await?;
        let tried = match expected {
            Some(expected) => {
                let failures = factor_failures::charge(&mut tx, at.id(), account, FACTOR, now).await?;
                let (expected, given) = (Sha256Digest::from_bytes(expected), Sha256Digest::from_bytes(*given));
                Tried { is_right: expected.ct_eq(&given), before: failures - 1 }
            }
            // Nothing can be guessed where no code counts: a stranger would only spend the owner's tries.
            None => Tried { is_right: false, before: 0 },
        };
        tx.commit().await?;
        Ok(tried)
    }

    /// Forgets what was typed wrong: codes, and passwords where the code confirms one.
    async fn clear_failures(
        &self,
        tx: &mut Tx,
        at: &TenantDirectory,
        journey: &Journey,
        index: &[u8; 32],
    ) -> Result<(), Fault> {
        let of_code = UserId::from_bytes(counted_under(&journey.stored, index));
        factor_failures::clear(tx, at.id(), of_code, FACTOR).await?;
        if journey.is_confirmed_by_code() {
            let of_password = UserId::from_bytes(account_key(index));
            factor_failures::clear(tx, at.id(), of_password, PASSWORD_FACTOR).await?;
        }
        Ok(())
    }

    /// Uses up a right code that is too short to be believed: whoever guessed it does not keep it until the owner ends the count. Who knows
    /// it has the mail, so this is told; of a wrong one nothing is, as it would tell whether there is an account (S-071).
    async fn refuse_short_code(
        &self,
        at: &TenantDirectory,
        journey: JourneyId,
        given: &[u8; 32],
        subject: Option<UserId>,
    ) -> Result<Acted, Fault> {
        let mut tx = self.store.begin(at.id()).await?;
        rows::use_code(&mut tx, at.id(), journey, given, self.ambient.now()).await?;
        tx.commit().await?;
        self.email_code_failed(at, subject, Problem::ShortCode).await
    }

    async fn email_code_failed(
        &self,
        at: &TenantDirectory,
        subject: Option<UserId>,
        problem: Problem,
    ) -> Result<Acted, Fault> {
        let mut event =
            Event::new(EventType::FactorFailed, self.ambient.now(), Actor::Anonymous).with("factor", FACTOR);
        event.subject = subject;
        let mut tx = self.store.begin(at.id()).await?;
        audit::record(&mut tx, &self.ambient, at, event).await?;
        tx.commit().await?;
        Ok(Acted::Problem(problem))
    }
}

/// Whether a code is taken on a journey: where people sign in by one, and where one confirms what a factor has proven.
fn takes_codes(at: &TenantDirectory, journey: &Journey) -> bool {
    at.tenant.settings.email_sign_in != EmailSignIn::Off || journey.is_confirmed_by_code()
}

/// Whether a code of six digits is mailed, and taken in a browser that is not known, after so many wrong ones of the account in a row
/// (S-073; decision 0040).
pub(super) fn may_be_short(failures: i64) -> bool {
    failures < RatePreset::FAILURES_PER_ACCOUNT
}

/// Under what the mails are counted that confirm sign-ins: those of whoever has proven this password.
fn confirmation_budget(stored: &StoredFacts, user: UserId) -> AccountKey {
    let mark = stored.password_mark.unwrap_or_default();
    account_key(sha256(&[user.as_bytes().as_slice(), &mark].concat()).as_bytes())
}

/// Under what failures of a journey's codes are counted: those that confirm a sign-in apart from those that begin one, so that whoever
/// knows no password cannot use up the tries of who does.
pub(super) fn counted_under(stored: &StoredFacts, index: &[u8; 32]) -> AccountKey {
    let confirming = stored.facts.user.filter(|_| risk::is_confirmed_by_code(stored));
    confirming.map_or(account_key(index), |user| *user.as_bytes())
}

/// The registration on a journey that a code for the address with this index completes: without passwords, and of an address that
/// had no account when the form was taken.
pub(super) fn registers<'f>(
    at: &TenantDirectory,
    stored: &'f StoredFacts,
    index: &[u8; 32],
) -> Option<&'f PendingRegistration> {
    let pending = stored.registration.as_ref().filter(|_| at.tenant.settings.is_passwordless())?;
    let is_of_address = registration::email_index(at, pending).as_ref() == Some(index);
    (is_of_address && pending.mail == MailPurpose::VerifyEmail).then_some(pending)
}

/// Whether a person may sign in on a journey: in service, and the one it goes for, if it goes for somebody.
fn may_sign_in(person: &Person, journey: &Journey) -> bool {
    person.disabled_at.is_none() && journey.user().is_none_or(|user| user == person.id)
}

/// Forgets what a journey has proven with the mail of an address that is not the account's any more (S-087, S-090).
pub(super) async fn void_moved_address(
    conn: &mut Conn,
    at: &TenantDirectory,
    journey: &mut Journey,
) -> Result<(), Fault> {
    let proofs = &journey.stored.facts.proofs;
    let Some(user) = proofs.iter().find(|p| p.kind == ProofKind::EmailCode).map(|p| p.user) else { return Ok(()) };
    let index = users::find(conn, at.id(), user).await?.and_then(|row| row.email_index);
    if index.is_none() || index != journey.stored.proven_address {
        journey.stored.facts.proofs.clear();
    }
    Ok(())
}
