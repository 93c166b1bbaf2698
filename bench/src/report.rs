//! The tables: medians of interleaved rounds, as ratios to the yardstick and to the floor of the same run.
//!
//! Owns what a floor is. No bare number is printed without what it is compared with.

use std::time::Duration;

use crate::load::Load;
use crate::raw::Part;

/// How far the yardstick may drift within a run that counts: a fifth.
const MAX_DRIFT: f64 = 0.2;

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
    pub(crate) rates: Vec<f64>,
    /// What is promised of the yardstick, and of the floor.
    pub(crate) goals: (Option<f64>, Option<f64>),
}

/// The rates of the plain reply and of the parts, in the same run.
pub(crate) struct Baseline {
    pub(crate) plain: Vec<f64>,
    pub(crate) parts: Vec<(Part, Vec<f64>)>,
}

impl Measure {
    pub(crate) fn median(&self) -> f64 {
        median(&self.rates)
    }
}

impl Baseline {
    pub(crate) fn new() -> Self {
        Self { plain: Vec::new(), parts: Part::ALL.into_iter().map(|part| (part, Vec::new())).collect() }
    }

    /// Steps a second if every part of the step took the time that it takes alone.
    fn floor(&self, step: &Step) -> f64 {
        let requests = f64::from(step.requests) / median(&self.plain);
        let parts = step.parts.iter().map(|(part, count)| f64::from(*count) / self.rate(*part));
        1.0 / (requests + parts.sum::<f64>())
    }

    fn rate(&self, part: Part) -> f64 {
        self.parts.iter().find(|(known, _)| *known == part).map_or(f64::NAN, |(_, rates)| median(rates))
    }
}

/// Prints what the other tables are ratios of.
pub(crate) fn print_baseline(baseline: &Baseline) {
    let plain = median(&baseline.plain);
    println!("| part, alone on the core | a second |\n|---|---|");
    println!("| H: plain axum JSON reply | {plain:.0} |");
    for (part, rates) in &baseline.parts {
        println!("| {} | {:.0} |", part.name(), median(rates));
    }
    let drift = baseline.plain.iter().map(|rate| (rate - plain).abs() / plain).fold(0.0, f64::max);
    let verdict = if drift > MAX_DRIFT { ": more than 20 %, this run does not count" } else { "" };
    println!("\nThe yardstick drifted by {:.0} %{verdict}.\n", drift * 100.0);
}

/// Prints one line a measure: of H, of its floor L, and what is promised.
pub(crate) fn print_measures(baseline: &Baseline, measures: &[Measure]) {
    println!("| measure | a second | of H | of L | goal |\n|---|---|---|---|---|");
    for measure in measures {
        let rate = measure.median();
        let of_plain = rate / median(&baseline.plain);
        let of_floor = rate / baseline.floor(&measure.step);
        println!("| {} | {rate:.0} | {of_plain:.2} | {of_floor:.2} | {} |", measure.name, goal(measure.goals));
    }
    println!();
}

/// Prints a rate beside another server's: `(what, ours, theirs)`.
pub(crate) fn print_beside(heading: &str, rows: &[(&str, f64, f64)]) {
    println!("| {heading} | ours | theirs | ratio |\n|---|---|---|---|");
    for (name, ours, theirs) in rows {
        println!("| {name} | {ours:.0} | {theirs:.0} | {:.2} |", ours / theirs);
    }
    println!();
}

/// The middle one.
pub(crate) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
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
