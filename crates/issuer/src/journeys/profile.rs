//! Attributes: whoever signs in tells what is asked for at the client, after every factor and before agreeing to anything.
//!
//! Owns what is due, and taking the answers. Only what is due is read of a form, so nobody writes what the page did not ask (S-106). Leaves
//! where attributes are asked for, and what a value must be like, to `domain`.

use std::collections::BTreeMap;
use std::sync::Arc;

use portreeve_domain::journey::{Condition, Step};
use portreeve_domain::{Actor, Attribute, Event, EventType, Fault};
use portreeve_storage::Conn;

use super::{Acted, Journey, Problem};
use crate::account::{Answers, keep_claims};
use crate::directory::TenantDirectory;
use crate::{Issuer, audit, people};

/// What is due of the account that a journey goes for; everything that is required when there is none.
pub(crate) async fn due(
    conn: &mut Conn,
    at: &TenantDirectory,
    journey: &Journey,
) -> Result<Vec<Arc<Attribute>>, Fault> {
    let is_required = |attribute: &&Arc<Attribute>| {
        journey
            .requirements
            .iter()
            .any(|one| matches!(&one.condition, Condition::Attribute(name) if *name == attribute.name))
    };
    let mut required: Vec<_> = at.attributes.iter().filter(is_required).cloned().collect();
    if let (false, Some(user)) = (required.is_empty(), journey.user()) {
        let person = people::find(conn, at, user).await?;
        let claims = person.map(|person| person.claims).unwrap_or_default();
        required.retain(|attribute| attribute.is_due(&claims));
    }
    Ok(required)
}

impl Issuer {
    /// The person tells what the page asked for. Nothing is kept unless every answer fits.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn tell_attributes(
        &self,
        at: &Arc<TenantDirectory>,
        journey: Journey,
        answers: &Answers,
    ) -> Result<Acted, Fault> {
        let Some(user) = journey.user() else { return Ok(Acted::Stale) };
        let mut tx = self.store.begin(at.id()).await?;
        if self.step_of(&mut tx, at, &journey).await? != Step::Profile {
            return Ok(Acted::Stale);
        }
        let due = due(&mut tx, at, &journey).await?;
        let mut told = BTreeMap::new();
        for attribute in &due {
            // A form without the field is of a page that did not ask for it: nobody has answered.
            let Some(typed) = answers.typed(&attribute.name) else { return Ok(Acted::Stale) };
            match attribute.answer(typed) {
                Ok(value) => told.insert(&attribute.name, value),
                Err(_) => return Ok(Acted::Problem(Problem::Attributes)),
            };
        }
        let found = people::find_with_sealed_claims(&mut tx, at, user).await?;
        let Some((person, former)) = found else { return Ok(Acted::Stale) };
        let mut claims = person.claims.clone();
        for (name, value) in told {
            claims.answer(name, value);
        }
        if !keep_claims(&mut tx, &self.ambient, at, &person, (&former, &claims)).await? {
            return Ok(Acted::Stale);
        }
        self.advance(tx, at, journey).await
    }

    /// The person does not tell, and goes back to the client without anything.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn decline_attributes(&self, at: &Arc<TenantDirectory>, mut journey: Journey) -> Result<Acted, Fault> {
        let Some(user) = journey.user() else { return Ok(Acted::Stale) };
        let mut tx = self.store.begin(at.id()).await?;
        let refused: Vec<_> =
            due(&mut tx, at, &journey).await?.iter().map(|attribute| attribute.name.clone()).collect();
        let event = Event::new(EventType::AttributesRefused, self.ambient.now(), Actor::User(user)).about(user);
        let event = event.with_client(&journey.client.id).with("attributes", refused);
        audit::record(&mut tx, &self.ambient, at, event).await?;
        journey.stored.facts.cancelled = true;
        self.advance(tx, at, journey).await
    }
}
