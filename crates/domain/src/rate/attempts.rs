//! What is remembered of attempts to sign in and of mails, and what follows from it for the next one.
//!
//! Owns both presets of a tenant as functions of stored state. Knows accounts by a key only, never by what was typed.
//! SECURITY rule 18; S-072, S-074, S-143.

use serde::{Deserialize, Serialize};

use super::{Gcra, RateDecision, RatePreset, is_of_a_former_clock};
use crate::{Lifetime, Timestamp, lifetimes};

const MINUTE: Lifetime = Lifetime::from_minutes(1);
const HOUR: Lifetime = Lifetime::from_hours(1);
/// How many attempts a minute a node lets through that cannot ask the others.
const ATTEMPTS_ALONE: u32 = 2;
/// How many mails one account gets an hour, whoever asks for them (S-143).
const MAILS_PER_HOUR: usize = 5;
/// How many user codes are taken from one network while one of them lives, right ones too (RFC 8628 §5.1; S-064).
const USER_CODES: usize = 10;

/// An account as far as limits are concerned: part of the blind index of its canonical address, known or not.
pub type AccountKey = [u8; 16];

/// For whom a remembered state speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RateReach {
    /// For all nodes: it came from the store that they share.
    AllNodes,
    /// For one node alone: the store is away, and the others may let as much through.
    ThisNode,
}

/// What one attempt came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttemptDecision {
    /// It may go on; the state has changed.
    Allowed,
    /// It is one too many; the state is as it was.
    Refused {
        /// How long until the next attempt is allowed.
        wait: Lifetime,
    },
    /// It is one too many, and from now on its address is blocked; the state has changed.
    Blocked {
        /// For how long.
        wait: Lifetime,
    },
}

/// What is remembered of one address, for one endeavour.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddressRate {
    arrival: Option<Timestamp>,
    blocked_until: Option<Timestamp>,
    accounts: Vec<TriedAccount>,
}

/// An account that was tried from the address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TriedAccount {
    key: AccountKey,
    first_at: Timestamp,
    arrival: Timestamp,
}

impl AddressRate {
    /// Charges one attempt on `account` from this address.
    pub fn charge(
        &mut self,
        preset: RatePreset,
        reach: RateReach,
        account: &AccountKey,
        now: Timestamp,
    ) -> AttemptDecision {
        let limit = match reach {
            RateReach::AllNodes => Gcra::new(RatePreset::ATTEMPTS_PER_MINUTE, MINUTE),
            RateReach::ThisNode => Gcra::new(ATTEMPTS_ALONE, MINUTE),
        };
        match preset {
            RatePreset::Strict => self.charge_strict(limit, now),
            RatePreset::Standard => self.charge_standard(limit, account, now),
        }
    }

    /// When nothing of it counts any more.
    pub fn expires_at(&self) -> Timestamp {
        let of_accounts = self.accounts.iter().map(TriedAccount::expires_at);
        of_accounts.chain(self.arrival).chain(self.blocked_until).max().unwrap_or(Timestamp::from_millis(0))
    }

    /// The sixth attempt of a minute blocks the address for a set period.
    fn charge_strict(&mut self, limit: Gcra, now: Timestamp) -> AttemptDecision {
        if let Some(until) = self.blocked_until
            && now < until
            && !is_of_a_former_clock(until, now, RatePreset::STRICT_BLOCK)
        {
            return AttemptDecision::Refused { wait: until.since(now) };
        }
        match limit.charge(self.arrival, now) {
            RateDecision::Allowed { next } => {
                self.arrival = Some(next);
                AttemptDecision::Allowed
            }
            RateDecision::Refused { .. } => {
                self.blocked_until = Some(now.plus(RatePreset::STRICT_BLOCK));
                AttemptDecision::Blocked { wait: RatePreset::STRICT_BLOCK }
            }
        }
    }

