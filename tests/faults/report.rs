//! How long a test runs, what a node says of itself, and what is said at the end.

use std::{
    env,
    io::{self, Write},
    time::Duration,
};

use http::Method;
use portreeve_tests::{server::Node, visitor::Visitor};

/// Returns how many times something is done: a few in the short form, which runs with every change; as often as a goal says in
/// the long one; or so many percent of that, where `PORTREEVE_FAULTS` is a number.
pub(crate) fn rounds(short: usize, long: usize) -> usize {
    match env::var("PORTREEVE_FAULTS").as_deref() {
        Ok("long") => long,
        Ok(percent) => percent.parse().map_or(short, |percent: usize| short.max(long * percent / 100)),
        Err(_) => short,
    }
}

/// Writes past the test runner, which swallows the output of tests that pass.
pub(crate) fn say(line: &str) {
    writeln!(io::stderr(), "{line}").expect("write to standard error");
}

/// What a node's metric says, one without labels.
///
/// # Panics
///
/// When there is none of that name.
pub(crate) async fn metric(node: &Node, name: &str) -> usize {
    let text = Visitor::new(node.admin).send(Method::GET, "/metrics", &[], String::new()).await.text();
    let of_name = |line: &str| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok();
    text.lines().find_map(of_name).unwrap_or_else(|| panic!("{name} is not in {text}"))
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
