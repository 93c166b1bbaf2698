//! Client assertions already used (RFC 7523 §3).

use portreeve_domain::{ClientId, Fault, TenantId, Timestamp};

use crate::Tx;

const TAKE: &str = "INSERT INTO client_assertions (tenant_id, client_id, jti_hash, expires_at) VALUES ($1, $2, $3, $4) ON CONFLICT (tenant_id, client_id, jti_hash) DO UPDATE SET expires_at = excluded.expires_at WHERE client_assertions.expires_at <= $5";

/// An assertion that is being used.
#[derive(Clone, Copy, Debug)]
pub struct UsedAssertion<'a> {
    /// Whose.
    pub client: &'a ClientId,
    /// SHA-256 of its `jti`.
    pub jti_hash: &'a [u8; 32],
    /// Until when the `jti` must not come again.
    pub expires_at: Timestamp,
}

/// Takes an assertion's `jti` until it expires; false when it was taken before and that has not run out.
///
/// # Errors
/// A fault when the database is away.
pub async fn take(tx: &mut Tx, tenant: TenantId, assertion: UsedAssertion<'_>, now: Timestamp) -> Result<bool, Fault> {
    let UsedAssertion { client, jti_hash, expires_at } = assertion;
    let values = [tenant.into(), client.into(), jti_hash.into(), expires_at.into(), now.into()];
    Ok(tx.execute(TAKE, &values).await? == 1)
}
