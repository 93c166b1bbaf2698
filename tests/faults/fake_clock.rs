//! A clock that a test moves, for the real binary.
//!
//! The library `libfaketime` stands between the server and the system's clock; what measures durations goes on as ever.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// The clock of a node.
pub(crate) struct FakeClock {
    file: PathBuf,
}

impl FakeClock {
    pub(crate) fn new(folder: &Path) -> Self {
        let clock = Self { file: folder.join("clock") };
        clock.set("+0");
        clock
    }

    /// What a node is started by so that it has this clock.
    pub(crate) fn launcher(&self) -> Vec<String> {
        let folders = fs::read_dir("/usr/lib").expect("read /usr/lib").filter_map(Result::ok);
        let library =
            folders.map(|folder| folder.path().join("faketime/libfaketimeMT.so.1")).find(|path| path.exists());
        let library = library.expect("libfaketime is not installed; run scripts/install test");
        let file = format!("FAKETIME_TIMESTAMP_FILE={}", self.file.display());
        let preload = format!("LD_PRELOAD={}", library.display());
        ["env", &preload, &file, "FAKETIME_NO_CACHE=1", "FAKETIME_DONT_FAKE_MONOTONIC=1", "TZ=UTC"]
            .map(str::to_owned)
            .to_vec()
    }

    /// In one step: a half-written time would be another.
    fn set(&self, time: &str) {
        let written = self.file.with_extension("new");
        fs::write(&written, time).expect("write the time");
        fs::rename(&written, &self.file).expect("set the clock");
    }

    /// Puts it so many seconds ahead of the true time, or back.
    pub(crate) fn ahead(&self, seconds: i64) {
        self.set(&format!("{seconds:+}"));
    }

    /// Lets it stand still at the true time.
    pub(crate) fn freeze(&self) {
        let now = Command::new("date").args(["-u", "+%F %T"]).output().expect("run date").stdout;
        self.set(&String::from_utf8(now).expect("text"));
    }
}
