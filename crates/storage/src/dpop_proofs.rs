//! DPoP proofs already used (RFC 9449 §11.1).

use portreeve_domain::{Fault, TenantId, Timestamp};

use crate::Tx;

const INSERT: &str =
    "INSERT INTO dpop_proofs (tenant_id, fingerprint, expires_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";

/// Takes a proof, by the fingerprint of its key and `jti`, until no node could accept it any more; false when it was
/// taken before.
///
/// # Errors
/// A fault when the database is away.
pub async fn take(tx: &mut Tx, tenant: TenantId, fingerprint: &[u8; 32], expires_at: Timestamp) -> Result<bool, Fault> {
    Ok(tx.execute(INSERT, &[tenant.into(), fingerprint.into(), expires_at.into()]).await? == 1)
}
