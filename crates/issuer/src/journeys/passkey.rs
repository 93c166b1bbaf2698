//! Proving a passkey: as the whole of a sign-in, or after something else.
//!
//! An answer names its credential; whose it is, whether it may be used here and that its counter has grown is decided here,
//! and a use is one guarded statement. A counter that has not grown is refused, and the owner told (S-085). The budget of
//! an account is not touched: a stranger cannot lock its owner out of a passkey (S-073).
//! Web Authentication Level 3 §7.2.

use std::sync::Arc;

use portreeve_authenticators::{PasskeyAnswer, PasskeyRefusal, ShownPasskey};
use portreeve_domain::{Actor, Event, EventType, Fault, MailPurpose, Proof, UserId};
use portreeve_storage::passkeys::{self as rows, PasskeyUse};
use portreeve_storage::{Conn, Tx};

use super::ceremony::{Asked, Ceremony};
use super::settle::at_least_a_second;
use super::{Acted, Journey, PostedFrom, Problem, account_key};
use crate::attempts::{Attempt, Endeavour};
use crate::directory::TenantDirectory;
use crate::passkeys::{self, OpenedPasskey};
use crate::{Issuer, audit, people};

/// The name of the factor in events.
const FACTOR: &str = "passkey";

/// Why a passkey was not accepted, or not added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasskeyProblem {
    /// The question was answered too late, or answered before.
    Expired,
    /// No account here has this passkey.
    Unknown,
    /// It was removed from its account: the browser can be told to forget it.
    Removed,
    /// It is a passkey of another account than the one that signs in.
    OtherAccount,
    /// The authenticator has not verified the person.
    NotVerified,
    /// There may be a copy of it: its counter has not grown.
    Copied,
    /// The account has this passkey, or as many as it can.
    NotAdded,
    /// Only certain models of authenticators are accepted here.
    ModelNotAllowed,
    /// Anything else is wrong with it.
    Invalid,
}

impl From<PasskeyRefusal> for PasskeyProblem {
    fn from(refusal: PasskeyRefusal) -> Self {
        match refusal {
            PasskeyRefusal::OtherChallenge => Self::Expired,
            PasskeyRefusal::NotVerified => Self::NotVerified,
            PasskeyRefusal::OtherAccount => Self::OtherAccount,
            PasskeyRefusal::CounterRegressed => Self::Copied,
            PasskeyRefusal::ModelNotAllowed => Self::ModelNotAllowed,
            PasskeyRefusal::Malformed
            | PasskeyRefusal::OtherSite
            | PasskeyRefusal::BackupChanged
            | PasskeyRefusal::NotDiscoverable
            | PasskeyRefusal::Invalid => Self::Invalid,
        }
    }
}

/// A refused attempt: what the page says, and what the log knows.
struct Refused {
    problem: PasskeyProblem,
    reason: &'static str,
    owner: Option<UserId>,
}

impl Refused {
    fn new(problem: PasskeyProblem, reason: &'static str) -> Self {
        Self { problem, reason, owner: None }
    }
}

/// A passkey that was shown well.
struct Shown {
    passkey: OpenedPasskey,
    shown: ShownPasskey,
}

