//! `portreeve backup` and `portreeve restored`: a copy of a database that is in use, and what must follow when one was put back.
//!
//! R-17; docs/backup.md.

use std::path::Path;

use super::deployment::{self, Deployment};
use crate::command_line::Target;
use crate::failure::Failure;
use crate::serve::schema;

/// Copies an embedded database, also while it is served.
///
/// # Errors
/// A refusal on PostgreSQL, and when there is such a file or it cannot be written.
pub(crate) async fn copy(path: &Path, target: &Target) -> Result<(), Failure> {
    let deployment = Deployment::find(target)?;
    // To open one that is not there would make it.
    let source = deployment.database_url.expose().strip_prefix("sqlite:");
    if let Some(missing) = source.filter(|source| !Path::new(source).is_file()) {
        return Err(Failure::configuration(format!("{missing}: there is no database to copy; check database.url")));
    }
    let store = deployment.store()?;
    schema::require_current(&store).await?;
    let copied = store.copy_to(path).map_err(|fault| Failure::refused(format!("{}: {fault}", path.display())))?;
    if !copied {
        return Err(Failure::refused("PostgreSQL is copied by pg_dump or pg_basebackup; see docs/backup.md"));
    }
    println!("Copied the database as it was at one moment to {}. The key-encryption key is not in it.", path.display());
    Ok(())
}

/// Ends what may have been used or taken back since the copy was made.
///
/// # Errors
/// See `deployment`.
pub(crate) async fn restored(target: &Target) -> Result<(), Failure> {
    let ended = deployment::on(target, async |issuer| Ok(issuer.end_what_was_restored().await?)).await?;
    println!(
        "Ended {} sessions and {} grants, and every code, link and request that waits: everybody signs in again. Revoke keys that were \
         revoked since the copy was made; see docs/backup.md for assertions.",
        ended.sessions, ended.grants
    );
    Ok(())
}
