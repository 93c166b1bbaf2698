//! How events are linked and what a checkpoint states.
//!
//! Owns the two rules that sealer, verifier and export share. `docs/audit.md` gives them to outsiders word for word; a
//! change here is a new format there.

use portreeve_crypto::{hex, sha256};
use portreeve_domain::TenantId;
use portreeve_storage::audit_checkpoints::CheckpointRow;
use serde_json::{Value, json};

/// What the first event is linked to.
pub(super) const FIRST_LINK: [u8; 32] = [0; 32];

/// The link after the event `sequence`: SHA-256 of the link before, the number (8 bytes, big-endian) and the commitment.
pub(super) fn next_link(link: &[u8; 32], sequence: i64, commitment: &[u8; 32]) -> [u8; 32] {
    let text = [link.as_slice(), &sequence.to_be_bytes(), commitment].concat();
    *sha256(&text).as_bytes()
}

/// What a checkpoint says, in the order of RFC 8785; its text is what is signed.
pub(super) fn statement(tenant: TenantId, checkpoint: &CheckpointRow) -> Value {
    json!({
        "at": checkpoint.at.as_millis(),
        "key": hex(&checkpoint.key_id),
        "link": hex(&checkpoint.link),
        "previous": checkpoint.previous,
        "sequence": checkpoint.sequence,
        "tenant": tenant.as_i64(),
        "type": "portreeve-audit-checkpoint-1",
    })
}
