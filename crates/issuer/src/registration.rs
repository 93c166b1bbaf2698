//! Registration: an account for whoever proves an address.
//!
//! Owns the form. It stores what was entered with the journey and sends a mail; whether the address has an account decides
//! only which mail, so page, status and work are the same (S-071). The account is made when the link is used, by
//! `proven_addresses`: nobody can leave a password waiting at somebody else's address (SECURITY rule 30; S-100).
//! Where there are no passwords the mail has a code, as that of a sign-in (`journeys::email_code`): whoever types it has the account of
//! the address, which is made if there is none.
//! OpenID Connect Initiating User Registration 1.0.

use std::sync::Arc;

use portreeve_authenticators::PasswordPolicy;
use portreeve_domain::{
    Actor, Email, EmailError, Event, EventType, Fault, JourneyId, MailPurpose, OutboxMessage, UserId,
};
use portreeve_storage::Conn;
use portreeve_storage::journeys::{self as journey_rows, JourneyRow};

use crate::attempts::{Attempt, Endeavour};
use crate::directory::TenantDirectory;
use crate::journeys::{Acted, Journey, PostedFrom, Problem, account_key, at_least_a_second, hold_proven};
use crate::new_passwords::{self, PasswordRefusal};
use crate::people::{self, Person};
use crate::stored_facts::{PendingRegistration, StoredFacts, open_facts};
use crate::{Issuer, audit};

/// How many characters of a name are stored.
const MAX_NAME: usize = 200;

/// What a person typed to get an account.
pub struct RegistrationForm {
    /// The name, as typed.
    pub name: String,
    /// The address, as typed.
    pub email: String,
    /// The password, as typed.
    pub password: String,
}

/// What is wrong with a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameRefusal {
    /// Nothing was typed.
    Missing,
    /// More characters than this.
    TooLong {
        /// 200.
        maximum: usize,
    },
}

/// What is wrong with a registration form, field by field; nothing of it depends on what accounts there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RegistrationProblems {
    /// The name.
    pub name: Option<NameRefusal>,
    /// The address.
    pub email: Option<EmailError>,
    /// The password.
    pub password: Option<PasswordRefusal>,
}

/// A registration whose link was opened.
pub(crate) struct Registration {
    /// What was entered.
    pub pending: PendingRegistration,
    /// The journey that waits.
    pub journey: JourneyId,
    /// Its version.
    pub version: i64,
    /// Its facts.
    pub facts: StoredFacts,
}

impl Registration {
    /// The registration on a journey that waits for a link to `handle`.
    pub(crate) fn of(journey: &JourneyRow, facts: &StoredFacts, handle: UserId) -> Option<Self> {
        let pending = facts.registration.as_ref()?;
        (pending.mail == MailPurpose::VerifyEmail && pending.to == handle).then(|| Self {
            pending: pending.clone(),
            journey: journey.id,
            version: journey.version,
            facts: facts.clone(),
        })
    }
}

/// The registration on `journey` that waits for a link to `handle`.
pub(crate) async fn pending_of(
    conn: &mut Conn,
    at: &TenantDirectory,
    journey: JourneyId,
    handle: UserId,
) -> Result<Option<PendingRegistration>, Fault> {
    let Some(row) = journey_rows::find(conn, at.id(), journey).await? else { return Ok(None) };
    let facts = open_facts(at, row.id, &row.facts_sealed)?;
    Ok(Registration::of(&row, &facts, handle).map(|registration| registration.pending))
}

/// The blind index of the address of a registration.
pub(crate) fn email_index(at: &TenantDirectory, pending: &PendingRegistration) -> Option<[u8; 32]> {
    Email::parse(&pending.email).ok().map(|email| people::email_index(at, &email))
}

impl Issuer {
    /// Takes the registration form.
    ///
    /// # Errors
    /// A fault when the database is away or every password thread is busy (transient).
    pub async fn register(
        &self,
        at: &Arc<TenantDirectory>,
        mut journey: Journey,
        form: RegistrationForm,
        from: &PostedFrom,
    ) -> Result<Acted, Fault> {
        if let Some(invitation) = journey.stored.invitation.clone() {
            return self.register_invited(at, journey, invitation, form, from).await;
        }
        if !at.tenant.settings.registration {
            journey.stored.facts.turn_to(None, None);
            return self.advance(self.store.begin(at.id()).await?, at, journey).await;
        }
        let passwordless = at.tenant.settings.is_passwordless();
        let password = (!passwordless)
            .then(|| new_passwords::accept(at, &form.email, &form.password, PasswordPolicy::SINGLE_FACTOR));
        let checked = (accepted_name(&form.name), Email::parse(&form.email), password.transpose());
        let (name, email, password) = match checked {
            (Ok(name), Ok(email), Ok(password)) => (name, email, password),
            (name, email, password) => {
                let problems = RegistrationProblems { name: name.err(), email: email.err(), password: password.err() };
                return Ok(Acted::Problem(Problem::Registration(problems)));
            }
        };
        if let Some(refused) = self.charge_mail_request(at, &email, from).await? {
            return Ok(refused);
        }
        let person = people::find_by_email(&mut self.store.read(at.id()).await?, at, &email).await?;
        let phc = match password {
            Some(password) => Some(self.passwords.place(at.id())?.hash(at, password, self.ambient.bytes()?).await?),
            None => None,
        };
        let handle = UserId::from_bytes(self.ambient.bytes()?);
        let (mail, to) = match person.filter(is_taken) {
            Some(owner) => (MailPurpose::AccountExists, owner.id),
            None => (MailPurpose::VerifyEmail, handle),
        };
        journey.stored.facts.turn_to(None, None);
        let at_time = self.ambient.now();
        journey.stored.registration =
            Some(PendingRegistration { name, email: form.email.trim().to_owned(), phc, mail, to, at: at_time });
        if passwordless {
            let event = Event::new(EventType::UserRegistrationRequested, at_time, Actor::Anonymous);
            let budget = account_key(&people::email_index(at, &email));
            return self.wait_for_code(at, journey, (form.email.trim(), Some(to), budget), event, from).await;
        }
        self.mail_registration(at, journey, &email, from).await
    }

