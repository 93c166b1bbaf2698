//! Hearing of what ends, on any node, as PostgreSQL tells it.
//!
//! Owns a connection of its own that listens. It tells itself something each `ASK` and believes that it hears when that comes
//! back: notifications come in the order of the commits, so that every ending before it was heard as well. Silence, a broken
//! connection, or a pooler that does not pass notifications on are all the same to it. Leaves telling to the triggers of
//! migration 21, which no node, version or command can forget. R-19.

use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use portreeve_domain::Fault;
use sqlx::postgres::{PgConnectOptions, PgListener, PgNotification, PgPoolOptions};
use tokio::time::{sleep, timeout};
use tracing::debug;

use crate::recall::{Bucket, Recall};

/// The channel of the triggers.
const CHANNEL: &str = "portreeve_endings";
const TELL: &str = "SELECT pg_backend_pid() FROM (SELECT pg_notify($1, $2)) AS told";
/// How often it is asked whether endings are heard, while anybody wants to know.
const ASK: Duration = Duration::from_millis(400);
/// How long an answer may take.
const ANSWER: Duration = Duration::from_secs(3);
/// How soon a broken connection is made again.
const AGAIN: Duration = Duration::from_millis(500);

/// Listens until `recall` is dropped.
pub(super) async fn listen(options: PgConnectOptions, recall: Weak<Recall>) {
    // Nothing durable is written here.
    let options = options.options([("synchronous_commit", "off")]);
    while let Some(recall) = recall.upgrade() {
        if let Err(fault) = hear(&options, &recall).await {
            debug!(error = %fault, "endings are not heard of; tokens are read from the database");
        }
        drop(recall);
        sleep(AGAIN).await;
    }
}

/// Listens until the connection breaks, or nobody but this remembers.
async fn hear(options: &PgConnectOptions, recall: &Arc<Recall>) -> Result<(), Fault> {
    let pool = PgPoolOptions::new().max_connections(1).max_lifetime(None).idle_timeout(None).acquire_timeout(ANSWER);
    let pool = pool.connect_with(options.clone()).await.map_err(Fault::new)?;
    let mut listener = PgListener::connect_with(&pool).await.map_err(Fault::new)?;
    listener.eager_reconnect(false);
    listener.listen(CHANNEL).await.map_err(Fault::new)?;
    // What ended before is not told again.
    recall.forget();
    let mut number = 0_u64;
    while Arc::strong_count(recall) > 1 {
        if recall.take_wanted() {
            number += 1;
            ask(&mut listener, recall, number).await?;
        }
        hear_for(&mut listener, recall, ASK).await?;
    }
    Ok(())
}

/// Tells itself a number, and waits until it hears it.
async fn ask(listener: &mut PgListener, recall: &Recall, number: u64) -> Result<(), Fault> {
    let (asked, own) = (Instant::now(), format!("heard {number}"));
    let telling = sqlx::query_scalar(TELL).bind(CHANNEL).bind(&own);
    let connection: i32 = within(ANSWER, telling.fetch_one(&mut *listener)).await?;
    loop {
        let left = ANSWER.saturating_sub(asked.elapsed());
        let told = within(left, listener.try_recv()).await?.ok_or_else(silence)?;
        if told.payload() == own && i64::from(told.process_id()) == i64::from(connection) {
            recall.hear(asked);
            return Ok(());
        }
        note(recall, &told);
    }
}

async fn hear_for(listener: &mut PgListener, recall: &Recall, time: Duration) -> Result<(), Fault> {
    let began = Instant::now();
    while let Ok(told) = timeout(time.saturating_sub(began.elapsed()), listener.try_recv()).await {
        note(recall, &told.map_err(Fault::new)?.ok_or_else(silence)?);
    }
    Ok(())
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
