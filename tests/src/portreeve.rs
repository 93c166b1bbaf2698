//! The binary `portreeve`, built by cargo, and `portreeve demo` as a process.
//!
//! What a test does with the deployment is its own; `PORTREEVE_BINARY` names another binary to test, such as a release.

use std::{
    env,
    ffi::OsStr,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
    time::Duration,
};

use crate::{address::free_address, process::ChildProcess, temp::TempFolder};

/// How long a start may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(180);

/// Returns the binary of this workspace, built by cargo, or the one that `PORTREEVE_BINARY` names.
///
/// # Panics
///
/// When it cannot be built.
pub fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| env::var_os("PORTREEVE_BINARY").map_or_else(build, PathBuf::from))
}

/// Cargo knows better than a look at the folder whether the binary is as new as its sources. It is built as this test was:
/// a release test drives a release.
fn build() -> PathBuf {
    // target/PROFILE/deps/TEST is this test.
    let test = env::current_exe().expect("the path of this test");
    let folder = test.parent().and_then(Path::parent).expect("the folder of the profile");
    let profile = match folder.file_name().and_then(OsStr::to_str).expect("the name of a profile") {
        "debug" => "dev",
        named => named,
    };
    let status = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--locked", "--package", "portreeve-server", "--bin", "portreeve"])
        .args(["--profile", profile, "--target-dir"])
        .arg(folder.parent().expect("the target folder"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status()
        .expect("run cargo");
    assert!(status.success(), "portreeve cannot be built");
    folder.join("portreeve")
}

/// A running `portreeve demo` on free ports, with data of its own; it ends when dropped.
pub struct Demo {
    _process: ChildProcess,
    folder: TempFolder,
}

impl Demo {
    /// Starts a demo and waits until it is ready.
    ///
    /// # Panics
    ///
    /// When it does not become ready in three minutes.
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// Starts a demo with further options and waits until it is ready.
    ///
    /// # Panics
    ///
    /// When it does not become ready within a minute.
    pub fn start_with(options: &[&str]) -> Self {
        let folder = TempFolder::new("demo");
        let (public, relying_party, admin) = (free_address(), free_address(), free_address());
        let mut command = Command::new(binary());
        command.arg("demo").arg("--data").arg(folder.path()).args(options);
        for (option, address) in [("--listen", public), ("--rp-listen", relying_party), ("--admin-listen", admin)] {
            command.arg(option).arg(address.to_string());
        }
        let mut process = ChildProcess::spawn(&mut command);
        process.wait_for_ok(admin, "/readyz", PATIENCE);
        Self { _process: process, folder }
    }

    /// The folder of its data.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The description of the deployment for scripts.
    pub fn description(&self) -> PathBuf {
        self.folder.path().join("demo.json")
    }
}
