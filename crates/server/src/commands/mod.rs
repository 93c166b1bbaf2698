//! What an operator types: each command opens the deployment, does one thing, prints it, and ends.
//!
//! Owns arguments and printing. Leaves what happens to the use cases in `issuer::configure`, so that a running server sees
//! the change as it would another node's.

pub(crate) mod audit;
pub(crate) mod backup;
pub(crate) mod clients;
mod deployment;
pub(crate) mod doctor;
pub(crate) mod explain;
pub(crate) mod keys;
pub(crate) mod migrate;
pub(crate) mod pages;
pub(crate) mod resources;
mod table;
pub(crate) mod users;
