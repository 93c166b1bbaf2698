//! Temporary folders that only the user who runs the tests may enter.

use std::{
    env,
    fs::{self, DirBuilder},
    io::ErrorKind,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    process,
    sync::atomic::{AtomicU64, Ordering},
};

/// A folder with mode 0700 that is removed with all its content on drop.
#[derive(Debug)]
pub struct TempFolder {
    path: PathBuf,
}

impl TempFolder {
    /// Makes an empty folder below the system's folder for temporary files.
    ///
    /// `purpose` becomes part of its name, for whoever finds one left by a killed run. The path is kept short: the
    /// name of a Unix socket inside it may have 107 bytes at most.
    ///
    /// # Panics
    ///
    /// When the folder cannot be made.
    pub fn new(purpose: &str) -> Self {
        static COUNTER: AtomicU64 = AtomicU64::new(0);
        loop {
            let number = COUNTER.fetch_add(1, Ordering::Relaxed);
            let path = env::temp_dir().join(format!("portreeve-{purpose}-{}-{number}", process::id()));
            match DirBuilder::new().mode(0o700).create(&path) {
                Ok(()) => return Self { path },
                // Left by an earlier process of the same number.
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => panic!("make {}: {error}", path.display()),
            }
        }
    }

    /// Returns where the folder is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Gives up removing the folder; the caller has somebody else do it.
    pub(crate) fn into_path(self) -> PathBuf {
        let path = self.path.clone();
        std::mem::forget(self);
        path
    }
}

impl Drop for TempFolder {
    fn drop(&mut self) {
        // A folder that the test itself removed is fine; anything else is not worth a panic while unwinding.
        let _ = fs::remove_dir_all(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_folder_is_closed_to_others_and_removed_with_its_content() {
        let folder = TempFolder::new("temp");
        let path = folder.path().to_owned();
        fs::write(path.join("file"), "content").unwrap();

        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);

        drop(folder);

        assert!(!path.exists());
    }

    #[test]
    fn two_folders_of_one_purpose_differ() {
        assert_ne!(TempFolder::new("twin").path(), TempFolder::new("twin").path());
    }
}
