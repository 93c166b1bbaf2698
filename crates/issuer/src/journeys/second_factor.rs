//! Proving a second factor: the current code of an authenticator app, or a recovery code.
//!
//! A code is taken once: the time step must grow, the recovery code must be unused, each by one guarded statement. Attempts
//! are counted on the account before they are checked (S-081, S-082). RFC 6238 §5.2.

use std::sync::Arc;

use portreeve_authenticators::{CanonicalRecoveryCode, TotpSecret, verify_totp};
use portreeve_domain::{
    Actor, Event, EventType, Fault, Lifetime, MailPurpose, Proof, ProofKind, UserId, is_of_a_former_clock, rest_after,
    rest_of_recovery_codes,
};
use portreeve_storage::factor_failures::FactorOf;
use portreeve_storage::{Tx, factor_failures, recovery_codes, totp_credentials};

use super::settle::at_least_a_second;
use super::{Acted, Journey, PostedFrom, Problem};
use crate::directory::TenantDirectory;
use crate::people::{self, Person, place};
use crate::{Issuer, audit};

const TOTP: &str = "totp";
const RECOVERY_CODE: &str = "recovery_code";

impl Issuer {
    /// Takes a code of the authenticator app.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn prove_totp(&self, at: &Arc<TenantDirectory>, journey: Journey, typed: &str) -> Result<Acted, Fault> {
        let Some(person) = self.person_of(at, &journey).await? else { return Ok(Acted::Stale) };
        if let Err(wait) = self.charge_factor(at, FactorOf { user: person.id, factor: TOTP }, rest_after).await? {
            return Ok(Acted::Problem(Problem::TooMany { wait }));
        }
        let Some(mut tx) = self.begin_holding(at, person.id).await? else { return Ok(Acted::Stale) };
        let Some(row) = totp_credentials::find(&mut tx, at.id(), person.id).await? else { return Ok(Acted::Stale) };
        let secret = person.key.open(&totp_place(at, &person.id), &row.secret_sealed).map_err(Fault::new)?;
        let secret =
            TotpSecret::from_bytes(&secret).ok_or_else(|| Fault::impossible("a stored TOTP secret is none"))?;
        let seconds = self.ambient.now().as_seconds();
        let Some(step) = verify_totp(&secret, typed, seconds, None) else {
            return self.factor_failed(tx, at, person.id, TOTP, Problem::WrongCode).await;
        };
        if !totp_credentials::advance(&mut tx, at.id(), person.id, step).await? {
            return self.factor_failed(tx, at, person.id, TOTP, Problem::UsedCode).await;
        }
        self.factor_proven(tx, at, journey, person.id, ProofKind::Totp, TOTP).await
    }

    /// Takes a recovery code; the account's owner is told by mail.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn prove_recovery_code(
        &self,
        at: &Arc<TenantDirectory>,
        journey: Journey,
        typed: &str,
        from: &PostedFrom,
    ) -> Result<Acted, Fault> {
        let Some(person) = self.person_of(at, &journey).await? else { return Ok(Acted::Stale) };
        let of = FactorOf { user: person.id, factor: RECOVERY_CODE };
        if let Err(wait) = self.charge_factor(at, of, rest_of_recovery_codes).await? {
            return Ok(Acted::Problem(Problem::TooMany { wait }));
        }
        let Some(mut tx) = self.begin_holding(at, person.id).await? else { return Ok(Acted::Stale) };
        let now = self.ambient.now();
        let used = match CanonicalRecoveryCode::parse(typed) {
            Some(code) => {
                recovery_codes::consume(&mut tx, at.id(), person.id, &code.fingerprint(&at.keys.recovery), now).await?
            }
            None => false,
        };
        if !used {
            return self.factor_failed(tx, at, person.id, RECOVERY_CODE, Problem::WrongRecoveryCode).await;
        }
        let event = Event::new(EventType::RecoveryCodeUsed, now, Actor::User(person.id)).about(person.id);
        audit::record(&mut tx, &self.ambient, at, event).await?;
        self.mail(&mut tx, at, MailPurpose::RecoveryCodeUsed, person.id, &from.locale).await?;
        self.factor_proven(tx, at, journey, person.id, ProofKind::RecoveryCode, RECOVERY_CODE).await
    }

    /// The account a journey goes for, once its first factor is proven; `None` when it is not that far or the account is gone.
    pub(crate) async fn person_of(&self, at: &TenantDirectory, journey: &Journey) -> Result<Option<Person>, Fault> {
        let Some(user) = journey.user() else { return Ok(None) };
        people::find(&mut self.store.read(at.id()).await?, at, user).await
    }

    /// Counts an attempt before it is checked; says how long to wait when the factor must rest. `rest_after` says for how
    /// long that is after so many failures in a row.
    async fn charge_factor(
        &self,
        at: &TenantDirectory,
        of: FactorOf<'_>,
        rest_after: fn(i64) -> Lifetime,
    ) -> Result<Result<(), Lifetime>, Fault> {
        let now = self.ambient.now();
        let mut tx = self.store.begin(at.id()).await?;
        // Guesses made at once, here or on other nodes, must not pass on the same count: who was overtaken looks again,
        // and after five there is nothing to win.
        loop {
            let seen = factor_failures::find(&mut tx, at.id(), of.user, of.factor).await?;
            if let Some(failures) = seen
                && !is_of_a_former_clock(failures.last_at, now, Lifetime::from_millis(0))
            {
                let rest = rest_after(failures.consecutive);
                let rested = now.since(failures.last_at);
                if rested < rest {
                    let wait = Lifetime::from_millis(rest.as_millis() - rested.as_millis());
                    return Ok(Err(at_least_a_second(wait)));
                }
            }
            if factor_failures::charge_after(&mut tx, at.id(), of, seen, now).await? {
                tx.commit().await?;
                return Ok(Ok(()));
            }
        }
    }

    async fn factor_failed(
        &self,
        mut tx: Tx,
        at: &TenantDirectory,
        user: UserId,
        factor: &str,
        problem: Problem,
    ) -> Result<Acted, Fault> {
        let event = Event::new(EventType::FactorFailed, self.ambient.now(), Actor::Anonymous)
            .about(user)
            .with("factor", factor);
        audit::record(&mut tx, &self.ambient, at, event).await?;
        tx.commit().await?;
        Ok(Acted::Problem(problem))
    }

    async fn factor_proven(
        &self,
        mut tx: Tx,
        at: &Arc<TenantDirectory>,
        mut journey: Journey,
        user: UserId,
        kind: ProofKind,
        factor: &str,
    ) -> Result<Acted, Fault> {
        let now = self.ambient.now();
        factor_failures::clear(&mut tx, at.id(), user, factor).await?;
        let event = Event::new(EventType::FactorProven, now, Actor::User(user)).about(user).with("factor", factor);
        audit::record(&mut tx, &self.ambient, at, event.with_client(&journey.client.id)).await?;
        journey.stored.facts.proofs.push(Proof { kind, user, at: now });
        self.advance(tx, at, journey).await
    }
}

/// Where an authenticator secret is sealed.
pub(crate) fn totp_place<'a>(at: &TenantDirectory, user: &'a UserId) -> portreeve_crypto::AssociatedData<'a> {
    place("totp_credentials", "secret_sealed", at.id(), user)
}
