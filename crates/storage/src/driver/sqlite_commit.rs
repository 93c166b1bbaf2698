//! The one writer of SQLite and its group commit.
//!
//! Many transactions share one COMMIT and so one wait for the disk. A transaction takes the lock (first come, first
//! served), sets a savepoint in the open batch, runs its statements inline, and on `commit` releases the savepoint, hands
//! the lock on, and waits for its batch. The committer is a task that steps back once when it is woken and then queues for the
//! same lock, after everybody who was about to: batches form by themselves, without a timer. It hands the lock on before it
//! waits for the disk, so that the next batch fills meanwhile. DESIGN §3, "Writes"; decision 0037.

use std::mem;
use std::sync::Arc;
use std::time::Duration;

use portreeve_domain::Fault;
use rusqlite::Connection;
use tokio::sync::{Mutex, OwnedMutexGuard, mpsc, watch};
use tokio::time::{Instant, timeout};

use super::disk_thread::DiskThread;
use super::row::Row;
use super::sqlite::{self, fault};
use super::sqlite_reader::Readers;
use super::value::Value;
use super::write_ahead_log::WriteAheadLog;

/// How long to wait for another process that holds the file.
const OTHER_PROCESS: Duration = Duration::from_secs(5);
/// How long nobody commits before readers let go of what they keep.
const REST: Duration = Duration::from_millis(500);

/// The writer. Cheap to clone.
#[derive(Clone)]
pub(super) struct Writer {
    desk: Arc<Mutex<Desk>>,
    disk: DiskThread,
    log: WriteAheadLog,
    wake_committer: mpsc::Sender<()>,
}

/// What the lock protects: the connection and the batch that is open on it.
struct Desk {
    /// Before the connection, so that it is the last one to be closed: that one may take the log away, those for reading may not.
    readers: Arc<Readers>,
    connection: Connection,
    batch: Option<Batch>,
    /// What the database was when it was last waited for: how many rows this connection had changed, and a number that is another one
    /// when another connection, as of another process, has changed something.
    changes: u64,
    data_version: Option<i64>,
}

/// A batch: the transactions that will be committed by one COMMIT. The channel tells its members how that went.
#[derive(Clone)]
struct Batch(Arc<watch::Sender<Fate>>);

#[derive(Clone, Debug)]
enum Fate {
    Open,
    Committed,
    Lost(String),
}

/// A transaction on the writer: holds the lock until it is committed or dropped.
pub(super) struct Writing {
    desk: Option<OwnedMutexGuard<Desk>>,
    batch: Batch,
    /// Whether a statement failed: the transaction must not commit, as it does not on PostgreSQL.
    failed: bool,
    wake_committer: mpsc::Sender<()>,
}

impl Writer {
    /// Takes the connection and starts the committer; it ends when the last clone of the writer is gone.
    ///
    /// # Errors
    /// A fault when the system gives no thread.
    pub(super) fn start(connection: Connection, log: WriteAheadLog, readers: Arc<Readers>) -> Result<Self, Fault> {
        let disk = DiskThread::start()?;
        let desk = Arc::new(Mutex::new(Desk {
            readers: Arc::clone(&readers),
            connection,
            batch: None,
            changes: 0,
            data_version: None,
        }));
        let (wake_committer, woken) = mpsc::channel(1);
        tokio::spawn(commit_batches(Arc::clone(&desk), disk.clone(), log.clone(), readers, woken));
        Ok(Self { desk, disk, log, wake_committer })
    }

    /// Waits its turn, opens a batch if none is open, and sets a savepoint.
    pub(super) async fn begin(&self) -> Result<Writing, Fault> {
        let asked = Instant::now();
        let mut desk = Arc::clone(&self.desk).lock_owned().await;
        self.log.check()?;
        if desk.batch.is_none() {
            // Whoever stood behind others that waited for another process has waited for it as well.
            desk = self.open_batch(desk, OTHER_PROCESS.saturating_sub(asked.elapsed())).await?;
        }
        let batch = desk.batch.clone().ok_or_else(|| Fault::impossible("a batch was opened and is not there"))?;
        let wake_committer = self.wake_committer.clone();
        let mut writing = Writing { desk: Some(desk), batch, failed: false, wake_committer };
        writing.execute("SAVEPOINT member", &[])?;
        Ok(writing)
    }

