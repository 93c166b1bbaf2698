//! Requests to remove second factors that are lost, until they are granted or stopped, and what is owed afterwards.

use portreeve_domain::{Fault, TenantId, Timestamp, UserId, lifetimes};

use crate::{Conn, Tx};

/// A request whose link nobody used in time makes room for another.
const INSERT: &str = "INSERT INTO factor_recoveries (tenant_id, user_id, requested_at, due_at, locale) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (tenant_id, user_id) DO UPDATE SET requested_at = $3, due_at = $4, locale = $5, told_at = NULL WHERE factor_recoveries.removed_at IS NULL AND factor_recoveries.due_at <= $6";
const FIND: &str = "SELECT due_at, told_at, removed_at FROM factor_recoveries WHERE tenant_id = $1 AND user_id = $2 AND (removed_at IS NOT NULL OR due_at > $3)";
const STOP: &str = "DELETE FROM factor_recoveries WHERE tenant_id = $1 AND user_id = $2 AND removed_at IS NULL";
const SETTLE: &str = "DELETE FROM factor_recoveries WHERE tenant_id = $1 AND user_id = $2 RETURNING removed_at";
const DUE: &str = "SELECT tenant_id, user_id, locale FROM factor_recoveries WHERE due_at <= $1 AND told_at IS NULL AND removed_at IS NULL ORDER BY due_at LIMIT 100";
const TELL: &str = "UPDATE factor_recoveries SET told_at = $3 WHERE tenant_id = $1 AND user_id = $2 AND due_at <= $3 AND told_at IS NULL AND removed_at IS NULL";
const REMOVE: &str = "UPDATE factor_recoveries SET removed_at = $3 WHERE tenant_id = $1 AND user_id = $2 AND due_at <= $3 AND due_at > $4 AND told_at IS NOT NULL AND removed_at IS NULL";

/// A request about to be stored.
#[derive(Clone, Copy, Debug)]
pub struct NewFactorRecovery<'a> {
    /// Whose.
    pub user: UserId,
    /// From when on the factors can be removed.
    pub due_at: Timestamp,
    /// The language of the page, for the mail of that time.
    pub locale: &'a str,
}

/// A request that stands, or what came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FactorRecovery {
    /// From when on the factors can be removed.
    pub due_at: Timestamp,
    /// When the link for that was asked for.
    pub told_at: Option<Timestamp>,
    /// When they were removed: another one is owed since.
    pub removed_at: Option<Timestamp>,
}

/// What a person who has shown a second factor was rid of by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// A request that stood.
    Request,
    /// The factor that was owed.
    Debt,
}

/// Requests for which it is too late: so long ago they were due.
fn over(now: Timestamp) -> Timestamp {
    now.minus(lifetimes::NOTICE_LINK)
}

/// Notes the request of a person; false when there is one, or a factor is owed.
///
/// # Errors
/// A fault when the database is away.
pub async fn insert(
    tx: &mut Tx,
    tenant: TenantId,
    request: &NewFactorRecovery<'_>,
    now: Timestamp,
) -> Result<bool, Fault> {
    let (user, due_at) = (&request.user, request.due_at);
    let values = [tenant.into(), user.into(), now.into(), due_at.into(), request.locale.into(), over(now).into()];
    Ok(tx.execute(INSERT, &values).await? == 1)
}

/// The request of a person, while it stands, or what came of it.
///
/// # Errors
/// A fault when the database is away.
pub async fn find(
    conn: &mut Conn,
    tenant: TenantId,
    user: UserId,
    now: Timestamp,
) -> Result<Option<FactorRecovery>, Fault> {
    conn.optional(FIND, &[tenant.into(), (&user).into(), over(now).into()], |row| {
        Ok(FactorRecovery {
            due_at: row.timestamp(0)?,
            told_at: row.optional_timestamp(1)?,
            removed_at: row.optional_timestamp(2)?,
        })
    })
    .await
}

/// Ends a request that was not granted yet; false when there is none.
///
/// # Errors
/// A fault when the database is away.
pub async fn stop(tx: &mut Tx, tenant: TenantId, user: UserId) -> Result<bool, Fault> {
    Ok(tx.execute(STOP, &[tenant.into(), (&user).into()]).await? == 1)
}

/// Ends what there is of a person who has shown a second factor; `None` when there is nothing.
///
/// # Errors
/// A fault when the database is away.
pub async fn settle(tx: &mut Tx, tenant: TenantId, user: UserId) -> Result<Option<Settled>, Fault> {
    tx.optional(SETTLE, &[tenant.into(), (&user).into()], |row| {
        Ok(if row.optional_timestamp(0)?.is_some() { Settled::Debt } else { Settled::Request })
    })
    .await
}

/// Up to a hundred people of all tenants whose wait is over and who were not told, with the language of their mail. Needs a connection for all tenants.
///
/// # Errors
/// A fault when the database is away.
pub async fn due(conn: &mut Conn, now: Timestamp) -> Result<Vec<(TenantId, UserId, String)>, Fault> {
    conn.all(DUE, &[now.into()], |row| Ok((row.tenant(0)?, row.user(1)?, row.text(2)?))).await
}

/// Takes up telling a person; false when it is not due, was stopped, or was taken up.
///
/// # Errors
/// A fault when the database is away.
pub async fn tell(tx: &mut Tx, tenant: TenantId, user: UserId, now: Timestamp) -> Result<bool, Fault> {
    Ok(tx.execute(TELL, &[tenant.into(), (&user).into(), now.into()]).await? == 1)
}

/// Grants the request of a person who was told; false when it was stopped, granted, or is not or no longer due.
///
/// # Errors
/// A fault when the database is away.
pub async fn remove(tx: &mut Tx, tenant: TenantId, user: UserId, now: Timestamp) -> Result<bool, Fault> {
    let values = [tenant.into(), (&user).into(), now.into(), over(now).into()];
    Ok(tx.execute(REMOVE, &values).await? == 1)
}
