//! Proving a telephone number by a code in a text message.
//!
//! Owns asking for a code, sending it and taking it. A code is for one person and one number, works for ten minutes from its sending, once,
//! and five may be typed; the newest counts (S-083). It proves the number and no factor: nobody signs in by it. What a server sends costs its
//! operator money, so that everybody's messages are counted: by number, person, network and country. Leaves where numbers are asked for to
//! `journeys` and `account`. OIDC Core §5.1 (`phone_number_verified`).

use portreeve_authenticators::{CanonicalSentCode, generate_sent_code};
use portreeve_crypto::{SecretBytes, Sha256Digest, hex};
use portreeve_domain::{
    Actor, Event, EventType, Fault, Gcra, Lifetime, OutboxMessage, PersonClaims, PhoneNumber, UserId, lifetimes,
};
use portreeve_storage::{Conn, Tx, phone_codes as rows, users};

use crate::directory::TenantDirectory;
use crate::journeys::PostedFrom;
use crate::people::{self, Person};
use crate::{Issuer, audit};

/// How many codes may be typed for one that was sent.
const TRIES: i64 = 5;
/// How long a message that was asked for may be on its way before it is not worth sending.
const WAIT: Lifetime = Lifetime::from_minutes(30);
const HOUR: Lifetime = Lifetime::from_hours(1);
const DAY: Lifetime = Lifetime::from_hours(24);
/// How many messages a number gets an hour, whoever asks.
const PER_NUMBER_AND_HOUR: u32 = 5;
/// How many messages a person may ask for a day.
const PER_PERSON_AND_DAY: u32 = 10;
/// How many messages may be asked for from one network an hour.
const PER_NETWORK_AND_HOUR: u32 = 30;

/// A number that was told and is to be proven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberToConfirm {
    /// As it was told.
    pub number: String,
    /// How far that has come.
    pub state: NumberState,
}

/// How far proving a number has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberState {
    /// No text message can be sent to it.
    NotServed,
    /// No code is on its way.
    ToSend,
    /// A code was asked for, and can be typed.
    Sent,
}

/// Why no code is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoCode {
    /// No text message can be sent to the number.
    NotServed,
    /// There were too many.
    TooMany {
        /// How long to wait.
        wait: Lifetime,
    },
}

impl Issuer {
    /// How far the person `user` has come with proving `number`, which the account has as `claims` say.
    pub(crate) async fn number_state(
        &self,
        conn: &mut Conn,
        at: &TenantDirectory,
        (user, number): (UserId, &PhoneNumber),
        claims: &PersonClaims,
    ) -> Result<NumberToConfirm, Fault> {
        let state = if self.country_served(number).is_none() {
            NumberState::NotServed
        } else if rows::is_awaited(conn, at.id(), user, self.ambient.now()).await? {
            NumberState::Sent
        } else {
            NumberState::ToSend
        };
        Ok(NumberToConfirm { number: claims.phone_number.clone().unwrap_or_default(), state })
    }

    /// Has a code sent to `number`, that of the person `user`. What was counted is to be kept, also where none is sent.
    pub(crate) async fn ask_for_phone_code(
        &self,
        tx: &mut Tx,
        at: &TenantDirectory,
        (user, number): (UserId, &PhoneNumber),
        from: &PostedFrom,
    ) -> Result<Result<(), NoCode>, Fault> {
        let Some(rules) = &self.settings.text_messages else { return Ok(Err(NoCode::NotServed)) };
        let Some(country) = rules.country_of(number) else { return Ok(Err(NoCode::NotServed)) };
        let now = self.ambient.now();
        let limits = [
            (format!("text messages from {}", from.network), Gcra::new(PER_NETWORK_AND_HOUR, HOUR)),
            (format!("text messages for {}", hex(user.as_bytes())), Gcra::new(PER_PERSON_AND_DAY, DAY)),
            (format!("text messages to {}", number.as_str()), Gcra::new(PER_NUMBER_AND_HOUR, HOUR)),
            (format!("text messages to the country {country}"), Gcra::new(rules.per_country_and_day, DAY)),
        ];
        for (what, limit) in limits {
            if let Err(wait) = self.charge(tx, at, &what, limit).await? {
                let event = Event::new(EventType::AttemptsLimited, now, Actor::User(user)).about(user);
                let event = event.with("endeavour", "text_message").with("country", country);
                audit::record(tx, &self.ambient, at, event).await?;
                return Ok(Err(NoCode::TooMany { wait }));
            }
        }
        rows::wait(tx, at.id(), user, now, now.plus(WAIT)).await?;
        self.enqueue(tx, at, &OutboxMessage::PhoneCodeText { user, locale: from.locale.clone() }).await?;
        let event = Event::new(EventType::PhoneCodeRequested, now, Actor::User(user)).about(user);
        audit::record(tx, &self.ambient, at, event.with("country", country)).await?;
        Ok(Ok(()))
    }

