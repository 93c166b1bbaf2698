//! The outbox runner: leases what is due, sends it, notes how that ended.
//!
//! Owns the pace and the end of trying. Any number of runners may work on one database: the lease lets one of them send a
//! message, and a crash while sending lets it come up again, so a message is sent at least once and a receiver can tell a
//! repetition by its `Message-ID`. One message that cannot be read, or whose receiver hangs, is its own trouble and
//! holds up no other. Leaves rows to `storage` and transports to `mailer`.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use portreeve_domain::{Fault, Lifetime, OutboxMessage, Timestamp, UserId, backoff};
use portreeve_issuer::Issuer;
use portreeve_storage::Wall;
use portreeve_storage::outbox::{self, OutboxLease, OutboxRow};
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use crate::mailer::{Mailer, NotSent};

/// How often the outbox is looked at.
const PACE: Duration = Duration::from_millis(500);
/// How long one try may take before another runner takes it for dead.
const LEASE: Lifetime = Lifetime::from_seconds(60);
/// How many messages are sent at once, each to another receiver: one that hangs holds up its own messages only, and
/// gets them in the order they were caused.
const AT_ONCE: usize = 32;
/// How long to wait for a mail server that is away, at most: when it is back, everything is delivered within a minute.
const AWAY: Lifetime = Lifetime::from_seconds(30);
/// The longest pause for a message that is refused.
const REFUSED: Lifetime = Lifetime::from_hours(1);
/// After how many tries a message that is refused is given up.
const TRIES: i64 = 20;
/// How old it must be as well: less than 20 tries with growing pauses take, so that the tries made while the server was
/// away do not count against a message.
const LEAST_AGE: Lifetime = Lifetime::from_hours(10);
/// How long a message that cannot be read is left to others: while nodes are upgraded, a newer one may know it.
const UPGRADE: Lifetime = Lifetime::from_hours(1);

/// Delivers what is due until `stop` is cancelled, then finishes what it has begun.
///
/// With a mailer that is off it says so once and returns; messages wait.
pub async fn run_outbox(issuer: Arc<Issuer>, mailer: Mailer, stop: CancellationToken) {
    if mailer.is_off() {
        warn!("mail is off: mails wait in the outbox until a transport is set");
        return;
    }
    let mut pace = interval(PACE);
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut sending, mut is_failing) = (Sending::default(), false);
    loop {
        tokio::select! {
            biased;
            () = stop.cancelled() => break,
            () = sending.one_ended(), if !sending.is_idle() => {}
            _ = pace.tick() => {}
        }
        let outcome = take_up(&issuer, &mailer, &mut sending).await;
        // A database that is away for an hour must not fill the log.
        match &outcome {
            Ok(()) if is_failing => info!("the outbox is read again"),
            Err(fault) if !is_failing => warn!(%fault, "the outbox cannot be read; is tried again"),
            _ => {}
        }
        is_failing = outcome.is_err();
    }
    sending.all_ended().await;
}

/// What is being sent by this runner, and to whom.
#[derive(Default)]
struct Sending {
    tasks: JoinSet<()>,
    receivers: HashMap<Id, UserId>,
}

impl Sending {
    fn is_idle(&self) -> bool {
        self.tasks.is_empty()
    }

    fn is_full(&self) -> bool {
        self.tasks.len() >= AT_ONCE
    }

    fn is_busy(&self, receiver: UserId) -> bool {
        self.receivers.values().any(|busy| *busy == receiver)
    }

    /// Begins to send to `receiver`; `None` is nobody in particular.
    fn begin(&mut self, receiver: Option<UserId>, work: impl Future<Output = ()> + Send + 'static) {
        let task = self.tasks.spawn(work);
        self.receivers.extend(receiver.map(|receiver| (task.id(), receiver)));
    }

    async fn one_ended(&mut self) {
        if let Some(ended) = self.tasks.join_next_with_id().await {
            let id = match &ended {
                Ok((id, ())) => *id,
                Err(failed) => failed.id(),
            };
            self.receivers.remove(&id);
            if ended.as_ref().is_err_and(JoinError::is_panic) {
                error!("sending a message panicked; it comes up again when its lease is over");
            }
        }
    }

    async fn all_ended(&mut self) {
        while !self.is_idle() {
            self.one_ended().await;
        }
    }
}

