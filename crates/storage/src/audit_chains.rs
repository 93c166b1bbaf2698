//! Where each tenant's chain of events ends, and how much of it is signed.
//!
//! Owns the head: one row a tenant, moved by the sealer alone. Leaves links and signatures to `issuer::audit`.

use portreeve_domain::{Fault, TenantId, Timestamp};

use crate::{Conn, Tx};

const DUE: &str = "SELECT tenant_id FROM events WHERE sealed_sequence IS NULL UNION SELECT tenant_id FROM audit_chains WHERE unsigned_since <= $1";
const FIND: &str = "SELECT sequence, link, signed_sequence, unsigned_since FROM audit_chains WHERE tenant_id = $1";
const BEGIN: &str = "INSERT INTO audit_chains (tenant_id, sequence, link, signed_sequence) VALUES ($1, 0, $2, 0) ON CONFLICT (tenant_id) DO NOTHING";
const ADVANCE: &str = "UPDATE audit_chains SET sequence = $4, link = $5, signed_sequence = $6, unsigned_since = $7 WHERE tenant_id = $1 AND sequence = $2 AND signed_sequence = $3";
const OLDEST_UNSIGNED: &str = "SELECT MIN(unsigned_since) FROM audit_chains WHERE unsigned_since IS NOT NULL";

/// The end of a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChainHead {
    /// The number of the last sealed event; 0 when there is none.
    pub sequence: i64,
    /// The link after that event.
    pub link: [u8; 32],
    /// The number of the last event that a checkpoint covers.
    pub signed_sequence: i64,
    /// When the first event after that checkpoint was sealed; `None` when all are covered.
    pub unsigned_since: Option<Timestamp>,
}

/// The tenants that have unsealed events, or sealed ones that have waited for a checkpoint since `since` or longer.
/// Needs a connection for all tenants.
///
/// # Errors
/// A fault when the database is away.
pub async fn due(conn: &mut Conn, since: Timestamp) -> Result<Vec<TenantId>, Fault> {
    conn.all(DUE, &[since.into()], |row| row.tenant(0)).await
}

/// The head of a tenant's chain; `None` when nothing was sealed yet.
///
/// # Errors
/// A fault when the database is away.
pub async fn find(conn: &mut Conn, tenant: TenantId) -> Result<Option<ChainHead>, Fault> {
    conn.optional(FIND, &[tenant.into()], |row| {
        Ok(ChainHead {
            sequence: row.integer(0)?,
            link: row.array(1)?,
            signed_sequence: row.integer(2)?,
            unsigned_since: row.optional_timestamp(3)?,
        })
    })
    .await
}

/// Begins a tenant's chain at number 0 with its first link; one that has begun stays as it is.
///
/// # Errors
/// A fault when the database is away.
pub async fn begin(tx: &mut Tx, tenant: TenantId, link: &[u8; 32]) -> Result<(), Fault> {
    tx.execute(BEGIN, &[tenant.into(), link.into()]).await.map(drop)
}

/// Moves the head on; false when it is not where `from` says: another sealer was faster.
///
/// # Errors
/// A fault when the database is away.
pub async fn advance(tx: &mut Tx, tenant: TenantId, from: &ChainHead, to: &ChainHead) -> Result<bool, Fault> {
    let values = [
        tenant.into(),
        from.sequence.into(),
        from.signed_sequence.into(),
        to.sequence.into(),
        (&to.link).into(),
        to.signed_sequence.into(),
        to.unsigned_since.into(),
    ];
    Ok(tx.execute(ADVANCE, &values).await? == 1)
}

/// Since when the longest waiting chain has waited for a checkpoint, of all tenants; `None` when none waits. Needs a
/// connection for all tenants.
///
/// # Errors
/// A fault when the database is away.
pub async fn oldest_unsigned(conn: &mut Conn) -> Result<Option<Timestamp>, Fault> {
    conn.one(OLDEST_UNSIGNED, &[], |row| row.optional_timestamp(0)).await
}
