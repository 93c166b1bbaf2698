//! The store, its connections and transactions, and the four verbs.
//!
//! A connection always says for whom it works: that is the second wall on PostgreSQL (row-level security).
//! Futures of PostgreSQL are boxed: they are thousands of bytes, and would be part of every use case's future on SQLite too.

use portreeve_domain::{Fault, TenantId};

use super::postgres::{PostgresStore, Slot};
use super::row::Row;
use super::sqlite::{Reader, SqliteStore};
use super::sqlite_commit::Writing;
use super::value::Value;

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
    Postgres(Slot),
}

/// A transaction: a connection whose changes hold once `commit` has returned. Dropping it rolls back.
///
/// While it lives, nothing but SQL is awaited.
pub struct Tx(Conn);

impl Store {
    /// Opens the database at `url`: `sqlite:PATH` or `postgres://…`. On PostgreSQL no connection is made yet.
    ///
    /// # Errors
    /// A fault when the URL has another scheme, the file cannot be opened, or its journal mode cannot be set.
    pub fn open(url: &str) -> Result<Self, Fault> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            return SqliteStore::open(path.trim_start_matches("//").as_ref()).map(|s| Self(Backend::Sqlite(s)));
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return PostgresStore::open(url).map(|s| Self(Backend::Postgres(s)));
        }
        Err(Fault::new("the database URL must begin with sqlite: or postgres://"))
    }

    /// Whether this is PostgreSQL.
    pub(crate) fn is_postgres(&self) -> bool {
        matches!(self.0, Backend::Postgres(_))
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
    /// On SQLite they take two read locks, not one each, and see the database as the second of them found it: not for use
    /// across a transaction or a wait.
    ///
    /// # Errors
    /// A transient fault when the database is away.
    pub async fn read_together(&self, wall: impl Into<Wall>) -> Result<Conn, Fault> {
        match &self.0 {
            Backend::Sqlite(store) => Ok(Conn(Connection::Reader(store.reader()?.together()))),
            Backend::Postgres(_) => self.read(wall).await,
        }
    }

    /// Begins a transaction. On SQLite it waits its turn: there is one writer, first come, first served.
    ///
    /// # Errors
    /// A transient fault when the database is away or locked by another process for five seconds.
    pub async fn begin(&self, wall: impl Into<Wall>) -> Result<Tx, Fault> {
        Ok(Tx(Conn(match &self.0 {
            Backend::Sqlite(store) => Connection::Writing(store.begin().await?),
            Backend::Postgres(store) => {
                let mut slot = Box::pin(store.acquire(wall.into())).await?;
                Box::pin(slot.begin()).await?;
                Connection::Postgres(slot)
            }
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
            Connection::Postgres(slot) => Box::pin(slot.all(sql, values, read)).await,
        }
    }

    /// Runs a script of several statements without parameters; for migrations.
    ///
    /// # Errors
    /// As `execute`.
    pub(crate) async fn script(&mut self, sql: String) -> Result<(), Fault> {
        match &mut self.0 {
            Connection::Reader(_) => Err(Fault::impossible("a script on a connection for reading")),
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
            Connection::Reader(_) => Err(Fault::impossible("a transaction on a connection for reading")),
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
