//! How unusual a sign-in is, looked up once on a journey, as soon as the first factor is proven and before anybody is signed in.
//!
//! Owns the looking up, the event and what a journey must show because of it. A stranger causes none of it: until something is proven nothing is
//! looked at, and no page, mail or time tells of it. Leaves signals and weights to `domain::risk`, the code that confirms to
//! `journeys::email_code`, and the notice to `new_devices`. SECURITY S-146.

use std::sync::atomic::{AtomicU64, Ordering};

use portreeve_domain::journey::{Condition, Requirement, Source};
use portreeve_domain::risk::{
    EARLIER_SIGN_INS, Evidence, REPLAY_COUNTS, Risk, RiskLevel, RiskPolicy, Sighting, Signal,
};
use portreeve_domain::{Actor, Event, EventType, Fault, Strength, Timestamp, UserId};
use portreeve_storage::{Conn, Tx, sessions, token_families};
use serde::{Deserialize, Serialize};

use crate::directory::TenantDirectory;
use crate::journeys::Journey;
use crate::people::Person;
use crate::session_origin::{self, Origin};
use crate::stored_facts::StoredFacts;
use crate::{Issuer, audit, browsers, known_device, people};

/// How many unusual sign-ins this node has seen.
#[derive(Debug, Default)]
pub struct UnusualSignIns {
    elevated: AtomicU64,
    high: AtomicU64,
}

impl UnusualSignIns {
    /// The number of a level since the start of the process; `low` ones are not counted.
    pub fn count(&self, level: RiskLevel) -> u64 {
        self.of(level).map_or(0, |count| count.load(Ordering::Relaxed))
    }

    fn add_one(&self, level: RiskLevel) {
        if let Some(count) = self.of(level) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    const fn of(&self, level: RiskLevel) -> Option<&AtomicU64> {
        match level {
            RiskLevel::Low => None,
            RiskLevel::Elevated => Some(&self.elevated),
            RiskLevel::High => Some(&self.high),
        }
    }
}

/// What was found about a sign-in.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct AssessedRisk {
    /// Whose.
    user: UserId,
    /// What is unusual.
    risk: Risk,
    /// Whether it must be confirmed. Not by an account that had no proven address then, or has just proven it.
    confirms: bool,
}

impl AssessedRisk {
    /// Whether the sign-in of `user` is unusual.
    pub(crate) fn is_unusual_for(&self, user: UserId) -> bool {
        self.user == user && is_unusual(&self.risk)
    }

    /// Notes that the mailbox of `user` was shown otherwise: nobody asks for a code from it.
    pub(crate) fn mailbox_was_shown(&mut self, user: UserId) {
        self.confirms &= self.user != user;
    }
}

/// What a journey must show because of what is unusual about it, once something is proven: one requirement a signal, each of which the same
/// code meets.
fn requirements(stored: &StoredFacts) -> Vec<Requirement> {
    let facts = &stored.facts;
    match &stored.risk {
        Some(assessed) if assessed.confirms && facts.user == Some(assessed.user) && !facts.proofs.is_empty() => {
            assessed.risk.signals().iter().copied().map(requirement).collect()
        }
        _ => Vec::new(),
    }
}

/// Gives a journey the requirements of its risk, as its facts are now.
pub(crate) fn renew_requirements(journey: &mut Journey) {
    journey.requirements.retain(|one| one.source != Source::Risk);
    journey.requirements.extend(requirements(&journey.stored));
}

/// Whether the code on its way confirms an unusual sign-in, whose first factor is proven.
pub(crate) fn is_confirmed_by_code(stored: &StoredFacts) -> bool {
    !requirements(stored).is_empty()
}

fn requirement(signal: Signal) -> Requirement {
    Requirement::new(format!("risk:{}", signal.name()), Source::Risk, Condition::Confirmation)
}

