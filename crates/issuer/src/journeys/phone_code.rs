//! Proving, on the way to a client that asks for a telephone number, the one that was told.

use std::sync::Arc;

use portreeve_domain::journey::Step;
use portreeve_domain::{Fault, PhoneNumber, UserId};
use portreeve_storage::Conn;

use super::profile::missing;
use super::settle::at_least_a_second;
use super::{Acted, Journey, PostedFrom, Problem};
use crate::Issuer;
use crate::directory::TenantDirectory;
use crate::people::Person;
use crate::phone_codes::{NoCode, NumberToConfirm, number_of};

impl Issuer {
    /// The number that the page of a journey is about; `None` when that is not its step.
    pub(super) async fn number_on_page(
        &self,
        conn: &mut Conn,
        at: &TenantDirectory,
        step: Step,
        person: Option<&Person>,
    ) -> Result<Option<NumberToConfirm>, Fault> {
        let Some(person) = person.filter(|_| step == Step::ConfirmNumber) else { return Ok(None) };
        let Some(number) = number_of(at, &person.claims) else { return Ok(None) };
        self.number_state(conn, at, (person.id, &number), &person.claims).await.map(Some)
    }

    /// Has a code sent to the number that was told.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn request_number_code(
        &self,
        at: &Arc<TenantDirectory>,
        journey: Journey,
        from: &PostedFrom,
    ) -> Result<Acted, Fault> {
        let mut conn = self.store.read(at.id()).await?;
        let Some((user, number)) = self.awaited_number(&mut conn, at, &journey).await? else { return Ok(Acted::Stale) };
        drop(conn);
        let tx = self.store.begin(at.id()).await?;
        Ok(match self.ask_for_phone_code(at, tx, (user, &number), from).await? {
            Ok(()) => return self.resume_journey(at, journey).await,
            // The page says so, too.
            Err(NoCode::NotServed) => Acted::Stale,
            Err(NoCode::TooMany { wait }) => Acted::Problem(Problem::TooMany { wait: at_least_a_second(wait) }),
        })
    }

    /// Takes what was typed for a code.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn prove_number(
        &self,
        at: &Arc<TenantDirectory>,
        mut journey: Journey,
        typed: &str,
    ) -> Result<Acted, Fault> {
        let Some(user) = journey.user() else { return Ok(Acted::Stale) };
        let is_due = |step| step == Step::ConfirmNumber;
        let Some(tx) = self.begin_step(at, &mut journey, user, is_due).await? else { return Ok(Acted::Stale) };
        match self.prove_phone_number(at, tx, user, typed).await? {
            Some(tx) => self.advance(tx, at, journey).await,
            None => Ok(Acted::Problem(Problem::WrongCode)),
        }
    }

    /// Goes back to the page that asks for the number, where another one can be told.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn tell_another_number(&self, at: &Arc<TenantDirectory>, mut journey: Journey) -> Result<Acted, Fault> {
        let mut tx = self.store.begin(at.id()).await?;
        if self.awaited_number(&mut tx, at, &journey).await?.is_none() {
            return Ok(Acted::Stale);
        }
        journey.stored.tells_another_number = true;
        self.advance(tx, at, journey).await
    }

    /// Whose number is to be proven on a journey, and which; `None` when that is not its step.
    async fn awaited_number(
        &self,
        conn: &mut Conn,
        at: &TenantDirectory,
        journey: &Journey,
    ) -> Result<Option<(UserId, PhoneNumber)>, Fault> {
        if self.step_of(conn, at, journey).await? != Step::ConfirmNumber {
            return Ok(None);
        }
        let number = missing(conn, at, journey).await?.number;
        Ok(journey.user().zip(number))
    }
}
