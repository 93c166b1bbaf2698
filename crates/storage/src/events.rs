//! Audit events, written in the transaction of the change they tell of, and numbered afterwards.

use portreeve_domain::{EventId, Fault, TenantId, Timestamp};

use crate::{Conn, Row, Tx};

const INSERT: &str = "INSERT INTO events (id, tenant_id, kind, at, actor, subject_pseudonym, client_id, facts, commitment) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const AFTER: &str = "SELECT id, kind, at, actor, subject_pseudonym, client_id, facts, commitment FROM events WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT 1000";
/// One statement numbers a batch: on PostgreSQL a round trip for each event could not keep up with those who write them. The
/// predicate outside names no more than the id, or PostgreSQL joins the events that wait with themselves.
const SEAL: &str = "UPDATE events SET sealed_sequence = $2 + batch.place FROM (SELECT id AS event, ROW_NUMBER() OVER (ORDER BY id) AS place FROM events WHERE tenant_id = $1 AND sealed_sequence IS NULL ORDER BY id LIMIT $3) AS batch WHERE events.tenant_id = $1 AND events.id = batch.event RETURNING sealed_sequence, commitment";
const SEALED_AFTER: &str = "SELECT id, kind, at, actor, subject_pseudonym, client_id, facts, commitment, sealed_sequence FROM events WHERE tenant_id = $1 AND sealed_sequence > $2 ORDER BY sealed_sequence LIMIT 1000";
const UNSEALED: &str = "SELECT COUNT(*), MIN(at) FROM events WHERE tenant_id = $1 AND sealed_sequence IS NULL";
const UNSEALED_OF_ALL: &str = "SELECT COUNT(*), MIN(at) FROM events WHERE sealed_sequence IS NULL";

/// An event as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventRow {
    /// Its id.
    pub id: EventId,
    /// The registered name.
    pub kind: String,
    /// When.
    pub at: Timestamp,
    /// Who: a kind, and a pseudonym or client identifier after a colon.
    pub actor: String,
    /// Whom it concerns, as a keyed pseudonym.
    pub subject_pseudonym: Option<[u8; 32]>,
    /// Which client it concerns.
    pub client: Option<String>,
    /// Public facts, a JSON object.
    pub facts: String,
    /// SHA-256 of the canonical form.
    pub commitment: [u8; 32],
}

/// An event with its number in the tenant's chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedEvent {
    /// Its number, from 1 on without a gap.
    pub sequence: i64,
    /// The event.
    pub event: EventRow,
}

/// The events that wait for the sealer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unsealed {
    /// How many.
    pub count: i64,
    /// When the oldest of them happened.
    pub oldest: Option<Timestamp>,
}

/// Writes an event.
///
/// # Errors
/// A fault when the database is away: the change fails with it.
pub async fn insert(tx: &mut Tx, tenant: TenantId, event: &EventRow) -> Result<(), Fault> {
    let values = [
        event.id.as_i64().into(),
        tenant.into(),
        (&event.kind).into(),
        event.at.into(),
        (&event.actor).into(),
        event.subject_pseudonym.as_ref().map(<[u8; 32]>::as_slice).into(),
        event.client.as_deref().into(),
        (&event.facts).into(),
        (&event.commitment).into(),
    ];
    tx.insert(INSERT, &values).await
}

/// Up to 1000 events after `after`, by id.
///
/// # Errors
/// A fault when the database is away.
pub async fn after(conn: &mut Conn, tenant: TenantId, after: EventId) -> Result<Vec<EventRow>, Fault> {
    conn.all(AFTER, &[tenant.into(), after.as_i64().into()], read).await
}

/// Numbers up to `limit` events that have no number, by id, from `after` + 1 on; returns numbers and commitments in order.
///
/// # Errors
/// A fault when a number is taken already, or the database is away.
pub async fn seal(tx: &mut Tx, tenant: TenantId, after: i64, limit: i64) -> Result<Vec<(i64, [u8; 32])>, Fault> {
    let values = [tenant.into(), after.into(), limit.into()];
    let mut sealed = tx.all(SEAL, &values, |row| Ok((row.integer(0)?, row.array(1)?))).await?;
    sealed.sort_unstable();
    Ok(sealed)
}

/// Up to 1000 numbered events after the number `sequence`, in order.
///
/// # Errors
/// A fault when the database is away.
pub async fn sealed_after(conn: &mut Conn, tenant: TenantId, sequence: i64) -> Result<Vec<SealedEvent>, Fault> {
    conn.all(SEALED_AFTER, &[tenant.into(), sequence.into()], |row| {
        Ok(SealedEvent { sequence: row.integer(8)?, event: read(row)? })
    })
    .await
}

/// The events of a tenant that wait for the sealer.
///
/// # Errors
/// A fault when the database is away.
pub async fn unsealed(conn: &mut Conn, tenant: TenantId) -> Result<Unsealed, Fault> {
    conn.one(UNSEALED, &[tenant.into()], read_unsealed).await
}

/// The events of all tenants that wait for the sealer. Needs a connection for all tenants.
///
/// # Errors
/// A fault when the database is away.
pub async fn unsealed_of_all(conn: &mut Conn) -> Result<Unsealed, Fault> {
    conn.one(UNSEALED_OF_ALL, &[], read_unsealed).await
}

fn read(row: &Row<'_>) -> Result<EventRow, Fault> {
    Ok(EventRow {
        id: EventId::new(row.integer(0)?),
        kind: row.text(1)?,
        at: row.timestamp(2)?,
        actor: row.text(3)?,
        subject_pseudonym: row.optional_array(4)?,
        client: row.optional_text(5)?,
        facts: row.text(6)?,
        commitment: row.array(7)?,
    })
}

fn read_unsealed(row: &Row<'_>) -> Result<Unsealed, Fault> {
    Ok(Unsealed { count: row.integer(0)?, oldest: row.optional_timestamp(1)? })
}
