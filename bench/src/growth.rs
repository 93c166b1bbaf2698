//! A database as large as years make it: people, sessions, grants and tokens, copied from those that are there.
//!
//! The server must be stopped. What is copied keeps its sealed columns, so nobody can read them again; they are there to be
//! in the way: of tables, of indexes, of the cache.

use std::path::Path;

use anyhow::{Context as _, Result};
use rusqlite::Connection;

/// Where the new rows lie among those that are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// All of them are older: what is used is together at the end.
    Before,
    /// Between them: what is used is spread over everything.
    Between,
}

/// How many rows a transaction copies.
const BATCH: usize = 50_000;
/// How much of the database is kept in memory meanwhile.
const CACHE_KIB: i64 = 1 << 20;

/// A person, by the number of the copy: sixteen bytes.
const USER: &str = "CAST(printf('%016x', n) AS BLOB)";

/// Each table, and the columns that a copy has of its own. `{id}` is an id by the number of the copy, which is `n`.
const TABLES: [(&str, &[(&str, &str)]); 7] = [
    ("users", &[("id", USER), ("subject", "'grown-' || n"), ("email_index", "randomblob(32)"), ("is_admin", "0")]),
    ("password_credentials", &[("user_id", USER)]),
    ("browsers", &[("id", "{id}"), ("secret_hash", "randomblob(32)"), ("expires_at", "expires_at + n % 3600000")]),
    (
        "sessions",
        &[
            ("id", "{id}"),
            ("browser_id", "{id}"),
            ("user_id", USER),
            ("sid", "'grown-' || n"),
            ("seen_at", "seen_at + n % 60000"),
        ],
    ),
    ("token_families", &[("id", "{id}"), ("user_id", USER), ("session_id", "{id}")]),
    (
        "access_tokens",
        &[
            ("id", "{id}"),
            ("family_id", "{id}"),
            ("user_id", USER),
            ("secret_hash", "randomblob(32)"),
            ("expires_at", "expires_at + n % 3600000"),
        ],
    ),
    (
        "refresh_tokens",
        &[
            ("id", "{id}"),
            ("family_id", "{id}"),
            ("secret_hash", "randomblob(32)"),
            ("salt", "randomblob(16)"),
            ("expires_at", "expires_at + n % 3600000"),
        ],
    ),
];

/// Copies `count` rows into each table of the SQLite database at `file`.
///
/// # Errors
/// Of SQLite; when a table has no row to copy.
pub(crate) fn grow(file: &Path, count: i64, place: Place) -> Result<()> {
    let mut database = Connection::open(file)?;
    // Who begins anew after a crash needs neither a journal nor the disk's word, and indexes are met at random.
    database.pragma_update(None, "journal_mode", "OFF")?;
    database.pragma_update(None, "synchronous", "OFF")?;
    database.pragma_update(None, "cache_size", -CACHE_KIB)?;
    let (first, last): (i64, i64) =
        database.query_row("SELECT min(id), max(id) FROM access_tokens", [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let id = match place {
        Place::Before => format!("{first} - {count} + n"),
        Place::Between => format!("{first} + n * {}", ((last - first) / count).max(1)),
    };
    for (table, changes) in TABLES {
        let statement = copying(&database, table, changes, &id).with_context(|| table)?;
        for from in (0..count).step_by(BATCH) {
            let batch = database.transaction()?;
            batch.execute(&statement, [from, (from + BATCH as i64).min(count) - 1])?;
            batch.commit()?;
        }
    }
    database.pragma_update(None, "journal_mode", "WAL")?;
    Ok(())
}

/// The statement that copies a table's newest row, for the numbers from `?1` to `?2`. An id that is taken is left out.
fn copying(database: &Connection, table: &str, changes: &[(&str, &str)], id: &str) -> Result<String> {
    let mut columns = database.prepare("SELECT name FROM pragma_table_info(?1)")?;
    let columns: Vec<String> = columns.query_map([table], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let values: Vec<String> = columns
        .iter()
        .map(|column| match changes.iter().find(|(changed, _)| changed == column) {
            Some((_, value)) => value.replace("{id}", id),
            None => column.clone(),
        })
        .collect();
    // A token of a person: tokens of services have no family.
    let model = if table == "access_tokens" { "WHERE family_id IS NOT NULL" } else { "" };
    Ok(format!(
        "WITH RECURSIVE number(n) AS (SELECT ?1 UNION ALL SELECT n + 1 FROM number WHERE n < ?2) \
         INSERT OR IGNORE INTO {table} ({}) \
         SELECT {} FROM number, (SELECT * FROM {table} {model} LIMIT 1)",
        columns.join(", "),
        values.join(", ")
    ))
}
