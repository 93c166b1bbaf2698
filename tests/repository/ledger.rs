//! Compares the ids in `tests/ledger` with the ids that tests name.
//!
//! Owns the rules: a test names only ids that exist; an id with a test is off the list of uncovered ones; an id
//! without a test is on it, unless `does_not_apply.toml` says why there can be none. So losing the last test of an id fails here, and
//! the list only shrinks.
//! With `PORTREEVE_LEDGER=refresh` in the environment covered ids are taken off the list (`scripts/ledger-refresh`); with
//! `PORTREEVE_LEDGER=attacks` every attack is printed with the places of its tests (`scripts/attacks`).

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    io::{self, Write},
};

use crate::{files, named_ids::named_ids, read, root, shown};

/// The files of `tests/ledger` that hold ids and titles, which are also the lists of `uncovered.toml`.
const LEDGERS: [&str; 3] = ["protocol", "security", "reliability"];

const UNCOVERED: &str = "tests/ledger/uncovered.toml";

const EXCEPTED: &str = "tests/ledger/does_not_apply.toml";

/// A reason has at least so many characters.
const SHORTEST_REASON: usize = 40;

/// What the ledger says of an id.
struct Row {
    title: String,
    /// Commonly missed or costly to get wrong.
    star: bool,
}

/// Returns every id with its row.
fn rows() -> BTreeMap<String, Row> {
    let mut rows = BTreeMap::new();
    for ledger in LEDGERS {
        let table: toml::Table =
            read(&root().join(format!("tests/ledger/{ledger}.toml"))).parse().expect("ledger is TOML");
        for (id, row) in table {
            let title = row.get("title").and_then(toml::Value::as_str).unwrap_or_default().to_owned();
            assert!(!title.is_empty(), "{id} in {ledger}.toml has no title");
            let star = row.get("star").and_then(toml::Value::as_bool).unwrap_or(false);
            assert!(rows.insert(id.clone(), Row { title, star }).is_none(), "{id} stands in two ledgers");
        }
    }
    rows
}

/// Returns the ids of `uncovered.toml`.
fn uncovered() -> BTreeSet<String> {
    let table: toml::Table = read(&root().join(UNCOVERED)).parse().expect("uncovered.toml is TOML");
    table
        .values()
        .flat_map(|list| list.as_array().expect("a list of ids"))
        .map(|id| id.as_str().expect("an id").to_owned())
        .collect()
}

/// Returns the ids that do not apply here, with the reason.
fn excepted() -> BTreeMap<String, String> {
    let table: toml::Table = read(&root().join(EXCEPTED)).parse().expect("does_not_apply.toml is TOML");
    let text = |reason: toml::Value| reason.as_str().expect("a reason").to_owned();
    table.into_iter().map(|(id, reason)| (id, text(reason))).collect()
}

/// Returns every id that a test names, with the places that name it.
fn covered() -> BTreeMap<String, Vec<String>> {
    let mut covered = BTreeMap::<String, Vec<String>>::new();
    for path in ["crates", "tests"].iter().flat_map(|folder| files(folder, &["rs", "mjs", "js", "py"])) {
        for named in named_ids(&path, &read(&path)) {
            covered.entry(named.id).or_default().push(format!("{}:{}", shown(&path), named.line));
        }
    }
    covered
}

/// Takes covered ids off the list; the rest of the file stays as it is.
fn refresh(covered: &BTreeMap<String, Vec<String>>) {
    let path = root().join(UNCOVERED);
    let kept: String = read(&path)
        .lines()
        .filter(|line| !covered.contains_key(line.trim().trim_matches([',', '"'])))
        .map(|line| format!("{line}\n"))
        .collect();
    // Written beside and renamed: the other tests of this file read it meanwhile.
    let fresh = path.with_extension("fresh");
    fs::write(&fresh, kept).and_then(|()| fs::rename(&fresh, &path)).expect("write uncovered.toml");
}

/// Writes past the test runner, which swallows the output of tests that pass.
fn say(line: &str) {
    writeln!(io::stderr(), "{line}").expect("write to standard error");
}

#[test]
fn tests_name_only_ids_of_the_ledger() {
    let rows = rows();

    let unknown: Vec<_> = covered().into_iter().filter(|(id, _)| !rows.contains_key(id)).collect();

    assert!(unknown.is_empty(), "ids that no ledger has: {unknown:#?}");
}

