//! The binary `portreeve`: settings, command line, wiring, listening.
//!
//! Owns turning arguments and settings into a running process or a finished command, and the exit code. Leaves every
//! request to the doors and everything that happens to `issuer`.

// A macro would end the process where nobody reads; see `print`.
#![deny(clippy::print_stdout, clippy::print_stderr)]

mod command_line;
mod commands;
mod demo;
mod failure;
mod print;
mod serve;
mod settings;

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;

use command_line::CommandLine;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How long the end waits for threads that are blocked by the system.
const LAST_THREADS: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    let arguments = CommandLine::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            print::remark(format_args!("portreeve: no threads: {error}"));
            return ExitCode::FAILURE;
        }
    };
    let outcome = runtime.block_on(arguments.run());
    // A look-up of a name at a resolver that does not answer holds its thread for much longer.
    runtime.shutdown_timeout(LAST_THREADS);
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            print::remark(format_args!("portreeve: {failure}"));
            failure.exit_code()
        }
    }
}
