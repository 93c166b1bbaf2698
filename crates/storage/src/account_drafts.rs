//! What a session has begun on its account pages and not finished.

use portreeve_domain::{Fault, SessionId, TenantId, Timestamp};

use crate::{Conn, Tx};

const FIND: &str =
    "SELECT draft_sealed FROM account_drafts WHERE session_id = $1 AND tenant_id = $2 AND expires_at > $3";
const PUT: &str = "INSERT INTO account_drafts (session_id, tenant_id, draft_sealed, expires_at) VALUES ($1, $2, $3, $4) ON CONFLICT (session_id) DO UPDATE SET draft_sealed = excluded.draft_sealed, expires_at = excluded.expires_at WHERE account_drafts.tenant_id = excluded.tenant_id";
const TAKE: &str =
    "DELETE FROM account_drafts WHERE session_id = $1 AND tenant_id = $2 AND draft_sealed = $3 AND expires_at > $4";

/// What a session has begun; `None` when it has begun nothing, or too long ago.
///
/// # Errors
/// A fault when the database is away.
pub async fn find(
    conn: &mut Conn,
    tenant: TenantId,
    session: SessionId,
    now: Timestamp,
) -> Result<Option<Vec<u8>>, Fault> {
    conn.optional(FIND, &[session.as_i64().into(), tenant.into(), now.into()], |row| row.bytes(0)).await
}

/// Keeps what a session has begun, in the place of what it had begun before.
///
/// # Errors
/// A fault when the database is away.
pub async fn put(
    tx: &mut Tx,
    tenant: TenantId,
    session: SessionId,
    draft_sealed: &[u8],
    expires_at: Timestamp,
) -> Result<(), Fault> {
    tx.execute(PUT, &[session.as_i64().into(), tenant.into(), draft_sealed.into(), expires_at.into()]).await.map(drop)
}

/// Takes what a session has begun; false when it is another by now.
///
/// # Errors
/// A fault when the database is away.
pub async fn take(
    tx: &mut Tx,
    tenant: TenantId,
    session: SessionId,
    draft_sealed: &[u8],
    now: Timestamp,
) -> Result<bool, Fault> {
    let values = [session.as_i64().into(), tenant.into(), draft_sealed.into(), now.into()];
    Ok(tx.execute(TAKE, &values).await? == 1)
}
