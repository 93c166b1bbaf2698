//! nginx and Apache as ordinary processes of the test: no service, no fixed port, no privileges.

use std::{
    fs,
    os::unix::fs::{MetadataExt, chown},
    path::{Path, PathBuf},
    process::Command,
};

use portreeve_tests::temp::TempFolder;

/// Debian's user and group `nobody` and `nogroup`, for tests that run as root.
const NOBODY: u32 = 65534;

/// Returns a command for a server that finds everything it needs in `folder`, which becomes its own.
///
/// Panics when the program is not installed.
pub(crate) fn daemon(name: &str, folder: &TempFolder) -> Command {
    let program = program(name);
    let is_root = fs::metadata("/proc/self").expect("read /proc/self").uid() == 0;
    if !is_root {
        return Command::new(program);
    }
    let files = fs::read_dir(folder.path()).expect("list the folder").map(|entry| entry.expect("an entry").path());
    for path in files.chain([folder.path().to_owned()]) {
        chown(&path, Some(NOBODY), Some(NOBODY)).expect("give the folder to nobody");
    }
    let mut command = Command::new("setpriv");
    command.args([&format!("--reuid={NOBODY}"), &format!("--regid={NOBODY}"), "--clear-groups", "--"]).arg(program);
    command
}

/// Daemons live in sbin, which is not in every user's PATH.
fn program(name: &str) -> PathBuf {
    ["/usr/sbin", "/usr/local/sbin", "/usr/bin"]
        .iter()
        .map(|folder| Path::new(folder).join(name))
        .find(|path| path.exists())
        .unwrap_or_else(|| panic!("{name} is not installed; run scripts/install test"))
}
