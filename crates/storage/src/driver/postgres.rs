//! PostgreSQL through sqlx: a small pool whose connections remember for which tenant they last worked.
//!
//! `set_config` is sent only when the tenant differs, and BEGIN only when a transaction locks something, or reads after it has
//! written. Leaves connections and how long they are waited for to the pool, which statements are sent together to `together`,
//! and row-level security itself to the migrations. DESIGN §3 (tenant), §8 (losing the database); decision 0036.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use portreeve_domain::Fault;
use sqlx::postgres::{PgArguments, PgConnectOptions, PgConnection, PgQueryResult, PgRow};
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Executor as _, Postgres};
use tokio::sync::OwnedSemaphorePermit;

use super::conn::Wall;
use super::endings;
use super::postgres_pool::{Live, Pool, Unanswered, no_answer};
use super::row::Row;
use super::together::{self, UNCLAIMED, Waiting};
use super::value::Value;
use super::watch;
use crate::recall::{Bucket, Recall, RecallUse};

/// How long one statement may take.
const STATEMENT: Duration = Duration::from_secs(3);

/// How many statements a connection keeps prepared.
const PREPARED: usize = 512;

/// A PostgreSQL database. Cheap to clone.
#[derive(Clone)]
pub(super) struct PostgresStore(Arc<Pool>);

/// A connection taken from the pool; goes back when dropped, unless it broke.
pub(super) struct Slot {
    live: Option<Live>,
    pool: Arc<Pool>,
    /// Whether all that is done with it holds together or not at all.
    is_transaction: bool,
    /// Whether the database has a transaction open, or may have.
    begun: bool,
    /// Whether an answer is waited for: a connection that is dropped meanwhile must hear it first.
    is_asking: bool,
    /// What is not sent yet.
    waiting: Waiting,
    /// Whether a statement was refused. PostgreSQL answers the COMMIT of such a transaction with success and rolls it back.
    failed: bool,
    /// Of whom something ends with the transaction; `None`: of anybody.
    ends: Vec<Option<Bucket>>,
    _permit: OwnedSemaphorePermit,
}

/// Whether a transaction goes on after what is sent, or holds with it.
#[derive(Clone, Copy)]
enum Sent {
    Within,
    Last,
}

impl PostgresStore {
    /// Reads the URL. Connections are made when they are needed.
    pub(super) fn open(url: &str) -> Result<Self, Fault> {
        let options: PgConnectOptions =
            url.parse().map_err(|e: sqlx::Error| Fault::new(e).while_doing("read the database URL"))?;
        let options = options
            .application_name("portreeve")
            // The lock that a COMMIT waits for, where it notifies, knows no limit of a statement.
            .options(["statement_timeout", "lock_timeout"].map(|limit| (limit, STATEMENT.as_millis().to_string())))
            // Whoever waits for a row sees it as it is then, and a read before BEGIN is one within.
            .options([("default_transaction_isolation", "read committed")])
            // As many as there are, with those that are sent together.
            .statement_cache_capacity(PREPARED)
            .disable_statement_logging();
        Ok(Self(Arc::new(Pool::new(options))))
    }

    /// Remembers so many tokens from now on, and listens for what ends.
    pub(super) fn remember(&self, tokens: usize) {
        let recall = Arc::new(Recall::new(tokens, Instant::now()));
        if self.0.recall.set(Arc::clone(&recall)).is_ok() {
            tokio::spawn(endings::listen(self.0.options.clone(), Arc::downgrade(&self.0)));
        }
    }

    /// Watches from now on that the database answers; says nothing for `silence`, and it is taken for away.
    pub(super) fn watch(&self, silence: Duration) {
        watch::begin(&self.0, silence);
    }

    pub(super) fn recall(&self) -> Option<&Arc<Recall>> {
        self.0.recall.get()
    }

    pub(super) fn recall_use(&self) -> RecallUse {
        self.0.recall.get().map(|recall| recall.use_so_far()).unwrap_or_default()
    }

    pub(super) fn statements_sent(&self) -> u64 {
        self.0.sent.load(Ordering::Relaxed)
    }

    pub(super) const fn of(pool: Arc<Pool>) -> Self {
        Self(pool)
    }

    /// A connection that works for `wall`.
    pub(super) async fn acquire(&self, wall: Wall) -> Result<Slot, Fault> {
        let (live, permit) = self.0.take().await?;
        let pool = Arc::clone(&self.0);
        let mut slot = Slot {
            live: Some(live),
            pool,
            is_transaction: false,
            begun: false,
            is_asking: false,
            waiting: Waiting::default(),
            failed: false,
            ends: Vec::new(),
            _permit: permit,
        };
        slot.work_for(wall).await?;
        Ok(slot)
    }

