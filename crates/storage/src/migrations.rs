//! Schema migrations: one text for both databases, a forced difference under the same number in a folder of its own.
//!
//! Owns their order, the record of what was applied, and the plan. Leaves when to run them to the command line. A migration
//! is applied with its record in one transaction, so it is never half there. DESIGN §3.

use portreeve_domain::{Fault, Timestamp};

use crate::driver::{Store, Wall};

/// A migration, for both databases or for one of them.
struct Migration {
    number: i64,
    name: &'static str,
    sqlite: Option<&'static str>,
    postgres: Option<&'static str>,
}

const SPINE: &str = include_str!("../../../migrations/0001_spine.sql");
const PUSHED_REQUESTS: &str = include_str!("../../../migrations/0006_pushed_requests.sql");
const DPOP_PROOFS: &str = include_str!("../../../migrations/0007_dpop_proofs.sql");

const GRANTS: &str = include_str!("../../../migrations/0009_grants.sql");

const MIGRATIONS: &[Migration] = &[
    Migration { number: 1, name: "spine", sqlite: Some(SPINE), postgres: Some(SPINE) },
    Migration {
        number: 2,
        name: "row_level_security",
        sqlite: None,
        postgres: Some(include_str!("../../../migrations/postgres/0002_row_level_security.sql")),
    },
    Migration {
        number: 3,
        name: "scopes",
        sqlite: Some(include_str!("../../../migrations/0003_scopes.sql")),
        postgres: Some(concat!(
            include_str!("../../../migrations/0003_scopes.sql"),
            include_str!("../../../migrations/postgres/0003_scopes.sql")
        )),
    },
    Migration {
        number: 4,
        name: "audit_chain",
        sqlite: Some(include_str!("../../../migrations/0004_audit_chain.sql")),
        postgres: Some(concat!(
            include_str!("../../../migrations/0004_audit_chain.sql"),
            include_str!("../../../migrations/postgres/0004_audit_chain.sql")
        )),
    },
    Migration {
        number: 5,
        name: "rate_limits",
        sqlite: Some(include_str!("../../../migrations/0005_rate_limits.sql")),
        postgres: Some(concat!(
            include_str!("../../../migrations/0005_rate_limits.sql"),
            include_str!("../../../migrations/postgres/0005_rate_limits.sql")
        )),
    },
    Migration {
        number: 6,
        name: "pushed_requests",
        sqlite: Some(PUSHED_REQUESTS),
        postgres: Some(concat!(
            include_str!("../../../migrations/0006_pushed_requests.sql"),
            include_str!("../../../migrations/postgres/0006_pushed_requests.sql")
        )),
    },
    Migration {
        number: 7,
        name: "dpop_proofs",
        sqlite: Some(DPOP_PROOFS),
        postgres: Some(concat!(
            include_str!("../../../migrations/0007_dpop_proofs.sql"),
            include_str!("../../../migrations/postgres/0007_dpop_proofs.sql"),
        )),
    },
    Migration {
        number: 9,
        name: "grants",
        sqlite: Some(GRANTS),
        postgres: Some(concat!(
            include_str!("../../../migrations/0009_grants.sql"),
            include_str!("../../../migrations/postgres/0009_grants.sql")
        )),
    },
    Migration {
        number: 10,
        name: "client_registration",
        sqlite: Some(include_str!("../../../migrations/0010_client_registration.sql")),
        postgres: Some(concat!(
            include_str!("../../../migrations/0010_client_registration.sql"),
            include_str!("../../../migrations/postgres/0010_client_registration.sql")
        )),
    },
    Migration {
        number: 11,
        name: "email_changes",
        sqlite: Some(include_str!("../../../migrations/0011_email_changes.sql")),
        postgres: Some(concat!(
            include_str!("../../../migrations/0011_email_changes.sql"),
            include_str!("../../../migrations/postgres/0011_email_changes.sql")
        )),
    },
    Migration {
        number: 12,
        name: "encryption_keys",
        sqlite: Some(include_str!("../../../migrations/0012_encryption_keys.sql")),
        postgres: Some(concat!(
            include_str!("../../../migrations/0012_encryption_keys.sql"),
            include_str!("../../../migrations/postgres/0012_encryption_keys.sql")
        )),
    },
    Migration {
        number: 13,
        name: "passkeys",
        sqlite: Some(include_str!("../../../migrations/0013_passkeys.sql")),
        postgres: Some(concat!(
            include_str!("../../../migrations/0013_passkeys.sql"),
            include_str!("../../../migrations/postgres/0013_passkeys.sql")
        )),
    },
    Migration {
        number: 14,
        name: "account",
        sqlite: Some(include_str!("../../../migrations/0014_account.sql")),
        postgres: Some(concat!(
            include_str!("../../../migrations/0014_account.sql"),
            include_str!("../../../migrations/postgres/0014_account.sql")
        )),
    },
    Migration {
        number: 15,
        name: "account_deletions",
        sqlite: Some(include_str!("../../../migrations/0015_account_deletions.sql")),
        postgres: Some(concat!(
            include_str!("../../../migrations/0015_account_deletions.sql"),
            include_str!("../../../migrations/postgres/0015_account_deletions.sql")
        )),
    },
    Migration {
        number: 16,
        name: "factor_recoveries",
        sqlite: Some(include_str!("../../../migrations/0016_factor_recoveries.sql")),
        postgres: Some(concat!(
            include_str!("../../../migrations/0016_factor_recoveries.sql"),
            include_str!("../../../migrations/postgres/0016_factor_recoveries.sql")
        )),
    },
    Migration {
        number: 17,
        name: "backchannel_authentications",
        sqlite: Some(include_str!("../../../migrations/0017_backchannel_authentications.sql")),
        postgres: Some(concat!(
            include_str!("../../../migrations/0017_backchannel_authentications.sql"),
            include_str!("../../../migrations/postgres/0017_backchannel_authentications.sql")
        )),
    },
    Migration {
        number: 18,
        name: "client_documents",
        sqlite: Some(include_str!("../../../migrations/0018_client_documents.sql")),
        postgres: Some(concat!(
            include_str!("../../../migrations/0018_client_documents.sql"),
            include_str!("../../../migrations/postgres/0018_client_documents.sql")
        )),
    },
    Migration {
        number: 19,
        name: "terms",
        sqlite: Some(include_str!("../../../migrations/0019_terms.sql")),
        postgres: Some(concat!(
            include_str!("../../../migrations/0019_terms.sql"),
            include_str!("../../../migrations/postgres/0019_terms.sql")
        )),
    },
    Migration {
        number: 20,
        name: "requirement_rules",
        sqlite: Some(include_str!("../../../migrations/0020_requirement_rules.sql")),
        postgres: Some(concat!(
            include_str!("../../../migrations/0020_requirement_rules.sql"),
            include_str!("../../../migrations/postgres/0020_requirement_rules.sql")
        )),
    },
    Migration {
        number: 21,
        name: "endings",
        sqlite: None,
        postgres: Some(include_str!("../../../migrations/postgres/0021_endings.sql")),
    },
    Migration {
        number: 22,
        name: "attributes",
        sqlite: Some(include_str!("../../../migrations/0022_attributes.sql")),
        postgres: Some(concat!(
            include_str!("../../../migrations/0022_attributes.sql"),
            include_str!("../../../migrations/postgres/0022_attributes.sql")
        )),
    },
    Migration {
        number: 23,
        name: "invitations",
        sqlite: Some(include_str!("../../../migrations/0023_invitations.sql")),
        postgres: Some(concat!(
            include_str!("../../../migrations/0023_invitations.sql"),
            include_str!("../../../migrations/postgres/0023_invitations.sql")
        )),
    },
    Migration {
        number: 24,
        name: "phone_codes",
        sqlite: Some(include_str!("../../../migrations/0024_phone_codes.sql")),
        postgres: Some(concat!(
            include_str!("../../../migrations/0024_phone_codes.sql"),
            include_str!("../../../migrations/postgres/0024_phone_codes.sql")
        )),
    },
    Migration {
        number: 26,
        name: "shut_out",
        sqlite: Some(include_str!("../../../migrations/0026_shut_out.sql")),
        postgres: Some(include_str!("../../../migrations/0026_shut_out.sql")),
    },
];

