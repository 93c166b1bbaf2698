//! The store, its connections and transactions, and the four verbs.
//!
//! A connection always says for whom it works: that is the second wall on PostgreSQL (row-level security).
//! Futures of PostgreSQL are boxed: they are thousands of bytes, and would be part of every use case's future on SQLite too.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use portreeve_domain::{Fault, TenantId};

use super::postgres::{PostgresStore, Slot};
use super::postgres_reader::PostgresReader;
use super::row::Row;
use super::sqlite::SqliteStore;
use super::sqlite_commit::Writing;
use super::sqlite_reader::Reader;
use super::value::Value;
use crate::home;
use crate::recall::{Bucket, Recall, RecallUse};

/// Whose rows a connection may touch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wall {
    /// Rows of one tenant.
    Tenant(TenantId),
    /// Rows of all tenants: the directory, jobs, clean-up.
    All,
}

impl From<TenantId> for Wall {
    fn from(tenant: TenantId) -> Self {
        Self::Tenant(tenant)
    }
}

/// A database, either kind. Cheap to clone.
#[derive(Clone)]
pub struct Store(Backend);

#[derive(Clone)]
enum Backend {
    Sqlite(SqliteStore),
    Postgres(PostgresStore),
}

/// A connection. On SQLite its verbs complete without yielding.
pub struct Conn(Connection);

enum Connection {
    Reader(Reader),
    Writing(Writing),
    PostgresReader(PostgresReader),
    Postgres(Slot),
}

/// A transaction: a connection whose changes hold once `commit` has returned. Dropping it rolls back.
///
/// While it lives, nothing but SQL is awaited.
pub struct Tx(Conn);

impl Store {
    /// Opens the database at `url`: `sqlite:PATH`, which is made when it is not there, or `postgres://…`. On PostgreSQL no connection is
    /// made yet.
    ///
    /// # Errors
    /// A fault when the URL has another scheme, the file cannot be opened, or its journal mode cannot be set.
    pub fn open(url: &str) -> Result<Self, Fault> {
        if let Some(file) = Self::embedded_file(url) {
            return SqliteStore::open(file).map(|s| Self(Backend::Sqlite(s)));
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return PostgresStore::open(url).map(|s| Self(Backend::Postgres(s)));
        }
        Err(Fault::new("the database URL must begin with sqlite: or postgres://"))
    }

    /// The file of an embedded database at `sqlite:PATH`, which may also be written `sqlite://PATH`; `None` for another database.
    pub fn embedded_file(url: &str) -> Option<&Path> {
        url.strip_prefix("sqlite:").map(|path| Path::new(path.strip_prefix("//").unwrap_or(path)))
    }

    /// Whether this is PostgreSQL.
    pub(crate) fn is_postgres(&self) -> bool {
        matches!(self.0, Backend::Postgres(_))
    }

    /// Copies an embedded database, as it is at one moment, into a new file at `path`, which only its owner can read and which says that
    /// it is a copy (`home`); false on PostgreSQL, which has programs for that. Blocks for as long as it takes; writers are not held up.
    ///
    /// # Errors
    /// A fault when there is such a file, or it cannot be written.
    pub fn copy_to(&self, path: &Path) -> Result<bool, Fault> {
        match &self.0 {
            Backend::Sqlite(store) => store.copy_to(path, home::MARK_COPY).map(|()| true),
            Backend::Postgres(_) => Ok(false),
        }
    }

    /// Remembers up to `tokens` access tokens and as many standings between requests, for connections of `read_together`, and
    /// listens for what ends them from now on; 0 remembers nothing. Once a store. SQLite needs none: a read costs as little.
    ///
    /// # Panics
    /// On PostgreSQL outside a runtime of tokio.
    pub fn remember(&self, tokens: usize) {
        match &self.0 {
            Backend::Postgres(store) if tokens > 0 => store.remember(tokens),
            Backend::Postgres(_) | Backend::Sqlite(_) => {}
        }
    }

    /// Watches from now on that the database answers: when nothing was heard of it for `silence`, or for longer where it has been
    /// slow, everybody who waits for it is let go with a transient fault. At most the second after which it is taken for away
    /// without a watch. Once a store. SQLite needs none.
    ///
    /// # Panics
    /// On PostgreSQL outside a runtime of tokio.
    pub fn watch(&self, silence: Duration) {
        match &self.0 {
            Backend::Postgres(store) => store.watch(silence),
            Backend::Sqlite(_) => {}
        }
    }

