//! The yardstick H: a plain axum server that answers one small JSON document, on the same core as the server under test.

use std::net::SocketAddr;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use axum::Json;
use axum::routing::get;
use serde_json::json;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Child;

use crate::deployment::until_answered;
use crate::pinned;

/// A running yardstick; ends when dropped.
pub(crate) struct Yardstick {
    pub(crate) address: SocketAddr,
    /// From the start of the process to its first 200.
    pub(crate) started_in: Duration,
    _process: Child,
}

/// Serves until killed; prints its address first.
#[tokio::main]
pub(crate) async fn serve() -> Result<()> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    let router = axum::Router::new().route("/", get(|| async { Json(json!({ "status": "ok", "answer": 42 })) }));
    Ok(axum::serve(listener, router).await?)
}

impl Yardstick {
    /// Starts this program again as the yardstick.
    pub(crate) async fn start() -> Result<Self> {
        let began = Instant::now();
        let mut process =
            pinned(&std::env::current_exe()?).arg("yardstick").stdout(Stdio::piped()).kill_on_drop(true).spawn()?;
        let stdout = process.stdout.take().context("the yardstick has no output")?;
        let line = BufReader::new(stdout).lines().next_line().await?.context("the yardstick printed nothing")?;
        let address = line.parse()?;
        until_answered(address, "/").await?;
        Ok(Self { address, started_in: began.elapsed(), _process: process })
    }
}
