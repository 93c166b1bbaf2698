//! `portreeve serve` as a process, on either database, over HTTP: what an operator sees of it.
//!
//! Owns what a process in the test cannot show: logs in both formats, `/metrics`, files, signals, several nodes and the
//! command line beside a running server.

mod audit_command;
mod canaries;
mod commands;
mod copies;
mod ending;
mod explain_command;
mod keys;
mod many_names;
mod metrics;
mod network_files;
mod planted;
mod test_rig;
