//! The outbox runner: leases what is due, sends it, notes how that ended.
//!
//! Owns the pace and the end of trying. Any number of runners may work on one database: the lease lets one of them send a
//! message, and a crash while sending lets it come up again, so a message is sent at least once. A mail that comes
//! twice has one `Message-ID`, a text message one identifier, a notification one `auth_req_id`; a logout token has a new
//! `jti` each time, and to end a session that has ended does no harm. One message that cannot be read, or whose receiver
//! hangs, is its own trouble and holds up no other. Leaves rows to `storage` and sending to `lane`.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use portreeve_domain::{Fault, Lifetime, Timestamp, backoff};
use portreeve_issuer::Issuer;
use portreeve_storage::Wall;
use portreeve_storage::outbox::{self, OutboxLease, OutboxRow};
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use crate::lane::{Lane, Receiver, Undelivered};
use crate::mailer::Mailer;
use crate::texter::Texter;

/// How often the outbox is looked at.
const PACE: Duration = Duration::from_millis(500);
/// With how many messages in mind that cannot begin no more are read until the next look: a few megabytes, and read in a
/// fraction of the pace.
const MOST_WAITING: usize = 10_000;
/// How long one try may take before another runner takes it for dead.
const LEASE: Lifetime = Lifetime::from_seconds(60);
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

/// Delivers what is due until `stop` is cancelled, then finishes what it has begun. Mails, text messages and notices to relying parties
/// travel side by side.
///
/// With a mailer that is off it says so once; mails wait.
pub async fn run_outbox(issuer: Arc<Issuer>, (mailer, texter): (Mailer, Texter), stop: CancellationToken) {
    let of_logout = run_lane(Arc::clone(&issuer), Lane::LogoutNotices, stop.clone());
    let of_backchannel = run_lane(Arc::clone(&issuer), Lane::BackchannelNotices, stop.clone());
    let texts = async {
        if !texter.is_off() {
            run_lane(Arc::clone(&issuer), Lane::TextMessages(texter), stop.clone()).await;
        }
    };
    let mails = async {
        if mailer.is_off() {
            warn!("mail is off: mails wait in the outbox until a transport is set");
        } else {
            run_lane(Arc::clone(&issuer), Lane::Mails(mailer), stop.clone()).await;
        }
    };
    tokio::join!(of_logout, of_backchannel, texts, mails);
}

async fn run_lane(issuer: Arc<Issuer>, lane: Lane, stop: CancellationToken) {
    let mut pace = interval(PACE);
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut sending, mut is_failing) = (Sending::default(), false);
    loop {
        let outcome = tokio::select! {
            biased;
            () = stop.cancelled() => break,
            // Before the ends: while one followed the other, nothing new would be seen.
            _ = pace.tick() => {
                let looked = look_again(&issuer, &lane, &mut sending).await;
                // A look that takes longer than the pace must not be followed by the next one at once.
                pace.reset();
                looked
            }
            () = sending.one_ended(), if !sending.is_idle() => take_up(&issuer, &lane, &mut sending).await,
        };
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
    sending.all_ended().await;
}

/// What is being sent in a lane by this runner, and to whom, and what it found due besides.
#[derive(Default)]
pub(crate) struct Sending {
    tasks: JoinSet<()>,
    receivers: HashMap<Id, Receiver>,
    /// Not begun, because the receiver was busy or there was no room; the longest due first.
    waiting: Vec<Due>,
    read: Read,
}

/// A message that is due, and who gets it: nobody in particular when it cannot be read.
struct Due {
    row: OutboxRow,
    receiver: Option<Receiver>,
}

/// How far what is due has been read.
#[derive(Default)]
enum Read {
    #[default]
    Nothing,
    UpTo(OutboxRow),
    Everything,
}

impl Sending {
    pub(crate) fn is_idle(&self) -> bool {
        self.tasks.is_empty()
    }

    fn is_full(&self, lane: &Lane) -> bool {
        self.tasks.len() >= lane.at_once()
    }

    fn is_busy(&self, receiver: &Receiver) -> bool {
        self.receivers.values().any(|busy| busy == receiver)
    }

    /// Reads on where reading has ended; `None` when everything was read.
    async fn read_on(&mut self, issuer: &Issuer, lane: &Lane) -> Result<Option<Vec<Due>>, Fault> {
        let now = issuer.ambient().now();
        let rows = match &self.read {
            Read::Nothing => outbox::ready(&mut issuer.store().read(Wall::All).await?, lane.topic(), now).await?,
            Read::UpTo(last) => {
                outbox::ready_after(&mut issuer.store().read(Wall::All).await?, lane.topic(), now, last).await?
            }
            Read::Everything => return Ok(None),
        };
        self.read = match rows.last() {
            Some(last) if rows.len() >= outbox::PAGE => Read::UpTo(last.clone()),
            _ => Read::Everything,
        };
        Ok(Some(rows.into_iter().map(Due::from).collect()))
    }

