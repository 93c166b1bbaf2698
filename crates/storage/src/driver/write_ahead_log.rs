//! The write-ahead log of SQLite, waited for apart from COMMIT.
//!
//! Owns the wait for the disk. With `synchronous=normal` COMMIT writes the log without waiting, and a checkpoint waits for it and for the
//! database before the log begins anew: so what is in the log when the wait begins is kept once it ends, wherever it is by then.
//! Decision 0037.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use portreeve_domain::Fault;

/// The log of one database. Cheap to clone.
#[derive(Clone)]
pub(super) struct WriteAheadLog(Arc<Log>);

struct Log {
    file: File,
    /// Why the disk did not keep something.
    lost: OnceLock<String>,
}

impl WriteAheadLog {
    /// The log of the database at `database`, which must be there: a connection that has read something makes it and keeps it. A link
    /// is followed, as SQLite does.
    ///
    /// # Errors
    /// A fault when it is not there, as on a file system on which SQLite has none.
    pub(super) fn of(database: &Path) -> Result<Self, Fault> {
        let log_of = |database: PathBuf| {
            let mut path = database.into_os_string();
            path.push("-wal");
            // Some systems wait only for a file that may be written.
            OpenOptions::new().write(true).open(path)
        };
        let opened = std::fs::canonicalize(database).and_then(log_of);
        let file = opened
            .map_err(|e| Fault::new(e).while_doing(format!("open the write-ahead log of {}", database.display())))?;
        Ok(Self(Arc::new(Log { file, lost: OnceLock::new() })))
    }

    /// Waits until what was written is on the disk. Blocks.
    ///
    /// # Errors
    /// Why it is not: from then on nothing here can be relied on, as `check` says. After a wait that failed the system takes what it
    /// could not write for written, so that to wait again would prove nothing.
    pub(super) fn sync(&self) -> Result<(), String> {
        self.0.file.sync_data().map_err(|error| self.0.lost.get_or_init(|| error.to_string()).clone())
    }

    /// Whether everything that was waited for was kept.
    ///
    /// # Errors
    /// A fault when something was not: the process must be started again, which copies what the log has to the database and waits for that.
    pub(super) fn check(&self) -> Result<(), Fault> {
        let Some(cause) = self.0.lost.get() else { return Ok(()) };
        Err(Fault::transient(format!(
            "the disk did not keep what was written ({cause}): mend it and start the process again"
        )))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A log for which nobody can wait, as `/dev/null` is where it should be.
    #[cfg(unix)]
    pub(crate) fn broken_log(folder: &Path) -> WriteAheadLog {
        std::fs::write(folder.join("broken"), "").unwrap();
        std::os::unix::fs::symlink("/dev/null", folder.join("broken-wal")).unwrap();
        WriteAheadLog::of(&folder.join("broken")).unwrap()
    }
}
