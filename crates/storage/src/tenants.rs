//! Tenants.

use portreeve_domain::{Fault, Tenant, TenantId, TenantSettings, Timestamp};

use crate::{Conn, Row, Tx};

const ALL: &str = "SELECT id, slug, settings, suspended_at FROM tenants ORDER BY id";
const TAKE_TURN: &str = "UPDATE directory_version SET version = version WHERE tenant_id = $1";
const NEXT_ID: &str = "SELECT COALESCE(MAX(id), 0) + 1 FROM tenants";
const INSERT: &str = "INSERT INTO tenants (id, slug, settings, created_at) VALUES ($1, $2, $3, $4)";
const FIRST_VERSION: &str = "INSERT INTO directory_version (tenant_id, version) VALUES ($1, 1)";
const UPDATE_SETTINGS: &str = "UPDATE tenants SET settings = $2 WHERE id = $1";
const SUSPEND: &str = "UPDATE tenants SET suspended_at = $2 WHERE id = $1";

/// Every tenant, oldest first. Needs a connection for all tenants.
///
/// # Errors
/// A fault when the database is away or a row is unreadable.
pub async fn all(conn: &mut Conn) -> Result<Vec<Tenant>, Fault> {
    conn.all(ALL, &[], read).await
}

/// Adds a tenant and returns its number. Needs a transaction for all tenants.
///
/// # Errors
/// A fault when the slug is taken or the database is away.
pub async fn insert(tx: &mut Tx, slug: &str, settings: &TenantSettings, now: Timestamp) -> Result<TenantId, Fault> {
    // Two at once would find the same number free; the row of the first tenant lets one go after the other.
    if tx.execute(TAKE_TURN, &[TenantId::DEFAULT.into()]).await? != 1 {
        return Err(Fault::impossible("the first tenant has no directory version"));
    }
    let id = tx.one(NEXT_ID, &[], |row| row.tenant(0)).await?;
    let settings = serde_json::to_string(settings).map_err(Fault::new)?;
    tx.execute(INSERT, &[id.into(), slug.into(), (&settings).into(), now.into()]).await?;
    tx.execute(FIRST_VERSION, &[id.into()]).await?;
    Ok(id)
}

/// Replaces a tenant's settings; false when there is no such tenant.
///
/// # Errors
/// A fault when the database is away.
pub async fn update_settings(tx: &mut Tx, tenant: TenantId, settings: &TenantSettings) -> Result<bool, Fault> {
    let settings = serde_json::to_string(settings).map_err(Fault::new)?;
    Ok(tx.execute(UPDATE_SETTINGS, &[tenant.into(), (&settings).into()]).await? == 1)
}

/// Suspends a tenant (`Some`) or takes it back into service (`None`); false when there is no such tenant.
///
/// # Errors
/// A fault when the database is away.
pub async fn suspend(tx: &mut Tx, tenant: TenantId, at: Option<Timestamp>) -> Result<bool, Fault> {
    Ok(tx.execute(SUSPEND, &[tenant.into(), at.into()]).await? == 1)
}

fn read(row: &Row<'_>) -> Result<Tenant, Fault> {
    Ok(Tenant {
        id: row.tenant(0)?,
        slug: row.text(1)?,
        settings: serde_json::from_str(&row.text(2)?).map_err(|e| Fault::new(e).while_doing("read tenant settings"))?,
        suspended_at: row.optional_timestamp(3)?,
    })
}