    /// Begins to send to `receiver`; `None` is nobody in particular.
    fn begin(&mut self, receiver: Option<Receiver>, work: impl Future<Output = ()> + Send + 'static) {
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

    pub(crate) async fn all_ended(&mut self) {
        while !self.is_idle() {
            self.one_ended().await;
        }
    }
}

impl From<OutboxRow> for Due {
    fn from(row: OutboxRow) -> Self {
        let receiver = row.message().ok().map(|message| Receiver::of(row.tenant, &message));
        Self { row, receiver }
    }
}

/// Looks at what is due anew, and begins to send it as far as there is room.
///
/// When receivers that hang are due more than is kept in mind, each look goes on behind the one before until everything
/// was read: whoever is due behind them waits for a few looks, not for them.
pub(crate) async fn look_again(issuer: &Arc<Issuer>, lane: &Lane, sending: &mut Sending) -> Result<(), Fault> {
    let waiting = std::mem::take(&mut sending.waiting);
    begin(issuer, lane, sending, waiting).await?;
    if sending.is_full(lane) {
        return Ok(());
    }
    // There was room, so whatever still waits has a receiver that is busy. It stays due, and is read again.
    if matches!(sending.read, Read::Everything) {
        sending.read = Read::Nothing;
        sending.waiting.clear();
    } else if sending.waiting.len() >= MOST_WAITING {
        sending.waiting.clear();
    }
    take_up(issuer, lane, sending).await
}

/// Begins to send what waits, and then what is due behind it, as far as there is room.
pub(crate) async fn take_up(issuer: &Arc<Issuer>, lane: &Lane, sending: &mut Sending) -> Result<(), Fault> {
    let waiting = std::mem::take(&mut sending.waiting);
    begin(issuer, lane, sending, waiting).await?;
    while !sending.is_full(lane) && sending.waiting.len() < MOST_WAITING {
        let Some(page) = sending.read_on(issuer, lane).await? else { break };
        begin(issuer, lane, sending, page).await?;
    }
    Ok(())
}

/// Begins to send these as far as there is room, one to a receiver at a time; the others wait.
async fn begin(issuer: &Arc<Issuer>, lane: &Lane, sending: &mut Sending, due: Vec<Due>) -> Result<(), Fault> {
    for Due { row, receiver } in due {
        if sending.is_full(lane) || receiver.as_ref().is_some_and(|receiver| sending.is_busy(receiver)) {
            sending.waiting.push(Due { row, receiver });
            continue;
        }
        let now = issuer.ambient().now();
        let mut tx = issuer.store().begin(row.tenant).await?;
        let lease = outbox::lease(&mut tx, row.tenant, row.id, now, now.plus(LEASE)).await?;
        tx.commit().await?;
        if let Some(lease) = lease {
            let (issuer, lane) = (Arc::clone(issuer), lane.clone());
            sending.begin(receiver, async move {
                let outcome = lane.deliver(&issuer, &row, row.message()).await;
                if let Err(fault) = note(&issuer, &row, lease, outcome).await {
                    warn!(%fault, "what became of a message could not be noted; it comes up again");
                }
            });
        }
    }
    Ok(())
}

/// Notes how sending ended, unless another runner has taken the message over.
async fn note(
    issuer: &Issuer,
    row: &OutboxRow,
    lease: OutboxLease,
    outcome: Result<(), Undelivered>,
) -> Result<(), Fault> {
    let now = issuer.ambient().now();
    let planned = outcome.map_err(|reason| {
        let at = next_try(&reason, lease, jitter(issuer), now);
        (reason, at)
    });
    let is_noted = match planned {
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
fn next_try(reason: &Undelivered, lease: OutboxLease, jitter: u8, now: Timestamp) -> Option<Timestamp> {
    let before = u32::try_from(lease.tries.saturating_sub(1)).unwrap_or(u32::MAX);
    let age = now.since(portreeve_issuer::made_at(lease.id.as_i64()));
    let (cap, is_spent) = match reason {
        Undelivered::WayClosed(_) => (AWAY, false),
        Undelivered::NotTaken(_) => (REFUSED, lease.tries >= TRIES && age >= LEAST_AGE),
        Undelivered::Unwelcome(_) => (REFUSED, true),
        Undelivered::Unreadable => (REFUSED, age >= UPGRADE),
    };
    (!is_spent).then(|| now.plus(backoff(before, cap, jitter)))
}

/// A random byte. Without randomness nothing is spread, and nothing else is lost.
fn jitter(issuer: &Issuer) -> u8 {
    issuer.ambient().bytes::<1>().map_or(0, |[byte]| byte)
}

#[cfg(test)]
mod tests;