    /// Sends the mail of the registration on this journey again.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn resend_registration(
        &self,
        at: &Arc<TenantDirectory>,
        journey: Journey,
        from: &PostedFrom,
    ) -> Result<Acted, Fault> {
        let pending = journey.stored.registration.as_ref().filter(|_| !at.tenant.settings.is_passwordless());
        let Some(Ok(email)) = pending.map(|pending| Email::parse(&pending.email)) else { return Ok(Acted::Stale) };
        if let Some(refused) = self.charge_mail_request(at, &email, from).await? {
            return Ok(refused);
        }
        self.mail_registration(at, journey, &email, from).await
    }

    /// Sends the link that proves the address of the account this journey goes for again.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn resend_address_link(
        &self,
        at: &Arc<TenantDirectory>,
        mut journey: Journey,
        from: &PostedFrom,
    ) -> Result<Acted, Fault> {
        let person = self.person_of(at, &journey).await?;
        let typed = person.and_then(|person| person.email).map(|email| Email::parse(&email));
        let Some(Ok(email)) = typed else { return Ok(Acted::Stale) };
        if let Some(refused) = self.charge_mail_request(at, &email, from).await? {
            return Ok(refused);
        }
        journey.stored.locale = Some(from.locale.clone());
        let mut tx = self.store.begin(at.id()).await?;
        hold_proven(&mut tx, at, &mut journey).await?;
        self.mail_address_link(&mut tx, at, &mut journey).await?;
        self.advance(tx, at, journey).await
    }

    /// Stores the journey and asks for its mail, unless the address has had its mails of this hour: the newest link works.
    async fn mail_registration(
        &self,
        at: &Arc<TenantDirectory>,
        mut journey: Journey,
        email: &Email,
        from: &PostedFrom,
    ) -> Result<Acted, Fault> {
        let now = self.ambient.now();
        journey.stored.facts.registering = Some(true);
        let Some(pending) = &journey.stored.registration else { return Ok(Acted::Stale) };
        let message = OutboxMessage::Mail {
            purpose: pending.mail,
            user: pending.to,
            locale: from.locale.clone(),
            journey: Some(journey.id),
        };
        let mut tx = self.store.begin(at.id()).await?;
        let event = Event::new(EventType::UserRegistrationRequested, now, Actor::Anonymous);
        audit::record(&mut tx, &self.ambient, at, event.with_client(&journey.client.id)).await?;
        if self.charge_mail(&mut tx, at, &account_key(&people::email_index(at, email))).await? {
            self.enqueue(&mut tx, at, &message).await?;
        }
        self.advance(tx, at, journey).await
    }

    /// Charges a request for a mail; what to answer when it is one too many.
    async fn charge_mail_request(
        &self,
        at: &TenantDirectory,
        email: &Email,
        from: &PostedFrom,
    ) -> Result<Option<Acted>, Fault> {
        let account = account_key(&people::email_index(at, email));
        let attempt = Attempt { endeavour: Endeavour::Mail, network: from.network, account };
        let charged = self.charge_attempt(at, &attempt).await?;
        Ok(charged.err().map(|wait| Acted::Problem(Problem::TooMany { wait: at_least_a_second(wait) })))
    }
}

/// Whether an account keeps its address: the address is proven, or an operator has given the account a say of its own.
pub(crate) fn is_taken(person: &Person) -> bool {
    person.email_verified_at.is_some() || person.is_admin || person.disabled_at.is_some()
}

pub(crate) fn accepted_name(typed: &str) -> Result<String, NameRefusal> {
    let name: String = typed.trim().chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    match name.chars().count() {
        0 => Err(NameRefusal::Missing),
        1..=MAX_NAME => Ok(name),
        _ => Err(NameRefusal::TooLong { maximum: MAX_NAME }),
    }
}

#[cfg(test)]
mod tests;
