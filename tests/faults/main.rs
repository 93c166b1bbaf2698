//! What a deployment does when something breaks: killed processes, clients that go away, a database that does, more than
//! one node.
//!
//! Owns a load whose drivers keep a ledger of every change that was acknowledged, the check of that ledger against the
//! server, and the faults. All of it goes over HTTP and the command line to the real binary. Each test prints its figures;
//! with `PORTREEVE_FAULTS=long` in the environment it runs its long form, with a number so many percent of it. docs/reliability.md keeps what that printed.

mod backup;
mod cancellation;
mod clock_jumps;
mod crash;
mod cut_off_machines;
mod database_away;
mod dice;
mod disk_full;
mod disk_trace;
mod error_budget;
mod fake_clock;
mod fleet;
mod flooded_tenant;
mod half_done;
mod hostile_host;
mod keeper;
mod key_rotation;
mod ledger;
mod line;
mod login_storm;
mod member;
mod nodes;
mod noisy_tenant;
mod people_links;
mod people_once;
mod power_cut;
mod replay;
mod replay_grants;
mod replay_people;
mod report;
mod resource_floor;
mod showing;
mod slow_database;
mod soak;
