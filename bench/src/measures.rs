//! What is measured, in which order, and what is promised of it.

use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use portreeve_test_parts::postgres::{Durability, PostgresCluster};

use crate::Extent;
use crate::deployment::{Database, Deployment, GATEWAY, binary};
use crate::http;
use crate::load::Load;
use crate::peer::Peer;
use crate::raw::{Part, RawParts};
use crate::report::{self, Baseline, Measure, Round, Step, median, p99_ms};
use crate::rounds::beside;
use crate::target::{Target, TokenFor};
use crate::worker::Worker;
use crate::yardstick::Yardstick;

/// How many tokens are issued before memory is looked at again.
const MANY_TOKENS: f64 = 1_000_000.0;
/// How many live tokens are asked about, in any order.
const LIVE_TOKENS: u32 = 50_000;
/// Introspections a second beside a storm of sign-ins.
const STORM_PACE: f64 = 500.0;
/// How long a pace is kept.
const PACED: Duration = Duration::from_secs(4);
/// How often the server is started again, and for the first time: an RSA key is found by chance.
const STARTS: usize = 7;
/// How long one load runs beside a profiler.
const PROFILED: Duration = Duration::from_secs(12);

/// Starts what is needed, measures, prints.
pub(crate) async fn run(extent: Extent) -> Result<()> {
    let yardstick = Yardstick::start().await?;
    let mut raw = RawParts::start()?;
    let mut server = Deployment::start(Database::Sqlite).await?;
    let idle_mib = server.resident_mib()?;
    let mut plain = plain(&yardstick, 32);
    let mut baseline = Baseline::new();
    let mut measures = measures_of(&server.target).await?;
    for _ in 0..extent.rounds {
        for (part, rates) in &mut baseline.parts {
            rates.push(raw.rate(*part).await?);
        }
        let mut before = plain.drive(extent.period).await?;
        baseline.plain.push(before);
        for measure in &mut measures {
            let rate = measure.load.drive(extent.period).await.with_context(|| measure.name)?;
            let after = plain.drive(extent.period).await?;
            measure.rounds.push(Round { rate, plain: f64::midpoint(before, after) });
            baseline.plain.push(after);
            before = after;
        }
    }
    report::print_baseline(&baseline);
    report::print_measures(&baseline, &measures);
    latency(&server.target, &yardstick, &baseline, &measures).await?;
    if extent.everything {
        memory(&server, idle_mib).await?;
        starts(&mut server, &yardstick).await?;
    }
    Ok(())
}

/// Puts one load on a server for a while, beside a profiler; prints the process first. The server is on PostgreSQL or on SQLite.
pub(crate) async fn drive(name: &str, on_postgres: bool) -> Result<()> {
    let cluster = on_postgres.then(|| PostgresCluster::start(Durability::On));
    let urls = cluster.as_ref().map(PostgresCluster::fresh_database);
    let server = Deployment::start(urls.as_ref().map_or(Database::Sqlite, Database::Postgres)).await?;
    let mut measures = measures_of(&server.target).await?;
    let names: Vec<_> = measures.iter().map(|measure| measure.name).collect();
    let Some(measure) = measures.iter_mut().find(|measure| measure.name == name) else {
        bail!("no such measure; there are: {}", names.join("; "))
    };
    println!("process {}", server.process()?);
    println!("{:.0} a second", measure.load.drive(PROFILED).await?);
    Ok(())
}

async fn measures_of(target: &Target) -> Result<Vec<Measure>> {
    const REQUEST: Step = Step { requests: 1, parts: &[] };
    const READ: Step = Step { requests: 1, parts: &[(Part::Read, 1)] };
    const VERIFIED: Step = Step { requests: 1, parts: &[(Part::Verification, 1)] };
    const SIGNED: Step = Step { requests: 1, parts: &[(Part::Signature, 1)] };
    const STORED: Step = Step { requests: 1, parts: &[(Part::Row, 1)] };
    const ROTATED: Step = Step { requests: 1, parts: &[(Part::Signature, 1), (Part::Read, 1), (Part::Row, 2)] };
    const FLOW: Step = Step { requests: 2, parts: &[(Part::Signature, 2), (Part::Read, 3), (Part::Row, 3)] };
    const HASHED: Step = Step { requests: 0, parts: &[(Part::PasswordHash, 1)] };
    let measure = |name, step, load, goals| Measure { name, step, load, rounds: Vec::new(), goals };
    Ok(vec![
        measure("discovery", REQUEST, target.fetching(target.paths.discovery), (Some(0.85), None)),
        measure("JWKS", REQUEST, target.fetching(target.paths.jwks), (Some(0.85), None)),
        measure("introspection, opaque", READ, target.introspections_of(LIVE_TOKENS).await?, (Some(0.60), Some(0.75))),
        measure("introspection, JWT", VERIFIED, target.introspection(TokenFor::Api).await?, (None, Some(0.75))),
        measure("userinfo", READ, target.userinfo().await?, (None, Some(0.75))),
        measure("gateway decision, a person's JWT", VERIFIED, target.gateway(GATEWAY).await?, (None, Some(0.75))),
        measure("client credentials, ES256 JWT", SIGNED, target.client_credentials(TokenFor::Api), (None, Some(0.70))),
        measure(
            "client credentials, opaque, durable",
            STORED,
            target.client_credentials(TokenFor::Issuer),
            (Some(0.40), Some(0.60)),
        ),
        measure("refresh with rotation, ES256 JWT", ROTATED, target.refresh().await?, (None, Some(0.60))),
        measure("code + PKCE with a live session, whole flow", FLOW, target.code_flow().await?, (None, Some(0.60))),
        measure("password sign-in, all steps (L: the hash alone)", HASHED, target.sign_ins(), (None, Some(0.95))),
    ])
}

