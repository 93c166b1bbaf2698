//! The folder of a demo: database, key, mails and `demo.json`, all of them its owner's alone.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use portreeve_crypto::{KeyEncryptionKey, Random, SecretText};

use super::description::Description;
use crate::failure::Failure;
use crate::settings::{KeySource, write_new_key};

/// Where a demo keeps everything.
pub(crate) struct Folder(PathBuf);

impl Folder {
    /// The folder at `path`, made when it is not there.
    ///
    /// # Errors
    /// A configuration failure when it can be neither made nor entered.
    pub(crate) fn open_or_create(path: &Path) -> Result<Self, Failure> {
        let cannot = |e| Failure::configuration(format!("{}: {e}; give a folder with --data", path.display()));
        DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(cannot)?;
        // mail_dir and the like are read by other programs from other working directories.
        let folder = Self(path.canonicalize().map_err(cannot)?);
        for folder in [folder.mails(), folder.text_messages()] {
            DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(cannot)?;
        }
        Ok(folder)
    }

    /// The folder of a demo that ran before.
    ///
    /// # Errors
    /// A configuration failure when there is none.
    pub(crate) fn open(path: &Path) -> Result<Self, Failure> {
        let folder = Self(path.to_owned());
        if folder.database().is_file() {
            return Ok(folder);
        }
        Err(Failure::configuration(format!(
            "{}: no demo ran here; start one: portreeve demo --data DIR",
            path.display()
        )))
    }

    /// The URL of the database.
    pub(crate) fn database_url(&self) -> SecretText {
        SecretText::new(format!("sqlite:{}", self.database().display()))
    }

    /// Where mails are put.
    pub(crate) fn mails(&self) -> PathBuf {
        self.0.join("mail")
    }

    /// Where text messages are put.
    pub(crate) fn text_messages(&self) -> PathBuf {
        self.0.join("sms")
    }

    /// Where the file called `name` is.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// The files that hold secrets, whether or not they are there.
    pub(crate) fn private_files(&self) -> Vec<PathBuf> {
        ["key", "demo.json", "portreeve.db", "ca.key", "tls.key"].map(|name| self.file(name)).to_vec()
    }

    /// Where `demo.json` is.
    pub(crate) fn description_path(&self) -> PathBuf {
        self.0.join("demo.json")
    }

    /// Where the key-encryption key is.
    pub(crate) fn key(&self) -> KeySource {
        KeySource::File(self.0.join("key"))
    }

    /// The key-encryption key, made at the first start.
    ///
    /// # Errors
    /// A failure when it cannot be made or read, or others may read it.
    pub(crate) fn key_or_new(&self, random: &Random) -> Result<KeyEncryptionKey, Failure> {
        let path = self.0.join("key");
        if !path.exists() {
            if self.database().exists() {
                return Err(Failure::configuration(format!(
                    "{} is gone and the database cannot be opened without it; put it back, or start in another folder",
                    path.display()
                )));
            }
            let fresh = KeyEncryptionKey::generate(random).map_err(|e| Failure::refused(e.to_string()))?;
            write_new_key(&path, &fresh)?;
        }
        self.key().read()
    }

    /// What the last start wrote; `None` at the first one.
    ///
    /// # Errors
    /// A configuration failure when the file is there and cannot be read.
    pub(crate) fn description(&self) -> Result<Option<Description>, Failure> {
        let path = self.description_path();
        let cannot = |e: String| Failure::configuration(format!("{}: {e}; remove the file", path.display()));
        match fs::read_to_string(&path) {
            Ok(text) => serde_json::from_str(&text).map(Some).map_err(|e| cannot(e.to_string())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(cannot(error.to_string())),
        }
    }

    fn database(&self) -> PathBuf {
        self.0.join("portreeve.db")
    }
}

/// Writes a file that only its owner may read, in one step: nobody ever reads half of it.
pub(super) fn write_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let draft = path.with_added_extension("new");
    // A draft that a crash left behind may have another mode.
    let _ = fs::remove_file(&draft);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    file.write_all(bytes)?;
    fs::rename(&draft, path)
}
