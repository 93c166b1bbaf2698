//! The question for a passkey on a journey's page: made when the page is due, answered once, and not for long.
//!
//! Owns which page asks what. The question and what its answer is checked by are stored with the journey, sealed; an answer
//! takes them out, so that nothing is answered twice, in another journey or in another browser (S-085). Leaves the
//! ceremonies to `authenticators`.

use std::sync::Arc;

use portreeve_authenticators::{BegunCeremony, PasskeyOwner, PasskeySite};
use portreeve_domain::journey::Step;
use portreeve_domain::{Fault, Lifetime, Timestamp, lifetimes};
use portreeve_storage::{Conn, Tx, journeys as rows};
use serde::{Deserialize, Serialize};

use super::{Acted, Journey, Problem};
use crate::directory::TenantDirectory;
use crate::people::Person;
use crate::stored_facts::seal_facts;
use crate::{Issuer, passkeys, people};

/// How old a question may be when its page is shown; an older one is replaced, so that there is time to answer.
const FRESH: Lifetime = Lifetime::from_minutes(5);

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Asked {
    /// Anybody's passkey: who is asked has proven nothing yet (S-086).
    Anybody,
    /// A passkey of the account, which has proven something.
    Account,
    /// A new passkey.
    New,
}

impl Asked {
    /// What the page of `step` asks for; `None` for a page without passkeys.
    fn at(step: Step) -> Option<Self> {
        match step {
            Step::Identify | Step::Password | Step::EmailCode => Some(Self::Anybody),
            Step::SecondFactor { .. } | Step::Passkey { .. } => Some(Self::Account),
            Step::EnrolSecondFactor { .. } | Step::EnrolPasskey { .. } => Some(Self::New),
            Step::SelectAccount
            | Step::Register
            | Step::VerifyEmail
            | Step::RecoveryCodes
            | Step::Profile
            | Step::ConfirmNumber
            | Step::Terms
            | Step::Consent
            | Step::Done
            | Step::Denied(_) => None,
        }
    }
}

/// A question on a page. Has no `Debug`: its state is the server's own.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Ceremony {
    /// What is asked for.
    pub asked: Asked,
    /// What the browser is asked, JSON.
    pub options: String,
    /// What the answer is checked by.
    pub state: String,
    /// When it was made.
    pub made_at: Timestamp,
}

impl Ceremony {
    /// Whether it is the question of the page of `step`, and there is time to answer it.
    fn serves(&self, step: Step, now: Timestamp) -> bool {
        Asked::at(step) == Some(self.asked) && self.leaves_time(now)
    }

    /// Whether there is time to answer it on a page that is shown at `now`.
    pub(crate) fn leaves_time(&self, now: Timestamp) -> bool {
        now < self.made_at.plus(FRESH)
    }

    /// Whether an answer that comes at `now` is in time.
    pub(crate) fn is_open(&self, now: Timestamp) -> bool {
        now < self.made_at.plus(lifetimes::PASSKEY_QUESTION)
    }
}

impl Journey {
    /// What the browser is asked for on the page of `step`, as JSON; `None` when no passkey is asked for.
    pub fn passkey_options(&self, step: Step) -> Option<&str> {
        let ceremony = self.stored.ceremony.as_ref()?;
        (Asked::at(step) == Some(ceremony.asked)).then_some(ceremony.options.as_str())
    }

    /// Takes the question out, to check the answer to it: there is none again. `None` when there is none of these kinds, or
    /// it is too old.
    pub(super) fn take_ceremony(&mut self, kinds: &[Asked], now: Timestamp) -> Option<Ceremony> {
        let ceremony = self.stored.ceremony.take()?;
        (kinds.contains(&ceremony.asked) && ceremony.is_open(now)).then_some(ceremony)
    }

    /// Whether the page of `step` lacks its question, or has one that nobody would have the time to answer.
    pub(super) fn wants_ceremony(&self, step: Step, now: Timestamp) -> bool {
        let is_all_there_is =
            matches!(step, Step::SecondFactor { totp: false } | Step::Passkey { .. } | Step::EnrolPasskey { .. });
        match &self.stored.ceremony {
            None => is_all_there_is,
            Some(ceremony) => Asked::at(step).is_some() && !ceremony.serves(step, now),
        }
    }
}

impl Issuer {
    /// Makes the question of the page of `step`, unless a fresh one is there.
    pub(super) async fn prepare_ceremony(
        &self,
        tx: &mut Tx,
        at: &Arc<TenantDirectory>,
        step: Step,
        journey: &mut Journey,
    ) -> Result<(), Fault> {
        let (Some(site), Some(asked)) = (&at.passkeys, Asked::at(step)) else {
            journey.stored.ceremony = None;
            return Ok(());
        };
        let now = self.ambient.now();
        if journey.stored.ceremony.as_ref().is_some_and(|ceremony| ceremony.serves(step, now)) {
            return Ok(());
        }
        let person = match (asked, journey.user()) {
            (Asked::Anybody, _) | (_, None) => None,
            (_, Some(user)) => people::find(tx, at, user).await?,
        };
        journey.stored.ceremony = match (asked, person) {
            (Asked::Anybody, _) => Some(self.question(asked, &site.begin_authentication(&[]).map_err(Fault::new)?)),
            (_, None) => None,
            (Asked::Account, Some(person)) => {
                let allowed = passkeys::credential_ids(tx, at, &person).await?;
                let begin = || site.begin_authentication(&allowed).map_err(Fault::new);
                (!allowed.is_empty()).then(begin).transpose()?.map(|begun| self.question(asked, &begun))
            }
            (Asked::New, Some(person)) => Some(self.ask_for_new_passkey(tx, at, site, &person).await?),
        };
        Ok(())
    }

    /// Makes the question for a new passkey of `person`.
    pub(crate) async fn ask_for_new_passkey(
        &self,
        conn: &mut Conn,
        at: &TenantDirectory,
        site: &PasskeySite,
        person: &Person,
    ) -> Result<Ceremony, Fault> {
        let name = person.email.clone().unwrap_or_default();
        let owner = PasskeyOwner {
            handle: passkeys::handle(at, person.id),
            display_name: person.claims.name.as_deref().unwrap_or(&name),
            registered: passkeys::credential_ids(conn, at, person).await?,
            name: &name,
        };
        let begun = site.begin_registration(owner, at.tenant.settings.passkeys.attestation.as_ref());
        Ok(self.question(Asked::New, &begun.map_err(Fault::new)?))
    }

    fn question(&self, asked: Asked, begun: &BegunCeremony) -> Ceremony {
        let (options, state) = (begun.options.clone(), begun.state.clone());
        Ceremony { asked, options, state, made_at: self.ambient.now() }
    }

    /// Commits an attempt that failed: its question is used up, the page gets another one.
    pub(super) async fn passkey_refused(
        &self,
        mut tx: Tx,
        at: &Arc<TenantDirectory>,
        mut journey: Journey,
        problem: Problem,
    ) -> Result<Acted, Fault> {
        let step = self.step_of(&mut tx, at, &journey).await?;
        self.prepare(&mut tx, at, step, &mut journey).await?;
        let facts = seal_facts(&self.ambient, at, journey.id, &journey.stored)?;
        if !rows::update(&mut tx, at.id(), journey.id, journey.version, &facts).await? {
            return Ok(Acted::Stale);
        }
        tx.commit().await?;
        Ok(Acted::Problem(problem))
    }
}
