//! People. Addresses and claims are ciphertext here; equality goes through the blind index.

use portreeve_domain::{Fault, Subject, TenantId, Timestamp, UserId};

use crate::recall::Bucket;
use crate::{Conn, Row, Tx, token_families};

const COLUMNS_BY_ID: &str = "SELECT id, subject, email_sealed, email_index, email_verified_at, claims_sealed, is_admin, created_at, updated_at, disabled_at FROM users WHERE tenant_id = $1 AND id = $2 AND erased_at IS NULL";
const COLUMNS_BY_EMAIL: &str = "SELECT id, subject, email_sealed, email_index, email_verified_at, claims_sealed, is_admin, created_at, updated_at, disabled_at FROM users WHERE tenant_id = $1 AND email_index = $2 AND erased_at IS NULL";
const COLUMNS_BY_SUBJECT: &str = "SELECT id, subject, email_sealed, email_index, email_verified_at, claims_sealed, is_admin, created_at, updated_at, disabled_at FROM users WHERE tenant_id = $1 AND subject = $2 AND erased_at IS NULL";
const LIST: &str = "SELECT id, subject, email_sealed, email_index, email_verified_at, claims_sealed, is_admin, created_at, updated_at, disabled_at FROM users WHERE tenant_id = $1 AND erased_at IS NULL AND id > $2 ORDER BY id LIMIT 500";
const ADMIN: &str =
    "SELECT id FROM users WHERE tenant_id = $1 AND is_admin AND disabled_at IS NULL AND erased_at IS NULL LIMIT 1";
const INSERT: &str = "INSERT INTO users (tenant_id, id, subject, email_sealed, email_index, email_verified_at, claims_sealed, is_admin, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING";
const UPDATE: &str = "UPDATE users SET email_sealed = $3, email_index = $4, email_verified_at = $5, claims_sealed = $6, is_admin = $7, updated_at = $8 WHERE tenant_id = $1 AND id = $2 AND erased_at IS NULL";
const VERIFY_EMAIL: &str = "UPDATE users SET email_verified_at = $4, updated_at = $4 WHERE tenant_id = $1 AND id = $2 AND email_index = $3 AND erased_at IS NULL AND email_verified_at IS NULL";
const SET_CLAIMS: &str = "UPDATE users SET claims_sealed = $4, updated_at = $5 WHERE tenant_id = $1 AND id = $2 AND claims_sealed = $3 AND erased_at IS NULL";
const SET_EMAIL: &str = "UPDATE users SET email_sealed = $4, email_index = $5, email_verified_at = $6, updated_at = $6 WHERE tenant_id = $1 AND id = $2 AND email_index = $3 AND erased_at IS NULL AND NOT EXISTS (SELECT 1 FROM users AS other WHERE other.tenant_id = $1 AND other.email_index = $5 AND other.id <> $2)";
const OTHER_ADMIN: &str = "SELECT id FROM users WHERE tenant_id = $1 AND is_admin AND disabled_at IS NULL AND erased_at IS NULL AND id <> $2 AND NOT EXISTS (SELECT 1 FROM account_deletions WHERE account_deletions.tenant_id = $1 AND account_deletions.user_id = users.id) LIMIT 1";
const HOLD_ADMINS: &str =
    "UPDATE users SET updated_at = updated_at WHERE tenant_id = $1 AND is_admin AND erased_at IS NULL";
const HOLD: &str = "UPDATE users SET updated_at = updated_at WHERE tenant_id = $1 AND id = $2 AND erased_at IS NULL";
const DISABLE: &str = "UPDATE users SET disabled_at = $3 WHERE tenant_id = $1 AND id = $2 AND erased_at IS NULL";
const ERASE: &str = "UPDATE users SET email_sealed = NULL, email_index = NULL, email_verified_at = NULL, claims_sealed = NULL, is_admin = FALSE, shut_out_at = NULL, erased_at = $3, updated_at = $3 WHERE tenant_id = $1 AND id = $2 AND erased_at IS NULL";

