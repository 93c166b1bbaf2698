//! Telling whether a tenant's events are those that were written, all of them, in their order.
//!
//! Owns what is found and in which words. Reads the database alone, and changes nothing. What no look at a database can
//! find is a whole log replaced by an older state of itself: for that a checkpoint is kept elsewhere and given here.
//! SECURITY rule 16, S-120.

use std::collections::VecDeque;

use portreeve_domain::{Fault, Lifetime, Timestamp};
use portreeve_storage::audit_chains::{self, ChainHead};
use portreeve_storage::audit_checkpoints::{self, CheckpointRow};
use portreeve_storage::events::{self, SealedEvent, Unsealed};

use super::chain::{FIRST_LINK, next_link, statement};
use super::commitment;
use crate::Issuer;
use crate::directory::TenantDirectory;

mod finding;
mod kept;

pub use finding::AuditFinding;
pub use kept::KeptCheckpoint;

/// An event that waits longer for its number or its checkpoint says that the sealer does not run.
const PATIENCE: Lifetime = Lifetime::from_minutes(5);
/// More findings than this are counted, not told.
const TOLD: usize = 100;

/// What was looked at and what is wrong with it.
#[derive(Debug, Default)]
pub struct AuditReport {
    /// How many numbered events were read.
    pub events: u64,
    /// How many checkpoints.
    pub checkpoints: u64,
    /// The number of the last event that a checkpoint covers.
    pub signed_up_to: i64,
    /// What is wrong, in the order of the chain; empty when all is well.
    pub findings: Vec<AuditFinding>,
    /// How many findings there are beyond those told.
    pub untold: u64,
}

impl Issuer {
    /// Reads a tenant's whole chain and checks it, against `kept` as well when there is one.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn verify_audit(&self, at: &TenantDirectory, kept: Option<KeptCheckpoint>) -> Result<AuditReport, Fault> {
        let tenant = at.id();
        let mut conn = self.store.read(tenant).await?;
        let unsealed = events::unsealed(&mut conn, tenant).await?;
        let head = audit_chains::find(&mut conn, tenant).await?;
        let mut walk = Walk::new(at, kept);
        let mut checkpoints: VecDeque<_> = audit_checkpoints::from(&mut conn, tenant, i64::MIN).await?.into();
        // The sealer may go on meanwhile: what is numbered after the head was read is the next look's.
        let end = head.map_or(i64::MAX, |head| head.sequence);
        let (mut after, mut beyond) = (i64::MIN, None);
        'pages: loop {
            let page = events::sealed_after(&mut conn, tenant, after).await?;
            let Some(last) = page.last() else { break };
            after = last.sequence;
            for event in &page {
                if event.sequence > end {
                    beyond = Some(event.sequence);
                    break 'pages;
                }
                while let Some(checkpoint) = checkpoints.pop_front_if(|next| next.sequence < event.sequence) {
                    walk.checkpoint(&checkpoint);
                    if checkpoints.is_empty() {
                        checkpoints = audit_checkpoints::from(&mut conn, tenant, checkpoint.sequence + 1).await?.into();
                    }
                }
                walk.event(event)?;
            }
        }
        while let Some(checkpoint) = checkpoints.pop_front_if(|next| next.sequence <= end) {
            walk.checkpoint(&checkpoint);
            if checkpoints.is_empty() {
                checkpoints = audit_checkpoints::from(&mut conn, tenant, checkpoint.sequence + 1).await?.into();
            }
        }
        // The sealer moves the head together with what it numbers and signs. While the head rests nothing is beyond it.
        let further = beyond.max(checkpoints.front().map(|next| next.sequence));
        let rests = further.is_some() && audit_chains::find(&mut conn, tenant).await? == head;
        Ok(walk.finish(head, unsealed, further.filter(|_| rests), self.ambient.now()))
    }
}

/// The walk along one chain.
struct Walk<'a> {
    at: &'a TenantDirectory,
    kept: Option<KeptCheckpoint>,
    /// The number of the last event passed, and the link after it.
    sequence: i64,
    link: [u8; 32],
    /// Something is wrong since the last checkpoint, and told; the link cannot fit any more.
    is_broken: bool,
    report: AuditReport,
}

impl<'a> Walk<'a> {
    fn new(at: &'a TenantDirectory, kept: Option<KeptCheckpoint>) -> Self {
        Self { at, kept, sequence: 0, link: FIRST_LINK, is_broken: false, report: AuditReport::default() }
    }

