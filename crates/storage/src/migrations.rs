//! Schema migrations: one text for both databases, a forced difference under the same number in a folder of its own.
//!
//! Owns their order, the record of what was applied, and the plan. Leaves when to run them to the command line. DESIGN §3.

use portreeve_domain::{Fault, Timestamp};

use crate::driver::{Store, Tx, Wall};

/// A migration, for both databases or for one of them.
struct Migration {
    number: i64,
    /// Its number and name, as its files are called.
    title: &'static str,
    sqlite: Option<&'static str>,
    postgres: Option<&'static str>,
}

/// The text of a migration; of one for PostgreSQL alone, or what PostgreSQL needs beside it, in a folder of its own.
macro_rules! text {
    ($title:literal) => {
        include_str!(concat!("../../../migrations/", $title, ".sql"))
    };
    (postgres $title:literal) => {
        include_str!(concat!("../../../migrations/postgres/", $title, ".sql"))
    };
}

/// One text for both.
macro_rules! same {
    ($number:literal, $title:literal) => {
        Migration { number: $number, title: $title, sqlite: Some(text!($title)), postgres: Some(text!($title)) }
    };
}

/// One text for both, and a second for PostgreSQL.
macro_rules! both {
    ($number:literal, $title:literal) => {
        Migration {
            number: $number,
            title: $title,
            sqlite: Some(text!($title)),
            postgres: Some(concat!(text!($title), text!(postgres $title))),
        }
    };
}

/// For PostgreSQL alone.
macro_rules! postgres {
    ($number:literal, $title:literal) => {
        Migration { number: $number, title: $title, sqlite: None, postgres: Some(text!(postgres $title)) }
    };
}

const MIGRATIONS: &[Migration] = &[
    same!(1, "0001_spine"),
    postgres!(2, "0002_row_level_security"),
    both!(3, "0003_scopes"),
    both!(4, "0004_audit_chain"),
    both!(5, "0005_rate_limits"),
    both!(6, "0006_pushed_requests"),
    both!(7, "0007_dpop_proofs"),
    both!(9, "0009_grants"),
    both!(10, "0010_client_registration"),
    both!(11, "0011_email_changes"),
    both!(12, "0012_encryption_keys"),
    both!(13, "0013_passkeys"),
    both!(14, "0014_account"),
    both!(15, "0015_account_deletions"),
    both!(16, "0016_factor_recoveries"),
    both!(17, "0017_backchannel_authentications"),
    both!(18, "0018_client_documents"),
    both!(19, "0019_terms"),
    both!(20, "0020_requirement_rules"),
    postgres!(21, "0021_endings"),
    both!(22, "0022_attributes"),
    both!(23, "0023_invitations"),
    both!(24, "0024_phone_codes"),
    same!(26, "0026_shut_out"),
    same!(27, "0027_sign_outs"),
];

const OUR_TABLE: &str =
    "SELECT tablename::TEXT FROM pg_tables WHERE tablename = 'schema_migrations' AND schemaname = current_schema()";
const OUR_TABLE_FIRST: &str = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name <> 'schema_migrations' LIMIT 1";
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
    /// An embedded database with this table, and none of ours: the file is another program's. A schema of PostgreSQL may be shared.
    Foreign(String),
    /// A newer binary has migrated it; this one must not touch it.
    Ahead(i64),
}

/// Tells where the database stands; changes nothing.
///
/// # Errors
/// A transient fault when the database is away.
pub async fn state(store: &Store) -> Result<SchemaState, Fault> {
    let mut conn = store.read(Wall::All).await?;
    let tables = if store.is_postgres() { OUR_TABLE } else { OUR_TABLE_FIRST };
    match conn.optional(tables, &[], |row| row.text(0)).await? {
        None => return Ok(SchemaState::Empty),
        Some(table) if table != "schema_migrations" => return Ok(SchemaState::Foreign(table)),
        Some(_) => {}
    }
    let applied = conn.all(APPLIED, &[], |row| row.integer(0)).await?;
    if let Some(number) = newer(&applied) {
        return Ok(SchemaState::Ahead(number));
    }
    let missing: Vec<_> = missing(&applied).map(|m| m.title.to_owned()).collect();
    Ok(if missing.is_empty() { SchemaState::Current } else { SchemaState::Behind(missing) })
}

/// Applies every missing migration, in order, and returns their titles. All in one transaction: a database has the schema of one
/// version or of another, never something between.
///
/// # Errors
/// A fault when a newer binary has migrated the database, or one that names the migration that failed; nothing is applied then.
pub async fn up(store: &Store, now: Timestamp) -> Result<Vec<String>, Fault> {
    let mut tx = store.begin(Wall::All).await?;
    if store.is_postgres() {
        tx.execute(NO_TIMEOUT, &[]).await?;
        tx.execute(LOCK, &[]).await?;
    }
    tx.execute(CREATE_RECORD, &[]).await?;
    let applied = tx.all(APPLIED, &[], |row| row.integer(0)).await?;
    if let Some(number) = newer(&applied) {
        return Err(Fault::new(format!("migration {number} is newer than this binary; run the newer one")));
    }
    let mut titles = Vec::new();
    for migration in missing(&applied) {
        let text = migration.text(store.is_postgres());
        let done = apply(&mut tx, migration, text, now).await;
        done.map_err(|fault| fault.while_doing(format!("apply migration {}", migration.title)))?;
        titles.push(migration.title.to_owned());
    }
    tx.commit().await?;
    Ok(titles)
}

/// Runs one migration, if the database has a text of it, and records it.
async fn apply(tx: &mut Tx, migration: &Migration, text: Option<String>, now: Timestamp) -> Result<(), Fault> {
    if let Some(text) = text {
        tx.script(text).await?;
    }
    tx.execute(RECORD, &[migration.number.into(), migration.name().into(), now.into()]).await.map(drop)
}

/// What this binary would apply.
fn missing(applied: &[i64]) -> impl Iterator<Item = &'static Migration> {
    MIGRATIONS.iter().filter(|migration| !applied.contains(&migration.number))
}

/// A migration that this binary does not know yet.
fn newer(applied: &[i64]) -> Option<i64> {
    let newest = MIGRATIONS.last().map_or(0, |migration| migration.number);
    applied.iter().copied().find(|&number| number > newest)
}

impl Migration {
    /// Its name without the number.
    fn name(&self) -> &'static str {
        self.title.split_once('_').map_or(self.title, |(_, name)| name)
    }

    fn text(&self, is_postgres: bool) -> Option<String> {
        let (text, row_id) = if is_postgres { (self.postgres, "BIGINT") } else { (self.sqlite, "INTEGER") };
        text.map(|text| text.replace("ROWID64", row_id))
    }
}
