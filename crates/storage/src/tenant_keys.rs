//! Root keys of tenants, wrapped by the key-encryption key.

use portreeve_domain::{Fault, TenantId, Timestamp};

use crate::{Conn, Tx};

const NEWEST: &str = "SELECT wrapped FROM tenant_keys WHERE tenant_id = $1 ORDER BY id DESC LIMIT 1";
const INSERT: &str =
    "INSERT INTO tenant_keys (tenant_id, id, wrapped, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";

/// A tenant's newest wrapped root key; `None` for a tenant that has none yet.
///
/// # Errors
/// A fault when the database is away.
pub async fn newest(conn: &mut Conn, tenant: TenantId) -> Result<Option<Vec<u8>>, Fault> {
    conn.optional(NEWEST, &[tenant.into()], |row| row.bytes(0)).await
}

/// Stores a tenant's first wrapped root key; false when another node was faster.
///
/// # Errors
/// A fault when the database is away.
pub async fn insert_first(tx: &mut Tx, tenant: TenantId, wrapped: &[u8], now: Timestamp) -> Result<bool, Fault> {
    Ok(tx.execute(INSERT, &[tenant.into(), 1.into(), wrapped.into(), now.into()]).await? == 1)
}
