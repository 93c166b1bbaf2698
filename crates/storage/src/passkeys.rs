//! Passkeys: one row a credential, found by a blind index of its id.
//!
//! Owns that a credential is one account's, that its counter only grows, and that a removed one stays known as removed,
//! with neither key nor name. Leaves the ceremonies to `authenticators`.
//! Web Authentication Level 3 §6.1.1 (counter), §6.1.3 (backup), §7.1 step 26 (unique ids).

use portreeve_domain::{Fault, TenantId, Timestamp, UserId};

use crate::{Conn, Row, Tx};

const FIND: &str = "SELECT credential_index, user_id, credential_sealed, name_sealed, aaguid, counter, backup_eligible, backed_up, user_verified, attested, created_at, last_used_at FROM passkeys WHERE tenant_id = $1 AND credential_index = $2 AND removed_at IS NULL";
const OF_USER: &str = "SELECT credential_index, user_id, credential_sealed, name_sealed, aaguid, counter, backup_eligible, backed_up, user_verified, attested, created_at, last_used_at FROM passkeys WHERE tenant_id = $1 AND user_id = $2 AND removed_at IS NULL ORDER BY created_at, credential_index";
const COUNT: &str = "SELECT COUNT(*) FROM passkeys WHERE tenant_id = $1 AND user_id = $2 AND removed_at IS NULL";
const WAS_REMOVED: &str =
    "SELECT removed_at FROM passkeys WHERE tenant_id = $1 AND credential_index = $2 AND removed_at IS NOT NULL";
const INSERT: &str = "INSERT INTO passkeys (tenant_id, credential_index, user_id, credential_sealed, name_sealed, aaguid, counter, backup_eligible, backed_up, user_verified, attested, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (tenant_id, credential_index) DO NOTHING";
const RECORD_USE: &str = "UPDATE passkeys SET counter = $3, backed_up = $4, last_used_at = $5 WHERE tenant_id = $1 AND credential_index = $2 AND removed_at IS NULL AND (counter < $3 OR (counter = 0 AND $3 = 0))";
const RENAME: &str = "UPDATE passkeys SET name_sealed = $4 WHERE tenant_id = $1 AND user_id = $2 AND credential_index = $3 AND removed_at IS NULL";
const REMOVE: &str = "UPDATE passkeys SET removed_at = $4, credential_sealed = $5, name_sealed = $5, last_used_at = NULL WHERE tenant_id = $1 AND user_id = $2 AND credential_index = $3 AND removed_at IS NULL";
const REMOVE_SINCE: &str = "UPDATE passkeys SET removed_at = $4, credential_sealed = $5, name_sealed = $5, last_used_at = NULL WHERE tenant_id = $1 AND user_id = $2 AND created_at > $3 AND removed_at IS NULL";
const REMOVE_ALL: &str = "UPDATE passkeys SET removed_at = $3, credential_sealed = $4, name_sealed = $4, last_used_at = NULL WHERE tenant_id = $1 AND user_id = $2 AND removed_at IS NULL";

/// What stands in the sealed columns of a removed passkey.
const NOTHING: &[u8] = &[];

/// A passkey as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasskeyRow {
    /// Blind index of the credential's id.
    pub index: [u8; 32],
    /// Whose it is.
    pub user: UserId,
    /// The credential, sealed under the person's key.
    pub credential_sealed: Vec<u8>,
    /// What the person calls it, sealed likewise.
    pub name_sealed: Vec<u8>,
    /// The model of the authenticator, as it says itself unless `attested`.
    pub aaguid: [u8; 16],
    /// The signature counter that was seen last; 0 for authenticators that do not count.
    pub counter: i64,
    /// Whether it can be copied to other devices.
    pub backup_eligible: bool,
    /// Whether it was copied, as of its last use.
    pub backed_up: bool,
    /// Whether the authenticator verified the person when it was registered.
    pub user_verified: bool,
    /// Whether the model is attested by a trusted authority.
    pub attested: bool,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When it was last used to sign in; `None` for never.
    pub last_used_at: Option<Timestamp>,
}

/// What a use of a passkey changes.
#[derive(Clone, Copy, Debug)]
pub struct PasskeyUse {
    /// The counter that the authenticator showed.
    pub counter: i64,
    /// Whether the credential is backed up now.
    pub backed_up: bool,
    /// When.
    pub at: Timestamp,
}

/// Finds a passkey; removed ones are not found.
///
/// # Errors
/// A fault when the database is away.
pub async fn find(conn: &mut Conn, tenant: TenantId, index: &[u8; 32]) -> Result<Option<PasskeyRow>, Fault> {
    conn.optional(FIND, &[tenant.into(), index.into()], read).await
}

