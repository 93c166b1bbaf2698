//! The binary `portreeve`: settings, command line, wiring, listening.
//!
//! Owns turning arguments and settings into a running process or a finished command, and the exit code. Leaves every
//! request to the doors and everything that happens to `issuer`.

mod command_line;
mod commands;
mod demo;
mod failure;
mod serve;
mod settings;

use std::process::ExitCode;

use clap::Parser;

use command_line::CommandLine;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments = CommandLine::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("portreeve: no threads: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(arguments.run()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("portreeve: {failure}");
            failure.exit_code()
        }
    }
}
