//! The release binary as `portreeve serve`, on SQLite or PostgreSQL, with data of its own.
//!
//! Everything is on that a deployment has: full sync, rate limits, audit, metrics. The driver is a trusted proxy.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use portreeve_test_parts::address::free_address;
use portreeve_test_parts::postgres::PostgresUrls;
use portreeve_test_parts::temp::TempFolder;
use tokio::process::{Child, Command};

use crate::http::{self, Connection};
use crate::target::{CALLBACK, Credentials, Paths, RESOURCE, Target};
use crate::worker::person;
use crate::{on_cores, pinned};

/// How long a start may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// What stands in an export of which something is signed.
const SIGNED: &[u8] = b"\"checkpoint\"";
/// How many people have a password.
const PEOPLE: u32 = 64;
/// The gateway's address, below the issuer.
pub(crate) const GATEWAY: &str = "/gateway/auth-request/bench";
/// Of 256 random bits each, as the server makes them; public, since nobody else can reach the deployment.
const SERVICE_SECRET: &str = "vT2Zc1Dq5Yk0s3cFhR8mWbN7xJgPaL4uEoKiQzXyG9A";
const WEB_SECRET: &str = "Jm4nQx8RrS0vKd6PzLw2HtYc9UeGbF1oAiTq7ZyNgXs";
const PASSWORD: &str = "plum-orbit-candle-7431";

const PATHS: Paths = Paths {
    discovery: "/.well-known/openid-configuration",
    jwks: "/oauth2/jwks",
    authorize: "/oauth2/authorize",
    token: "/oauth2/token",
    introspection: "/oauth2/introspect",
    userinfo: "/oauth2/userinfo",
};

/// Where its data is.
pub(crate) enum Database<'p> {
    Sqlite,
    Postgres(&'p PostgresUrls),
}

/// Where it runs, and how many threads hash passwords.
#[derive(Clone, Copy)]
pub(crate) enum Cores {
    One,
    Two,
}

impl Cores {
    /// As taskset lists them.
    pub(crate) const fn list(self) -> &'static str {
        match self {
            Self::One => "0",
            Self::Two => "0,1",
        }
    }

    const fn password_threads(self) -> usize {
        match self {
            Self::One => 1,
            Self::Two => 2,
        }
    }
}

/// A running server; ends when dropped, its folder with it.
pub(crate) struct Deployment {
    pub(crate) target: Target,
    /// The first start: migrations and keys too.
    pub(crate) first_started_in: Duration,
    folder: TempFolder,
    cores: Cores,
    process: Child,
}

impl Deployment {
    /// Starts the server on an empty database and applies clients and people.
    pub(crate) async fn start(database: Database<'_>) -> Result<Self> {
        Self::start_on(Cores::One, database).await
    }

    /// As `start`, on `cores`.
    pub(crate) async fn start_on(cores: Cores, database: Database<'_>) -> Result<Self> {
        let folder = TempFolder::new("bench");
        let address = free_address();
        std::fs::write(folder.path().join("portreeve.toml"), settings(address, &database, cores))?;
        std::fs::write(folder.path().join("resources.toml"), resources())?;
        write_key(&folder.path().join("key")).await?;
        let (process, first_started_in) = serve(folder.path(), address, cores).await?;
        apply(folder.path()).await?;
        // A running server follows an applied file within a second.
        tokio::time::sleep(Duration::from_millis(1500)).await;
        let target = Target {
            address,
            paths: &PATHS,
            service: Credentials { id: "service".to_owned(), secret: SERVICE_SECRET.to_owned() },
            web: Credentials { id: "web".to_owned(), secret: WEB_SECRET.to_owned() },
            people: PEOPLE,
            password: PASSWORD.to_owned(),
        };
        Ok(Self { target, first_started_in, folder, cores, process })
    }

    /// Stops the server and starts it again on the same data: how long until the first 200.
    pub(crate) async fn restart(&mut self) -> Result<Duration> {
        self.process.kill().await?;
        let (process, took) = serve(self.folder.path(), self.target.address, self.cores).await?;
        self.process = process;
        Ok(took)
    }

    /// Stops the server, changes the file of its database, and starts it again.
    pub(crate) async fn change_stopped(&mut self, change: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
        self.process.kill().await?;
        change(&self.folder.path().join("portreeve.db"))?;
        let (process, _) = serve(self.folder.path(), self.target.address, self.cores).await?;
        self.process = process;
        Ok(())
    }

    /// How large the file of its database is, in MiB.
    pub(crate) fn database_mib(&self) -> Result<u64> {
        Ok(std::fs::metadata(self.folder.path().join("portreeve.db"))?.len() >> 20)
    }

