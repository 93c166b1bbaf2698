//! PostgreSQL through sqlx: a small pool whose connections remember for which tenant they last worked.
//!
//! The pool is our own because a connection must carry that memory: `set_config` is sent only when the tenant differs.
//! Leaves row-level security itself to the migrations. DESIGN §3 (tenant), §8 (losing the database).

use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use portreeve_domain::Fault;
use sqlx::postgres::{PgArguments, PgConnectOptions, PgConnection, PgQueryResult, PgRow};
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Executor as _, Postgres};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::time::{sleep, timeout};

use super::conn::Wall;
use super::endings;
use super::patience;
use super::pulse::{LOOK, Pulse};
use super::row::Row;
use super::value::Value;
use crate::recall::{Bucket, Recall, RecallUse};

/// How many connections are open at most.
const MAX_CONNECTIONS: usize = 20;
/// How long a request waits for a connection before it is told to come back.
const ACQUIRE: Duration = Duration::from_millis(300);
/// How long one statement may take.
const STATEMENT: Duration = Duration::from_secs(3);
/// How long an answer is waited for by whoever has the time: the database ends a statement that takes too long.
const ANSWER: Duration = Duration::from_millis(3500);
/// How long a new connection may take. It is made to its end when a request does not wait for it any more: where the database
/// is slow, the next one finds it.
const CONNECT: Duration = Duration::from_secs(3);
/// How soon a database that was taken for away is asked again.
const AGAIN: Duration = Duration::from_millis(50);

/// A PostgreSQL database. Cheap to clone.
#[derive(Clone)]
pub(super) struct PostgresStore(Arc<Pool>);

pub(super) struct Pool {
    options: PgConnectOptions,
    idle: Mutex<Vec<Live>>,
    permits: Arc<Semaphore>,
    pulse: Pulse,
    recall: OnceLock<Arc<Recall>>,
}

struct Live {
    connection: PgConnection,
    wall: Option<Wall>,
}

/// Why an answer is not waited for any longer.
enum Unanswered {
    /// The request had no time left, and the statement was not sent.
    NotAsked,
    /// It took too long.
    TooSlow,
    /// Nothing is heard of the database at all.
    Away,
}

/// A connection taken from the pool; goes back when dropped, unless it broke.
pub(super) struct Slot {
    live: Option<Live>,
    pool: Arc<Pool>,
    in_transaction: bool,
    /// Whether a statement was refused. PostgreSQL answers the COMMIT of such a transaction with success and rolls it back.
    failed: bool,
    /// Of whom something ends with the transaction; `None`: of anybody.
    ends: Vec<Option<Bucket>>,
    _permit: OwnedSemaphorePermit,
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
            .disable_statement_logging();
        let permits = Arc::new(Semaphore::new(MAX_CONNECTIONS));
        let pulse = Pulse::new(Instant::now());
        Ok(Self(Arc::new(Pool { options, idle: Mutex::new(Vec::new()), permits, pulse, recall: OnceLock::new() })))
    }

    /// Remembers so many tokens from now on, and listens for what ends.
    pub(super) fn remember(&self, tokens: usize) {
        let recall = Arc::new(Recall::new(tokens, Instant::now()));
        if self.0.recall.set(Arc::clone(&recall)).is_ok() {
            tokio::spawn(endings::listen(self.0.options.clone(), Arc::downgrade(&self.0)));
        }
    }

    pub(super) fn recall(&self) -> Option<&Arc<Recall>> {
        self.0.recall.get()
    }

    pub(super) fn recall_use(&self) -> RecallUse {
        self.0.recall.get().map(|recall| recall.use_so_far()).unwrap_or_default()
    }

    pub(super) const fn of(pool: Arc<Pool>) -> Self {
        Self(pool)
    }

    /// A connection that works for `wall`.
    pub(super) async fn acquire(&self, wall: Wall) -> Result<Slot, Fault> {
        let (pool, asked) = (Arc::clone(&self.0), Instant::now());
        if pool.pulse.is_away() {
            return Err(no_answer());
        }
        let permit = timeout(patience::at_most(ACQUIRE), Arc::clone(&pool.permits).acquire_owned())
            .await
            .map_err(|_| Fault::transient("every database connection is busy"))?
            .map_err(Fault::new)?;
        let idle = pool.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let (live, permit) = match idle {
            Some(live) => (live, permit),
            None => pool.connect(permit).await?,
        };
        patience::spend(asked.elapsed());
        let mut slot =
            Slot { live: Some(live), pool, in_transaction: false, failed: false, ends: Vec::new(), _permit: permit };
        slot.work_for(wall).await?;
        Ok(slot)
    }
}

