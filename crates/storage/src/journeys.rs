//! Journeys: the validated request and the facts so far, both sealed; the version guards every change.
//!
//! The code that was mailed to sign in on a journey stands beside them: it is made when the mail is sent, and counted when one
//! is typed, while the page waits at its version.

use portreeve_domain::{BrowserId, ClientId, Fault, JourneyId, TenantId, Timestamp};

use crate::{Conn, Tx};

const FIND: &str = "SELECT browser_id, client_id, request_sealed, facts_sealed, version, created_at, expires_at, finished_at FROM journeys WHERE id = $1 AND tenant_id = $2";
const INSERT: &str = "INSERT INTO journeys (id, tenant_id, browser_id, client_id, request_sealed, facts_sealed, version, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $8)";
const UPDATE: &str = "UPDATE journeys SET facts_sealed = $4, version = version + 1 WHERE id = $1 AND tenant_id = $2 AND version = $3 AND finished_at IS NULL";
const FINISH: &str = "UPDATE journeys SET facts_sealed = $4, version = version + 1, finished_at = $5 WHERE id = $1 AND tenant_id = $2 AND version = $3 AND finished_at IS NULL";
const EXPECT_CODE: &str = "UPDATE journeys SET code_hash = $3, code_tries = 0, code_expires_at = $4 WHERE id = $1 AND tenant_id = $2 AND finished_at IS NULL";
const SEND_CODE: &str =
    "UPDATE journeys SET code_hash = $3, code_expires_at = $4 WHERE id = $1 AND tenant_id = $2 AND finished_at IS NULL";
const TRY_CODE: &str = "UPDATE journeys SET code_tries = code_tries + 1 WHERE id = $1 AND tenant_id = $2 AND code_tries < $3 AND code_expires_at > $4 AND finished_at IS NULL RETURNING code_hash";
const USE_CODE: &str = "UPDATE journeys SET code_hash = NULL, code_expires_at = NULL WHERE id = $1 AND tenant_id = $2 AND code_hash = $3 AND code_expires_at > $4 AND finished_at IS NULL";

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
    tx.insert(INSERT, &values).await
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

/// Lets the journey wait for one code, whose fingerprint is `hash`: an older one dies, and nothing was tried yet. False when
/// the journey is finished.
///
/// # Errors
/// A fault when the database is away.
pub async fn expect_code(
    tx: &mut Tx,
    tenant: TenantId,
    id: JourneyId,
    hash: &[u8; 32],
    expires_at: Timestamp,
) -> Result<bool, Fault> {
    let values = [id.as_i64().into(), tenant.into(), hash.into(), expires_at.into()];
    Ok(tx.execute(EXPECT_CODE, &values).await? == 1)
}

/// Puts the code that is sent now in the place of the expected one: the tries that were made count, however often it is sent. False when the
/// journey is finished.
///
/// # Errors
/// A fault when the database is away.
pub async fn send_code(
    tx: &mut Tx,
    tenant: TenantId,
    id: JourneyId,
    hash: &[u8; 32],
    expires_at: Timestamp,
) -> Result<bool, Fault> {
    let values = [id.as_i64().into(), tenant.into(), hash.into(), expires_at.into()];
    Ok(tx.execute(SEND_CODE, &values).await? == 1)
}

/// Counts one try before it is checked, and returns the fingerprint that the journey waits for; `None` when it waits for none
/// any more: `tries` were made, it has expired, or it was used.
///
/// # Errors
/// A fault when the database is away.
pub async fn try_code(
    tx: &mut Tx,
    tenant: TenantId,
    id: JourneyId,
    tries: i64,
    now: Timestamp,
) -> Result<Option<[u8; 32]>, Fault> {
    let values = [id.as_i64().into(), tenant.into(), tries.into(), now.into()];
    tx.optional(TRY_CODE, &values, |row| row.array(0)).await
}

/// Uses the code up whose fingerprint is `hash`; false when it was used, replaced or has expired.
///
/// # Errors
/// A fault when the database is away.
pub async fn use_code(
    tx: &mut Tx,
    tenant: TenantId,
    id: JourneyId,
    hash: &[u8; 32],
    now: Timestamp,
) -> Result<bool, Fault> {
    let values = [id.as_i64().into(), tenant.into(), hash.into(), now.into()];
    Ok(tx.execute(USE_CODE, &values).await? == 1)
}