/// Rows that are a person's alone, in this order. What a request by the back channel came to is nobody's to know any more.
const TRACES: [&str; 15] = [
    "DELETE FROM account_drafts WHERE tenant_id = $1 AND session_id IN (SELECT id FROM sessions WHERE tenant_id = $1 AND user_id = $2)",
    "DELETE FROM sessions WHERE tenant_id = $1 AND user_id = $2",
    "DELETE FROM subject_links WHERE tenant_id = $1 AND user_id = $2",
    "DELETE FROM passkeys WHERE tenant_id = $1 AND user_id = $2",
    "DELETE FROM password_credentials WHERE tenant_id = $1 AND user_id = $2",
    "DELETE FROM totp_credentials WHERE tenant_id = $1 AND user_id = $2",
    "DELETE FROM recovery_codes WHERE tenant_id = $1 AND user_id = $2",
    "DELETE FROM consents WHERE tenant_id = $1 AND user_id = $2",
    "DELETE FROM terms_acceptances WHERE tenant_id = $1 AND user_id = $2",
    "DELETE FROM mailed_links WHERE tenant_id = $1 AND user_id = $2",
    "DELETE FROM email_changes WHERE tenant_id = $1 AND user_id = $2",
    "DELETE FROM phone_codes WHERE tenant_id = $1 AND user_id = $2",
    "DELETE FROM account_deletions WHERE tenant_id = $1 AND user_id = $2",
    "DELETE FROM factor_recoveries WHERE tenant_id = $1 AND user_id = $2",
    "DELETE FROM backchannel_authentications WHERE tenant_id = $1 AND user_id = $2",
];
const SIGN_OUT: &str = "UPDATE users SET sign_outs = sign_outs + 1 WHERE tenant_id = $1 AND id = $2";
const SIGN_IN_STATE: &str =
    "SELECT disabled_at, sign_outs FROM users WHERE tenant_id = $1 AND id = $2 AND erased_at IS NULL";
const FORGET_FAILURES: &str = "DELETE FROM factor_failures WHERE tenant_id = $1 AND user_id = $2";

/// A user as stored.
#[derive(Clone)]
pub struct UserRow {
    /// Who.
    pub id: UserId,
    /// The public subject identifier.
    pub subject: Subject,
    /// The address as typed, sealed under the person's key.
    pub email_sealed: Option<Vec<u8>>,
    /// The blind index of the canonical address.
    pub email_index: Option<[u8; 32]>,
    /// When the address was proven.
    pub email_verified_at: Option<Timestamp>,
    /// The claims as JSON, sealed under the person's key.
    pub claims_sealed: Option<Vec<u8>>,
    /// Whether the person administers this tenant.
    pub is_admin: bool,
    /// When the account was made.
    pub created_at: Timestamp,
    /// When the claims or the address last changed.
    pub updated_at: Timestamp,
    /// When the account was switched off.
    pub disabled_at: Option<Timestamp>,
}

/// What ends sign-ins that are under way into an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignInState {
    /// When it was switched off; `None` while it is in service.
    pub disabled_at: Option<Timestamp>,
    /// How often everybody was signed out of it.
    pub sign_outs: i64,
}

/// Finds a user by id; erased ones are not found.
///
/// # Errors
/// A fault when the database is away.
pub async fn find(conn: &mut Conn, tenant: TenantId, user: UserId) -> Result<Option<UserRow>, Fault> {
    conn.optional(COLUMNS_BY_ID, &[tenant.into(), (&user).into()], read).await
}

/// Holds the row of a user until the transaction ends, so that what depends on several rows of a person is decided one after
/// the other; false when there is no such user.
///
/// # Errors
/// A fault when the database is away.
pub async fn hold(tx: &mut Tx, tenant: TenantId, user: UserId) -> Result<bool, Fault> {
    Ok(tx.execute(HOLD, &[tenant.into(), (&user).into()]).await? == 1)
}

/// Finds a user by the blind index of the canonical address.
///
/// # Errors
/// A fault when the database is away.
pub async fn find_by_email(conn: &mut Conn, tenant: TenantId, index: &[u8; 32]) -> Result<Option<UserRow>, Fault> {
    conn.optional(COLUMNS_BY_EMAIL, &[tenant.into(), index.into()], read).await
}

