//! Registrations that clients made themselves, with the token each manages its own with (RFC 7592).

use portreeve_domain::{ClientId, ClientOrigin, Fault, RegistrationId, TenantId, Timestamp};

use crate::{Conn, Tx};

const FIND: &str =
    "SELECT client_id, secret_hash, created_at FROM client_registrations WHERE id = $1 AND tenant_id = $2";
const COUNT: &str = "SELECT COUNT(*) FROM client_registrations WHERE tenant_id = $1";
const INSERT: &str = "INSERT INTO client_registrations (id, tenant_id, client_id, secret_hash, origin, created_at) VALUES ($1, $2, $3, $4, $5, $6)";
const CHANGE_SECRET: &str =
    "UPDATE client_registrations SET secret_hash = $4 WHERE id = $1 AND tenant_id = $2 AND secret_hash = $3";

/// A registration as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistrationRow {
    /// Its id.
    pub id: RegistrationId,
    /// Which client it is of.
    pub client: ClientId,
    /// SHA-256 of the secret of its registration access token.
    pub secret_hash: [u8; 32],
    /// When the client registered.
    pub created_at: Timestamp,
}

/// Finds a registration.
///
/// # Errors
/// A fault when the database is away.
pub async fn find(conn: &mut Conn, tenant: TenantId, id: RegistrationId) -> Result<Option<RegistrationRow>, Fault> {
    conn.optional(FIND, &[id.as_i64().into(), tenant.into()], |row| {
        Ok(RegistrationRow { id, client: row.client(0)?, secret_hash: row.array(1)?, created_at: row.timestamp(2)? })
    })
    .await
}

/// How many clients registered themselves and are still there.
///
/// # Errors
/// A fault when the database is away.
pub async fn count(conn: &mut Conn, tenant: TenantId) -> Result<i64, Fault> {
    conn.one(COUNT, &[tenant.into()], |row| row.integer(0)).await
}

/// Adds the registration of a client that is being stored; it goes with the client.
///
/// # Errors
/// A fault when the database is away, or for the origin of a client that did not register itself.
pub async fn insert(
    tx: &mut Tx,
    tenant: TenantId,
    registration: &RegistrationRow,
    origin: ClientOrigin,
) -> Result<(), Fault> {
    let origin =
        origin.registered_name().ok_or_else(|| Fault::impossible("the operator's client is registered as its own"))?;
    let values = [
        registration.id.as_i64().into(),
        tenant.into(),
        (&registration.client).into(),
        (&registration.secret_hash).into(),
        origin.into(),
        registration.created_at.into(),
    ];
    tx.execute(INSERT, &values).await.map(drop)
}

/// Gives the registration a new secret; the old token is dead at once. False when `old` is not the current one any more.
///
/// # Errors
/// A fault when the database is away.
pub async fn change_secret(
    tx: &mut Tx,
    tenant: TenantId,
    id: RegistrationId,
    old: &[u8; 32],
    new: &[u8; 32],
) -> Result<bool, Fault> {
    Ok(tx.execute(CHANGE_SECRET, &[id.as_i64().into(), tenant.into(), old.into(), new.into()]).await? == 1)
}
