//! Attributes: whoever signs in tells what is asked for at the client, after every factor and before agreeing to anything.
//!
//! Owns what is due, and taking the answers. Only what is due is read of a form, so nobody writes what the page did not ask (S-106). Leaves
//! where attributes are asked for, and what a value must be like, to `domain`.

use std::collections::BTreeMap;
use std::sync::Arc;

use portreeve_domain::journey::{Condition, Step};
use portreeve_domain::{Actor, Attribute, Event, EventType, Fault, PhoneNumber};
use portreeve_storage::Conn;

use super::{Acted, Journey, Problem};
use crate::account::{Answers, keep_claims};
use crate::directory::TenantDirectory;
use crate::{Issuer, audit, people};

/// The attribute that a code can prove.
const PHONE_NUMBER: &str = "phone_number";

/// What is missing of the attributes that a journey requires.
#[derive(Default)]
pub(crate) struct Missing {
    /// What is not told.
    pub untold: Vec<Arc<Attribute>>,
    /// The telephone number that was told and is not proven.
    pub number: Option<PhoneNumber>,
}

impl Missing {
    /// Whether a telephone number is yet to be proven, told or not.
    pub(crate) fn wants_code(&self) -> bool {
        self.number.is_some() || self.untold.iter().any(|attribute| attribute.confirmed)
    }

    /// What is missing, by the name of the attribute.
    pub(crate) fn names(&self) -> Vec<String> {
        let unproven = self.number.as_ref().map(|_| PHONE_NUMBER.to_owned());
        self.untold.iter().map(|attribute| attribute.name.clone()).chain(unproven).collect()
    }
}

/// What is missing of the account that a journey goes for; everything that is required when there is none.
pub(crate) async fn missing(conn: &mut Conn, at: &TenantDirectory, journey: &Journey) -> Result<Missing, Fault> {
    let is_required = |attribute: &&Arc<Attribute>| {
        journey
            .requirements
            .iter()
            .any(|one| matches!(&one.condition, Condition::Attribute(name) if *name == attribute.name))
    };
    let mut untold: Vec<_> = at.attributes.iter().filter(is_required).cloned().collect();
    let mut number = None;
    if let (false, Some(user)) = (untold.is_empty(), journey.user()) {
        let person = people::find(conn, at, user).await?;
        let claims = person.map(|person| person.claims).unwrap_or_default();
        let tells_again = |attribute: &Attribute| attribute.confirmed && journey.stored.tells_another_number;
        number = untold.iter().find_map(|attribute| attribute.number_to_confirm(&claims));
        untold.retain(|attribute| attribute.is_due(&claims) || tells_again(attribute));
    }
    Ok(Missing { untold, number })
}

impl Issuer {
    /// The person tells what the page asked for. Nothing is kept unless every answer fits.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn tell_attributes(
        &self,
        at: &Arc<TenantDirectory>,
        mut journey: Journey,
        answers: &Answers,
    ) -> Result<Acted, Fault> {
        let Some(user) = journey.user() else { return Ok(Acted::Stale) };
        let mut tx = self.store.begin(at.id()).await?;
        if self.step_of(&mut tx, at, &journey).await? != Step::Profile {
            return Ok(Acted::Stale);
        }
        let due = missing(&mut tx, at, &journey).await?.untold;
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
        journey.stored.tells_another_number = false;
        self.advance(tx, at, journey).await
    }

    /// The person does not tell, and goes back to the client without anything.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn decline_attributes(&self, at: &Arc<TenantDirectory>, mut journey: Journey) -> Result<Acted, Fault> {
        let Some(user) = journey.user() else { return Ok(Acted::Stale) };
        let mut tx = self.store.begin(at.id()).await?;
        let refused = missing(&mut tx, at, &journey).await?.names();
        let event = Event::new(EventType::AttributesRefused, self.ambient.now(), Actor::User(user)).about(user);
        let event = event.with_client(&journey.client.id).with("attributes", refused);
        audit::record(&mut tx, &self.ambient, at, event).await?;
        journey.stored.facts.cancelled = true;
        self.advance(tx, at, journey).await
    }
}