/// How long an answer takes at a quarter of the peak, and while people sign in.
async fn latency(target: &Target, yardstick: &Yardstick, baseline: &Baseline, measures: &[Measure]) -> Result<()> {
    let peak_of_plain = median(baseline.plain.iter().copied());
    let peak = find(measures, "introspection, opaque")?.median();
    let mut plain = plain(yardstick, 8);
    let mut introspection = target.paced_introspection().await?;
    let mut storm = target.sign_ins();
    let (mut of_plain, mut of_ours, mut calm, mut stormy) = (vec![], vec![], vec![], vec![]);
    for _ in 0..3 {
        of_plain.push(p99_ms(plain.pace(peak_of_plain / 4.0, PACED / 2).await?));
        of_ours.push(p99_ms(introspection.pace(peak / 4.0, PACED / 2).await?));
        calm.push(p99_ms(introspection.pace(STORM_PACE, PACED).await?));
        let (paced, stormed) = tokio::join!(introspection.pace(STORM_PACE, PACED), storm.drive(PACED));
        stormed?;
        stormy.push(p99_ms(paced?));
    }
    println!("| 99 of 100 introspections take at most | ms | beside | ratio | goal |\n|---|---|---|---|---|");
    let row = |what: &str, ours: f64, other: &str, theirs: f64, goal: &str| {
        println!("| {what} | {ours:.2} | {other}: {theirs:.2} | {:.2} | {goal} |", ours / theirs);
    };
    row("at a quarter of the peak", median(of_ours), "plain reply at a quarter of its", median(of_plain), "<= 2");
    row("at 500/s while 32 people sign in", median(stormy), "without", median(calm), "<= 1.2");
    println!();
    Ok(())
}

/// Both databases, in interleaved rounds.
pub(crate) async fn databases(extent: Extent) -> Result<()> {
    let cluster = PostgresCluster::start(Durability::On);
    let urls = cluster.fresh_database();
    let on_postgres = Deployment::start(Database::Postgres(&urls)).await?;
    let on_sqlite = Deployment::start(Database::Sqlite).await?;
    let heading = "on PostgreSQL (its own processes on the driver's core) beside SQLite";
    side_by_side(heading, extent, &on_postgres.target, &on_sqlite.target).await
}

/// Ours and the peer, in interleaved rounds.
pub(crate) async fn beside_the_peer(extent: Extent) -> Result<()> {
    let peer = Peer::start().await?;
    let ours = Deployment::start(Database::Sqlite).await?;
    side_by_side("durable, beside oidc-provider in memory", extent, &ours.target, &peer.target).await
}

/// What is measured of two servers, by turns.
async fn side_by_side(heading: &str, extent: Extent, here: &Target, there: &Target) -> Result<()> {
    let rows = beside(extent, &mut compared(here).await?, &mut compared(there).await?).await?;
    report::print_beside(heading, &rows);
    Ok(())
}

/// What every server has.
async fn compared(target: &Target) -> Result<[(&'static str, Load); 4]> {
    Ok([
        ("introspection, opaque", target.introspection(TokenFor::Issuer).await?),
        ("client credentials, ES256 JWT", target.client_credentials(TokenFor::Api)),
        ("refresh with rotation, ES256 JWT", target.refresh().await?),
        ("code + PKCE with a live session, whole flow", target.code_flow().await?),
    ])
}

async fn memory(server: &Deployment, idle_mib: f64) -> Result<()> {
    let mut load = server.target.client_credentials(TokenFor::Issuer);
    let (mut issued, period) = (0.0, Duration::from_secs(5));
    while issued < MANY_TOKENS {
        issued += load.drive(period).await? * period.as_secs_f64();
    }
    let binary_mb = std::fs::metadata(binary())?.len() as f64 / 1e6;
    println!("Memory {idle_mib:.0} MiB idle, {:.0} MiB after 10^6 tokens more.", server.resident_mib()?);
    println!("The binary has {binary_mb:.1} MB.");
    Ok(())
}

async fn starts(server: &mut Deployment, yardstick: &Yardstick) -> Result<()> {
    let (mut ours, mut first) = (Vec::new(), vec![server.first_started_in]);
    let mut plain = vec![yardstick.started_in];
    for _ in 0..STARTS {
        ours.push(server.restart().await?);
        plain.push(Yardstick::start().await?.started_in);
        first.push(Deployment::start(Database::Sqlite).await?.first_started_in);
    }
    let (ours, plain, first) = (in_ms(&ours), in_ms(&plain), in_ms(&first));
    let (usual, plain) = (median(ours), median(plain));
    println!(
        "Start to the first 200: {usual:.0} ms with the database there, {:.1} times a plain axum server's {plain:.0} ms;",
        usual / plain
    );
    let (fastest, slowest) = first.iter().fold((f64::MAX, 0.0_f64), |(low, high), ms| (low.min(*ms), high.max(*ms)));
    println!("{:.0} ms ({fastest:.0} to {slowest:.0}) the first time, with migrations and keys.", median(first));
    Ok(())
}

fn in_ms(times: &[Duration]) -> Vec<f64> {
    times.iter().map(|time| time.as_secs_f64() * 1000.0).collect()
}

fn plain(yardstick: &Yardstick, connections: usize) -> Load {
    let worker = || Worker::Repeat { request: http::get("/", ""), status: 200 };
    Load { address: yardstick.address, workers: (0..connections).map(|_| worker()).collect() }
}

fn find<'m>(measures: &'m [Measure], name: &str) -> Result<&'m Measure> {
    measures.iter().find(|measure| measure.name == name).with_context(|| format!("no measure {name}"))
}
