//! One key a person, wrapped by the tenant's key. Destroying it erases the person.

use portreeve_domain::{Fault, TenantId, Timestamp, UserId};

use crate::recall::Bucket;
use crate::{Conn, Tx};

const FIND: &str = "SELECT wrapped FROM subject_keys WHERE tenant_id = $1 AND user_id = $2 AND destroyed_at IS NULL";
const INSERT: &str = "INSERT INTO subject_keys (tenant_id, user_id, wrapped, created_at) VALUES ($1, $2, $3, $4)";
const DESTROY: &str = "UPDATE subject_keys SET wrapped = NULL, destroyed_at = $3 WHERE tenant_id = $1 AND user_id = $2 AND destroyed_at IS NULL";

/// A person's wrapped key; `None` when there is no such person or the key was destroyed.
///
/// # Errors
/// A fault when the database is away.
pub async fn find(conn: &mut Conn, tenant: TenantId, user: UserId) -> Result<Option<Vec<u8>>, Fault> {
    conn.optional(FIND, &[tenant.into(), (&user).into()], |row| row.bytes(0)).await
}

/// Stores a new person's wrapped key.
///
/// # Errors
/// A fault when the person has a key or the database is away.
pub async fn insert(tx: &mut Tx, tenant: TenantId, user: UserId, wrapped: &[u8], now: Timestamp) -> Result<(), Fault> {
    tx.execute(INSERT, &[tenant.into(), (&user).into(), wrapped.into(), now.into()]).await.map(drop)
}

/// Destroys a person's key; false when it is gone already.
///
/// # Errors
/// A fault when the database is away.
pub async fn destroy(tx: &mut Tx, tenant: TenantId, user: UserId, now: Timestamp) -> Result<bool, Fault> {
    tx.ends(Bucket::of_user(user));
    Ok(tx.execute(DESTROY, &[tenant.into(), (&user).into(), now.into()]).await? == 1)
}
