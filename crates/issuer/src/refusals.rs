//! Refusals remembered for a day, so that `explain` can say why somebody was turned away.
//!
//! Owns the reference a client is shown, a bounded queue, and the batch written after the reply. Losing some is allowed,
//! slowing a request down is not; a flood of refusals fills the queue and the rest is dropped. What is kept is sealed and
//! holds no secret: a refusal's detail never does. DESIGN §5, §11 "explain".

use std::sync::{Arc, Mutex, PoisonError};

use portreeve_crypto::{AssociatedData, parse_public_id, public_id};
use portreeve_domain::{Fault, RefusalId, TenantId, Timestamp};
use portreeve_oidc::{Cause, Refusal};
use portreeve_storage::{Store, refusals};
use serde::{Deserialize, Serialize};

use crate::Issuer;
use crate::directory::TenantDirectory;

/// What a reference begins with.
const PREFIX: &str = "ref_";
/// How many refusals wait to be written; a day's worth at this rate is far beyond what anybody reads.
const QUEUE: usize = 1024;
/// How many are written in one transaction, so that nobody waits long behind them.
const BATCH: usize = 128;

/// What is remembered about a refusal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RememberedRefusal {
    /// The route's pattern, such as `/oauth2/token`.
    pub endpoint: String,
    /// The name of the cause.
    pub cause: String,
    /// The error code the client saw.
    pub error: String,
    /// The text the client saw.
    pub description: String,
    /// What exactly was wrong.
    pub detail: Option<String>,
}

/// A refusal, explained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The slug of the tenant.
    pub tenant: String,
    /// When it was refused.
    pub at: Timestamp,
    /// What was refused and why.
    pub refusal: RememberedRefusal,
}

/// The queue of refusals to be written.
#[derive(Clone, Default)]
pub(crate) struct Refusals(Arc<Mutex<Pending>>);

#[derive(Default)]
struct Pending {
    rows: Vec<PendingRow>,
    is_writing: bool,
}

struct PendingRow {
    tenant: TenantId,
    id: RefusalId,
    at: Timestamp,
    sealed: Vec<u8>,
}

impl RememberedRefusal {
    /// What there is to remember of a refusal at `endpoint`, the route's pattern.
    pub fn new(endpoint: &str, refusal: &Refusal) -> Self {
        let cause: Cause = refusal.cause;
        Self {
            endpoint: endpoint.to_owned(),
            cause: cause.name().to_owned(),
            error: cause.code().as_str().to_owned(),
            description: cause.description().to_owned(),
            detail: refusal.detail.clone(),
        }
    }
}

impl Issuer {
    /// Remembers a refusal and gives the reference to show; it is written later, and lost when too many wait.
    ///
    /// Must be called within a tokio runtime.
    ///
    /// # Errors
    /// A fault when it cannot be sealed or named.
    pub fn remember_refusal(&self, at: &TenantDirectory, refusal: &RememberedRefusal) -> Result<String, Fault> {
        let id = RefusalId::new(self.ambient.row_id());
        let text = serde_json::to_vec(refusal).map_err(Fault::new)?;
        let place_row = id.as_i64().to_be_bytes();
        let sealed = at.keys.seal.seal(self.ambient.random(), &place(at, &place_row), &text).map_err(Fault::new)?;
        let row = PendingRow { tenant: at.id(), id, at: self.ambient.now(), sealed };
        if self.refusals.push(row) {
            tokio::spawn(self.refusals.clone().write_all(self.store.clone()));
        }
        public_id(PREFIX, id.as_i64(), &at.keys.permutation).map_err(Fault::new)
    }

    /// Explains a reference; `None` when it is unknown, too old or was never written.
    ///
    /// # Errors
    /// A fault when the database is away or the row does not open.
    pub async fn explain(&self, reference: &str) -> Result<Option<Explanation>, Fault> {
        // A reference does not name its tenant; under another tenant's key it is no reference.
        for at in self.directory.all() {
            let Some(id) = parse_public_id(reference, PREFIX, &at.keys.permutation) else { continue };
            let mut conn = self.store.read(at.id()).await?;
            let Some((when, sealed)) = refusals::find(&mut conn, at.id(), RefusalId::new(id)).await? else { continue };
            let text = at.keys.seal.open(&place(&at, &id.to_be_bytes()), &sealed).map_err(Fault::new)?;
            let refusal =
                serde_json::from_slice(&text).map_err(|error| Fault::new(error).while_doing("read a refusal"))?;
            return Ok(Some(Explanation { tenant: at.tenant.slug.clone(), at: when, refusal }));
        }
        Ok(None)
    }
}

impl Refusals {
    /// Adds a row unless too many wait; true when somebody must begin to write.
    fn push(&self, row: PendingRow) -> bool {
        let mut pending = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if pending.rows.len() >= QUEUE {
            return false;
        }
        pending.rows.push(row);
        !std::mem::replace(&mut pending.is_writing, true)
    }

    /// The next rows to write; when there are none, writing has ended.
    fn take(&self) -> Vec<PendingRow> {
        let mut pending = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let batch = pending.rows.len().min(BATCH);
        pending.is_writing = batch > 0;
        pending.rows.drain(..batch).collect()
    }

    async fn write_all(self, store: Store) {
        loop {
            let rows = self.take();
            if rows.is_empty() {
                return;
            }
            if let Err(fault) = write(&store, &rows).await {
                tracing::warn!(%fault, lost = rows.len(), "refusals were not written");
            }
        }
    }
}

/// Writes the rows, one transaction for each run of one tenant.
async fn write(store: &Store, rows: &[PendingRow]) -> Result<(), Fault> {
    for run in rows.chunk_by(|one, other| one.tenant == other.tenant) {
        let Some(tenant) = run.first().map(|row| row.tenant) else { continue };
        let mut tx = store.begin(tenant).await?;
        for row in run {
            refusals::insert(&mut tx, tenant, row.id, row.at, &row.sealed).await?;
        }
        tx.commit().await?;
    }
    Ok(())
}

fn place<'a>(at: &TenantDirectory, id: &'a [u8; 8]) -> AssociatedData<'a> {
    AssociatedData { table: "refusals", column: "detail_sealed", row: id, tenant: at.id().as_i64() }
}

#[cfg(test)]
mod tests;