    /// Makes the code for a person who waits for one, and lets only that one work; `None` when nobody waits, or the number was proven or taken
    /// back. Commits.
    pub(crate) async fn phone_code(
        &self,
        at: &TenantDirectory,
        person: &Person,
    ) -> Result<Option<(PhoneNumber, String)>, Fault> {
        let Some(number) = number_of(at, &person.claims) else { return Ok(None) };
        let code = generate_sent_code(&SecretBytes::new(self.ambient.bytes()?));
        let canonical =
            CanonicalSentCode::parse(code.expose()).ok_or_else(|| Fault::impossible("a code of ours is none"))?;
        let hash = canonical.number_fingerprint(&at.keys.phone_codes, person.id.as_bytes(), number.as_str());
        let now = self.ambient.now();
        let mut tx = self.store.begin(at.id()).await?;
        let until = (now, now.plus(lifetimes::PHONE_CODE));
        if !rows::expect(&mut tx, at.id(), person.id, &hash, until).await? {
            return Ok(None);
        }
        let event = Event::new(EventType::PhoneCodeSent, now, Actor::System).about(person.id);
        audit::record(&mut tx, &self.ambient, at, event).await?;
        tx.commit().await?;
        Ok(Some((number, code.expose().to_owned())))
    }

    /// Counts what was typed as a try and compares; gives what proves the number, `None` for a wrong code. Commits.
    pub(crate) async fn try_phone_code(
        &self,
        at: &TenantDirectory,
        user: UserId,
        typed: &str,
    ) -> Result<Option<[u8; 32]>, Fault> {
        // What is no code is nobody's.
        let Some(code) = CanonicalSentCode::parse(typed) else { return Ok(None) };
        let person = people::find(&mut self.store.read(at.id()).await?, at, user).await?;
        let number = person.and_then(|person| number_of(at, &person.claims));
        let Some(number) = number else { return Ok(None) };
        let given = code.number_fingerprint(&at.keys.phone_codes, user.as_bytes(), number.as_str());
        let now = self.ambient.now();
        let mut tx = self.store.begin(at.id()).await?;
        let expected = rows::try_code(&mut tx, at.id(), user, TRIES, now).await?;
        let is_right =
            expected.is_some_and(|expected| Sha256Digest::from_bytes(expected).ct_eq(&Sha256Digest::from_bytes(given)));
        if !is_right {
            let event = Event::new(EventType::PhoneCodeFailed, now, Actor::User(user)).about(user);
            audit::record(&mut tx, &self.ambient, at, event).await?;
        }
        tx.commit().await?;
        Ok(is_right.then_some(given))
    }

    /// Uses a code up that was found right, and writes down that the number is proven; false when another tab was faster, or the account has
    /// another number since.
    pub(crate) async fn confirm_number(
        &self,
        tx: &mut Tx,
        at: &TenantDirectory,
        user: UserId,
        right: &[u8; 32],
    ) -> Result<bool, Fault> {
        let now = self.ambient.now();
        let Some((person, former)) = people::find_with_sealed_claims(tx, at, user).await? else { return Ok(false) };
        if number_of(at, &person.claims).is_none() || !rows::use_code(tx, at.id(), user, right, now).await? {
            return Ok(false);
        }
        let claims = PersonClaims { phone_number_verified_at: Some(now), ..person.claims.clone() };
        let sealed = people::seal_claims(&self.ambient, at, &person, &claims)?;
        if !users::set_claims(tx, at.id(), user, &former, &sealed, now).await? {
            return Ok(false);
        }
        let event = Event::new(EventType::PhoneVerified, now, Actor::User(user)).about(user);
        audit::record(tx, &self.ambient, at, event).await?;
        Ok(true)
    }
}

/// The number that a person with `claims` can prove.
pub(crate) fn number_of(at: &TenantDirectory, claims: &PersonClaims) -> Option<PhoneNumber> {
    at.attributes.iter().find_map(|attribute| attribute.number_to_confirm(claims))
}
