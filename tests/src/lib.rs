//! The test harness: real parts for tests that need them.
//!
//! Owns a PostgreSQL per test process, temporary folders, free addresses and child processes; each goes away with
//! whoever made it. What is tested is left to the suites beside this library. Functions panic with what went
//! wrong instead of returning errors: a test has nobody to hand them to.

pub mod address;
pub mod postgres;
pub mod process;
pub mod temp;
