//! Back-channel authentication requests (CIBA): at most a few at a time for one person. What is decided and polled is in
//! `polled`.

use portreeve_domain::polling::Awaited;
use portreeve_domain::{BackchannelAuthenticationId, ClientId, FamilyId, Fault, Lifetime, TenantId, Timestamp, UserId};

use crate::{Conn, Row, Tx};

const FIND: &str = "SELECT id, client_id, secret_hash, person_index, user_id, request_sealed, interval_ms, created_at, expires_at, allowed_at, refused_at, consumed_at, family_id, answer_sealed, told_at FROM backchannel_authentications WHERE id = $1 AND tenant_id = $2";
const WAITING_FOR: &str = "SELECT id, client_id, secret_hash, person_index, user_id, request_sealed, interval_ms, created_at, expires_at, allowed_at, refused_at, consumed_at, family_id, answer_sealed, told_at FROM backchannel_authentications WHERE tenant_id = $1 AND person_index = $2 AND slot IS NOT NULL AND expires_at > $3 ORDER BY id";
const FREE_SLOTS: &str = "UPDATE backchannel_authentications SET slot = NULL WHERE tenant_id = $1 AND person_index = $2 AND slot IS NOT NULL AND expires_at <= $3";
const INSERT: &str = "INSERT INTO backchannel_authentications (id, tenant_id, client_id, secret_hash, person_index, slot, user_id, request_sealed, interval_ms, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (tenant_id, person_index, slot) DO NOTHING";
const KEEP_ANSWER: &str = "UPDATE backchannel_authentications SET consumed_at = $3, answer_sealed = $4 WHERE id = $1 AND tenant_id = $2 AND allowed_at IS NOT NULL AND consumed_at IS NULL";
const TOLD: &str = "UPDATE backchannel_authentications SET told_at = $3, answer_sealed = NULL WHERE id = $1 AND tenant_id = $2 AND told_at IS NULL";

/// A back-channel authentication request as stored.
#[derive(Clone)]
pub struct BackchannelAuthenticationRow {
    /// Its id.
    pub id: BackchannelAuthenticationId,
    /// Who asks.
    pub client: ClientId,
    /// SHA-256 of the secret of its `auth_req_id`.
    pub secret_hash: [u8; 32],
    /// Blind index of whom the hint names, known or not.
    pub person_index: [u8; 32],
    /// The person; `None` when the hint names nobody here.
    pub user: Option<UserId>,
    /// What was asked for, and what the client is called with, sealed.
    pub request_sealed: Vec<u8>,
    /// How long the client waits between polls.
    pub interval: Lifetime,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// What was decided, and until when it can be.
    pub awaited: Awaited,
    /// What the person granted; `None` until then.
    pub family: Option<FamilyId>,
    /// The tokens on their way to a client that is sent them, sealed; `None` before and after.
    pub answer_sealed: Option<Vec<u8>>,
    /// When the client was told how it ended.
    pub told_at: Option<Timestamp>,
}

/// Finds a request, also one that is over.
///
/// # Errors
/// A fault when the database is away.
pub async fn find(
    conn: &mut Conn,
    tenant: TenantId,
    id: BackchannelAuthenticationId,
) -> Result<Option<BackchannelAuthenticationRow>, Fault> {
    conn.optional(FIND, &[id.as_i64().into(), tenant.into()], read).await
}

/// The requests that wait for a person, the oldest first.
///
/// # Errors
/// A fault when the database is away.
pub async fn waiting_for(
    conn: &mut Conn,
    tenant: TenantId,
    person_index: &[u8; 32],
    now: Timestamp,
) -> Result<Vec<BackchannelAuthenticationRow>, Fault> {
    conn.all(WAITING_FOR, &[tenant.into(), person_index.into(), now.into()], read).await
}

/// Takes the requests that nobody decided in time out of the person's places.
///
/// # Errors
/// A fault when the database is away.
pub async fn free_slots(tx: &mut Tx, tenant: TenantId, person_index: &[u8; 32], now: Timestamp) -> Result<(), Fault> {
    tx.execute(FREE_SLOTS, &[tenant.into(), person_index.into(), now.into()]).await.map(drop)
}

/// Stores an undecided request in one of the person's places; false when another one waits there.
///
/// # Errors
/// A fault when the database is away.
pub async fn insert(
    tx: &mut Tx,
    tenant: TenantId,
    slot: i64,
    row: &BackchannelAuthenticationRow,
) -> Result<bool, Fault> {
    let values = [
        row.id.as_i64().into(),
        tenant.into(),
        (&row.client).into(),
        (&row.secret_hash).into(),
        (&row.person_index).into(),
        slot.into(),
        row.user.as_ref().into(),
        (&row.request_sealed).into(),
        row.interval.as_millis().into(),
        row.created_at.into(),
        row.awaited.expires_at.into(),
    ];
    Ok(tx.execute(INSERT, &values).await? == 1)
}

/// Uses up what was allowed and keeps the answer that is pushed for it; false when it was used before.
///
/// # Errors
/// A fault when the database is away.
pub async fn keep_answer(
    tx: &mut Tx,
    tenant: TenantId,
    id: BackchannelAuthenticationId,
    answer_sealed: &Vec<u8>,
    now: Timestamp,
) -> Result<bool, Fault> {
    Ok(tx.execute(KEEP_ANSWER, &[id.as_i64().into(), tenant.into(), now.into(), answer_sealed.into()]).await? == 1)
}

/// Writes down that the client was told, and forgets what it was sent; false when it was told before.
///
/// # Errors
/// A fault when the database is away.
pub async fn told(
    tx: &mut Tx,
    tenant: TenantId,
    id: BackchannelAuthenticationId,
    now: Timestamp,
) -> Result<bool, Fault> {
    Ok(tx.execute(TOLD, &[id.as_i64().into(), tenant.into(), now.into()]).await? == 1)
}

pub(crate) fn read(row: &Row<'_>) -> Result<BackchannelAuthenticationRow, Fault> {
    Ok(BackchannelAuthenticationRow {
        id: BackchannelAuthenticationId::new(row.integer(0)?),
        client: row.client(1)?,
        secret_hash: row.array(2)?,
        person_index: row.array(3)?,
        user: row.optional_array(4)?.map(UserId::from_bytes),
        request_sealed: row.bytes(5)?,
        interval: Lifetime::from_millis(row.integer(6)?),
        created_at: row.timestamp(7)?,
        awaited: Awaited {
            expires_at: row.timestamp(8)?,
            allowed_at: row.optional_timestamp(9)?,
            refused_at: row.optional_timestamp(10)?,
            consumed_at: row.optional_timestamp(11)?,
        },
        family: row.optional_integer(12)?.map(FamilyId::new),
        answer_sealed: row.optional_bytes(13)?,
        told_at: row.optional_timestamp(14)?,
    })
}
