//! Reads the sources of the storage crate: which repositories there are, their functions and their statements.
//!
//! Reading the text, rather than exporting a list, keeps the statements private where they belong and misses none.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Files of the storage crate that are no repositories.
const NOT_REPOSITORIES: [&str; 6] = ["lib", "driver", "durability", "home", "migrations", "recall"];

/// A repository file.
pub(crate) struct Repository {
    pub(crate) name: String,
    pub(crate) source: String,
}

/// A statement as it stands in a repository file.
pub(crate) struct Statement {
    /// `repository::CONSTANT`.
    pub(crate) name: String,
    pub(crate) sql: &'static str,
}

/// Every repository of the storage crate, by name.
pub(crate) fn repositories() -> Vec<Repository> {
    let folder = workspace().join("crates/storage/src");
    let mut found: Vec<_> = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("list {}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "rs"))
        .map(|path| Repository { name: stem(&path), source: read(&path) })
        .filter(|repository| !NOT_REPOSITORIES.contains(&repository.name.as_str()))
        .collect();
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

/// The text of a file of this suite, by its path below the suite's folder.
pub(crate) fn suite(path: &str) -> String {
    read(&workspace().join("tests/storage").join(path))
}

/// The tables that the migrations make.
pub(crate) fn tables() -> Vec<String> {
    let folder = workspace().join("migrations");
    let files = fs::read_dir(&folder).unwrap_or_else(|error| panic!("list {}: {error}", folder.display()));
    let scripts = files.map(|entry| entry.unwrap().path()).filter(|path| path.is_file()).map(|path| read(&path));
    let mut found: Vec<_> = scripts.flat_map(|script| made_in(&script)).collect();
    assert!(found.len() > 25, "only {} tables were found", found.len());
    found.sort();
    found
}

fn made_in(script: &str) -> Vec<String> {
    let statements = script.lines().filter_map(|line| line.strip_prefix("CREATE TABLE "));
    statements.filter_map(|rest| rest.split([' ', '(']).next()).map(str::to_owned).collect()
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("read {}: {error}", path.display()))
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap().to_str().unwrap().to_owned()
}

impl Repository {
    /// The names of its public functions.
    pub(crate) fn functions(&self) -> Vec<&str> {
        let signatures = self.source.lines().filter_map(|line| line.strip_prefix("pub async fn "));
        signatures.filter_map(|rest| rest.split('(').next()).collect()
    }

    /// Its statements: every text literal that a constant at the margin holds, alone or in an array.
    pub(crate) fn statements(&self) -> Vec<Statement> {
        let mut statements = Vec::new();
        for item in self.source.split("\nconst ").skip(1) {
            let item = item.split_once(";\n").map_or(item, |(item, _)| item);
            let constant = item.split(':').next().unwrap_or_default();
            // Statements quote nothing with double quotes, so every second part is a literal.
            for sql in item.split('"').skip(1).step_by(2) {
                let name = format!("{}::{constant}", self.name);
                statements.push(Statement { name, sql: sql.to_owned().leak() });
            }
        }
        statements
    }
}

impl Statement {
    /// How many parameters it has.
    pub(crate) fn parameters(&self) -> usize {
        (1..=20).rev().find(|number| self.sql.contains(&format!("${number}"))).unwrap_or(0)
    }
}