const CREATE_RECORD: &str = "CREATE TABLE IF NOT EXISTS schema_migrations (number BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, applied_at BIGINT NOT NULL)";
const APPLIED: &str = "SELECT number FROM schema_migrations ORDER BY number";
const RECORD: &str = "INSERT INTO schema_migrations (number, name, applied_at) VALUES ($1, $2, $3)";
/// Two processes must not migrate at once; on SQLite the writer lock says so already.
const LOCK: &str = "SELECT pg_advisory_xact_lock(7307479190)";
/// Migrations may take longer than a request.
const NO_TIMEOUT: &str = "SET LOCAL statement_timeout = 0";

/// Where a database stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SchemaState {
    /// No table of ours is there.
    Empty,
    /// The schema of this binary.
    Current,
    /// These migrations are missing, by number and name.
    Behind(Vec<String>),
    /// A newer binary has migrated it; this one must not touch it.
    Ahead(i64),
}

/// Tells where the database stands; changes nothing.
///
/// # Errors
/// A transient fault when the database is away.
pub async fn state(store: &Store) -> Result<SchemaState, Fault> {
    let mut conn = store.read(Wall::All).await?;
    let exists = if store.is_postgres() {
        "SELECT 1::BIGINT FROM pg_tables WHERE tablename = 'schema_migrations' AND schemaname = current_schema()"
    } else {
        "SELECT 1 FROM sqlite_master WHERE name = 'schema_migrations'"
    };
    if conn.optional(exists, &[], |row| row.integer(0)).await?.is_none() {
        return Ok(SchemaState::Empty);
    }
    let applied = conn.all(APPLIED, &[], |row| row.integer(0)).await?;
    let newest = MIGRATIONS.last().map_or(0, |m| m.number);
    if let Some(&ahead) = applied.iter().find(|&&number| number > newest) {
        return Ok(SchemaState::Ahead(ahead));
    }
    let missing: Vec<_> = MIGRATIONS.iter().filter(|m| !applied.contains(&m.number)).map(Migration::title).collect();
    Ok(if missing.is_empty() { SchemaState::Current } else { SchemaState::Behind(missing) })
}

