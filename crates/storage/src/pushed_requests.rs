//! Pushed authorization requests (RFC 9126): found by id, proven by the hash, used up by one guarded statement.

use portreeve_domain::{ClientId, Fault, PushedRequestId, TenantId, Timestamp};

use crate::{Conn, Tx};

const FIND: &str = "SELECT client_id, secret_hash, request_sealed, created_at, expires_at, taken_up_at, consumed_at FROM pushed_requests WHERE id = $1 AND tenant_id = $2";
const INSERT: &str = "INSERT INTO pushed_requests (id, tenant_id, client_id, secret_hash, request_sealed, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)";
const TAKE_UP: &str = "UPDATE pushed_requests SET taken_up_at = $3, expires_at = $4 WHERE id = $1 AND tenant_id = $2 AND taken_up_at IS NULL AND expires_at > $3";
const CONSUME: &str =
    "UPDATE pushed_requests SET consumed_at = $3 WHERE id = $1 AND tenant_id = $2 AND consumed_at IS NULL";

/// A pushed request as stored.
#[derive(Clone)]
pub struct PushedRequestRow {
    /// Its id.
    pub id: PushedRequestId,
    /// Who pushed it, and alone may use it.
    pub client: ClientId,
    /// SHA-256 of its secret.
    pub secret_hash: [u8; 32],
    /// The validated request, sealed.
    pub request_sealed: Vec<u8>,
    /// When it was pushed.
    pub created_at: Timestamp,
    /// When it dies: a minute after it was pushed, or, once taken up, when the journey it began does.
    pub expires_at: Timestamp,
    /// When a browser first came with it.
    pub taken_up_at: Option<Timestamp>,
    /// When its authorization ended.
    pub consumed_at: Option<Timestamp>,
}

/// Finds a request, used and expired ones too.
///
/// # Errors
/// A fault when the database is away.
pub async fn find(conn: &mut Conn, tenant: TenantId, id: PushedRequestId) -> Result<Option<PushedRequestRow>, Fault> {
    conn.optional(FIND, &[id.as_i64().into(), tenant.into()], |row| {
        Ok(PushedRequestRow {
            id,
            client: row.client(0)?,
            secret_hash: row.array(1)?,
            request_sealed: row.bytes(2)?,
            created_at: row.timestamp(3)?,
            expires_at: row.timestamp(4)?,
            taken_up_at: row.optional_timestamp(5)?,
            consumed_at: row.optional_timestamp(6)?,
        })
    })
    .await
}

/// Stores a request that nobody has come with yet.
///
/// # Errors
/// A fault when the database is away.
pub async fn insert(tx: &mut Tx, tenant: TenantId, request: &PushedRequestRow) -> Result<(), Fault> {
    let values = [
        request.id.as_i64().into(),
        tenant.into(),
        (&request.client).into(),
        (&request.secret_hash).into(),
        (&request.request_sealed).into(),
        request.created_at.into(),
        request.expires_at.into(),
    ];
    tx.execute(INSERT, &values).await.map(drop)
}

/// Notes that a browser has come with a request, which from then on lives until `expires_at`; false when one had before,
/// or it was too late.
///
/// # Errors
/// A fault when the database is away.
pub async fn take_up(
    tx: &mut Tx,
    tenant: TenantId,
    id: PushedRequestId,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<bool, Fault> {
    Ok(tx.execute(TAKE_UP, &[id.as_i64().into(), tenant.into(), now.into(), expires_at.into()]).await? == 1)
}

/// Uses a request up; false when it was: of many journeys that end at once exactly one gets true.
///
/// # Errors
/// A fault when the database is away.
pub async fn consume(tx: &mut Tx, tenant: TenantId, id: PushedRequestId, now: Timestamp) -> Result<bool, Fault> {
    Ok(tx.execute(CONSUME, &[id.as_i64().into(), tenant.into(), now.into()]).await? == 1)
}
