//! The two ways to send load: as fast as replies come (closed loop), and at a fixed pace whatever comes (open loop).
//!
//! Owns connections and clocks; what is sent is a `Worker`'s. Every worker has a client address of its own, forwarded by
//! the driver as a trusted proxy, so that no guard of the server is switched off or shared.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Result;
use tokio::time::{Instant, sleep_until};

use crate::http::Connection;
use crate::worker::Worker;

/// One thing that is driven: where, and by whom. One connection a worker.
pub(crate) struct Load {
    pub(crate) address: SocketAddr,
    pub(crate) workers: Vec<Worker>,
}

impl Load {
    /// Steps a second over `period`, each worker taking its next step when the last one was answered.
    pub(crate) async fn drive(&mut self, period: Duration) -> Result<f64> {
        let began = Instant::now();
        let address = self.address;
        let tasks: Vec<_> =
            self.workers.drain(..).map(|worker| tokio::spawn(repeat(address, worker, began + period))).collect();
        let mut steps = 0;
        for task in tasks {
            let (worker, taken) = task.await??;
            self.workers.push(worker);
            steps += taken;
        }
        Ok(f64::from(steps) / began.elapsed().as_secs_f64())
    }

    /// The time of each step, from when it was due, at `rate` steps a second over `period`.
    pub(crate) async fn pace(&mut self, rate: f64, period: Duration) -> Result<Vec<Duration>> {
        let count = self.workers.len();
        let interval = Duration::from_secs_f64(count as f64 / rate);
        let began = Instant::now() + Duration::from_millis(20);
        let address = self.address;
        let mut tasks = Vec::with_capacity(count);
        for (index, worker) in self.workers.drain(..).enumerate() {
            let first = began + interval.mul_f64(index as f64 / count as f64);
            tasks.push(tokio::spawn(keep_pace(address, worker, first, interval, began + period)));
        }
        let mut times = Vec::new();
        for task in tasks {
            let (worker, taken) = task.await??;
            self.workers.push(worker);
            times.extend(taken);
        }
        Ok(times)
    }
}

async fn repeat(address: SocketAddr, mut worker: Worker, until: Instant) -> Result<(Worker, u32)> {
    let mut connection = Connection::open(address).await?;
    let mut steps = 0;
    while Instant::now() < until {
        worker.step(&mut connection).await?;
        steps += 1;
    }
    Ok((worker, steps))
}

async fn keep_pace(
    address: SocketAddr,
    mut worker: Worker,
    first: Instant,
    interval: Duration,
    until: Instant,
) -> Result<(Worker, Vec<Duration>)> {
    let mut connection = Connection::open(address).await?;
    let (mut due, mut times) = (first, Vec::new());
    while due < until {
        sleep_until(due).await;
        worker.step(&mut connection).await?;
        times.push(due.elapsed());
        due += interval;
    }
    Ok((worker, times))
}
