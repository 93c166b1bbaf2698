//! Consecutive failures of an account, per kind of factor.

use portreeve_domain::{Fault, TenantId, Timestamp, UserId};

use crate::{Conn, Tx};

const FIND: &str =
    "SELECT consecutive, last_at FROM factor_failures WHERE tenant_id = $1 AND user_id = $2 AND factor = $3";
const CHARGE: &str = "INSERT INTO factor_failures (tenant_id, user_id, factor, consecutive, last_at) VALUES ($1, $2, $3, 1, $4) ON CONFLICT (tenant_id, user_id, factor) DO UPDATE SET consecutive = factor_failures.consecutive + 1, last_at = excluded.last_at RETURNING consecutive";
const CLEAR: &str = "DELETE FROM factor_failures WHERE tenant_id = $1 AND user_id = $2 AND factor = $3";

/// How often a factor failed in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failures {
    /// The count since the last success.
    pub consecutive: i64,
    /// When it failed last.
    pub last_at: Timestamp,
}

/// The failures of one factor; `None` when there are none.
///
/// # Errors
/// A fault when the database is away.
pub async fn find(conn: &mut Conn, tenant: TenantId, user: UserId, factor: &str) -> Result<Option<Failures>, Fault> {
    conn.optional(FIND, &[tenant.into(), (&user).into(), factor.into()], |row| {
        Ok(Failures { consecutive: row.integer(0)?, last_at: row.timestamp(1)? })
    })
    .await
}

/// Counts one attempt before it is checked, and returns the new count; a success clears it.
///
/// # Errors
/// A fault when the database is away.
pub async fn charge(tx: &mut Tx, tenant: TenantId, user: UserId, factor: &str, now: Timestamp) -> Result<i64, Fault> {
    tx.one(CHARGE, &[tenant.into(), (&user).into(), factor.into(), now.into()], |row| row.integer(0)).await
}

/// Forgets the failures of one factor.
///
/// # Errors
/// A fault when the database is away.
pub async fn clear(tx: &mut Tx, tenant: TenantId, user: UserId, factor: &str) -> Result<(), Fault> {
    tx.execute(CLEAR, &[tenant.into(), (&user).into(), factor.into()]).await.map(drop)
}
