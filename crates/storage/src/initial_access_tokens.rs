//! Tokens that let clients register (RFC 7591 §3): counted, and dead when they are spent, revoked or too old.

use portreeve_domain::{Fault, InitialAccessTokenId, TenantId, Timestamp};

use crate::{Conn, Row, Tx};

const FIND: &str = "SELECT id, secret_hash, remaining, created_at, expires_at, revoked_at FROM initial_access_tokens WHERE id = $1 AND tenant_id = $2";
const LIVE: &str = "SELECT id, secret_hash, remaining, created_at, expires_at, revoked_at FROM initial_access_tokens WHERE tenant_id = $1 AND remaining > 0 AND revoked_at IS NULL AND expires_at > $2 ORDER BY expires_at, id";
const INSERT: &str = "INSERT INTO initial_access_tokens (id, tenant_id, secret_hash, remaining, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)";
const SPEND: &str = "UPDATE initial_access_tokens SET remaining = remaining - 1 WHERE id = $1 AND tenant_id = $2 AND remaining > 0 AND revoked_at IS NULL AND expires_at > $3";
const REVOKE: &str =
    "UPDATE initial_access_tokens SET revoked_at = $3 WHERE id = $1 AND tenant_id = $2 AND revoked_at IS NULL";

/// An initial access token as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InitialAccessTokenRow {
    /// Its id.
    pub id: InitialAccessTokenId,
    /// SHA-256 of its secret.
    pub secret_hash: [u8; 32],
    /// How many clients may still register with it.
    pub remaining: i64,
    /// When it was handed out.
    pub created_at: Timestamp,
    /// When it dies.
    pub expires_at: Timestamp,
    /// When it was taken back.
    pub revoked_at: Option<Timestamp>,
}

/// Finds a token, dead ones too.
///
/// # Errors
/// A fault when the database is away.
pub async fn find(
    conn: &mut Conn,
    tenant: TenantId,
    id: InitialAccessTokenId,
) -> Result<Option<InitialAccessTokenRow>, Fault> {
    conn.optional(FIND, &[id.as_i64().into(), tenant.into()], read).await
}

/// The tokens that a client could still register with, the one that dies first before the others.
///
/// # Errors
/// A fault when the database is away.
pub async fn live(conn: &mut Conn, tenant: TenantId, now: Timestamp) -> Result<Vec<InitialAccessTokenRow>, Fault> {
    conn.all(LIVE, &[tenant.into(), now.into()], read).await
}

/// Adds a token.
///
/// # Errors
/// A fault when the database is away.
pub async fn insert(tx: &mut Tx, tenant: TenantId, token: &InitialAccessTokenRow) -> Result<(), Fault> {
    let values = [
        token.id.as_i64().into(),
        tenant.into(),
        (&token.secret_hash).into(),
        token.remaining.into(),
        token.created_at.into(),
        token.expires_at.into(),
    ];
    tx.execute(INSERT, &values).await.map(drop)
}

/// Uses a token for one client; false when it is spent, revoked or too old.
///
/// # Errors
/// A fault when the database is away.
pub async fn spend(tx: &mut Tx, tenant: TenantId, id: InitialAccessTokenId, now: Timestamp) -> Result<bool, Fault> {
    Ok(tx.execute(SPEND, &[id.as_i64().into(), tenant.into(), now.into()]).await? == 1)
}

/// Takes a token back; false when there is none, or it was taken back before.
///
/// # Errors
/// A fault when the database is away.
pub async fn revoke(tx: &mut Tx, tenant: TenantId, id: InitialAccessTokenId, now: Timestamp) -> Result<bool, Fault> {
    Ok(tx.execute(REVOKE, &[id.as_i64().into(), tenant.into(), now.into()]).await? == 1)
}

fn read(row: &Row<'_>) -> Result<InitialAccessTokenRow, Fault> {
    Ok(InitialAccessTokenRow {
        id: InitialAccessTokenId::new(row.integer(0)?),
        secret_hash: row.array(1)?,
        remaining: row.integer(2)?,
        created_at: row.timestamp(3)?,
        expires_at: row.timestamp(4)?,
        revoked_at: row.optional_timestamp(5)?,
    })
}
