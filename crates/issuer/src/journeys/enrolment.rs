//! Enrolling an authenticator app: the secret on the page, its first code as proof, recovery codes shown until saved.
//!
//! Only a person whose first factor is proven gets here, and nobody enrols over an existing app: the step is chosen by
//! `next`, the insertion is guarded (S-080).

use std::sync::Arc;

use portreeve_authenticators::{CanonicalRecoveryCode, TotpSecret, generate_recovery_codes, otpauth_uri, verify_totp};
use portreeve_crypto::SecretBytes;
use portreeve_domain::journey::{Enrolment, Step};
use portreeve_domain::{Actor, Event, EventType, Fault, MailPurpose, Proof, ProofKind, UserId};
use portreeve_storage::{Tx, recovery_codes, totp_credentials};

use super::second_factor::totp_place;
use super::{Acted, Journey, PostedFrom, Problem, stale_proofs};
use crate::directory::TenantDirectory;
use crate::{Issuer, audit};

impl Issuer {
    /// The `otpauth://` address of the secret on the enrolment page, for the QR code; `None` when nothing is being enrolled.
    pub fn enrolment_uri(&self, at: &TenantDirectory, journey: &Journey, account: &str) -> Option<String> {
        let secret = TotpSecret::from_base32(journey.pending_totp()?)?;
        Some(otpauth_uri(&secret, at.tenant.display_name(), account).expose().to_owned())
    }

    /// Takes the first code of a new authenticator app.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn enrol_totp(
        &self,
        at: &Arc<TenantDirectory>,
        mut journey: Journey,
        typed: &str,
        from: &PostedFrom,
    ) -> Result<Acted, Fault> {
        let Some(person) = self.person_of(at, &journey).await? else { return Ok(Acted::Stale) };
        let Some(secret) = journey.pending_totp().and_then(TotpSecret::from_base32) else { return Ok(Acted::Stale) };
        let now = self.ambient.now();
        let Some(step) = verify_totp(&secret, typed, now.as_seconds(), None) else {
            return Ok(Acted::Problem(Problem::WrongCode));
        };
        let sealed =
            person.key.seal(self.ambient.random(), &totp_place(at, &person.id), secret.expose()).map_err(Fault::new)?;
        let is_due = |step| matches!(step, Step::EnrolSecondFactor { .. });
        let begun = self.begin_step(at, &mut journey, person.id, is_due).await?;
        let Some(mut tx) = begun else { return Ok(Acted::Stale) };
        if !totp_credentials::insert(&mut tx, at.id(), person.id, &sealed, step, now).await? {
            return Ok(Acted::Stale);
        }
        let event = Event::new(EventType::TotpEnrolled, now, Actor::User(person.id)).about(person.id);
        audit::record(&mut tx, &self.ambient, at, event).await?;
        self.mail(&mut tx, at, MailPurpose::FactorAdded, person.id, &from.locale).await?;
        journey.stored.recovery_codes = self.new_recovery_codes(&mut tx, at, person.id).await?;
        (journey.stored.pending_totp, journey.stored.ceremony) = (None, None);
        journey.stored.facts.enrolment = Some(Enrolment::CodesDue);
        journey.stored.facts.proofs.push(Proof { kind: ProofKind::Totp, user: person.id, at: now });
        self.advance(tx, at, journey).await
    }

    /// Puts the enrolment off; whether that is allowed is decided by `next`.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn skip_enrolment(&self, at: &Arc<TenantDirectory>, mut journey: Journey) -> Result<Acted, Fault> {
        journey.stored.facts.enrolment = Some(Enrolment::Declined);
        journey.stored.pending_totp = None;
        let tx = self.store.begin(at.id()).await?;
        self.advance(tx, at, journey).await
    }

    /// The person has saved the recovery codes: they are never shown again.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn recovery_codes_saved(&self, at: &Arc<TenantDirectory>, mut journey: Journey) -> Result<Acted, Fault> {
        journey.stored.recovery_codes = Vec::new();
        journey.stored.facts.enrolment = Some(Enrolment::Done);
        let tx = self.store.begin(at.id()).await?;
        self.advance(tx, at, journey).await
    }

    /// Begins what a step changes of the account `user`, which is held, so that nobody is shut out of it before the transaction ends. What was
    /// proven before somebody was counts no more. `None` when it is not the journey's step any more: nothing is done then (S-090).
    pub(super) async fn begin_step(
        &self,
        at: &Arc<TenantDirectory>,
        journey: &mut Journey,
        user: UserId,
        is_due: fn(Step) -> bool,
    ) -> Result<Option<Tx>, Fault> {
        let Some(mut tx) = self.begin_holding(at, user).await? else { return Ok(None) };
        stale_proofs::void(&mut tx, at, journey).await?;
        Ok(is_due(self.step_of(&mut tx, at, journey).await?).then_some(tx))
    }

    /// Makes ten new codes; older ones are dead.
    pub(crate) async fn new_recovery_codes(
        &self,
        tx: &mut Tx,
        at: &TenantDirectory,
        user: UserId,
    ) -> Result<Vec<String>, Fault> {
        let codes = generate_recovery_codes(&SecretBytes::new(self.ambient.bytes()?));
        let fingerprints: Vec<[u8; 32]> = codes
            .iter()
            .filter_map(|code| CanonicalRecoveryCode::parse(code.expose()))
            .map(|code| code.fingerprint(&at.keys.recovery))
            .collect();
        let now = self.ambient.now();
        recovery_codes::replace(tx, at.id(), user, &fingerprints, now).await?;
        let event = Event::new(EventType::RecoveryCodesCreated, now, Actor::User(user))
            .about(user)
            .with("count", fingerprints.len());
        audit::record(tx, &self.ambient, at, event).await?;
        Ok(codes.iter().map(|code| code.expose().to_owned()).collect())
    }
}
