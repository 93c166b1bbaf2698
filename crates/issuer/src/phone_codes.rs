//! Proving a telephone number by a code in a text message.
//!
//! Owns asking for a code, sending it and taking it. A code is for one person and one number, works for ten minutes from its sending, once,
//! and five may be typed; the newest counts (S-083). It proves the number and no factor: nobody signs in by it. What a server sends costs its
//! operator money, so that everybody's messages are counted: by number, person, network and country. Leaves where numbers are asked for to
//! `journeys` and `account`. OIDC Core §5.1 (`phone_number_verified`).

use portreeve_authenticators::{CanonicalSentCode, generate_sent_code};
use portreeve_crypto::{SecretBytes, Sha256Digest, hex, hmac_sha256};
use portreeve_domain::{
    Actor, Event, EventType, Fault, Gcra, Lifetime, OutboxMessage, PersonClaims, PhoneNumber, UserId, lifetimes,
};
use portreeve_storage::phone_codes::{self as rows, NumberOf};
use portreeve_storage::{Conn, Tx, users};

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
/// How many messages a number gets an hour, whoever asks, and how many a day.
const PER_NUMBER_AND_HOUR: u32 = 5;
const PER_NUMBER_AND_DAY: u32 = 10;
/// How many messages a person may ask for a day.
const PER_PERSON_AND_DAY: u32 = 10;
/// How many messages that they did not ask for a person gets a day.
const NOTICES_PER_DAY: u32 = 3;
/// How many messages may be asked for from one network an hour.
const PER_NETWORK_AND_HOUR: u32 = 30;

