//! The connections to PostgreSQL, and how long anybody waits for one or for its answer.
//!
//! The pool is our own because a connection must carry the memory for whom it last worked. Owns when a database is taken for away
//! and how it is found again, with `pulse` and `watch`..

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use portreeve_domain::Fault;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions as _, Executor as _};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::time::{sleep, timeout};

use super::conn::Wall;
use super::patience;
use super::pulse::{LOOK, Pulse};
use super::together::Texts;
use crate::recall::Recall;

/// How many connections are open at most.
const MAX_CONNECTIONS: usize = 20;
/// How long a request waits for a connection before it is told to come back.
const ACQUIRE: Duration = Duration::from_millis(300);
/// How long an answer is waited for by whoever has the time: the database ends a statement that takes too long.
pub(super) const ANSWER: Duration = Duration::from_millis(3500);
/// How long a new connection may take. It is made to its end when a request does not wait for it any more: where the database
/// is slow, the next one finds it.
const CONNECT: Duration = Duration::from_secs(3);
/// How soon a database that was taken for away is asked again.
const AGAIN: Duration = Duration::from_millis(50);

pub(super) struct Pool {
    pub(super) options: PgConnectOptions,
    idle: Mutex<Vec<Live>>,
    permits: Arc<Semaphore>,
    pub(super) pulse: Pulse,
    pub(super) recall: OnceLock<Arc<Recall>>,
    pub(super) texts: Texts,
    /// How many statements were sent.
    pub(super) sent: AtomicU64,
}

pub(super) struct Live {
    pub(super) connection: PgConnection,
    pub(super) wall: Option<Wall>,
}

/// Why an answer is not waited for any longer.
pub(super) enum Unanswered {
    /// The request had no time left, and the statement was not sent.
    NotAsked,
    /// It took too long.
    TooSlow,
    /// Nothing is heard of the database at all.
    Away,
}

pub(super) fn no_answer() -> Fault {
    Fault::transient("the database does not answer")
}

impl Pool {
    pub(super) fn new(options: PgConnectOptions) -> Self {
        let permits = Arc::new(Semaphore::new(MAX_CONNECTIONS));
        let pulse = Pulse::new(Instant::now());
        Self {
            options,
            idle: Mutex::new(Vec::new()),
            permits,
            pulse,
            recall: OnceLock::new(),
            texts: Texts::default(),
            sent: AtomicU64::new(0),
        }
    }

    /// A connection, one at rest or a new one, and the right to use it.
    pub(super) async fn take(self: &Arc<Self>) -> Result<(Live, OwnedSemaphorePermit), Fault> {
        let asked = Instant::now();
        if self.pulse.is_away() {
            return Err(no_answer());
        }
        let permit = self.unless_away(patience::at_most(ACQUIRE), Arc::clone(&self.permits).acquire_owned()).await;
        let permit =
            permit.ok_or_else(|| Fault::transient("every database connection is busy"))?.map_err(Fault::new)?;
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let taken = match idle {
            Some(live) => (live, permit),
            None => self.connect(permit).await?,
        };
        patience::spend(asked.elapsed());
        Ok(taken)
    }

    /// What `awaited` brings within `most`; `None` also as soon as the database is taken for away.
    async fn unless_away<T>(&self, most: Duration, awaited: impl Future<Output = T>) -> Option<T> {
        let (mut awaited, began) = (pin!(awaited), Instant::now());
        loop {
            let left = most.saturating_sub(began.elapsed());
            if let Ok(brought) = timeout(LOOK.min(left), &mut awaited).await {
                return Some(brought);
            }
            if left.is_zero() || self.pulse.is_away() {
                return None;
            }
        }
    }

    /// A new connection, which is put by when it takes longer than a request waits for it.
    async fn connect(self: &Arc<Self>, permit: OwnedSemaphorePermit) -> Result<(Live, OwnedSemaphorePermit), Fault> {
        let (pool, (answer, made)) = (Arc::clone(self), oneshot::channel());
        tokio::spawn(async move {
            let live = pool.try_connect().await;
            if let Err(Ok((live, _permit))) = answer.send(live.map(|live| (live, permit))) {
                pool.put_back(live);
            }
        });
        self.unless_away(patience::at_most(ACQUIRE), made).await.ok_or_else(no_answer)?.map_err(Fault::new)?
    }

