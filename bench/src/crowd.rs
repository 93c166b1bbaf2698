//! What many people cost who do nothing: sessions that are open, and connections over which nothing comes.
//!
//! Owns the comparison of a crowded server with an empty one. Rounds on both are interleaved, so that the machine disturbs both alike.

use std::time::Duration;

use anyhow::{Context as _, Result};

use crate::Extent;
use crate::deployment::{Database, Deployment};
use crate::growth::{self, Place};
use crate::http::{self, Connection};
use crate::load::Load;
use crate::report;
use crate::rounds::beside;
use crate::target::{Target, TokenFor};

/// How many sessions are open, each of somebody else, with a grant and its tokens.
const SESSIONS: i64 = 100_000;

/// After how long without a request every connection is at rest, and the allocator has given back what it holds no longer.
const AT_REST: Duration = Duration::from_secs(2);

/// Measures with `connections` that have brought one request and are kept open. The process may open as many files and some more.
pub(crate) async fn run(extent: Extent, connections: usize) -> Result<()> {
    let (empty, mut crowded) = (Deployment::start(Database::Sqlite).await?, Deployment::start(Database::Sqlite).await?);
    let (mut there, mut here) = (loads(&empty.target).await?, loads(&crowded.target).await?);
    crowded.change_stopped(|file| growth::grow(file, SESSIONS, Place::Between)).await.context("open sessions")?;
    for (_, load) in &mut here {
        load.drive(extent.period).await?;
    }
    let before = crowded.resident_mib()?;
    let mut idle = Vec::with_capacity(connections);
    let request = http::get(crowded.target.paths.discovery, "");
    for number in 0..connections {
        let mut connection =
            Connection::open(crowded.target.address).await.with_context(|| format!("number {number}"))?;
        connection.expect(&request, 200).await?;
        idle.push(connection);
    }
    tokio::time::sleep(AT_REST).await;
    let kib = (crowded.resident_mib()? - before) * 1024.0;
    let rows = beside(extent, &mut here, &mut there).await?;
    report::print_beside(&format!("{SESSIONS} open sessions, {connections} idle connections, beside none"), &rows);
    let mut left = 0;
    for connection in &mut idle {
        left += usize::from(connection.send(&request).await.is_ok());
    }
    #[expect(clippy::cast_precision_loss, reason = "thousands of connections")]
    let each = kib / connections as f64;
    println!("{each:.1} KiB a connection (8); {left} of {connections} still open");
    Ok(())
}

async fn loads(target: &Target) -> Result<[(&'static str, Load); 4]> {
    Ok([
        ("JWKS", target.fetching(target.paths.jwks)),
        ("introspection, opaque", target.introspection(TokenFor::Issuer).await?),
        ("client credentials, opaque, durable", target.client_credentials(TokenFor::Issuer)),
        ("refresh with rotation, ES256 JWT", target.refresh().await?),
    ])
}
