//! Terms in their present version.

use portreeve_domain::{Fault, TenantId, Terms, Timestamp};

use crate::{Conn, Tx};

const ALL: &str = "SELECT tenant_id, definition FROM terms ORDER BY tenant_id, id";
const UPSERT: &str = "INSERT INTO terms (tenant_id, id, version, definition, updated_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (tenant_id, id) DO UPDATE SET version = excluded.version, definition = excluded.definition, updated_at = excluded.updated_at";
const DELETE: &str = "DELETE FROM terms WHERE tenant_id = $1 AND id = $2";

/// The terms of every tenant. Needs a connection for all tenants.
///
/// # Errors
/// A fault when the database is away or a row is unreadable.
pub async fn all(conn: &mut Conn) -> Result<Vec<(TenantId, Terms)>, Fault> {
    conn.all(ALL, &[], |row| {
        let definition = serde_json::from_str(&row.text(1)?).map_err(|e| Fault::new(e).while_doing("read terms"))?;
        Ok((row.tenant(0)?, definition))
    })
    .await
}

/// Sets terms; another version takes the place of the one there was.
///
/// # Errors
/// A fault when the database is away.
pub async fn upsert(tx: &mut Tx, tenant: TenantId, terms: &Terms, now: Timestamp) -> Result<(), Fault> {
    let definition = serde_json::to_string(terms).map_err(Fault::new)?;
    let values = [tenant.into(), (&terms.id).into(), (&terms.version).into(), (&definition).into(), now.into()];
    tx.execute(UPSERT, &values).await.map(drop)
}

/// Removes terms; false when there are none.
///
/// # Errors
/// A fault when the database is away.
pub async fn delete(tx: &mut Tx, tenant: TenantId, id: &str) -> Result<bool, Fault> {
    Ok(tx.execute(DELETE, &[tenant.into(), id.into()]).await? == 1)
}