#[test]
fn ids_with_a_test_are_off_the_uncovered_list() {
    let covered = covered();
    if env::var("PORTREEVE_LEDGER").is_ok_and(|wish| wish == "refresh") {
        refresh(&covered);
    }

    let listed: Vec<_> = uncovered().into_iter().filter(|id| covered.contains_key(id)).collect();

    assert!(listed.is_empty(), "now covered, run scripts/ledger-refresh: {}", listed.join(" "));
}

#[test]
fn ids_without_a_test_are_on_the_uncovered_list() {
    let (rows, covered, uncovered, excepted) = (rows(), covered(), uncovered(), excepted());
    let is_accounted_for =
        |id: &String| covered.contains_key(id) || uncovered.contains(id) || excepted.contains_key(id);

    let lost: Vec<_> = rows.keys().filter(|id| !is_accounted_for(id)).collect();

    assert!(lost.is_empty(), "ids that have lost their last test: {lost:?}");
}

#[test]
fn an_id_that_does_not_apply_has_a_reason_and_neither_test_nor_promise() {
    let (rows, covered, uncovered) = (rows(), covered(), uncovered());

    for (id, reason) in excepted() {
        assert!(rows.contains_key(&id), "{EXCEPTED}: {id} stands in no ledger");
        assert!(reason.len() >= SHORTEST_REASON, "{EXCEPTED}: {id} needs a reason");
        assert!(!covered.contains_key(&id), "{EXCEPTED}: {id} has a test: {:?}", covered.get(&id));
        assert!(!uncovered.contains(&id), "{EXCEPTED}: {id} is on the list of uncovered ones");
    }
}

#[test]
fn the_uncovered_list_holds_only_ids_of_the_ledger() {
    let rows = rows();

    let unknown: Vec<_> = uncovered().into_iter().filter(|id| !rows.contains_key(id)).collect();

    assert!(unknown.is_empty(), "uncovered.toml lists ids that no ledger has: {unknown:?}");
}

#[test]
fn the_ledger_says_what_is_open() {
    let (rows, covered, excepted) = (rows(), covered(), excepted());

    let is_open = |id: &String| !covered.contains_key(id) && !excepted.contains_key(id);
    let open: Vec<_> = rows.iter().filter(|(id, _)| is_open(id)).collect();
    let mut families = BTreeMap::<&str, BTreeMap<u16, bool>>::new();
    for (id, row) in &open {
        let (family, number) = id.rsplit_once('-').expect("an id has a number");
        families.entry(family).or_default().insert(number.parse().expect("a small number"), row.star);
    }

    say(&format!(
        "ledger: {} of {} ids have a test, {} do not apply; open (* commonly missed):",
        rows.len() - open.len() - excepted.len(),
        rows.len(),
        excepted.len()
    ));
    for (family, numbers) in families {
        let numbers: Vec<_> =
            numbers.iter().map(|(number, star)| format!("{number}{}", if *star { "*" } else { "" })).collect();
        say(&format!("  {family:6} {}", numbers.join(" ")));
    }
    assert!(rows.values().all(|row| row.title.len() > 2));
}

/// SECURITY 5.7: the attacks are where the rule they break is tested; this is their list.
#[test]
fn every_attack_has_a_place_or_is_open() {
    let (rows, covered, uncovered, excepted) = (rows(), covered(), uncovered(), excepted());
    let attacks = rows.iter().filter(|(id, _)| id.starts_with("S-"));

    let states: Vec<_> = attacks
        .map(|(id, row)| {
            let files: BTreeSet<_> =
                covered.get(id).into_iter().flatten().filter_map(|place| place.split(':').next()).collect();
            let state = match (uncovered.contains(id), excepted.contains_key(id)) {
                (true, _) => "open".to_owned(),
                (false, true) => "does not apply".to_owned(),
                (false, false) => Vec::from_iter(files).join(" "),
            };
            (id, &row.title, state)
        })
        .collect();

    if env::var("PORTREEVE_LEDGER").is_ok_and(|wish| wish == "attacks") {
        states.iter().for_each(|(id, title, state)| say(&format!("{id} | {title} | {state}")));
    }
    assert!(states.iter().all(|(.., state)| !state.is_empty()), "an attack without a state: {states:#?}");
}
