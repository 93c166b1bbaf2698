//! A PostgreSQL of the tests' own.
//!
//! Owns finding the server's programs, making a cluster in a temporary folder, running it as an unprivileged user and
//! stopping it when the test process ends, however it ends. Tables and row-level security are left to the migrations;
//! this module makes the two roles they are about.

use std::{
    env, fs,
    io::{self, Write},
    net::SocketAddr,
    os::unix::{
        fs::{MetadataExt, chown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use crate::{address::free_address, temp::TempFolder};

mod outage;

pub use outage::Stop;

/// Where Debian and Ubuntu keep the programs of each release: `/usr/lib/postgresql/RELEASE/bin`.
const RELEASES: &str = "/usr/lib/postgresql";

/// The user that runs the cluster when the tests run as root, which the server refuses to be.
const UNPRIVILEGED_USER: &str = "postgres";

/// The role that owns the tables and runs migrations.
const OWNER: &str = "portreeve_owner";

/// The role that the server logs in as: owns nothing and does not bypass row-level security.
const SERVER: &str = "portreeve";

/// An empty database with the privileges that new ones start with.
const TEMPLATE: &str = "portreeve_template";

const START_PATIENCE: Duration = Duration::from_secs(120);

/// How often a start is tried: another process may take the port between its choice and its use.
const START_ATTEMPTS: usize = 3;

/// Runs the server until standard input ends, which it does when the test process is gone, even by a signal that
/// nobody can catch. $1 is the folder to remove at the end, the rest the command. A server that ends by itself leaves
/// the file `ended` beside its log.
const SUPERVISOR: &str = r#"folder=$1; shift
exec 3<&0
"$@" </dev/null >"$folder/log" 2>&1 3<&- &
server=$!
(cat <&3 >/dev/null; kill -QUIT "$server" 2>/dev/null) &
wait "$server"
: >"$folder/ended"
wait
rm -rf "$folder""#;

/// The cluster that all tests of this process share.
static SHARED: OnceLock<PostgresCluster> = OnceLock::new();

/// Whether a commit waits for the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// Commits are lost with the machine; several times as fast.
    Off,
    /// The server's defaults, for tests about what survives.
    On,
}

/// Two ways into one database.
#[derive(Clone, Debug)]
pub struct PostgresUrls {
    /// Logs in as the owner of the tables, for migrations.
    pub owner_url: String,
    /// Logs in as the server does: reads and writes rows under row-level security.
    pub server_url: String,
    /// Whether a commit there waits for the disk.
    pub durability: Durability,
}

/// Makes an empty database in the cluster that all tests of this process share, without durability.
///
/// The first call starts the cluster, which takes about a second; a database takes about 50 ms.
///
/// # Panics
///
/// When PostgreSQL is not installed or does not start.
pub fn fresh_database() -> PostgresUrls {
    SHARED.get_or_init(|| PostgresCluster::start(Durability::Off)).fresh_database()
}

/// Makes a database like `original`, with its tables and rows, in the cluster that all tests of this process share.
///
/// # Panics
///
/// When `original` is not of this process, or somebody stays connected to it for seconds.
pub fn copy_of(original: &PostgresUrls) -> PostgresUrls {
    SHARED.get().expect("a database of the shared cluster").copy_of(original)
}

/// Returns everything in `database` as `pg_dump` writes it, by the superuser, from whom row-level security hides nothing.
///
/// # Panics
///
/// When `database` is not of this process, or cannot be dumped.
pub fn dump(database: &PostgresUrls) -> Vec<u8> {
    let programs = &SHARED.get().expect("a database of the shared cluster").programs;
    let url = superuser_url(database);
    let output =
        Command::new(programs.join("pg_dump")).args(["--inserts", "--dbname", &url]).output().expect("run pg_dump");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// Returns the way in for the superuser.
pub fn superuser_url(database: &PostgresUrls) -> String {
    database.owner_url.replace(OWNER, "postgres")
}

/// Makes a database of what `dump` returned, in the cluster that all tests of this process share.
///
/// # Panics
///
/// When there is no such cluster, or it refuses.
pub fn restored(dump: &[u8]) -> PostgresUrls {
    let cluster = SHARED.get().expect("the shared cluster");
    let urls = cluster.database_like("template0");
    let url = superuser_url(&urls);
    let mut psql = Command::new(cluster.programs.join("psql"))
        .args(["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--output=/dev/null", "--dbname", &url])
        .stdin(Stdio::piped())
        .spawn()
        .expect("run psql");
    psql.stdin.take().expect("its standard input").write_all(dump).expect("write to it");
    assert!(psql.wait().expect("its end").success(), "the dump is refused");
    urls
}

/// A running PostgreSQL on a loopback port; it is stopped and its folder removed on drop.
#[derive(Debug)]
pub struct PostgresCluster {
    supervisor: Child,
    programs: PathBuf,
    folder: PathBuf,
    address: SocketAddr,
    databases: AtomicU64,
    durability: Durability,
}

impl PostgresCluster {
    /// Makes and starts a cluster of one's own, for tests that stop it or need durability.
    ///
    /// # Panics
    ///
    /// When PostgreSQL is not installed or does not start; the message shows the server's log.
    pub fn start(durability: Durability) -> Self {
        let mut log = String::new();
        for _ in 0..START_ATTEMPTS {
            let mut cluster = Self::spawn(durability);
            match cluster.wait_until_ready() {
                Ok(()) => {
                    cluster.make_roles();
                    return cluster;
                }
                Err(reason) => log = reason,
            }
        }
        panic!("PostgreSQL does not start:\n{log}");
    }

    fn spawn(durability: Durability) -> Self {
        let programs = programs();
        let user = OtherUser::needed();
        let folder = TempFolder::new("pg");
        if let Some(user) = &user {
            user.own(folder.path());
        }
        let data = folder.path().join("data");

        let initdb = command(user.as_ref(), &programs.join("initdb"))
            .args(["--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-locale"])
            .args(["--no-sync", "--no-instructions", "--pgdata"])
            .arg(&data)
            .output()
            .expect("run initdb");
        assert!(initdb.status.success(), "initdb: {}", String::from_utf8_lossy(&initdb.stderr));

        let address = free_address();
        let mut server = command(user.as_ref(), Path::new("sh"));
        server.args(["-c", SUPERVISOR, "sh"]).arg(folder.path());
        server.arg(programs.join("postgres")).arg("-D").arg(&data).arg("-k").arg(folder.path());
        server.args(["-h", "127.0.0.1", "-p", &address.port().to_string(), "-c", "max_connections=300"]);
        if durability == Durability::Off {
            server.args(["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]);
        }
        // A group of its own: an interrupt from the keyboard must reach the tests, which take the server with them.
        let supervisor = server.stdin(Stdio::piped()).process_group(0).spawn().expect("start PostgreSQL");
        Self { supervisor, programs, folder: folder.into_path(), address, databases: AtomicU64::new(0), durability }
    }

    /// Makes an empty database.
    ///
    /// In it `portreeve_owner` may create tables, and `portreeve` gets the right to read and write the rows, but
    /// not to change the definition, of every table the owner makes.
    ///
    /// # Panics
    ///
    /// When the cluster does not answer.
    pub fn fresh_database(&self) -> PostgresUrls {
        self.database_like(TEMPLATE)
    }

    fn copy_of(&self, original: &PostgresUrls) -> PostgresUrls {
        let path = original.owner_url.rsplit('/').next().expect("a URL has a path");
        let name = path.split('?').next().expect("a path before the query");
        // A closed connection is gone from the server's list a moment after the client has closed it.
        let connected = format!("select count(*) from pg_stat_activity where datname = '{name}'");
        let deadline = Instant::now() + START_PATIENCE;
        while self.execute("postgres", &[&connected]).trim() != "0" {
            assert!(Instant::now() < deadline, "somebody is connected to {name}");
            thread::sleep(Duration::from_millis(20));
        }
        self.database_like(name)
    }

    fn database_like(&self, template: &str) -> PostgresUrls {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.execute("postgres", &[&format!("create database {name} owner {OWNER} template {template}")]);
        let url = |role| format!("postgres://{role}@{}/{name}?sslmode=disable", self.address);
        PostgresUrls { owner_url: url(OWNER), server_url: url(SERVER), durability: self.durability }
    }

    /// Returns the log of a server that has ended, or is not ready in time, as the error.
    fn wait_until_ready(&mut self) -> Result<(), String> {
        let deadline = Instant::now() + START_PATIENCE;
        while !self.is_ready() {
            if self.folder.join("ended").exists() || Instant::now() > deadline {
                return Err(fs::read_to_string(self.folder.join("log")).unwrap_or_default());
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    /// Asks through the socket in the folder, where only this server listens.
    fn is_ready(&self) -> bool {
        Command::new(self.programs.join("pg_isready"))
            .args(["--quiet", &format!("--port={}", self.address.port()), "--host"])
            .arg(&self.folder)
            .status()
            .is_ok_and(|status| status.success())
    }

    fn make_roles(&self) {
        let role = |name| format!("create role {name} login nosuperuser nocreatedb nocreaterole nobypassrls");
        self.execute("postgres", &[&role(OWNER), &role(SERVER), &format!("create database {TEMPLATE} owner {OWNER}")]);
        let to_server = format!("alter default privileges for role {OWNER} in schema public grant");
        self.execute(
            TEMPLATE,
            &[
                &format!("grant usage on schema public to {SERVER}"),
                &format!("{to_server} select, insert, update, delete on tables to {SERVER}"),
                &format!("{to_server} usage, select on sequences to {SERVER}"),
            ],
        );
    }

    /// Runs statements as the superuser, each in a transaction of its own, and returns what they print.
    fn execute(&self, database: &str, statements: &[&str]) -> String {
        let output = Command::new(self.programs.join("psql"))
            .args(["--no-psqlrc", "--quiet", "--no-align", "--tuples-only"])
            .args(["--set=ON_ERROR_STOP=1", "--host=127.0.0.1"])
            .args(["--username=postgres", &format!("--port={}", self.address.port()), "--dbname", database])
            .args(statements.iter().flat_map(|statement| ["-c", statement]))
            .output()
            .expect("run psql");
        assert!(output.status.success(), "{statements:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

impl Drop for PostgresCluster {
    fn drop(&mut self) {
        self.end_restarted();
        drop(self.supervisor.stdin.take());
        // Fails only if it has ended.
        let _ = self.supervisor.wait();
    }
}

/// The user to become when the tests run as root.
struct OtherUser {
    user: u32,
    group: u32,
}

impl OtherUser {
    /// Returns None when the tests run as an ordinary user.
    fn needed() -> Option<Self> {
        // The owner of a process's own entry is the user it runs as.
        let own = fs::metadata("/proc/self").expect("read /proc/self").uid();
        (own == 0).then(|| Self { user: number("-u"), group: number("-g") })
    }

    fn own(&self, folder: &Path) {
        chown(folder, Some(self.user), Some(self.group)).expect("give the folder to the server's user");
    }
}

/// Asks `id` for the user (`-u`) or group (`-g`) number of the unprivileged user.
fn number(which: &str) -> u32 {
    let output = Command::new("id").args([which, UNPRIVILEGED_USER]).output().expect("run id");
    let text = String::from_utf8_lossy(&output.stdout);
    text.trim().parse().unwrap_or_else(|_| panic!("there is no user {UNPRIVILEGED_USER}; run scripts/install test"))
}

/// Returns a command that runs as the given user and in a folder that this user may enter.
fn command(user: Option<&OtherUser>, program: &Path) -> Command {
    let mut command = match user {
        None => Command::new(program),
        Some(OtherUser { user, group }) => {
            let mut command = Command::new("setpriv");
            command.args([&format!("--reuid={user}"), &format!("--regid={group}"), "--clear-groups", "--"]);
            command.arg(program);
            command
        }
    };
    command.current_dir("/");
    command
}

/// Returns the folder of the newest release's programs.
fn programs() -> PathBuf {
    let releases = fs::read_dir(RELEASES).map(|entries| entries.filter_map(io::Result::ok).collect::<Vec<_>>());
    let newest = releases
        .unwrap_or_default()
        .into_iter()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse::<u32>().ok()?, entry.path().join("bin"))))
        .filter(|(_, programs)| programs.join("initdb").exists())
        .max();
    let on_path =
        || env::split_paths(&env::var_os("PATH").unwrap_or_default()).find(|folder| folder.join("initdb").exists());
    newest
        .map(|(_, programs)| programs)
        .or_else(on_path)
        .unwrap_or_else(|| panic!("PostgreSQL is not installed; run scripts/install test"))
}

#[cfg(test)]
mod tests;
