//! The table: medians of interleaved rounds, each as a ratio to the yardstick of the same run.

use std::time::Duration;

use crate::load::Request;

/// How far the yardstick may drift within a run that counts: a fifth.
const MAX_DRIFT: f64 = 0.2;

/// One thing measured.
pub(crate) struct Measure {
    name: &'static str,
    pub(crate) request: Request,
    pub(crate) rates: Vec<f64>,
}

impl Measure {
    pub(crate) fn new(name: &'static str, request: Request) -> Self {
        Self { name, request, rates: Vec::new() }
    }
}

/// Prints the table.
pub(crate) fn print(plain: &[f64], measures: &[Measure], start_up: Duration, idle_kib: u64, loaded_kib: u64) {
    let yardstick = median(plain);
    println!("| measure | requests/s | of a plain axum reply |");
    println!("|---|---|---|");
    println!("| plain axum JSON reply | {yardstick:.0} | 1.00 |");
    for measure in measures {
        let rate = median(&measure.rates);
        println!("| {} | {rate:.0} | {:.2} |", measure.name, rate / yardstick);
    }
    println!("\nstart to first 200, database there: {} ms", start_up.as_millis());
    println!("memory idle {:.0} MiB, after load {:.0} MiB", mib(idle_kib), mib(loaded_kib));
    let drift = drift(plain, yardstick);
    let verdict = if drift > MAX_DRIFT { "; more than 20 %: this run does not count" } else { "" };
    println!("yardstick drift {:.0} %{verdict}", drift * 100.0);
}

fn mib(kib: u64) -> f64 {
    kib as f64 / 1024.0
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}

/// How far the values are from their median at most, as a share of it.
fn drift(values: &[f64], median: f64) -> f64 {
    values.iter().map(|value| (value - median).abs() / median).fold(0.0, f64::max)
}
