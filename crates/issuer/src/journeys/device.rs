//! Approving a device: what a journey ends with when it was begun by a user code.
//!
//! Owns the decision, written once. Consent is given as to every client; the tokens are for whoever polls. The person has
//! to say that the device is their own: somebody who was sent a link with a code in it is asked by nobody else (S-065).
//! RFC 8628 §3.3, §5.4.

use std::sync::Arc;

use portreeve_domain::{Actor, DeviceAuthorizationId, Event, EventType, Fault, GrantType};
use portreeve_oidc::Refusal;
use portreeve_storage::{Tx, device_authorizations, token_families};

use super::{Acted, Journey};
use crate::directory::TenantDirectory;
use crate::{Issuer, audit, gate};

/// The person's word that they started it on their own device. Whoever has not said so cannot allow it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StartedByMyself;

/// How a device journey ended; the last segment of the page that says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceOutcome {
    /// The device gets its tokens.
    Allowed,
    /// It gets none.
    Refused,
    /// It was decided on before, or it is too late.
    TooLate,
}

impl DeviceOutcome {
    /// Every outcome.
    pub const ALL: [Self; 3] = [Self::Allowed, Self::Refused, Self::TooLate];

    /// The last segment of its page's address.
    pub const fn segment(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Refused => "refused",
            Self::TooLate => "too-late",
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
        if journey.device().is_none() {
            return Ok(Acted::Stale);
        }
        self.agree(at, journey).await
    }

    /// Writes down what the person granted, through the gate. The refusal is the gate's.
    pub(super) async fn approve_device(
        &self,
        tx: &mut Tx,
        at: &Arc<TenantDirectory>,
        journey: &Journey,
        device: DeviceAuthorizationId,
    ) -> Result<Result<DeviceOutcome, Refusal>, Fault> {
        let now = self.ambient.now();
        let family = self.family_of(tx, at, journey, GrantType::DeviceCode).await?;
        let admitted = gate::admit_user(tx, at, &journey.client, &family, family.origin, now).await?;
        if let Err(refusal) = admitted {
            return Ok(Err(refusal.at_token_endpoint()));
        }
        if !device_authorizations::allow(tx, at.id(), device, family.id, now).await? {
            return Ok(Ok(DeviceOutcome::TooLate));
        }
        token_families::insert(tx, &family).await?;
        let event = Event::new(EventType::DeviceAllowed, now, Actor::User(family.user))
            .about(family.user)
            .with_client(&family.client)
            .with("family", family.id)
            .with("scope", &family.scope);
        audit::record(tx, &self.ambient, at, event).await?;
        Ok(Ok(DeviceOutcome::Allowed))
    }

    /// Writes down that the device gets nothing.
    pub(super) async fn refuse_device(
        &self,
        tx: &mut Tx,
        at: &Arc<TenantDirectory>,
        journey: &Journey,
        device: DeviceAuthorizationId,
    ) -> Result<DeviceOutcome, Fault> {
        let now = self.ambient.now();
        if !device_authorizations::refuse(tx, at.id(), device, now).await? {
            return Ok(DeviceOutcome::TooLate);
        }
        let actor = journey.user().map_or(Actor::Anonymous, Actor::User);
        let mut event = Event::new(EventType::DeviceRefused, now, actor).with_client(&journey.client.id);
        event.subject = journey.user();
        audit::record(tx, &self.ambient, at, event).await?;
        Ok(DeviceOutcome::Refused)
    }
}
