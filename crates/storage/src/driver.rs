//! The one place that knows there are two databases.
//!
//! Owns connections, transactions and the four verbs (`one`, `optional`, `all`, `execute`) over `const` SQL with `$1`
//! parameters. Leaves every statement to the files grouped by noun beside this folder. DESIGN §3.

mod conn;
mod disk_thread;
mod endings;
pub mod patience;
mod postgres;
mod postgres_pool;
mod postgres_reader;
mod pulse;
mod row;
mod sqlite;
mod sqlite_commit;
mod sqlite_reader;
mod together;
mod value;
mod watch;
mod write_ahead_log;

pub use conn::{Conn, Store, Tx, Wall};
pub use row::Row;
pub use value::Value;
