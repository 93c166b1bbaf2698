//! Keys that others encrypt to a tenant with; the private part is sealed.

use portreeve_domain::{EncryptionKeyTimes, Fault, TenantId, Timestamp};

use crate::{Conn, Row, Tx};

const ALL: &str = "SELECT tenant_id, kid, key_type, private_sealed, published_at, replaced_at, revoked_at FROM encryption_keys ORDER BY tenant_id, published_at, kid";
const INSERT: &str =
    "INSERT INTO encryption_keys (tenant_id, kid, key_type, private_sealed, published_at) VALUES ($1, $2, $3, $4, $5)";
const REPLACE: &str = "UPDATE encryption_keys SET replaced_at = $4 WHERE tenant_id = $1 AND key_type = $2 AND kid <> $3 AND replaced_at IS NULL";
const REVOKE: &str =
    "UPDATE encryption_keys SET revoked_at = $3 WHERE tenant_id = $1 AND kid = $2 AND revoked_at IS NULL";

/// An encryption key as stored.
pub struct EncryptionKeyRow {
    /// Whose.
    pub tenant: TenantId,
    /// The key id: the RFC 7638 thumbprint.
    pub kid: String,
    /// The `kty`.
    pub key_type: String,
    /// PKCS #8, sealed under the tenant's key.
    pub private_sealed: Vec<u8>,
    /// Its life.
    pub times: EncryptionKeyTimes,
}

/// Every encryption key of every tenant, oldest first. Needs a connection for all tenants.
///
/// # Errors
/// A fault when the database is away.
pub async fn all(conn: &mut Conn) -> Result<Vec<EncryptionKeyRow>, Fault> {
    conn.all(ALL, &[], read).await
}

/// Adds a key, published from now on in the place of the others of its type.
///
/// # Errors
/// A fault when the key id exists or the database is away.
pub async fn publish(tx: &mut Tx, key: &EncryptionKeyRow) -> Result<(), Fault> {
    let published_at = key.times.published_at;
    let values = [
        key.tenant.into(),
        (&key.kid).into(),
        (&key.key_type).into(),
        (&key.private_sealed).into(),
        published_at.into(),
    ];
    tx.execute(INSERT, &values).await?;
    let others = [key.tenant.into(), (&key.key_type).into(), (&key.kid).into(), published_at.into()];
    tx.execute(REPLACE, &others).await.map(drop)
}

/// Revokes a key at once; false when it is unknown or revoked.
///
/// # Errors
/// A fault when the database is away.
pub async fn revoke(tx: &mut Tx, tenant: TenantId, kid: &str, now: Timestamp) -> Result<bool, Fault> {
    Ok(tx.execute(REVOKE, &[tenant.into(), kid.into(), now.into()]).await? == 1)
}

fn read(row: &Row<'_>) -> Result<EncryptionKeyRow, Fault> {
    Ok(EncryptionKeyRow {
        tenant: row.tenant(0)?,
        kid: row.text(1)?,
        key_type: row.text(2)?,
        private_sealed: row.bytes(3)?,
        times: EncryptionKeyTimes {
            published_at: row.timestamp(4)?,
            replaced_at: row.optional_timestamp(5)?,
            revoked_at: row.optional_timestamp(6)?,
        },
    })
}
