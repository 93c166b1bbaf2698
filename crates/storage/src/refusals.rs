//! Refusals kept for a day, sealed, so that they can be explained.

use portreeve_domain::{Fault, RefusalId, TenantId, Timestamp};

use crate::{Conn, Tx};

const INSERT: &str =
    "INSERT INTO refusals (id, tenant_id, at, detail_sealed) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
const FIND: &str = "SELECT at, detail_sealed FROM refusals WHERE id = $1 AND tenant_id = $2";

/// Remembers a refusal.
///
/// # Errors
/// A fault when the database is away.
pub async fn insert(
    tx: &mut Tx,
    tenant: TenantId,
    id: RefusalId,
    at: Timestamp,
    detail_sealed: &[u8],
) -> Result<(), Fault> {
    tx.execute(INSERT, &[id.as_i64().into(), tenant.into(), at.into(), detail_sealed.into()]).await.map(drop)
}

/// Finds a refusal; `None` when it is unknown or too old.
///
/// # Errors
/// A fault when the database is away.
pub async fn find(conn: &mut Conn, tenant: TenantId, id: RefusalId) -> Result<Option<(Timestamp, Vec<u8>)>, Fault> {
    conn.optional(FIND, &[id.as_i64().into(), tenant.into()], |row| Ok((row.timestamp(0)?, row.bytes(1)?))).await
}