    fn event(&mut self, sealed: &SealedEvent) -> Result<(), Fault> {
        self.report.events += 1;
        let SealedEvent { sequence, event } = sealed;
        if *sequence <= self.sequence {
            self.broken(AuditFinding::Misplaced { sequence: *sequence, id: event.id.as_i64() });
            return Ok(());
        }
        self.missing_before(*sequence);
        let found = commitment(self.at.id(), event)?;
        if found != event.commitment {
            let (kind, id) = (event.kind.clone(), event.id.as_i64());
            self.broken(AuditFinding::Changed { sequence: *sequence, kind, id });
        }
        self.link = next_link(&self.link, *sequence, &found);
        self.sequence = *sequence;
        self.compare_with_kept();
        Ok(())
    }

    fn checkpoint(&mut self, checkpoint: &CheckpointRow) {
        self.report.checkpoints += 1;
        let (sequence, previous) = (checkpoint.sequence, self.report.signed_up_to);
        let key = &self.at.keys.audit;
        let text = statement(self.at.id(), checkpoint).to_string();
        if checkpoint.key_id != *key.id() || !key.verifies(text.as_bytes(), &checkpoint.signature) {
            self.tell(AuditFinding::NotSigned { sequence });
            return;
        }
        if checkpoint.previous != previous {
            self.tell(AuditFinding::CheckpointMissing { after: previous, before: sequence });
        }
        self.missing_before(sequence + 1);
        if checkpoint.link != self.link && !self.is_broken {
            self.tell(AuditFinding::LinkDiffers { from: previous + 1, to: sequence });
        }
        // From here on the signature is believed: what comes later is judged by itself.
        (self.sequence, self.link, self.is_broken) = (sequence, checkpoint.link, false);
        self.report.signed_up_to = sequence;
    }

    /// `further` is a number beyond the head that somebody else than the sealer gave.
    fn finish(
        mut self,
        head: Option<ChainHead>,
        unsealed: Unsealed,
        further: Option<i64>,
        now: Timestamp,
    ) -> AuditReport {
        let is_old = |since: Timestamp| now >= since.plus(PATIENCE);
        let end = head.map_or(0, |head| head.sequence);
        self.missing_before(end + 1);
        match (head, further) {
            (None, _) if self.sequence > 0 => self.tell(AuditFinding::HeadDiffers { head: 0, found: self.sequence }),
            (_, Some(found)) => self.tell(AuditFinding::HeadDiffers { head: end, found }),
            (Some(head), None) if head.link != self.link && !self.is_broken => {
                self.tell(AuditFinding::LinkDiffers { from: self.report.signed_up_to + 1, to: end });
            }
            _ => {}
        }
        if let Some(head) = head.filter(|head| head.signed_sequence > self.report.signed_up_to) {
            self.tell(AuditFinding::LastCheckpointMissing { sequence: head.signed_sequence });
        }
        if let Some(since) = head.and_then(|head| head.unsigned_since).filter(|&since| is_old(since)) {
            self.tell(AuditFinding::Unsigned { from: self.report.signed_up_to + 1, age: now.since(since) });
        }
        if let Some(since) = unsealed.oldest.filter(|&since| is_old(since)) {
            self.tell(AuditFinding::Unsealed { count: unsealed.count, age: now.since(since) });
        }
        if let Some(kept) = self.kept.take().filter(|kept| kept.sequence() > self.sequence) {
            self.tell(AuditFinding::Truncated { kept: kept.sequence(), end: self.sequence });
        }
        self.report
    }

    /// Tells the gap between the last event and `sequence`, if there is one.
    fn missing_before(&mut self, sequence: i64) {
        let (from, to) = (self.sequence + 1, sequence - 1);
        if from <= to {
            self.broken(AuditFinding::Missing { from, to });
            self.sequence = to;
        }
    }

    /// The checkpoint from elsewhere is compared where the chain passes it.
    fn compare_with_kept(&mut self) {
        if let Some(kept) = self.kept.take_if(|kept| kept.sequence() == self.sequence)
            && *kept.link() != self.link
        {
            self.tell(AuditFinding::KeptDiffers { sequence: self.sequence });
        }
    }

    fn broken(&mut self, finding: AuditFinding) {
        self.is_broken = true;
        self.tell(finding);
    }

    fn tell(&mut self, finding: AuditFinding) {
        if self.report.findings.len() < TOLD {
            self.report.findings.push(finding);
        } else {
            self.report.untold += 1;
        }
    }
}
