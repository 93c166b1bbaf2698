//! The release binary with its demo data on an SQLite file, pinned to core 0.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use base64::Engine as _;
use serde_json::Value;
use tokio::process::{Child, Command};

use crate::load::Request;

/// Where the server listens; away from a demo that may be running.
const LISTEN: &str = "127.0.0.1:18080";
/// How long the first start, which makes keys and data, may take.
const FIRST_START: Duration = Duration::from_secs(60);

/// A running server; ends when dropped, its data with it.
pub(crate) struct Deployment {
    pub(crate) address: SocketAddr,
    data: PathBuf,
    demo: Value,
    process: Child,
}

impl Deployment {
    /// Starts the server on new data.
    pub(crate) async fn start() -> Result<Self> {
        let data = std::env::temp_dir().join(format!("portreeve-bench-{}", std::process::id()));
        let process = launch(&data)?;
        let address = LISTEN.parse()?;
        first_answer(address, FIRST_START).await?;
        let demo = serde_json::from_slice(&std::fs::read(data.join("demo.json"))?)?;
        Ok(Self { address, data, demo, process })
    }

    /// Stops the server, starts it again on the same data, and says how long the first 200 took.
    pub(crate) async fn measure_start_up(&self) -> Result<Duration> {
        let data = self.data.with_extension("start-up");
        copy_folder(&self.data, &data)?;
        let listen = "127.0.0.1:18082";
        let began = Instant::now();
        let mut process = demo_command(&data, listen).spawn()?;
        first_answer(listen.parse()?, FIRST_START).await?;
        let took = began.elapsed();
        process.kill().await?;
        std::fs::remove_dir_all(&data)?;
        Ok(took)
    }

    /// The memory of the server process that is in RAM, in KiB.
    pub(crate) fn resident_kib(&self) -> Result<u64> {
        let id = self.process.id().context("the server has ended")?;
        let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        Ok(line.trim().trim_end_matches("kB").trim().parse()?)
    }

    /// Introspection of a live opaque token of the service client, by that client.
    pub(crate) async fn introspection(&self) -> Result<Request> {
        let (basic, _) = self.client("client_credentials")?;
        let form = "grant_type=client_credentials";
        let reply = Request::form(self.address, "/oauth2/token", &basic, form).once().await?;
        let tokens: Value = serde_json::from_slice(&reply.body)?;
        let token = tokens
            .pointer("/access_token")
            .and_then(Value::as_str)
            .context("no opaque token for the service client")?;
        Ok(Request::form(self.address, "/oauth2/introspect", &basic, &format!("token={token}")))
    }

    /// A token request of the service client for the demo's resource server, whose tokens are ES256 JWTs.
    pub(crate) fn client_credentials(&self) -> Request {
        let (basic, resource) = self.client("client_credentials").unwrap_or_default();
        let form = format!("grant_type=client_credentials&resource={resource}");
        Request::form(self.address, "/oauth2/token", &basic, &form)
    }

    /// HTTP Basic credentials of the first client whose note says it has `grant`, and the demo's resource.
    fn client(&self, grant: &str) -> Result<(String, String)> {
        let clients = self.demo.pointer("/clients").and_then(Value::as_array).context("demo.json has no clients")?;
        let client = clients
            .iter()
            .find(|client| {
                client
                    .get("note")
                    .and_then(Value::as_str)
                    .is_some_and(|note| note.contains(grant) || note.contains("service"))
            })
            .context("demo.json has no service client")?;
        let text = |name: &str| {
            client.get(name).and_then(Value::as_str).map(str::to_owned).context("an incomplete client in demo.json")
        };
        let basic = format!("{}:{}", text("client_id")?, text("client_secret")?);
        let resource =
            self.demo.pointer("/resource_servers/0/resource").and_then(Value::as_str).context("no resource server")?;
        Ok((base64::engine::general_purpose::STANDARD.encode(basic), resource.to_owned()))
    }
}

impl Drop for Deployment {
    fn drop(&mut self) {
        let _ = self.process.start_kill();
        let _ = std::fs::remove_dir_all(&self.data);
    }
}

fn launch(data: &PathBuf) -> Result<Child> {
    std::fs::create_dir_all(data)?;
    demo_command(data, LISTEN).spawn().context("start target/release/portreeve; build it first")
}

fn demo_command(data: &PathBuf, listen: &str) -> Command {
    let mut command = Command::new("taskset");
    // Two demos run at once while the start is measured: the other ports are whatever is free.
    command.args(["-c", "0", "target/release/portreeve", "demo", "--listen", listen]);
    command.args(["--rp-listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", "--data"]).arg(data);
    command.stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    command
}

/// Waits until the JWKS is answered with 200.
async fn first_answer(address: SocketAddr, patience: Duration) -> Result<()> {
    let began = Instant::now();
    while began.elapsed() < patience {
        if Request::get(address, "/oauth2/jwks").once().await.is_ok_and(|reply| reply.status == 200) {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    anyhow::bail!("the server did not answer within {patience:?}")
}

fn copy_folder(from: &PathBuf, to: &PathBuf) -> Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            std::fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}
