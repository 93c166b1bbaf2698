//! A tenant's audit log as lines that an outsider can verify with the public audit key alone.
//!
//! Owns the lines; `docs/audit.md` describes them. An export begins at the first event or at a checkpoint, so that nobody
//! has to believe where it begins. It holds pseudonyms, never names.

use portreeve_crypto::hex;
use portreeve_domain::{Failure, Fault};
use portreeve_storage::audit_checkpoints::{self, CheckpointRow};
use portreeve_storage::events::{self, SealedEvent};
use serde_json::json;

use super::Canonical;
use super::chain::statement;
use crate::Issuer;
use crate::directory::TenantDirectory;

/// Why there is no such export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportRefusal {
    /// It would begin at a number that no checkpoint has.
    NoSuchCheckpoint,
}

/// A part of an export.
pub struct AuditExport {
    /// Lines without line ends; none when the log ends here.
    pub lines: Vec<String>,
    /// Where the next part begins.
    pub next: i64,
}

impl Issuer {
    /// The first line of an export of what comes after the event `after`, and the checkpoint it begins at.
    ///
    /// # Errors
    /// A refusal when `after` is neither 0 nor the number of a checkpoint; a fault when the database is away.
    pub async fn begin_audit_export(
        &self,
        at: &TenantDirectory,
        after: i64,
    ) -> Result<AuditExport, Failure<ExportRefusal>> {
        let header = json!({
            "export": {
                "after": after,
                "format": "portreeve-audit-1",
                "issuer": at.issuer,
                "tenant": at.id().as_i64(),
            }
        });
        let mut lines = vec![header.to_string()];
        if after != 0 {
            let mut conn = self.store.read(at.id()).await?;
            let found = audit_checkpoints::from(&mut conn, at.id(), after).await?;
            let first = found.first().filter(|checkpoint| checkpoint.sequence == after);
            lines.push(checkpoint_line(at, first.ok_or(Failure::Refused(ExportRefusal::NoSuchCheckpoint))?));
        }
        Ok(AuditExport { lines, next: after })
    }

    /// The lines of up to 1000 events after the event `after`, with their checkpoints.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn export_audit(&self, at: &TenantDirectory, after: i64) -> Result<AuditExport, Fault> {
        let mut conn = self.store.read(at.id()).await?;
        let page = events::sealed_after(&mut conn, at.id(), after).await?;
        // There are never more checkpoints than events, so one page of them covers one of events.
        let checkpoints = audit_checkpoints::from(&mut conn, at.id(), after + 1).await?;
        let mut lines = Vec::new();
        let mut signed = checkpoints.iter().peekable();
        for event in &page {
            while let Some(checkpoint) = signed.next_if(|next| next.sequence < event.sequence) {
                lines.push(checkpoint_line(at, checkpoint));
            }
            lines.push(event_line(at, event));
        }
        let next = page.last().map_or(after, |last| last.sequence);
        lines.extend(signed.take_while(|checkpoint| checkpoint.sequence <= next).map(|last| checkpoint_line(at, last)));
        Ok(AuditExport { lines, next })
    }
}

fn event_line(at: &TenantDirectory, sealed: &SealedEvent) -> String {
    json!({ "event": Canonical::of(at.id(), &sealed.event), "sequence": sealed.sequence }).to_string()
}

fn checkpoint_line(at: &TenantDirectory, checkpoint: &CheckpointRow) -> String {
    json!({ "checkpoint": statement(at.id(), checkpoint), "signature": hex(&checkpoint.signature) }).to_string()
}
