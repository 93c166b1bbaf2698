//! Resource servers.

use portreeve_domain::{Fault, ResourceServer, TenantId, Timestamp};

use crate::{Conn, Tx};

const ALL: &str = "SELECT tenant_id, definition FROM resource_servers ORDER BY tenant_id, resource";
const UPSERT: &str = "INSERT INTO resource_servers (tenant_id, resource, definition, updated_at) VALUES ($1, $2, $3, $4) ON CONFLICT (tenant_id, resource) DO UPDATE SET definition = excluded.definition, updated_at = excluded.updated_at";
const DELETE: &str = "DELETE FROM resource_servers WHERE tenant_id = $1 AND resource = $2";

/// Every resource server of every tenant. Needs a connection for all tenants.
///
/// # Errors
/// A fault when the database is away or a row is unreadable.
pub async fn all(conn: &mut Conn) -> Result<Vec<(TenantId, ResourceServer)>, Fault> {
    conn.all(ALL, &[], |row| {
        let definition =
            serde_json::from_str(&row.text(1)?).map_err(|e| Fault::new(e).while_doing("read a resource server"))?;
        Ok((row.tenant(0)?, definition))
    })
    .await
}

/// Registers a resource server or replaces its definition.
///
/// # Errors
/// A fault when the database is away.
pub async fn upsert(tx: &mut Tx, tenant: TenantId, server: &ResourceServer, now: Timestamp) -> Result<(), Fault> {
    let definition = serde_json::to_string(server).map_err(Fault::new)?;
    tx.execute(UPSERT, &[tenant.into(), (&server.resource).into(), (&definition).into(), now.into()]).await.map(drop)
}

/// Removes a resource server; false when there is no such one.
///
/// # Errors
/// A fault when the database is away.
pub async fn delete(tx: &mut Tx, tenant: TenantId, resource: &str) -> Result<bool, Fault> {
    Ok(tx.execute(DELETE, &[tenant.into(), resource.into()]).await? == 1)
}
