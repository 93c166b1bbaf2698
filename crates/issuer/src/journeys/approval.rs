//! Approving what waits elsewhere: what a journey ends with when a user code or a client's back-channel request began it.
//!
//! Owns the decision, written once. Consent is given as to every client; the tokens are for whoever waits. Of a device the
//! person has to say that it is their own: somebody who was sent a link with a code in it is asked by nobody else (S-065).
//! A back-channel request is decided by the person it is about and by nobody else. RFC 8628 §3.3, §5.4; CIBA Core §8.

use std::sync::Arc;

use portreeve_domain::polling::Waiting;
use portreeve_domain::{Actor, Event, EventType, Fault, GrantType, OutboxMessage};
use portreeve_oidc::Refusal;
use portreeve_oidc::backchannel_authentication::delivery;
use portreeve_storage::{Tx, polled, token_families};

use super::settle::hold_session;
use super::{Acted, Journey};
use crate::directory::TenantDirectory;
use crate::{Issuer, audit, backchannel_authentication, gate};

/// The person's word that they started it on their own device. Whoever has not said so cannot allow it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StartedByMyself;

/// How such a journey ended; the last segment of the page that says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApprovalOutcome {
    /// Whoever waits gets tokens.
    Allowed,
    /// It gets none.
    Refused,
    /// It was decided on before, or it is too late.
    TooLate,
    /// It is another person's to decide; nothing has changed.
    OtherPerson,
}

impl ApprovalOutcome {
    /// Every outcome.
    pub const ALL: [Self; 4] = [Self::Allowed, Self::Refused, Self::TooLate, Self::OtherPerson];

    /// The last segment of its page's address.
    pub const fn segment(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Refused => "refused",
            Self::TooLate => "too-late",
            Self::OtherPerson => "other-person",
        }
    }
}

impl Issuer {
    /// The person agrees to what the device asks for, and says that the device is their own.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn allow_device(
        &self,
        at: &Arc<TenantDirectory>,
        journey: Journey,
        _word: StartedByMyself,
    ) -> Result<Acted, Fault> {
        if !matches!(journey.waiting(), Some(Waiting::Device(_))) {
            return Ok(Acted::Stale);
        }
        self.agree(at, journey).await
    }

    /// Writes down what the person granted, through the gate. The refusal is the gate's.
    pub(super) async fn approve(
        &self,
        tx: &mut Tx,
        at: &Arc<TenantDirectory>,
        journey: &Journey,
        waiting: Waiting,
    ) -> Result<Result<ApprovalOutcome, Refusal>, Fault> {
        let now = self.ambient.now();
        let (origin, kind) = match waiting {
            Waiting::Device(_) => (GrantType::DeviceCode, EventType::DeviceAllowed),
            Waiting::Backchannel(_) => (GrantType::Ciba, EventType::BackchannelAuthenticationAllowed),
        };
        let family = self.family_of(tx, at, journey, origin).await?;
        let admitted = gate::admit_user(tx, at, &journey.client, &family, family.origin, now).await?;
        if let Err(refusal) = admitted {
            return Ok(Err(refusal.at_token_endpoint()));
        }
        // Before the row of whoever waits: whoever erases the person takes the two in this order.
        hold_session(tx, &family).await?;
        if !polled::allow(tx, at.id(), waiting, family.id, now).await? {
            return Ok(Ok(ApprovalOutcome::TooLate));
        }
        token_families::insert(tx, &family).await?;
        let event = Event::new(kind, now, Actor::User(family.user))
            .about(family.user)
            .with_client(&family.client)
            .with("family", family.id)
            .with("scope", &family.scope);
        audit::record(tx, &self.ambient, at, event).await?;
        self.call_back(tx, at, journey, waiting).await?;
        Ok(Ok(ApprovalOutcome::Allowed))
    }

    /// Writes down that whoever waits gets nothing.
    pub(super) async fn turn_away(
        &self,
        tx: &mut Tx,
        at: &Arc<TenantDirectory>,
        journey: &Journey,
        waiting: Waiting,
    ) -> Result<ApprovalOutcome, Fault> {
        let kind = match waiting {
            Waiting::Device(_) => EventType::DeviceRefused,
            Waiting::Backchannel(id) => {
                let person = backchannel_authentication::person_of(tx, at, id).await?;
                // Whoever has the link can sign in as somebody else; that must not turn the client away.
                if journey.stored.facts.session.is_none() || journey.user() != person {
                    return Ok(ApprovalOutcome::OtherPerson);
                }
                EventType::BackchannelAuthenticationRefused
            }
        };
        let now = self.ambient.now();
        if !polled::refuse(tx, at.id(), waiting, now).await? {
            return Ok(ApprovalOutcome::TooLate);
        }
        let actor = journey.user().map_or(Actor::Anonymous, Actor::User);
        let mut event = Event::new(kind, now, actor).with_client(&journey.client.id);
        event.subject = journey.user();
        audit::record(tx, &self.ambient, at, event).await?;
        self.call_back(tx, at, journey, waiting).await?;
        Ok(ApprovalOutcome::Refused)
    }

    /// Has the client called, if it wants to be.
    async fn call_back(
        &self,
        tx: &mut Tx,
        at: &TenantDirectory,
        journey: &Journey,
        waiting: Waiting,
    ) -> Result<(), Fault> {
        let Waiting::Backchannel(authentication) = waiting else { return Ok(()) };
        if !delivery(&journey.client).calls_client() {
            return Ok(());
        }
        let client = journey.client.id.clone();
        self.enqueue(tx, at, &OutboxMessage::BackchannelNotice { client, authentication }).await
    }
}
