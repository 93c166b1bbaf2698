//! Where libraries may come from, and that the run before every change looks.

use crate::{read, root};

fn policy() -> toml::Table {
    read(&root().join("deny.toml")).parse().expect("deny.toml is TOML")
}

/// S-141: libraries come from the registry alone, in versions that were named, and CI says no to others.
#[test]
fn libraries_come_from_the_registry_and_ci_looks() {
    let policy = policy();
    let sources = &policy["sources"];
    for (place, rule) in [("sources", "unknown-registry"), ("sources", "unknown-git"), ("bans", "wildcards")] {
        assert_eq!(policy[place][rule].as_str(), Some("deny"), "{place}.{rule}");
    }
    assert_eq!(sources["allow-git"].as_array().map(Vec::len), Some(0));

    let run = read(&root().join(".ci/run"));
    assert!(run.contains("cargo deny --locked --log-level error check bans licenses sources"));
    for line in run.lines().filter(|line| line.contains("cargo") && !line.contains("cargo fmt")) {
        assert!(line.contains("--locked"), "{line}");
    }
}

/// S-141: what is locked is from the registry, each with the hash of what was looked at.
#[test]
fn every_locked_library_has_a_hash() {
    let lock: toml::Table = read(&root().join("Cargo.lock")).parse().expect("Cargo.lock is TOML");
    let packages = lock["package"].as_array().expect("packages");
    let others: Vec<_> = packages.iter().filter(|package| package.get("source").is_some()).collect();
    assert!(others.len() > 100, "{} libraries", others.len());
    for package in others {
        assert_eq!(
            package["source"].as_str(),
            Some("registry+https://github.com/rust-lang/crates.io-index"),
            "{package}"
        );
        assert_eq!(package.get("checksum").and_then(toml::Value::as_str).map(str::len), Some(64), "{package}");
    }
}
