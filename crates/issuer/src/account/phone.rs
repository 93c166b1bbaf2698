//! Proving the telephone number of the profile.

use portreeve_domain::{Fault, Lifetime};

use super::Visitor;
use crate::Issuer;
use crate::directory::TenantDirectory;
use crate::journeys::{PostedFrom, at_least_a_second};
use crate::phone_codes::{NoCode, NumberToConfirm, number_of};

/// What a form led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhoneOutcome {
    /// A code is on its way.
    Asked,
    /// The number is proven.
    Confirmed,
    /// The code is not the newest one, or was tried too often.
    WrongCode,
    /// No text message can be sent to the number.
    NotServed,
    /// Too many codes were asked for.
    TooMany {
        /// How long to wait.
        wait: Lifetime,
    },
    /// There is no such number, it is proven, or the session has ended: nothing was done.
    Stale,
}

impl Issuer {
    /// Whether the visitor has told a number that is to be proven.
    pub fn has_number_to_confirm(&self, at: &TenantDirectory, visitor: &Visitor) -> bool {
        number_of(at, &visitor.person.claims).is_some()
    }

    /// The visitor's number, when it is to be proven.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn own_number(&self, at: &TenantDirectory, visitor: &Visitor) -> Result<Option<NumberToConfirm>, Fault> {
        let claims = &visitor.person.claims;
        let Some(number) = number_of(at, claims) else { return Ok(None) };
        let mut conn = self.store.read(at.id()).await?;
        self.number_state(&mut conn, at, (visitor.user(), &number), claims).await.map(Some)
    }

    /// Has a code sent to the visitor's number.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn request_phone_code(
        &self,
        at: &TenantDirectory,
        visitor: &Visitor,
        from: &PostedFrom,
    ) -> Result<PhoneOutcome, Fault> {
        let Some(number) = number_of(at, &visitor.person.claims) else { return Ok(PhoneOutcome::Stale) };
        let Some(tx) = self.begin_for(at, visitor).await? else { return Ok(PhoneOutcome::Stale) };
        Ok(match self.ask_for_phone_code(at, tx, (visitor.user(), &number), from).await? {
            Ok(()) => PhoneOutcome::Asked,
            Err(NoCode::NotServed) => PhoneOutcome::NotServed,
            Err(NoCode::TooMany { wait }) => PhoneOutcome::TooMany { wait: at_least_a_second(wait) },
        })
    }

    /// Takes what was typed for a code.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn confirm_own_number(
        &self,
        at: &TenantDirectory,
        visitor: &Visitor,
        typed: &str,
    ) -> Result<PhoneOutcome, Fault> {
        let Some(tx) = self.begin_for(at, visitor).await? else { return Ok(PhoneOutcome::Stale) };
        let proven = self.prove_phone_number(at, tx, visitor.user(), typed).await?;
        let Some(tx) = proven else { return Ok(PhoneOutcome::WrongCode) };
        tx.commit().await?;
        Ok(PhoneOutcome::Confirmed)
    }
}