    /// A transaction for `wall`. The database hears of it with the first statement that needs one.
    pub(super) async fn begin(&self, wall: Wall) -> Result<Slot, Fault> {
        let mut slot = self.acquire(wall).await?;
        slot.is_transaction = true;
        Ok(slot)
    }
}

/// Whether the connection, not the statement, is at fault: SQLSTATE classes 08 (connection) and 57 (operator intervention).
fn breaks_connection(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Database(database) => {
            database.code().is_some_and(|code| code.starts_with("08") || (code.starts_with("57") && code != "57014"))
        }
        sqlx::Error::RowNotFound | sqlx::Error::ColumnDecode { .. } | sqlx::Error::ColumnNotFound(_) => false,
        _ => true,
    }
}

/// Whether the same statement may succeed in a moment: also deadlocks, serialization failures and time-outs, of statements and of waits
/// for a lock.
fn fault(error: sqlx::Error) -> Fault {
    let retry = breaks_connection(&error)
        || error
            .as_database_error()
            .and_then(|e| e.code())
            .is_some_and(|code| code.starts_with("40") || code.starts_with("53") || code == "57014" || code == "55P03");
    if retry { Fault::transient(error) } else { Fault::new(error) }
}

fn bound(sql: &'static str, values: &[Value<'_>]) -> Result<Query<'static, Postgres, PgArguments>, Fault> {
    let mut arguments = PgArguments::default();
    together::bind(&mut arguments, values)?;
    Ok(sqlx::query_with(sql, arguments))
}

fn failed_before() -> Fault {
    Fault::new("a statement of the transaction failed before")
}

impl Slot {
    fn connection(&mut self) -> Result<(&mut PgConnection, &Arc<Pool>), Fault> {
        let live = self.live.as_mut().ok_or_else(|| Fault::transient("the database connection broke"))?;
        self.is_asking = true;
        Ok((&mut live.connection, &self.pool))
    }

    /// Remembers a failure, and keeps the connection out of the pool when it broke.
    fn checked<T>(&mut self, result: Result<T, sqlx::Error>) -> Result<T, Fault> {
        self.is_asking = false;
        result.map_err(|error| {
            self.failed = true;
            if breaks_connection(&error) {
                self.lose_connection();
            }
            fault(error)
        })
    }

    /// As `checked`, for an answer that may not have come.
    fn answered<T>(&mut self, answered: Result<Result<T, sqlx::Error>, Unanswered>) -> Result<T, Fault> {
        let unanswered = match answered {
            Ok(result) => return self.checked(result),
            Err(unanswered) => unanswered,
        };
        (self.failed, self.is_asking) = (true, false);
        match unanswered {
            Unanswered::NotAsked => {}
            // What is sent is still at work.
            Unanswered::TooSlow => self.live = None,
            Unanswered::Away => self.live.take().into_iter().for_each(|live| self.pool.settle(live)),
        }
        Err(no_answer())
    }

    /// Closes the connection and those at rest: what broke one has most likely broken all, and each of them would cost
    /// somebody an answer when the database is back.
    fn lose_connection(&mut self) {
        self.live = None;
        self.pool.forget_idle();
    }

    /// Tells the database for whom the connection works; nothing is sent when it did so before.
    async fn work_for(&mut self, wall: Wall) -> Result<(), Fault> {
        let live = self.live.as_mut().ok_or_else(|| Fault::impossible("a slot without its connection"))?;
        if live.wall == Some(wall) {
            return Ok(());
        }
        // Unknown until the database has confirmed: a cancelled request must not leave a wrong memory behind.
        live.wall = None;
        let name = match wall {
            Wall::Tenant(tenant) => tenant.as_i64().to_string(),
            Wall::All => "all".to_owned(),
        };
        self.execute("SELECT set_config('portreeve.tenant', $1, false)", &[Value::from(&name)]).await?;
        if let Some(live) = &mut self.live {
            live.wall = Some(wall);
        }
        Ok(())
    }

    /// Makes sure that `sql` is sent where it belongs: in the transaction, after what it must see.
    async fn prepare_for(&mut self, sql: &'static str) -> Result<(), Fault> {
        if !self.is_transaction {
            return Ok(());
        }
        if self.failed {
            return Err(failed_before());
        }
        if self.waiting.is_empty() && (self.begun || together::is_plain_read(sql)) {
            return Ok(());
        }
        self.send_within().await
    }

    /// Sends what waits in a transaction that goes on.
    async fn send_within(&mut self) -> Result<(), Fault> {
        if !self.begun {
            // Until it is answered: what follows would not be in it.
            (self.begun, self.failed) = (true, true);
            let (connection, pool) = self.connection()?;
            let result = pool.answer(sqlx::query("BEGIN").execute(connection)).await;
            self.answered(result)?;
            self.failed = false;
        }
        self.send_waiting(Sent::Within).await
    }

