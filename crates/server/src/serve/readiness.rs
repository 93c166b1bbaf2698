//! Whether this process may be sent requests, and what it waits for when not.
//!
//! Owns the checks behind `/readyz`: the database answers, every tenant has a key to sign with, the process is not
//! draining. The schema is looked at when the process starts, by `schema.rs`. DESIGN §8, WANTED W5.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use portreeve_domain::Fault;
use portreeve_issuer::Issuer;
use portreeve_jose::Algorithm;
use portreeve_storage::{Wall, directory_versions};
use tokio::time::timeout;

/// How long the database may take to answer.
const PATIENCE: Duration = Duration::from_millis(1500);

/// The checks of one process. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Readiness {
    issuer: Arc<Issuer>,
    draining: Arc<AtomicBool>,
}

/// One check.
pub(crate) struct Check {
    pub(crate) name: &'static str,
    /// What is waited for; `None` when it is well.
    pub(crate) waiting_for: Option<String>,
}

impl Readiness {
    pub(crate) fn new(issuer: Arc<Issuer>) -> Self {
        Self { issuer, draining: Arc::new(AtomicBool::new(false)) }
    }

    /// From now on the process is not ready.
    pub(crate) fn drain(&self) {
        self.draining.store(true, Ordering::SeqCst);
    }

    /// Runs every check.
    pub(crate) async fn checks(&self) -> [Check; 3] {
        let draining = self.draining.load(Ordering::SeqCst).then(|| "the process is shutting down".to_owned());
        let database = match timeout(PATIENCE, self.read()).await {
            Ok(Ok(())) => None,
            Ok(Err(fault)) => Some(fault.to_string()),
            Err(_) => Some("the database does not answer".to_owned()),
        };
        [
            Check { name: "database", waiting_for: database },
            Check { name: "keys", waiting_for: self.missing_key() },
            Check { name: "not draining", waiting_for: draining },
        ]
    }

    async fn read(&self) -> Result<(), Fault> {
        let mut conn = self.issuer.store().read(Wall::All).await?;
        directory_versions::current(&mut conn).await.map(drop)
    }

    /// RS256 keys are made in the background and are waited for by the requests that need one.
    fn missing_key(&self) -> Option<String> {
        let mut tenants = self.issuer.directory.all().into_iter();
        let missing = tenants.find(|at| at.signing.active(Algorithm::Es256).is_err())?;
        Some(format!("the first signing key of tenant {}", missing.tenant.slug))
    }
}
