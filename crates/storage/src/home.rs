//! Where a database is at home: the place that serves it, told apart from places where a copy of it was put.
//!
//! Owns what a place is called. The name stands in the database, as the owner of a lease, and a copy brings it along: a dump of PostgreSQL
//! says where it was taken, and a copy that `Store::copy_to` made says that it is one. A copy of the files that was made otherwise says
//! nothing. R-17; decision 0035.

use portreeve_domain::{Fault, TenantId};

use crate::{Store, Wall, leases};

/// The lease that the home of a database has.
const LEASE: &str = "home";
/// What is run in a copy of an embedded database: it is nobody's home until somebody makes it one.
pub(crate) const MARK_COPY: &str = "INSERT INTO leases (tenant_id, name, owner, fence, until) VALUES (1, 'home', 'a copy', 1, 0) ON CONFLICT (tenant_id, name) DO UPDATE SET owner = excluded.owner";
/// What a database of PostgreSQL keeps when it is renamed, and whether the role may be told which cluster it is in: it may, unless somebody
/// has revoked that from everybody.
const DATABASE: &str = "SELECT oid::bigint, has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE') FROM pg_catalog.pg_database WHERE datname = current_database()";
const CLUSTER: &str = "SELECT system_identifier FROM pg_catalog.pg_control_system()";

/// How the database that was opened stands to the one that was served last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Home {
    /// It was never served.
    Unsettled,
    /// It is that one, as far as can be told.
    Here,
    /// It is a copy of one that is, or was, served elsewhere.
    Elsewhere,
}

/// Tells whether a database is at home where it is.
///
/// # Errors
/// A fault when the database is away.
pub async fn find(store: &Store) -> Result<Home, Fault> {
    let here = place(store).await?;
    let home = leases::owner(&mut store.read(Wall::All).await?, TenantId::DEFAULT, LEASE).await?;
    Ok(match home {
        None => Home::Unsettled,
        Some(home) if home == here => Home::Here,
        Some(_) => Home::Elsewhere,
    })
}

/// Makes the place where a database is its home. Commits.
///
/// # Errors
/// A fault when the database is away.
pub async fn settle(store: &Store) -> Result<(), Fault> {
    let here = place(store).await?;
    let mut tx = store.begin(Wall::All).await?;
    leases::give(&mut tx, TenantId::DEFAULT, LEASE, &here).await?;
    tx.commit().await
}

/// What the place is called. Every place of an embedded database is called the same: its file may be moved while nobody serves it.
async fn place(store: &Store) -> Result<String, Fault> {
    if !store.is_postgres() {
        return Ok("here".to_owned());
    }
    let mut conn = store.read(Wall::All).await?;
    let (database, may_ask) = conn.one(DATABASE, &[], |row| Ok((row.integer(0)?, row.boolean(1)?))).await?;
    let cluster = if may_ask { conn.one(CLUSTER, &[], |row| row.integer(0)).await? } else { 0 };
    Ok(format!("{cluster}/{database}"))
}