/// Finds a user by public subject.
///
/// # Errors
/// A fault when the database is away.
pub async fn find_by_subject(conn: &mut Conn, tenant: TenantId, subject: &str) -> Result<Option<UserRow>, Fault> {
    conn.optional(COLUMNS_BY_SUBJECT, &[tenant.into(), subject.into()], read).await
}

/// Up to 500 users after `after`, by id; `None` begins.
///
/// # Errors
/// A fault when the database is away.
pub async fn list(conn: &mut Conn, tenant: TenantId, after: Option<UserId>) -> Result<Vec<UserRow>, Fault> {
    let after = after.unwrap_or(UserId::from_bytes([0; 16]));
    conn.all(LIST, &[tenant.into(), (&after).into()], read).await
}

/// Adds a user; false when the address belongs to somebody else already.
///
/// # Errors
/// A fault when the database is away.
pub async fn insert(tx: &mut Tx, tenant: TenantId, user: &UserRow) -> Result<bool, Fault> {
    let values = [
        tenant.into(),
        (&user.id).into(),
        user.subject.as_str().into(),
        user.email_sealed.as_deref().into(),
        user.email_index.as_ref().map(<[u8; 32]>::as_slice).into(),
        user.email_verified_at.into(),
        user.claims_sealed.as_deref().into(),
        user.is_admin.into(),
        user.created_at.into(),
        user.updated_at.into(),
    ];
    Ok(tx.execute(INSERT, &values).await? == 1)
}

/// Replaces address, claims and role; false when there is no such user.
///
/// # Errors
/// A fault when the address belongs to somebody else or the database is away.
pub async fn update(tx: &mut Tx, tenant: TenantId, user: &UserRow) -> Result<bool, Fault> {
    let values = [
        tenant.into(),
        (&user.id).into(),
        user.email_sealed.as_deref().into(),
        user.email_index.as_ref().map(<[u8; 32]>::as_slice).into(),
        user.email_verified_at.into(),
        user.claims_sealed.as_deref().into(),
        user.is_admin.into(),
        user.updated_at.into(),
    ];
    tx.ends(Bucket::of_user(user.id));
    Ok(tx.execute(UPDATE, &values).await? == 1)
}

/// Replaces the claims `old`; false when they are others by now.
///
/// # Errors
/// A fault when the database is away.
pub async fn set_claims(
    tx: &mut Tx,
    tenant: TenantId,
    user: UserId,
    old: &[u8],
    new: &[u8],
    now: Timestamp,
) -> Result<bool, Fault> {
    Ok(tx.execute(SET_CLAIMS, &[tenant.into(), (&user).into(), old.into(), new.into(), now.into()]).await? == 1)
}

/// Marks the address as proven; false when it was before, or is another by now.
///
/// # Errors
/// A fault when the database is away.
pub async fn verify_email(
    tx: &mut Tx,
    tenant: TenantId,
    user: UserId,
    index: &[u8; 32],
    now: Timestamp,
) -> Result<bool, Fault> {
    Ok(tx.execute(VERIFY_EMAIL, &[tenant.into(), (&user).into(), index.into(), now.into()]).await? == 1)
}

/// A proven address that takes the place of another.
pub struct NewEmail<'a> {
    /// The address, sealed under the person's key.
    pub sealed: &'a [u8],
    /// Its blind index.
    pub index: &'a [u8; 32],
    /// When it was proven.
    pub verified_at: Timestamp,
}

/// Replaces the address with the index `old` by a proven one; false when it is another by now, or somebody has the new one.
///
/// # Errors
/// A fault when the database is away, or somebody gets the new address at the same moment: the caller holds it.
pub async fn set_email(
    tx: &mut Tx,
    tenant: TenantId,
    user: UserId,
    old: &[u8; 32],
    new: &NewEmail<'_>,
) -> Result<bool, Fault> {
    let values =
        [tenant.into(), (&user).into(), old.into(), new.sealed.into(), new.index.into(), new.verified_at.into()];
    tx.ends(Bucket::of_user(user));
    Ok(tx.execute(SET_EMAIL, &values).await? == 1)
}