/// Begins to send what is due, as far as there is room.
async fn take_up(issuer: &Arc<Issuer>, mailer: &Mailer, sending: &mut Sending) -> Result<(), Fault> {
    if sending.is_full() {
        return Ok(());
    }
    let due = outbox::ready(&mut issuer.store().read(Wall::All).await?, issuer.ambient().now()).await?;
    for row in due {
        if sending.is_full() {
            break;
        }
        let message = row.message();
        let receiver = message.as_ref().ok().map(|OutboxMessage::Mail { user, .. }| *user);
        if receiver.is_some_and(|receiver| sending.is_busy(receiver)) {
            continue;
        }
        let now = issuer.ambient().now();
        let mut tx = issuer.store().begin(row.tenant).await?;
        let lease = outbox::lease(&mut tx, row.tenant, row.id, now, now.plus(LEASE)).await?;
        tx.commit().await?;
        if let Some(lease) = lease {
            let (issuer, mailer) = (Arc::clone(issuer), mailer.clone());
            sending.begin(receiver, async move {
                let outcome = send(&issuer, &mailer, &row, message).await;
                if let Err(fault) = note(&issuer, &row, lease, outcome).await {
                    warn!(%fault, "what became of a message could not be noted; it comes up again");
                }
            });
        }
    }
    Ok(())
}

/// Sends one leased message.
async fn send(
    issuer: &Issuer,
    mailer: &Mailer,
    row: &OutboxRow,
    message: Result<OutboxMessage, Fault>,
) -> Result<(), NotSent> {
    let message = message.map_err(|fault| {
        error!(message = row.id.as_i64(), %fault, "a message cannot be read; others go on");
        NotSent::Unreadable
    })?;
    match issuer.outgoing_mail(row, &message).await {
        Ok(Some(mail)) => mailer.send(&mail, issuer.ambient().now()).await,
        // Nobody is there to get it any more.
        Ok(None) => Ok(()),
        Err(fault) if fault.is_transient() => {
            warn!(%fault, "a mail could not be made; is tried again");
            Err(NotSent::Unreachable)
        }
        Err(fault) => {
            error!(message = row.id.as_i64(), %fault, "a mail cannot be made; others go on");
            Err(NotSent::Unwritable)
        }
    }
}

/// Notes how sending ended, unless another runner has taken the message over.
async fn note(issuer: &Issuer, row: &OutboxRow, lease: OutboxLease, outcome: Result<(), NotSent>) -> Result<(), Fault> {
    let now = issuer.ambient().now();
    let is_noted = match outcome.map_err(|reason| (reason, next_try(reason, lease, jitter(issuer), now))) {
        Ok(()) => {
            let mut tx = issuer.store().begin(row.tenant).await?;
            let is_ours = outbox::done(&mut tx, row.tenant, lease, now).await?;
            tx.commit().await?;
            is_ours
        }
        Err((reason, Some(at))) => {
            let mut tx = issuer.store().begin(row.tenant).await?;
            let is_ours = outbox::retry(&mut tx, row.tenant, lease, at, &reason.to_string()).await?;
            tx.commit().await?;
            is_ours
        }
        Err((reason, None)) => {
            error!(message = row.id.as_i64(), %reason, tries = lease.tries, "a message is given up");
            issuer.bury_message(row, lease, &reason.to_string()).await?
        }
    };
    if !is_noted {
        warn!(message = row.id.as_i64(), "a message took longer than its lease; another runner has taken it over");
    }
    Ok(())
}

/// When to try again; `None` gives the message up. A closed way out is no fault of the message and never ends it.
fn next_try(reason: NotSent, lease: OutboxLease, jitter: u8, now: Timestamp) -> Option<Timestamp> {
    let before = u32::try_from(lease.tries.saturating_sub(1)).unwrap_or(u32::MAX);
    let age = now.since(portreeve_issuer::made_at(lease.id.as_i64()));
    let (cap, is_spent) = match reason {
        NotSent::Unreachable => (AWAY, false),
        NotSent::Refused(_) | NotSent::Unwritable => (REFUSED, lease.tries >= TRIES && age >= LEAST_AGE),
        NotSent::Unreadable => (REFUSED, age >= UPGRADE),
    };
    (!is_spent).then(|| now.plus(backoff(before, cap, jitter)))
}

/// A random byte. Without randomness nothing is spread, and nothing else is lost.
fn jitter(issuer: &Issuer) -> u8 {
    issuer.ambient().bytes::<1>().map_or(0, |[byte]| byte)
}

#[cfg(test)]
mod tests;