    /// Opens a batch. Inline when nobody else holds the file; otherwise waits for that process where waiting holds nobody up.
    async fn open_batch(
        &self,
        mut desk: OwnedMutexGuard<Desk>,
        patience: Duration,
    ) -> Result<OwnedMutexGuard<Desk>, Fault> {
        let begin = |desk: &Desk, patience| {
            desk.end_what_is_left()?;
            desk.connection.busy_timeout(patience)?;
            desk.connection.execute_batch("BEGIN IMMEDIATE")
        };
        if begin(&desk, Duration::ZERO).is_err() {
            let waited = self.disk.run(move || begin(&desk, patience).map(|()| desk).map_err(fault));
            desk = waited.await?.map_err(|e| e.while_doing("wait for another process to release the file"))?;
        }
        desk.batch = Some(Batch(Arc::new(watch::Sender::new(Fate::Open))));
        Ok(desk)
    }
}

/// Commits the open batch each time it is woken, until nobody is left who could wake it. Where nobody does, another process may have
/// something to commit, and to copy from the log.
async fn commit_batches(
    desk: Arc<Mutex<Desk>>,
    disk: DiskThread,
    log: WriteAheadLog,
    readers: Arc<Readers>,
    mut woken: mpsc::Receiver<()>,
) {
    loop {
        match timeout(REST, woken.recv()).await {
            Ok(Some(())) => {}
            Ok(None) => return,
            Err(_) => {
                readers.let_go();
                // Nobody may come who would end it, and another process waits for the file. When it fails it is tried again.
                if let Ok(desk) = desk.try_lock() {
                    let _ = desk.end_what_is_left();
                }
                continue;
            }
        }
        // A larger batch costs little more than a small one: the pages that its members share are written once.
        tokio::task::yield_now().await;
        let desk = Arc::clone(&desk).lock_owned().await;
        let Some(batch) = desk.batch.clone() else { continue };
        let log = log.clone();
        if disk.run(move || commit_batch(desk, &log)).await.is_err() {
            batch.0.send_replace(Fate::Lost("the commit panicked".to_owned()));
        }
    }
}

/// Commits, hands the lock on, waits for the disk, and tells the members. One batch at a time: whoever saw what another batch did is
/// answered after it. Nothing is waited for where the batch changed nothing and nobody else did.
fn commit_batch(mut desk: OwnedMutexGuard<Desk>, log: &WriteAheadLog) {
    let Some(batch) = desk.batch.take() else { return };
    let mut committed = log.check().map_err(|fault| fault.to_string());
    if committed.is_ok() {
        let _committing = desk.readers.committing();
        committed = desk.connection.execute_batch("COMMIT").map_err(|error| error.to_string());
    }
    // A COMMIT that failed may have left the transaction open; the writer must be usable again.
    if committed.is_err() && !desk.connection.is_autocommit() {
        let _ = desk.connection.execute_batch("ROLLBACK");
    }
    let is_changed = desk.is_changed();
    drop(desk);
    if committed.is_ok() && is_changed {
        committed = log.sync();
    }
    let fate = match committed {
        Ok(()) => Fate::Committed,
        Err(cause) => Fate::Lost(cause),
    };
    batch.0.send_replace(fate);
}

impl Desk {
    /// Rolls back what was begun for somebody who waited for another process and went away, before a batch was made of it.
    fn end_what_is_left(&self) -> Result<(), rusqlite::Error> {
        if self.batch.is_none() && !self.connection.is_autocommit() {
            self.connection.execute_batch("ROLLBACK")?;
        }
        Ok(())
    }

