//! The outbox: what leaves the server, written with the change that causes it, leased while it is being sent.

use portreeve_domain::{Fault, OutboxId, OutboxMessage, TenantId, Timestamp};

use crate::{Conn, Tx};

const INSERT: &str = "INSERT INTO outbox (id, tenant_id, topic, message, created_at, available_at, attempts) VALUES ($1, $2, $3, $4, $5, $5, 0)";
const READY: &str = "SELECT id, tenant_id, message, attempts FROM outbox WHERE done_at IS NULL AND dead_at IS NULL AND available_at <= $1 ORDER BY available_at LIMIT 20";
const LEASE: &str = "UPDATE outbox SET available_at = $4, lease_until = $4, attempts = attempts + 1 WHERE id = $1 AND tenant_id = $2 AND done_at IS NULL AND dead_at IS NULL AND available_at <= $3";
const DONE: &str = "UPDATE outbox SET done_at = $3, last_error = NULL WHERE id = $1 AND tenant_id = $2";
const RETRY: &str = "UPDATE outbox SET available_at = $3, last_error = $4 WHERE id = $1 AND tenant_id = $2";
const BURY: &str = "UPDATE outbox SET dead_at = $3, last_error = $4 WHERE id = $1 AND tenant_id = $2";
const PENDING: &str = "SELECT COUNT(*) FROM outbox WHERE done_at IS NULL AND dead_at IS NULL";
const OLDEST: &str = "SELECT created_at, attempts, last_error FROM outbox WHERE done_at IS NULL AND dead_at IS NULL ORDER BY created_at LIMIT 1";
const BURIED: &str = "SELECT COUNT(*) FROM outbox WHERE dead_at IS NOT NULL";

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

/// A message that waits, without what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingMessage {
    /// When it was written.
    pub created_at: Timestamp,
    /// How often it was tried.
    pub attempts: i64,
    /// Why it was not sent; holds no personal data.
    pub last_error: Option<String>,
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

/// The message that has waited longest, of all tenants; `None` when none waits. Needs a connection for all tenants.
///
/// # Errors
/// A fault when the database is away.
pub async fn oldest(conn: &mut Conn) -> Result<Option<WaitingMessage>, Fault> {
    conn.optional(OLDEST, &[], |row| {
        Ok(WaitingMessage {
            created_at: row.timestamp(0)?,
            attempts: row.integer(1)?,
            last_error: row.optional_text(2)?,
        })
    })
    .await
}

/// How many messages were given up, of all tenants. Needs a connection for all tenants.
///
/// # Errors
/// A fault when the database is away.
pub async fn buried(conn: &mut Conn) -> Result<i64, Fault> {
    conn.one(BURIED, &[], |row| row.integer(0)).await
}
