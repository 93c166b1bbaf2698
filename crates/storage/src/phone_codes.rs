//! Codes by text message that prove telephone numbers: one a person, the newest, with the tries that were made.

use portreeve_domain::{Fault, TenantId, Timestamp, UserId};

use crate::{Conn, Tx};

const IS_AWAITED: &str =
    "SELECT requested_at FROM phone_codes WHERE tenant_id = $1 AND user_id = $2 AND expires_at > $3";
const AWAIT: &str = "INSERT INTO phone_codes (tenant_id, user_id, code_hash, code_tries, requested_at, expires_at) VALUES ($1, $2, NULL, 0, $3, $4) ON CONFLICT (tenant_id, user_id) DO UPDATE SET code_hash = NULL, code_tries = 0, requested_at = excluded.requested_at, expires_at = excluded.expires_at";
const EXPECT: &str = "UPDATE phone_codes SET code_hash = $3, code_tries = 0, expires_at = $4 WHERE tenant_id = $1 AND user_id = $2 AND expires_at > $5";
const TRY: &str = "UPDATE phone_codes SET code_tries = code_tries + 1 WHERE tenant_id = $1 AND user_id = $2 AND code_tries < $3 AND expires_at > $4 AND code_hash IS NOT NULL RETURNING code_hash";
const USE: &str =
    "DELETE FROM phone_codes WHERE tenant_id = $1 AND user_id = $2 AND code_hash = $3 AND expires_at > $4";

/// Whether a person waits for a code, or has one that works.
///
/// # Errors
/// A fault when the database is away.
pub async fn is_awaited(conn: &mut Conn, tenant: TenantId, user: UserId, now: Timestamp) -> Result<bool, Fault> {
    let found = conn.optional(IS_AWAITED, &[tenant.into(), (&user).into(), now.into()], |row| row.integer(0)).await?;
    Ok(found.is_some())
}

/// Lets a person wait for a code until `expires_at`: an older one dies. Nobody knows it before it is expected.
///
/// # Errors
/// A fault when the database is away.
pub async fn wait(
    tx: &mut Tx,
    tenant: TenantId,
    user: UserId,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<(), Fault> {
    tx.execute(AWAIT, &[tenant.into(), (&user).into(), now.into(), expires_at.into()]).await.map(drop)
}

/// Expects the code whose fingerprint is `hash` until `expires_at`; false when the person waits for none any more.
///
/// # Errors
/// A fault when the database is away.
pub async fn expect(
    tx: &mut Tx,
    tenant: TenantId,
    user: UserId,
    hash: &[u8; 32],
    (now, expires_at): (Timestamp, Timestamp),
) -> Result<bool, Fault> {
    let values = [tenant.into(), (&user).into(), hash.into(), expires_at.into(), now.into()];
    Ok(tx.execute(EXPECT, &values).await? == 1)
}

/// Counts one try before it is checked, and returns the fingerprint that is expected; `None` when none is any more: `tries` were made, it has
/// expired, or it was used.
///
/// # Errors
/// A fault when the database is away.
pub async fn try_code(
    tx: &mut Tx,
    tenant: TenantId,
    user: UserId,
    tries: i64,
    now: Timestamp,
) -> Result<Option<[u8; 32]>, Fault> {
    let values = [tenant.into(), (&user).into(), tries.into(), now.into()];
    tx.optional(TRY, &values, |row| row.array(0)).await
}

/// Uses the code up whose fingerprint is `hash`; false when it was used, replaced or has expired.
///
/// # Errors
/// A fault when the database is away.
pub async fn use_code(
    tx: &mut Tx,
    tenant: TenantId,
    user: UserId,
    hash: &[u8; 32],
    now: Timestamp,
) -> Result<bool, Fault> {
    let values = [tenant.into(), (&user).into(), hash.into(), now.into()];
    Ok(tx.execute(USE, &values).await? == 1)
}
