//! Limits on attempts to sign in and on requests for mail, by preset: charged before the work, never refunded by success.
//!
//! Owns the keys and this node's counters. The count of consecutive failures of an account is in the database, so it holds
//! on every node and over restarts. SECURITY rule 18, S-072 to S-074.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use portreeve_domain::{Gcra, Lifetime, RateDecision, RatePreset, TenantId, Timestamp, lifetimes};

/// How many counters are kept; beyond that those that count nothing any more are dropped.
const MAX_COUNTERS: usize = 100_000;
const MINUTE: Lifetime = Lifetime::from_minutes(1);
/// How many mails with a link one account gets an hour, whoever asks for them (S-143).
const MAILS_PER_HOUR: usize = 5;
/// How many clients may register from one network a minute; under `strict` as few as sign-ins.
const REGISTRATIONS_PER_MINUTE: u32 = 30;
const HOUR: Lifetime = Lifetime::from_hours(1);
/// How many user codes are taken from one network while one of them lives, right ones too (RFC 8628 §5.1; S-064).
const USER_CODES: usize = 10;

/// An account as far as limits are concerned: part of the blind index of its canonical address, known or not.
pub(crate) type AccountKey = [u8; 16];

/// What is attempted. Each has a budget of its own: who has mistyped a password five times can still ask for a new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Endeavour {
    /// Proving a password.
    SignIn,
    /// Asking for a mail: recovery, registration.
    Mail,
}

/// One attempt.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attempt {
    /// What is attempted.
    pub endeavour: Endeavour,
    /// Where.
    pub tenant: TenantId,
    /// From where, already cut to the network a limit is for.
    pub network: IpAddr,
    /// For which account.
    pub account: AccountKey,
}

/// Somebody at a network, as far as one endeavour is concerned.
type Source = (Endeavour, TenantId, IpAddr);

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Counter {
    Address(Source),
    AddressAndAccount(Source, AccountKey),
    Registrations(TenantId, IpAddr),
}

/// This node's counters.
#[derive(Default)]
pub(crate) struct Attempts(Mutex<State>);

#[derive(Default)]
struct State {
    arrivals: HashMap<Counter, Timestamp>,
    blocked: HashMap<Source, Timestamp>,
    accounts: HashMap<Source, Vec<(AccountKey, Timestamp)>>,
    mails: HashMap<(TenantId, AccountKey), Vec<Timestamp>>,
    user_codes: HashMap<(TenantId, IpAddr), Vec<Timestamp>>,
}

impl Attempts {
    /// Charges one attempt.
    ///
    /// # Errors
    /// How long to wait, when it is one too many.
    pub(crate) fn charge(&self, preset: RatePreset, attempt: &Attempt, now: Timestamp) -> Result<(), Lifetime> {
        let source = (attempt.endeavour, attempt.tenant, attempt.network);
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.forget_what_counts_nothing(now);
        match preset {
            RatePreset::Strict => state.charge_strict(source, now),
            RatePreset::Standard => {
                state.charge_distinct_accounts(source, attempt.account, now)?;
                state.charge_counter(Counter::AddressAndAccount(source, attempt.account), sign_ins(), now)
            }
        }
    }

    /// Charges the registration of one client from `network`.
    ///
    /// # Errors
    /// How long to wait, when it is one too many.
    pub(crate) fn charge_registration(
        &self,
        preset: RatePreset,
        tenant: TenantId,
        network: IpAddr,
        now: Timestamp,
    ) -> Result<(), Lifetime> {
        let count = match preset {
            RatePreset::Standard => REGISTRATIONS_PER_MINUTE,
            RatePreset::Strict => RatePreset::ATTEMPTS_PER_MINUTE,
        };
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.forget_what_counts_nothing(now);
        state.charge_counter(Counter::Registrations(tenant, network), Gcra::new(count, MINUTE), now)
    }

    /// Charges one mail with a link to `account`; false when it has had its mails of this hour.
    pub(crate) fn charge_mail(&self, tenant: TenantId, account: AccountKey, now: Timestamp) -> bool {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.forget_what_counts_nothing(now);
        let sent = state.mails.entry((tenant, account)).or_default();
        sent.retain(|at| now < at.plus(HOUR));
        if sent.len() >= MAILS_PER_HOUR {
            return false;
        }
        sent.push(now);
        true
    }

    /// Charges one user code typed at `network`.
    ///
    /// # Errors
    /// How long to wait, when it is one too many.
    pub(crate) fn charge_user_code(&self, tenant: TenantId, network: IpAddr, now: Timestamp) -> Result<(), Lifetime> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.forget_what_counts_nothing(now);
        let typed = state.user_codes.entry((tenant, network)).or_default();
        typed.retain(|at| now < at.plus(lifetimes::DEVICE_CODE));
        match typed.first() {
            Some(oldest) if typed.len() >= USER_CODES => Err(oldest.plus(lifetimes::DEVICE_CODE).since(now)),
            _ => {
                typed.push(now);
                Ok(())
            }
        }
    }
}