    /// What the memory was good for; nothing where nothing is remembered.
    pub fn recall_use(&self) -> RecallUse {
        match &self.0 {
            Backend::Postgres(store) => store.recall_use(),
            Backend::Sqlite(_) => RecallUse::default(),
        }
    }

    /// How many statements PostgreSQL was sent so far, each a round trip; 0 on SQLite, which has none.
    pub fn statements_sent(&self) -> u64 {
        match &self.0 {
            Backend::Postgres(store) => store.statements_sent(),
            Backend::Sqlite(_) => 0,
        }
    }

    /// A connection for reading.
    ///
    /// # Errors
    /// A transient fault when the database is away.
    pub async fn read(&self, wall: impl Into<Wall>) -> Result<Conn, Fault> {
        Ok(Conn(match &self.0 {
            Backend::Sqlite(store) => Connection::Reader(store.reader()?),
            Backend::Postgres(store) => Connection::Postgres(Box::pin(store.acquire(wall.into())).await?),
        }))
    }

    /// A connection for several reads that belong together, soon done.
    ///
    /// On SQLite they see one state of the database, in which everything is that was acknowledged by this process before now, and by
    /// another one a millisecond before: not for use across a transaction or a wait. On PostgreSQL they may be answered by what is
    /// remembered, and a connection is taken when one is not.
    ///
    /// # Errors
    /// A transient fault when the database is away; on PostgreSQL its first verb says so.
    pub async fn read_together(&self, wall: impl Into<Wall>) -> Result<Conn, Fault> {
        match &self.0 {
            Backend::Sqlite(store) => Ok(Conn(Connection::Reader(store.reader_together()?))),
            Backend::Postgres(store) => {
                Ok(Conn(Connection::PostgresReader(PostgresReader::new(store.clone(), wall.into()))))
            }
        }
    }

    /// Begins a transaction. On SQLite it waits its turn: there is one writer, first come, first served.
    ///
    /// # Errors
    /// A transient fault when the database is away or locked by another process for five seconds.
    pub async fn begin(&self, wall: impl Into<Wall>) -> Result<Tx, Fault> {
        Ok(Tx(Conn(match &self.0 {
            Backend::Sqlite(store) => Connection::Writing(store.begin().await?),
            Backend::Postgres(store) => Connection::Postgres(Box::pin(store.begin(wall.into())).await?),
        })))
    }
}

