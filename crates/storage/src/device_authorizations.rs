//! Device authorizations (RFC 8628): found by id for the device and by user code for the person. What is decided and polled
//! is in `polled`.

use portreeve_domain::polling::Awaited;
use portreeve_domain::{ClientId, DeviceAuthorizationId, FamilyId, Fault, Lifetime, TenantId, Timestamp};

use crate::{Conn, Row, Tx};

const FIND: &str = "SELECT id, client_id, secret_hash, user_code_index, request_sealed, interval_ms, created_at, expires_at, allowed_at, refused_at, consumed_at, family_id FROM device_authorizations WHERE id = $1 AND tenant_id = $2";
const FIND_BY_USER_CODE: &str = "SELECT id, client_id, secret_hash, user_code_index, request_sealed, interval_ms, created_at, expires_at, allowed_at, refused_at, consumed_at, family_id FROM device_authorizations WHERE user_code_index = $1 AND tenant_id = $2";
const INSERT: &str = "INSERT INTO device_authorizations (id, tenant_id, client_id, secret_hash, user_code_index, request_sealed, interval_ms, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (tenant_id, user_code_index) DO NOTHING";

/// A device authorization as stored.
#[derive(Clone)]
pub struct DeviceAuthorizationRow {
    /// Its id.
    pub id: DeviceAuthorizationId,
    /// Whose device it is.
    pub client: ClientId,
    /// SHA-256 of the device code's secret.
    pub secret_hash: [u8; 32],
    /// Blind index of the user code.
    pub user_code_index: [u8; 32],
    /// What was asked for, sealed.
    pub request_sealed: Vec<u8>,
    /// How long the device waits between polls.
    pub interval: Lifetime,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// What was decided, and until when it can be.
    pub awaited: Awaited,
    /// What the person granted; `None` until then.
    pub family: Option<FamilyId>,
}

/// Finds a device authorization, also one that is over.
///
/// # Errors
/// A fault when the database is away.
pub async fn find(
    conn: &mut Conn,
    tenant: TenantId,
    id: DeviceAuthorizationId,
) -> Result<Option<DeviceAuthorizationRow>, Fault> {
    conn.optional(FIND, &[id.as_i64().into(), tenant.into()], read).await
}

/// Finds the device authorization with this user code, also one that is over.
///
/// # Errors
/// A fault when the database is away.
pub async fn find_by_user_code(
    conn: &mut Conn,
    tenant: TenantId,
    index: &[u8; 32],
) -> Result<Option<DeviceAuthorizationRow>, Fault> {
    conn.optional(FIND_BY_USER_CODE, &[index.into(), tenant.into()], read).await
}

/// Stores an undecided device authorization; false when another one has the same user code.
///
/// # Errors
/// A fault when the database is away.
pub async fn insert(tx: &mut Tx, tenant: TenantId, row: &DeviceAuthorizationRow) -> Result<bool, Fault> {
    let values = [
        row.id.as_i64().into(),
        tenant.into(),
        (&row.client).into(),
        (&row.secret_hash).into(),
        (&row.user_code_index).into(),
        (&row.request_sealed).into(),
        row.interval.as_millis().into(),
        row.created_at.into(),
        row.awaited.expires_at.into(),
    ];
    Ok(tx.execute(INSERT, &values).await? == 1)
}

fn read(row: &Row<'_>) -> Result<DeviceAuthorizationRow, Fault> {
    Ok(DeviceAuthorizationRow {
        id: DeviceAuthorizationId::new(row.integer(0)?),
        client: row.client(1)?,
        secret_hash: row.array(2)?,
        user_code_index: row.array(3)?,
        request_sealed: row.bytes(4)?,
        interval: Lifetime::from_millis(row.integer(5)?),
        created_at: row.timestamp(6)?,
        awaited: Awaited {
            expires_at: row.timestamp(7)?,
            allowed_at: row.optional_timestamp(8)?,
            refused_at: row.optional_timestamp(9)?,
            consumed_at: row.optional_timestamp(10)?,
        },
        family: row.optional_integer(11)?.map(FamilyId::new),
    })
}
