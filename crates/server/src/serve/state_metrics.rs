//! Metrics of what waits: passwords for a thread, messages for delivery, events for the sealer, keys for their turn; and of what is unusual.
//!
//! Owns their names and when they are read: at a scrape, and never on a request's way. Labels are algorithms and levels; nothing here
//! tells of a person, a client or a tenant. `docs/metrics.md` describes each. S-112.

use std::sync::atomic::{AtomicU64, Ordering};

use portreeve_domain::risk::RiskLevel;
use portreeve_domain::{Fault, KeyTimes, Timestamp, rotation_due};
use portreeve_issuer::{ALGORITHMS, Issuer, PasswordLoad};
use portreeve_storage::{Wall, audit_chains, events, outbox};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};

/// The metrics that are read at a scrape.
#[derive(Default)]
pub(crate) struct StateMetrics {
    passwords_waiting: Gauge,
    passwords_begun: Counter,
    passwords_waited: Counter<f64, AtomicU64>,
    passwords_refused: Counter,
    unusual_sign_ins: Family<RiskLabels, Counter>,
    requests_over_quota: Counter,
    database_statements: Counter,
    token_reads: Counter,
    token_reads_remembered: Counter,
    outbox_pending: Gauge,
    outbox_oldest: Gauge,
    outbox_tried: Gauge,
    outbox_dead: Gauge,
    audit_unsealed: Gauge,
    audit_seal_lag: Gauge,
    audit_signature_lag: Gauge,
    key_rotation: Family<KeyLabels, Gauge>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct KeyLabels {
    algorithm: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RiskLabels {
    level: &'static str,
}

impl StateMetrics {
    /// Registers every one of them.
    pub(crate) fn register(registry: &mut Registry) -> Self {
        let new = Self::default();
        let seconds = || Unit::Seconds;
        registry.register(
            "portreeve_password_queue",
            "Passwords that wait for a thread",
            new.passwords_waiting.clone(),
        );
        registry.register("portreeve_password_hashes", "Passwords that a thread took up", new.passwords_begun.clone());
        registry.register_with_unit(
            "portreeve_password_wait",
            "How long those waited for their thread, together",
            seconds(),
            new.passwords_waited.clone(),
        );
        registry.register(
            "portreeve_password_refused",
            "Passwords that found the queue full; the caller was told to come back",
            new.passwords_refused.clone(),
        );
        registry.register(
            "portreeve_unusual_sign_ins",
            "Sign-ins that were unusual for their account when the first factor was proven",
            new.unusual_sign_ins.clone(),
        );
        registry.register(
            "portreeve_requests_over_quota",
            "Requests that were turned away because their tenant was over its quota",
            new.requests_over_quota.clone(),
        );
        registry.register(
            "portreeve_database_statements",
            "Statements that PostgreSQL was sent, each a round trip",
            new.database_statements.clone(),
        );
        registry.register(
            "portreeve_token_reads",
            "Facts about access tokens and their grants that requests asked PostgreSQL for",
            new.token_reads.clone(),
        );
        registry.register(
            "portreeve_token_reads_remembered",
            "Those that were remembered, so that it was not asked",
            new.token_reads_remembered.clone(),
        );
        registry.register("portreeve_outbox_pending", "Messages that wait to be delivered", new.outbox_pending.clone());
        registry.register_with_unit(
            "portreeve_outbox_oldest",
            "How long the oldest of them has waited",
            seconds(),
            new.outbox_oldest.clone(),
        );
        registry.register("portreeve_outbox_retrying", "Those that failed at least once", new.outbox_tried.clone());
        registry.register("portreeve_outbox_dead", "Messages that were given up", new.outbox_dead.clone());
        registry.register(
            "portreeve_audit_unsealed",
            "Audit events that have no number yet",
            new.audit_unsealed.clone(),
        );
        registry.register_with_unit(
            "portreeve_audit_seal_lag",
            "How long the oldest of them has waited",
            seconds(),
            new.audit_seal_lag.clone(),
        );
        registry.register_with_unit(
            "portreeve_audit_signature_lag",
            "How long the oldest numbered event has waited for a checkpoint",
            seconds(),
            new.audit_signature_lag.clone(),
        );
        registry.register_with_unit(
            "portreeve_signing_key_rotation",
            "Time until the next signing key takes over, in the tenant where that is soonest",
            seconds(),
            new.key_rotation.clone(),
        );
        new
    }

    /// Reads everything. What the database tells stays as it was while the database is away; `/readyz` tells that it is.
    pub(crate) async fn read(&self, issuer: &Issuer) {
        self.set_passwords(issuer.password_load());
        self.set_keys(issuer);
        for level in [RiskLevel::Elevated, RiskLevel::High] {
            let counter = self.unusual_sign_ins.get_or_create(&RiskLabels { level: level.name() });
            counter.inner().store(issuer.unusual_sign_ins.count(level), Ordering::Relaxed);
        }
        self.requests_over_quota.inner().store(issuer.requests_over_quota.count(), Ordering::Relaxed);
        self.database_statements.inner().store(issuer.store().statements_sent(), Ordering::Relaxed);
        let recall = issuer.store().recall_use();
        self.token_reads.inner().store(recall.asked, Ordering::Relaxed);
        self.token_reads_remembered.inner().store(recall.known, Ordering::Relaxed);
        // A scrape is no request that somebody waits for, and the next one comes soon.
        let _ = self.read_database(issuer).await;
    }

    async fn read_database(&self, issuer: &Issuer) -> Result<(), Fault> {
        let now = issuer.ambient().now();
        let age = |since: Option<Timestamp>| since.map_or(0, |since| now.since(since).as_seconds());
        let mut conn = issuer.store().read(Wall::All).await?;
        let backlog = outbox::backlog(&mut conn).await?;
        self.outbox_pending.set(backlog.pending);
        self.outbox_oldest.set(age(backlog.oldest));
        self.outbox_tried.set(backlog.tried);
        self.outbox_dead.set(backlog.dead);
        let unsealed = events::unsealed_of_all(&mut conn).await?;
        self.audit_unsealed.set(unsealed.count);
        self.audit_seal_lag.set(age(unsealed.oldest));
        self.audit_signature_lag.set(age(audit_chains::oldest_unsigned(&mut conn).await?));
        Ok(())
    }

    fn set_passwords(&self, load: PasswordLoad) {
        self.passwords_waiting.set(load.waiting.cast_signed());
        self.passwords_begun.inner().store(load.begun, Ordering::Relaxed);
        self.passwords_waited.inner().store(load.waited.as_secs_f64().to_bits(), Ordering::Relaxed);
        self.passwords_refused.inner().store(load.refused, Ordering::Relaxed);
    }

    fn set_keys(&self, issuer: &Issuer) {
        let (now, ahead) = (issuer.ambient().now(), issuer.settings().key_publish_ahead);
        let tenants = issuer.directory.all();
        for algorithm in ALGORITHMS {
            let due = tenants.iter().filter_map(|at| {
                let of_algorithm = at.signing.all().iter().filter(|known| known.key.algorithm() == algorithm);
                let times: Vec<KeyTimes> = of_algorithm.map(|known| known.times).collect();
                rotation_due(&times, now, ahead)
            });
            if let Some(due) = due.min() {
                let labels = KeyLabels { algorithm: algorithm.name() };
                self.key_rotation.get_or_create(&labels).set(due.as_seconds() - now.as_seconds());
            }
        }
    }
}
