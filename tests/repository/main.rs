//! What must hold for the repository as a whole: the crate graph, the shape of source files, the ledger of covered ids,
//! the guards that are switched off to see the attacks succeed.
//!
//! Reads manifests and sources and runs nothing of the server. Formatting, lints and the dependency policy are the
//! business of `rustfmt`, `clippy.toml` and `deny.toml`.

mod crate_graph;
mod guards;
mod inputs;
mod ledger;
mod named_ids;
mod sources;
mod supply_chain;

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Folders that hold installed or built things.
const FOREIGN_FOLDERS: [&str; 5] = ["node_modules", "target", "__pycache__", ".work", ".git"];

/// Returns the root of the workspace.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests folder has a parent").to_owned()
}

/// Returns a file's text.
fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("read {}: {error}", path.display()))
}

/// Returns all files below a folder of the workspace whose names end in one of `extensions`, sorted.
fn files(folder: &str, extensions: &[&str]) -> Vec<PathBuf> {
    fn collect(folder: &Path, extensions: &[&str], found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap_or_else(|error| panic!("list {}: {error}", folder.display())) {
            let path = entry.expect("directory entry").path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if path.is_dir() {
                if !FOREIGN_FOLDERS.contains(&name) {
                    collect(&path, extensions, found);
                }
            } else if path.extension().and_then(|end| end.to_str()).is_some_and(|end| extensions.contains(&end)) {
                found.push(path);
            }
        }
    }

    let mut found = Vec::new();
    collect(&root().join(folder), extensions, &mut found);
    found.sort();
    found
}

/// Returns a path as messages show it: relative to the root of the workspace.
fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}
