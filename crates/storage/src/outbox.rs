//! The outbox: what leaves the server, written with the change that causes it, leased while it is being sent.

use portreeve_domain::{Fault, OutboxId, OutboxMessage, TenantId, Timestamp};

use crate::{Conn, Tx};

const INSERT: &str = "INSERT INTO outbox (id, tenant_id, topic, message, created_at, available_at, attempts) VALUES ($1, $2, $3, $4, $5, $5, 0)";
const READY: &str = "SELECT id, tenant_id, message, attempts FROM outbox WHERE done_at IS NULL AND dead_at IS NULL AND available_at <= $1 ORDER BY available_at LIMIT 20";
const LEASE: &str = "UPDATE outbox SET available_at = $4, lease_until = $4, attempts = attempts + 1 WHERE id = $1 AND tenant_id = $2 AND done_at IS NULL AND dead_at IS NULL AND available_at <= $3";
const DONE: &str = "UPDATE outbox SET done_at = $3, last_error = NULL WHERE id = $1 AND tenant_id = $2";
const RETRY: &str = "UPDATE outbox SET available_at = $3, last_error = $4 WHERE id = $1 AND tenant_id = $2";
const BURY: &str = "UPDATE outbox SET dead_at = $3, last_error = $4 WHERE id = $1 AND tenant_id = $2";
const BACKLOG: &str = "SELECT COUNT(*), MIN(created_at), COALESCE(SUM(CASE WHEN attempts > 0 THEN 1 ELSE 0 END), 0), (SELECT COUNT(*) FROM outbox WHERE dead_at IS NOT NULL) FROM outbox WHERE done_at IS NULL AND dead_at IS NULL";
const PENDING: &str = "SELECT COUNT(*) FROM outbox WHERE done_at IS NULL AND dead_at IS NULL";

/// A message that is due.
#[derive(Clone, Debug)]
pub struct OutboxRow {
    /// Its id: receivers can tell a repetition by it.
    pub id: OutboxId,
    /// Whose.
    pub tenant: TenantId,
    /// What is to be sent.
    pub message: OutboxMessage,
    /// How often it was tried before.
    pub attempts: i64,
}

/// What waits to be sent, and what never will be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backlog {
    /// How many messages wait.
    pub pending: i64,
    /// When the oldest of them was caused.
    pub oldest: Option<Timestamp>,
    /// How many of them were tried at least once.
    pub tried: i64,
    /// How many messages were given up.
    pub dead: i64,
}

/// Puts a message into the outbox.
///
/// # Errors
/// A fault when the database is away: the change fails with it.
pub async fn insert(
    tx: &mut Tx,
    tenant: TenantId,
    id: OutboxId,
    message: &OutboxMessage,
    now: Timestamp,
) -> Result<(), Fault> {
    let text = serde_json::to_string(message).map_err(Fault::new)?;
    tx.execute(INSERT, &[id.as_i64().into(), tenant.into(), message.topic().into(), (&text).into(), now.into()])
        .await
        .map(drop)
}

/// Up to 20 messages that are due, of all tenants. Needs a connection for all tenants.
///
/// # Errors
/// A fault when the database is away.
pub async fn ready(conn: &mut Conn, now: Timestamp) -> Result<Vec<OutboxRow>, Fault> {
    conn.all(READY, &[now.into()], |row| {
        Ok(OutboxRow {
            id: OutboxId::new(row.integer(0)?),
            tenant: row.tenant(1)?,
            message: serde_json::from_str(&row.text(2)?)
                .map_err(|e| Fault::new(e).while_doing("read an outbox message"))?,
            attempts: row.integer(3)?,
        })
    })
    .await
}

/// Takes a message for sending until `until`; false when another node has it. A crash while sending lets it come up again.
///
/// # Errors
/// A fault when the database is away.
pub async fn lease(
    tx: &mut Tx,
    tenant: TenantId,
    id: OutboxId,
    now: Timestamp,
    until: Timestamp,
) -> Result<bool, Fault> {
    Ok(tx.execute(LEASE, &[id.as_i64().into(), tenant.into(), now.into(), until.into()]).await? == 1)
}

/// Notes that a message was sent.
///
/// # Errors
/// A fault when the database is away.
pub async fn done(tx: &mut Tx, tenant: TenantId, id: OutboxId, now: Timestamp) -> Result<(), Fault> {
    tx.execute(DONE, &[id.as_i64().into(), tenant.into(), now.into()]).await.map(drop)
}

/// Notes a failure and when to try again; `error` holds no personal data.
///
/// # Errors
/// A fault when the database is away.
pub async fn retry(tx: &mut Tx, tenant: TenantId, id: OutboxId, at: Timestamp, error: &str) -> Result<(), Fault> {
    tx.execute(RETRY, &[id.as_i64().into(), tenant.into(), at.into(), error.into()]).await.map(drop)
}

/// Gives a message up for good.
///
/// # Errors
/// A fault when the database is away.
pub async fn bury(tx: &mut Tx, tenant: TenantId, id: OutboxId, now: Timestamp, error: &str) -> Result<(), Fault> {
    tx.execute(BURY, &[id.as_i64().into(), tenant.into(), now.into(), error.into()]).await.map(drop)
}

/// How many messages wait, of all tenants. Needs a connection for all tenants.
///
/// # Errors
/// A fault when the database is away.
pub async fn pending(conn: &mut Conn) -> Result<i64, Fault> {
    conn.one(PENDING, &[], |row| row.integer(0)).await
}

/// The outbox of all tenants in numbers. Needs a connection for all tenants.
///
/// # Errors
/// A fault when the database is away.
pub async fn backlog(conn: &mut Conn) -> Result<Backlog, Fault> {
    conn.one(BACKLOG, &[], |row| {
        Ok(Backlog {
            pending: row.integer(0)?,
            oldest: row.optional_timestamp(1)?,
            tried: row.integer(2)?,
            dead: row.integer(3)?,
        })
    })
    .await
}