/// Whether somebody who can sign in administers the tenant.
///
/// # Errors
/// A fault when the database is away.
pub async fn has_admin(conn: &mut Conn, tenant: TenantId) -> Result<bool, Fault> {
    Ok(conn.optional(ADMIN, &[tenant.into()], |row| row.user(0)).await?.is_some())
}

/// Whether another administrator than `user` can sign in and does not leave.
///
/// # Errors
/// A fault when the database is away.
pub async fn has_other_admin(conn: &mut Conn, tenant: TenantId, user: UserId) -> Result<bool, Fault> {
    Ok(conn.optional(OTHER_ADMIN, &[tenant.into(), (&user).into()], |row| row.user(0)).await?.is_some())
}

/// Holds the rows of all administrators until the transaction ends, so that they leave one after the other.
///
/// # Errors
/// A fault when the database is away.
pub async fn hold_admins(tx: &mut Tx, tenant: TenantId) -> Result<(), Fault> {
    tx.execute(HOLD_ADMINS, &[tenant.into()]).await.map(drop)
}

/// Switches an account off (`Some`) or on (`None`); false when there is no such user.
///
/// # Errors
/// A fault when the database is away.
pub async fn disable(tx: &mut Tx, tenant: TenantId, user: UserId, at: Option<Timestamp>) -> Result<bool, Fault> {
    tx.ends(Bucket::of_user(user));
    Ok(tx.execute(DISABLE, &[tenant.into(), (&user).into(), at.into()]).await? == 1)
}

/// Removes everything readable, the index, and every row that is the person's alone. The row of the user stays, so that the
/// subject is never reassigned (OIDC Core §5.7); grants and access tokens, which must be revoked, stay bare until they are
/// swept. False when there is no such user.
///
/// # Errors
/// A fault when the database is away.
pub async fn erase(tx: &mut Tx, tenant: TenantId, user: UserId, now: Timestamp) -> Result<bool, Fault> {
    tx.ends(Bucket::of_user(user));
    let is_erased = tx.execute(ERASE, &[tenant.into(), (&user).into(), now.into()]).await? == 1;
    if is_erased {
        for statement in TRACES {
            tx.execute(statement, &[tenant.into(), (&user).into()]).await?;
        }
        forget_failures(tx, tenant, user).await?;
        token_families::strip_of_user(tx, tenant, user).await?;
    }
    Ok(is_erased)
}

/// Counts that everybody was signed out of an account, which is held until the transaction ends.
///
/// # Errors
/// A fault when the database is away.
pub async fn sign_out(tx: &mut Tx, tenant: TenantId, user: UserId) -> Result<(), Fault> {
    tx.execute(SIGN_OUT, &[tenant.into(), (&user).into()]).await.map(drop)
}

/// What ends sign-ins that are under way into an account; `None` when it is gone.
///
/// # Errors
/// A fault when the database is away.
pub async fn sign_in_state(conn: &mut Conn, tenant: TenantId, user: UserId) -> Result<Option<SignInState>, Fault> {
    let read = |row: &Row<'_>| Ok(SignInState { disabled_at: row.optional_timestamp(0)?, sign_outs: row.integer(1)? });
    conn.optional(SIGN_IN_STATE, &[tenant.into(), (&user).into()], read).await
}

/// Forgets the failures that are counted under an id: a person's, or what stands for their address.
///
/// # Errors
/// A fault when the database is away.
pub async fn forget_failures(tx: &mut Tx, tenant: TenantId, counted_under: UserId) -> Result<(), Fault> {
    tx.execute(FORGET_FAILURES, &[tenant.into(), (&counted_under).into()]).await.map(drop)
}

fn read(row: &Row<'_>) -> Result<UserRow, Fault> {
    Ok(UserRow {
        id: row.user(0)?,
        subject: Subject::new(row.text(1)?),
        email_sealed: row.optional_bytes(2)?,
        email_index: row.optional_array(3)?,
        email_verified_at: row.optional_timestamp(4)?,
        claims_sealed: row.optional_bytes(5)?,
        is_admin: row.boolean(6)?,
        created_at: row.timestamp(7)?,
        updated_at: row.timestamp(8)?,
        disabled_at: row.optional_timestamp(9)?,
    })
}