    /// Copies the database while it is served, loses it, puts the copy in its place and serves that: each step, and how long it took.
    pub(crate) async fn put_back(&mut self) -> Result<[(&'static str, Duration); 4]> {
        let folder = self.folder.path().to_owned();
        let copied = timed(command(&folder, &["backup", "copy.db"])).await?;
        std::fs::write(folder.join("audit.jsonl"), signed_export(&folder).await?)?;
        self.process.kill().await?;
        for lost in ["portreeve.db", "portreeve.db-wal", "portreeve.db-shm"] {
            // Those beside it may be gone already.
            let _ = std::fs::remove_file(folder.join(lost));
        }
        std::fs::rename(folder.join("copy.db"), folder.join("portreeve.db"))?;
        let ended = timed(command(&folder, &["restored"])).await?;
        let erased = timed(command(&folder, &["users", "erase-again", "audit.jsonl"])).await?;
        let (process, started) = serve(&folder, self.target.address, self.cores).await?;
        self.process = process;
        Ok([
            ("portreeve backup, while it is served", copied),
            ("portreeve restored", ended),
            ("portreeve users erase-again", erased),
            ("portreeve serve, until the first answer", started),
        ])
    }

    /// The server's process.
    pub(crate) fn process(&self) -> Result<u32> {
        self.process.id().context("the server has ended")
    }

    /// The memory of the server process that is in RAM, in MiB.
    pub(crate) fn resident_mib(&self) -> Result<f64> {
        let id = self.process()?;
        let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        let kib: f64 = line.trim().trim_end_matches("kB").trim().parse()?;
        Ok(kib / 1024.0)
    }
}

/// The binary under test: the release, or what `PORTREEVE_BINARY` names.
pub(crate) fn binary() -> PathBuf {
    std::env::var_os("PORTREEVE_BINARY").map_or_else(|| PathBuf::from("target/release/portreeve"), PathBuf::from)
}

/// Waits for the first 200.
pub(crate) async fn until_answered(address: SocketAddr, path: &str) -> Result<()> {
    let began = Instant::now();
    let request = http::get(path, "");
    while began.elapsed() < PATIENCE {
        if let Ok(mut connection) = Connection::open(address).await
            && connection.send(&request).await.is_ok_and(|reply| reply.status == 200)
        {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    bail!("{address} did not answer within {PATIENCE:?}")
}

async fn serve(folder: &Path, address: SocketAddr, cores: Cores) -> Result<(Child, Duration)> {
    let began = Instant::now();
    let log = std::fs::File::create(folder.join("log"))?;
    let process = on_cores(cores.list(), &binary())
        .args(["serve", "--config"])
        .arg(folder.join("portreeve.toml"))
        .stdout(Stdio::null())
        .stderr(log)
        .kill_on_drop(true)
        .spawn()?;
    until_answered(address, PATHS.jwks).await.with_context(|| read_log(folder))?;
    Ok((process, began.elapsed()))
}

async fn apply(folder: &Path) -> Result<()> {
    command(folder, &["apply", "-f", "resources.toml"]).await.map(drop)
}

/// Runs a command of the binary in the folder of the deployment, and returns what it prints. Not on the core of the driver, which never
/// sleeps: a password is hashed at a niceness that gets next to nothing beside it.
async fn command(folder: &Path, arguments: &[&str]) -> Result<Vec<u8>> {
    let output = pinned(&std::path::absolute(binary())?)
        .args(arguments)
        .args(["--config", "portreeve.toml"])
        .current_dir(folder)
        .env("BENCH_SERVICE_SECRET", SERVICE_SECRET)
        .env("BENCH_WEB_SECRET", WEB_SECRET)
        .env("BENCH_PASSWORD", PASSWORD)
        .output()
        .await?;
    if !output.status.success() {
        let (said, complaint) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        bail!("{arguments:?}: {said}{complaint}");
    }
    Ok(output.stdout)
}

/// An export of the audit log, once something of it is signed: a minute after the first event.
async fn signed_export(folder: &Path) -> Result<Vec<u8>> {
    loop {
        let export = command(folder, &["audit", "export"]).await?;
        if export.windows(SIGNED.len()).any(|text| text == SIGNED) {
            return Ok(export);
        }
        tokio::time::sleep(Duration::from_secs(5)).await;
    }
}

async fn timed<T>(work: impl Future<Output = Result<T>>) -> Result<Duration> {
    let began = Instant::now();
    work.await?;
    Ok(began.elapsed())
}

fn read_log(folder: &Path) -> String {
    std::fs::read_to_string(folder.join("log")).unwrap_or_default()
}

fn settings(address: SocketAddr, database: &Database<'_>, cores: Cores) -> String {
    let port = address.port();
    let database = match database {
        Database::Sqlite => "url = \"sqlite:portreeve.db\"".to_owned(),
        Database::Postgres(urls) => format!("url = {:?}\nmigrate_url = {:?}", urls.server_url, urls.owner_url),
    };
    format!(
        "[server]\nlisten = \"{address}\"\npublic_url = \"http://localhost:{port}\"\n\
         trusted_proxies = [\"127.0.0.1/32\"]\n\
         [admin]\nlisten = \"{}\"\n[database]\n{database}\n[secrets]\nkey_encryption_key_file = \"key\"\n\
         [limits]\npassword_threads = {}\n",
        free_address(),
        cores.password_threads()
    )
}

/// 32 random bytes, in base64, that only their owner may read.
async fn write_key(path: &Path) -> Result<()> {
    let script = "umask 077; head -c 32 /dev/urandom | base64 > \"$0\"";
    let status = Command::new("sh").arg("-c").arg(script).arg(path).status().await?;
    if status.success() { Ok(()) } else { bail!("no key could be made at {}", path.display()) }
}

fn resources() -> String {
    let mut text = format!(
        "[[resource_servers]]\nresource = \"{RESOURCE}\"\nname = \"bench\"\nscopes = [\"orders.read\"]\n\
         [[clients]]\nclient_id = \"service\"\nclient_secret = {{ env = \"BENCH_SERVICE_SECRET\" }}\n\
         grant_types = [\"client_credentials\"]\nintrospects = [\"{RESOURCE}\"]\n\
         [[clients]]\nclient_id = \"web\"\nclient_secret = {{ env = \"BENCH_WEB_SECRET\" }}\n\
         redirect_uris = [\"{CALLBACK}\"]\ngrant_types = [\"authorization_code\", \"refresh_token\"]\n\
         id_token_signed_response_alg = \"ES256\"\nfirst_party = true\n"
    );
    for number in 0..PEOPLE {
        let email = person(number);
        text.push_str(&format!(
            "[[users]]\nemail = \"{email}\"\nemail_verified = true\npassword = {{ env = \"BENCH_PASSWORD\" }}\n"
        ));
    }
    text
}
