//! Parts of a machine that tests and the benchmark start and stop: a PostgreSQL, child processes, free addresses,
//! temporary folders.
//!
//! Knows nothing of Portreeve. Functions panic with what went wrong instead of returning errors: a test has nobody to hand
//! them to.

pub mod address;
pub mod mmdb;
pub mod postgres;
pub mod process;
pub mod temp;
