//! What is decided elsewhere and polled for, by a device or by the back channel: decided once, redeemed once, at a pace.
//!
//! The two tables share these columns and so these rules; what else each holds is in a file of its own.

use portreeve_domain::polling::{Awaited, Waiting};
use portreeve_domain::{ClientId, FamilyId, Fault, Lifetime, RefreshTokenId, TenantId, Timestamp};

use crate::{Conn, Row, Tx};

const FIND_DEVICE: &str = "SELECT client_id, secret_hash, expires_at, allowed_at, refused_at, consumed_at, family_id, first_refresh_id FROM device_authorizations WHERE id = $1 AND tenant_id = $2";
const FIND_BACKCHANNEL: &str = "SELECT client_id, secret_hash, expires_at, allowed_at, refused_at, consumed_at, family_id, first_refresh_id FROM backchannel_authentications WHERE id = $1 AND tenant_id = $2";
const NOTE_DEVICE_POLL: &str = "UPDATE device_authorizations SET polled_at = $3 WHERE id = $1 AND tenant_id = $2 AND (polled_at IS NULL OR polled_at + interval_ms <= $3)";
const NOTE_BACKCHANNEL_POLL: &str = "UPDATE backchannel_authentications SET polled_at = $3 WHERE id = $1 AND tenant_id = $2 AND (polled_at IS NULL OR polled_at + interval_ms <= $3)";
const SLOW_DEVICE_DOWN: &str =
    "UPDATE device_authorizations SET polled_at = $3, interval_ms = interval_ms + $4 WHERE id = $1 AND tenant_id = $2";
const SLOW_BACKCHANNEL_DOWN: &str = "UPDATE backchannel_authentications SET polled_at = $3, interval_ms = interval_ms + $4 WHERE id = $1 AND tenant_id = $2";
const ALLOW_DEVICE: &str = "UPDATE device_authorizations SET allowed_at = $3, family_id = $4 WHERE id = $1 AND tenant_id = $2 AND allowed_at IS NULL AND refused_at IS NULL AND expires_at > $3";
const ALLOW_BACKCHANNEL: &str = "UPDATE backchannel_authentications SET allowed_at = $3, family_id = $4, slot = NULL WHERE id = $1 AND tenant_id = $2 AND allowed_at IS NULL AND refused_at IS NULL AND expires_at > $3";
const REFUSE_DEVICE: &str = "UPDATE device_authorizations SET refused_at = $3 WHERE id = $1 AND tenant_id = $2 AND allowed_at IS NULL AND refused_at IS NULL AND expires_at > $3";
const REFUSE_BACKCHANNEL: &str = "UPDATE backchannel_authentications SET refused_at = $3, slot = NULL WHERE id = $1 AND tenant_id = $2 AND allowed_at IS NULL AND refused_at IS NULL AND expires_at > $3";
const CONSUME_DEVICE: &str = "UPDATE device_authorizations SET consumed_at = $3, first_refresh_id = $4 WHERE id = $1 AND tenant_id = $2 AND allowed_at IS NOT NULL AND consumed_at IS NULL AND expires_at > $3";
const CONSUME_BACKCHANNEL: &str = "UPDATE backchannel_authentications SET consumed_at = $3, first_refresh_id = $4 WHERE id = $1 AND tenant_id = $2 AND allowed_at IS NOT NULL AND consumed_at IS NULL AND expires_at > $3";

/// What a poll finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolledRow {
    /// Who waits.
    pub waiting: Waiting,
    /// Which client polls.
    pub client: ClientId,
    /// SHA-256 of the secret it polls with.
    pub secret_hash: [u8; 32],
    /// What was decided, and until when it can be.
    pub awaited: Awaited,
    /// What the person granted; `None` until then.
    pub family: Option<FamilyId>,
    /// The id of the refresh token it was redeemed for, whether or not there is one; `None` until then.
    pub first_refresh: Option<RefreshTokenId>,
}

