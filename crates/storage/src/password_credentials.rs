//! Password hashes, sealed.

use portreeve_domain::{Fault, TenantId, Timestamp, UserId};

use crate::{Conn, Tx};

const FIND: &str = "SELECT phc_sealed FROM password_credentials WHERE tenant_id = $1 AND user_id = $2";
const CHANGED_AT: &str = "SELECT changed_at FROM password_credentials WHERE tenant_id = $1 AND user_id = $2";
const SET: &str = "INSERT INTO password_credentials (tenant_id, user_id, phc_sealed, changed_at) VALUES ($1, $2, $3, $4) ON CONFLICT (tenant_id, user_id) DO UPDATE SET phc_sealed = excluded.phc_sealed, changed_at = excluded.changed_at";
const REHASH: &str =
    "UPDATE password_credentials SET phc_sealed = $4 WHERE tenant_id = $1 AND user_id = $2 AND phc_sealed = $3";
const DELETE: &str = "DELETE FROM password_credentials WHERE tenant_id = $1 AND user_id = $2";

/// A user's sealed hash; `None` for a user without a password.
///
/// # Errors
/// A fault when the database is away.
pub async fn find(conn: &mut Conn, tenant: TenantId, user: UserId) -> Result<Option<Vec<u8>>, Fault> {
    conn.optional(FIND, &[tenant.into(), (&user).into()], |row| row.bytes(0)).await
}

/// When a user's password was set; `None` for a user without one.
///
/// # Errors
/// A fault when the database is away.
pub async fn changed_at(conn: &mut Conn, tenant: TenantId, user: UserId) -> Result<Option<Timestamp>, Fault> {
    conn.optional(CHANGED_AT, &[tenant.into(), (&user).into()], |row| row.timestamp(0)).await
}

/// Sets a user's password hash.
///
/// # Errors
/// A fault when the database is away.
pub async fn set(tx: &mut Tx, tenant: TenantId, user: UserId, phc_sealed: &[u8], now: Timestamp) -> Result<(), Fault> {
    tx.execute(SET, &[tenant.into(), (&user).into(), phc_sealed.into(), now.into()]).await.map(drop)
}

/// Replaces the hash by one of the same password; false when the password was changed meanwhile.
///
/// # Errors
/// A fault when the database is away.
pub async fn rehash(tx: &mut Tx, tenant: TenantId, user: UserId, old: &[u8], new: &[u8]) -> Result<bool, Fault> {
    Ok(tx.execute(REHASH, &[tenant.into(), (&user).into(), old.into(), new.into()]).await? == 1)
}

/// Takes the password away; false when there is none.
///
/// # Errors
/// A fault when the database is away.
pub async fn delete(tx: &mut Tx, tenant: TenantId, user: UserId) -> Result<bool, Fault> {
    Ok(tx.execute(DELETE, &[tenant.into(), (&user).into()]).await? == 1)
}
