//! Limits on attempts to sign in, on requests for mail and on what anybody may have stored, by preset: charged before the work, never
//! refunded by success.
//!
//! Owns where the counts live: one row an address or account in the database, so that they hold on every node and over
//! restarts, and in front of it what this node saw last, which refuses without asking. A node that cannot reach the
//! database is stricter on its own. Keys are blind indexes; how many attempts are allowed is `domain`'s. The count of
//! consecutive failures of a factor is in `factor_failures`. SECURITY rule 18, S-072 to S-074.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use portreeve_crypto::hex;
use portreeve_domain::{
    AccountKey, Actor, AddressRate, AttemptDecision, Client, Event, EventType, Fault, Gcra, Lifetime, MailRate,
    RateDecision, RatePreset, RateReach, Timestamp, UserCodeRate, UserId,
};
use portreeve_storage::Tx;
use portreeve_storage::rate_limits::{self, TakenLimit};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::directory::TenantDirectory;
use crate::{Issuer, audit};

/// How many addresses a node keeps in mind.
const MAX_ADDRESSES: usize = 100_000;
/// How often those that count nothing any more are dropped.
const DROPPED_EVERY: Lifetime = Lifetime::from_minutes(1);
const MINUTE: Lifetime = Lifetime::from_minutes(1);
/// How many clients may register from one network a minute; under `strict` as few as sign-ins.
const REGISTRATIONS_PER_MINUTE: u32 = 30;
/// How many requests of one public client may be stored from one network a minute; under `strict` as few as sign-ins.
const OPEN_REQUESTS_PER_MINUTE: u32 = 60;
/// How many copies of what is known about them a person gets a minute.
const COPIES_PER_MINUTE: u32 = 6;
/// What blind indexes of this table are bound to.
const INDEX: &str = "rate_limits.key";

/// What is attempted. Each has a budget of its own: who has mistyped a password five times can still ask for a new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Endeavour {
    /// Proving a password.
    SignIn,
    /// Asking for a mail: recovery, registration.
    Mail,
}

impl Endeavour {
    const fn name(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::Mail => "mail",
        }
    }
}

/// One attempt.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attempt {
    /// What is attempted.
    pub endeavour: Endeavour,
    /// From where, already cut to the network a limit is for.
    pub network: IpAddr,
    /// For which account.
    pub account: AccountKey,
}

/// Where a request came from.
#[derive(Clone, Copy, Debug)]
pub struct Whence {
    /// The address, for people to see.
    pub address: IpAddr,
    /// The network it is in, as far as limits tell networks apart.
    pub network: IpAddr,
}

/// An answer that not everybody gets as often as they like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Limited<Answer> {
    /// It was not one too many.
    Within(Answer),
    /// It was.
    TooMany {
        /// How long to wait.
        wait: Lifetime,
    },
}

/// What this node saw last of each address, as long as that counts.
#[derive(Default)]
pub(crate) struct Attempts(Mutex<Seen>);

#[derive(Default)]
struct Seen {
    addresses: HashMap<[u8; 32], AddressRate>,
    dropped_at: Option<Timestamp>,
}

impl Attempts {
    fn seen(&self, key: &[u8; 32]) -> AddressRate {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).addresses.get(key).cloned().unwrap_or_default()
    }

    fn see(&self, key: [u8; 32], state: AddressRate, now: Timestamp) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.dropped_at.is_none_or(|at| now >= at.plus(DROPPED_EVERY)) {
            seen.addresses.retain(|_, state| now < state.expires_at());
            // Whoever was many once is not paid for for ever.
            let room = 2 * seen.addresses.len();
            seen.addresses.shrink_to(room);
            seen.dropped_at = Some(now);
        }
        // An address more than fits is found in the database.
        if seen.addresses.len() < MAX_ADDRESSES || seen.addresses.contains_key(&key) {
            seen.addresses.insert(key, state);
        }
    }
}

