//! The key-encryption key: where it is, and what its file must be like.
//!
//! Owns the mode check and the words of refusal. Leaves judging the key itself to `crypto`. SECURITY rule 36, S-113.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use portreeve_crypto::{KeyEncryptionKey, KeyTextError, SecretText};

use crate::failure::Failure;

/// Every permission bit of group and others.
const OTHERS: u32 = 0o077;
/// How much of a key file is read, in bytes; a key has 44 characters.
const MAX_FILE_BYTES: u64 = 4096;

/// Where the key-encryption key is.
pub(crate) enum KeySource {
    /// In a file of mode 0600.
    File(PathBuf),
    /// Given as text, by the environment.
    Text(SecretText),
    /// Nowhere.
    Missing,
}

impl KeySource {
    /// Reads the key.
    ///
    /// # Errors
    /// A configuration failure: no key, an unreadable file or one that others may read, a key nobody generated.
    pub(crate) fn read(&self) -> Result<KeyEncryptionKey, Failure> {
        match self {
            Self::Missing => Err(Failure::configuration(
                "there is no key-encryption key; set secrets.key_encryption_key_file, of a new deployment to one that you make: umask 077; \
                 openssl rand -base64 32 > key",
            )),
            Self::Text(text) => parse(text.expose(), "secrets.key_encryption_key"),
            Self::File(path) => {
                let text = read_private(path)?;
                parse(text.expose(), &path.display().to_string())
            }
        }
    }
}

/// Makes a new key in a file of mode 0600, which must not exist.
///
/// # Errors
/// A failure when the file exists or cannot be written, or there is no randomness.
pub(crate) fn write_new(path: &Path, key: &KeyEncryptionKey) -> Result<(), Failure> {
    let written = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).and_then(|mut file| {
        file.write_all(key.to_text().expose().as_bytes())?;
        file.write_all(b"\n")?;
        file.sync_all()
    });
    written.map_err(|e| Failure::refused(format!("{}: the key cannot be written: {e}", path.display())))
}

/// Reads a file that only its owner may read; mode and content are those of one open file.
fn read_private(path: &Path) -> Result<SecretText, Failure> {
    let name = path.display();
    let cannot = |e: std::io::Error| {
        Failure::configuration(format!("{name}: the key-encryption key cannot be read: {e}; check path and owner"))
    };
    let file = File::open(path).map_err(cannot)?;
    let mode = file.metadata().map_err(cannot)?.mode();
    if mode & OTHERS != 0 {
        return Err(Failure::configuration(format!(
            "{name}: the key-encryption key has mode {:04o}, others may reach it; run chmod 600 {name}",
            mode & 0o7777
        )));
    }
    let mut text = String::new();
    file.take(MAX_FILE_BYTES).read_to_string(&mut text).map_err(cannot)?;
    Ok(SecretText::new(text))
}

fn parse(text: &str, origin: &str) -> Result<KeyEncryptionKey, Failure> {
    // Some editors put a byte order mark in front.
    let text = text.trim_start_matches('\u{feff}').trim();
    KeyEncryptionKey::parse(text).map_err(|error| {
        let what = match error {
            _ if text.is_empty() => "is empty",
            KeyTextError::Malformed => "is not 32 bytes in base64",
            KeyTextError::WeakKey => "was not made at random, or is a sample",
            KeyTextError::Fault(_) => "cannot be used",
        };
        // A new key opens nothing that was stored under another.
        Failure::configuration(format!(
            "{origin}: the key-encryption key {what}; put the one back that the database was made with, or make one for a new deployment \
             with openssl rand -base64 32"
        ))
    })
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use portreeve_crypto::Random;

    use super::*;

    fn key_file(mode: u32) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        write_new(&path, &KeyEncryptionKey::generate(&Random::system()).unwrap()).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        (folder, path)
    }

    #[test]
    fn a_new_key_file_is_private_and_readable() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        write_new(&path, &KeyEncryptionKey::generate(&Random::system()).unwrap()).unwrap();

        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert!(KeySource::File(path).read().is_ok());
    }

    /// S-113: a key file that group or others may read is refused, with the command that mends it.
    #[test]
    fn a_key_file_that_others_may_read_is_refused() {
        for mode in [0o640, 0o604, 0o644, 0o620] {
            let (_folder, path) = key_file(mode);

            let refused = KeySource::File(path).read().err().unwrap().to_string();

            assert!(refused.contains("chmod 600"), "{mode:o}: {refused}");
        }
    }

    /// S-113: a file that was emptied is not to be filled with another key, which would open nothing; a mark in front of a key is none of it.
    #[test]
    fn an_emptied_file_wants_its_key_back_and_a_byte_order_mark_is_skipped() {
        let (_folder, path) = key_file(0o600);
        let text = fs::read_to_string(&path).unwrap();

        fs::write(&path, format!("\u{feff}{text}")).unwrap();
        assert!(KeySource::File(path.clone()).read().is_ok());
        for nothing in ["", "\n", "\u{feff}\r\n"] {
            fs::write(&path, nothing).unwrap();
            let refused = KeySource::File(path.clone()).read().err().unwrap().to_string();
            assert!(refused.contains("is empty; put the one back that the database was made with"), "{refused}");
        }
    }

    /// S-113: no key, an empty key, a sample and a repeated pattern are refused; the message never quotes them.
    #[test]
    fn missing_and_sample_keys_are_refused() {
        let weak = "QUJBQkFCQUJBQkFCQUJBQkFCQUJBQkFCQUJBQkFCQUI=";
        for text in ["", "change-me", weak] {
            let refused = KeySource::Text(SecretText::new(text.to_owned())).read().err().unwrap().to_string();
            assert!(refused.contains("openssl rand"), "{refused}");
            assert!(text.is_empty() || !refused.contains(text), "{refused}");
        }
        assert!(KeySource::Missing.read().err().unwrap().to_string().contains("key_encryption_key_file"));
    }
}
