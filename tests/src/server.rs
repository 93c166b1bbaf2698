//! A deployment on disk and the nodes that serve it as processes.
//!
//! Owns folders, settings, starting and ending. Who talks to a node is `visitor`; a server inside a test is `deployment`.

use std::{
    cell::Cell,
    ffi::OsString,
    fs,
    io::Write as _,
    net::SocketAddr,
    os::unix::fs::PermissionsExt as _,
    path::PathBuf,
    process::{Command, Output, Stdio},
    thread,
    time::Duration,
};

use portreeve_crypto::{KeyEncryptionKey, Random};

use crate::{
    address::free_address,
    deployment::Database,
    portreeve::binary,
    postgres::{self, Durability, PostgresUrls},
    process::ChildProcess,
    temp::TempFolder,
};

const PATIENCE: Duration = Duration::from_secs(60);
/// How long a database may be silent: as long as can be set, since that of a busy machine is.
const SILENCE_MS: u32 = 1000;

/// Options of a node that finds a database silent as soon as one that nobody has set up otherwise.
pub const USUAL_SILENCE: &[&str] = &["--set", "database.silence_ms=200"];

/// What a command ends with that could not reach the database.
const TEMPORARY: i32 = 75;
/// How often such a command is tried again, and after how long.
const TRIES: usize = 10;
const PAUSE: Duration = Duration::from_millis(300);

/// A database, a key and resource files; what `portreeve.toml` says is the same for every node but for its addresses.
pub struct Deployment {
    /// Where everything of it lies.
    pub folder: TempFolder,
    /// Where the first node is reached; every node believes to be there.
    pub public: SocketAddr,
    /// The key-encryption key as text.
    pub kek: String,
    postgres: Option<PostgresUrls>,
    log: String,
    nodes: Cell<u8>,
}

/// A running node; it is killed on drop.
pub struct Node {
    /// The process.
    pub process: ChildProcess,
    /// Where it serves people and applications.
    pub public: SocketAddr,
    /// Where it serves operators.
    pub admin: SocketAddr,
    /// A program and its arguments.
    command: Vec<OsString>,
}

impl Deployment {
    /// Makes a deployment with a migrated database that logs all there is; `log_format` is `json` or `text`.
    ///
    /// # Panics
    ///
    /// When it cannot be made.
    pub fn new(database: Database, log_format: &str) -> Self {
        let log = format!("format = \"{log_format}\"\nlevel = \"trace\"\nrequests = \"all\"");
        Self::make((database == Database::Postgres).then(postgres::fresh_database), log)
    }

    /// Makes a deployment with a migrated database, on SQLite without one of PostgreSQL, that logs only what is wrong.
    ///
    /// # Panics
    ///
    /// When it cannot be made.
    pub fn quiet(postgres: Option<PostgresUrls>) -> Self {
        Self::make(postgres, "format = \"text\"\nlevel = \"warn\"".to_owned())
    }

