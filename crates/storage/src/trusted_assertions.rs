//! Assertions of trusted issuers already used (RFC 7523 §3).

use portreeve_domain::{Fault, TenantId, Timestamp};

use crate::Tx;

const INSERT: &str = "INSERT INTO trusted_assertions (tenant_id, issuer, jti_hash, expires_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";

/// Takes an assertion's `jti` (its SHA-256) until it expires; false when it was taken before.
///
/// # Errors
/// A fault when the database is away.
pub async fn take(
    tx: &mut Tx,
    tenant: TenantId,
    issuer: &str,
    jti_hash: &[u8; 32],
    expires_at: Timestamp,
) -> Result<bool, Fault> {
    Ok(tx.execute(INSERT, &[tenant.into(), issuer.into(), jti_hash.into(), expires_at.into()]).await? == 1)
}
