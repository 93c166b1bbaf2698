//! How long it takes until people sign in again after a loss: a copy of a large database is put back, and served.
//!
//! Owns the printing; `deployment` does it, and `growth` makes the rows. R-17.

use anyhow::{Context as _, Result};

use crate::deployment::{Database, Deployment};
use crate::growth::{self, Place};

/// Measures on a database of `count` people with a password, a session, a grant and its tokens each, all of which end.
pub(crate) async fn run(count: i64) -> Result<()> {
    let mut deployment = Deployment::start(Database::Sqlite).await?;
    // Whoever refreshes has a row of each kind that is copied.
    deployment.target.refresh().await?;
    deployment.change_stopped(|file| growth::grow(file, count, Place::Between)).await.context("grow")?;
    println!("| step, {count} people, {} MiB | s |\n|---|---|", deployment.database_mib()?);
    for (step, took) in deployment.put_back().await? {
        println!("| {step} | {:.1} |", took.as_secs_f64());
    }
    Ok(())
}
