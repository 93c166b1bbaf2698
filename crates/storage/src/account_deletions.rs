//! Accounts that their owners want to be deleted, until it is done or taken back.

use portreeve_domain::{Fault, TenantId, Timestamp, UserId};

use crate::{Conn, Tx};

const INSERT: &str = "INSERT INTO account_deletions (tenant_id, user_id, requested_at, due_at) VALUES ($1, $2, $3, $4) ON CONFLICT (tenant_id, user_id) DO NOTHING";
const FIND: &str = "SELECT due_at FROM account_deletions WHERE tenant_id = $1 AND user_id = $2";
const CANCEL: &str = "DELETE FROM account_deletions WHERE tenant_id = $1 AND user_id = $2";
const DUE: &str = "SELECT tenant_id, user_id FROM account_deletions WHERE due_at <= $1 ORDER BY due_at LIMIT 100";
/// A sign-in at the moment of the wish may not have seen it: who has a session is not erased.
const TAKE: &str = "DELETE FROM account_deletions WHERE tenant_id = $1 AND user_id = $2 AND due_at <= $3 AND NOT EXISTS (SELECT 1 FROM sessions WHERE sessions.tenant_id = $1 AND sessions.user_id = $2 AND sessions.ended_at IS NULL)";

/// Notes the wish of a person; false when there is one.
///
/// # Errors
/// A fault when the database is away.
pub async fn insert(
    tx: &mut Tx,
    tenant: TenantId,
    user: UserId,
    now: Timestamp,
    due_at: Timestamp,
) -> Result<bool, Fault> {
    Ok(tx.execute(INSERT, &[tenant.into(), (&user).into(), now.into(), due_at.into()]).await? == 1)
}

/// When a person is to be erased; `None` for everybody else.
///
/// # Errors
/// A fault when the database is away.
pub async fn find(conn: &mut Conn, tenant: TenantId, user: UserId) -> Result<Option<Timestamp>, Fault> {
    conn.optional(FIND, &[tenant.into(), (&user).into()], |row| row.timestamp(0)).await
}

/// Takes the wish of a person back; false when there is none.
///
/// # Errors
/// A fault when the database is away.
pub async fn cancel(tx: &mut Tx, tenant: TenantId, user: UserId) -> Result<bool, Fault> {
    Ok(tx.execute(CANCEL, &[tenant.into(), (&user).into()]).await? == 1)
}

/// Up to a hundred people of all tenants who are to be erased now. Needs a connection for all tenants.
///
/// # Errors
/// A fault when the database is away.
pub async fn due(conn: &mut Conn, now: Timestamp) -> Result<Vec<(TenantId, UserId)>, Fault> {
    conn.all(DUE, &[now.into()], |row| Ok((row.tenant(0)?, row.user(1)?))).await
}

/// Takes up the erasure of a person; false when it is not due, was taken back or taken up, or the person is signed in.
///
/// # Errors
/// A fault when the database is away.
pub async fn take(tx: &mut Tx, tenant: TenantId, user: UserId, now: Timestamp) -> Result<bool, Fault> {
    Ok(tx.execute(TAKE, &[tenant.into(), (&user).into(), now.into()]).await? == 1)
}
