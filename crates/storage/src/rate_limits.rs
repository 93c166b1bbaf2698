//! What all nodes remember of attempts: one row an address or account, found by a keyed blind index.
//!
//! Taking a row holds others off it until the transaction ends, so a decision on its state is made by one node at a time.
//! What a state says is `domain`'s and stays closed here.

use portreeve_domain::{Fault, TenantId, Timestamp};

use crate::Tx;

const TAKE: &str = "INSERT INTO rate_limits (tenant_id, key, version, expires_at) VALUES ($1, $2, 1, $3) ON CONFLICT (tenant_id, key) DO UPDATE SET version = rate_limits.version + 1 RETURNING state, version";
const STORE: &str =
    "UPDATE rate_limits SET state = $4, expires_at = $5 WHERE tenant_id = $1 AND key = $2 AND version = $3";

/// A row that this transaction holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenLimit {
    /// What is remembered, as JSON; `None` when nothing is.
    pub state: Option<String>,
    version: i64,
}

impl TakenLimit {
    /// The same hold with what is to be remembered from now on.
    #[must_use]
    pub fn with_state(self, state: String) -> Self {
        Self { state: Some(state), ..self }
    }
}

/// Takes the row of `key`, new or not; others who want it wait until this transaction ends.
///
/// # Errors
/// A fault when the database is away.
pub async fn take(tx: &mut Tx, tenant: TenantId, key: &[u8; 32], now: Timestamp) -> Result<TakenLimit, Fault> {
    tx.one(TAKE, &[tenant.into(), key.into(), now.into()], |row| {
        Ok(TakenLimit { state: row.optional_text(0)?, version: row.integer(1)? })
    })
    .await
}

/// Stores the new state of a row that this transaction has taken.
///
/// # Errors
/// A fault when the database is away or the row was not taken.
pub async fn store(
    tx: &mut Tx,
    tenant: TenantId,
    key: &[u8; 32],
    taken: &TakenLimit,
    expires_at: Timestamp,
) -> Result<(), Fault> {
    let values = [tenant.into(), key.into(), taken.version.into(), taken.state.as_deref().into(), expires_at.into()];
    match tx.execute(STORE, &values).await? {
        1 => Ok(()),
        _ => Err(Fault::impossible("a rate limit was stored that is not held")),
    }
}
