//! Recovery codes, as keyed fingerprints.

use portreeve_domain::{Fault, TenantId, Timestamp, UserId};

use crate::{Conn, Tx, users};

const LEFT: &str = "SELECT COUNT(*) FROM recovery_codes WHERE tenant_id = $1 AND user_id = $2 AND consumed_at IS NULL";
const DELETE: &str = "DELETE FROM recovery_codes WHERE tenant_id = $1 AND user_id = $2";
const INSERT: &str = "INSERT INTO recovery_codes (tenant_id, user_id, fingerprint, created_at) VALUES ($1, $2, $3, $4)";
const CONSUME: &str = "UPDATE recovery_codes SET consumed_at = $4 WHERE tenant_id = $1 AND user_id = $2 AND fingerprint = $3 AND consumed_at IS NULL";

/// How many unused codes a user has.
///
/// # Errors
/// A fault when the database is away.
pub async fn left(conn: &mut Conn, tenant: TenantId, user: UserId) -> Result<i64, Fault> {
    conn.one(LEFT, &[tenant.into(), (&user).into()], |row| row.integer(0)).await
}

/// Replaces a user's codes: every older one is dead, also one of a set that somebody else is about to store.
///
/// # Errors
/// `Fault::overtaken` when there is no such user; a fault when the database is away.
pub async fn replace(
    tx: &mut Tx,
    tenant: TenantId,
    user: UserId,
    fingerprints: &[[u8; 32]],
    now: Timestamp,
) -> Result<(), Fault> {
    if !users::hold(tx, tenant, user).await? {
        return Err(Fault::overtaken());
    }
    tx.execute(DELETE, &[tenant.into(), (&user).into()]).await?;
    for fingerprint in fingerprints {
        tx.execute(INSERT, &[tenant.into(), (&user).into(), fingerprint.into(), now.into()]).await?;
    }
    Ok(())
}

/// Uses a code up; false when it is unknown or used.
///
/// # Errors
/// A fault when the database is away.
pub async fn consume(
    tx: &mut Tx,
    tenant: TenantId,
    user: UserId,
    fingerprint: &[u8; 32],
    now: Timestamp,
) -> Result<bool, Fault> {
    Ok(tx.execute(CONSUME, &[tenant.into(), (&user).into(), fingerprint.into(), now.into()]).await? == 1)
}
