//! Compares `tests/attacks/guards.toml` with the sources: what `scripts/defang` would switch off and run is there.

use crate::{read, root};

/// What the suite must be shown to miss, each by one guard at least (SECURITY 5.7).
const MATTER_MOST: [&str; 10] = [
    "single-use",
    "redirect-match",
    "pkce",
    "client-authentication",
    "audience",
    "session-binding",
    "second-factor",
    "form-token",
    "rate-limit",
    "outbound",
];

fn guards() -> Vec<toml::Table> {
    let table: toml::Table = read(&root().join("tests/attacks/guards.toml")).parse().expect("guards.toml is TOML");
    let list = table["guards"].as_array().expect("a list of guards");
    list.iter().map(|guard| guard.as_table().expect("a table").clone()).collect()
}

fn text<'a>(guard: &'a toml::Table, name: &str) -> &'a str {
    guard[name].as_str().expect("a text")
}

#[test]
fn every_guard_has_its_line_and_its_test() {
    let mut wrong = Vec::new();
    for guard in guards() {
        let (name, file) = (text(&guard, "name"), text(&guard, "file"));
        let line = format!("\n{}\n", text(&guard, "line"));
        if read(&root().join(file)).matches(&line).count() != 1 {
            wrong.push(format!("{name}: its line is not in {file} exactly once"));
        }
        let defanged = text(&guard, "defanged");
        if defanged.matches("OFF").count() != 1 || defanged == text(&guard, "line") {
            wrong.push(format!("{name}: OFF is not in the place of the guard"));
        }
        let (file, test) = text(&guard, "test").split_once(' ').expect("a file and a test");
        let attack = text(&guard, "attack");
        let source = read(&root().join(file));
        let head = source.split(&format!("fn {test}()")).next().filter(|head| head.len() < source.len());
        let comment = head.and_then(|head| head.rsplit("\n\n").next()).unwrap_or_default();
        if !comment.contains("test]") {
            wrong.push(format!("{name}: {file} has no test {test}"));
        } else if !source.contains(attack) {
            wrong.push(format!("{name}: {file} says nothing of {attack}"));
        }
    }

    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_guards_that_matter_most_are_listed() {
    let names: Vec<_> = guards().iter().map(|guard| text(guard, "name").to_owned()).collect();

    let missing: Vec<_> =
        MATTER_MOST.iter().filter(|guard| !names.iter().any(|name| name.starts_with(**guard))).collect();

    assert!(missing.is_empty(), "{missing:?}");
}