    /// People behind one address do not share a budget; but one address that tries many accounts is spraying passwords,
    /// however slowly it does so on each.
    fn charge_standard(&mut self, limit: Gcra, account: &AccountKey, now: Timestamp) -> AttemptDecision {
        let is_known = |at| now < at && !is_of_a_former_clock(at, now, RatePreset::ACCOUNTS_WINDOW);
        self.accounts.retain(|tried| is_known(tried.expires_at()));
        let is_full = self.accounts.len() >= RatePreset::ACCOUNTS_PER_ADDRESS;
        let room_at = self.accounts.iter().map(TriedAccount::expires_at).min().unwrap_or(now);
        let tried = self.accounts.iter_mut().find(|tried| tried.key == *account);
        let next = match limit.charge(tried.as_ref().map(|tried| tried.arrival), now) {
            RateDecision::Allowed { next } => next,
            RateDecision::Refused { retry_after } => return AttemptDecision::Refused { wait: retry_after },
        };
        match tried {
            Some(tried) => tried.arrival = next,
            None if is_full => return AttemptDecision::Refused { wait: room_at.since(now) },
            None => self.accounts.push(TriedAccount { key: *account, first_at: now, arrival: next }),
        }
        AttemptDecision::Allowed
    }
}

impl TriedAccount {
    /// When the account counts no more: it was tried long enough ago, and has its whole budget again.
    fn expires_at(&self) -> Timestamp {
        self.first_at.plus(RatePreset::ACCOUNTS_WINDOW).max(self.arrival)
    }
}

/// What is remembered of the mails to one account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailRate {
    sent_at: Vec<Timestamp>,
}

impl MailRate {
    /// Charges one mail; false when the account has had its mails of this hour.
    pub fn charge(&mut self, now: Timestamp) -> bool {
        charge_window(&mut self.sent_at, MAILS_PER_HOUR, HOUR, now).is_ok()
    }

    /// When nothing of it counts any more.
    pub fn expires_at(&self) -> Timestamp {
        window_ends(&self.sent_at, HOUR)
    }
}

/// What is remembered of the user codes typed at one network (RFC 8628 §5.1).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UserCodeRate {
    typed_at: Vec<Timestamp>,
}

impl UserCodeRate {
    /// Charges one code, right or wrong.
    ///
    /// # Errors
    /// How long to wait, when it is one too many.
    pub fn charge(&mut self, now: Timestamp) -> Result<(), Lifetime> {
        charge_window(&mut self.typed_at, USER_CODES, lifetimes::DEVICE_CODE, now)
    }

    /// When nothing of it counts any more.
    pub fn expires_at(&self) -> Timestamp {
        window_ends(&self.typed_at, lifetimes::DEVICE_CODE)
    }
}

/// Adds `now` to the times of the last `window`, unless there are `most` of them; then says when the oldest leaves it.
fn charge_window(times: &mut Vec<Timestamp>, most: usize, window: Lifetime, now: Timestamp) -> Result<(), Lifetime> {
    times.retain(|at| now < at.plus(window) && !is_of_a_former_clock(*at, now, Lifetime::from_millis(0)));
    match times.first() {
        Some(oldest) if times.len() >= most => Err(oldest.plus(window).since(now)),
        _ => {
            times.push(now);
            Ok(())
        }
    }
}

fn window_ends(times: &[Timestamp], window: Lifetime) -> Timestamp {
    times.iter().max().map_or(Timestamp::from_millis(0), |at| at.plus(window))
}

/// How long a factor that failed `consecutive` times in a row must rest after its last failure: nothing for the first
/// five, then 30 s doubled each time, at most 15 minutes (S-081).
pub fn rest_after(consecutive: i64) -> Lifetime {
    match u32::try_from(consecutive - 5) {
        Ok(beyond) => Lifetime::from_seconds((30_i64 << beyond.min(5)).min(15 * 60)),
        Err(_) => Lifetime::from_millis(0),
    }
}

/// How long recovery codes must rest: nothing for the first five failures in a row, then an hour after each, so that no
/// hour sees more than five tries (S-082).
pub fn rest_of_recovery_codes(consecutive: i64) -> Lifetime {
    if consecutive < 5 { Lifetime::from_millis(0) } else { HOUR }
}

#[cfg(test)]
mod tests;
