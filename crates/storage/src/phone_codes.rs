//! Codes by text message that prove telephone numbers: one a person, the newest that was asked for, with the tries that were made.

use portreeve_domain::{Fault, TenantId, Timestamp, UserId};

use crate::{Conn, Tx};

const IS_AWAITED: &str = "SELECT requested_at FROM phone_codes WHERE tenant_id = $1 AND user_id = $2 AND number_index = $3 AND expires_at > $4";
const AWAIT: &str = "INSERT INTO phone_codes (tenant_id, user_id, request_id, number_index, code_hash, code_tries, requested_at, expires_at) VALUES ($1, $2, $3, $4, NULL, 0, $5, $6) ON CONFLICT (tenant_id, user_id) DO UPDATE SET request_id = excluded.request_id, number_index = excluded.number_index, code_hash = NULL, code_tries = 0, requested_at = excluded.requested_at, expires_at = excluded.expires_at";
const EXPECT: &str = "UPDATE phone_codes SET code_hash = $5, expires_at = $6 WHERE tenant_id = $1 AND user_id = $2 AND request_id = $3 AND number_index = $4 AND requested_at > $7";
const TRY: &str = "UPDATE phone_codes SET code_tries = code_tries + 1 WHERE tenant_id = $1 AND user_id = $2 AND number_index = $3 AND code_tries < $4 AND expires_at > $5 AND code_hash IS NOT NULL RETURNING code_hash";
const USE: &str = "DELETE FROM phone_codes WHERE tenant_id = $1 AND user_id = $2 AND number_index = $3 AND code_hash = $4 AND expires_at > $5";

/// Whose number a code proves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NumberOf {
    /// The person.
    pub user: UserId,
    /// A keyed index of the number.
    pub number_index: [u8; 32],
}

/// Whether a person waits for a code for a number, or has one that works.
///
/// # Errors
/// A fault when the database is away.
pub async fn is_awaited(conn: &mut Conn, tenant: TenantId, of: NumberOf, now: Timestamp) -> Result<bool, Fault> {
    let values = [tenant.into(), (&of.user).into(), (&of.number_index).into(), now.into()];
    Ok(conn.optional(IS_AWAITED, &values, |row| row.timestamp(0)).await?.is_some())
}

/// Lets a person wait for the code of `request` until `expires_at`: an older one dies. It cannot be tried before it is expected.
///
/// # Errors
/// A fault when the database is away.
pub async fn wait(
    tx: &mut Tx,
    tenant: TenantId,
    (of, request): (NumberOf, i64),
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<(), Fault> {
    let values =
        [tenant.into(), (&of.user).into(), request.into(), (&of.number_index).into(), now.into(), expires_at.into()];
    tx.execute(AWAIT, &values).await.map(drop)
}

/// Expects the code of `request` whose fingerprint is `hash` until `expires_at`, also again, when it is sent again: the tries that were made
/// count. False when the person waits for another one or for none, or asked at `asked_after` or before.
///
/// # Errors
/// A fault when the database is away.
pub async fn expect(
    tx: &mut Tx,
    tenant: TenantId,
    (of, request): (NumberOf, i64),
    hash: &[u8; 32],
    (asked_after, expires_at): (Timestamp, Timestamp),
) -> Result<bool, Fault> {
    let values = [
        tenant.into(),
        (&of.user).into(),
        request.into(),
        (&of.number_index).into(),
        hash.into(),
        expires_at.into(),
        asked_after.into(),
    ];
    Ok(tx.execute(EXPECT, &values).await? == 1)
}

/// Counts one try before it is checked, and returns the fingerprint that is expected; `None` when none is for that number, or none any more:
/// `tries` were made, it has expired, or it was used.
///
/// # Errors
/// A fault when the database is away.
pub async fn try_code(
    tx: &mut Tx,
    tenant: TenantId,
    of: NumberOf,
    tries: i64,
    now: Timestamp,
) -> Result<Option<[u8; 32]>, Fault> {
    let values = [tenant.into(), (&of.user).into(), (&of.number_index).into(), tries.into(), now.into()];
    tx.optional(TRY, &values, |row| row.array(0)).await
}

/// Uses the code up whose fingerprint is `hash`; false when it was used, replaced or has expired, or is another number's.
///
/// # Errors
/// A fault when the database is away.
pub async fn use_code(
    tx: &mut Tx,
    tenant: TenantId,
    of: NumberOf,
    hash: &[u8; 32],
    now: Timestamp,
) -> Result<bool, Fault> {
    let values = [tenant.into(), (&of.user).into(), (&of.number_index).into(), hash.into(), now.into()];
    Ok(tx.execute(USE, &values).await? == 1)
}