impl Issuer {
    /// Charges one attempt on every node. Commits.
    ///
    /// `Err` says how long to wait, when it is one too many.
    ///
    /// # Errors
    /// A fault when the stored count cannot be read. A database that is away is none: this node decides on its own then.
    pub(crate) async fn charge_attempt(
        &self,
        at: &TenantDirectory,
        attempt: &Attempt,
    ) -> Result<Result<(), Lifetime>, Fault> {
        let (now, preset) = (self.ambient.now(), at.tenant.settings.rate_limits);
        let key = at.keys.index.index(INDEX, &format!("{} {}", attempt.endeavour.name(), attempt.network));
        let mut seen = self.attempts.seen(&key);
        // Other nodes can only have added to it: what is too much here is too much anywhere.
        let mut decision = seen.clone().charge(preset, RateReach::AllNodes, &attempt.account, now);
        if !matches!(decision, AttemptDecision::Refused { .. }) {
            decision = match self.charge_shared(at, attempt, &key, now).await {
                Ok((decision, state)) => {
                    seen = state;
                    decision
                }
                Err(fault) if fault.is_transient() => {
                    tracing::warn!(%fault, "attempts are counted by this node alone");
                    seen.charge(preset, RateReach::ThisNode, &attempt.account, now)
                }
                Err(fault) => return Err(fault),
            };
        }
        self.attempts.see(key, seen, now);
        Ok(match decision {
            AttemptDecision::Allowed => Ok(()),
            AttemptDecision::Refused { wait } | AttemptDecision::Blocked { wait } => Err(wait),
        })
    }

    /// Charges the count that all nodes share and returns it as it is then.
    async fn charge_shared(
        &self,
        at: &TenantDirectory,
        attempt: &Attempt,
        key: &[u8; 32],
        now: Timestamp,
    ) -> Result<(AttemptDecision, AddressRate), Fault> {
        let mut tx = self.store.begin(at.id()).await?;
        let taken = rate_limits::take(&mut tx, at.id(), key, now).await?;
        let mut state: AddressRate = read(&taken)?;
        let decision = state.charge(at.tenant.settings.rate_limits, RateReach::AllNodes, &attempt.account, now);
        if let AttemptDecision::Refused { .. } = decision {
            return Ok((decision, state));
        }
        rate_limits::store(&mut tx, at.id(), key, &written(taken, &state)?, state.expires_at()).await?;
        if let AttemptDecision::Blocked { .. } = decision {
            let event = Event::new(EventType::AttemptsLimited, now, Actor::Anonymous);
            audit::record(&mut tx, &self.ambient, at, event.with("endeavour", attempt.endeavour.name())).await?;
        }
        tx.commit().await?;
        Ok((decision, state))
    }

    /// Charges one mail to `account`, in the transaction that puts it into the outbox; false when the account has had its
    /// mails of this hour (S-143).
    pub(crate) async fn charge_mail(
        &self,
        tx: &mut Tx,
        at: &TenantDirectory,
        account: &AccountKey,
    ) -> Result<bool, Fault> {
        let now = self.ambient.now();
        let account = hex(account);
        let key = at.keys.index.index(INDEX, &format!("mails to {account}"));
        let taken = rate_limits::take(tx, at.id(), &key, now).await?;
        let mut state: MailRate = read(&taken)?;
        let is_allowed = state.charge(now);
        rate_limits::store(tx, at.id(), &key, &written(taken, &state)?, state.expires_at()).await?;
        Ok(is_allowed)
    }

    /// Holds an address until the transaction ends: of those who want it for an account at the same moment, the second one
    /// finds it taken. `index` is its blind index.
    pub(crate) async fn hold_address(&self, tx: &mut Tx, at: &TenantDirectory, index: &[u8; 32]) -> Result<(), Fault> {
        let key = at.keys.index.index(INDEX, &format!("account of {}", hex(index)));
        rate_limits::take(tx, at.id(), &key, self.ambient.now()).await.map(drop)
    }

