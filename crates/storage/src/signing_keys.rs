//! Signing keys; the private part is sealed.

use portreeve_domain::{Fault, KeyTimes, TenantId, Timestamp};

use crate::{Conn, Row, Tx};

const ALL: &str = "SELECT tenant_id, kid, algorithm, private_sealed, published_at, activated_at, retired_from_signing_at, revoked_at FROM signing_keys ORDER BY tenant_id, published_at, kid";
const INSERT: &str = "INSERT INTO signing_keys (tenant_id, kid, algorithm, private_sealed, published_at, activated_at) VALUES ($1, $2, $3, $4, $5, $6)";
const ACTIVATE: &str = "UPDATE signing_keys SET activated_at = $3 WHERE tenant_id = $1 AND kid = $2 AND algorithm = $4 AND activated_at IS NULL AND revoked_at IS NULL";
const RETIRE: &str = "UPDATE signing_keys SET retired_from_signing_at = $4 WHERE tenant_id = $1 AND algorithm = $2 AND kid <> $3 AND activated_at IS NOT NULL AND retired_from_signing_at IS NULL";
const REVOKE: &str = "UPDATE signing_keys SET revoked_at = $3 WHERE tenant_id = $1 AND kid = $2 AND revoked_at IS NULL";

/// A signing key as stored.
pub struct SigningKeyRow {
    /// Whose.
    pub tenant: TenantId,
    /// The key id in JWT headers: the RFC 7638 thumbprint.
    pub kid: String,
    /// The JWA name.
    pub algorithm: String,
    /// PKCS #8, sealed under the tenant's key.
    pub private_sealed: Vec<u8>,
    /// Its life.
    pub times: KeyTimes,
}

/// Every signing key of every tenant, oldest first. Needs a connection for all tenants.
///
/// # Errors
/// A fault when the database is away.
pub async fn all(conn: &mut Conn) -> Result<Vec<SigningKeyRow>, Fault> {
    conn.all(ALL, &[], read).await
}

/// Adds a key, staged or active as its times say.
///
/// # Errors
/// A fault when the key id exists or the database is away.
pub async fn insert(tx: &mut Tx, key: &SigningKeyRow) -> Result<(), Fault> {
    let values = [
        key.tenant.into(),
        (&key.kid).into(),
        (&key.algorithm).into(),
        (&key.private_sealed).into(),
        key.times.published_at.into(),
        key.times.activated_at.into(),
    ];
    tx.execute(INSERT, &values).await.map(drop)
}

/// Lets a staged key of `algorithm` sign and takes the others of that algorithm from signing; false when there is no such
/// key, it signs already or is revoked.
///
/// # Errors
/// A fault when the database is away.
pub async fn promote(tx: &mut Tx, tenant: TenantId, algorithm: &str, kid: &str, now: Timestamp) -> Result<bool, Fault> {
    if tx.execute(ACTIVATE, &[tenant.into(), kid.into(), now.into(), algorithm.into()]).await? == 0 {
        return Ok(false);
    }
    tx.execute(RETIRE, &[tenant.into(), algorithm.into(), kid.into(), now.into()]).await?;
    Ok(true)
}

/// Revokes a key at once; false when it is unknown or revoked.
///
/// # Errors
/// A fault when the database is away.
pub async fn revoke(tx: &mut Tx, tenant: TenantId, kid: &str, now: Timestamp) -> Result<bool, Fault> {
    Ok(tx.execute(REVOKE, &[tenant.into(), kid.into(), now.into()]).await? == 1)
}

fn read(row: &Row<'_>) -> Result<SigningKeyRow, Fault> {
    Ok(SigningKeyRow {
        tenant: row.tenant(0)?,
        kid: row.text(1)?,
        algorithm: row.text(2)?,
        private_sealed: row.bytes(3)?,
        times: KeyTimes {
            published_at: row.timestamp(4)?,
            activated_at: row.optional_timestamp(5)?,
            retired_from_signing_at: row.optional_timestamp(6)?,
            revoked_at: row.optional_timestamp(7)?,
        },
    })
}
