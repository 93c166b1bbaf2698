//! Work that is not a request: the outbox, following the directory, the key schedule, sealing the audit log, clean-up, the
//! node's own lease, a look at the clock.
//!
//! Owns when each is done and what a failure means. Leaves what is done to `issuer` and `storage`. Each piece of work has
//! a task of its own, so that a slow one holds up no other; all end with the token they are given.

use std::sync::Arc;
use std::time::{Duration, Instant};

use portreeve_domain::{Fault, Lifetime, TenantId};
use portreeve_issuer::Issuer;
use portreeve_jobs::{Mailer, Texter, run_outbox};
use portreeve_storage::{Wall, expiry, leases};
use tokio::time::{Interval, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{error, info, warn};

use super::clock_watch::ClockWatch;
use super::logging::Repeated;
use super::node::Node;

/// How soon a change made through another process is seen; a revoked key must be gone within a second.
const FOLLOW: Duration = Duration::from_millis(500);
/// How often the schedules are looked at.
const SCHEDULE: Duration = Duration::from_secs(60);
/// How often is looked at what people were told would happen at a time.
const PROMISES: Duration = Duration::from_secs(5);
/// How soon an event gets its number in the audit log: whoever wants to change one unseen has no longer than this.
const SEAL: Duration = Duration::from_secs(1);
/// How often the clock is looked at.
const CLOCK: Duration = Duration::from_secs(1);
/// How long one sweep may hold the lease before another node takes over.
const SWEEP_LEASE: Lifetime = Lifetime::from_minutes(5);
/// A batch that removed fewer rows than this was the last one worth making.
const SMALL_BATCH: u64 = 500;

/// Starts all of it. `lost` is cancelled when the node's number was lost: the process must end.
pub(crate) fn start(
    issuer: &Arc<Issuer>,
    node: &Arc<Node>,
    senders: (Mailer, Texter),
    stop: &CancellationToken,
    lost: &CancellationToken,
) -> TaskTracker {
    let tasks = TaskTracker::new();
    tasks.spawn(run_outbox(Arc::clone(issuer), senders, stop.clone()));
    tasks.spawn(follow_directory(Arc::clone(issuer), stop.clone()));
    tasks.spawn(keep_schedules(Arc::clone(issuer), stop.clone()));
    tasks.spawn(seal_events(Arc::clone(issuer), Arc::clone(node), stop.clone()));
    tasks.spawn(keep_promises(Arc::clone(issuer), stop.clone()));
    tasks.spawn(sweep_expired(Arc::clone(issuer), Arc::clone(node), stop.clone()));
    tasks.spawn(follow_networks(Arc::clone(issuer), stop.clone()));
    tasks.spawn(watch_clock(Arc::clone(issuer), stop.clone()));
    tasks.spawn(keep_node_number(Arc::clone(issuer), Arc::clone(node), stop.clone(), lost.clone()));
    tasks.close();
    tasks
}

/// Loads the directory again whenever the database has another version of it.
async fn follow_directory(issuer: Arc<Issuer>, stop: CancellationToken) {
    let (mut pace, mut log) = (paced(FOLLOW), Repeated::new("follow the directory"));
    while next(&mut pace, &stop).await {
        log.note(issuer.directory.refresh().await.map(drop));
    }
}

/// Makes and promotes signing keys when their time has come. Phases also change by time alone, without a new version in
/// the database, hence the reload.
async fn keep_schedules(issuer: Arc<Issuer>, stop: CancellationToken) {
    let (mut pace, mut log) = (paced(SCHEDULE), Repeated::new("keep keys on schedule"));
    while next(&mut pace, &stop).await {
        let outcome = match issuer.keep_keys_on_schedule().await {
            Ok(true) => Ok(()),
            Ok(false) => issuer.directory.reload().await,
            Err(fault) => Err(fault),
        };
        log.note(outcome);
    }
}

/// Numbers, links and signs the events of the audit log; one node does it for all.
async fn seal_events(issuer: Arc<Issuer>, node: Arc<Node>, stop: CancellationToken) {
    let (mut pace, mut log) = (paced(SEAL), Repeated::new("seal the audit log"));
    while next(&mut pace, &stop).await {
        log.note(issuer.seal_events(node.owner()).await.map(drop));
    }
}

/// Erases people whose time is over, and tells those whose lost factors can be removed.
async fn keep_promises(issuer: Arc<Issuer>, stop: CancellationToken) {
    let (mut pace, mut log) = (paced(PROMISES), Repeated::new("do what people were told would happen"));
    while next(&mut pace, &stop).await {
        log.note(do_what_is_due(&issuer).await);
    }
}

async fn do_what_is_due(issuer: &Issuer) -> Result<(), Fault> {
    issuer.erase_due_accounts().await?;
    issuer.tell_of_due_recoveries().await?;
    Ok(())
}

/// Removes what ran out; one node does it for all.
async fn sweep_expired(issuer: Arc<Issuer>, node: Arc<Node>, stop: CancellationToken) {
    let (mut pace, mut log) = (paced(SCHEDULE), Repeated::new("remove what ran out"));
    while next(&mut pace, &stop).await {
        log.note(sweep(&issuer, &node, &stop).await);
    }
}

async fn sweep(issuer: &Issuer, node: &Node, stop: &CancellationToken) -> Result<(), Fault> {
    loop {
        let now = issuer.ambient().now();
        let mut tx = issuer.store().begin(Wall::All).await?;
        let until = now.plus(SWEEP_LEASE);
        if leases::take(&mut tx, TenantId::DEFAULT, "expiry", node.owner(), now, until).await?.is_none() {
            return Ok(());
        }
        let removed = expiry::sweep(&mut tx, now).await?;
        tx.commit().await?;
        if removed < SMALL_BATCH || stop.is_cancelled() {
            return Ok(());
        }
        // Between two batches requests get their turn at the one writer.
        tokio::task::yield_now().await;
    }
}

/// Renews the number that this node's row ids carry.
async fn keep_node_number(issuer: Arc<Issuer>, node: Arc<Node>, stop: CancellationToken, lost: CancellationToken) {
    let (mut pace, mut log) = (paced(SCHEDULE), Repeated::new("renew the node number"));
    while next(&mut pace, &stop).await {
        match node.renew(issuer.store(), issuer.ambient()).await {
            Ok(true) => log.note(Ok(())),
            Ok(false) => {
                error!("another node has taken this node's number; this process ends before two make the same ids");
                lost.cancel();
                return;
            }
            Err(fault) => log.note(Err(fault)),
        }
    }
}

/// Reads the files of networks again that have changed.
async fn follow_networks(issuer: Arc<Issuer>, stop: CancellationToken) {
    let mut pace = paced(SCHEDULE);
    while next(&mut pace, &stop).await {
        let networks = Arc::clone(&issuer.settings().networks);
        // A file of all cities takes a while.
        match tokio::task::spawn_blocking(move || networks.refresh()).await {
            Ok(Ok(files)) => files.iter().for_each(|file| info!(file, "read again")),
            Ok(Err(files)) => files.iter().for_each(|file| warn!(%file, "what was read before stays in use")),
            Err(error) => warn!(%error, "the files of networks were not read again"),
        }
    }
}

/// Writes down when the clock jumps; a jump that cannot be written yet is written later.
async fn watch_clock(issuer: Arc<Issuer>, stop: CancellationToken) {
    let mut watch = ClockWatch::new(issuer.ambient().now(), Instant::now());
    let (mut pace, mut log) = (paced(CLOCK), Repeated::new("write down a jump of the clock"));
    let mut untold = Vec::new();
    while next(&mut pace, &stop).await {
        if let Some(ahead_ms) = watch.look(issuer.ambient().now(), Instant::now()) {
            warn!(ahead_ms, "the clock jumped; check the time service of this machine");
            untold.push(ahead_ms);
        }
        while let Some(ahead_ms) = untold.first() {
            let outcome = issuer.note_clock_jump(*ahead_ms).await;
            let is_told = outcome.is_ok();
            log.note(outcome);
            if !is_told {
                break;
            }
            untold.remove(0);
        }
    }
}

fn paced(period: Duration) -> Interval {
    let mut pace = interval(period);
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    pace
}

/// Waits for the next tick; false when it is time to stop.
async fn next(pace: &mut Interval, stop: &CancellationToken) -> bool {
    tokio::select! {
        biased;
        () = stop.cancelled() => false,
        _ = pace.tick() => true,
    }
}
