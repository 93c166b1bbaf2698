//! The schema a process finds when it starts: made, brought up to date, or refused.
//!
//! Owns who may migrate and when, what a database must promise, and that it is no copy. An empty database is always migrated; an older one only where the operator said so; a
//! newer one never. DESIGN §11, R-25.

use portreeve_crypto::SecretText;
use portreeve_domain::Timestamp;
use portreeve_storage::home::{self, Home};
use portreeve_storage::migrations::{self, SchemaState};
use portreeve_storage::{Store, durability};
use tracing::info;

use crate::failure::Failure;
use crate::settings::Durability;

/// What to do about an older schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OlderSchema {
    /// Refuse to start.
    Refuse,
    /// Migrate it.
    Migrate,
}

/// Makes sure that the database has the schema of this binary.
///
/// `migrate_url` is where migrations log in.
///
/// # Errors
/// A temporary failure when the database is away; a configuration failure for a schema that may not be touched.
pub(crate) async fn prepare(
    store: &Store,
    migrate_url: &SecretText,
    older: OlderSchema,
    now: Timestamp,
) -> Result<(), Failure> {
    match migrations::state(store).await? {
        SchemaState::Current => return Ok(()),
        SchemaState::Empty => {}
        SchemaState::Behind(_) if older == OlderSchema::Migrate => {}
        SchemaState::Behind(missing) => return Err(behind(&missing)),
        SchemaState::Foreign(table) => return Err(foreign(&table)),
        SchemaState::Ahead(number) => return Err(ahead(number)),
    }
    let applied = migrations::up(&Store::open(migrate_url.expose())?, now).await?;
    info!(migrations = applied.join(", "), "schema migrated");
    Ok(())
}

/// Refuses anything but the schema of this binary; for commands that must not migrate.
///
/// # Errors
/// As [`prepare`], and a configuration failure for an empty database.
pub(crate) async fn require_current(store: &Store) -> Result<(), Failure> {
    match migrations::state(store).await? {
        SchemaState::Current => Ok(()),
        SchemaState::Empty => {
            Err(Failure::configuration("the database is empty; run portreeve migrate up, or start the server once"))
        }
        SchemaState::Behind(missing) => Err(behind(&missing)),
        SchemaState::Foreign(table) => Err(foreign(&table)),
        SchemaState::Ahead(number) => Err(ahead(number)),
    }
}

/// Refuses a database that may lose what it acknowledged, where that is `required`. R-02.
///
/// # Errors
/// A configuration failure; a temporary one when the database is away.
pub(crate) async fn require_durability(store: &Store, durability: Durability) -> Result<(), Failure> {
    let doubts = match durability {
        Durability::Required => durability::doubts(store).await?,
        Durability::Unchecked => Vec::new(),
    };
    if doubts.is_empty() {
        return Ok(());
    }
    Err(Failure::configuration(format!("{}; {}", loses(&doubts), LOSS_MEND)))
}

/// Refuses a copy that was put back: codes and tokens that were used since it was made would count again. A database that was never served
/// is at home here from now on. R-17.
///
/// # Errors
/// A configuration failure; a temporary one when the database is away.
pub(crate) async fn require_home(store: &Store) -> Result<(), Failure> {
    match home::find(store).await? {
        Home::Here => Ok(()),
        Home::Unsettled => Ok(home::settle(store).await?),
        Home::Elsewhere => Err(Failure::configuration(format!("{COPY}; {COPY_MEND}"))),
    }
}

/// What a database is that is not at home where it is.
pub(crate) const COPY: &str = "the database is a copy of one that is or was served elsewhere";

/// What to do about it.
pub(crate) const COPY_MEND: &str = "run portreeve restored, which ends what may have been used or taken back since it was made, or portreeve \
                                    restored --moved if no server has run since; see docs/backup.md";

/// What such a database does.
pub(crate) fn loses(doubts: &[String]) -> String {
    format!("the database acknowledges what a power cut undoes ({})", doubts.join(", "))
}

/// What to do about it.
pub(crate) const LOSS_MEND: &str =
    "switch it on for the server's role; a test may set database.durability = \"unchecked\"";

fn behind(missing: &[String]) -> Failure {
    Failure::configuration(format!(
        "the database lacks {}; look at portreeve migrate plan, then run portreeve migrate up",
        missing.join(", ")
    ))
}

/// A database in which another program keeps its own.
pub(crate) fn foreign(table: &str) -> Failure {
    Failure::configuration(format!(
        "the database has a table {table} of another program, and none of ours; check database.url"
    ))
}

fn ahead(number: i64) -> Failure {
    Failure::configuration(format!(
        "the database was migrated by a newer version (migration {number}); run that version of portreeve"
    ))
}
