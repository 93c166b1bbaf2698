//! Revoked JWTs that have no row of their own (client credentials).

use portreeve_domain::{Fault, TenantId, Timestamp};

use crate::{Conn, Tx};

const CONTAINS: &str = "SELECT expires_at FROM revoked_jtis WHERE tenant_id = $1 AND jti = $2";
const INSERT: &str = "INSERT INTO revoked_jtis (tenant_id, jti, expires_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";

/// Whether the JWT with this `jti` was revoked.
///
/// # Errors
/// A fault when the database is away.
pub async fn contains(conn: &mut Conn, tenant: TenantId, jti: &str) -> Result<bool, Fault> {
    Ok(conn.optional(CONTAINS, &[tenant.into(), jti.into()], |row| row.integer(0)).await?.is_some())
}

/// Revokes the JWT with this `jti`, which dies by itself at `expires_at`; false when it was revoked before.
///
/// # Errors
/// A fault when the database is away.
pub async fn insert(tx: &mut Tx, tenant: TenantId, jti: &str, expires_at: Timestamp) -> Result<bool, Fault> {
    Ok(tx.execute(INSERT, &[tenant.into(), jti.into(), expires_at.into()]).await? == 1)
}
