//! The reading connections of SQLite, and the state of the database that each has before it.
//!
//! To see the database as it is costs SQLite two calls of the system, to take the read lock and to let go of it: as much as reading a row by
//! its key. So a connection keeps the state that it has seen, in an open transaction, until this process commits something, or for
//! [`KEPT`] where another process may have. Decision 0038.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use portreeve_domain::Fault;
use rusqlite::{Connection, OpenFlags};

use super::row::Row;
use super::sqlite::{all, execute, fault, keep_plans, optional};
use super::value::Value;

/// How many idle connections are kept.
const IDLE: usize = 8;
/// How long a state may be behind what another process, such as a command, has committed.
const KEPT: Duration = Duration::from_millis(1);

/// The reading connections of one file.
pub(super) struct Readers {
    path: Box<Path>,
    idle: Mutex<Vec<Idle>>,
    /// How often this process has committed.
    commits: AtomicU64,
}

struct Idle {
    connection: Connection,
    state: Option<State>,
}

/// The state of the database that a connection keeps.
#[derive(Clone, Copy, Debug)]
struct State {
    /// How often this process had committed, no later than it was seen.
    commits: u64,
    seen: Instant,
}

/// A connection that only reads; goes back to the others when dropped.
pub(super) struct Reader {
    connection: Option<Connection>,
    state: Option<State>,
    /// Whether all its statements see one state.
    is_together: bool,
    has_read: bool,
    readers: Arc<Readers>,
}

impl Readers {
    pub(super) fn of(path: &Path) -> Arc<Self> {
        Arc::new(Self { path: path.into(), idle: Mutex::new(Vec::new()), commits: AtomicU64::new(0) })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// A connection each of whose statements sees what was acknowledged before it, or with `is_together` what was before the first.
    pub(super) fn reader(self: &Arc<Self>, is_together: bool) -> Result<Reader, Fault> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let Idle { connection, state } = idle.map_or_else(|| self.connect(), Ok)?;
        Ok(Reader { connection: Some(connection), state, is_together, has_read: false, readers: Arc::clone(self) })
    }

    fn connect(&self) -> Result<Idle, Fault> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags).map_err(fault)?;
        keep_plans(&connection)?;
        Ok(Idle { connection, state: None })
    }

    /// Lets go of every state that nobody reads. Before a COMMIT, which may copy the log: what somebody has before them stays in it.
    pub(super) fn let_go(&self) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        // A connection that cannot let go of its state is closed, which lets go of it.
        idle.retain_mut(|idle| end(&idle.connection, &mut idle.state).is_ok());
    }

    /// This process has committed something. To be called before anybody is told so.
    pub(super) fn note_commit(&self) {
        self.commits.fetch_add(1, Ordering::Release);
    }

    /// Whether a state is what somebody who reads now may be shown.
    fn is_of_now(&self, state: State) -> bool {
        state.commits == self.commits.load(Ordering::Acquire) && state.seen.elapsed() < KEPT
    }
}

/// Lets go of the state that a connection keeps.
fn end(connection: &Connection, state: &mut Option<State>) -> Result<(), Fault> {
    match state.take() {
        Some(_) => execute(connection, "COMMIT", &[]).map(drop),
        None => Ok(()),
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else { return };
        let is_old = self.state.is_some_and(|state| !self.readers.is_of_now(state));
        if is_old && end(&connection, &mut self.state).is_err() {
            return;
        }
        let mut idle = self.readers.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < IDLE {
            idle.push(Idle { connection, state: self.state });
        }
    }
}

impl Reader {
    /// The connection, with the state that the next statement is to see.
    fn connection(&mut self) -> Result<&Connection, Fault> {
        let connection =
            self.connection.as_ref().ok_or_else(|| Fault::impossible("a reader without its connection"))?;
        let is_settled = self.is_together && self.has_read;
        if !is_settled && !self.state.is_some_and(|state| self.readers.is_of_now(state)) {
            end(connection, &mut self.state)?;
            // Counted before: the first statement takes the state, which may be a newer one.
            let state = State { commits: self.readers.commits.load(Ordering::Acquire), seen: Instant::now() };
            execute(connection, "BEGIN", &[])?;
            self.state = Some(state);
        }
        self.has_read = true;
        Ok(connection)
    }

    pub(super) fn execute(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<u64, Fault> {
        execute(self.connection()?, sql, values)
    }

    pub(super) fn optional<T>(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
        read: impl FnMut(&Row<'_>) -> Result<T, Fault>,
    ) -> Result<Option<T>, Fault> {
        optional(self.connection()?, sql, values, read)
    }

    pub(super) fn all<T>(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
        read: impl FnMut(&Row<'_>) -> Result<T, Fault>,
    ) -> Result<Vec<T>, Fault> {
        all(self.connection()?, sql, values, read)
    }
}

#[cfg(test)]
mod tests {
    use super::super::sqlite::SqliteStore;
    use super::*;

    const INSERT: &str = "INSERT INTO t (v) VALUES ($1)";

    async fn store(dir: &tempfile::TempDir) -> SqliteStore {
        let store = SqliteStore::open(&dir.path().join("test.db")).unwrap();
        let mut tx = store.begin().await.unwrap();
        tx.script("CREATE TABLE t (v BLOB)").unwrap();
        tx.commit().await.unwrap();
        store
    }

    async fn write(store: &SqliteStore, bytes: usize) {
        let mut tx = store.begin().await.unwrap();
        tx.execute(INSERT, &[vec![0; bytes].as_slice().into()]).unwrap();
        tx.commit().await.unwrap();
    }

    fn count(reader: &mut Reader) -> i64 {
        reader.optional("SELECT count(*) FROM t", &[], |row| row.integer(0)).unwrap().unwrap()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn each_statement_sees_what_was_acknowledged_before_it_and_those_together_one_state() {
        let dir = tempfile::tempdir().unwrap();
        let store = store(&dir).await;
        let (mut each, mut together) = (store.reader().unwrap(), store.reader_together().unwrap());
        for rows in 0..20 {
            assert_eq!((count(&mut each), count(&mut together)), (rows, 0));
            write(&store, 1).await;
        }
        drop((each, together));

        assert_eq!(count(&mut store.reader().unwrap()), 20);
        assert_eq!(count(&mut store.reader_together().unwrap()), 20);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_another_process_has_committed_is_seen_soon() {
        let dir = tempfile::tempdir().unwrap();
        let store = store(&dir).await;
        assert_eq!(count(&mut store.reader().unwrap()), 0);

        Connection::open(dir.path().join("test.db")).unwrap().execute("INSERT INTO t DEFAULT VALUES", []).unwrap();
        std::thread::sleep(KEPT);

        assert_eq!(count(&mut store.reader().unwrap()), 1);
    }

    /// A state that is kept keeps the log from beginning anew.
    #[tokio::test(flavor = "multi_thread")]
    async fn the_log_does_not_grow_while_states_are_kept() {
        let dir = tempfile::tempdir().unwrap();
        let store = store(&dir).await;
        for row in 1..=30 {
            write(&store, 2_000_000).await;
            // Two connections keep the state after this commit, unless they are told of the next.
            let mut readers = [store.reader().unwrap(), store.reader().unwrap()];
            assert_eq!(readers.each_mut().map(count), [row; 2]);
        }

        let log = std::fs::metadata(dir.path().join("test.db-wal")).unwrap().len();
        assert!(log < 25_000_000, "{log} bytes");
    }
}
