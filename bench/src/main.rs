//! `portreeve-bench all`: what the release binary does a second, as ratios to what a plain reply and the bare parts do.
//!
//! Every server runs pinned to core 0, one at a time, the driver on core 1. Rounds are interleaved, so that a noisy
//! machine disturbs all alike: a ratio is of rates of the same round. Medians are printed beside where the middle half of the rounds
//! lies, and a ratio whose half is wider than a fifth of it says that it does not count. `quick` is for whoever changes something: SQLite alone, short rounds; `databases` compares the two, `peer` ours with another provider; `sizes` compares
//! a small database with a large one, `crowd` a server with many idle people with one without, `cores` two cores with one; `restore` puts a copy of a
//! large database back; `drive` is for a profiler.

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

mod browser;
mod cores;
mod crowd;
mod deployment;
mod growth;
mod http;
mod load;
mod measures;
mod peer;
mod raw;
mod report;
mod restore;
mod rounds;
mod sizes;
mod target;
mod worker;
mod yardstick;

use std::path::Path;
use std::time::Duration;

use anyhow::{Result, bail};
use tokio::process::Command;
use tokio::runtime::{Builder, Runtime};

/// How much is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Extent {
    /// How often each measure is taken: often and briefly, as what disturbs a shared machine comes and goes within seconds.
    pub(crate) rounds: usize,
    /// How long one measure runs.
    pub(crate) period: Duration,
    /// Memory and starts too.
    pub(crate) everything: bool,
}

const ALL: Extent = Extent { rounds: 15, period: Duration::from_millis(600), everything: true };
/// How many rows a large database has of each kind, unless another number is given.
const MILLION: i64 = 1_000_000;
/// How many connections are idle in a crowd, unless another number is given.
const CROWD: usize = 10_000;
const QUICK: Extent = Extent { rounds: 7, period: Duration::from_millis(400), everything: false };

fn main() -> Result<()> {
    let argument = |place| std::env::args().nth(place);
    match argument(1).as_deref() {
        Some("all") => {
            driver(measures::run(ALL))?;
            driver_beside_postgres(measures::databases(ALL))?;
            driver(measures::beside_the_peer(ALL))
        }
        Some("quick") => driver(measures::run(QUICK)),
        Some("databases") => driver_beside_postgres(measures::databases(ALL)),
        Some("peer") => driver(measures::beside_the_peer(ALL)),
        Some("sizes") => driver(sizes::run(ALL, argument(2).map_or(Ok(MILLION), |count| count.parse())?)),
        Some("crowd") => driver(crowd::run(ALL, argument(2).map_or(Ok(CROWD), |count| count.parse())?)),
        Some("cores") => plainly(cores::run(ALL)),
        Some("restore") => plainly(restore::run(argument(2).map_or(Ok(MILLION), |count| count.parse())?)),
        Some("drive") => {
            let name = argument(2).unwrap_or_default();
            match argument(3).as_deref() {
                Some("postgres") => driver_beside_postgres(measures::drive(&name, true)),
                _ => driver(measures::drive(&name, false)),
            }
        }
        Some("yardstick") => yardstick::serve(),
        Some("raw") => raw::serve(Path::new(&argument(2).unwrap_or_default())),
        _ => {
            bail!(
                "usage: portreeve-bench all | quick | databases | peer | sizes [ROWS] | crowd [CONNECTIONS] | cores | restore [PEOPLE] | drive MEASURE [postgres]   (after: cargo build --release -p portreeve-server)"
            )
        }
    }
}

/// Runs `work` on one thread, on a core that no server has, that never sleeps: to wake a thread on another core costs a server as
/// much as a plain reply, and no client on another machine makes it pay that.
fn driver(work: impl Future<Output = Result<()>>) -> Result<()> {
    let runtime = runtime_on_its_core("never asleep")?;
    runtime.spawn(async {
        loop {
            tokio::task::yield_now().await;
        }
    });
    runtime.block_on(work)
}

/// As `driver`, but it sleeps when it waits: the processes of PostgreSQL have no other core to run on than this one. On SQLite a server pays
/// for the waking as well.
fn driver_beside_postgres(work: impl Future<Output = Result<()>>) -> Result<()> {
    runtime_on_its_core("asleep while it waits")?.block_on(work)
}

fn runtime_on_its_core(how: &str) -> Result<Runtime> {
    pin_driver("1")?;
    println!("Machine: {}; servers on core 0, driver on core 1, {how}.\n", machine());
    Ok(Builder::new_current_thread().enable_all().build()?)
}

/// Pins this process, the driver, with all its threads to `cores`, as taskset lists them.
pub(crate) fn pin_driver(cores: &str) -> Result<()> {
    let process = std::process::id().to_string();
    let status = std::process::Command::new("taskset").args(["-apc", cores, &process]).output()?.status;
    if status.success() { Ok(()) } else { bail!("taskset, of the package util-linux, cannot pin to core {cores}") }
}

/// How many cores of which kind there are.
pub(crate) fn machine() -> String {
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or("unknown");
    let cores = cpu.lines().filter(|line| line.starts_with("processor")).count();
    format!("{cores} cores, {}", model.trim_start_matches([' ', '\t', ':']))
}

/// Runs `work` where nobody's rate is measured.
fn plainly(work: impl Future<Output = Result<()>>) -> Result<()> {
    Builder::new_current_thread().enable_all().build()?.block_on(work)
}

/// A command that runs on the core of the servers.
pub(crate) fn pinned(program: &Path) -> Command {
    on_cores("0", program)
}

/// A command that runs on `cores`, as taskset lists them.
pub(crate) fn on_cores(cores: &str, program: &Path) -> Command {
    let mut command = Command::new("taskset");
    command.args(["-c", cores]).arg(program);
    command
}
