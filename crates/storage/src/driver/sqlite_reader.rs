//! The reading connections of SQLite, and the state of the database that some of them keep.
//!
//! To see the database as it is costs SQLite two calls of the system, to take the read lock and to let go of it: as much as reading a row by
//! its key. So a connection for reads that belong together goes back with its transaction open, and whoever reads next is shown the same
//! state, unless this process has committed meanwhile. Decision 0038.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use portreeve_domain::Fault;
use rusqlite::{Connection, OpenFlags};

use super::row::Row;
use super::sqlite::{all, execute, fault, keep_plans, optional};
use super::value::Value;

/// How many idle connections are kept.
const IDLE: usize = 8;
/// How old a state may be when somebody begins to read in it: another process, such as a command, may have committed.
const USABLE: Duration = Duration::from_millis(1);

/// The reading connections of one file.
pub(super) struct Readers {
    path: Box<Path>,
    idle: Mutex<Vec<Idle>>,
    /// How often this process has begun or ended a COMMIT: odd while there is one.
    commits: AtomicU64,
}

struct Idle {
    connection: Connection,
    state: Option<State>,
}

/// The state that an open transaction sees.
#[derive(Clone, Copy, Debug)]
struct State {
    /// The count before the transaction was begun.
    commits: u64,
    since: Instant,
}

/// A connection that only reads; goes back to the others when dropped.
pub(super) struct Reader {
    connection: Option<Connection>,
    state: Option<State>,
    readers: Arc<Readers>,
}

/// While this lives, this process commits, and no state is kept: it would keep the log from being copied whole, and what was committed may
/// have been shown to somebody already.
pub(super) struct Committing<'r>(&'r Readers);

impl Drop for Committing<'_> {
    fn drop(&mut self) {
        self.0.commits.fetch_add(1, Ordering::Release);
    }
}

impl Readers {
    pub(super) fn of(path: &Path) -> Arc<Self> {
        Arc::new(Self { path: path.into(), idle: Mutex::new(Vec::new()), commits: AtomicU64::new(0) })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// A connection each of whose statements sees what was committed before it.
    pub(super) fn reader(self: &Arc<Self>) -> Result<Reader, Fault> {
        let idle = self.take(|idle| idle.state.is_none())?;
        let connection = self.without_state(idle)?;
        Ok(Reader { connection: Some(connection), state: None, readers: Arc::clone(self) })
    }

    /// A connection all of whose statements see one state: what this process has committed before now, and others a millisecond before.
    /// After an error of the disk or of memory, which ends the transaction, they see what was committed before each.
    pub(super) fn reader_together(self: &Arc<Self>) -> Result<Reader, Fault> {
        let idle = self.take(|idle| idle.state.is_some())?;
        let (connection, state) = match idle.state.filter(|state| self.is_usable(*state)) {
            Some(state) => (idle.connection, state),
            None => self.begin(self.without_state(idle)?)?,
        };
        Ok(Reader { connection: Some(connection), state: Some(state), readers: Arc::clone(self) })
    }

    /// An idle connection, one that `suits` where there is one, or a new one.
    fn take(&self, suits: impl Fn(&Idle) -> bool) -> Result<Idle, Fault> {
        let mut idle = self.idle();
        if let Some(place) = idle.iter().rposition(suits) {
            return Ok(idle.swap_remove(place));
        }
        let any = idle.pop();
        drop(idle);
        any.map_or_else(|| self.connect(), Ok)
    }

    fn connect(&self) -> Result<Idle, Fault> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags).map_err(fault)?;
        keep_plans(&connection)?;
        Ok(Idle { connection, state: None })
    }

    /// A connection that keeps nothing: the same one, or another where it cannot let go.
    fn without_state(&self, idle: Idle) -> Result<Connection, Fault> {
        match end(&idle.connection, idle.state) {
            Ok(()) => Ok(idle.connection),
            Err(_) => self.connect().map(|new| new.connection),
        }
    }

    /// Begins a transaction, whose state is that of its first statement: no older than the count that is looked at before.
    fn begin(&self, connection: Connection) -> Result<(Connection, State), Fault> {
        let state = State { commits: self.commits.load(Ordering::Acquire), since: Instant::now() };
        execute(&connection, "BEGIN", &[])?;
        Ok((connection, state))
    }

    fn is_usable(&self, state: State) -> bool {
        let commits = self.commits.load(Ordering::Acquire);
        state.commits == commits && commits.is_multiple_of(2) && state.since.elapsed() < USABLE
    }

    /// To be called before COMMIT, and what it returns to be dropped before anybody is told of it.
    pub(super) fn committing(&self) -> Committing<'_> {
        let mut idle = self.idle();
        self.commits.fetch_add(1, Ordering::AcqRel);
        let committing = Committing(self);
        let_go(&mut idle);
        committing
    }

    /// Lets go of every state that is kept: where nobody commits, others may.
    pub(super) fn let_go(&self) {
        let_go(&mut self.idle());
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Idle>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection that cannot let go of its state is closed, which lets go of it.
fn let_go(idle: &mut Vec<Idle>) {
    idle.retain_mut(|idle| end(&idle.connection, idle.state.take()).is_ok());
}

/// Ends the transaction of a state, unless an error has.
fn end(connection: &Connection, state: Option<State>) -> Result<(), Fault> {
    match state {
        Some(_) if !connection.is_autocommit() => execute(connection, "COMMIT", &[]).map(drop),
        _ => Ok(()),
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else { return };
        // Looked at with the lock held: whoever commits next lets go of what is kept now.
        let mut idle = self.readers.idle();
        let state = self.state.filter(|state| !connection.is_autocommit() && self.readers.is_usable(*state));
        if state.is_none() && end(&connection, self.state).is_err() {
            return;
        }
        if idle.len() < IDLE {
            idle.push(Idle { connection, state });
        }
    }
}

impl Reader {
    fn connection(&self) -> Result<&Connection, Fault> {
        self.connection.as_ref().ok_or_else(|| Fault::impossible("a reader without its connection"))
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
#[path = "sqlite_reader_tests.rs"]
mod tests;
