//! What tenants want to know about people.

use portreeve_domain::{Attribute, Fault, TenantId, Timestamp};

use crate::{Conn, Tx};

const ALL: &str = "SELECT tenant_id, definition FROM attributes ORDER BY tenant_id, name";
const UPSERT: &str = "INSERT INTO attributes (tenant_id, name, definition, updated_at) VALUES ($1, $2, $3, $4) ON CONFLICT (tenant_id, name) DO UPDATE SET definition = excluded.definition, updated_at = excluded.updated_at";
const DELETE: &str = "DELETE FROM attributes WHERE tenant_id = $1 AND name = $2";

/// The attributes of every tenant. Needs a connection for all tenants.
///
/// # Errors
/// A fault when the database is away or a row is unreadable.
pub async fn all(conn: &mut Conn) -> Result<Vec<(TenantId, Attribute)>, Fault> {
    conn.all(ALL, &[], |row| {
        let definition =
            serde_json::from_str(&row.text(1)?).map_err(|e| Fault::new(e).while_doing("read an attribute"))?;
        Ok((row.tenant(0)?, definition))
    })
    .await
}

/// Sets an attribute.
///
/// # Errors
/// A fault when the database is away.
pub async fn upsert(tx: &mut Tx, tenant: TenantId, attribute: &Attribute, now: Timestamp) -> Result<(), Fault> {
    let definition = serde_json::to_string(attribute).map_err(Fault::new)?;
    tx.execute(UPSERT, &[tenant.into(), (&attribute.name).into(), (&definition).into(), now.into()]).await.map(drop)
}

/// Removes an attribute; false when there is none.
///
/// # Errors
/// A fault when the database is away.
pub async fn delete(tx: &mut Tx, tenant: TenantId, name: &str) -> Result<bool, Fault> {
    Ok(tx.execute(DELETE, &[tenant.into(), name.into()]).await? == 1)
}
