//! Signed checkpoints of each tenant's chain of events.

use portreeve_domain::{Fault, TenantId, Timestamp};

use crate::{Conn, Tx};

const INSERT: &str = "INSERT INTO audit_checkpoints (tenant_id, sequence, previous, link, at, key_id, signature) VALUES ($1, $2, $3, $4, $5, $6, $7)";
const FROM: &str = "SELECT sequence, previous, link, at, key_id, signature FROM audit_checkpoints WHERE tenant_id = $1 AND sequence >= $2 ORDER BY sequence LIMIT 1000";

/// A checkpoint as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckpointRow {
    /// The number of the last event it covers.
    pub sequence: i64,
    /// The same of the checkpoint before; 0 for the first.
    pub previous: i64,
    /// The link after that event.
    pub link: [u8; 32],
    /// When it was signed.
    pub at: Timestamp,
    /// SHA-256 of the public key.
    pub key_id: [u8; 32],
    /// The signature, 64 bytes.
    pub signature: Vec<u8>,
}

/// Adds a checkpoint.
///
/// # Errors
/// A fault when there is one for that number, or the database is away.
pub async fn insert(tx: &mut Tx, tenant: TenantId, checkpoint: &CheckpointRow) -> Result<(), Fault> {
    let values = [
        tenant.into(),
        checkpoint.sequence.into(),
        checkpoint.previous.into(),
        (&checkpoint.link).into(),
        checkpoint.at.into(),
        (&checkpoint.key_id).into(),
        (&checkpoint.signature).into(),
    ];
    tx.execute(INSERT, &values).await.map(drop)
}

/// Up to 1000 checkpoints from the number `sequence` on, in order.
///
/// # Errors
/// A fault when the database is away.
pub async fn from(conn: &mut Conn, tenant: TenantId, sequence: i64) -> Result<Vec<CheckpointRow>, Fault> {
    conn.all(FROM, &[tenant.into(), sequence.into()], |row| {
        Ok(CheckpointRow {
            sequence: row.integer(0)?,
            previous: row.integer(1)?,
            link: row.array(2)?,
            at: row.timestamp(3)?,
            key_id: row.array(4)?,
            signature: row.bytes(5)?,
        })
    })
    .await
}
