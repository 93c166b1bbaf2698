//! Sessions: accounts signed in at browsers.

use portreeve_domain::{BrowserId, Fault, Proof, Session, SessionEnd, SessionId, TenantId, Timestamp, UserId};

use crate::recall::Bucket;
use crate::{Conn, Row, Tx};

const FIND: &str = "SELECT tenant_id, id, browser_id, user_id, sid, proofs, created_at, seen_at, ended_at FROM sessions WHERE id = $1 AND tenant_id = $2";
const OF_BROWSER: &str = "SELECT tenant_id, id, browser_id, user_id, sid, proofs, created_at, seen_at, ended_at FROM sessions WHERE tenant_id = $1 AND browser_id = $2 AND ended_at IS NULL ORDER BY id";
const INSERT: &str = "INSERT INTO sessions (id, tenant_id, browser_id, user_id, sid, proofs, created_at, seen_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const STRENGTHEN: &str = "UPDATE sessions SET proofs = $3, seen_at = $4 WHERE id = $1 AND tenant_id = $2 AND ended_at IS NULL RETURNING user_id";
const TOUCH: &str =
    "UPDATE sessions SET seen_at = $3 WHERE id = $1 AND tenant_id = $2 AND ended_at IS NULL AND seen_at < $3";
const CLAIM: &str = "UPDATE sessions SET ended_at = ended_at WHERE id = $1 AND tenant_id = $2 AND ended_at IS NULL";
const END: &str = "UPDATE sessions SET ended_at = $3, end_reason = $4 WHERE id = $1 AND tenant_id = $2 AND ended_at IS NULL RETURNING user_id";
const END_ALL: &str = "UPDATE sessions SET ended_at = $3, end_reason = $4 WHERE tenant_id = $1 AND user_id = $2 AND ended_at IS NULL RETURNING tenant_id, id, browser_id, user_id, sid, proofs, created_at, seen_at, ended_at";
const END_ALL_BUT: &str = "UPDATE sessions SET ended_at = $3, end_reason = $4 WHERE tenant_id = $1 AND user_id = $2 AND ended_at IS NULL AND id <> $5 RETURNING tenant_id, id, browser_id, user_id, sid, proofs, created_at, seen_at, ended_at";
const SET_ORIGIN: &str = "UPDATE sessions SET origin_sealed = $3 WHERE id = $1 AND tenant_id = $2 AND ended_at IS NULL";
const ORIGIN: &str = "SELECT origin_sealed FROM sessions WHERE id = $1 AND tenant_id = $2";
const OF_USER: &str = "SELECT tenant_id, id, browser_id, user_id, sid, proofs, created_at, seen_at, ended_at, origin_sealed FROM sessions WHERE tenant_id = $1 AND user_id = $2 AND ended_at IS NULL ORDER BY seen_at DESC, id DESC LIMIT 200";
const RECENT_OF_USER: &str = "SELECT tenant_id, id, browser_id, user_id, sid, proofs, created_at, seen_at, ended_at, origin_sealed FROM sessions WHERE tenant_id = $1 AND user_id = $2 AND origin_sealed IS NOT NULL AND (end_reason IS NULL OR end_reason <> $3) ORDER BY id DESC LIMIT $4";

/// Finds a session, ended ones too.
///
/// # Errors
/// A fault when the database is away.
pub async fn find(conn: &mut Conn, tenant: TenantId, id: SessionId) -> Result<Option<Session>, Fault> {
    conn.optional(FIND, &[id.as_i64().into(), tenant.into()], read).await
}

/// The sessions of a browser that were not ended, oldest first; the caller leaves out those that ran out.
///
/// # Errors
/// A fault when the database is away.
pub async fn of_browser(conn: &mut Conn, tenant: TenantId, browser: BrowserId) -> Result<Vec<Session>, Fault> {
    conn.all(OF_BROWSER, &[tenant.into(), browser.as_i64().into()], read).await
}

/// Begins a session.
///
/// # Errors
/// A fault when the database is away.
pub async fn insert(tx: &mut Tx, session: &Session) -> Result<(), Fault> {
    let proofs = write_proofs(&session.proofs)?;
    let values = [
        session.id.as_i64().into(),
        session.tenant.into(),
        session.browser.as_i64().into(),
        (&session.user).into(),
        (&session.sid).into(),
        (&proofs).into(),
        session.created_at.into(),
        session.seen_at.into(),
    ];
    tx.insert(INSERT, &values).await
}

/// Replaces what a session has proven; false when it was ended.
///
/// # Errors
/// A fault when the database is away.
pub async fn strengthen(
    tx: &mut Tx,
    tenant: TenantId,
    id: SessionId,
    proofs: &[Proof],
    now: Timestamp,
) -> Result<bool, Fault> {
    let proofs = write_proofs(proofs)?;
    // Whoever has shown more is signed in for less long.
    tx.end_one(STRENGTHEN, &[id.as_i64().into(), tenant.into(), (&proofs).into(), now.into()]).await
}

