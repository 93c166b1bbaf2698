//! Proving, on the way to a client that asks for a telephone number, the one that was told.

use std::sync::Arc;

use portreeve_domain::journey::Step;
use portreeve_domain::{Fault, PhoneNumber, UserId};
use portreeve_storage::Conn;

use super::profile::{PHONE_NUMBER, missing};
use super::settle::at_least_a_second;
use super::{Acted, Journey, PostedFrom, Problem};
use crate::Issuer;
use crate::account::keep_claims;
use crate::directory::TenantDirectory;
use crate::people::{self, Person};
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
        let mut tx = self.store.begin(at.id()).await?;
        let Some((user, number)) = self.awaited_number(&mut tx, at, &journey).await? else { return Ok(Acted::Stale) };
        match self.ask_for_phone_code(&mut tx, at, (user, &number), from).await? {
            Ok(()) => self.advance(tx, at, journey).await,
            Err(no_code) => {
                tx.commit().await?;
                Ok(match no_code {
                    // The page says so, too.
                    NoCode::NotServed => Acted::Stale,
                    NoCode::TooMany { wait } => Acted::Problem(Problem::TooMany { wait: at_least_a_second(wait) }),
                })
            }
        }
    }

    /// Takes what was typed for a code.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn prove_number(&self, at: &Arc<TenantDirectory>, journey: Journey, typed: &str) -> Result<Acted, Fault> {
        let mut conn = self.store.read(at.id()).await?;
        let Some((user, _)) = self.awaited_number(&mut conn, at, &journey).await? else { return Ok(Acted::Stale) };
        drop(conn);
        let Some(right) = self.try_phone_code(at, user, typed).await? else {
            return Ok(Acted::Problem(Problem::WrongCode));
        };
        let mut tx = self.store.begin(at.id()).await?;
        if !self.confirm_number(&mut tx, at, user, &right).await? {
            return Ok(Acted::Stale);
        }
        self.advance(tx, at, journey).await
    }

    /// Takes the number back, so that the page before asks for another one.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn take_number_back(&self, at: &Arc<TenantDirectory>, journey: Journey) -> Result<Acted, Fault> {
        let mut tx = self.store.begin(at.id()).await?;
        let Some((user, _)) = self.awaited_number(&mut tx, at, &journey).await? else { return Ok(Acted::Stale) };
        let found = people::find_with_sealed_claims(&mut tx, at, user).await?;
        let Some((person, former)) = found else { return Ok(Acted::Stale) };
        let mut claims = person.claims.clone();
        claims.tell(PHONE_NUMBER, None);
        if !keep_claims(&mut tx, &self.ambient, at, &person, (&former, &claims)).await? {
            return Ok(Acted::Stale);
        }
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
