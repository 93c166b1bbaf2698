//! The shape of source files: lints inherited, a head that says what a module owns, a length one can read.

use std::path::Path;

use crate::{files, read, root, shown};

/// A file has fewer lines than this.
const MAX_LINES: usize = 400;

/// Names that say nothing about what a file holds.
const EMPTY_NAMES: [&str; 10] =
    ["common", "data", "helper", "helpers", "info", "manager", "misc", "shared", "util", "utils"];

fn offenders(is_wrong: impl Fn(&Path, &str) -> Option<String>) -> Vec<String> {
    files("crates", &["rs"])
        .iter()
        .filter_map(|path| is_wrong(path, &read(path)).map(|reason| format!("{}: {reason}", shown(path))))
        .collect()
}

#[test]
fn every_crate_inherits_the_lints_of_the_workspace() {
    let wrong: Vec<_> = files("crates", &["toml"])
        .into_iter()
        .filter(|path| path.ends_with("Cargo.toml"))
        .filter(|path| {
            let manifest: toml::Table = read(path).parse().expect("a manifest is TOML");
            manifest.get("lints").and_then(|lints| lints.get("workspace")).and_then(toml::Value::as_bool) != Some(true)
        })
        .map(|path| shown(&path))
        .collect();

    assert!(wrong.is_empty(), "without `[lints] workspace = true`: {wrong:#?}");
}

#[test]
fn unsafe_code_is_forbidden_in_every_crate() {
    for manifest in ["Cargo.toml", "tests/Cargo.toml"] {
        let manifest: toml::Table = read(&root().join(manifest)).parse().expect("a manifest is TOML");
        let lints = manifest.get("workspace").map_or_else(|| &manifest["lints"], |workspace| &workspace["lints"]);

        assert_eq!(lints["rust"]["unsafe_code"].as_str(), Some("forbid"));
    }
}

#[test]
fn every_file_opens_with_what_it_owns() {
    let wrong = offenders(|_, source| (!source.starts_with("//!")).then(|| "has no `//!` head".to_owned()));

    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_file_is_short_enough_to_read() {
    let wrong = offenders(|_, source| {
        let lines = source.lines().count();
        (lines >= MAX_LINES).then(|| format!("{lines} lines, {MAX_LINES} or more"))
    });

    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn file_and_folder_names_say_what_is_inside() {
    let wrong = offenders(|path, _| {
        let names = path.with_extension("");
        let name = names.iter().filter_map(|part| part.to_str()).find(|part| EMPTY_NAMES.contains(part))?;
        Some(format!("`{name}` says nothing"))
    });

    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_merge_is_left_half_done() {
    let wrong: Vec<_> = files("", &["rs", "toml", "md", "mjs", "js", "py", "html", "css", "ftl", "sql", "yml"])
        .into_iter()
        .filter(|path| read(path).lines().any(|line| line.starts_with("<<<<<<< ") || line.starts_with(">>>>>>> ")))
        .map(|path| shown(&path))
        .collect();

    assert!(wrong.is_empty(), "markers of a merge: {wrong:#?}");
}
