//! What scopes mean, in words.

use portreeve_domain::{Fault, ScopeMeaning, TenantId, Timestamp};

use crate::{Conn, Tx};

const ALL: &str = "SELECT tenant_id, definition FROM scopes ORDER BY tenant_id, name";
const UPSERT: &str = "INSERT INTO scopes (tenant_id, name, definition, updated_at) VALUES ($1, $2, $3, $4) ON CONFLICT (tenant_id, name) DO UPDATE SET definition = excluded.definition, updated_at = excluded.updated_at";
const DELETE: &str = "DELETE FROM scopes WHERE tenant_id = $1 AND name = $2";

/// Every explained scope of every tenant. Needs a connection for all tenants.
///
/// # Errors
/// A fault when the database is away or a row is unreadable.
pub async fn all(conn: &mut Conn) -> Result<Vec<(TenantId, ScopeMeaning)>, Fault> {
    conn.all(ALL, &[], |row| {
        let definition =
            serde_json::from_str(&row.text(1)?).map_err(|e| Fault::new(e).while_doing("read the texts of a scope"))?;
        Ok((row.tenant(0)?, definition))
    })
    .await
}

/// Sets the texts of a scope.
///
/// # Errors
/// A fault when the database is away.
pub async fn upsert(tx: &mut Tx, tenant: TenantId, scope: &ScopeMeaning, now: Timestamp) -> Result<(), Fault> {
    let definition = serde_json::to_string(scope).map_err(Fault::new)?;
    tx.execute(UPSERT, &[tenant.into(), (&scope.name).into(), (&definition).into(), now.into()]).await.map(drop)
}

/// Removes the texts of a scope; false when there are none.
///
/// # Errors
/// A fault when the database is away.
pub async fn delete(tx: &mut Tx, tenant: TenantId, name: &str) -> Result<bool, Fault> {
    Ok(tx.execute(DELETE, &[tenant.into(), name.into()]).await? == 1)
}
