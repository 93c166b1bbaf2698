//! Third-party clients, run from `tests/clients/run`, as tests.
//!
//! The checks themselves are scripts in the clients' own languages. First they are shown right against a certified
//! provider, the control: a check that fails there says nothing about us.

mod demo_tls;
mod described;
mod page_scan;
mod tls_scan;

use std::{
    path::Path,
    process::{Command, Output},
};

use portreeve_tests::portreeve::{Demo, binary};

/// Runs all checks with the given arguments.
fn checks(arguments: &[&str]) -> Output {
    Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("clients/run"))
        .args(arguments)
        .output()
        .expect("run tests/clients/run")
}

#[test]
fn every_check_passes_against_the_control() {
    passes(checks(&["--target", "control"]));
}

#[test]
fn every_check_passes_against_portreeve() {
    let demo = Demo::start();

    let description = demo.description();
    passes(checks(&["--target", "portreeve", "--demo-json", description.to_str().expect("a plain path")]));
}

#[test]
fn every_check_of_clients_with_keys_passes_against_portreeve() {
    passes(checks(&["--target", "portreeve", "--binary", binary().to_str().expect("a plain path")]));
}

fn passes(output: Output) {
    let (printed, complaints) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{printed}\n{complaints}\nif packages are missing: scripts/install test");
}
