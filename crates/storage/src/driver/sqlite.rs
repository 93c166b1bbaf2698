//! SQLite, run inline: the file, the settings of a connection, and the verbs on one.
//!
//! Leaves the reading connections to `sqlite_reader`, the single writer and its group commit to `sqlite_commit`.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use portreeve_domain::Fault;
use rusqlite::config::DbConfig;
use rusqlite::{CachedStatement, Connection, ErrorCode};

use super::row::Row;
use super::sqlite_commit::{Writer, Writing};
use super::sqlite_reader::{Reader, Readers};
use super::value::Value;
use super::write_ahead_log::WriteAheadLog;

/// How many prepared statements a connection keeps.
const STATEMENTS: usize = 256;
/// How long the log becomes before it is copied into the database, in pages of 4 KiB: what is written again and again is copied once.
const CHECKPOINT: i64 = 4000;

/// How many copies into one file may be begun and not ended.
const PARTS: u8 = 9;

/// An open SQLite file. Cheap to clone.
#[derive(Clone)]
pub(super) struct SqliteStore {
    readers: Arc<Readers>,
    writer: Writer,
    log: WriteAheadLog,
}

/// Turns an error of SQLite into a fault; a locked or full database may be well again in a moment.
pub(super) fn fault(error: rusqlite::Error) -> Fault {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::DiskFull | ErrorCode::CannotOpen) => {
            Fault::transient(error)
        }
        _ => Fault::new(error),
    }
}

impl SqliteStore {
    /// Opens or creates the file at `path` (mode 0600) in WAL mode.
    pub(super) fn open(path: &Path) -> Result<Self, Fault> {
        create_private(path)?;
        let writer = Connection::open(path).map_err(fault)?;
        writer.pragma_update(None, "journal_mode", "wal").map_err(fault)?;
        // NORMAL: a checkpoint waits for the disk, COMMIT does not: `sqlite_commit` waits for the log itself.
        writer.pragma_update(None, "synchronous", "normal").map_err(fault)?;
        writer.pragma_update(None, "foreign_keys", true).map_err(fault)?;
        writer.pragma_update(None, "wal_autocheckpoint", CHECKPOINT).map_err(fault)?;
        keep_plans(&writer)?;
        copy_log(&writer)?;
        let log = WriteAheadLog::of(path)?;
        let readers = Readers::of(path);
        Ok(Self { writer: Writer::start(writer, log.clone(), Arc::clone(&readers))?, readers, log })
    }

    /// As `Readers::reader`.
    pub(super) fn reader(&self) -> Result<Reader, Fault> {
        self.log.check()?;
        self.readers.reader()
    }

    /// As `Readers::reader_together`.
    pub(super) fn reader_together(&self) -> Result<Reader, Fault> {
        self.log.check()?;
        self.readers.reader_together()
    }

    /// Copies the database as it is at one moment into a new file at `path` (mode 0600), runs `mark` in it, and waits for the disk.
    /// Writers are not held up.
    pub(super) fn copy_to(&self, path: &Path, mark: &'static str) -> Result<(), Fault> {
        if path.symlink_metadata().is_ok() {
            return Err(Fault::new("there is such a file already; name another, or move that one away"));
        }
        let broken = |e: std::io::Error| Fault::new(e).while_doing(format!("write {}", path.display()));
        let part = part_of(path)?;
        let copied = self.copy_into(&part, mark).and_then(|()| {
            // A link is made only where nothing is, be it a link that leads nowhere.
            std::fs::hard_link(&part, path).map_err(broken)
        });
        std::fs::remove_file(&part).map_err(broken)?;
        copied?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        std::fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(broken)
    }

    /// Copies the database into an empty file that is there.
    fn copy_into(&self, path: &Path, mark: &'static str) -> Result<(), Fault> {
        let text = path.to_str().ok_or_else(|| Fault::new("the path is no text"))?;
        let source = Connection::open(self.readers.path()).map_err(fault)?;
        source.execute("VACUUM INTO ?1", [text]).map_err(fault)?;
        let copy = Connection::open(path).map_err(fault)?;
        // Nothing but the file itself: what is in it before the end is thrown away when this fails.
        copy.pragma_update(None, "journal_mode", "memory").map_err(fault)?;
        copy.execute(mark, []).map_err(fault)?;
        drop(copy);
        let copied = std::fs::File::open(path).and_then(|file| file.sync_all());
        copied.map_err(|e| Fault::new(e).while_doing(format!("wait for {}", path.display())))
    }

    /// Begins a transaction on the writer.
    pub(super) async fn begin(&self) -> Result<Writing, Fault> {
        self.writer.begin().await
    }
}

/// Copies what a process left in the log into the database, and begins the log anew. Where the disk did not keep what that process
/// wrote, the system may show it all the same: whoever wrote on behind it would lose everything behind it in a power cut. Nobody is waited
/// for: who has the file open knows what its disk keeps. Afterwards the log is there, until the last connection is closed.
fn copy_log(writer: &Connection) -> Result<(), Fault> {
    writer.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(())).map_err(fault)?;
    writer.busy_timeout(Duration::ZERO).map_err(fault)?;
    writer.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).map_err(fault)
}

