//! Secrets by reference: `{ env = "NAME" }` or `{ file = "PATH" }`.
//!
//! Owns resolving them, and refusing a secret that stands in the file itself: resource files are made for git.

use std::path::Path;

use portreeve_crypto::SecretText;
use serde::Deserialize;

use super::problem::{Place, Problem};

/// How large a secret's file may be, in bytes.
const MAX_FILE_BYTES: usize = 4096;

/// Where a secret is.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Reference {
    env: Option<String>,
    file: Option<String>,
}

/// Fetches the secret that `value` refers to. A relative file is looked for beside the resource file, in `folder`; one
/// line break at the end of it is not part of the secret.
///
/// # Errors
/// A problem when `value` is no reference, or the variable or file is missing, empty, or not text.
pub(super) fn resolve(
    value: toml::de::ValueDeserializer<'_>,
    folder: &Path,
    at: &Place,
) -> Result<SecretText, Problem> {
    let reference = Reference::deserialize(value)
        .map_err(|_| at.problem("a secret is given by reference", r#"write { env = "NAME" } or { file = "PATH" }"#))?;
    let (secret, source) = match (reference.env, reference.file) {
        (Some(name), None) => {
            let secret = std::env::var(&name).map_err(|_| {
                at.problem(format!("the environment variable {name} is not set, or not text"), "set it")
            })?;
            (secret, format!("the environment variable {name}"))
        }
        (None, Some(file)) => {
            let path = folder.join(&file);
            let text = std::fs::read_to_string(&path)
                .map_err(|e| at.problem(format!("{} cannot be read: {e}", path.display()), "make it readable"))?;
            (without_frame(text), path.display().to_string())
        }
        _ => return Err(at.problem("a secret has one source", "give either env or file")),
    };
    match secret.len() {
        0 => Err(at.problem(format!("{source} is empty"), "put the secret there")),
        length if length > MAX_FILE_BYTES => {
            Err(at.problem(format!("{source} holds {length} bytes"), "give a secret of at most 4096 bytes"))
        }
        _ => Ok(SecretText::new(secret)),
    }
}

/// The text without the byte order mark that some editors put in front, and without one line break at its end.
fn without_frame(mut text: String) -> String {
    if text.starts_with('\u{feff}') {
        text.remove(0);
    }
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    text
}
