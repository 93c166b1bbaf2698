//! Whether a commit that was acknowledged outlives a power cut.
//!
//! Owns asking the database what it waits for. Leaves what follows to whoever starts a server. SQLite is opened so that it waits
//! (`driver::sqlite`, decision 0037); it is asked all the same, as that is what everything hangs on.

use portreeve_domain::Fault;

use crate::{Store, Wall};

const SYNCHRONOUS: &str = "PRAGMA synchronous";
const JOURNAL_MODE: &str = "PRAGMA journal_mode";
/// `PRAGMA synchronous` of a connection whose checkpoints wait for the disk; the driver waits for each commit.
const NORMAL: i64 = 1;
const SETTINGS: &str = "SELECT current_setting('fsync'), current_setting('synchronous_commit')";

/// The settings of the database because of which it acknowledges commits that a power cut undoes, as `NAME=VALUE`; none where
/// every commit waits for the disk. On PostgreSQL those that hold for the role of the server.
///
/// # Errors
/// A fault when the database is away.
pub async fn doubts(store: &Store) -> Result<Vec<String>, Fault> {
    // The connection that writes, on SQLite.
    let mut tx = store.begin(Wall::All).await?;
    let said = if store.is_postgres() {
        let (fsync, commit) = tx.one(SETTINGS, &[], |row| Ok((row.text(0)?, row.text(1)?))).await?;
        [("fsync", fsync != "off", fsync), ("synchronous_commit", commit != "off", commit)]
    } else {
        let level = tx.one(SYNCHRONOUS, &[], |row| row.integer(0)).await?;
        let mode = tx.one(JOURNAL_MODE, &[], |row| row.text(0)).await?;
        [("synchronous", level >= NORMAL, level.to_string()), ("journal_mode", mode == "wal", mode)]
    };
    Ok(said.into_iter().filter(|(_, waits, _)| !waits).map(|(name, _, value)| format!("{name}={value}")).collect())
}
