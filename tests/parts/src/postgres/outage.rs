//! A cluster that is away for a while.
//!
//! Owns stopping, killing and freezing the server, and having it back. One that was started again is no child of the
//! supervisor: it is stopped when the cluster is dropped, and ends by itself once its folder is gone.

use std::{
    fs,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use super::{OtherUser, PostgresCluster, START_PATIENCE, command};

/// How the server goes away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// In order, but without waiting for anybody: `pg_ctl stop -m fast`.
    Fast,
    /// Every process of it at once, by a signal that none can catch.
    Kill,
    /// Every process of it stands still; connections stay open.
    Freeze,
}

impl PostgresCluster {
    /// Has the server go away.
    ///
    /// # Panics
    ///
    /// When it does not.
    pub fn stop(&self, how: Stop) {
        match how {
            Stop::Fast => self.control(&["stop", "-m", "fast", "-w"]),
            Stop::Kill => self.signal("-KILL"),
            Stop::Freeze => self.signal("-STOP"),
        }
    }

    /// Has the server back after `stop`, and waits until it answers.
    ///
    /// # Panics
    ///
    /// When it does not.
    pub fn come_back(&self, after: Stop) {
        if after == Stop::Freeze {
            return self.signal("-CONT");
        }
        let options =
            format!("-k {} -h 127.0.0.1 -p {} -c max_connections=300", self.folder.display(), self.address.port());
        let log = self.folder.join("log-again");
        // The shared memory of a killed server is free a moment later.
        let deadline = Instant::now() + START_PATIENCE;
        while !self.try_control(&["start", "-w", "-l", &log.to_string_lossy(), "-o", &options]) {
            assert!(Instant::now() < deadline, "{}", fs::read_to_string(&log).unwrap_or_default());
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// Ends a server that `come_back` started, and so is nobody's child.
    pub(super) fn end_restarted(&self) {
        if self.folder.join("log-again").exists() {
            self.try_control(&["stop", "-m", "immediate", "-w"]);
        }
    }

    /// Sends a signal to the server and to every process it has started.
    fn signal(&self, signal: &str) {
        let pid_file = fs::read_to_string(self.folder.join("data/postmaster.pid")).expect("a running server");
        let server = pid_file.lines().next().expect("its process number");
        let children = Command::new("ps").args(["-o", "pid=", "--ppid", server]).output().expect("run ps");
        let children = String::from_utf8_lossy(&children.stdout).into_owned();
        assert!(Command::new("kill").args([signal, server]).status().expect("run kill").success());
        // One that has ended meanwhile is no matter.
        let _ = Command::new("kill").arg(signal).args(children.split_whitespace()).output();
    }

    fn control(&self, arguments: &[&str]) {
        assert!(self.try_control(arguments), "pg_ctl {arguments:?}");
    }

    fn try_control(&self, arguments: &[&str]) -> bool {
        let mut control = command(OtherUser::needed().as_ref(), &self.programs.join("pg_ctl"));
        let output = control.arg("-D").arg(self.folder.join("data")).args(arguments).output().expect("run pg_ctl");
        output.status.success()
    }
}