    /// Sends what waits, as one statement.
    async fn send_waiting(&mut self, sent: Sent) -> Result<(), Fault> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        if self.failed {
            return Err(failed_before());
        }
        let waiting = std::mem::take(&mut self.waiting);
        let (text, claims) = (self.pool.texts.of(&waiting), waiting.claims);
        // Also where the answer is not waited for: what was taken is not sent again.
        self.failed = true;
        let (connection, pool) = self.connection()?;
        // The text is made of the constants that waited.
        let query = sqlx::query_with(AssertSqlSafe(text), waiting.into_values());
        let result = match sent {
            Sent::Within => pool.answer(query.execute(connection)).await,
            Sent::Last => pool.last_answer(query.execute(connection)).await,
        };
        let code = |error: &sqlx::Error| error.as_database_error().and_then(|e| e.code().map(String::from));
        let lost = claims && matches!(&result, Ok(Err(error)) if code(error).as_deref() == Some(UNCLAIMED));
        self.answered(result).map_err(|fault| if lost { Fault::overtaken() } else { fault })?;
        self.failed = false;
        Ok(())
    }

    /// Sends everything and has it hold. What waits is a transaction of its own where none was begun.
    async fn conclude(&mut self) -> Result<(), Fault> {
        if self.begun {
            self.send_waiting(Sent::Within).await?;
            let (connection, pool) = self.connection()?;
            let result = pool.last_answer(sqlx::query("COMMIT").execute(connection)).await;
            return self.answered(result).map(drop);
        }
        // Until it is answered it may hold or not, as after a COMMIT that was sent; then nothing is open.
        self.begun = !self.waiting.is_empty();
        let sent = self.send_waiting(Sent::Last).await;
        self.begun = false;
        sent
    }

    pub(super) async fn commit(mut self) -> Result<(), Fault> {
        if self.failed {
            return Err(failed_before());
        }
        let committed = self.conclude().await;
        // Also where no answer came: the database may have committed.
        if let Some(recall) = self.pool.recall.get() {
            for bucket in self.ends.drain(..) {
                bucket.map_or_else(|| recall.forget(), |bucket| recall.end(bucket));
            }
        }
        committed?;
        self.begun = false;
        Ok(())
    }

    /// Adds a row; whether it can be added is known when it was sent, at the latest with the commit.
    pub(super) async fn insert(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<(), Fault> {
        if self.waiting.is_full() {
            self.send_within().await?;
        }
        let waits = self.waiting.insert(sql, values);
        self.failed |= waits.is_err();
        waits
    }

    /// Changes the one row on which the transaction hangs; whether somebody else was faster is known as with `insert`.
    pub(super) async fn claim(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<(), Fault> {
        if !self.waiting.is_empty() {
            self.send_within().await?;
        }
        let waits = self.waiting.claim(sql, values);
        self.failed |= waits.is_err();
        waits
    }

    pub(super) fn ends(&mut self, bucket: Option<Bucket>) {
        self.ends.push(bucket);
    }

    pub(super) async fn execute(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<u64, Fault> {
        self.prepare_for(sql).await?;
        let query = bound(sql, values)?;
        let (connection, pool) = self.connection()?;
        let result = pool.answer(query.execute(connection)).await;
        self.answered(result).map(|done: PgQueryResult| done.rows_affected())
    }

    pub(super) async fn optional<T>(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
        mut read: impl FnMut(&Row<'_>) -> Result<T, Fault>,
    ) -> Result<Option<T>, Fault> {
        self.prepare_for(sql).await?;
        let query = bound(sql, values)?;
        let (connection, pool) = self.connection()?;
        let result = pool.answer(query.fetch_optional(connection)).await;
        self.answered(result)?.map(|row: PgRow| read(&Row::Postgres(&row))).transpose()
    }

    pub(super) async fn all<T>(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
        mut read: impl FnMut(&Row<'_>) -> Result<T, Fault>,
    ) -> Result<Vec<T>, Fault> {
        self.prepare_for(sql).await?;
        let query = bound(sql, values)?;
        let (connection, pool) = self.connection()?;
        let result = pool.answer(query.fetch_all(connection)).await;
        self.answered(result)?.iter().map(|row| read(&Row::Postgres(row))).collect()
    }

    pub(super) async fn script(&mut self, sql: String) -> Result<(), Fault> {
        if self.is_transaction {
            self.send_within().await?;
        }
        // The text comes from the migration files built into the binary.
        let result = self.connection()?.0.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await;
        self.checked(result).map(drop)
    }
}

/// Gives the connection back; one with an open transaction is rolled back first, off the caller's path.
impl Drop for Slot {
    fn drop(&mut self) {
        let Some(live) = self.live.take() else { return };
        if self.begun || self.is_asking { self.pool.settle(live) } else { self.pool.put_back(live) }
    }
}
