//! Audit events, written in the transaction of the change they tell of.

use portreeve_domain::{EventId, Fault, TenantId, Timestamp};

use crate::{Conn, Tx};

const INSERT: &str = "INSERT INTO events (id, tenant_id, kind, at, actor, subject_pseudonym, client_id, facts, commitment) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const AFTER: &str = "SELECT id, kind, at, actor, subject_pseudonym, client_id, facts, commitment FROM events WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT 1000";

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
    tx.execute(INSERT, &values).await.map(drop)
}

/// Up to 1000 events after `after`, by id.
///
/// # Errors
/// A fault when the database is away.
pub async fn after(conn: &mut Conn, tenant: TenantId, after: EventId) -> Result<Vec<EventRow>, Fault> {
    conn.all(AFTER, &[tenant.into(), after.as_i64().into()], |row| {
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
    })
    .await
}