impl Pool {
    /// A new connection, which is put by when it takes longer than a request waits for it.
    async fn connect(self: &Arc<Self>, permit: OwnedSemaphorePermit) -> Result<(Live, OwnedSemaphorePermit), Fault> {
        let (pool, (answer, made)) = (Arc::clone(self), oneshot::channel());
        tokio::spawn(async move {
            let live = pool.try_connect().await;
            if let Err(Ok((live, _permit))) = answer.send(live.map(|live| (live, permit))) {
                pool.put_back(live);
            }
        });
        timeout(patience::at_most(ACQUIRE), made).await.map_err(|_| no_answer())?.map_err(Fault::new)?
    }

    async fn try_connect(&self) -> Result<Live, Fault> {
        let connecting = timeout(CONNECT, self.options.connect()).await;
        let connection = connecting
            .map_err(|_| no_answer())?
            .map_err(|e| Fault::transient(e).while_doing("connect to the database"))?;
        self.pulse.hear(Instant::now());
        Ok(Live { connection, wall: None })
    }

    /// Waits for the answer to a statement, as long as the request has time left and the database is heard of.
    async fn answer<T>(
        self: &Arc<Self>,
        statement: impl Future<Output = Result<T, sqlx::Error>>,
    ) -> Result<Result<T, sqlx::Error>, Unanswered> {
        let (mut statement, sent, most) = (pin!(statement), Instant::now(), patience::at_most(ANSWER));
        if most.is_zero() {
            return Err(Unanswered::NotAsked);
        }
        let answered = loop {
            let left = most.saturating_sub(sent.elapsed());
            if let Ok(answered) = timeout(LOOK.min(left), &mut statement).await {
                self.pulse.hear(Instant::now());
                break Ok(answered);
            }
            self.ask_beside(sent);
            if self.pulse.is_silent(sent, Instant::now()) {
                self.give_up();
                break Err(Unanswered::Away);
            }
            if left.is_zero() {
                break Err(Unanswered::TooSlow);
            }
        };
        patience::spend(sent.elapsed());
        answered
    }

    /// Asks whether the database is there, when nobody has heard of it since a statement was `sent`: one that takes long on
    /// a server where nothing else goes on, or in a command, is no silence.
    fn ask_beside(self: &Arc<Self>, sent: Instant) {
        if !self.pulse.must_ask(sent, Instant::now()) {
            return;
        }
        let pool = Arc::clone(self);
        tokio::spawn(async move {
            // A connection that is made was answered; it is one too many.
            drop(pool.try_connect().await);
            pool.pulse.asked();
        });
    }

    /// Takes the database for away, and asks until it answers; meanwhile nobody else does.
    fn give_up(self: &Arc<Self>) {
        if !self.pulse.lose() {
            return;
        }
        let pool = Arc::clone(self);
        tokio::spawn(async move {
            while pool.pulse.is_away() {
                match pool.try_connect().await {
                    Ok(live) => pool.put_back(live),
                    Err(_) => sleep(AGAIN).await,
                }
            }
        });
    }