impl State {
    fn charge_counter(&mut self, counter: Counter, limit: Gcra, now: Timestamp) -> Result<(), Lifetime> {
        match limit.charge(self.arrivals.get(&counter).copied(), now) {
            RateDecision::Allowed { next } => {
                self.arrivals.insert(counter, next);
                Ok(())
            }
            RateDecision::Refused { retry_after } => Err(retry_after),
        }
    }

    /// The sixth attempt of a minute blocks the address for a set period.
    fn charge_strict(&mut self, source: Source, now: Timestamp) -> Result<(), Lifetime> {
        if let Some(&until) = self.blocked.get(&source)
            && now < until
        {
            return Err(until.since(now));
        }
        self.charge_counter(Counter::Address(source), sign_ins(), now).map_err(|_| {
            self.blocked.insert(source, now.plus(RatePreset::STRICT_BLOCK));
            RatePreset::STRICT_BLOCK
        })
    }

    /// One address that tries many accounts is spraying passwords, however slowly it does so on each.
    fn charge_distinct_accounts(
        &mut self,
        source: Source,
        account: AccountKey,
        now: Timestamp,
    ) -> Result<(), Lifetime> {
        let tried = self.accounts.entry(source).or_default();
        tried.retain(|(_, at)| now < at.plus(RatePreset::ACCOUNTS_WINDOW));
        if tried.iter().any(|(known, _)| *known == account) {
            return Ok(());
        }
        if tried.len() >= RatePreset::ACCOUNTS_PER_ADDRESS {
            let oldest = tried.first().map_or(now, |(_, at)| *at);
            return Err(oldest.plus(RatePreset::ACCOUNTS_WINDOW).since(now));
        }
        tried.push((account, now));
        Ok(())
    }

    fn forget_what_counts_nothing(&mut self, now: Timestamp) {
        let kept = self.arrivals.len() + self.accounts.len() + self.mails.len() + self.user_codes.len();
        if kept < MAX_COUNTERS {
            return;
        }
        self.arrivals.retain(|_, arrival| *arrival > now);
        self.blocked.retain(|_, until| *until > now);
        self.accounts.retain(|_, tried| tried.iter().any(|(_, at)| now < at.plus(RatePreset::ACCOUNTS_WINDOW)));
        self.mails.retain(|_, sent| sent.iter().any(|at| now < at.plus(HOUR)));
        self.user_codes.retain(|_, typed| typed.iter().any(|at| now < at.plus(lifetimes::DEVICE_CODE)));
    }
}

fn sign_ins() -> Gcra {
    Gcra::new(RatePreset::ATTEMPTS_PER_MINUTE, MINUTE)
}