    /// Whether anybody has changed the database since this was last asked; also `true` when it cannot be told.
    fn is_changed(&mut self) -> bool {
        let changes = self.connection.total_changes();
        if mem::replace(&mut self.changes, changes) != changes {
            return true;
        }
        let version = self.connection.query_row("PRAGMA data_version", [], |row| row.get(0)).ok();
        version.is_none() || mem::replace(&mut self.data_version, version) != version
    }
}

impl Writing {
    /// The desk, as long as this transaction's batch is the open one.
    fn desk(&mut self) -> Result<&mut OwnedMutexGuard<Desk>, Fault> {
        let batch = Arc::as_ptr(&self.batch.0);
        self.desk
            .as_mut()
            .filter(|desk| desk.batch.as_ref().is_some_and(|open| Arc::as_ptr(&open.0) == batch))
            .ok_or_else(|| Fault::transient("the batch of this transaction failed"))
    }

    /// Runs `work` on the connection. When SQLite has thrown the whole transaction away, the batch is lost for all its members.
    fn run<T>(&mut self, work: impl FnOnce(&Connection) -> Result<T, Fault>) -> Result<T, Fault> {
        let desk = self.desk()?;
        let result = work(&desk.connection);
        if let Err(error) = &result
            && desk.connection.is_autocommit()
            && let Some(batch) = desk.batch.take()
        {
            batch.0.send_replace(Fate::Lost(error.to_string()));
        }
        self.failed |= result.is_err();
        result
    }

    pub(super) fn execute(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<u64, Fault> {
        self.run(|connection| sqlite::execute(connection, sql, values))
    }

    /// Changes the one row on which the transaction hangs.
    pub(super) fn claim(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<(), Fault> {
        self.run(|connection| match sqlite::execute(connection, sql, values)? {
            1 => Ok(()),
            _ => Err(Fault::overtaken()),
        })
    }

    pub(super) fn optional<T>(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
        read: impl FnMut(&Row<'_>) -> Result<T, Fault>,
    ) -> Result<Option<T>, Fault> {
        self.run(|connection| sqlite::optional(connection, sql, values, read))
    }

    pub(super) fn all<T>(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
        read: impl FnMut(&Row<'_>) -> Result<T, Fault>,
    ) -> Result<Vec<T>, Fault> {
        self.run(|connection| sqlite::all(connection, sql, values, read))
    }

    pub(super) fn script(&mut self, sql: &str) -> Result<(), Fault> {
        self.run(|connection| connection.execute_batch(sql).map_err(fault))
    }

    /// Joins the batch for good, hands the lock on, and waits until the batch is on disk.
    pub(super) async fn commit(mut self) -> Result<(), Fault> {
        if self.failed {
            return Err(Fault::new("a statement of the transaction failed before"));
        }
        self.execute("RELEASE member", &[])?;
        let mut fate = self.batch.0.subscribe();
        self.desk = None;
        wake(&self.wake_committer);
        let settled = fate.wait_for(|fate| !matches!(fate, Fate::Open)).await.map_err(Fault::new)?;
        match &*settled {
            Fate::Lost(cause) => Err(Fault::transient(cause.clone()).while_doing("commit")),
            Fate::Committed | Fate::Open => Ok(()),
        }
    }
}

/// Wakes the committer; when a wake-up is waiting already, that one will do.
fn wake(committer: &mpsc::Sender<()>) {
    let _ = committer.try_send(());
}

/// Rolls back what was not committed, hands the lock on, and lets the committer close the batch.
impl Drop for Writing {
    fn drop(&mut self) {
        if self.desk.is_some() {
            // When this fails the connection has no such savepoint any more: the batch was lost and its members know.
            let _ = self.execute("ROLLBACK TO member", &[]);
            let _ = self.execute("RELEASE member", &[]);
            self.desk = None;
            wake(&self.wake_committer);
        }
    }
}

#[cfg(test)]
#[path = "sqlite_commit_tests.rs"]
mod tests;
