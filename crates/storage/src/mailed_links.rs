//! Links sent by mail: bound to purpose, account and address, used once, of these the newest only.
//!
//! A new link retires the older ones it sees. Two made at the same moment do not see each other, so using one also asks
//! whether it is the newest: by the time it was made, and by id where that is the same.

use portreeve_domain::{Fault, LinkId, LinkPurpose, TenantId, Timestamp, UserId};

use crate::{Conn, Tx};

const FIND: &str = "SELECT user_id, purpose, secret_hash, email_index, expires_at, COALESCE(consumed_at, (SELECT MIN(newer.created_at) FROM mailed_links AS newer WHERE newer.tenant_id = mailed_links.tenant_id AND newer.user_id = mailed_links.user_id AND newer.purpose = mailed_links.purpose AND newer.email_index = mailed_links.email_index AND (newer.created_at > mailed_links.created_at OR newer.created_at = mailed_links.created_at AND newer.id > mailed_links.id))) FROM mailed_links WHERE id = $1 AND tenant_id = $2";
const RETIRE: &str = "UPDATE mailed_links SET consumed_at = $4 WHERE tenant_id = $1 AND user_id = $2 AND purpose = $3 AND consumed_at IS NULL";
const REPLACE: &str = "UPDATE mailed_links SET consumed_at = $5 WHERE tenant_id = $1 AND user_id = $2 AND purpose = $3 AND email_index = $4 AND consumed_at IS NULL";
const INSERT: &str = "INSERT INTO mailed_links (id, tenant_id, user_id, purpose, secret_hash, email_index, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const CONSUME: &str = "UPDATE mailed_links SET consumed_at = $3 WHERE id = $1 AND tenant_id = $2 AND consumed_at IS NULL AND expires_at > $3 AND NOT EXISTS (SELECT 1 FROM mailed_links AS newer WHERE newer.tenant_id = mailed_links.tenant_id AND newer.user_id = mailed_links.user_id AND newer.purpose = mailed_links.purpose AND newer.email_index = mailed_links.email_index AND (newer.created_at > mailed_links.created_at OR newer.created_at = mailed_links.created_at AND newer.id > mailed_links.id))";

const FORGET: &str = "DELETE FROM mailed_links WHERE tenant_id = $1 AND user_id = $2";

/// A mailed link as stored.
#[derive(Clone)]
pub struct LinkRow {
    /// Its id.
    pub id: LinkId,
    /// Whose account.
    pub user: UserId,
    /// The word of its purpose.
    pub purpose: String,
    /// SHA-256 of its secret.
    pub secret_hash: [u8; 32],
    /// The blind index of the address it went to: a link dies with the address.
    pub email_index: [u8; 32],
    /// When it dies.
    pub expires_at: Timestamp,
    /// When it was used, or replaced by a newer one.
    pub consumed_at: Option<Timestamp>,
}

/// Finds a link, used and expired ones too.
///
/// # Errors
/// A fault when the database is away.
pub async fn find(conn: &mut Conn, tenant: TenantId, id: LinkId) -> Result<Option<LinkRow>, Fault> {
    conn.optional(FIND, &[id.as_i64().into(), tenant.into()], |row| {
        Ok(LinkRow {
            id,
            user: row.user(0)?,
            purpose: row.text(1)?,
            secret_hash: row.array(2)?,
            email_index: row.array(3)?,
            expires_at: row.timestamp(4)?,
            consumed_at: row.optional_timestamp(5)?,
        })
    })
    .await
}

/// Stores a new link and kills every older one of the same account, purpose and address.
///
/// # Errors
/// A fault when the database is away.
pub async fn insert_newest(tx: &mut Tx, tenant: TenantId, link: &LinkRow, now: Timestamp) -> Result<(), Fault> {
    let of_same = [tenant.into(), (&link.user).into(), (&link.purpose).into(), (&link.email_index).into(), now.into()];
    tx.execute(REPLACE, &of_same).await?;
    let values = [
        link.id.as_i64().into(),
        tenant.into(),
        (&link.user).into(),
        (&link.purpose).into(),
        (&link.secret_hash).into(),
        (&link.email_index).into(),
        now.into(),
        link.expires_at.into(),
    ];
    tx.execute(INSERT, &values).await.map(drop)
}

/// Kills every unused link of an account and purpose.
///
/// # Errors
/// A fault when the database is away.
pub async fn retire(
    tx: &mut Tx,
    tenant: TenantId,
    user: UserId,
    purpose: LinkPurpose,
    now: Timestamp,
) -> Result<(), Fault> {
    tx.execute(RETIRE, &[tenant.into(), (&user).into(), purpose.name().into(), now.into()]).await.map(drop)
}

/// Uses a link up; false when it was used, replaced or has expired.
///
/// # Errors
/// A fault when the database is away.
pub async fn consume(tx: &mut Tx, tenant: TenantId, id: LinkId, now: Timestamp) -> Result<bool, Fault> {
    Ok(tx.execute(CONSUME, &[id.as_i64().into(), tenant.into(), now.into()]).await? == 1)
}

/// Removes every link of an invitation that is over, used ones too: each holds an index of its address.
///
/// # Errors
/// A fault when the database is away.
pub async fn forget(tx: &mut Tx, tenant: TenantId, invitation: UserId) -> Result<(), Fault> {
    tx.execute(FORGET, &[tenant.into(), (&invitation).into()]).await.map(drop)
}
