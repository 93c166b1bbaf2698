//! Who a person is at another issuer: explicit links, found by a blind index of issuer and subject.

use portreeve_domain::{Fault, TenantId, Timestamp, UserId};

use crate::{Conn, Tx};

const FIND: &str = "SELECT user_id FROM subject_links WHERE tenant_id = $1 AND link_index = $2";
const OF_USER: &str = "SELECT link_index, issuer, subject_sealed FROM subject_links WHERE tenant_id = $1 AND user_id = $2 ORDER BY issuer, link_index";
const IS_LINKED: &str =
    "SELECT issuer FROM subject_links WHERE tenant_id = $1 AND user_id = $2 AND issuer = $3 LIMIT 1";
const INSERT: &str = "INSERT INTO subject_links (tenant_id, link_index, user_id, issuer, subject_sealed, created_at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant_id, link_index) DO NOTHING";
const DELETE: &str = "DELETE FROM subject_links WHERE tenant_id = $1 AND user_id = $2 AND link_index = $3";

/// A link as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkedSubject {
    /// Blind index of issuer and subject.
    pub index: [u8; 32],
    /// The issuer.
    pub issuer: String,
    /// The subject there, sealed under the person's key.
    pub subject_sealed: Vec<u8>,
}

/// The person a link is for.
///
/// # Errors
/// A fault when the database is away.
pub async fn find(conn: &mut Conn, tenant: TenantId, index: &[u8; 32]) -> Result<Option<UserId>, Fault> {
    conn.optional(FIND, &[tenant.into(), index.into()], |row| row.user(0)).await
}

/// The links of a person.
///
/// # Errors
/// A fault when the database is away.
pub async fn of_user(conn: &mut Conn, tenant: TenantId, user: UserId) -> Result<Vec<LinkedSubject>, Fault> {
    conn.all(OF_USER, &[tenant.into(), (&user).into()], |row| {
        Ok(LinkedSubject { index: row.array(0)?, issuer: row.text(1)?, subject_sealed: row.bytes(2)? })
    })
    .await
}

/// Whether a person is known to an issuer.
///
/// # Errors
/// A fault when the database is away.
pub async fn is_linked(conn: &mut Conn, tenant: TenantId, user: UserId, issuer: &str) -> Result<bool, Fault> {
    let values = [tenant.into(), (&user).into(), issuer.into()];
    Ok(conn.optional(IS_LINKED, &values, |row| row.text(0)).await?.is_some())
}

/// Links a person; false when somebody is linked so already.
///
/// # Errors
/// A fault when the database is away.
pub async fn insert(
    tx: &mut Tx,
    tenant: TenantId,
    user: UserId,
    link: &LinkedSubject,
    now: Timestamp,
) -> Result<bool, Fault> {
    let values = [
        tenant.into(),
        (&link.index).into(),
        (&user).into(),
        (&link.issuer).into(),
        (&link.subject_sealed).into(),
        now.into(),
    ];
    Ok(tx.execute(INSERT, &values).await? == 1)
}

/// Removes a link of a person; false when there is no such one.
///
/// # Errors
/// A fault when the database is away.
pub async fn delete(tx: &mut Tx, tenant: TenantId, user: UserId, index: &[u8; 32]) -> Result<bool, Fault> {
    Ok(tx.execute(DELETE, &[tenant.into(), (&user).into(), index.into()]).await? == 1)
}
