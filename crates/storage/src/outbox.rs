//! The outbox: what leaves the server, written with the change that causes it, leased while it is being sent.
//!
//! Only who holds the lease says how sending ended: a sender that was too slow, and whose message another has taken over,
//! changes nothing.

use portreeve_domain::{Fault, OutboxId, OutboxMessage, TenantId, Timestamp};

use crate::{Conn, Tx};

const INSERT: &str = "INSERT INTO outbox (id, tenant_id, topic, message, created_at, available_at, attempts) VALUES ($1, $2, $3, $4, $5, $5, 0)";
const READY: &str = "SELECT id, tenant_id, message, available_at FROM outbox WHERE topic = $2 AND done_at IS NULL AND dead_at IS NULL AND available_at <= $1 AND (available_at, id) > ($3, $4) ORDER BY available_at, id LIMIT 100";
const LEASE: &str = "UPDATE outbox SET available_at = $4, lease_until = $4, attempts = attempts + 1 WHERE id = $1 AND tenant_id = $2 AND done_at IS NULL AND dead_at IS NULL AND available_at <= $3 RETURNING attempts";
const DONE: &str = "UPDATE outbox SET done_at = $4, lease_until = NULL, last_error = NULL WHERE id = $1 AND tenant_id = $2 AND attempts = $3 AND lease_until IS NOT NULL";
const RETRY: &str = "UPDATE outbox SET available_at = $4, lease_until = NULL, last_error = $5 WHERE id = $1 AND tenant_id = $2 AND attempts = $3 AND lease_until IS NOT NULL";
const BURY: &str = "UPDATE outbox SET dead_at = $4, lease_until = NULL, last_error = $5 WHERE id = $1 AND tenant_id = $2 AND attempts = $3 AND lease_until IS NOT NULL";
const BACKLOG: &str = "SELECT COUNT(*), MIN(created_at), COALESCE(SUM(CASE WHEN attempts > 0 THEN 1 ELSE 0 END), 0), (SELECT COUNT(*) FROM outbox WHERE dead_at IS NOT NULL) FROM outbox WHERE done_at IS NULL AND dead_at IS NULL";
const PENDING: &str = "SELECT COUNT(*) FROM outbox WHERE done_at IS NULL AND dead_at IS NULL";
const OLDEST: &str = "SELECT created_at, attempts, last_error FROM outbox WHERE topic = $1 AND done_at IS NULL AND dead_at IS NULL ORDER BY created_at LIMIT 1";

/// How many messages `ready` and `ready_after` read at most, as the statement says: fewer are the last that are due.
pub const PAGE: usize = 100;

/// A message that is due, as it is stored.
#[derive(Clone, Debug)]
pub struct OutboxRow {
    /// Its id, the same for every try: what a mail or a text message is recognised by when it comes twice.
    pub id: OutboxId,
    /// Whose.
    pub tenant: TenantId,
    text: String,
    available_at: Timestamp,
}

impl OutboxRow {
    /// What is to be sent.
    ///
    /// # Errors
    /// A fault when this version cannot read it; that is the trouble of this message alone.
    pub fn message(&self) -> Result<OutboxMessage, Fault> {
        serde_json::from_str(&self.text).map_err(|e| Fault::new(e).while_doing("read an outbox message"))
    }
}

/// The right to send a message and to say how that ended; it lasts until another sender takes the message over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutboxLease {
    /// Which message.
    pub id: OutboxId,
    /// How often it has been taken for sending, this time included. It grows with each sender: the fence.
    pub tries: i64,
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

/// Puts a message into the outbox; it is caused, and due, at `now`, which may be to come.
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

/// Up to 100 messages of a topic that are due, of all tenants, the longest due first. Needs a connection for all tenants.
///
/// # Errors
/// A fault when the database is away.
pub async fn ready(conn: &mut Conn, topic: &str, now: Timestamp) -> Result<Vec<OutboxRow>, Fault> {
    page(conn, topic, now, (i64::MIN, i64::MIN)).await
}

/// As `ready`, of those behind `last`, with which the page before ended.
///
/// Whoever reads page after page sees every message that is due all the while, each once.
///
/// # Errors
/// A fault when the database is away.
pub async fn ready_after(
    conn: &mut Conn,
    topic: &str,
    now: Timestamp,
    last: &OutboxRow,
) -> Result<Vec<OutboxRow>, Fault> {
    page(conn, topic, now, (last.available_at.as_millis(), last.id.as_i64())).await
}

/// Takes a message for sending until `until`; `None` when another sender has it. A crash while sending lets it come up
/// again.
///
/// # Errors
/// A fault when the database is away.
pub async fn lease(
    tx: &mut Tx,
    tenant: TenantId,
    id: OutboxId,
    now: Timestamp,
    until: Timestamp,
) -> Result<Option<OutboxLease>, Fault> {
    tx.optional(LEASE, &[id.as_i64().into(), tenant.into(), now.into(), until.into()], |row| {
        Ok(OutboxLease { id, tries: row.integer(0)? })
    })
    .await
}

/// Notes that a message was sent; false when another sender has taken it over.
///
/// # Errors
/// A fault when the database is away.
pub async fn done(tx: &mut Tx, tenant: TenantId, lease: OutboxLease, now: Timestamp) -> Result<bool, Fault> {
    let values = [lease.id.as_i64().into(), tenant.into(), lease.tries.into(), now.into()];
    Ok(tx.execute(DONE, &values).await? == 1)
}

/// Notes a failure and when to try again; `error` holds no personal data. False when another sender has taken it over.
///
/// # Errors
/// A fault when the database is away.
pub async fn retry(
    tx: &mut Tx,
    tenant: TenantId,
    lease: OutboxLease,
    at: Timestamp,
    error: &str,
) -> Result<bool, Fault> {
    let values = [lease.id.as_i64().into(), tenant.into(), lease.tries.into(), at.into(), error.into()];
    Ok(tx.execute(RETRY, &values).await? == 1)
}

/// Gives a message up for good; `error` holds no personal data. False when another sender has taken it over.
///
/// # Errors
/// A fault when the database is away.
pub async fn bury(
    tx: &mut Tx,
    tenant: TenantId,
    lease: OutboxLease,
    now: Timestamp,
    error: &str,
) -> Result<bool, Fault> {
    let values = [lease.id.as_i64().into(), tenant.into(), lease.tries.into(), now.into(), error.into()];
    Ok(tx.execute(BURY, &values).await? == 1)
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
pub async fn oldest(conn: &mut Conn, topic: &str) -> Result<Option<WaitingMessage>, Fault> {
    conn.optional(OLDEST, &[topic.into()], |row| {
        Ok(WaitingMessage {
            created_at: row.timestamp(0)?,
            attempts: row.integer(1)?,
            last_error: row.optional_text(2)?,
        })
    })
    .await
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

/// Those behind this time, in milliseconds, and id: many may be due since the same moment.
async fn page(
    conn: &mut Conn,
    topic: &str,
    now: Timestamp,
    (available_at, id): (i64, i64),
) -> Result<Vec<OutboxRow>, Fault> {
    conn.all(READY, &[now.into(), topic.into(), available_at.into(), id.into()], |row| {
        let (id, tenant, text) = (OutboxId::new(row.integer(0)?), row.tenant(1)?, row.text(2)?);
        Ok(OutboxRow { id, tenant, text, available_at: row.timestamp(3)? })
    })
    .await
}
