//! Changes of people's addresses: wished, confirmed at the new address, undone at the former one.
//!
//! Of the wishes of a person the newest counts; of the changes back to one address the newest as well. Undoing one undoes every
//! later one, so that nobody who took an account over has a way back of their own.

use portreeve_domain::{EmailChangeId, Fault, TenantId, Timestamp, UserId};

use crate::{Conn, Row, Tx};

const INSERT: &str = "INSERT INTO email_changes (id, tenant_id, user_id, email_sealed, email_index, former_sealed, former_index, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const FIND: &str = "SELECT id, user_id, email_sealed, email_index, former_sealed, former_index, created_at, expires_at, confirmed_at, ended_at FROM email_changes WHERE id = $1 AND tenant_id = $2";
const WISHED: &str = "SELECT id, user_id, email_sealed, email_index, former_sealed, former_index, created_at, expires_at, confirmed_at, ended_at FROM email_changes WHERE tenant_id = $1 AND user_id = $2 AND confirmed_at IS NULL AND ended_at IS NULL AND expires_at > $3 ORDER BY id DESC LIMIT 1";
const UNDOABLE: &str = "SELECT id, user_id, email_sealed, email_index, former_sealed, former_index, created_at, expires_at, confirmed_at, ended_at FROM email_changes WHERE tenant_id = $1 AND user_id = $2 AND former_index = $3 AND confirmed_at IS NOT NULL AND ended_at IS NULL AND expires_at > $4 ORDER BY confirmed_at DESC, id DESC LIMIT 1";
const UNDOABLE_SINCE: &str = "SELECT id, user_id, email_sealed, email_index, former_sealed, former_index, created_at, expires_at, confirmed_at, ended_at FROM email_changes WHERE tenant_id = $1 AND user_id = $2 AND confirmed_at > $3 AND former_index IS NOT NULL AND ended_at IS NULL ORDER BY confirmed_at, id LIMIT 20";
const DROP: &str = "UPDATE email_changes SET ended_at = $3 WHERE tenant_id = $1 AND user_id = $2 AND confirmed_at IS NULL AND ended_at IS NULL AND expires_at > $3";
const CONFIRM: &str = "UPDATE email_changes SET confirmed_at = $3, expires_at = $4 WHERE id = $1 AND tenant_id = $2 AND confirmed_at IS NULL AND ended_at IS NULL AND expires_at > $3";
const UNDO: &str = "UPDATE email_changes SET ended_at = $4 WHERE tenant_id = $1 AND user_id = $2 AND confirmed_at >= $3 AND ended_at IS NULL";

/// A change as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmailChangeRow {
    /// Its id.
    pub id: EmailChangeId,
    /// Whose account.
    pub user: UserId,
    /// The new address as typed, sealed under the person's key.
    pub email_sealed: Vec<u8>,
    /// The blind index of the new address.
    pub email_index: [u8; 32],
    /// The former address, sealed under the person's key; `None` when nobody had proven it.
    pub former_sealed: Option<Vec<u8>>,
    /// The blind index of the former address, with it.
    pub former_index: Option<[u8; 32]>,
    /// When it was wished.
    pub created_at: Timestamp,
    /// When it can no longer be confirmed, or, once it is, no longer be undone.
    pub expires_at: Timestamp,
    /// When it was confirmed.
    pub confirmed_at: Option<Timestamp>,
    /// When it was dropped or undone.
    pub ended_at: Option<Timestamp>,
}

/// Adds a wish.
///
/// # Errors
/// A fault when the database is away.
pub async fn insert(tx: &mut Tx, tenant: TenantId, change: &EmailChangeRow) -> Result<(), Fault> {
    let values = [
        change.id.as_i64().into(),
        tenant.into(),
        (&change.user).into(),
        change.email_sealed.as_slice().into(),
        (&change.email_index).into(),
        change.former_sealed.as_deref().into(),
        change.former_index.as_ref().map(<[u8; 32]>::as_slice).into(),
        change.created_at.into(),
        change.expires_at.into(),
    ];
    tx.execute(INSERT, &values).await.map(drop)
}