impl Issuer {
    /// Assesses the sign-in that a journey is about to complete, and has the journey require what follows.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub(crate) async fn assess_risk(
        &self,
        tx: &mut Tx,
        at: &TenantDirectory,
        journey: &mut Journey,
    ) -> Result<(), Fault> {
        self.assess_once(tx, at, journey).await?;
        // Also where nothing was assessed now: an account that was left and is proven again is as unusual as before.
        renew_requirements(journey);
        Ok(())
    }

    /// Assesses it for one account once: a session that grows is no sign-in.
    async fn assess_once(&self, tx: &mut Tx, at: &TenantDirectory, journey: &mut Journey) -> Result<(), Fault> {
        let facts = &journey.stored.facts;
        let (Some(user), Some(origin)) = (facts.user, &journey.stored.origin) else { return Ok(()) };
        let is_proven = Strength::of(&facts.proofs, user, Timestamp::from_millis(i64::MIN)) >= Strength::OneFactor;
        let is_assessed = journey.stored.risk.as_ref().is_some_and(|assessed| assessed.user == user);
        let policy = at.tenant.settings.risk;
        if policy == RiskPolicy::Off || !is_proven || is_assessed || self.has_session(tx, at, journey, user).await? {
            return Ok(());
        }
        // Who has made the account on the way has no habits yet, and has just proven the address.
        let person = people::find(tx, at, user).await?.filter(|person| person.created_at < journey.started_at);
        let Some(person) = person else { return Ok(()) };
        let risk = self.risk_of(tx, at, (&person, origin), &journey.stored).await?;
        // Nobody is asked twice for what the mailbox has answered on this journey.
        let confirms = asks(at, &person, &risk) && journey.stored.proven_address != person.email_index;
        if is_unusual(&risk) {
            let event = Event::new(EventType::RiskEvaluated, self.ambient.now(), Actor::User(user))
                .about(user)
                .with_client(&journey.client.id)
                .with("score", risk.score())
                .with("level", risk.level())
                .with("signals", risk.signals());
            audit::record(tx, &self.ambient, at, event).await?;
            self.unusual_sign_ins.add_one(risk.level());
        }
        journey.stored.risk = Some(AssessedRisk { user, risk, confirms });
        Ok(())
    }

    async fn has_session(
        &self,
        conn: &mut Conn,
        at: &TenantDirectory,
        journey: &Journey,
        user: UserId,
    ) -> Result<bool, Fault> {
        let Some(browser) = &journey.browser else { return Ok(false) };
        let live = browsers::live_sessions(conn, &self.ambient, at, browser.id).await?;
        Ok(live.iter().any(|session| session.user == user))
    }

    async fn risk_of(
        &self,
        conn: &mut Conn,
        at: &TenantDirectory,
        (person, origin): (&Person, &Origin),
        stored: &StoredFacts,
    ) -> Result<Risk, Fault> {
        let now = self.ambient.now();
        let earlier = earlier_sign_ins(conn, at, person).await?;
        Ok(Risk::of(&Evidence {
            here: Some(&sighting(origin.clone(), now)),
            earlier: &earlier,
            is_known_device: known_device::knows(at, stored.device.as_deref(), person.id),
            is_listed: stored.is_listed,
            was_replayed: self.was_replayed(conn, at, person.id).await?,
            failures: stored.failures,
        }))
    }

    async fn was_replayed(&self, conn: &mut Conn, at: &TenantDirectory, user: UserId) -> Result<bool, Fault> {
        token_families::was_replayed(conn, at.id(), user, self.ambient.now().minus(REPLAY_COUNTS)).await
    }

    /// What a sign-in of `person` would have to show because of its risk in a browser that knows nobody and a network that is new.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub(crate) async fn foreseen_risk(
        &self,
        conn: &mut Conn,
        at: &TenantDirectory,
        person: &Person,
    ) -> Result<Vec<Requirement>, Fault> {
        let nowhere = Sighting { network: String::new(), place: None, at: self.ambient.now() };
        let risk = Risk::of(&Evidence {
            here: Some(&nowhere),
            earlier: &[],
            is_known_device: false,
            is_listed: false,
            was_replayed: self.was_replayed(conn, at, person.id).await?,
            failures: 0,
        });
        let asked = asks(at, person, &risk).then(|| risk.signals().iter().copied().map(requirement).collect());
        Ok(asked.unwrap_or_default())
    }
}

fn is_unusual(risk: &Risk) -> bool {
    !matches!(risk.level(), RiskLevel::Low)
}

/// Whether a sign-in of `person` is to be confirmed, and can be: without a proven address there is nowhere to send a code.
fn asks(at: &TenantDirectory, person: &Person, risk: &Risk) -> bool {
    at.tenant.settings.risk == RiskPolicy::Confirm && is_unusual(risk) && person.email_verified_at.is_some()
}

/// From where the person has signed in lately, newest first.
async fn earlier_sign_ins(conn: &mut Conn, at: &TenantDirectory, person: &Person) -> Result<Vec<Sighting>, Fault> {
    let mut found = Vec::new();
    for (session, sealed) in sessions::recent_of_user(conn, at.id(), person.id, EARLIER_SIGN_INS).await? {
        // What cannot be read is no habit; a sign-in does not hang on it.
        match session_origin::open(at, person, session.id, &sealed) {
            Ok(origin) => found.push(sighting(origin, session.authenticated_at())),
            Err(fault) => tracing::error!(%fault, "the origin of a session does not open"),
        }
    }
    Ok(found)
}

fn sighting(origin: Origin, at: Timestamp) -> Sighting {
    Sighting { network: origin.network, place: origin.place, at }
}
