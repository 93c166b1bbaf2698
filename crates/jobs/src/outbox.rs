//! The outbox runner: leases what is due, sends it, notes how that ended.
//!
//! Owns the pace and the end of trying. Any number of runners may work on one database: the lease lets one of them send a
//! message, and a crash while sending lets it come up again, so a message is sent at least once and a receiver can tell a
//! repetition by its `Message-ID`. Leaves rows to `storage` and sending to `lane`.

use std::sync::Arc;
use std::time::Duration;

use portreeve_domain::{Fault, Lifetime, Timestamp, backoff};
use portreeve_issuer::Issuer;
use portreeve_storage::Wall;
use portreeve_storage::outbox::{self, OutboxRow};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use crate::lane::{Lane, Undelivered};
use crate::mailer::Mailer;

/// How often the outbox is looked at.
const PACE: Duration = Duration::from_millis(500);
/// How long one try may take before another runner takes it for dead.
const LEASE: Lifetime = Lifetime::from_seconds(60);
/// How long to wait for a mail server that is away, at most: when it is back, everything is delivered within a minute.
const AWAY: Lifetime = Lifetime::from_seconds(30);
/// After how many tries a message that is refused is given up.
const TRIES: i64 = 20;
/// How old it must be as well: less than 20 tries with growing pauses take, so that the tries made while the server was
/// away do not count against a message.
const LEAST_AGE: Lifetime = Lifetime::from_hours(10);

/// Delivers what is due until `stop` is cancelled, then finishes what it has begun. Mails and notices to relying parties
/// travel side by side.
///
/// With a mailer that is off it says so once; mails wait.
pub async fn run_outbox(issuer: Arc<Issuer>, mailer: Mailer, stop: CancellationToken) {
    let notices = run_lane(Arc::clone(&issuer), Lane::LogoutNotices, stop.clone());
    if mailer.is_off() {
        warn!("mail is off: mails wait in the outbox until a transport is set");
        return notices.await;
    }
    tokio::join!(notices, run_lane(issuer, Lane::Mails(mailer), stop));
}

async fn run_lane(issuer: Arc<Issuer>, lane: Lane, stop: CancellationToken) {
    let mut pace = interval(PACE);
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut sending, mut is_failing) = (JoinSet::new(), false);
    loop {
        tokio::select! {
            biased;
            () = stop.cancelled() => break,
            Some(_) = sending.join_next(), if !sending.is_empty() => {}
            _ = pace.tick() => {}
        }
        let outcome = take_up(&issuer, &lane, &mut sending).await;
        // A database that is away for an hour must not fill the log.
        match &outcome {
            Ok(()) if is_failing => info!(topic = lane.topic(), "the outbox is read again"),
            Err(fault) if !is_failing => {
                warn!(topic = lane.topic(), %fault, "the outbox cannot be read; is tried again")
            }
            _ => {}
        }
        is_failing = outcome.is_err();
    }
    while sending.join_next().await.is_some() {}
}

/// Begins to send what is due, as far as there is room.
pub(crate) async fn take_up(issuer: &Arc<Issuer>, lane: &Lane, sending: &mut JoinSet<()>) -> Result<(), Fault> {
    if sending.len() >= lane.at_once() {
        return Ok(());
    }
    let now = issuer.ambient().now();
    let due = outbox::ready(&mut issuer.store().read(Wall::All).await?, lane.topic(), now).await?;
    for row in due {
        if sending.len() >= lane.at_once() {
            break;
        }
        let now = issuer.ambient().now();
        let mut tx = issuer.store().begin(row.tenant).await?;
        let is_ours = outbox::lease(&mut tx, row.tenant, row.id, now, now.plus(LEASE)).await?;
        tx.commit().await?;
        if is_ours {
            let (issuer, lane) = (Arc::clone(issuer), lane.clone());
            sending.spawn(async move {
                if let Err(fault) = deliver(&issuer, &lane, &row).await {
                    warn!(%fault, "what became of a message could not be noted; it comes up again");
                }
            });
        }
    }
    Ok(())
}

/// Sends one leased message and notes how that ended.
async fn deliver(issuer: &Issuer, lane: &Lane, row: &OutboxRow) -> Result<(), Fault> {
    let outcome = lane.deliver(issuer, row).await;
    let now = issuer.ambient().now();
    let mut tx = issuer.store().begin(row.tenant).await?;
    match outcome {
        Ok(()) => outbox::done(&mut tx, row.tenant, row.id, now).await?,
        Err(reason) => match next_try(&reason, row, jitter(issuer)?, now) {
            Some(at) => outbox::retry(&mut tx, row.tenant, row.id, at, &reason.to_string()).await?,
            None => {
                let (message, topic) = (row.id.as_i64(), lane.topic());
                error!(message, topic, %reason, tries = row.attempts + 1, "a message is given up");
                outbox::bury(&mut tx, row.tenant, row.id, now, &reason.to_string()).await?;
            }
        },
    }
    tx.commit().await
}

/// When to try again; `None` gives the message up. A closed way out is no fault of the message and never ends it.
fn next_try(reason: &Undelivered, row: &OutboxRow, jitter: u8, now: Timestamp) -> Option<Timestamp> {
    let pause = backoff(u32::try_from(row.attempts).unwrap_or(u32::MAX), jitter);
    match reason {
        Undelivered::WayClosed(_) => Some(now.plus(pause.min(AWAY))),
        Undelivered::NotTaken(_) => {
            let age = now.since(portreeve_issuer::made_at(row.id.as_i64()));
            let is_spent = row.attempts + 1 >= TRIES && age >= LEAST_AGE;
            (!is_spent).then(|| now.plus(pause))
        }
    }
}

fn jitter(issuer: &Issuer) -> Result<u8, Fault> {
    issuer.ambient().bytes::<1>().map(|[byte]| byte)
}

#[cfg(test)]
mod tests;
