//! Keeping every tenant's keys on schedule, and the operator's two levers: rotate and revoke.
//!
//! Owns making signing keys and moving them through their phases, each move with its event; those that others encrypt with
//! are `encryption_keys`'. Leaves the decision to
//! `domain::schedule_step`. Safe on many nodes: the insertion of a key is cheap to repeat and a promotion is guarded.

use std::collections::BTreeSet;
use std::sync::Arc;

use portreeve_domain::{Actor, Event, EventType, Fault, KeyPhase, KeyTimes, ScheduleStep, schedule_step};
use portreeve_jose::{Algorithm, DecryptionKeyType, SigningKey};
use portreeve_storage::signing_keys::{self, SigningKeyRow};
use portreeve_storage::{Tx, directory_versions, encryption_keys};

use crate::Issuer;
use crate::audit;
use crate::directory::TenantDirectory;
use crate::signing_keys::place;

/// The algorithms every tenant signs with: ES256 is ours, RS256 is what OIDC Core §15.1 demands. A tenant has keys for others
/// once a client of it wants them.
pub const ALGORITHMS: [Algorithm; 2] = [Algorithm::Es256, Algorithm::Rs256];

/// What an operator's request about keys led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyChange {
    /// Done; every node follows within a second.
    Done,
    /// There is no such key, or it is past that.
    NotFound,
}

/// What a tenant signs with: what every tenant does, what its clients registered, and what it has keys for, which go on
/// until they are retired.
fn algorithms_of(tenant: &TenantDirectory) -> BTreeSet<Algorithm> {
    let registered = tenant.clients.values().flat_map(|client| {
        let metadata = &client.metadata;
        [
            metadata.id_token_signed_response_alg.as_deref(),
            metadata.userinfo_signed_response_alg.as_deref(),
            metadata.authorization_signed_response_alg.as_deref(),
            metadata.introspection_signed_response_alg.as_deref(),
        ]
    });
    let registered = registered.flatten().filter_map(Algorithm::parse);
    let in_use = tenant.signing.all().iter().map(|known| known.key.algorithm());
    ALGORITHMS.into_iter().chain(registered).chain(in_use).collect()
}

/// The lives of a tenant's keys of one algorithm.
fn times(tenant: &TenantDirectory, algorithm: Algorithm) -> Vec<KeyTimes> {
    tenant.signing.all().iter().filter(|known| known.key.algorithm() == algorithm).map(|known| known.times).collect()
}

impl Issuer {
    /// Makes a key of each algorithm that a tenant has none of to sign with.
    ///
    /// # Errors
    /// A fault when the database is away; what was done before stays.
    pub(crate) async fn make_first_keys(&self) -> Result<(), Fault> {
        let mut made = false;
        for tenant in self.directory.all() {
            for algorithm in algorithms_of(&tenant) {
                let step =
                    schedule_step(&times(&tenant, algorithm), self.ambient.now(), self.settings.key_publish_ahead);
                if step == ScheduleStep::CreateActive {
                    self.create_key(&tenant, algorithm, KeyPhase::Active).await?;
                    made = true;
                }
            }
        }
        if made {
            self.directory.reload().await?;
        }
        Ok(())
    }

    /// Does whatever the schedule of any tenant wants done now; true when something was.
    ///
    /// # Errors
    /// A fault when the database is away; what was done before stays.
    pub async fn keep_keys_on_schedule(&self) -> Result<bool, Fault> {
        let mut changed = false;
        for tenant in self.directory.all() {
            for algorithm in algorithms_of(&tenant) {
                changed |= self.keep_algorithm_on_schedule(&tenant, algorithm).await?;
            }
            changed |= self.keep_encryption_keys(&tenant).await?;
        }
        if changed {
            self.directory.reload().await?;
        }
        Ok(changed)
    }

