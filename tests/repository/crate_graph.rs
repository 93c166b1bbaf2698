//! Compares the manifests with `docs/architecture/crate-graph.toml`.
//!
//! Owns which of our crates may depend on which, and that the pure ones stay pure. Which crate may name which
//! library is left to `deny.toml`.

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    process::Command,
};

use serde_json::Value;

use crate::{read, root};

const GRAPH: &str = "docs/architecture/crate-graph.toml";

/// Our packages are called `portreeve-NAME`.
const PREFIX: &str = "portreeve-";

/// Crates that decide without input and output.
const PURE: [&str; 5] = ["domain", "crypto", "jose", "oidc", "authenticators"];

/// Libraries that bring a runtime, a network or a database.
const IMPURE_LIBRARIES: [&str; 8] = ["axum", "hyper", "lettre", "reqwest", "rusqlite", "sqlx", "tokio", "tower"];

/// A member of the workspace as its manifest describes it.
struct Member {
    name: String,
    /// Names of normal and build dependencies.
    dependencies: BTreeSet<String>,
}

/// Returns the members of the workspace but the tests, which may import everything.
fn members() -> Vec<Member> {
    let output = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(root())
        .output()
        .expect("run cargo metadata");
    assert!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON");

    let text = |value: &Value| value.as_str().expect("a string").to_owned();
    let list = |value: &Value| value.as_array().expect("a list").clone();
    list(&metadata["packages"])
        .iter()
        .map(|package| Member {
            name: text(&package["name"]),
            dependencies: list(&package["dependencies"])
                .iter()
                .filter(|dependency| dependency["kind"] != "dev")
                .map(|dependency| text(&dependency["name"]))
                .collect(),
        })
        .filter(|member| member.name != "portreeve-tests")
        .collect()
}

/// Returns, per crate, the crates it may depend on.
fn allowed() -> BTreeMap<String, BTreeSet<String>> {
    let table: toml::Table = read(&root().join(GRAPH)).parse().expect("crate-graph.toml is TOML");
    let crates = table["crates"].as_table().expect("a table of crates");
    crates
        .iter()
        .map(|(name, imports)| {
            let imports = imports.as_array().expect("a list of crates");
            (name.clone(), imports.iter().map(|import| import.as_str().expect("a crate").to_owned()).collect())
        })
        .collect()
}

#[test]
fn every_crate_depends_only_on_crates_below_it() {
    let allowed = allowed();

    let mut wrong = Vec::new();
    for member in members() {
        let name = member.name.trim_start_matches(PREFIX);
        let Some(below) = allowed.get(name) else {
            wrong.push(format!("{name} is not in {GRAPH}"));
            continue;
        };
        for import in member.dependencies.iter().filter_map(|dependency| dependency.strip_prefix(PREFIX)) {
            if !below.contains(import) {
                wrong.push(format!("{name} may not depend on {import}"));
            }
        }
    }

    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_crate_graph_names_only_crates_that_exist() {
    let members: BTreeSet<String> =
        members().into_iter().map(|member| member.name.trim_start_matches(PREFIX).to_owned()).collect();

    let named: BTreeSet<String> =
        allowed().into_iter().flat_map(|(name, imports)| imports.into_iter().chain([name])).collect();

    assert_eq!(named.difference(&members).collect::<Vec<_>>(), Vec::<&String>::new());
}

#[test]
fn the_crate_graph_has_no_cycle() {
    let mut rest = allowed();

    while let Some(leaf) = rest.iter().find(|(_, below)| below.is_empty()).map(|(name, _)| name.clone()) {
        rest.remove(&leaf);
        rest.values_mut().for_each(|below| {
            below.remove(&leaf);
        });
    }

    assert!(rest.is_empty(), "a cycle runs through {:?}", rest.keys());
}

#[test]
fn pure_crates_have_no_runtime_network_or_database() {
    let impure: Vec<_> = members()
        .into_iter()
        .filter(|member| PURE.iter().any(|pure| member.name.strip_prefix(PREFIX) == Some(pure)))
        .flat_map(|member| {
            let wrong: Vec<_> =
                IMPURE_LIBRARIES.iter().filter(|library| member.dependencies.contains(**library)).collect();
            wrong.into_iter().map(|library| format!("{} depends on {library}", member.name)).collect::<Vec<_>>()
        })
        .collect();

    assert!(impure.is_empty(), "{impure:#?}");
}
