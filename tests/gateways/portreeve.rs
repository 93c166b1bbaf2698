//! Our server as an operator runs it: settings file, resource files, `portreeve serve` with TLS of its own.

use std::{fs, os::unix::fs::PermissionsExt, path::Path, process::Command, time::Duration};

use base64::{Engine, prelude::BASE64_STANDARD};
use portreeve_tests::{address::free_address, portreeve::binary, process::ChildProcess, temp::TempFolder};

use crate::{
    authority::{Authority, origin},
    issuer::{Issuer, Resources, random_bytes},
};

const PATIENCE: Duration = Duration::from_secs(120);

/// A running server with an empty SQLite database but for the given resources.
pub(crate) struct Portreeve {
    /// The issuer it serves.
    pub(crate) issuer: Issuer,
    process: ChildProcess,
    /// Removed after the process has ended: fields are dropped in their order.
    _folder: TempFolder,
}

impl Portreeve {
    /// Makes a deployment with `resources` and starts it.
    pub(crate) async fn start(authority: &Authority, resources: &Resources) -> Self {
        let folder = TempFolder::new("issuer");
        let (public, certified, admin) = (free_address(), free_address(), free_address());
        let (url, files) = (origin(public), authority.install(folder.path()));
        let settings = format!(
            r#"
            [server]
            listen = "{public}"
            public_url = "{url}"
            tls = {{ cert = "{certificate}", key = "{key}" }}
            [server.mutual_tls]
            listen = "{certified}"
            public_url = "{certified_url}"
            [admin]
            listen = "{admin}"
            [database]
            url = "sqlite:{database}"
            [secrets]
            key_encryption_key_file = "{kek}"
            [outbound]
            allow = {reached:?}
            extra_ca = "{ca}"
            "#,
            reached = resources.reached.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ca = files.ca.display(),
            certified_url = origin(certified),
            certificate = files.certificate.display(),
            key = files.key.display(),
            database = folder.path().join("portreeve.db").display(),
            kek = folder.path().join("kek").display(),
        );
        fs::write(folder.path().join("portreeve.toml"), settings).expect("write the settings");
        fs::write(folder.path().join("resources.toml"), &resources.text).expect("write the resources");
        write_key(&folder.path().join("kek"));

        run(command(&folder, resources).args(["migrate", "up", "--config", "portreeve.toml"]));
        run(command(&folder, resources).args(["apply", "-f", "resources.toml", "--config", "portreeve.toml"]));
        let mut process =
            ChildProcess::spawn(command(&folder, resources).args(["serve", "--config", "portreeve.toml"]));
        process.wait_for_ok(admin, "/readyz", PATIENCE);
        let issuer = Issuer::discover(url, authority, resources).await;
        Self { issuer, process, _folder: folder }
    }

    /// Waits for a line of the server's log that contains `text` and returns it.
    pub(crate) fn wait_for_log(&mut self, text: &str) -> String {
        self.process.wait_for_line(text, PATIENCE)
    }

    /// Kills the server; gateways get no answer from now on.
    pub(crate) fn stop(self) {
        drop(self);
    }
}

fn command(folder: &TempFolder, resources: &Resources) -> Command {
    let mut command = Command::new(binary());
    command.current_dir(folder.path()).envs(resources.secrets.iter().map(|(name, secret)| (name, secret)));
    command
}

fn run(command: &mut Command) {
    let output = command.output().expect("run portreeve");
    let (printed, complaints) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?}\n{printed}\n{complaints}");
}

fn write_key(path: &Path) {
    fs::write(path, BASE64_STANDARD.encode(random_bytes())).expect("write the key");
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).expect("close the key to others");
}