    /// Makes the staged key of every algorithm sign at once, and new encryption keys; `keys rotate`.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn rotate_keys(&self, tenant: &Arc<TenantDirectory>) -> Result<(), Fault> {
        for algorithm in algorithms_of(tenant) {
            self.promote_staged(tenant, algorithm).await?;
        }
        for key_type in DecryptionKeyType::ALL {
            self.publish_encryption_key(tenant, key_type).await?;
        }
        self.directory.reload().await?;
        self.keep_keys_on_schedule().await.map(drop)
    }

    /// Revokes a key at once: it leaves the JWKS, and nothing it signed counts, nor what is encrypted to it; `keys revoke`.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn revoke_key(&self, tenant: &Arc<TenantDirectory>, kid: &str) -> Result<KeyChange, Fault> {
        let now = self.ambient.now();
        let mut tx = self.store.begin(tenant.id()).await?;
        if !signing_keys::revoke(&mut tx, tenant.id(), kid, now).await?
            && !encryption_keys::revoke(&mut tx, tenant.id(), kid, now).await?
        {
            return Ok(KeyChange::NotFound);
        }
        let event = Event::new(EventType::KeyRevoked, now, Actor::Operator).with("kid", kid);
        audit::record(&mut tx, &self.ambient, tenant, event).await?;
        directory_versions::bump(&mut tx, tenant.id()).await?;
        tx.commit().await?;
        self.directory.reload().await?;
        self.keep_keys_on_schedule().await?;
        Ok(KeyChange::Done)
    }

    /// Follows the schedule of one algorithm until it rests: at most three steps lead there.
    async fn keep_algorithm_on_schedule(
        &self,
        tenant: &Arc<TenantDirectory>,
        algorithm: Algorithm,
    ) -> Result<bool, Fault> {
        let mut times = times(tenant, algorithm);
        let mut changed = false;
        for _ in 0..3 {
            let now = self.ambient.now();
            match schedule_step(&times, now, self.settings.key_publish_ahead) {
                ScheduleStep::Rest => break,
                ScheduleStep::CreateActive => times.push(self.create_key(tenant, algorithm, KeyPhase::Active).await?),
                ScheduleStep::CreateStaged => times.push(self.create_key(tenant, algorithm, KeyPhase::Staged).await?),
                ScheduleStep::Promote => {
                    self.promote_staged(tenant, algorithm).await?;
                    // What is active has changed in the database; the next round looks at it afresh.
                    return Ok(true);
                }
            }
            changed = true;
        }
        Ok(changed)
    }

    async fn create_key(
        &self,
        tenant: &Arc<TenantDirectory>,
        algorithm: Algorithm,
        phase: KeyPhase,
    ) -> Result<KeyTimes, Fault> {
        // An RSA key takes a good part of a second: not on a thread that serves requests.
        let made = tokio::task::spawn_blocking(move || SigningKey::generate(algorithm)).await.map_err(Fault::new)?;
        let made = made.map_err(Fault::new)?;
        let key = SigningKey::from_pkcs8(algorithm, &made.pkcs8).map_err(Fault::new)?;
        let now = self.ambient.now();
        let activated_at = (phase == KeyPhase::Active).then_some(now);
        let times = KeyTimes { published_at: now, activated_at, retired_from_signing_at: None, revoked_at: None };
        let sealed = tenant.keys.seal.seal(self.ambient.random(), &place(tenant.id(), key.kid()), &made.pkcs8);
        let row = SigningKeyRow {
            tenant: tenant.id(),
            kid: key.kid().to_owned(),
            algorithm: algorithm.name().to_owned(),
            private_sealed: sealed.map_err(Fault::new)?,
            times,
        };
        let mut tx = self.store.begin(tenant.id()).await?;
        signing_keys::insert(&mut tx, &row).await?;
        self.record_key(&mut tx, tenant, EventType::KeyCreated, &row.kid, algorithm).await?;
        directory_versions::bump(&mut tx, tenant.id()).await?;
        tx.commit().await?;
        Ok(times)
    }

    async fn promote_staged(&self, tenant: &Arc<TenantDirectory>, algorithm: Algorithm) -> Result<(), Fault> {
        let now = self.ambient.now();
        let staged = tenant
            .signing
            .all()
            .iter()
            .filter(|known| known.key.algorithm() == algorithm && known.times.phase(now) == KeyPhase::Staged)
            .min_by_key(|known| known.times.published_at);
        let Some(staged) = staged else { return Ok(()) };
        let mut tx = self.store.begin(tenant.id()).await?;
        if signing_keys::promote(&mut tx, tenant.id(), algorithm.name(), staged.key.kid(), now).await? {
            self.record_key(&mut tx, tenant, EventType::KeyActivated, staged.key.kid(), algorithm).await?;
            directory_versions::bump(&mut tx, tenant.id()).await?;
        }
        tx.commit().await
    }

    async fn record_key(
        &self,
        tx: &mut Tx,
        tenant: &TenantDirectory,
        kind: EventType,
        kid: &str,
        algorithm: Algorithm,
    ) -> Result<(), Fault> {
        let event = Event::new(kind, self.ambient.now(), Actor::System).with("kid", kid).with("alg", algorithm.name());
        audit::record(tx, &self.ambient, tenant, event).await
    }
}