/// The passkeys of a person, oldest first.
///
/// # Errors
/// A fault when the database is away.
pub async fn of_user(conn: &mut Conn, tenant: TenantId, user: UserId) -> Result<Vec<PasskeyRow>, Fault> {
    conn.all(OF_USER, &[tenant.into(), (&user).into()], read).await
}

/// How many passkeys a person has.
///
/// # Errors
/// A fault when the database is away.
pub async fn count(conn: &mut Conn, tenant: TenantId, user: UserId) -> Result<i64, Fault> {
    conn.one(COUNT, &[tenant.into(), (&user).into()], |row| row.integer(0)).await
}

/// Whether a credential was an account's here and was removed; false for one that was never seen.
///
/// # Errors
/// A fault when the database is away.
pub async fn was_removed(conn: &mut Conn, tenant: TenantId, index: &[u8; 32]) -> Result<bool, Fault> {
    Ok(conn.optional(WAS_REMOVED, &[tenant.into(), index.into()], |row| row.integer(0)).await?.is_some())
}

/// Adds a passkey; false when its credential is somebody's already or was removed before.
///
/// # Errors
/// A fault when the database is away.
pub async fn insert(tx: &mut Tx, tenant: TenantId, passkey: &PasskeyRow) -> Result<bool, Fault> {
    let values = [
        tenant.into(),
        (&passkey.index).into(),
        (&passkey.user).into(),
        (&passkey.credential_sealed).into(),
        (&passkey.name_sealed).into(),
        (&passkey.aaguid).into(),
        passkey.counter.into(),
        passkey.backup_eligible.into(),
        passkey.backed_up.into(),
        passkey.user_verified.into(),
        passkey.attested.into(),
        passkey.created_at.into(),
    ];
    Ok(tx.execute(INSERT, &values).await? == 1)
}

/// Takes a use of a passkey: false when the counter did not grow, by another use meanwhile or because there are two copies
/// of a key that counts, or when the passkey was removed.
///
/// # Errors
/// A fault when the database is away.
pub async fn record_use(tx: &mut Tx, tenant: TenantId, index: &[u8; 32], used: PasskeyUse) -> Result<bool, Fault> {
    let values = [tenant.into(), index.into(), used.counter.into(), used.backed_up.into(), used.at.into()];
    Ok(tx.execute(RECORD_USE, &values).await? == 1)
}

/// Gives a person's passkey another name; false when the person has no such one.
///
/// # Errors
/// A fault when the database is away.
pub async fn rename(
    tx: &mut Tx,
    tenant: TenantId,
    user: UserId,
    index: &[u8; 32],
    name_sealed: &[u8],
) -> Result<bool, Fault> {
    Ok(tx.execute(RENAME, &[tenant.into(), (&user).into(), index.into(), name_sealed.into()]).await? == 1)
}

/// Removes a person's passkey and empties its row; false when the person has no such one.
///
/// # Errors
/// A fault when the database is away.
pub async fn remove(
    tx: &mut Tx,
    tenant: TenantId,
    user: UserId,
    index: &[u8; 32],
    now: Timestamp,
) -> Result<bool, Fault> {
    let values = [tenant.into(), (&user).into(), index.into(), now.into(), NOTHING.into()];
    Ok(tx.execute(REMOVE, &values).await? == 1)
}

/// Removes the passkeys of a person that were added after `since`, and returns how many there were.
///
/// # Errors
/// A fault when the database is away.
pub async fn remove_since(
    tx: &mut Tx,
    tenant: TenantId,
    user: UserId,
    since: Timestamp,
    now: Timestamp,
) -> Result<u64, Fault> {
    let values = [tenant.into(), (&user).into(), since.into(), now.into(), NOTHING.into()];
    tx.execute(REMOVE_SINCE, &values).await
}

/// Removes every passkey of a person and returns how many there were.
///
/// # Errors
/// A fault when the database is away.
pub async fn remove_all(tx: &mut Tx, tenant: TenantId, user: UserId, now: Timestamp) -> Result<u64, Fault> {
    tx.execute(REMOVE_ALL, &[tenant.into(), (&user).into(), now.into(), NOTHING.into()]).await
}

fn read(row: &Row<'_>) -> Result<PasskeyRow, Fault> {
    Ok(PasskeyRow {
        index: row.array(0)?,
        user: row.user(1)?,
        credential_sealed: row.bytes(2)?,
        name_sealed: row.bytes(3)?,
        aaguid: row.array(4)?,
        counter: row.integer(5)?,
        backup_eligible: row.boolean(6)?,
        backed_up: row.boolean(7)?,
        user_verified: row.boolean(8)?,
        attested: row.boolean(9)?,
        created_at: row.timestamp(10)?,
        last_used_at: row.optional_timestamp(11)?,
    })
}
