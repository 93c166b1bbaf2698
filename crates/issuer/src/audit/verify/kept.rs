//! A checkpoint that somebody kept outside the database.
//!
//! Owns reading one from a line of an export, and whether this tenant signed it: a checkpoint that anybody could have
//! written would prove nothing.

use portreeve_crypto::from_hex;
use portreeve_domain::Timestamp;
use portreeve_storage::audit_checkpoints::CheckpointRow;
use serde_json::Value;

use super::super::chain::statement;
use crate::directory::TenantDirectory;

/// A checkpoint from elsewhere, signed by the tenant it is used for.
pub struct KeptCheckpoint(CheckpointRow);

impl KeptCheckpoint {
    /// Takes the last checkpoint line of an export; `None` when there is none, or `at` has not signed it.
    pub fn parse(text: &str, at: &TenantDirectory) -> Option<Self> {
        let line = text.lines().rev().find(|line| line.contains("\"checkpoint\""))?;
        let value: Value = serde_json::from_str(line).ok()?;
        let said = value.get("checkpoint")?;
        let integer = |name: &str| said.get(name)?.as_i64();
        let checkpoint = CheckpointRow {
            sequence: integer("sequence")?,
            previous: integer("previous")?,
            link: from_hex(said.get("link")?.as_str()?)?.try_into().ok()?,
            at: Timestamp::from_millis(integer("at")?),
            key_id: *at.keys.audit.id(),
            signature: from_hex(value.get("signature")?.as_str()?)?,
        };
        let text = statement(at.id(), &checkpoint).to_string();
        at.keys.audit.verifies(text.as_bytes(), &checkpoint.signature).then_some(Self(checkpoint))
    }

    pub(in crate::audit) fn sequence(&self) -> i64 {
        self.0.sequence
    }

    pub(in crate::audit) fn link(&self) -> &[u8; 32] {
        &self.0.link
    }
}
