//! Journeys: the validated request and the facts so far, both sealed; the version guards every change.

use portreeve_domain::{BrowserId, ClientId, Fault, JourneyId, TenantId, Timestamp};

use crate::{Conn, Tx};

const FIND: &str = "SELECT browser_id, client_id, request_sealed, facts_sealed, version, created_at, expires_at, finished_at FROM journeys WHERE id = $1 AND tenant_id = $2";
const INSERT: &str = "INSERT INTO journeys (id, tenant_id, browser_id, client_id, request_sealed, facts_sealed, version, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $8)";
const UPDATE: &str = "UPDATE journeys SET facts_sealed = $4, version = version + 1 WHERE id = $1 AND tenant_id = $2 AND version = $3 AND finished_at IS NULL";
const FINISH: &str = "UPDATE journeys SET facts_sealed = $4, version = version + 1, finished_at = $5 WHERE id = $1 AND tenant_id = $2 AND version = $3 AND finished_at IS NULL";

/// A journey as stored.
#[derive(Clone)]
pub struct JourneyRow {
    /// Its id.
    pub id: JourneyId,
    /// The browser it is bound to.
    pub browser: BrowserId,
    /// The client that sent the person here.
    pub client: ClientId,
    /// The accepted request as JSON, sealed under the tenant's key.
    pub request_sealed: Vec<u8>,
    /// The facts as JSON, sealed under the tenant's key.
    pub facts_sealed: Vec<u8>,
    /// Grows with every change.
    pub version: i64,
    /// When it began.
    pub created_at: Timestamp,
    /// When it ends unfinished.
    pub expires_at: Timestamp,
    /// When it reached its end.
    pub finished_at: Option<Timestamp>,
}

/// Finds a journey, finished and expired ones too.
///
/// # Errors
/// A fault when the database is away.
pub async fn find(conn: &mut Conn, tenant: TenantId, id: JourneyId) -> Result<Option<JourneyRow>, Fault> {
    conn.optional(FIND, &[id.as_i64().into(), tenant.into()], |row| {
        Ok(JourneyRow {
            id,
            browser: BrowserId::new(row.integer(0)?),
            client: row.client(1)?,
            request_sealed: row.bytes(2)?,
            facts_sealed: row.bytes(3)?,
            version: row.integer(4)?,
            created_at: row.timestamp(5)?,
            expires_at: row.timestamp(6)?,
            finished_at: row.optional_timestamp(7)?,
        })
    })
    .await
}

/// Begins a journey.
///
/// # Errors
/// A fault when the database is away.
pub async fn insert(tx: &mut Tx, tenant: TenantId, journey: &JourneyRow) -> Result<(), Fault> {
    let values = [
        journey.id.as_i64().into(),
        tenant.into(),
        journey.browser.as_i64().into(),
        (&journey.client).into(),
        (&journey.request_sealed).into(),
        (&journey.facts_sealed).into(),
        journey.created_at.into(),
        journey.expires_at.into(),
    ];
    tx.execute(INSERT, &values).await.map(drop)
}

/// Replaces the facts of the journey at `version`; false when somebody else was faster or it is finished.
///
/// # Errors
/// A fault when the database is away.
pub async fn update(
    tx: &mut Tx,
    tenant: TenantId,
    id: JourneyId,
    version: i64,
    facts_sealed: &[u8],
) -> Result<bool, Fault> {
    let values = [id.as_i64().into(), tenant.into(), version.into(), facts_sealed.into()];
    Ok(tx.execute(UPDATE, &values).await? == 1)
}

/// Finishes the journey at `version`; false when somebody else was faster or it is finished.
///
/// # Errors
/// A fault when the database is away.
pub async fn finish(
    tx: &mut Tx,
    tenant: TenantId,
    id: JourneyId,
    version: i64,
    facts_sealed: &[u8],
    now: Timestamp,
) -> Result<bool, Fault> {
    let values = [id.as_i64().into(), tenant.into(), version.into(), facts_sealed.into(), now.into()];
    Ok(tx.execute(FINISH, &values).await? == 1)
}
