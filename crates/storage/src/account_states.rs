//! What a sign-in finds at an account, read in one statement: its factors, its address, what it agreed to.

use portreeve_domain::{ClientId, Fault, Scope, TenantId, Timestamp, UserId};

use crate::{Conn, consents};

const FIND: &str = "SELECT u.email_verified_at, (SELECT COUNT(*) FROM totp_credentials t WHERE t.tenant_id = $1 AND t.user_id = $2), (SELECT COUNT(*) FROM passkeys p WHERE p.tenant_id = $1 AND p.user_id = $2 AND p.removed_at IS NULL), (SELECT COUNT(*) FROM recovery_codes r WHERE r.tenant_id = $1 AND r.user_id = $2 AND r.consumed_at IS NULL), f.removed_at, c.scope FROM users u LEFT JOIN factor_recoveries f ON f.tenant_id = u.tenant_id AND f.user_id = u.id LEFT JOIN consents c ON c.tenant_id = u.tenant_id AND c.user_id = u.id AND c.client_id = $3 AND c.withdrawn_at IS NULL WHERE u.tenant_id = $1 AND u.id = $2 AND u.erased_at IS NULL";

/// An account, as far as a sign-in asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountState {
    /// When its address was proven.
    pub email_verified_at: Option<Timestamp>,
    /// Whether it has an authenticator app.
    pub has_totp: bool,
    /// How many passkeys it has.
    pub passkeys: i64,
    /// How many recovery codes are left.
    pub recovery_codes: i64,
    /// When its second factors were removed, of which another one is owed since.
    pub factors_removed_at: Option<Timestamp>,
    /// What the person agreed to for the client; `None` without a standing consent.
    pub consent: Option<Scope>,
}

/// Finds the state of an account, as `client` sees it; `None` when the person is gone.
///
/// # Errors
/// A fault when the database is away.
pub async fn find(
    conn: &mut Conn,
    tenant: TenantId,
    user: UserId,
    client: &ClientId,
) -> Result<Option<AccountState>, Fault> {
    conn.optional(FIND, &[tenant.into(), (&user).into(), client.into()], |row| {
        let consent = row.optional_text(5)?;
        Ok(AccountState {
            email_verified_at: row.optional_timestamp(0)?,
            has_totp: row.integer(1)? > 0,
            passkeys: row.integer(2)?,
            recovery_codes: row.integer(3)?,
            factors_removed_at: row.optional_timestamp(4)?,
            consent: consent.as_deref().map(consents::read_scope).transpose()?,
        })
    })
    .await
}
