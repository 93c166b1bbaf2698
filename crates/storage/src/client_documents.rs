//! Clients that are known by the document their identifier is the URL of.

use portreeve_domain::{ClientId, Fault, TenantId, Timestamp};

use crate::{Conn, Tx};

const RENEW_AT: &str = "SELECT renew_at FROM client_documents WHERE tenant_id = $1 AND client_id = $2";
const COUNT: &str = "SELECT COUNT(*) FROM client_documents WHERE tenant_id = $1";
const PUT: &str = "INSERT INTO client_documents (tenant_id, client_id, fetched_at, renew_at) VALUES ($1, $2, $3, $4) ON CONFLICT (tenant_id, client_id) DO UPDATE SET fetched_at = excluded.fetched_at, renew_at = excluded.renew_at";
const UNUSED: &str = "SELECT d.client_id FROM client_documents d WHERE d.tenant_id = $1 AND d.fetched_at < $2 AND (SELECT k.disabled_at FROM clients k WHERE k.tenant_id = $1 AND k.client_id = d.client_id) IS NULL AND (SELECT COUNT(*) FROM consents c WHERE c.tenant_id = $1 AND c.client_id = d.client_id) = 0 ORDER BY d.fetched_at";

/// When a client's document was fetched, and until when that is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DocumentAge {
    /// When it was fetched.
    pub fetched_at: Timestamp,
    /// When it is to be read again.
    pub renew_at: Timestamp,
}

/// When a client's document is to be read again; `None` for a client that is not known by one.
///
/// # Errors
/// A fault when the database is away.
pub async fn renew_at(conn: &mut Conn, tenant: TenantId, client: &ClientId) -> Result<Option<Timestamp>, Fault> {
    conn.optional(RENEW_AT, &[tenant.into(), client.into()], |row| row.timestamp(0)).await
}

/// How many clients are known by their documents.
///
/// # Errors
/// A fault when the database is away.
pub async fn count(conn: &mut Conn, tenant: TenantId) -> Result<i64, Fault> {
    conn.one(COUNT, &[tenant.into()], |row| row.integer(0)).await
}

/// The clients that are switched on, to whom nobody ever agreed, and whose document was last fetched before `before`, the oldest first.
///
/// # Errors
/// A fault when the database is away.
pub async fn unused(conn: &mut Conn, tenant: TenantId, before: Timestamp) -> Result<Vec<ClientId>, Fault> {
    conn.all(UNUSED, &[tenant.into(), before.into()], |row| row.client(0)).await
}

/// Remembers that a client's document was fetched; it goes with the client.
///
/// # Errors
/// A fault when the database is away.
pub async fn put(tx: &mut Tx, tenant: TenantId, client: &ClientId, age: DocumentAge) -> Result<(), Fault> {
    tx.execute(PUT, &[tenant.into(), client.into(), age.fetched_at.into(), age.renew_at.into()]).await.map(drop)
}
