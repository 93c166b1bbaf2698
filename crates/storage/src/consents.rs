//! Remembered consents: one row a person and client.

use portreeve_domain::{ClientId, Fault, Scope, TenantId, Timestamp, UserId};

use crate::recall::Bucket;
use crate::{Conn, Tx};

const FIND: &str =
    "SELECT scope FROM consents WHERE tenant_id = $1 AND user_id = $2 AND client_id = $3 AND withdrawn_at IS NULL";
const OF_USER: &str = "SELECT client_id, scope, given_at FROM consents WHERE tenant_id = $1 AND user_id = $2 AND withdrawn_at IS NULL ORDER BY given_at DESC, client_id";
const GIVE: &str = "INSERT INTO consents (tenant_id, user_id, client_id, scope, given_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (tenant_id, user_id, client_id) DO UPDATE SET scope = excluded.scope, given_at = excluded.given_at, withdrawn_at = NULL";
const WITHDRAW: &str = "UPDATE consents SET withdrawn_at = $4 WHERE tenant_id = $1 AND user_id = $2 AND client_id = $3 AND withdrawn_at IS NULL";
const WITHDRAW_OF_CLIENT: &str =
    "UPDATE consents SET withdrawn_at = $3 WHERE tenant_id = $1 AND client_id = $2 AND withdrawn_at IS NULL";

/// A standing consent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsentRow {
    /// To which client.
    pub client: ClientId,
    /// To what.
    pub scope: Scope,
    /// When, the last time.
    pub given_at: Timestamp,
}

/// The standing consents of a person, newest first.
///
/// # Errors
/// A fault when the database is away.
pub async fn of_user(conn: &mut Conn, tenant: TenantId, user: UserId) -> Result<Vec<ConsentRow>, Fault> {
    conn.all(OF_USER, &[tenant.into(), (&user).into()], |row| {
        Ok(ConsentRow { client: row.client(0)?, scope: read_scope(&row.text(1)?)?, given_at: row.timestamp(2)? })
    })
    .await
}

/// The scope a person agreed to for a client; `None` without a standing consent.
///
/// # Errors
/// A fault when the database is away.
pub async fn find(conn: &mut Conn, tenant: TenantId, user: UserId, client: &ClientId) -> Result<Option<Scope>, Fault> {
    conn.optional(FIND, &[tenant.into(), (&user).into(), client.into()], |row| read_scope(&row.text(0)?)).await
}

/// Remembers a consent; `scope` is everything the person has agreed to.
///
/// # Errors
/// A fault when the database is away.
pub async fn give(
    tx: &mut Tx,
    tenant: TenantId,
    user: UserId,
    client: &ClientId,
    scope: &Scope,
    now: Timestamp,
) -> Result<(), Fault> {
    tx.ends(Bucket::of_user(user));
    let scope = scope.to_string();
    tx.execute(GIVE, &[tenant.into(), (&user).into(), client.into(), (&scope).into(), now.into()]).await.map(drop)
}

/// Withdraws a consent; false when there is none.
///
/// # Errors
/// A fault when the database is away.
pub async fn withdraw(
    tx: &mut Tx,
    tenant: TenantId,
    user: UserId,
    client: &ClientId,
    now: Timestamp,
) -> Result<bool, Fault> {
    tx.ends(Bucket::of_user(user));
    Ok(tx.execute(WITHDRAW, &[tenant.into(), (&user).into(), client.into(), now.into()]).await? == 1)
}

/// Withdraws every consent given to a client and says how many there were.
///
/// # Errors
/// A fault when the database is away.
pub async fn withdraw_of_client(
    tx: &mut Tx,
    tenant: TenantId,
    client: &ClientId,
    now: Timestamp,
) -> Result<u64, Fault> {
    tx.ends_of_anybody();
    tx.execute(WITHDRAW_OF_CLIENT, &[tenant.into(), client.into(), now.into()]).await
}

/// Reads a scope as it is stored here.
pub(crate) fn read_scope(text: &str) -> Result<Scope, Fault> {
    Scope::parse(text).map_err(|e| Fault::new(e.to_string()).while_doing("read a consent"))
}
