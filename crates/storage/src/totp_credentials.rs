//! Authenticator apps (RFC 6238).

use portreeve_domain::{Fault, TenantId, Timestamp, UserId};

use crate::{Conn, Tx};

const FIND: &str =
    "SELECT secret_sealed, last_step, confirmed_at FROM totp_credentials WHERE tenant_id = $1 AND user_id = $2";
const INSERT: &str = "INSERT INTO totp_credentials (tenant_id, user_id, secret_sealed, last_step, confirmed_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
const ADVANCE: &str =
    "UPDATE totp_credentials SET last_step = $3 WHERE tenant_id = $1 AND user_id = $2 AND last_step < $3";
const REPLACE: &str = "UPDATE totp_credentials SET secret_sealed = $4, last_step = $5, confirmed_at = $6 WHERE tenant_id = $1 AND user_id = $2 AND secret_sealed = $3";
const DELETE: &str = "DELETE FROM totp_credentials WHERE tenant_id = $1 AND user_id = $2";

/// A stored authenticator app.
pub struct TotpRow {
    /// The shared secret, sealed under the person's key.
    pub secret_sealed: Vec<u8>,
    /// The time step of the last accepted code.
    pub last_step: i64,
    /// When it was set up.
    pub confirmed_at: Timestamp,
}

/// A user's authenticator app; `None` when none is enrolled.
///
/// # Errors
/// A fault when the database is away.
pub async fn find(conn: &mut Conn, tenant: TenantId, user: UserId) -> Result<Option<TotpRow>, Fault> {
    conn.optional(FIND, &[tenant.into(), (&user).into()], |row| {
        Ok(TotpRow { secret_sealed: row.bytes(0)?, last_step: row.integer(1)?, confirmed_at: row.timestamp(2)? })
    })
    .await
}

/// Enrols an app whose code of `last_step` was just shown; false when one is enrolled already: nobody enrols over it.
///
/// # Errors
/// A fault when the database is away.
pub async fn insert(
    tx: &mut Tx,
    tenant: TenantId,
    user: UserId,
    secret_sealed: &[u8],
    last_step: i64,
    now: Timestamp,
) -> Result<bool, Fault> {
    let values = [tenant.into(), (&user).into(), secret_sealed.into(), last_step.into(), now.into()];
    Ok(tx.execute(INSERT, &values).await? == 1)
}

/// Puts an app whose code was just shown in the place of the one with `old`; false when that is not there any
/// more.
///
/// # Errors
/// A fault when the database is away.
pub async fn replace(tx: &mut Tx, tenant: TenantId, user: UserId, old: &[u8], new: &TotpRow) -> Result<bool, Fault> {
    let values = [
        tenant.into(),
        (&user).into(),
        old.into(),
        (&new.secret_sealed).into(),
        new.last_step.into(),
        new.confirmed_at.into(),
    ];
    Ok(tx.execute(REPLACE, &values).await? == 1)
}

/// Takes the code of `step`: false when it or a later one was taken before (RFC 6238 §5.2: one use).
///
/// # Errors
/// A fault when the database is away.
pub async fn advance(tx: &mut Tx, tenant: TenantId, user: UserId, step: i64) -> Result<bool, Fault> {
    Ok(tx.execute(ADVANCE, &[tenant.into(), (&user).into(), step.into()]).await? == 1)
}

/// Removes the app; false when there is none.
///
/// # Errors
/// A fault when the database is away.
pub async fn delete(tx: &mut Tx, tenant: TenantId, user: UserId) -> Result<bool, Fault> {
    Ok(tx.execute(DELETE, &[tenant.into(), (&user).into()]).await? == 1)
}