/// Makes the file readable by its owner only, before SQLite creates it with the default mode.
fn create_private(path: &Path) -> Result<(), Fault> {
    match private_file(path) {
        // Not opened a second time: closing it would drop the locks that SQLite holds on it in this process.
        Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        made => made.map_err(|e| Fault::new(e).while_doing(format!("create {}", path.display()))),
    }
}

/// Makes a file beside `path` to copy into, under the first name that is free: what an interrupted copy left is in nobody's way.
fn part_of(path: &Path) -> Result<PathBuf, Fault> {
    let names = (1..=PARTS).map(|number| if number == 1 { "part".to_owned() } else { format!("part{number}") });
    for part in names.map(|name| path.with_added_extension(name)) {
        match private_file(&part) {
            Ok(()) => return Ok(part),
            Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(e) => return Err(Fault::new(e).while_doing(format!("make {}", part.display()))),
        }
    }
    Err(Fault::new(format!("{PARTS} copies were interrupted; remove the files {}.part*", path.display())))
}

/// Makes a file that is not there, readable by its owner only.
fn private_file(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

/// Keeps statements prepared, each with one plan. Without the stability guarantee SQLite looks at bound values for a better
/// plan and prepares a statement anew each time it is bound, wherever a table has a partial index.
pub(super) fn keep_plans(connection: &Connection) -> Result<(), Fault> {
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map(drop).map_err(fault)
}

/// Prepares `sql` (cached) and binds `values`.
///
/// SQLite takes `$2` as a *name* and numbers names by first occurrence, so values are bound by name: the n-th value
/// goes wherever `$n` stands.
fn bound<'c>(connection: &'c Connection, sql: &str, values: &[Value<'_>]) -> Result<CachedStatement<'c>, Fault> {
    const NAMES: [&str; 20] = [
        "$1", "$2", "$3", "$4", "$5", "$6", "$7", "$8", "$9", "$10", "$11", "$12", "$13", "$14", "$15", "$16", "$17",
        "$18", "$19", "$20",
    ];
    let mut statement = connection.prepare_cached(sql).map_err(fault)?;
    if values.len() > NAMES.len() || statement.parameter_count() != values.len() {
        return Err(Fault::new(format!("{} values for the parameters of: {sql}", values.len())));
    }
    for (name, value) in NAMES.iter().zip(values) {
        let index = statement
            .parameter_index(name)
            .map_err(fault)?
            .ok_or_else(|| Fault::new(format!("{name} is not in: {sql}")))?;
        let done = match *value {
            Value::Integer(value) => statement.raw_bind_parameter(index, value),
            Value::Text(value) => statement.raw_bind_parameter(index, value),
            Value::Bytes(value) => statement.raw_bind_parameter(index, value),
            Value::Boolean(value) => statement.raw_bind_parameter(index, value),
        };
        done.map_err(fault)?;
    }
    Ok(statement)
}

/// Runs a statement and counts the rows it changed.
pub(super) fn execute(connection: &Connection, sql: &str, values: &[Value<'_>]) -> Result<u64, Fault> {
    let changed = bound(connection, sql, values)?.raw_execute().map_err(fault)?;
    u64::try_from(changed).map_err(Fault::new)
}

/// Reads the first row. The statement is run to its end, so that a `RETURNING` changes every row it should.
pub(super) fn optional<T>(
    connection: &Connection,
    sql: &str,
    values: &[Value<'_>],
    mut read: impl FnMut(&Row<'_>) -> Result<T, Fault>,
) -> Result<Option<T>, Fault> {
    let mut statement = bound(connection, sql, values)?;
    let mut rows = statement.raw_query();
    let Some(row) = rows.next().map_err(fault)? else { return Ok(None) };
    let first = read(&Row::Sqlite(row))?;
    while rows.next().map_err(fault)?.is_some() {}
    Ok(Some(first))
}

/// Reads every row.
pub(super) fn all<T>(
    connection: &Connection,
    sql: &str,
    values: &[Value<'_>],
    mut read: impl FnMut(&Row<'_>) -> Result<T, Fault>,
) -> Result<Vec<T>, Fault> {
    let mut statement = bound(connection, sql, values)?;
    let mut rows = statement.raw_query();
    let mut found = Vec::new();
    while let Some(row) = rows.next().map_err(fault)? {
        found.push(read(&Row::Sqlite(row))?);
    }
    Ok(found)
}

#[cfg(all(test, unix))]
mod tests {
    use super::super::write_ahead_log::tests::broken_log;
    use super::*;

    /// After a wait that failed nothing is read any more: it may be what a power cut undoes (decision 0037).
    #[tokio::test]
    async fn what_a_disk_may_not_have_is_not_read() {
        let dir = tempfile::tempdir().unwrap();
        let mut store = SqliteStore::open(&dir.path().join("test.db")).unwrap();
        assert!(store.reader().is_ok());
        store.log = broken_log(dir.path());

        assert!(store.log.sync().is_err());

        assert!(store.reader().is_err());
    }
}
