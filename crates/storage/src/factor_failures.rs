//! Consecutive failures of an account, per kind of factor.

use portreeve_domain::{Fault, TenantId, Timestamp, UserId};

use crate::{Conn, Tx};

const FIND: &str =
    "SELECT consecutive, last_at FROM factor_failures WHERE tenant_id = $1 AND user_id = $2 AND factor = $3";
const CHARGE: &str = "INSERT INTO factor_failures (tenant_id, user_id, factor, consecutive, last_at) VALUES ($1, $2, $3, 1, $4) ON CONFLICT (tenant_id, user_id, factor) DO UPDATE SET consecutive = factor_failures.consecutive + 1, last_at = excluded.last_at RETURNING consecutive";
const CHARGE_FIRST: &str = "INSERT INTO factor_failures (tenant_id, user_id, factor, consecutive, last_at) VALUES ($1, $2, $3, 1, $4) ON CONFLICT DO NOTHING";
const CHARGE_NEXT: &str = "UPDATE factor_failures SET consecutive = consecutive + 1, last_at = $6 WHERE tenant_id = $1 AND user_id = $2 AND factor = $3 AND consecutive = $4 AND last_at = $5";
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

/// A factor of a user.
#[derive(Clone, Copy, Debug)]
pub struct FactorOf<'a> {
    /// Whose.
    pub user: UserId,
    /// Its name.
    pub factor: &'a str,
}

/// Counts one attempt that was found allowed when the failures were `seen`; false when others were counted since, and it
/// must be looked at again whether one more is allowed.
///
/// # Errors
/// A fault when the database is away.
pub async fn charge_after(
    tx: &mut Tx,
    tenant: TenantId,
    of: FactorOf<'_>,
    seen: Option<Failures>,
    now: Timestamp,
) -> Result<bool, Fault> {
    let (user, factor) = (&of.user, of.factor);
    let counted = match seen {
        None => tx.execute(CHARGE_FIRST, &[tenant.into(), user.into(), factor.into(), now.into()]).await?,
        Some(Failures { consecutive, last_at }) => {
            let values = [tenant.into(), user.into(), factor.into(), consecutive.into(), last_at.into(), now.into()];
            tx.execute(CHARGE_NEXT, &values).await?
        }
    };
    Ok(counted == 1)
}

/// Forgets the failures of one factor.
///
/// # Errors
/// A fault when the database is away.
pub async fn clear(tx: &mut Tx, tenant: TenantId, user: UserId, factor: &str) -> Result<(), Fault> {
    tx.execute(CLEAR, &[tenant.into(), (&user).into(), factor.into()]).await.map(drop)
}
