//! Every statement of the storage crate on both databases.
//!
//! Owns what must hold for rows: each repository function with its guard, single use under races, the wall between
//! tenants, query plans, transactions, migrations. A test body is written once and runs on SQLite and on PostgreSQL.
//! What rows mean is left to the tests of `domain`, what happens to those of `issuer`.
//! Run it with `cargo test`: the tests of one process share one PostgreSQL.

mod completeness;
mod database;
mod durability;
mod erasure;
mod home;
mod migrations;
mod query_plans;
mod race;
mod recall;
mod repositories;
mod row_level_security;
mod rows;
mod sources;
mod together;
mod transactions;
