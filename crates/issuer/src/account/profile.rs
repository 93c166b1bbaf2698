//! The names that people give themselves.

use portreeve_domain::{Actor, Event, EventType, Fault, PersonClaims};
use portreeve_storage::users;

use super::Visitor;
use crate::directory::TenantDirectory;
use crate::people;
use crate::registration::{NameRefusal, accepted_name};
use crate::{Issuer, audit};

/// What a person typed; empty removes.
pub struct ProfileForm {
    /// Full name; never empty.
    pub name: String,
    /// Given name.
    pub given_name: String,
    /// Family name.
    pub family_name: String,
    /// Casual name.
    pub nickname: String,
}

/// What is wrong with the form, field by field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ProfileProblems {
    /// The full name.
    pub name: Option<NameRefusal>,
    /// The given name.
    pub given_name: Option<NameRefusal>,
    /// The family name.
    pub family_name: Option<NameRefusal>,
    /// The casual name.
    pub nickname: Option<NameRefusal>,
}

/// What the form led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProfileOutcome {
    /// Saved.
    Saved,
    /// Not taken.
    Refused(ProfileProblems),
    /// Somebody else changed it meanwhile: nothing was done.
    Stale,
}

impl Issuer {
    /// Saves the names.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn save_profile(
        &self,
        at: &TenantDirectory,
        visitor: &Visitor,
        form: &ProfileForm,
    ) -> Result<ProfileOutcome, Fault> {
        let (user, now) = (visitor.user(), self.ambient.now());
        let (name, given_name) = (accepted_name(&form.name), optional_name(&form.given_name));
        let (family_name, nickname) = (optional_name(&form.family_name), optional_name(&form.nickname));
        let problems = ProfileProblems {
            name: name.as_ref().err().copied(),
            given_name: given_name.as_ref().err().copied(),
            family_name: family_name.as_ref().err().copied(),
            nickname: nickname.as_ref().err().copied(),
        };
        let (Ok(name), Ok(given_name), Ok(family_name), Ok(nickname)) = (name, given_name, family_name, nickname)
        else {
            return Ok(ProfileOutcome::Refused(problems));
        };
        let mut tx = self.store.begin(at.id()).await?;
        let Some(row) = users::find(&mut tx, at.id(), user).await? else { return Ok(ProfileOutcome::Stale) };
        let Some(former) = row.claims_sealed.clone() else { return Ok(ProfileOutcome::Stale) };
        let Some(person) = people::open(&mut tx, at, row).await? else { return Ok(ProfileOutcome::Stale) };
        let claims = PersonClaims { name: Some(name), given_name, family_name, nickname, ..person.claims.clone() };
        if claims == person.claims {
            return Ok(ProfileOutcome::Saved);
        }
        let sealed = people::seal_claims(&self.ambient, at, &person, &claims)?;
        if !users::set_claims(&mut tx, at.id(), user, &former, &sealed, now).await? {
            return Ok(ProfileOutcome::Stale);
        }
        let event = Event::new(EventType::UserUpdated, now, Actor::User(user)).about(user);
        audit::record(&mut tx, &self.ambient, at, event).await?;
        tx.commit().await?;
        Ok(ProfileOutcome::Saved)
    }
}

/// A name that may be left out.
fn optional_name(typed: &str) -> Result<Option<String>, NameRefusal> {
    match accepted_name(typed) {
        Ok(name) => Ok(Some(name)),
        Err(NameRefusal::Missing) => Ok(None),
        Err(refusal) => Err(refusal),
    }
}
