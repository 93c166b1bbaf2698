//! Adding a passkey on a journey: the answer of the browser, recovery codes for whoever has none.
//!
//! Only a person who has proven every factor of the account gets here: the step is chosen by `next`, a credential is one
//! account's by its key (S-080). The owner is told by mail. Web Authentication Level 3 §7.1.

use std::sync::Arc;

use portreeve_authenticators::NewPasskey;
use portreeve_domain::journey::{Enrolment, Step};
use portreeve_domain::{Fault, Proof};
use portreeve_storage::recovery_codes;

use super::ceremony::Asked;
use super::passkey::PasskeyProblem;
use super::{Acted, Journey, PostedFrom, Problem};
use crate::directory::TenantDirectory;
use crate::people::Person;
use crate::{Issuer, passkeys};

impl Issuer {
    /// Takes a browser's answer to the question for a new passkey; it counts as shown at once, as it was.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn enrol_passkey(
        &self,
        at: &Arc<TenantDirectory>,
        mut journey: Journey,
        typed: &str,
        from: &PostedFrom,
    ) -> Result<Acted, Fault> {
        let Some(person) = self.person_of(at, &journey).await? else { return Ok(Acted::Stale) };
        let Some(site) = &at.passkeys else { return Ok(Acted::Stale) };
        let ceremony = journey.take_ceremony(&[Asked::New], self.ambient.now());
        let made = ceremony.map(|ceremony| site.finish_registration(&ceremony.state, typed));
        let problem = match made {
            Some(Ok(new)) => return self.passkey_added(at, journey, &person, &new, from).await,
            Some(Err(refusal)) => refusal.into(),
            None => PasskeyProblem::Expired,
        };
        let tx = self.store.begin(at.id()).await?;
        self.passkey_refused(tx, at, journey, Problem::Passkey(problem)).await
    }

    /// Goes on without the passkey that was asked for or offered; whether that is allowed is decided by `next`.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn decline_passkey(&self, at: &Arc<TenantDirectory>, mut journey: Journey) -> Result<Acted, Fault> {
        journey.stored.facts.passkey_declined = true;
        journey.stored.ceremony = None;
        let tx = self.store.begin(at.id()).await?;
        self.advance(tx, at, journey).await
    }

    async fn passkey_added(
        &self,
        at: &Arc<TenantDirectory>,
        mut journey: Journey,
        person: &Person,
        new: &NewPasskey,
        from: &PostedFrom,
    ) -> Result<Acted, Fault> {
        let now = self.ambient.now();
        let is_due = |step| matches!(step, Step::EnrolSecondFactor { .. } | Step::EnrolPasskey { .. });
        let begun = self.begin_step(at, &mut journey, person.id, is_due).await?;
        let Some(mut tx) = begun else { return Ok(Acted::Stale) };
        let Some(index) = self.add_passkey(&mut tx, at, person, new, &from.locale).await? else {
            return self.passkey_refused(tx, at, journey, Problem::Passkey(PasskeyProblem::NotAdded)).await;
        };
        journey.stored.pending_totp = None;
        journey.stored.facts.enrolment = Some(Enrolment::Done);
        if recovery_codes::left(&mut tx, at.id(), person.id).await? == 0 {
            journey.stored.recovery_codes = self.new_recovery_codes(&mut tx, at, person.id).await?;
            journey.stored.facts.enrolment = Some(Enrolment::CodesDue);
        }
        journey.stored.facts.proofs.push(Proof { kind: passkeys::proof_kind(new.attested), user: person.id, at: now });
        journey.stored.passkey = Some(index);
        self.advance(tx, at, journey).await
    }
}
