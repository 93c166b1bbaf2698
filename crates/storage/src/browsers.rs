//! Browsers that were given a binding cookie.

use portreeve_domain::{BrowserId, Fault, SessionId, TenantId, Timestamp};

use crate::{Conn, Tx};

const FIND: &str =
    "SELECT secret_hash, expires_at, account_session_id, sign_outs FROM browsers WHERE id = $1 AND tenant_id = $2";
const INSERT: &str =
    "INSERT INTO browsers (id, tenant_id, secret_hash, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)";
const CHANGE_SECRET: &str =
    "UPDATE browsers SET secret_hash = $4, expires_at = $5 WHERE id = $1 AND tenant_id = $2 AND secret_hash = $3";
const SIGN_OUT: &str = "UPDATE browsers SET sign_outs = sign_outs + 1 WHERE id = $1 AND tenant_id = $2";
const TURN_TO: &str = "UPDATE browsers SET account_session_id = $3 WHERE id = $1 AND tenant_id = $2";

/// A browser as stored.
pub struct BrowserRow {
    /// SHA-256 of the cookie's secret.
    pub secret_hash: [u8; 32],
    /// When the cookie stops counting.
    pub expires_at: Timestamp,
    /// The session that its account pages are about; it may have ended since.
    pub account_session: Option<SessionId>,
    /// How often somebody was signed out there.
    pub sign_outs: i64,
}

/// Finds a browser.
///
/// # Errors
/// A fault when the database is away.
pub async fn find(conn: &mut Conn, tenant: TenantId, id: BrowserId) -> Result<Option<BrowserRow>, Fault> {
    conn.optional(FIND, &[id.as_i64().into(), tenant.into()], |row| {
        let account_session = row.optional_integer(2)?.map(SessionId::new);
        let (secret_hash, expires_at, sign_outs) = (row.array(0)?, row.timestamp(1)?, row.integer(3)?);
        Ok(BrowserRow { secret_hash, expires_at, account_session, sign_outs })
    })
    .await
}

/// Remembers a new browser.
///
/// # Errors
/// A fault when the database is away.
pub async fn insert(
    tx: &mut Tx,
    tenant: TenantId,
    id: BrowserId,
    secret_hash: &[u8; 32],
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<(), Fault> {
    let values = [id.as_i64().into(), tenant.into(), secret_hash.into(), now.into(), expires_at.into()];
    tx.insert(INSERT, &values).await
}

/// Gives the browser a new secret; the old cookie is dead at once. False when `old` is not the current one any more.
///
/// # Errors
/// A fault when the database is away.
pub async fn change_secret(
    tx: &mut Tx,
    tenant: TenantId,
    id: BrowserId,
    old: &[u8; 32],
    new: &[u8; 32],
    expires_at: Timestamp,
) -> Result<bool, Fault> {
    let values = [id.as_i64().into(), tenant.into(), old.into(), new.into(), expires_at.into()];
    Ok(tx.execute(CHANGE_SECRET, &values).await? == 1)
}

/// Makes the account pages of a browser be about a session; false when there is no such browser.
///
/// # Errors
/// A fault when the database is away.
pub async fn turn_to(tx: &mut Tx, tenant: TenantId, id: BrowserId, session: SessionId) -> Result<bool, Fault> {
    Ok(tx.execute(TURN_TO, &[id.as_i64().into(), tenant.into(), session.as_i64().into()]).await? == 1)
}

/// Counts that somebody was signed out at a browser.
///
/// # Errors
/// A fault when the database is away.
pub async fn sign_out(tx: &mut Tx, tenant: TenantId, id: BrowserId) -> Result<(), Fault> {
    tx.execute(SIGN_OUT, &[id.as_i64().into(), tenant.into()]).await.map(drop)
}
