//! How long a test runs, and what it says at the end.

use std::{
    env,
    io::{self, Write},
    time::Duration,
};

/// Returns how many times something is done: a few in the short form, which runs with every change, or as often as a goal
/// says.
pub(crate) fn rounds(short: usize, long: usize) -> usize {
    let is_long = env::var("PORTREEVE_FAULTS").is_ok_and(|form| form == "long");
    if is_long { long } else { short }
}

/// Writes past the test runner, which swallows the output of tests that pass.
pub(crate) fn say(line: &str) {
    writeln!(io::stderr(), "{line}").expect("write to standard error");
}

/// Returns the time that `percent` of all stayed below.
///
/// # Panics
///
/// When there is none.
pub(crate) fn quantile(times: &[Duration], percent: usize) -> Duration {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    sorted[(sorted.len() - 1) * percent / 100]
}
