//! What a large database costs: the same loads on a small one and on one with millions of people, sessions, grants and tokens.
//!
//! Owns the comparison; the rows are made by `growth`. Rounds on both are interleaved, so that the machine disturbs both alike.

use anyhow::{Context as _, Result};

use crate::Extent;
use crate::deployment::{Database, Deployment};
use crate::growth::{self, Place};
use crate::load::Load;
use crate::report;
use crate::rounds::beside;
use crate::target::Target;

/// How many live tokens are asked about.
const LIVE_TOKENS: u32 = 100_000;

/// Measures on a database with `count` rows of each kind more, which lie before and between those that are used.
pub(crate) async fn run(extent: Extent, count: i64) -> Result<()> {
    let small = Deployment::start(Database::Sqlite).await?;
    let mut of_small = loads(&small.target).await?;
    for place in [Place::Before, Place::Between] {
        let mut large = Deployment::start(Database::Sqlite).await?;
        let mut of_large = loads(&large.target).await?;
        large.change_stopped(|file| growth::grow(file, count, place)).await.context("grow")?;
        let rows = beside(extent, &mut of_large, &mut of_small).await?;
        let words = match place {
            Place::Before => "older than what is used",
            Place::Between => "among what is used",
        };
        report::print_beside(&format!("{count} more of each kind, {words}, beside none"), &rows);
    }
    Ok(())
}

async fn loads(target: &Target) -> Result<[(&'static str, Load); 5]> {
    Ok([
        ("introspection, opaque, 100 000 live tokens in any order", target.introspections_of(LIVE_TOKENS).await?),
        ("client credentials, opaque, durable", target.client_credentials(crate::target::TokenFor::Issuer)),
        ("refresh with rotation, ES256 JWT", target.refresh().await?),
        ("code + PKCE with a live session, whole flow", target.code_flow().await?),
        ("password sign-in, all steps", target.sign_ins()),
    ])
}
