//! Hearing of what ends, on any node, as PostgreSQL tells it.
//!
//! Owns a connection that listens. Each `ASK` another one tells the same channel something, and when that comes back, everything
//! that ended before was heard as well: notifications come in the order of the commits. Silence, a broken connection, and a pooler
//! that does not pass on what others tell are all the same to it. Leaves telling to the triggers of migration 21, which no node,
//! version or command can forget. R-19.

use std::sync::Weak;
use std::time::{Duration, Instant};

use portreeve_domain::Fault;
use sqlx::postgres::{PgConnectOptions, PgListener, PgNotification, PgPoolOptions};
use tokio::time::{sleep, timeout};
use tracing::debug;

use super::conn::Wall;
use super::postgres::PostgresStore;
use super::postgres_pool::Pool;
use super::value::Value;
use crate::recall::{Bucket, Recall};

/// The channel of the triggers.
const CHANNEL: &str = "portreeve_endings";
/// Tells the channel something, and who did.
const TELL: &str = "SELECT pg_backend_pid()::bigint FROM (SELECT pg_notify($1, $2)) AS told";
/// How often it is asked whether endings are heard, while anybody wants to know.
const ASK: Duration = Duration::from_millis(400);
/// How long an answer may take.
const ANSWER: Duration = Duration::from_secs(3);
/// How soon a broken connection is made again.
const AGAIN: Duration = Duration::from_millis(500);

/// Listens for `recall`, until the store is gone.
pub(super) async fn listen(options: PgConnectOptions, pool: Weak<Pool>) {
    let mut listener = None;
    while let Some(store) = pool.upgrade().map(PostgresStore::of) {
        let Some(recall) = store.recall().cloned() else { return };
        let heard = match &mut listener {
            Some(listener) => hear(listener, &store, &recall).await,
            None => connect(&options).await.map(|connected| {
                // What ended before is not told again.
                recall.forget();
                listener = Some(connected);
            }),
        };
        drop((store, recall));
        if let Err(fault) = heard {
            debug!(error = %fault, "endings are not heard of; tokens are read from the database");
            listener = None;
            sleep(AGAIN).await;
        }
    }
}

async fn connect(options: &PgConnectOptions) -> Result<PgListener, Fault> {
    let pool = PgPoolOptions::new().max_connections(1).max_lifetime(None).idle_timeout(None).acquire_timeout(ANSWER);
    let pool = within(ANSWER, pool.connect_with(options.clone())).await?;
    let mut listener = within(ANSWER, PgListener::connect_with(&pool)).await?;
    listener.eager_reconnect(false);
    within(ANSWER, listener.listen(CHANNEL)).await?;
    Ok(listener)
}

/// Asks whether it hears, when anybody wants to know, and hears for a while.
async fn hear(listener: &mut PgListener, store: &PostgresStore, recall: &Recall) -> Result<(), Fault> {
    if let Some(number) = recall.take_question() {
        ask(listener, store, recall, number).await?;
    }
    let began = Instant::now();
    while let Ok(told) = timeout(ASK.saturating_sub(began.elapsed()), listener.try_recv()).await {
        note(recall, &told.map_err(Fault::new)?.ok_or_else(silence)?);
    }
    Ok(())
}

/// Has the channel told a number, by another connection than the one that listens, and waits until it hears it.
async fn ask(listener: &mut PgListener, store: &PostgresStore, recall: &Recall, number: u64) -> Result<(), Fault> {
    let (asked, question) = (Instant::now(), format!("heard {number}"));
    // Where no connection has time for it, nothing is known of this one.
    let Ok(told) = tell(store, &question).await else { return Ok(()) };
    loop {
        let left = ANSWER.saturating_sub(asked.elapsed());
        let heard = within(left, listener.try_recv()).await?.ok_or_else(silence)?;
        if heard.payload() == question && Some(i64::from(heard.process_id())) == told {
            recall.hear(asked);
            return Ok(());
        }
        note(recall, &heard);
    }
}

/// Tells the channel `what`, and gives the number of the connection that did.
async fn tell(store: &PostgresStore, what: &str) -> Result<Option<i64>, Fault> {
    let mut slot = store.acquire(Wall::All).await?;
    slot.optional(TELL, &[Value::from(CHANNEL), Value::from(what)], |row| row.integer(0)).await
}

/// What is no bucket is another node's question.
fn note(recall: &Recall, told: &PgNotification) {
    if let Some(bucket) = Bucket::parse(told.payload()) {
        recall.end(bucket);
    }
}

async fn within<T>(time: Duration, answer: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, Fault> {
    timeout(time, answer).await.map_err(|_| silence())?.map_err(Fault::new)
}

fn silence() -> Fault {
    Fault::transient("the database tells of no endings")
}