impl Conn {
    /// Runs a statement that changes rows and says how many.
    ///
    /// # Errors
    /// A fault when the database refuses the statement or is away.
    pub async fn execute(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<u64, Fault> {
        match &mut self.0 {
            Connection::Reader(reader) => reader.execute(sql, values),
            Connection::Writing(writing) => writing.execute(sql, values),
            Connection::PostgresReader(reader) => Box::pin(reader.slot().await?.execute(sql, values)).await,
            Connection::Postgres(slot) => Box::pin(slot.execute(sql, values)).await,
        }
    }

    /// Reads the first row, `None` when there is none.
    ///
    /// # Errors
    /// As `execute`, and what `read` reports.
    pub async fn optional<T>(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
        read: impl FnMut(&Row<'_>) -> Result<T, Fault>,
    ) -> Result<Option<T>, Fault> {
        match &mut self.0 {
            Connection::Reader(reader) => reader.optional(sql, values, read),
            Connection::Writing(writing) => writing.optional(sql, values, read),
            Connection::PostgresReader(reader) => Box::pin(reader.slot().await?.optional(sql, values, read)).await,
            Connection::Postgres(slot) => Box::pin(slot.optional(sql, values, read)).await,
        }
    }

    /// Reads the one row there must be.
    ///
    /// # Errors
    /// As `optional`, and a fault when there is none.
    pub async fn one<T>(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
        read: impl FnMut(&Row<'_>) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        self.optional(sql, values, read)
            .await?
            .ok_or_else(|| Fault::impossible("a statement that must give a row gave none"))
    }

    /// Reads every row.
    ///
    /// # Errors
    /// As `optional`.
    pub async fn all<T>(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
        read: impl FnMut(&Row<'_>) -> Result<T, Fault>,
    ) -> Result<Vec<T>, Fault> {
        match &mut self.0 {
            Connection::Reader(reader) => reader.all(sql, values, read),
            Connection::Writing(writing) => writing.all(sql, values, read),
            Connection::PostgresReader(reader) => Box::pin(reader.slot().await?.all(sql, values, read)).await,
            Connection::Postgres(slot) => Box::pin(slot.all(sql, values, read)).await,
        }
    }

    /// The memory that keeps what the database says.
    pub(crate) fn recall(&self) -> Option<Arc<Recall>> {
        match &self.0 {
            Connection::PostgresReader(reader) => reader.recall(),
            Connection::Reader(_) | Connection::Writing(_) | Connection::Postgres(_) => None,
        }
    }

    /// Whether that memory may answer in place of the database.
    pub(crate) fn may_recall(&self) -> bool {
        matches!(&self.0, Connection::PostgresReader(reader) if !reader.asks_itself)
    }

    /// The memory has answered.
    pub(crate) fn note_recalled(&mut self) {
        if let Connection::PostgresReader(reader) = &mut self.0 {
            reader.recalled = true;
        }
    }

    /// Asks the database itself from now on; whether anything it was asked for before was remembered instead, so that asking
    /// again may have another answer.
    pub fn stop_recalling(&mut self) -> bool {
        match &mut self.0 {
            Connection::PostgresReader(reader) => reader.stop_recalling(),
            Connection::Reader(_) | Connection::Writing(_) | Connection::Postgres(_) => false,
        }
    }

    /// Runs a script of several statements without parameters; for migrations.
    ///
    /// # Errors
    /// As `execute`.
    pub(crate) async fn script(&mut self, sql: String) -> Result<(), Fault> {
        match &mut self.0 {
            Connection::Reader(_) | Connection::PostgresReader(_) => {
                Err(Fault::impossible("a script on a connection for reading"))
            }
            Connection::Writing(writing) => writing.script(&sql),
            Connection::Postgres(slot) => Box::pin(slot.script(sql)).await,
        }
    }
}

impl Tx {
    /// Makes the changes hold. Returns when they are on disk.
    ///
    /// # Errors
    /// A fault when they do not hold, and always when one of its statements failed; nothing of the transaction is left
    /// then.
    pub async fn commit(self) -> Result<(), Fault> {
        match self.0.0 {
            Connection::Writing(writing) => writing.commit().await,
            Connection::Postgres(slot) => Box::pin(slot.commit()).await,
            Connection::Reader(_) | Connection::PostgresReader(_) => {
                Err(Fault::impossible("a transaction on a connection for reading"))
            }
        }
    }

    /// Adds a row by an INSERT of parameters alone. On PostgreSQL it is sent with what follows, at the latest with the commit.
    ///
    /// # Errors
    /// As `execute`; where it was not sent yet, the next verb or the commit reports that.
    pub(crate) async fn insert(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<(), Fault> {
        match &mut self.0.0 {
            Connection::Postgres(slot) => Box::pin(slot.insert(sql, values)).await,
            _ => self.execute(sql, values).await.map(drop),
        }
    }

    /// Runs an UPDATE of one row on which the transaction hangs: of many at once that claim it, exactly one commits. On PostgreSQL it
    /// is sent with what follows, as by `insert`.
    ///
    /// # Errors
    /// `Fault::overtaken` when it changes no row; as `insert`.
    pub(crate) async fn claim(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<(), Fault> {
        match &mut self.0.0 {
            Connection::Postgres(slot) => Box::pin(slot.claim(sql, values)).await,
            Connection::Writing(writing) => writing.claim(sql, values),
            Connection::Reader(_) | Connection::PostgresReader(_) => {
                Err(Fault::impossible("a claim on a connection for reading"))
            }
        }
    }

    /// Runs a statement that ends, or shortens, something of one person, and returns that `user_id`; false when it found nothing.
    ///
    /// # Errors
    /// As `optional`.
    pub(crate) async fn end_one(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<bool, Fault> {
        let user = self.optional(sql, values, |row| row.user(0)).await?;
        if let Some(user) = user {
            self.ends(Bucket::of_user(user));
        }
        Ok(user.is_some())
    }

    /// Something of somebody in `bucket` ends with it: from the commit on, this node believes nothing older of them. Other nodes
    /// hear of it from the database.
    pub(crate) fn ends(&mut self, bucket: Bucket) {
        if let Connection::Postgres(slot) = &mut self.0.0 {
            slot.ends(Some(bucket));
        }
    }

    /// As `ends`, of whomever.
    pub(crate) fn ends_of_anybody(&mut self) {
        if let Connection::Postgres(slot) = &mut self.0.0 {
            slot.ends(None);
        }
    }
}

impl std::ops::Deref for Tx {
    type Target = Conn;

    fn deref(&self) -> &Conn {
        &self.0
    }
}

impl std::ops::DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.0
    }
}