/// Notes that a session was used.
///
/// # Errors
/// A fault when the database is away.
pub async fn touch(tx: &mut Tx, tenant: TenantId, id: SessionId, now: Timestamp) -> Result<(), Fault> {
    tx.execute(TOUCH, &[id.as_i64().into(), tenant.into(), now.into()]).await.map(drop)
}

/// Holds a session that a grant is about to be made in, until the transaction ends: whoever ends it, or everything of its person, is
/// done before, or finds the grant (S-088, S-094). On PostgreSQL it is sent with what follows.
///
/// # Errors
/// `Fault::overtaken`, at once or with what follows, when it was ended; a fault when the database is away.
pub async fn claim(tx: &mut Tx, tenant: TenantId, id: SessionId) -> Result<(), Fault> {
    tx.claim(CLAIM, &[id.as_i64().into(), tenant.into()]).await
}

/// Ends a session; false when it was ended before.
///
/// # Errors
/// A fault when the database is away.
pub async fn end(
    tx: &mut Tx,
    tenant: TenantId,
    id: SessionId,
    reason: SessionEnd,
    now: Timestamp,
) -> Result<bool, Fault> {
    let values = [id.as_i64().into(), tenant.into(), now.into(), reason.name().into()];
    tx.end_one(END, &values).await
}

/// Ends every session of a user and gives those that were not ended before.
///
/// # Errors
/// A fault when the database is away.
pub async fn end_all(
    tx: &mut Tx,
    tenant: TenantId,
    user: UserId,
    reason: SessionEnd,
    now: Timestamp,
) -> Result<Vec<Session>, Fault> {
    tx.ends(Bucket::of_user(user));
    tx.all(END_ALL, &[tenant.into(), (&user).into(), now.into(), reason.name().into()], read).await
}

/// Ends every session of the user of `kept` but that one, and gives those that were not ended before.
///
/// # Errors
/// A fault when the database is away.
pub async fn end_all_but(
    tx: &mut Tx,
    tenant: TenantId,
    kept: &Session,
    reason: SessionEnd,
    now: Timestamp,
) -> Result<Vec<Session>, Fault> {
    let values = [tenant.into(), (&kept.user).into(), now.into(), reason.name().into(), kept.id.as_i64().into()];
    tx.ends(Bucket::of_user(kept.user));
    tx.all(END_ALL_BUT, &values, read).await
}

/// Notes from where a session was signed in last; false when it was ended.
///
/// # Errors
/// A fault when the database is away.
pub async fn set_origin(tx: &mut Tx, tenant: TenantId, id: SessionId, origin_sealed: &[u8]) -> Result<bool, Fault> {
    Ok(tx.execute(SET_ORIGIN, &[id.as_i64().into(), tenant.into(), origin_sealed.into()]).await? == 1)
}

/// Up to 200 sessions of a user that were not ended, last used first, each with its sealed origin; the caller leaves out
/// those that ran out.
///
/// # Errors
/// A fault when the database is away.
pub async fn of_user(
    conn: &mut Conn,
    tenant: TenantId,
    user: UserId,
) -> Result<Vec<(Session, Option<Vec<u8>>)>, Fault> {
    conn.all(OF_USER, &[tenant.into(), (&user).into()], |row| Ok((read(row)?, row.optional_bytes(9)?))).await
}

/// The newest `most` sessions of a user that are not swept, ended ones too, each with its sealed origin; without those that the owner of
/// the account has disowned.
///
/// # Errors
/// A fault when the database is away.
pub async fn recent_of_user(
    conn: &mut Conn,
    tenant: TenantId,
    user: UserId,
    most: usize,
) -> Result<Vec<(Session, Vec<u8>)>, Fault> {
    let most = i64::try_from(most).map_err(Fault::new)?;
    let values = [tenant.into(), (&user).into(), SessionEnd::Disowned.name().into(), most.into()];
    conn.all(RECENT_OF_USER, &values, |row| Ok((read(row)?, row.bytes(9)?))).await
}

/// From where a session was signed in, sealed, also when it has ended; `None` when that is not known or there is no such session.
///
/// # Errors
/// A fault when the database is away.
pub async fn origin(conn: &mut Conn, tenant: TenantId, id: SessionId) -> Result<Option<Vec<u8>>, Fault> {
    let found = conn.optional(ORIGIN, &[id.as_i64().into(), tenant.into()], |row| row.optional_bytes(0)).await?;
    Ok(found.flatten())
}

fn write_proofs(proofs: &[Proof]) -> Result<String, Fault> {
    serde_json::to_string(proofs).map_err(Fault::new)
}

/// Reads a session whose columns come first, in the order of `FIND`.
pub(crate) fn read(row: &Row<'_>) -> Result<Session, Fault> {
    Ok(Session {
        tenant: row.tenant(0)?,
        id: SessionId::new(row.integer(1)?),
        browser: BrowserId::new(row.integer(2)?),
        user: row.user(3)?,
        sid: row.text(4)?,
        proofs: serde_json::from_str(&row.text(5)?)
            .map_err(|e| Fault::new(e).while_doing("read the proofs of a session"))?,
        created_at: row.timestamp(6)?,
        seen_at: row.timestamp(7)?,
        ended_at: row.optional_timestamp(8)?,
    })
}
