//! Trusted issuers (RFC 7523 §2.1).

use portreeve_domain::{Fault, TenantId, Timestamp, TrustedIssuer};

use crate::{Conn, Tx};

const ALL: &str = "SELECT tenant_id, definition FROM trusted_issuers ORDER BY tenant_id, issuer";
const UPSERT: &str = "INSERT INTO trusted_issuers (tenant_id, issuer, definition, updated_at) VALUES ($1, $2, $3, $4) ON CONFLICT (tenant_id, issuer) DO UPDATE SET definition = excluded.definition, updated_at = excluded.updated_at";
const DELETE: &str = "DELETE FROM trusted_issuers WHERE tenant_id = $1 AND issuer = $2";

/// Every trusted issuer of every tenant. Needs a connection for all tenants.
///
/// # Errors
/// A fault when the database is away or a row is unreadable.
pub async fn all(conn: &mut Conn) -> Result<Vec<(TenantId, TrustedIssuer)>, Fault> {
    conn.all(ALL, &[], |row| {
        let definition =
            serde_json::from_str(&row.text(1)?).map_err(|e| Fault::new(e).while_doing("read a trusted issuer"))?;
        Ok((row.tenant(0)?, definition))
    })
    .await
}

/// Registers an issuer or replaces its definition.
///
/// # Errors
/// A fault when the database is away.
pub async fn upsert(tx: &mut Tx, tenant: TenantId, trusted: &TrustedIssuer, now: Timestamp) -> Result<(), Fault> {
    let definition = serde_json::to_string(trusted).map_err(Fault::new)?;
    tx.execute(UPSERT, &[tenant.into(), (&trusted.issuer).into(), (&definition).into(), now.into()]).await.map(drop)
}

/// Removes an issuer; false when there is no such one.
///
/// # Errors
/// A fault when the database is away.
pub async fn delete(tx: &mut Tx, tenant: TenantId, issuer: &str) -> Result<bool, Fault> {
    Ok(tx.execute(DELETE, &[tenant.into(), issuer.into()]).await? == 1)
}