    /// Charges the registration of one client from `network`. Commits.
    ///
    /// `Err` says how long to wait, when it is one too many.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub(crate) async fn charge_registration(
        &self,
        at: &TenantDirectory,
        network: IpAddr,
    ) -> Result<Result<(), Lifetime>, Fault> {
        self.charge_open(at, &format!("registrations from {network}"), REGISTRATIONS_PER_MINUTE).await
    }

    /// Charges one request of `client` from `network` that will be stored, if nobody had to prove who sent it (RFC 9126 §2.3;
    /// RFC 8628 §5). Commits.
    ///
    /// `Err` says how long to wait, when it is one too many.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub(crate) async fn charge_open_request(
        &self,
        at: &TenantDirectory,
        client: &Client,
        network: IpAddr,
    ) -> Result<Result<(), Lifetime>, Fault> {
        if !client.is_public() {
            return Ok(Ok(()));
        }
        let what = format!("requests of {} from {network}", client.id.as_str());
        self.charge_open(at, &what, OPEN_REQUESTS_PER_MINUTE).await
    }

    /// Charges one copy of everything that is known about a person (S-150). Commits.
    ///
    /// `Err` says how long to wait, when it is one too many.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub(crate) async fn charge_copy(&self, at: &TenantDirectory, user: UserId) -> Result<Result<(), Lifetime>, Fault> {
        self.charge_open(at, &format!("copies for {}", hex(user.as_bytes())), COPIES_PER_MINUTE).await
    }

    /// Charges `what` anybody may do: `count` times a minute, under `strict` as often as a sign-in.
    async fn charge_open(&self, at: &TenantDirectory, what: &str, count: u32) -> Result<Result<(), Lifetime>, Fault> {
        let count = match at.tenant.settings.rate_limits {
            RatePreset::Standard => count,
            RatePreset::Strict => RatePreset::ATTEMPTS_PER_MINUTE,
        };
        let mut tx = self.store.begin(at.id()).await?;
        let charged = self.charge(&mut tx, at, what, Gcra::new(count, MINUTE)).await?;
        if charged.is_ok() {
            tx.commit().await?;
        }
        Ok(charged)
    }

    /// Charges `what` once. `Err` says how long to wait, when it is one too many.
    pub(crate) async fn charge(
        &self,
        tx: &mut Tx,
        at: &TenantDirectory,
        what: &str,
        limit: Gcra,
    ) -> Result<Result<(), Lifetime>, Fault> {
        let now = self.ambient.now();
        let key = at.keys.index.index(INDEX, what);
        let taken = rate_limits::take(tx, at.id(), &key, now).await?;
        let arrival: Option<Timestamp> = read(&taken)?;
        let next = match limit.charge(arrival, now) {
            RateDecision::Allowed { next } => next,
            RateDecision::Refused { retry_after } => return Ok(Err(retry_after)),
        };
        rate_limits::store(tx, at.id(), &key, &written(taken, &next)?, next).await?;
        Ok(Ok(()))
    }

    /// Charges one user code typed from a network, before it is looked up (RFC 8628 §5.1; S-064). Commits.
    ///
    /// `Err` says how long to wait, when it is one too many.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub(crate) async fn charge_user_code(
        &self,
        at: &TenantDirectory,
        network: IpAddr,
    ) -> Result<Result<(), Lifetime>, Fault> {
        let now = self.ambient.now();
        let key = at.keys.index.index(INDEX, &format!("user codes from {network}"));
        let mut tx = self.store.begin(at.id()).await?;
        let taken = rate_limits::take(&mut tx, at.id(), &key, now).await?;
        let mut state: UserCodeRate = read(&taken)?;
        if let Err(wait) = state.charge(now) {
            return Ok(Err(wait));
        }
        rate_limits::store(&mut tx, at.id(), &key, &written(taken, &state)?, state.expires_at()).await?;
        tx.commit().await?;
        Ok(Ok(()))
    }
}

fn read<State: DeserializeOwned + Default>(taken: &TakenLimit) -> Result<State, Fault> {
    let Some(text) = &taken.state else { return Ok(State::default()) };
    serde_json::from_str(text).map_err(|e| Fault::new(e).while_doing("read a rate limit"))
}

fn written(taken: TakenLimit, state: &impl Serialize) -> Result<TakenLimit, Fault> {
    Ok(taken.with_state(serde_json::to_string(state).map_err(Fault::new)?))
}

#[cfg(test)]
mod tests;
