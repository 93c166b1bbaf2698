//! The sealer: numbers and links the events of each tenant and signs checkpoints.
//!
//! Owns the size of a batch and when a checkpoint is due. It runs after the changes it seals, so no chain serialises
//! writers. One node does it: the lease says which, and the guarded move of the head makes sure. Leaves its pace to the
//! server. SECURITY rule 16.

use portreeve_crypto::hex;
use portreeve_domain::{Fault, Lifetime, TenantId, Timestamp};
use portreeve_storage::audit_chains::{self, ChainHead};
use portreeve_storage::audit_checkpoints::{self, CheckpointRow};
use portreeve_storage::{Wall, events, leases};
use tracing::info;

use super::chain::{FIRST_LINK, next_link, statement};
use crate::Issuer;
use crate::directory::TenantDirectory;

/// How many events are sealed in one transaction; small, because requests wait for the one writer meanwhile.
const BATCH: i64 = 250;
/// A checkpoint covers at most this many events.
const CHECKPOINT_EVENTS: i64 = 1000;
/// No sealed event waits longer for its checkpoint.
const CHECKPOINT_AGE: Lifetime = Lifetime::from_minutes(1);
/// How long a sealer that died is waited for: some times its pace. Two at once do no harm, as the head moves for one of them.
const LEASE: Lifetime = Lifetime::from_seconds(5);

/// What one transaction did.
struct Batch {
    sealed: u64,
    /// There may be more.
    is_full: bool,
}

impl Issuer {
    /// Seals every event that waits, batch by batch, and signs what is due; returns how many events were sealed.
    ///
    /// `owner` is the node: while another one holds the lease nothing happens.
    ///
    /// # Errors
    /// A fault when the database is away, or a chain does not go on where it ended: somebody changed it.
    pub async fn seal_events(&self, owner: &str) -> Result<u64, Fault> {
        let since = self.ambient.now().minus(CHECKPOINT_AGE);
        let due = audit_chains::due(&mut self.store.read(Wall::All).await?, since).await?;
        let mut sealed = 0;
        for at in self.directory.all().into_iter().filter(|at| due.contains(&at.id())) {
            loop {
                let Some(batch) = self.seal_batch(&at, owner).await? else { return Ok(sealed) };
                sealed += batch.sealed;
                if !batch.is_full {
                    break;
                }
            }
        }
        Ok(sealed)
    }

    /// Seals one batch of one tenant; `None` when another node holds the lease or was faster.
    async fn seal_batch(&self, at: &TenantDirectory, owner: &str) -> Result<Option<Batch>, Fault> {
        let (tenant, now) = (at.id(), self.ambient.now());
        let mut tx = self.store.begin(Wall::All).await?;
        if leases::take(&mut tx, TenantId::DEFAULT, "sealer", owner, now, now.plus(LEASE)).await?.is_none() {
            return Ok(None);
        }
        audit_chains::begin(&mut tx, tenant, &FIRST_LINK).await?;
        let head = audit_chains::find(&mut tx, tenant).await?;
        let head = head.ok_or_else(|| Fault::impossible("a chain was begun and is not there"))?;
        let limit = (CHECKPOINT_EVENTS - (head.sequence - head.signed_sequence)).clamp(0, BATCH);
        let batch = events::seal(&mut tx, tenant, head.sequence, limit).await?;
        let mut moved = linked(&head, &batch, now);
        let checkpoint = is_checkpoint_due(&moved, now).then(|| sign(at, &moved, now)).transpose()?;
        if let Some(checkpoint) = &checkpoint {
            audit_checkpoints::insert(&mut tx, tenant, checkpoint).await?;
            moved = ChainHead { signed_sequence: moved.sequence, unsigned_since: None, ..moved };
        }
        if !audit_chains::advance(&mut tx, tenant, &head, &moved).await? {
            return Ok(None);
        }
        tx.commit().await?;
        if let Some(checkpoint) = checkpoint {
            // The log leaves the machine: a copy of every checkpoint that whoever edits the database cannot reach.
            let (sequence, link) = (checkpoint.sequence, hex(&checkpoint.link));
            info!(tenant = at.tenant.slug, sequence, link, "audit checkpoint");
        }
        let sealed = batch.len() as u64;
        Ok(Some(Batch { sealed, is_full: sealed == limit.unsigned_abs() }))
    }
}

impl TenantDirectory {
    /// The public key that the tenant's checkpoints are verified with, as PEM.
    pub fn audit_key(&self) -> String {
        self.keys.audit.public_pem()
    }
}

/// The head after a batch.
fn linked(head: &ChainHead, batch: &[(i64, [u8; 32])], now: Timestamp) -> ChainHead {
    batch.iter().fold(*head, |head, (sequence, commitment)| ChainHead {
        sequence: *sequence,
        link: next_link(&head.link, *sequence, commitment),
        unsigned_since: head.unsigned_since.or(Some(now)),
        ..head
    })
}

fn is_checkpoint_due(head: &ChainHead, now: Timestamp) -> bool {
    head.sequence - head.signed_sequence >= CHECKPOINT_EVENTS
        || head.unsigned_since.is_some_and(|since| now >= since.plus(CHECKPOINT_AGE))
}

fn sign(at: &TenantDirectory, head: &ChainHead, now: Timestamp) -> Result<CheckpointRow, Fault> {
    let key = &at.keys.audit;
    let mut checkpoint = CheckpointRow {
        sequence: head.sequence,
        previous: head.signed_sequence,
        link: head.link,
        at: now,
        key_id: *key.id(),
        signature: Vec::new(),
    };
    checkpoint.signature = key.sign(statement(at.id(), &checkpoint).to_string().as_bytes()).map_err(Fault::new)?;
    Ok(checkpoint)
}