    fn put_back(&self, live: Live) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(live);
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

fn no_answer() -> Fault {
    Fault::transient("the database does not answer")
}

/// Whether the same statement may succeed in a moment: also deadlocks, serialization failures and time-outs.
fn fault(error: sqlx::Error) -> Fault {
    let retry = breaks_connection(&error)
        || error
            .as_database_error()
            .and_then(|e| e.code())
            .is_some_and(|code| code.starts_with("40") || code.starts_with("53") || code == "57014");
    if retry { Fault::transient(error) } else { Fault::new(error) }
}

fn bound<'q>(sql: &'static str, values: &[Value<'q>]) -> Query<'q, Postgres, PgArguments> {
    values.iter().fold(sqlx::query(sql), |query, value| match *value {
        Value::Integer(value) => query.bind(value),
        Value::Text(value) => query.bind(value),
        Value::Bytes(value) => query.bind(value),
        Value::Boolean(value) => query.bind(value),
    })
}

impl Slot {
    fn connection(&mut self) -> Result<(&mut PgConnection, &Arc<Pool>), Fault> {
        let live = self.live.as_mut().ok_or_else(|| Fault::transient("the database connection broke"))?;
        Ok((&mut live.connection, &self.pool))
    }

    /// Remembers a failure, and keeps the connection out of the pool when it broke.
    fn checked<T>(&mut self, result: Result<T, sqlx::Error>) -> Result<T, Fault> {
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
        self.failed = true;
        match unanswered {
            Unanswered::NotAsked => {}
            // What is sent is still at work.
            Unanswered::TooSlow => self.live = None,
            Unanswered::Away => self.lose_connection(),
        }
        Err(no_answer())
    }

    /// Closes the connection and those at rest: what broke one has most likely broken all, and each of them would cost
    /// somebody an answer when the database is back.
    fn lose_connection(&mut self) {
        self.live = None;
        self.pool.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
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

    pub(super) async fn begin(&mut self) -> Result<(), Fault> {
        self.in_transaction = true;
        self.execute("BEGIN", &[]).await.map(drop)
    }

    pub(super) async fn commit(mut self) -> Result<(), Fault> {
        if self.failed {
            return Err(Fault::new("a statement of the transaction failed before"));
        }
        let committed = self.execute("COMMIT", &[]).await;
        // Also where no answer came: the database may have committed.
        if let Some(recall) = self.pool.recall.get() {
            for bucket in self.ends.drain(..) {
                bucket.map_or_else(|| recall.forget(), |bucket| recall.end(bucket));
            }
        }
        committed?;
        self.in_transaction = false;
        Ok(())
    }

    pub(super) fn ends(&mut self, bucket: Option<Bucket>) {
        self.ends.push(bucket);
    }

    pub(super) async fn execute(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<u64, Fault> {
        let (connection, pool) = self.connection()?;
        let result = pool.answer(bound(sql, values).execute(connection)).await;
        self.answered(result).map(|done: PgQueryResult| done.rows_affected())
    }

    pub(super) async fn optional<T>(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
        mut read: impl FnMut(&Row<'_>) -> Result<T, Fault>,
    ) -> Result<Option<T>, Fault> {
        let (connection, pool) = self.connection()?;
        let result = pool.answer(bound(sql, values).fetch_optional(connection)).await;
        self.answered(result)?.map(|row: PgRow| read(&Row::Postgres(&row))).transpose()
    }

    pub(super) async fn all<T>(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
        mut read: impl FnMut(&Row<'_>) -> Result<T, Fault>,
    ) -> Result<Vec<T>, Fault> {
        let (connection, pool) = self.connection()?;
        let result = pool.answer(bound(sql, values).fetch_all(connection)).await;
        self.answered(result)?.iter().map(|row| read(&Row::Postgres(row))).collect()
    }

    pub(super) async fn script(&mut self, sql: String) -> Result<(), Fault> {
        // The text comes from the migration files built into the binary.
        let result = self.connection()?.0.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await;
        self.checked(result).map(drop)
    }
}

/// Gives the connection back; one with an open transaction is rolled back first, off the caller's path.
impl Drop for Slot {
    fn drop(&mut self) {
        let Some(mut live) = self.live.take() else { return };
        if !self.in_transaction {
            return self.pool.put_back(live);
        }
        // Without a runtime the connection is closed, which rolls back as well.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let pool = Arc::clone(&self.pool);
            runtime.spawn(async move {
                if live.connection.execute("ROLLBACK").await.is_ok() {
                    pool.put_back(live);
                }
            });
        }
    }
}
