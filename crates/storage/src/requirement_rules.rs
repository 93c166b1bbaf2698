//! Requirements that operators add.

use portreeve_domain::{Fault, RequirementRule, TenantId, Timestamp};

use crate::{Conn, Tx};

const ALL: &str = "SELECT tenant_id, definition FROM requirement_rules ORDER BY tenant_id, id";
const UPSERT: &str = "INSERT INTO requirement_rules (tenant_id, id, definition, updated_at) VALUES ($1, $2, $3, $4) ON CONFLICT (tenant_id, id) DO UPDATE SET definition = excluded.definition, updated_at = excluded.updated_at";
const DELETE: &str = "DELETE FROM requirement_rules WHERE tenant_id = $1 AND id = $2";

/// The rules of every tenant. Needs a connection for all tenants.
///
/// # Errors
/// A fault when the database is away or a row is unreadable.
pub async fn all(conn: &mut Conn) -> Result<Vec<(TenantId, RequirementRule)>, Fault> {
    conn.all(ALL, &[], |row| {
        let definition =
            serde_json::from_str(&row.text(1)?).map_err(|e| Fault::new(e).while_doing("read a requirement"))?;
        Ok((row.tenant(0)?, definition))
    })
    .await
}

/// Sets a rule.
///
/// # Errors
/// A fault when the database is away.
pub async fn upsert(tx: &mut Tx, tenant: TenantId, rule: &RequirementRule, now: Timestamp) -> Result<(), Fault> {
    let definition = serde_json::to_string(rule).map_err(Fault::new)?;
    tx.execute(UPSERT, &[tenant.into(), (&rule.id).into(), (&definition).into(), now.into()]).await.map(drop)
}

/// Removes a rule; false when there is none.
///
/// # Errors
/// A fault when the database is away.
pub async fn delete(tx: &mut Tx, tenant: TenantId, id: &str) -> Result<bool, Fault> {
    Ok(tx.execute(DELETE, &[tenant.into(), id.into()]).await? == 1)
}