/// Finds a change, ended and expired ones too.
///
/// # Errors
/// A fault when the database is away.
pub async fn find(conn: &mut Conn, tenant: TenantId, id: EmailChangeId) -> Result<Option<EmailChangeRow>, Fault> {
    conn.optional(FIND, &[id.as_i64().into(), tenant.into()], read).await
}

/// The newest wish of a person that can still be confirmed.
///
/// # Errors
/// A fault when the database is away.
pub async fn wished(
    conn: &mut Conn,
    tenant: TenantId,
    user: UserId,
    now: Timestamp,
) -> Result<Option<EmailChangeRow>, Fault> {
    conn.optional(WISHED, &[tenant.into(), (&user).into(), now.into()], read).await
}

/// The newest change of a person away from the address with this index that can still be undone.
///
/// # Errors
/// A fault when the database is away.
pub async fn undoable(
    conn: &mut Conn,
    tenant: TenantId,
    user: UserId,
    former_index: &[u8; 32],
    now: Timestamp,
) -> Result<Option<EmailChangeRow>, Fault> {
    conn.optional(UNDOABLE, &[tenant.into(), (&user).into(), former_index.into(), now.into()], read).await
}

/// Up to twenty changes of a person away from addresses that were proven, confirmed after `since` and not undone, oldest first: whoever
/// took an account over comes after its owner.
///
/// # Errors
/// A fault when the database is away.
pub async fn undoable_since(
    conn: &mut Conn,
    tenant: TenantId,
    user: UserId,
    since: Timestamp,
) -> Result<Vec<EmailChangeRow>, Fault> {
    conn.all(UNDOABLE_SINCE, &[tenant.into(), (&user).into(), since.into()], read).await
}

/// Drops what a person wished and nobody has confirmed; false when there is nothing.
///
/// # Errors
/// A fault when the database is away.
pub async fn drop_wished(tx: &mut Tx, tenant: TenantId, user: UserId, now: Timestamp) -> Result<bool, Fault> {
    Ok(tx.execute(DROP, &[tenant.into(), (&user).into(), now.into()]).await? > 0)
}

/// Confirms a wish, which can be undone until `until`; false when it was confirmed, dropped or has expired.
///
/// # Errors
/// A fault when the database is away.
pub async fn confirm(
    tx: &mut Tx,
    tenant: TenantId,
    id: EmailChangeId,
    now: Timestamp,
    until: Timestamp,
) -> Result<bool, Fault> {
    Ok(tx.execute(CONFIRM, &[id.as_i64().into(), tenant.into(), now.into(), until.into()]).await? == 1)
}

/// Marks every change of a person that was confirmed at `since` or later as undone; false when there is none.
///
/// # Errors
/// A fault when the database is away.
pub async fn undo(
    tx: &mut Tx,
    tenant: TenantId,
    user: UserId,
    since: Timestamp,
    now: Timestamp,
) -> Result<bool, Fault> {
    Ok(tx.execute(UNDO, &[tenant.into(), (&user).into(), since.into(), now.into()]).await? > 0)
}

pub(crate) fn read(row: &Row<'_>) -> Result<EmailChangeRow, Fault> {
    Ok(EmailChangeRow {
        id: EmailChangeId::new(row.integer(0)?),
        user: row.user(1)?,
        email_sealed: row.bytes(2)?,
        email_index: row.array(3)?,
        former_sealed: row.optional_bytes(4)?,
        former_index: row.optional_array(5)?,
        created_at: row.timestamp(6)?,
        expires_at: row.timestamp(7)?,
        confirmed_at: row.optional_timestamp(8)?,
        ended_at: row.optional_timestamp(9)?,
    })
}
