//! Stories of people at a browser, told with Chromium against a running `portreeve demo`.
//!
//! Owns starting demos and running the stories of `stories/` on them; they are written for Node.js, as is the
//! library that drives Chromium. Once with scripts and once without: no page needs any. DESIGN §1.1, §9; WANTED W12, W13.

use std::{
    env, fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
    time::Duration,
};

use portreeve_tests::{address::free_address, process::ChildProcess, temp::TempFolder};

/// The first start makes a database and hashes passwords, in a development build.
const START_PATIENCE: Duration = Duration::from_secs(60);

/// A demo in a folder of its own; both go away on drop.
struct Demo {
    // Before the folder: fields are dropped in order, and a demo writes until its end.
    _process: ChildProcess,
    folder: TempFolder,
}

impl Demo {
    fn start() -> Self {
        let folder = TempFolder::new("browser");
        let [public, relying_party, admin]: [SocketAddr; 3] = std::array::from_fn(|_| free_address());
        let mut process = ChildProcess::spawn(
            Command::new(program())
                .args(["demo", "--listen", &public.to_string()])
                .args(["--rp-listen", &relying_party.to_string()])
                .args(["--admin-listen", &admin.to_string()])
                .arg("--data")
                .arg(folder.path()),
        );
        process.wait_for_ok(admin, "/readyz", START_PATIENCE);
        Self { _process: process, folder }
    }

    /// Runs the stories of a file; `scripts` is `on` or `off`, for all pages. The error is what was printed.
    fn tell(&self, file: &Path, scripts: &str) -> Result<(), String> {
        let output = Command::new("node")
            .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("browser"))
            .args(["--test", "--test-reporter=spec"])
            .arg(file)
            .env("PORTREEVE_DATA", self.folder.path())
            .env("PORTREEVE_PROGRAM", program())
            .env("PORTREEVE_SCRIPTS", scripts)
            .output()
            .expect("run node; if it is missing: scripts/install test");

        let (printed, complaints) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        if output.status.success() { Ok(()) } else { Err(format!("{printed}\n{complaints}")) }
    }
}

/// Tells all stories, each file on a fresh demo: attempts to sign in are limited by address, and time is the demo's.
fn tell_stories(scripts: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("browser/stories");
    let files = fs::read_dir(&folder).expect("read the folder of stories");
    let mut files: Vec<PathBuf> = files.map(|file| file.expect("read the folder of stories").path()).collect();
    files.sort();

    let failures: Vec<String> = files.iter().filter_map(|file| Demo::start().tell(file, scripts).err()).collect();

    assert!(!files.is_empty(), "{} has no stories", folder.display());
    assert!(failures.is_empty(), "{}\nif packages are missing: scripts/install test", failures.join("\n"));
}

/// Returns the program under test, which is another package's: cargo names no path to it, and builds it only with the
/// whole workspace.
fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        // target/PROFILE/deps/browser-HASH
        let own = env::current_exe().expect("this test's own path");
        let program = own.ancestors().nth(2).expect("a folder above deps").join("portreeve");
        if !program.exists() {
            let built = Command::new(env!("CARGO"))
                .args(["build", "--locked", "-p", "portreeve-server", "--bin", "portreeve"])
                .status()
                .expect("run cargo");
            assert!(built.success(), "portreeve does not build");
        }
        program
    })
}

/// A1.2 of the journeys: Chromium, step by step, with everything a person may do in between.
#[test]
fn the_stories_hold_in_a_browser_with_scripts() {
    tell_stories("on");
}

/// A1.2, A1.3: no page needs a script.
#[test]
fn the_stories_hold_in_a_browser_without_scripts() {
    tell_stories("off");
}