/// Finds what is polled for, also when it is over.
///
/// # Errors
/// A fault when the database is away.
pub async fn find(conn: &mut Conn, tenant: TenantId, waiting: Waiting) -> Result<Option<PolledRow>, Fault> {
    let sql = either(waiting, FIND_DEVICE, FIND_BACKCHANNEL);
    conn.optional(sql, &[id_of(waiting).into(), tenant.into()], |row| read(row, waiting)).await
}

/// Notes a poll; false when the last one is less than the interval ago.
///
/// # Errors
/// A fault when the database is away.
pub async fn note_poll(tx: &mut Tx, tenant: TenantId, waiting: Waiting, now: Timestamp) -> Result<bool, Fault> {
    let sql = either(waiting, NOTE_DEVICE_POLL, NOTE_BACKCHANNEL_POLL);
    Ok(tx.execute(sql, &[id_of(waiting).into(), tenant.into(), now.into()]).await? == 1)
}

/// Notes a poll that came too soon: from now on the client waits `longer` between two.
///
/// # Errors
/// A fault when the database is away.
pub async fn slow_down(
    tx: &mut Tx,
    tenant: TenantId,
    waiting: Waiting,
    longer: Lifetime,
    now: Timestamp,
) -> Result<(), Fault> {
    let sql = either(waiting, SLOW_DEVICE_DOWN, SLOW_BACKCHANNEL_DOWN);
    let values = [id_of(waiting).into(), tenant.into(), now.into(), longer.as_millis().into()];
    tx.execute(sql, &values).await.map(drop)
}

/// Writes down that the person granted `family`; false when it was decided before or has expired.
///
/// # Errors
/// A fault when the database is away.
pub async fn allow(
    tx: &mut Tx,
    tenant: TenantId,
    waiting: Waiting,
    family: FamilyId,
    now: Timestamp,
) -> Result<bool, Fault> {
    let sql = either(waiting, ALLOW_DEVICE, ALLOW_BACKCHANNEL);
    let values = [id_of(waiting).into(), tenant.into(), now.into(), family.as_i64().into()];
    Ok(tx.execute(sql, &values).await? == 1)
}

/// Writes down that the person refused; false when it was decided before or has expired.
///
/// # Errors
/// A fault when the database is away.
pub async fn refuse(tx: &mut Tx, tenant: TenantId, waiting: Waiting, now: Timestamp) -> Result<bool, Fault> {
    let sql = either(waiting, REFUSE_DEVICE, REFUSE_BACKCHANNEL);
    Ok(tx.execute(sql, &[id_of(waiting).into(), tenant.into(), now.into()]).await? == 1)
}

/// Uses up what was allowed, for the refresh token `first`; false when it was used or has expired: of many at once exactly
/// one gets true.
///
/// # Errors
/// A fault when the database is away.
pub async fn consume(
    tx: &mut Tx,
    tenant: TenantId,
    waiting: Waiting,
    first: RefreshTokenId,
    now: Timestamp,
) -> Result<bool, Fault> {
    let sql = either(waiting, CONSUME_DEVICE, CONSUME_BACKCHANNEL);
    let values = [id_of(waiting).into(), tenant.into(), now.into(), first.as_i64().into()];
    Ok(tx.execute(sql, &values).await? == 1)
}

fn either(waiting: Waiting, of_device: &'static str, of_backchannel: &'static str) -> &'static str {
    match waiting {
        Waiting::Device(_) => of_device,
        Waiting::Backchannel(_) => of_backchannel,
    }
}

fn id_of(waiting: Waiting) -> i64 {
    match waiting {
        Waiting::Device(id) => id.as_i64(),
        Waiting::Backchannel(id) => id.as_i64(),
    }
}

fn read(row: &Row<'_>, waiting: Waiting) -> Result<PolledRow, Fault> {
    Ok(PolledRow {
        waiting,
        client: row.client(0)?,
        secret_hash: row.array(1)?,
        awaited: Awaited {
            expires_at: row.timestamp(2)?,
            allowed_at: row.optional_timestamp(3)?,
            refused_at: row.optional_timestamp(4)?,
            consumed_at: row.optional_timestamp(5)?,
        },
        family: row.optional_integer(6)?.map(FamilyId::new),
        first_refresh: row.optional_integer(7)?.map(RefreshTokenId::new),
    })
}
