//! The version of what nodes keep in memory: tenants, clients, resource servers, signing keys.

use portreeve_domain::{Fault, TenantId};

use crate::{Conn, Tx};

const BUMP: &str = "UPDATE directory_version SET version = version + 1 WHERE tenant_id = $1";
const SUM: &str = "SELECT CAST(SUM(version) AS BIGINT) FROM directory_version";

/// Tells every node that a tenant's directory changed, as soon as the transaction commits.
///
/// # Errors
/// A fault when the tenant has no version row or the database is away.
pub async fn bump(tx: &mut Tx, tenant: TenantId) -> Result<(), Fault> {
    match tx.execute(BUMP, &[tenant.into()]).await? {
        1 => Ok(()),
        _ => Err(Fault::impossible("a tenant without a directory version")),
    }
}

/// A number that grows with every change of any tenant. Needs a connection for all tenants.
///
/// # Errors
/// A fault when the database is away.
pub async fn current(conn: &mut Conn) -> Result<i64, Fault> {
    conn.one(SUM, &[], |row| Ok(row.optional_integer(0)?.unwrap_or(0))).await
}
