//! Saying, on the page that asks for a second factor, that all of them are lost.
//!
//! Owns who may say so: whoever has proven the first factor of an account whose address is proven. Leaves what follows from it to
//! `factor_recovery`. W12: a sign-in never ends at a page without a way on.

use std::sync::Arc;

use portreeve_domain::journey::Step;
use portreeve_domain::{Actor, Event, EventType, Fault, MailPurpose, Timestamp};
use portreeve_storage::Conn;
use portreeve_storage::factor_recoveries::{self, NewFactorRecovery};

use super::{Acted, Journey, PostedFrom};
use crate::directory::TenantDirectory;
use crate::people::Person;
use crate::{Issuer, audit};

/// What is to be done for somebody who has lost every second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LostFactors {
    /// Nothing by us: the tenant wants it so, or there is no proven address to tell of it.
    NoWay,
    /// They can be removed when this many hours have passed.
    MayAsk {
        /// 1 to 168.
        hours: u16,
    },
    /// That was asked for.
    Asked {
        /// When the link is mailed.
        due_at: Timestamp,
    },
}

impl Issuer {
    /// Asks for the second factors of the account to be removed when the tenant's wait is over; its owner is told at once. Does
    /// nothing where that was asked for before.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn request_factor_recovery(
        &self,
        at: &Arc<TenantDirectory>,
        mut journey: Journey,
        from: &PostedFrom,
    ) -> Result<Acted, Fault> {
        let person = self.person_of(at, &journey).await?.filter(is_reached_by_mail);
        let (Some(person), Some(wait)) = (person, at.tenant.settings.lost_factor_wait_hours.lifetime()) else {
            return Ok(Acted::Stale);
        };
        let (now, user) = (self.ambient.now(), person.id);
        let due_at = now.plus(wait);
        let is_due = |step| matches!(step, Step::SecondFactor { .. });
        let Some(mut tx) = self.begin_step(at, &mut journey, user, is_due).await? else { return Ok(Acted::Stale) };
        let request = NewFactorRecovery { user, due_at, locale: &from.locale };
        if factor_recoveries::insert(&mut tx, at.id(), &request, now).await? {
            let event = Event::new(EventType::FactorRecoveryRequested, now, Actor::Anonymous).about(user);
            audit::record(&mut tx, &self.ambient, at, event.with("due_at", due_at.as_millis())).await?;
            self.mail(&mut tx, at, MailPurpose::FactorRecoveryRequested, user, &from.locale).await?;
            self.text_of_recovery(&mut tx, at, user, &from.locale).await?;
        }
        self.advance(tx, at, journey).await
    }

    /// What the page of a second factor offers to somebody who has lost it.
    pub(super) async fn lost_factors(
        &self,
        conn: &mut Conn,
        at: &TenantDirectory,
        person: Option<&Person>,
    ) -> Result<LostFactors, Fault> {
        let wait = at.tenant.settings.lost_factor_wait_hours.hours();
        let (Some(hours), Some(person)) = (wait, person.filter(|person| is_reached_by_mail(person))) else {
            return Ok(LostFactors::NoWay);
        };
        let standing = factor_recoveries::find(conn, at.id(), person.id, self.ambient.now()).await?;
        Ok(match standing {
            Some(request) => LostFactors::Asked { due_at: request.due_at },
            None => LostFactors::MayAsk { hours },
        })
    }
}

/// Whether the owner of an account hears of what is done with it.
fn is_reached_by_mail(person: &Person) -> bool {
    person.disabled_at.is_none() && person.email_verified_at.is_some()
}
