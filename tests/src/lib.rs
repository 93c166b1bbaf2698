//! The test harness: real parts for tests that need them.
//!
//! A PostgreSQL per test process, temporary folders, free addresses and child processes come from `tests/parts`; each goes
//! away with whoever made it. For tests that speak HTTP it owns a server in the test's own process (`deployment`), a browser and
//! relying parties that talk to it, and what that server is filled with (`cast`). What is tested is left to the suites
//! beside this library. Functions panic with what went wrong instead of returning errors: a test has nobody to hand them to.

mod aftermath;
pub mod authenticator;
pub mod authorization;
pub mod backchannel;
pub mod browser;
pub mod cast;
pub mod catalogue;
pub mod certificates;
pub mod deployment;
pub mod device;
pub mod documented;
pub mod doors;
pub mod dpop;
mod faults;
pub mod hosted;
pub mod idp;
pub mod jwt;
mod markup;
pub mod patience;
pub mod portreeve;
mod published;
pub mod relying_party;
pub mod reply;
pub mod server;
mod template;
pub mod totp;
pub mod visitor;

pub use portreeve_test_parts::{address, postgres, process, temp};
