//! A file that is read whole, and again when it has changed.

use std::fs::File;
use std::io::Read;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use arc_swap::{ArcSwap, Guard};

use crate::UnusableFile;

/// What tells one state of a file from the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    modified: Option<SystemTime>,
    bytes: u64,
}

/// What was read of a file last.
#[derive(Debug)]
pub(crate) struct Watched<T> {
    path: PathBuf,
    most_bytes: u64,
    read: fn(Vec<u8>) -> Result<T, String>,
    current: ArcSwap<T>,
    /// Held while the file is read: two readers would undo each other's work.
    stamp: Mutex<Stamp>,
}

impl<T> Watched<T> {
    /// Reads a file of at most `most_bytes` by `read`, which says what is wrong with it.
    pub(crate) fn open(
        path: PathBuf,
        most_bytes: u64,
        read: fn(Vec<u8>) -> Result<T, String>,
    ) -> Result<Self, UnusableFile> {
        let (stamp, bytes) = content(&path, most_bytes).map_err(|reason| unusable(&path, reason))?;
        let value = read(bytes).map_err(|reason| unusable(&path, reason))?;
        Ok(Self { path, most_bytes, read, current: ArcSwap::from_pointee(value), stamp: Mutex::new(stamp) })
    }

    /// What was read last.
    pub(crate) fn current(&self) -> Guard<Arc<T>> {
        self.current.load()
    }

    /// Reads the file again if it has changed, and gives its path then.
    pub(crate) fn refresh(&self) -> Result<Option<String>, UnusableFile> {
        let mut seen = self.stamp.lock().unwrap_or_else(PoisonError::into_inner);
        let now = std::fs::metadata(&self.path).map_err(|error| unusable(&self.path, error.to_string()))?;
        if *seen == stamp(&now) {
            return Ok(None);
        }
        let (stamp, bytes) = content(&self.path, self.most_bytes).map_err(|reason| unusable(&self.path, reason))?;
        let value = (self.read)(bytes).map_err(|reason| unusable(&self.path, reason))?;
        self.current.store(Arc::new(value));
        *seen = stamp;
        Ok(Some(self.path.display().to_string()))
    }
}

fn stamp(metadata: &std::fs::Metadata) -> Stamp {
    Stamp { modified: metadata.modified().ok(), bytes: metadata.len() }
}

/// The bytes of a file and its stamp from before they were read: a change in between is seen the next time.
fn content(path: &PathBuf, most_bytes: u64) -> Result<(Stamp, Vec<u8>), String> {
    let read = || {
        let file = File::open(path)?;
        let stamp = stamp(&file.metadata()?);
        let mut bytes = Vec::new();
        file.take(most_bytes + 1).read_to_end(&mut bytes)?;
        Ok((stamp, bytes))
    };
    let (stamp, bytes) = read().map_err(|error: std::io::Error| error.to_string())?;
    match bytes.len() as u64 > most_bytes {
        true => Err(format!("is larger than {most_bytes} bytes")),
        false => Ok((stamp, bytes)),
    }
}

fn unusable(path: &std::path::Path, reason: String) -> UnusableFile {
    UnusableFile { path: path.display().to_string(), reason }
}