/// A number that was told and is to be proven. Has no `Debug`: it is personal.
#[derive(Clone, PartialEq, Eq)]
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
        } else if rows::is_awaited(conn, at.id(), of(at, user, number), self.ambient.now()).await? {
            NumberState::Sent
        } else {
            NumberState::ToSend
        };
        Ok(NumberToConfirm { number: claims.phone_number.clone().unwrap_or_default(), state })
    }

    /// Has a code sent to `number`, that of the person `user`, in a transaction that has just begun. Nothing is counted where none is sent.
    /// Commits.
    pub(crate) async fn ask_for_phone_code(
        &self,
        at: &TenantDirectory,
        mut tx: Tx,
        (user, number): (UserId, &PhoneNumber),
        from: &PostedFrom,
    ) -> Result<Result<(), NoCode>, Fault> {
        let Some(rules) = &self.settings.text_messages else { return Ok(Err(NoCode::NotServed)) };
        let Some(country) = rules.country_of(number) else { return Ok(Err(NoCode::NotServed)) };
        let now = self.ambient.now();
        let limits = [
            (format!("text messages for {}", hex(user.as_bytes())), Gcra::new(PER_PERSON_AND_DAY, DAY)),
            (format!("text messages to {} in an hour", number.as_str()), Gcra::new(PER_NUMBER_AND_HOUR, HOUR)),
            (format!("text messages to {} in a day", number.as_str()), Gcra::new(PER_NUMBER_AND_DAY, DAY)),
            (format!("text messages from {}", from.network), Gcra::new(PER_NETWORK_AND_HOUR, HOUR)),
            (of_country(country), Gcra::new(rules.per_country_and_day, DAY)),
        ];
        for (what, limit) in limits {
            if let Err(wait) = self.charge(&mut tx, at, &what, limit).await? {
                drop(tx);
                self.note_too_many(at, user, country).await?;
                return Ok(Err(NoCode::TooMany { wait }));
            }
        }
        let request = self.ambient.row_id();
        rows::wait(&mut tx, at.id(), (of(at, user, number), request), now, now.plus(WAIT)).await?;
        self.enqueue(&mut tx, at, &OutboxMessage::PhoneCodeText { request, user, locale: from.locale.clone() }).await?;
        let event = Event::new(EventType::PhoneCodeRequested, now, Actor::User(user)).about(user);
        audit::record(&mut tx, &self.ambient, at, event.with("country", country)).await?;
        tx.commit().await?;
        Ok(Ok(()))
    }

    /// Makes the code of a request, and lets only that one work; `None` when the person has asked again since, or too long ago, or the number was
    /// proven or is another. Commits.
    ///
    /// The code is made of the request, so that a message that is sent again says the same.
    pub(crate) async fn phone_code(
        &self,
        at: &TenantDirectory,
        person: &Person,
        request: i64,
    ) -> Result<Option<(PhoneNumber, String)>, Fault> {
        let number = number_of(at, &person.claims).filter(|number| self.country_served(number).is_some());
        let Some(number) = number else { return Ok(None) };
        let (key, of) = (&at.keys.phone_codes, of(at, person.id, &number));
        let drawn =
            hmac_sha256(key.expose(), &[b"draw", &request.to_be_bytes(), person.id.as_bytes(), &of.number_index]);
        let mut random = [0; 16];
        random.iter_mut().zip(drawn).for_each(|(to, from)| *to = from);
        let code = generate_sent_code(&SecretBytes::new(random));
        let canonical =
            CanonicalSentCode::parse(code.expose()).ok_or_else(|| Fault::impossible("a code of ours is none"))?;
        let hash = canonical.number_fingerprint(key, person.id.as_bytes(), number.as_str());
        let now = self.ambient.now();
        let mut tx = self.store.begin(at.id()).await?;
        let times = (now.minus(WAIT), now.plus(lifetimes::PHONE_CODE));
        if !rows::expect(&mut tx, at.id(), (of, request), &hash, times).await? {
            return Ok(None);
        }
        let event = Event::new(EventType::PhoneCodeSent, now, Actor::System).about(person.id);
        audit::record(&mut tx, &self.ambient, at, event).await?;
        tx.commit().await?;
        Ok(Some((number, code.expose().to_owned())))
    }

    /// Takes what was typed for a code of the person `user`, in a transaction that has just begun and holds their account: counts it as a try
    /// before it is compared, and, when it is right, uses the code up and writes down that the number is proven, which the caller
    /// commits. `None` for a wrong code; that it was tried is committed.
    pub(crate) async fn prove_phone_number(
        &self,
        at: &TenantDirectory,
        mut tx: Tx,
        user: UserId,
        typed: &str,
    ) -> Result<Option<Tx>, Fault> {
        // What is no code is nobody's, and a long one comes by mail alone.
        let code = CanonicalSentCode::parse(typed).filter(|code| !code.is_long());
        let Some(code) = code else { return Ok(None) };
        let Some((person, former)) = people::find_with_sealed_claims(&mut tx, at, user).await? else { return Ok(None) };
        let Some(number) = number_of(at, &person.claims) else { return Ok(None) };
        let given = code.number_fingerprint(&at.keys.phone_codes, user.as_bytes(), number.as_str());
        let (now, of) = (self.ambient.now(), of(at, user, &number));
        let expected = rows::try_code(&mut tx, at.id(), of, TRIES, now).await?;
        let is_right =
            expected.is_some_and(|expected| Sha256Digest::from_bytes(expected).ct_eq(&Sha256Digest::from_bytes(given)));
        let kind = if is_right { EventType::PhoneVerified } else { EventType::PhoneCodeFailed };
        audit::record(&mut tx, &self.ambient, at, Event::new(kind, now, Actor::User(user)).about(user)).await?;
        if !is_right {
            tx.commit().await?;
            return Ok(None);
        }
        let claims = PersonClaims { phone_number_verified_at: Some(now), ..person.claims.clone() };
        let sealed = people::seal_claims(&self.ambient, at, &person, &claims)?;
        if !rows::use_code(&mut tx, at.id(), of, &given, now).await?
            || !users::set_claims(&mut tx, at.id(), user, &former, &sealed, now).await?
        {
            return Err(Fault::impossible("a number was proven of an account that nobody holds"));
        }
        Ok(Some(tx))
    }

    /// Charges a message that nobody asked for to its person and its country; false when there were too many.
    pub(crate) async fn charge_notice(
        &self,
        tx: &mut Tx,
        at: &TenantDirectory,
        (user, country): (UserId, &str),
    ) -> Result<bool, Fault> {
        let Some(rules) = &self.settings.text_messages else { return Ok(false) };
        let own = format!("notices by text message for {}", hex(user.as_bytes()));
        Ok(self.charge(tx, at, &own, Gcra::new(NOTICES_PER_DAY, DAY)).await?.is_ok()
            && self.charge(tx, at, &of_country(country), Gcra::new(rules.per_country_and_day, DAY)).await?.is_ok())
    }

    async fn note_too_many(&self, at: &TenantDirectory, user: UserId, country: &str) -> Result<(), Fault> {
        let event = Event::new(EventType::AttemptsLimited, self.ambient.now(), Actor::User(user)).about(user);
        let event = event.with("endeavour", "text_message").with("country", country);
        let mut tx = self.store.begin(at.id()).await?;
        audit::record(&mut tx, &self.ambient, at, event).await?;
        tx.commit().await
    }
}

/// What the messages to a country are counted under.
fn of_country(country: &str) -> String {
    format!("text messages to the country {country}")
}

fn of(at: &TenantDirectory, user: UserId, number: &PhoneNumber) -> NumberOf {
    NumberOf { user, number_index: at.keys.index.index("phone_codes.number_index", number.as_str()) }
}

/// The number that a person with `claims` can prove.
pub(crate) fn number_of(at: &TenantDirectory, claims: &PersonClaims) -> Option<PhoneNumber> {
    at.attributes.iter().find_map(|attribute| attribute.number_to_confirm(claims))
}

#[cfg(test)]
mod tests;