/// Applies every missing migration, in order, and returns their titles.
///
/// # Errors
/// A fault when a newer binary has migrated the database, or one that names the migration that failed; it and those
/// after it are not applied then.
pub async fn up(store: &Store, now: Timestamp) -> Result<Vec<String>, Fault> {
    if let SchemaState::Ahead(number) = state(store).await? {
        return Err(Fault::new(format!("migration {number} is newer than this binary; run the newer one")));
    }
    let mut applied_now = Vec::new();
    for migration in MIGRATIONS {
        let title = migration.title();
        if apply(store, migration, now).await.map_err(|f| f.while_doing(format!("apply migration {title}")))? {
            applied_now.push(title);
        }
    }
    Ok(applied_now)
}

/// Applies one migration; false when it was applied before.
async fn apply(store: &Store, migration: &Migration, now: Timestamp) -> Result<bool, Fault> {
    let mut tx = store.begin(Wall::All).await?;
    if store.is_postgres() {
        tx.execute(NO_TIMEOUT, &[]).await?;
        tx.execute(LOCK, &[]).await?;
    }
    tx.execute(CREATE_RECORD, &[]).await?;
    let applied = tx.all(APPLIED, &[], |row| row.integer(0)).await?;
    if applied.contains(&migration.number) {
        return Ok(false);
    }
    let (text, row_id) =
        if store.is_postgres() { (migration.postgres, "BIGINT") } else { (migration.sqlite, "INTEGER") };
    if let Some(text) = text {
        tx.script(text.replace("ROWID64", row_id)).await?;
    }
    tx.execute(RECORD, &[migration.number.into(), migration.name.into(), now.into()]).await?;
    tx.commit().await?;
    Ok(true)
}

impl Migration {
    fn title(&self) -> String {
        format!("{:04}_{}", self.number, self.name)
    }
}
