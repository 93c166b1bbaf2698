//! Invitations to an account, until they are accepted, taken back or swept: one an address.

use portreeve_domain::{ClientId, Fault, TenantId, Timestamp, UserId};

use crate::{Conn, Row, Tx};

/// A new invitation takes the place of the one that the address has: the links of that one lead nowhere.
const PUT: &str = "INSERT INTO invitations (tenant_id, id, email_sealed, email_index, client_id, invited_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (tenant_id, email_index) DO UPDATE SET id = $2, email_sealed = $3, client_id = $5, invited_at = $6, expires_at = $7";
const FIND: &str = "SELECT id, email_sealed, email_index, client_id, invited_at, expires_at FROM invitations WHERE tenant_id = $1 AND id = $2 AND expires_at > $3";
const STANDING: &str = "SELECT id, email_sealed, email_index, client_id, invited_at, expires_at FROM invitations WHERE tenant_id = $1 AND expires_at > $2 ORDER BY invited_at LIMIT 1000";
const TAKE: &str = "DELETE FROM invitations WHERE tenant_id = $1 AND id = $2 AND expires_at > $3";
const REVOKE: &str = "DELETE FROM invitations WHERE tenant_id = $1 AND email_index = $2 RETURNING id";

/// An invitation as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvitationRow {
    /// What its links have in the place of a person: random.
    pub id: UserId,
    /// The address as typed, sealed under the key of the tenant.
    pub email_sealed: Vec<u8>,
    /// The blind index of the address.
    pub email_index: [u8; 32],
    /// The client that it leads to.
    pub client: Option<ClientId>,
    /// When it was made.
    pub invited_at: Timestamp,
    /// Until when it can be accepted.
    pub expires_at: Timestamp,
}

/// Stores an invitation, in the place of the one that the address has.
///
/// # Errors
/// A fault when the database is away.
pub async fn put(tx: &mut Tx, tenant: TenantId, row: &InvitationRow) -> Result<(), Fault> {
    let values = [
        tenant.into(),
        (&row.id).into(),
        (&row.email_sealed).into(),
        (&row.email_index).into(),
        row.client.as_ref().map(ClientId::as_str).into(),
        row.invited_at.into(),
        row.expires_at.into(),
    ];
    tx.execute(PUT, &values).await.map(drop)
}

/// The invitation that a link is of, while it stands.
///
/// # Errors
/// A fault when the database is away.
pub async fn find(
    conn: &mut Conn,
    tenant: TenantId,
    id: UserId,
    now: Timestamp,
) -> Result<Option<InvitationRow>, Fault> {
    conn.optional(FIND, &[tenant.into(), (&id).into(), now.into()], read).await
}

/// The invitations of a tenant that stand, the oldest thousand, oldest first.
///
/// # Errors
/// A fault when the database is away.
pub async fn standing(conn: &mut Conn, tenant: TenantId, now: Timestamp) -> Result<Vec<InvitationRow>, Fault> {
    conn.all(STANDING, &[tenant.into(), now.into()], read).await
}

/// Uses an invitation up; false when it was accepted, taken back or replaced, or has expired.
///
/// # Errors
/// A fault when the database is away.
pub async fn take(tx: &mut Tx, tenant: TenantId, id: UserId, now: Timestamp) -> Result<bool, Fault> {
    Ok(tx.execute(TAKE, &[tenant.into(), (&id).into(), now.into()]).await? == 1)
}

/// Takes the invitation of an address back and says which it was; `None` when there is none.
///
/// # Errors
/// A fault when the database is away.
pub async fn revoke(tx: &mut Tx, tenant: TenantId, email_index: &[u8; 32]) -> Result<Option<UserId>, Fault> {
    tx.optional(REVOKE, &[tenant.into(), email_index.into()], |row| row.user(0)).await
}

fn read(row: &Row<'_>) -> Result<InvitationRow, Fault> {
    let client = row.optional_text(3)?;
    let client = client
        .map(|id| ClientId::parse(&id).ok_or_else(|| Fault::impossible("a stored client has no name")))
        .transpose()?;
    Ok(InvitationRow {
        id: row.user(0)?,
        email_sealed: row.bytes(1)?,
        email_index: row.array(2)?,
        client,
        invited_at: row.timestamp(4)?,
        expires_at: row.timestamp(5)?,
    })
}
