//! `portreeve-bench all`: ratios of the release binary to a plain axum reply, on one server core, in one run.
//!
//! The server under test and the yardstick each run pinned to core 0; the load comes from core 1. Rounds are interleaved, so
//! that a noisy machine disturbs both alike; medians are printed, and a run whose yardstick drifted by more than a fifth says
//! that it does not count. Bare numbers are never printed without the yardstick beside them.

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

mod deployment;
mod load;
mod report;
mod yardstick;

use std::time::Duration;

use anyhow::{Result, bail};

use deployment::Deployment;
use load::{Request, drive};
use report::Measure;

/// How often each measure is taken.
const ROUNDS: usize = 5;
/// How long one measure runs.
const ROUND: Duration = Duration::from_secs(2);
/// How many connections send requests, one at a time each.
const CONNECTIONS: usize = 32;

#[tokio::main]
async fn main() -> Result<()> {
    match std::env::args().nth(1).as_deref() {
        Some("all") => all().await,
        Some("yardstick") => yardstick::serve().await,
        _ => {
            bail!("usage: portreeve-bench all   (after: cargo build --release -p portreeve-server -p portreeve-bench)")
        }
    }
}

async fn all() -> Result<()> {
    let yardstick = yardstick::Yardstick::start().await?;
    let server = Deployment::start().await?;
    let idle_kib = server.resident_kib()?;
    let start_up = server.measure_start_up().await?;
    let plain = Request::get(yardstick.address, "/");
    let mut measures = [
        Measure::new("JWKS", Request::get(server.address, "/oauth2/jwks")),
        Measure::new("introspection, opaque token", server.introspection().await?),
        Measure::new("client credentials, ES256 JWT", server.client_credentials()),
    ];
    let mut plain_rates = Vec::new();
    for _ in 0..ROUNDS {
        for measure in &mut measures {
            plain_rates.push(drive(&plain, CONNECTIONS, ROUND).await?);
            measure.rates.push(drive(&measure.request, CONNECTIONS, ROUND).await?);
        }
    }
    report::print(&plain_rates, &measures, start_up, idle_kib, server.resident_kib()?);
    Ok(())
}