    fn make(postgres: Option<PostgresUrls>, log: String) -> Self {
        let folder = TempFolder::new("serve");
        let kek = KeyEncryptionKey::generate(&Random::system()).expect("a key").to_text().expose().to_owned();
        let file = folder.path().join("kek");
        fs::write(&file, &kek).expect("write the key");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).expect("close the key to others");
        fs::create_dir(folder.path().join("mail")).expect("a folder for mails");
        let public = free_address();
        let deployment = Self { folder, public, kek, postgres, log, nodes: Cell::new(0) };
        deployment.write_settings("portreeve.toml", public, free_address());
        deployment.succeed(&["migrate", "up"], "");
        deployment
    }

    /// Applies a resource file.
    ///
    /// # Panics
    ///
    /// When it is refused.
    pub fn apply(&self, resources: &str) {
        fs::write(self.folder.path().join("resources.toml"), resources).expect("write the resources");
        self.succeed(&["apply", "-f", "resources.toml"], "");
    }

    /// Starts a node and waits until it is ready.
    ///
    /// # Panics
    ///
    /// When it is not in a minute.
    pub fn serve(&self) -> Node {
        self.serve_with(&[])
    }

    /// As `serve`, with further options, which it keeps when it is started again.
    ///
    /// # Panics
    ///
    /// When it is not ready in a minute.
    pub fn serve_with(&self, options: &[&str]) -> Node {
        self.serve_by(&[], options)
    }

    /// As `serve_with`, started by another program, such as `prlimit` with its arguments, which becomes the node.
    ///
    /// # Panics
    ///
    /// When it is not ready in a minute.
    pub fn serve_by(&self, launcher: &[&str], options: &[&str]) -> Node {
        let first = self.nodes.replace(self.nodes.get() + 1) == 0;
        let (public, admin) = (if first { self.public } else { free_address() }, free_address());
        let settings = format!("node-{}.toml", self.nodes.get());
        self.write_settings(&settings, public, admin);
        let launcher = launcher.iter().map(OsString::from);
        let options = ["serve", "--config", &settings].into_iter().chain(options.iter().copied()).map(OsString::from);
        self.ready(public, admin, launcher.chain([binary().into()]).chain(options).collect())
    }

    /// Kills a node as nobody can catch it, starts it again at the same addresses and waits until it is ready.
    ///
    /// # Panics
    ///
    /// When it is not in a minute.
    pub fn serve_again(&self, node: Node) -> Node {
        let Node { process, public, admin, command } = node;
        drop(process);
        self.ready(public, admin, command)
    }

    fn ready(&self, public: SocketAddr, admin: SocketAddr, command: Vec<OsString>) -> Node {
        let (program, arguments) = command.split_first().expect("a program");
        let mut process = ChildProcess::spawn(Command::new(program).args(arguments).current_dir(self.folder.path()));
        process.wait_for_ok(admin, "/readyz", PATIENCE);
        Node { process, public, admin, command }
    }

    /// Runs a command beside the nodes, with `input` on its standard input.
    ///
    /// # Panics
    ///
    /// When it cannot be run.
    pub fn command(&self, arguments: &[&str], input: &str) -> Output {
        let mut child = Command::new(binary())
            .current_dir(self.folder.path())
            .args(arguments)
            .args(["--config", "portreeve.toml"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("run portreeve");
        child.stdin.take().expect("its standard input").write_all(input.as_bytes()).expect("write to it");
        child.wait_with_output().expect("its end")
    }

    /// As `command`, for one that must succeed; returns what it prints. One that says that it may be well again in a moment is
    /// tried again: the database of a busy machine is slow.
    ///
    /// # Panics
    ///
    /// When it does not.
    pub fn succeed(&self, arguments: &[&str], input: &str) -> String {
        let mut output = self.command(arguments, input);
        for _ in 0..TRIES {
            if output.status.code() != Some(TEMPORARY) {
                break;
            }
            thread::sleep(PAUSE);
            output = self.command(arguments, input);
        }
        let complaints = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {complaints}");
        format!("{}{complaints}", String::from_utf8_lossy(&output.stdout))
    }

    /// The URL the server opens the database with.
    pub fn database_url(&self) -> String {
        match &self.postgres {
            Some(urls) => urls.server_url.clone(),
            None => format!("sqlite:{}", self.folder.path().join("portreeve.db").display()),
        }
    }

    /// Waits until the sealer of a running node has begun, and returns what `audit verify` says then.
    ///
    /// # Panics
    ///
    /// When the log is not whole.
    pub fn sealed(&self) -> String {
        loop {
            let said = self.succeed(&["audit", "verify"], "");
            if !said.contains("tenant default: whole; 0 events") {
                return said;
            }
            thread::sleep(Duration::from_millis(100));
        }
    }

    /// Everything in the database: the bytes of its files, or the text of a dump.
    ///
    /// # Panics
    ///
    /// When it cannot be read.
    pub fn database_bytes(&self) -> Vec<u8> {
        if let Some(urls) = &self.postgres {
            return postgres::dump(urls);
        }
        let files = fs::read_dir(self.folder.path()).expect("the folder").map(|entry| entry.expect("an entry").path());
        let of_database = files.filter(|path: &PathBuf| path.to_string_lossy().contains("portreeve.db"));
        of_database.flat_map(|path| fs::read(path).expect("read the database")).collect()
    }

    /// The mails so far, newest last.
    ///
    /// # Panics
    ///
    /// When one cannot be read.
    pub fn mails(&self) -> Vec<String> {
        let files = fs::read_dir(self.folder.path().join("mail")).expect("the mails");
        let mut files: Vec<_> = files
            .map(|entry| entry.expect("a mail").path())
            .filter(|path| path.extension().is_some_and(|end| end == "eml"))
            .collect();
        files.sort();
        files.iter().map(|path| fs::read_to_string(path).expect("read a mail")).collect()
    }

    /// Waits for the mail whose subject begins so, and returns the path of the link in it.
    ///
    /// # Panics
    ///
    /// When there is no link.
    pub async fn mailed_link(&self, subject: &str) -> String {
        path_in(&self.mailed("", subject).await, "/link/")
    }

    /// Waits for the newest mail to an address whose subject begins so, and returns its text.
    pub async fn mailed(&self, to: &str, subject: &str) -> String {
        let (to, subject) = (format!("To: {to}"), format!("Subject: {subject}"));
        loop {
            match self.mails().into_iter().rfind(|mail| mail.contains(&to) && mail.contains(&subject)) {
                Some(mail) => return mail.replace("=\r\n", "").replace("=\n", "").replace("=3D", "="),
                None => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }

    fn write_settings(&self, name: &str, public: SocketAddr, admin: SocketAddr) {
        let migrate_url = self.postgres.as_ref().map_or_else(|| self.database_url(), |urls| urls.owner_url.clone());
        // The cluster that tests share is as fast as it can be.
        let durability = match self.postgres.as_ref().map(|urls| urls.durability) {
            Some(Durability::Off) => "unchecked",
            Some(Durability::On) | None => "required",
        };
        let text = format!(
            r#"
            [server]
            listen = "{public}"
            public_url = "http://{own}"
            trusted_proxies = ["127.0.0.1"]
            [admin]
            listen = "{admin}"
            [database]
            url = "{url}"
            migrate_url = "{migrate_url}"
            durability = "{durability}"
            silence_ms = {SILENCE_MS}
            [secrets]
            key_encryption_key_file = "kek"
            [mail]
            transport = "file:mail"
            from = "no-reply@id.example"
            [limits]
            drain_delay_ms = 0
            [log]
            {log}
            "#,
            own = self.public,
            url = self.database_url(),
            log = self.log,
        );
        fs::write(self.folder.path().join(name), text).expect("write the settings");
    }
}

/// The path in a text that begins so and ends with an id or a token, with the query.
///
/// # Panics
///
/// When there is none.
pub fn path_in(text: &str, beginning: &str) -> String {
    let (_, rest) = text.split_once(beginning).expect("a link");
    let token: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_?=".contains(*c)).collect();
    format!("{beginning}{token}")
}

impl Node {
    /// Sends the process a signal by its name, such as `TERM`.
    ///
    /// # Panics
    ///
    /// When it has ended.
    pub fn signal(&self, name: &str) {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &id]).status().expect("run kill").success());
    }

    /// Ends the node in order and returns everything it logged.
    ///
    /// # Panics
    ///
    /// When it does not end in order.
    pub fn end(mut self) -> String {
        self.signal("TERM");
        assert!(self.process.wait_for_end(PATIENCE).success(), "{}", self.process.printed());
        self.process.printed()
    }
}
