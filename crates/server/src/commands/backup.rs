//! `portreeve backup` and `portreeve restored`: a copy of a database that is in use, and what must follow when one was put back.
//!
//! R-17; docs/backup.md.

use std::path::Path;

use portreeve_domain::TenantId;
use portreeve_issuer::{Clock, RowIds};
use portreeve_storage::home::{self, Home};
use portreeve_storage::{Store, Wall, leases};

use super::deployment::Deployment;
use crate::command_line::Target;
use crate::failure::Failure;
use crate::print;
use crate::serve::schema;

/// What was put back.
#[derive(Debug, clap::Args)]
pub(crate) struct Restored {
    /// No server has run since the copy was made, so that nothing can have been used or taken back: end nothing.
    #[arg(long, conflicts_with = "unmarked")]
    moved: bool,
    /// The database does not say that it is a copy, but it is one. Only while no server runs on it.
    #[arg(long)]
    unmarked: bool,
    #[command(flatten)]
    target: Target,
}

/// Copies an embedded database, also while it is served.
///
/// # Errors
/// A refusal on PostgreSQL, and when there is such a file or it cannot be written.
pub(crate) async fn copy(path: &Path, target: &Target) -> Result<(), Failure> {
    let deployment = Deployment::find(target)?;
    let store = deployment.store()?;
    schema::require_current(&store).await?;
    let copied = store.copy_to(path).map_err(|fault| Failure::refused(format!("{}: {fault}", path.display())))?;
    if !copied {
        return Err(Failure::refused("PostgreSQL is copied by pg_dump or pg_basebackup; see docs/backup.md"));
    }
    print::done(format_args!(
        "Copied the database as it was at one moment to {}. The key-encryption key is not in it.",
        path.display()
    ))
}

/// Ends what may have been used or taken back since the copy was made, and makes the place where it was put its home.
///
/// # Errors
/// A refusal for a database that is not known to be a copy, unless the operator says that it is one and nobody works on it; see
/// `deployment` for the others.
pub(crate) async fn restored(arguments: &Restored) -> Result<(), Failure> {
    let deployment = Deployment::find(&arguments.target)?;
    let store = deployment.store()?;
    schema::require_current(&store).await?;
    let is_known_copy = home::find(&store).await? == Home::Elsewhere;
    if arguments.moved {
        if !is_known_copy {
            return Err(Failure::refused("the database is at home here; portreeve serve serves it"));
        }
        home::settle(&store).await?;
        return print::done(
            "The database is at home here from now on. Nothing was ended: codes and tokens count as they did.",
        );
    }
    if !is_known_copy {
        require_said(arguments, &store).await?;
    }
    let ended = deployment.with_issuer(async |issuer| Ok(issuer.end_what_was_restored().await?)).await?;
    home::settle(&store).await?;
    print::done(format_args!(
        "Ended {} sessions and {} grants, and every code, link and request that waits: everybody signs in again. Revoke keys that were \
         revoked since the copy was made; see docs/backup.md for assertions and for people who were erased.",
        ended.sessions, ended.grants
    ))
}

/// Refuses a database that is, as far as it says itself, the one that is in use, unless the operator says that it is a copy and no process
/// has worked on it for as long as a node number is held.
async fn require_said(arguments: &Restored, store: &Store) -> Result<(), Failure> {
    if !arguments.unmarked {
        return Err(Failure::refused(
            "the database is not known to be a copy, and everybody would be signed out; if it was put back from one that was made otherwise \
             than by portreeve backup, or from a dump into the same database, say so with --unmarked",
        ));
    }
    let now = Clock::System.now();
    let leases = leases::all(&mut store.read(Wall::All).await?, TenantId::DEFAULT).await?;
    if leases.iter().any(|lease| RowIds::is_number(&lease.name) && lease.until > now) {
        return Err(Failure::temporary(
            "a process works on the database, or did less than ten minutes ago; end it and wait for that long",
        ));
    }
    Ok(())
}