impl Issuer {
    /// Takes a browser's answer to the question for a passkey.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn prove_passkey(
        &self,
        at: &Arc<TenantDirectory>,
        mut journey: Journey,
        typed: &str,
        from: &PostedFrom,
    ) -> Result<Acted, Fault> {
        let now = self.ambient.now();
        let asked = journey.take_ceremony(&[Asked::Anybody, Asked::Account], now);
        let checked = match (asked, PasskeyAnswer::parse(typed)) {
            (None, _) => Err(Refused::new(PasskeyProblem::Expired, "expired")),
            (_, Err(_)) => Err(Refused::new(PasskeyProblem::Invalid, "malformed")),
            (Some(ceremony), Ok(answer)) => {
                let index = passkeys::index(at, answer.credential_id());
                let attempt =
                    Attempt { endeavour: Endeavour::SignIn, network: from.network, account: account_key(&index) };
                if let Err(wait) = self.charge_attempt(at, &attempt).await? {
                    return Ok(Acted::Problem(Problem::TooMany { wait: at_least_a_second(wait) }));
                }
                self.check_answer(at, &journey, &ceremony, &answer).await?
            }
        };
        match checked {
            Ok(shown) => self.passkey_proven(at, journey, shown, from).await,
            Err(refused) => self.note_refused_passkey(at, journey, refused, from).await,
        }
    }

    async fn check_answer(
        &self,
        at: &TenantDirectory,
        journey: &Journey,
        ceremony: &Ceremony,
        answer: &PasskeyAnswer,
    ) -> Result<Result<Shown, Refused>, Fault> {
        let Some(site) = &at.passkeys else { return Ok(Err(Refused::new(PasskeyProblem::Invalid, "off"))) };
        let mut conn = self.store.read(at.id()).await?;
        let passkey = match self.find_passkey(&mut conn, at, answer).await? {
            Ok(passkey) => passkey,
            Err(refused) => return Ok(Err(refused)),
        };
        let owner = passkey.row.user;
        let refused = |problem, reason| Ok(Err(Refused { problem, reason, owner: Some(owner) }));
        if journey.user().is_some_and(|user| user != owner) {
            return refused(PasskeyProblem::OtherAccount, "other_account");
        }
        if ceremony.asked == Asked::Anybody && !answer.names_account() {
            return refused(PasskeyProblem::Invalid, "no_user_handle");
        }
        match site.finish_authentication(&ceremony.state, answer, &passkey.stored(at)?) {
            Ok(shown) => Ok(Ok(Shown { passkey, shown })),
            Err(refusal) => refused(refusal.into(), refusal.name()),
        }
    }

    /// The passkey that an answer names, of a person who may sign in.
    async fn find_passkey(
        &self,
        conn: &mut Conn,
        at: &TenantDirectory,
        answer: &PasskeyAnswer,
    ) -> Result<Result<OpenedPasskey, Refused>, Fault> {
        let index = passkeys::index(at, answer.credential_id());
        let Some(row) = rows::find(conn, at.id(), &index).await? else {
            let problem = match rows::was_removed(conn, at.id(), &index).await? {
                true => PasskeyProblem::Removed,
                false => PasskeyProblem::Unknown,
            };
            return Ok(Err(Refused::new(problem, "unknown")));
        };
        let person = people::find(conn, at, row.user).await?.filter(|person| person.disabled_at.is_none());
        match person {
            Some(person) => passkeys::open(at, &person, row).map(Ok),
            None => {
                let owner = Some(row.user);
                Ok(Err(Refused { problem: PasskeyProblem::Unknown, reason: "switched_off", owner }))
            }
        }
    }

    async fn passkey_proven(
        &self,
        at: &Arc<TenantDirectory>,
        mut journey: Journey,
        Shown { passkey, shown }: Shown,
        from: &PostedFrom,
    ) -> Result<Acted, Fault> {
        let (now, user, index) = (self.ambient.now(), passkey.row.user, passkey.row.index);
        let Some(mut tx) = self.begin_holding(at, user).await? else { return Ok(Acted::Stale) };
        let used = PasskeyUse { counter: i64::from(shown.counter), backed_up: shown.backed_up, at: now };
        if !rows::record_use(&mut tx, at.id(), &index, used).await? {
            // Another use of the same counter was faster, or the passkey has just been removed.
            drop(tx);
            let refused = Refused { problem: PasskeyProblem::Copied, reason: "overtaken", owner: Some(user) };
            return self.note_refused_passkey(at, journey, refused, from).await;
        }
        let event = Event::new(EventType::FactorProven, now, Actor::User(user)).about(user).with("factor", FACTOR);
        audit::record(&mut tx, &self.ambient, at, event.with_client(&journey.client.id)).await?;
        let proof = Proof { kind: passkey.proof_kind(), user, at: now };
        if journey.user() == Some(user) {
            journey.stored.facts.proofs.push(proof);
        } else {
            journey.stored.facts.identify(proof);
            journey.stored.registration = None;
        }
        journey.stored.passkey = Some(index);
        journey.stored.locale = Some(from.locale.clone());
        self.advance(tx, at, journey).await
    }

    async fn note_refused_passkey(
        &self,
        at: &Arc<TenantDirectory>,
        journey: Journey,
        refused: Refused,
        from: &PostedFrom,
    ) -> Result<Acted, Fault> {
        let mut tx = self.store.begin(at.id()).await?;
        let mut event = Event::new(EventType::FactorFailed, self.ambient.now(), Actor::Anonymous)
            .with("factor", FACTOR)
            .with("reason", refused.reason);
        event.subject = refused.owner;
        audit::record(&mut tx, &self.ambient, at, event).await?;
        if let (PasskeyProblem::Copied, Some(owner)) = (refused.problem, refused.owner) {
            self.raise_copy_alarm(&mut tx, at, owner, from).await?;
        }
        self.passkey_refused(tx, at, journey, Problem::Passkey(refused.problem)).await
    }

    /// Says that there may be two copies of a key, in the log and to its owner.
    async fn raise_copy_alarm(
        &self,
        tx: &mut Tx,
        at: &TenantDirectory,
        owner: UserId,
        from: &PostedFrom,
    ) -> Result<(), Fault> {
        let event = Event::new(EventType::PasskeyCounterRegressed, self.ambient.now(), Actor::Anonymous).about(owner);
        audit::record(tx, &self.ambient, at, event).await?;
        self.mail(tx, at, MailPurpose::PasskeyCopied, owner, &from.locale).await
    }
}

/// Forgets what a journey has proven with a passkey that was removed meanwhile: whoever holds it must not go on (S-100).
pub(super) async fn void_removed_passkey(
    conn: &mut Conn,
    at: &TenantDirectory,
    journey: &mut Journey,
) -> Result<(), Fault> {
    if !journey.stored.facts.proofs.iter().any(|proof| proof.kind.is_passkey()) {
        return Ok(());
    }
    let is_there = match &journey.stored.passkey {
        Some(index) => rows::find(conn, at.id(), index).await?.is_some(),
        None => false,
    };
    if !is_there {
        journey.stored.facts.proofs.clear();
    }
    Ok(())
}
