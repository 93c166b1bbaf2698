//! The tables: medians of interleaved rounds, as ratios to the yardstick and to the floor of the same round.
//!
//! Owns what a floor is, and when a ratio counts. No bare number is printed without what it is compared with.

use std::fmt;
use std::time::Duration;

use crate::load::Load;
use crate::raw::Part;

/// How far apart the middle half of the rounds may be, of a ratio that counts: a fifth of it.
const MAX_SPREAD: f64 = 0.2;

/// What a step consists of at least, beside its HTTP requests.
pub(crate) struct Step {
    pub(crate) requests: u32,
    pub(crate) parts: &'static [(Part, u32)],
}

/// One thing measured.
pub(crate) struct Measure {
    pub(crate) name: &'static str,
    pub(crate) step: Step,
    pub(crate) load: Load,
    pub(crate) rounds: Vec<Round>,
    /// What is promised of the yardstick, and of the floor.
    pub(crate) goals: (Option<f64>, Option<f64>),
}

/// A measure's rate in one round.
pub(crate) struct Round {
    pub(crate) rate: f64,
    /// The plain reply's, just before and just after.
    pub(crate) plain: f64,
}

/// The rates of the plain reply and of the parts, in the same run.
pub(crate) struct Baseline {
    pub(crate) plain: Vec<f64>,
    /// One rate of each part a round.
    pub(crate) parts: Vec<(Part, Vec<f64>)>,
}

/// One load on two servers by turns.
pub(crate) struct Beside {
    pub(crate) name: &'static str,
    /// Ours and theirs, round by round.
    pub(crate) rates: Vec<(f64, f64)>,
}

/// A ratio, round by round: the median, and where the middle half of the rounds lies.
#[derive(Clone, Copy, Debug)]
struct Spread {
    low: f64,
    middle: f64,
    high: f64,
}

impl Measure {
    pub(crate) fn median(&self) -> f64 {
        median(self.rounds.iter().map(|round| round.rate))
    }
}

impl Baseline {
    pub(crate) fn new() -> Self {
        Self { plain: Vec::new(), parts: Part::ALL.into_iter().map(|part| (part, Vec::new())).collect() }
    }

    /// Steps a second if every part of the step took the time that it takes alone, in the round of this `number`.
    fn floor(&self, step: &Step, number: usize, plain: f64) -> f64 {
        let parts = step.parts.iter().map(|(part, count)| f64::from(*count) / self.rate(*part, number));
        1.0 / (f64::from(step.requests) / plain + parts.sum::<f64>())
    }

    fn rate(&self, part: Part, round: usize) -> f64 {
        let rates = self.parts.iter().find(|(known, _)| *known == part).map(|(_, rates)| rates);
        rates.and_then(|rates| rates.get(round).copied()).unwrap_or(f64::NAN)
    }
}

impl Spread {
    fn of(rounds: impl IntoIterator<Item = f64>) -> Self {
        let sorted = sorted(rounds);
        let quarter = sorted.len() / 4;
        let at = |place: usize| sorted.get(place).copied().unwrap_or(f64::NAN);
        Self { low: at(quarter), middle: at(sorted.len() / 2), high: at(sorted.len().saturating_sub(1 + quarter)) }
    }

    fn counts(self) -> bool {
        (self.high - self.low) / self.middle <= MAX_SPREAD
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { low, middle, high } = self;
        let verdict = if self.counts() { "" } else { ", does not count" };
        let digits = if *middle < 0.1 { 3 } else { 2 };
        write!(out, "{middle:.digits$} ({low:.digits$} to {high:.digits$}{verdict})")
    }
}

/// Prints what the other tables are ratios of.
pub(crate) fn print_baseline(baseline: &Baseline) {
    let row = |name: &str, rates: &[f64]| println!("| {name} | {:.0} |", median(rates.iter().copied()));
    println!("| part, alone on the core | a second |\n|---|---|");
    row("H: plain axum JSON reply", &baseline.plain);
    for (part, rates) in &baseline.parts {
        row(part.name(), rates);
    }
    let plain = sorted(baseline.plain.iter().copied());
    if let [slowest, .., fastest] = plain.as_slice() {
        println!("\nThe plain reply was between {slowest:.0} and {fastest:.0} a second.\n");
    }
}

/// Prints one line a measure: of H, of its floor L, and what is promised.
pub(crate) fn print_measures(baseline: &Baseline, measures: &[Measure]) {
    println!("Ratios are of the same round: the median, and the middle half of the rounds.\n");
    println!("| measure | a second | of H | of L | goal |\n|---|---|---|---|---|");
    for measure in measures {
        let of_plain = if measure.step.requests == 0 {
            String::new()
        } else {
            Spread::of(measure.rounds.iter().map(|round| round.rate / round.plain)).to_string()
        };
        let of_floor = Spread::of(
            measure
                .rounds
                .iter()
                .enumerate()
                .map(|(number, round)| round.rate / baseline.floor(&measure.step, number, round.plain)),
        );
        println!("| {} | {:.0} | {of_plain} | {of_floor} | {} |", measure.name, measure.median(), goal(measure.goals));
    }
    println!();
}

/// Prints rates beside another server's.
pub(crate) fn print_beside(heading: &str, rows: &[Beside]) {
    println!("| {heading} | ours | theirs | ratio |\n|---|---|---|---|");
    for Beside { name, rates } in rows {
        let (ours, theirs) = (median(rates.iter().map(|rate| rate.0)), median(rates.iter().map(|rate| rate.1)));
        let ratio = Spread::of(rates.iter().map(|(ours, theirs)| ours / theirs));
        println!("| {name} | {ours:.0} | {theirs:.0} | {ratio} |");
    }
    println!();
}

/// The middle one.
pub(crate) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    Spread::of(values).middle
}

fn sorted(values: impl IntoIterator<Item = f64>) -> Vec<f64> {
    let mut sorted: Vec<f64> = values.into_iter().collect();
    sorted.sort_by(f64::total_cmp);
    sorted
}

/// The time that 99 of 100 do not exceed, in milliseconds.
pub(crate) fn p99_ms(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times.get(times.len() * 99 / 100).map_or(f64::NAN, |time| time.as_secs_f64() * 1000.0)
}

fn goal((of_plain, of_floor): (Option<f64>, Option<f64>)) -> String {
    let of_plain = of_plain.map(|goal| format!("{goal:.2} H"));
    let of_floor = of_floor.map(|goal| format!("{goal:.2} L"));
    of_floor.into_iter().chain(of_plain).collect::<Vec<_>>().join(", ")
}