    pub(super) async fn try_connect(&self) -> Result<Live, Fault> {
        // A pooler may take connections in the place of a database that is away: only an answer is one.
        let connecting = async {
            let mut connection = self.options.connect().await?;
            connection.execute("SELECT 1").await?;
            Ok::<_, sqlx::Error>(connection)
        };
        let connection = timeout(CONNECT, connecting)
            .await
            .map_err(|_| no_answer())?
            .map_err(|e| Fault::transient(e).while_doing("connect to the database"))?;
        self.pulse.hear(Instant::now());
        Ok(Live { connection, wall: None })
    }

    /// Waits for the answer to a statement, as long as the request has time left and the database is heard of.
    pub(super) async fn answer<T>(
        self: &Arc<Self>,
        statement: impl Future<Output = Result<T, sqlx::Error>>,
    ) -> Result<Result<T, sqlx::Error>, Unanswered> {
        self.answer_within(patience::at_most(ANSWER), statement).await
    }

    /// Waits for the answer to what makes a transaction hold, for as long as the database may take: whoever were told nothing would do
    /// it once more, and a code that is used twice ends what came of it.
    pub(super) async fn last_answer<T>(
        self: &Arc<Self>,
        statement: impl Future<Output = Result<T, sqlx::Error>>,
    ) -> Result<Result<T, sqlx::Error>, Unanswered> {
        let most = if patience::at_most(ANSWER).is_zero() { Duration::ZERO } else { ANSWER };
        self.answer_within(most, statement).await
    }

    async fn answer_within<T>(
        self: &Arc<Self>,
        most: Duration,
        statement: impl Future<Output = Result<T, sqlx::Error>>,
    ) -> Result<Result<T, sqlx::Error>, Unanswered> {
        let (mut statement, sent) = (pin!(statement), Instant::now());
        if most.is_zero() {
            return Err(Unanswered::NotAsked);
        }
        self.sent.fetch_add(1, Ordering::Relaxed);
        let answered = loop {
            let left = most.saturating_sub(sent.elapsed());
            if let Ok(answered) = timeout(LOOK.min(left), &mut statement).await {
                // A connection that breaks says nothing of the database.
                if matches!(answered, Ok(_) | Err(sqlx::Error::Database(_))) {
                    self.pulse.hear(Instant::now());
                }
                break Ok(answered);
            }
            self.ask_beside(sent);
            if self.pulse.is_silent(sent, Instant::now()) {
                self.give_up();
            }
            if self.pulse.is_away() {
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

    /// Takes the database for away, and asks until it answers; meanwhile nobody else does. Connections at rest may be dead: each
    /// has to answer before anybody uses it again.
    pub(super) fn give_up(self: &Arc<Self>) {
        if !self.pulse.lose() {
            return;
        }
        let idle = std::mem::take(&mut *self.idle.lock().unwrap_or_else(PoisonError::into_inner));
        idle.into_iter().for_each(|live| self.settle(live));
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

    pub(super) fn put_back(&self, live: Live) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        // Those that are settled are not counted beside those that are in use.
        if idle.len() < MAX_CONNECTIONS {
            idle.push(live);
        }
    }

    /// Puts a connection by when what was sent has been answered, and no transaction is open; closes it when that takes long. Where
    /// the answer to a COMMIT is not heard, the transaction holds or not, as the database says.
    pub(super) fn settle(self: &Arc<Self>, mut live: Live) {
        // Without a runtime the connection is closed, which rolls back as well.
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        let pool = Arc::clone(self);
        runtime.spawn(async move {
            if let Ok(Ok(_)) = timeout(ANSWER, live.connection.execute("ROLLBACK")).await {
                pool.pulse.hear(Instant::now());
                pool.put_back(live);
            }
        });
    }

    /// Closes the connections at rest.
    pub(super) fn forget_idle(&self) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
