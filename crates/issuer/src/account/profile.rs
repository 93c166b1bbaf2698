//! What people say of themselves: their names, and the attributes that the tenant lets them change.

use std::collections::BTreeMap;

use portreeve_domain::{Actor, Attribute, Editor, Event, EventType, Fault, Misfit, PersonClaims};
use portreeve_storage::{Tx, users};
use serde_json::Value;

use super::Visitor;
use crate::directory::TenantDirectory;
use crate::people::{self, Person};
use crate::registration::{NameRefusal, accepted_name};
use crate::{Ambient, Issuer, audit};

/// What a person typed, by the name of the attribute. Has no `Debug`: it is personal.
#[derive(Clone, Default)]
pub struct Answers(BTreeMap<String, String>);

/// What is wrong with the form, field by field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProfileProblems {
    /// The full name.
    pub name: Option<NameRefusal>,
    /// Attributes, by name.
    pub attributes: BTreeMap<String, Misfit>,
}

/// What the form led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProfileOutcome {
    /// Saved.
    Saved,
    /// Not taken.
    Refused(ProfileProblems),
    /// Somebody else changed it meanwhile, or the session has ended: nothing was done.
    Stale,
}

impl Answers {
    /// Answers by the names of attributes.
    pub fn new(answers: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(answers.into_iter().collect())
    }

    /// What was typed for the attribute `name`; `None` when the form did not have it.
    pub fn typed(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

impl Issuer {
    /// Saves the full name, as typed, and the attributes that the person may change; what else the form has is not read (S-106).
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn save_profile(
        &self,
        at: &TenantDirectory,
        visitor: &Visitor,
        name: &str,
        answers: &Answers,
    ) -> Result<ProfileOutcome, Fault> {
        let Some(mut tx) = self.begin_for(at, visitor).await? else { return Ok(ProfileOutcome::Stale) };
        let found = people::find_with_sealed_claims(&mut tx, at, visitor.user()).await?;
        let Some((person, former)) = found else { return Ok(ProfileOutcome::Stale) };
        let claims = match changed(at, &person.claims, name, answers) {
            Ok(claims) => claims,
            Err(problems) => return Ok(ProfileOutcome::Refused(problems)),
        };
        if !keep_claims(&mut tx, &self.ambient, at, &person, (&former, &claims)).await? {
            return Ok(ProfileOutcome::Stale);
        }
        tx.commit().await?;
        Ok(ProfileOutcome::Saved)
    }
}

/// The claims with what was typed.
fn changed(
    at: &TenantDirectory,
    former: &PersonClaims,
    name: &str,
    answers: &Answers,
) -> Result<PersonClaims, ProfileProblems> {
    let mut claims = former.clone();
    let mut problems = ProfileProblems::default();
    match accepted_name(name) {
        Ok(name) => claims.name = Some(name),
        Err(refusal) => problems.name = Some(refusal),
    }
    for attribute in at.profile_attributes().iter().filter(|one| one.editable_by == Editor::Person) {
        match answer(attribute, former, answers) {
            None => {}
            Some(Ok(value)) => claims.answer(&attribute.name, value),
            Some(Err(misfit)) => drop(problems.attributes.insert(attribute.name.clone(), misfit)),
        }
    }
    if problems == ProfileProblems::default() { Ok(claims) } else { Err(problems) }
}

/// What the person changes; `None` for what they leave as it is, also where it does not fit, or the form does not have it.
///
/// Nobody has to tell something in order to change something else; what was told can be changed, and taken back where it is optional, or
/// did not fit.
fn answer(attribute: &Attribute, former: &PersonClaims, answers: &Answers) -> Option<Result<Option<Value>, Misfit>> {
    let stored = former.value(&attribute.name);
    let typed = answers.typed(&attribute.name)?;
    if typed == stored.as_ref().map(Attribute::written).unwrap_or_default() {
        return None;
    }
    match attribute.answer(typed) {
        Err(Misfit::Missing) if attribute.value_in(former).is_none() => stored.map(|_| Ok(None)),
        Ok(value) if value == stored => None,
        answer => Some(answer),
    }
}

/// Stores the claims of `person` in the place of the `former` sealed ones and writes down which have changed, by name; false when somebody
/// else has changed them meanwhile. Does not commit.
pub(crate) async fn keep_claims(
    tx: &mut Tx,
    ambient: &Ambient,
    at: &TenantDirectory,
    person: &Person,
    (former, claims): (&[u8], &PersonClaims),
) -> Result<bool, Fault> {
    if *claims == person.claims {
        return Ok(true);
    }
    let now = ambient.now();
    let sealed = people::seal_claims(ambient, at, person, claims)?;
    if !users::set_claims(tx, at.id(), person.id, former, &sealed, now).await? {
        return Ok(false);
    }
    let event = Event::new(EventType::UserUpdated, now, Actor::User(person.id)).about(person.id);
    let changed = at.profile_attributes().into_iter().map(|one| one.name.clone()).chain(["name".to_owned()]);
    let changed: Vec<_> = changed.filter(|name| claims.value(name) != person.claims.value(name)).collect();
    audit::record(tx, ambient, at, event.with("claims", changed)).await?;
    Ok(true)
}
