//! A deployment on disk and the nodes that serve it.

use std::{
    cell::Cell,
    fs,
    io::Write as _,
    net::SocketAddr,
    os::unix::fs::PermissionsExt as _,
    path::PathBuf,
    process::{Command, Output, Stdio},
    time::Duration,
};

use portreeve_crypto::{KeyEncryptionKey, Random};
use portreeve_tests::{
    address::free_address,
    deployment::Database,
    portreeve::binary,
    postgres::{self, PostgresUrls},
    process::ChildProcess,
    temp::TempFolder,
};

const PATIENCE: Duration = Duration::from_secs(60);

/// A database, a key and resource files; what `portreeve.toml` says is the same for every node but for its addresses.
pub(crate) struct Deployment {
    pub(crate) folder: TempFolder,
    /// Where the first node is reached; every node believes to be there.
    pub(crate) public: SocketAddr,
    /// The key-encryption key as text.
    pub(crate) kek: String,
    postgres: Option<PostgresUrls>,
    log_format: &'static str,
    nodes: Cell<u8>,
}

/// A running node; it is killed on drop.
pub(crate) struct Node {
    pub(crate) process: ChildProcess,
    pub(crate) public: SocketAddr,
    pub(crate) admin: SocketAddr,
}

impl Deployment {
    /// Makes a deployment with a migrated database; `log_format` is `json` or `text`.
    pub(crate) fn new(database: Database, log_format: &'static str) -> Self {
        let folder = TempFolder::new("serve");
        let kek = KeyEncryptionKey::generate(&Random::system()).expect("a key").to_text().expose().to_owned();
        let file = folder.path().join("kek");
        fs::write(&file, &kek).expect("write the key");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).expect("close the key to others");
        fs::create_dir(folder.path().join("mail")).expect("a folder for mails");
        let postgres = (database == Database::Postgres).then(postgres::fresh_database);
        let public = free_address();
        let deployment = Self { folder, public, kek, postgres, log_format, nodes: Cell::new(0) };
        deployment.write_settings("portreeve.toml", public, free_address());
        deployment.succeed(&["migrate", "up"], "");
        deployment
    }

    /// Applies a resource file.
    pub(crate) fn apply(&self, resources: &str) {
        fs::write(self.folder.path().join("resources.toml"), resources).expect("write the resources");
        self.succeed(&["apply", "-f", "resources.toml"], "");
    }

    /// Starts a node and waits until it is ready.
    pub(crate) fn serve(&self) -> Node {
        let first = self.nodes.replace(self.nodes.get() + 1) == 0;
        let (public, admin) = (if first { self.public } else { free_address() }, free_address());
        let settings = format!("node-{}.toml", self.nodes.get());
        self.write_settings(&settings, public, admin);
        let mut command = Command::new(binary());
        command.current_dir(self.folder.path()).args(["serve", "--config", &settings]);
        let mut process = ChildProcess::spawn(&mut command);
        process.wait_for_ok(admin, "/readyz", PATIENCE);
        Node { process, public, admin }
    }

    /// Runs a command beside the nodes, with `input` on its standard input.
    pub(crate) fn command(&self, arguments: &[&str], input: &str) -> Output {
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

    /// As `command`, for one that must succeed; returns what it prints.
    pub(crate) fn succeed(&self, arguments: &[&str], input: &str) -> String {
        let output = self.command(arguments, input);
        let complaints = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {complaints}");
        format!("{}{complaints}", String::from_utf8_lossy(&output.stdout))
    }

    /// The URL the server opens the database with.
    pub(crate) fn database_url(&self) -> String {
        match &self.postgres {
            Some(urls) => urls.server_url.clone(),
            None => format!("sqlite:{}", self.folder.path().join("portreeve.db").display()),
        }
    }

    /// Everything in the database: the bytes of its files, or the text of a dump.
    pub(crate) fn database_bytes(&self) -> Vec<u8> {
        if let Some(urls) = &self.postgres {
            return postgres::dump(urls);
        }
        let files = fs::read_dir(self.folder.path()).expect("the folder").map(|entry| entry.expect("an entry").path());
        let of_database = files.filter(|path: &PathBuf| path.to_string_lossy().contains("portreeve.db"));
        of_database.flat_map(|path| fs::read(path).expect("read the database")).collect()
    }

    /// The mails so far, newest last.
    pub(crate) fn mails(&self) -> Vec<String> {
        let files = fs::read_dir(self.folder.path().join("mail")).expect("the mails");
        let mut files: Vec<_> = files
            .map(|entry| entry.expect("a mail").path())
            .filter(|path| path.extension().is_some_and(|end| end == "eml"))
            .collect();
        files.sort();
        files.iter().map(|path| fs::read_to_string(path).expect("read a mail")).collect()
    }

    fn write_settings(&self, name: &str, public: SocketAddr, admin: SocketAddr) {
        let migrate_url = self.postgres.as_ref().map_or_else(|| self.database_url(), |urls| urls.owner_url.clone());
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
            [secrets]
            key_encryption_key_file = "kek"
            [mail]
            transport = "file:mail"
            from = "no-reply@id.example"
            [limits]
            drain_delay_ms = 0
            [log]
            format = "{format}"
            level = "trace"
            requests = "all"
            "#,
            own = self.public,
            url = self.database_url(),
            format = self.log_format,
        );
        fs::write(self.folder.path().join(name), text).expect("write the settings");
    }
}

impl Node {
    /// Ends the node in order and returns everything it logged.
    pub(crate) fn end(mut self) -> String {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().expect("run kill").success());
        assert!(self.process.wait_for_end(PATIENCE).success(), "{}", self.process.printed());
        self.process.printed()
    }
}
