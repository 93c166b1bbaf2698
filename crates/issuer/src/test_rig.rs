//! Deciding for a person, in a test rig: certification tests of polled grants have nobody at the browser.
//!
//! Owns going through a journey of approval without its pages: the person's sign-in is taken for granted, and an event
//! names the operator for it; all that follows (rules, consent, the gate) is done by the same code as for a person.
//! Leaves to the settings that no server for real people has this door.

use std::sync::Arc;

use portreeve_crypto::{Bearer, SecretText};
use portreeve_domain::journey::{Enrolment, Step};
use portreeve_domain::polling::{Poll, Waiting};
use portreeve_domain::{
    Actor, BackchannelAuthenticationId, Email, Event, EventType, Fault, Proof, ProofKind, TokenKind, UserId,
};
use portreeve_storage::{backchannel_authentications, password_credentials, polled, users};

use crate::authorize::Progress;
use crate::device_authorization::DeviceArrival;
use crate::directory::TenantDirectory;
use crate::journeys::{Acted, Arrival, Journey, StartedByMyself, password_mark};
use crate::{Issuer, audit, backchannel_authentication, people};

/// What a rig says in a person's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RigDecision {
    /// Yes.
    Allow,
    /// No.
    Deny,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RigAnswer {
    /// It is decided: the client gets tokens, or it does not.
    Decided(RigDecision),
    /// Nothing waits under this code: it is unknown, names nobody, was decided on or is over.
    NothingWaits,
    /// Nobody has this address.
    NobodyThere,
    /// The rules ask the person for more than a password; nothing is decided.
    MoreIsAsked(Step),
}

impl Issuer {
    /// Decides the back-channel request with this `auth_req_id`, for the person it is about.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn decide_backchannel(
        &self,
        at: &Arc<TenantDirectory>,
        auth_req_id: &str,
        decision: RigDecision,
    ) -> Result<RigAnswer, Fault> {
        let bearer = Bearer::parse(auth_req_id, TokenKind::AuthReqId.prefix(), &at.keys.permutation);
        let Some(bearer) = bearer else { return Ok(RigAnswer::NothingWaits) };
        let id = BackchannelAuthenticationId::new(bearer.id);
        let row = backchannel_authentications::find(&mut self.store.read(at.id()).await?, at.id(), id).await?;
        let person = row.filter(|row| bearer.proves(&row.secret_hash)).and_then(|row| row.user);
        let Some(person) = person else { return Ok(RigAnswer::NothingWaits) };
        let page = backchannel_authentication::request_text(at, id)?;
        match self.begin_approval(at, &page, None).await? {
            Some(progress) => self.decide_as(at, person, progress, decision).await,
            None => Ok(RigAnswer::NothingWaits),
        }
    }

    /// Decides for the device that shows `user_code`, as the person with the address `email`.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn decide_device(
        &self,
        at: &Arc<TenantDirectory>,
        user_code: &str,
        email: &str,
        decision: RigDecision,
    ) -> Result<RigAnswer, Fault> {
        let Ok(email) = Email::parse(email) else { return Ok(RigAnswer::NobodyThere) };
        let person = people::find_by_email(&mut self.store.read(at.id()).await?, at, &email).await?;
        let Some(person) = person else { return Ok(RigAnswer::NobodyThere) };
        match self.begin_uncharged_device_journey(at, user_code, None).await? {
            DeviceArrival::Begun(progress) => self.decide_as(at, person.id, progress, decision).await,
            DeviceArrival::Unknown | DeviceArrival::TooMany { .. } => Ok(RigAnswer::NothingWaits),
        }
    }

    /// Goes through a journey of approval that has just begun, page after page, as a browser does.
    async fn decide_as(
        &self,
        at: &Arc<TenantDirectory>,
        person: UserId,
        begun: Progress,
        decision: RigDecision,
    ) -> Result<RigAnswer, Fault> {
        let (journey, _, cookie) = self.next_page(at, begun, None).await?;
        let signed_in = match self.take_sign_in_for_granted(at, person, journey).await? {
            Acted::Moved(progress) => progress,
            Acted::Problem(_) | Acted::Stale => return Ok(RigAnswer::NothingWaits),
        };
        let (journey, step, _) = self.next_page(at, signed_in, cookie).await?;
        if step != Step::Consent {
            return Ok(RigAnswer::MoreIsAsked(step));
        }
        let waiting = journey.waiting().ok_or_else(|| Fault::impossible("an approval that nobody waits for"))?;
        match (decision, waiting) {
            (RigDecision::Deny, _) => self.deny(at, journey).await?,
            (RigDecision::Allow, Waiting::Device(_)) => self.allow_device(at, journey, StartedByMyself).await?,
            (RigDecision::Allow, Waiting::Backchannel(_)) => self.allow(at, journey).await?,
        };
        let row = polled::find(&mut self.store.read(at.id()).await?, at.id(), waiting).await?;
        Ok(match row.map(|row| row.awaited.poll(self.ambient.now())) {
            Some(Poll::Allowed | Poll::Consumed) => RigAnswer::Decided(RigDecision::Allow),
            Some(Poll::Refused) => RigAnswer::Decided(RigDecision::Deny),
            Some(Poll::Pending | Poll::Expired) | None => RigAnswer::NothingWaits,
        })
    }

    /// The journey at its next page, and the cookie of its browser.
    async fn next_page(
        &self,
        at: &Arc<TenantDirectory>,
        progress: Progress,
        former: Option<SecretText>,
    ) -> Result<(Journey, Step, Option<SecretText>), Fault> {
        let Progress::Page { journey, cookie, .. } = progress else {
            return Err(Fault::impossible("an approval without a question"));
        };
        let cookie = cookie.or(former);
        match self.open_journey(at, &journey, cookie.as_ref().map(SecretText::expose)).await? {
            Arrival::Here(stop) => Ok((stop.journey, stop.step, cookie)),
            Arrival::Unknown | Arrival::Elsewhere(_) | Arrival::Over(_) | Arrival::Refused { .. } => {
                Err(Fault::impossible("a journey left its own browser"))
            }
        }
    }

    /// Takes for granted that `person` has given a password, or a mailed code where there are none, and has put off what is only
    /// offered.
    async fn take_sign_in_for_granted(
        &self,
        at: &Arc<TenantDirectory>,
        person: UserId,
        mut journey: Journey,
    ) -> Result<Acted, Fault> {
        let now = self.ambient.now();
        let mut tx = self.store.begin(at.id()).await?;
        let kind = match at.tenant.settings.is_passwordless() {
            true => ProofKind::EmailCode,
            false => ProofKind::Password,
        };
        let password = password_credentials::find(&mut tx, at.id(), person).await?;
        journey.stored.password_mark = password.as_deref().map(password_mark);
        journey.stored.proven_address = users::find(&mut tx, at.id(), person).await?.and_then(|row| row.email_index);
        journey.stored.facts.identify(Proof { kind, user: person, at: now });
        journey.stored.facts.enrolment = Some(Enrolment::Declined);
        journey.stored.facts.passkey_declined = true;
        let event = Event::new(EventType::FactorProven, now, Actor::Operator)
            .about(person)
            .with_client(&journey.client.id)
            .with("factor", "taken for granted by a test rig");
        audit::record(&mut tx, &self.ambient, at, event).await?;
        self.advance(tx, at, journey).await
    }
}
