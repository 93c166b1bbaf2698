//! How unusual a sign-in is: signals, each with a weight, their sum and a level.
//!
//! Owns the published weights and levels, and when each signal is there. Everything is decided from what the caller has looked up; nobody
//! outside is asked. What is not known is no signal, and no score shuts anybody out: it only adds a proof, a notice and an event. Leaves
//! looking up to `issuer`. `docs/risk.md`; SECURITY S-146.

use serde::{Deserialize, Serialize};

use crate::{Lifetime, Place, Timestamp};

/// Faster than any airliner, in kilometres an hour.
const FASTEST_KMH: f64 = 1000.0;
/// How far apart two networks may seem although their person has not moved, in kilometres: providers place people at their own gateways.
const SLACK_KM: f64 = 500.0;
/// How many wrong tries in a row before the right one are many.
const MANY_FAILURES: i64 = 5;
/// For how long a replayed token counts.
pub const REPLAY_COUNTS: Lifetime = Lifetime::from_days(7);
/// How many earlier sign-ins are looked at: the newest, of the last 30 days.
pub const EARLIER_SIGN_INS: usize = 20;

/// What a tenant makes of an unusual sign-in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RiskPolicy {
    /// Nothing is looked at; a new device is told of by mail all the same.
    Off,
    /// Its owner is told by mail, and the log has an event.
    #[default]
    Notice,
    /// The same, and who shows no second factor confirms it by a code to the account's address.
    Confirm,
}

/// Something unusual.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signal {
    /// The browser is not known for the account.
    NewDevice,
    /// None of the person's recent sign-ins came from this network.
    NewNetwork,
    /// None of them came from this country.
    NewCountry,
    /// Nobody travels so fast from the place of the last one.
    ImpossibleTravel,
    /// The network is on the operator's list.
    ListedNetwork,
    /// A token of the person's was presented twice lately, so somebody had stolen it.
    ReplayedToken,
    /// Many wrong tries came before the right one.
    ManyFailures,
}

impl Signal {
    /// Every signal.
    pub const ALL: [Self; 7] = [
        Self::NewDevice,
        Self::NewNetwork,
        Self::NewCountry,
        Self::ImpossibleTravel,
        Self::ListedNetwork,
        Self::ReplayedToken,
        Self::ManyFailures,
    ];

    /// Its name in events, and in ids of requirements after `risk:`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NewDevice => "new_device",
            Self::NewNetwork => "new_network",
            Self::NewCountry => "new_country",
            Self::ImpossibleTravel => "impossible_travel",
            Self::ListedNetwork => "listed_network",
            Self::ReplayedToken => "replayed_token",
            Self::ManyFailures => "many_failures",
        }
    }

    /// What it adds to the score. Nothing that people do every day is enough alone: a new browser at home, a known one on a journey abroad.
    pub const fn weight(self) -> u32 {
        match self {
            Self::NewNetwork => 10,
            Self::NewCountry => 15,
            Self::NewDevice | Self::ListedNetwork | Self::ReplayedToken | Self::ManyFailures => 20,
            Self::ImpossibleTravel => 30,
        }
    }
}

/// How unusual, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RiskLevel {
    /// A score below 30.
    Low,
    /// 30 to 59.
    Elevated,
    /// 60 and more.
    High,
}

impl RiskLevel {
    /// Its name in events and metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Elevated => "elevated",
            Self::High => "high",
        }
    }
}

/// Whose sign-in looks how: the signals, of which score and level follow.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Risk(Vec<Signal>);

/// From where a sign-in came, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// The network, shortened as it is kept.
    pub network: String,
    /// Where that is, when it is known.
    pub place: Option<Place>,
    /// When.
    pub at: Timestamp,
}

/// What is known of a sign-in whose first factor is proven.
#[derive(Clone, Debug)]
pub struct Evidence<'a> {
    /// From where it comes; `None` when that is not known.
    pub here: Option<&'a Sighting>,
    /// Earlier sign-ins of the person, at most [`EARLIER_SIGN_INS`].
    pub earlier: &'a [Sighting],
    /// Whether the browser is known for the account.
    pub is_known_device: bool,
    /// Whether the operator's list has the network.
    pub is_listed: bool,
    /// Whether a token of the person's was presented twice within [`REPLAY_COUNTS`].
    pub was_replayed: bool,
    /// How many wrong tries in a row there were for the account.
    pub failures: i64,
}

impl Risk {
    /// The signals that the evidence gives.
    pub fn of(evidence: &Evidence<'_>) -> Self {
        Self(Signal::ALL.into_iter().filter(|signal| evidence.gives(*signal)).collect())
    }

    /// The signals, in the order of [`Signal::ALL`].
    pub fn signals(&self) -> &[Signal] {
        &self.0
    }

    /// The sum of their weights: 0 to 135.
    pub fn score(&self) -> u32 {
        self.0.iter().map(|signal| signal.weight()).sum()
    }

    /// What the score means.
    pub fn level(&self) -> RiskLevel {
        match self.score() {
            0..30 => RiskLevel::Low,
            30..60 => RiskLevel::Elevated,
            60.. => RiskLevel::High,
        }
    }
}

impl Evidence<'_> {
    fn gives(&self, signal: Signal) -> bool {
        match signal {
            Signal::NewDevice => !self.is_known_device,
            // Who has not signed in lately has no network that is known.
            Signal::NewNetwork => {
                self.here.is_some_and(|here| self.earlier.iter().all(|one| one.network != here.network))
            }
            Signal::NewCountry => self.is_new_country(),
            Signal::ImpossibleTravel => self.is_impossible_travel(),
            Signal::ListedNetwork => self.is_listed,
            Signal::ReplayedToken => self.was_replayed,
            // Tries of strangers are no reason to ask who is at a known device (S-073).
            Signal::ManyFailures => !self.is_known_device && self.failures >= MANY_FAILURES,
        }
    }

    fn is_new_country(&self) -> bool {
        let mut known = self.earlier.iter().filter_map(Sighting::country).peekable();
        let here = self.here.and_then(Sighting::country);
        here.is_some_and(|here| known.peek().is_some() && known.all(|one| one != here))
    }

    /// Measured from the last sign-in whose place is known.
    fn is_impossible_travel(&self) -> bool {
        let Some((here, there)) = self.here.and_then(|here| Some((here, here.place.as_ref()?.point?))) else {
            return false;
        };
        let placed = self.earlier.iter().filter_map(|one| Some((one.at, one.place.as_ref()?.point?)));
        let Some((at, last)) = placed.max_by_key(|(at, _)| *at) else { return false };
        #[expect(clippy::cast_precision_loss, reason = "a month has 2.6e9 milliseconds")]
        let hours = here.at.since(at).as_millis() as f64 / 3_600_000.0;
        there.distance_km(last) - SLACK_KM > FASTEST_KMH * hours
    }
}

impl Sighting {
    fn country(&self) -> Option<&str> {
        self.place.as_ref()?.country.as_deref()
    }
}

#[cfg(test)]
#[path = "risk_tests.rs"]
mod tests;