/// How long a factor that failed `consecutive` times in a row must rest after its last failure: nothing for the first
/// five, then 30 s doubled each time, at most 15 minutes (S-081, S-082).
pub(crate) fn rest_after(consecutive: i64) -> Lifetime {
    match u32::try_from(consecutive - 5) {
        Ok(beyond @ 0..) if consecutive >= 5 => {
            let seconds = 30_i64 << beyond.min(5);
            Lifetime::from_seconds(seconds.min(15 * 60))
        }
        _ => Lifetime::from_millis(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const T: TenantId = TenantId::DEFAULT;
    const NOW: Timestamp = Timestamp::from_millis(1_000_000);
    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));
    const THERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 2));

    fn sign_in(network: IpAddr, account: u8) -> Attempt {
        Attempt { endeavour: Endeavour::SignIn, tenant: T, network, account: [account; 16] }
    }

    /// S-072: preset `strict`: five attempts from one address a minute, for whatever accounts; the sixth blocks it.
    #[test]
    fn strict_blocks_an_address_after_five_attempts() {
        let attempts = Attempts::default();
        for n in 0..5 {
            assert_eq!(attempts.charge(RatePreset::Strict, &sign_in(HERE, n), NOW), Ok(()));
        }

        let sixth = attempts.charge(RatePreset::Strict, &sign_in(HERE, 9), NOW);
        let later = attempts.charge(RatePreset::Strict, &sign_in(HERE, 9), NOW.plus(Lifetime::from_minutes(14)));

        assert_eq!(sixth, Err(RatePreset::STRICT_BLOCK));
        assert_eq!(later, Err(Lifetime::from_minutes(1)));
        assert_eq!(attempts.charge(RatePreset::Strict, &sign_in(THERE, 0), NOW), Ok(()));
        assert_eq!(attempts.charge(RatePreset::Strict, &sign_in(HERE, 0), NOW.plus(RatePreset::STRICT_BLOCK)), Ok(()));
    }

    /// S-072: preset `standard`: people behind one address do not share a budget, but one account has one.
    #[test]
    fn standard_limits_an_account_and_not_the_office_it_is_in() {
        let attempts = Attempts::default();
        for n in 0..20 {
            assert_eq!(attempts.charge(RatePreset::Standard, &sign_in(HERE, n), NOW), Ok(()));
        }
        for _ in 0..4 {
            assert_eq!(attempts.charge(RatePreset::Standard, &sign_in(HERE, 0), NOW), Ok(()));
        }

        assert_eq!(attempts.charge(RatePreset::Standard, &sign_in(HERE, 0), NOW), Err(Lifetime::from_seconds(12)));
    }

    /// S-072: the spray detector: the 31st account of one address in ten minutes is refused.
    #[test]
    fn standard_refuses_an_address_that_tries_many_accounts() {
        let attempts = Attempts::default();
        for n in 0..30 {
            assert_eq!(attempts.charge(RatePreset::Standard, &sign_in(HERE, n), NOW), Ok(()));
        }

        assert_eq!(attempts.charge(RatePreset::Standard, &sign_in(HERE, 30), NOW), Err(RatePreset::ACCOUNTS_WINDOW));
        assert_eq!(attempts.charge(RatePreset::Standard, &sign_in(THERE, 30), NOW), Ok(()));
    }

    /// Asking for a mail and trying passwords do not use up each other's budget.
    #[test]
    fn mails_can_be_asked_for_when_sign_ins_are_limited() {
        let attempts = Attempts::default();
        for _ in 0..6 {
            let _ = attempts.charge(RatePreset::Strict, &sign_in(HERE, 0), NOW);
        }

        let mail = Attempt { endeavour: Endeavour::Mail, ..sign_in(HERE, 0) };

        assert_eq!(attempts.charge(RatePreset::Strict, &mail, NOW), Ok(()));
    }

    /// S-056: registrations from one network are limited, under `strict` to as few as sign-ins.
    #[test]
    fn registrations_from_one_network_are_limited() {
        for (preset, count) in [(RatePreset::Standard, 30), (RatePreset::Strict, 5)] {
            let attempts = Attempts::default();
            for _ in 0..count {
                assert_eq!(attempts.charge_registration(preset, T, HERE, NOW), Ok(()));
            }

            assert!(attempts.charge_registration(preset, T, HERE, NOW).is_err());
            assert_eq!(attempts.charge_registration(preset, T, THERE, NOW), Ok(()));
            assert_eq!(attempts.charge_registration(preset, T, HERE, NOW.plus(MINUTE)), Ok(()));
        }
    }

    /// S-143: five mails an hour to one account, from however many addresses they are asked for.
    #[test]
    fn an_account_gets_five_mails_an_hour() {
        let attempts = Attempts::default();
        for _ in 0..5 {
            assert!(attempts.charge_mail(T, [0; 16], NOW));
        }

        assert!(!attempts.charge_mail(T, [0; 16], NOW));
        assert!(!attempts.charge_mail(T, [0; 16], NOW.plus(Lifetime::from_minutes(59))));
        assert!(attempts.charge_mail(T, [0; 16], NOW.plus(Lifetime::from_minutes(60))));
        assert!(attempts.charge_mail(T, [1; 16], NOW));
    }

    /// S-064, DV-04: ten codes while one lives, from one network; then it waits for the oldest.
    #[test]
    fn ten_user_codes_are_taken_from_one_network() {
        let attempts = Attempts::default();
        for _ in 0..10 {
            assert_eq!(attempts.charge_user_code(T, HERE, NOW), Ok(()));
        }
        let later = NOW.plus(Lifetime::from_minutes(9));

        assert_eq!(attempts.charge_user_code(T, HERE, later), Err(Lifetime::from_minutes(1)));
        assert_eq!(attempts.charge_user_code(T, THERE, later), Ok(()));
        assert_eq!(attempts.charge_user_code(T, HERE, NOW.plus(Lifetime::from_minutes(10))), Ok(()));
    }

    /// S-081: five tries, then a pause that grows.
    #[test]
    fn a_factor_rests_after_five_failures() {
        assert_eq!(rest_after(4), Lifetime::from_millis(0));
        assert_eq!(rest_after(5), Lifetime::from_seconds(30));
        assert_eq!(rest_after(7), Lifetime::from_minutes(2));
        assert_eq!(rest_after(100), Lifetime::from_minutes(15));
    }
}
