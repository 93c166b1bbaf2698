//! Leases: whoever holds the row does the periodic work, owns the node number, or is the place that serves the database (`home`).

use portreeve_domain::{Fault, TenantId, Timestamp};

use crate::{Conn, Tx};

const TAKE: &str = "INSERT INTO leases (tenant_id, name, owner, fence, until) VALUES ($1, $2, $3, 1, $5) ON CONFLICT (tenant_id, name) DO UPDATE SET owner = excluded.owner, fence = leases.fence + 1, until = excluded.until WHERE leases.until <= $4 OR leases.owner = excluded.owner RETURNING fence";
const ALL: &str = "SELECT name, until FROM leases WHERE tenant_id = $1 ORDER BY name";
const OWNER: &str = "SELECT owner FROM leases WHERE tenant_id = $1 AND name = $2";
const GIVE: &str = "INSERT INTO leases (tenant_id, name, owner, fence, until) VALUES ($1, $2, $3, 1, 0) ON CONFLICT (tenant_id, name) DO UPDATE SET owner = excluded.owner, fence = leases.fence + 1, until = 0";
const RELEASE: &str = "UPDATE leases SET until = $4 WHERE tenant_id = $1 AND name = $2 AND owner = $3";

/// A lease as stored, held or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeaseRow {
    /// What is leased.
    pub name: String,
    /// From when on it is anybody's.
    pub until: Timestamp,
}

/// Every lease of a tenant, by name, those that ran out as well.
///
/// # Errors
/// A fault when the database is away.
pub async fn all(conn: &mut Conn, tenant: TenantId) -> Result<Vec<LeaseRow>, Fault> {
    conn.all(ALL, &[tenant.into()], |row| Ok(LeaseRow { name: row.text(0)?, until: row.timestamp(1)? })).await
}

/// Takes or renews a lease until `until`; the fence grows each time. `None` when another owner holds it.
///
/// # Errors
/// A fault when the database is away.
pub async fn take(
    tx: &mut Tx,
    tenant: TenantId,
    name: &str,
    owner: &str,
    now: Timestamp,
    until: Timestamp,
) -> Result<Option<i64>, Fault> {
    tx.optional(TAKE, &[tenant.into(), name.into(), owner.into(), now.into(), until.into()], |row| row.integer(0)).await
}

/// Who holds, or held, a lease; `None` when nobody ever did.
///
/// # Errors
/// A fault when the database is away.
pub async fn owner(conn: &mut Conn, tenant: TenantId, name: &str) -> Result<Option<String>, Fault> {
    conn.optional(OWNER, &[tenant.into(), name.into()], |row| row.text(0)).await
}

/// Gives a lease to somebody, whoever has it. It runs out at once: this is for one that nobody takes.
///
/// # Errors
/// A fault when the database is away.
pub async fn give(tx: &mut Tx, tenant: TenantId, name: &str, owner: &str) -> Result<(), Fault> {
    tx.execute(GIVE, &[tenant.into(), name.into(), owner.into()]).await.map(drop)
}

/// Gives a lease back: from `free_from` on it is anybody's. Nothing happens when another owner has it.
///
/// # Errors
/// A fault when the database is away.
pub async fn release(
    tx: &mut Tx,
    tenant: TenantId,
    name: &str,
    owner: &str,
    free_from: Timestamp,
) -> Result<(), Fault> {
    tx.execute(RELEASE, &[tenant.into(), name.into(), owner.into(), free_from.into()]).await.map(drop)
}
