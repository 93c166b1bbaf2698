//! Completeness of the catalogues (WANTED W30): no key missing, none unused, no text outside them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use fluent_bundle::FluentResource;

use crate::Locale;
use crate::catalogue::source;

/// Returns the keys of a catalogue with the names of the arguments in their texts.
fn keys(locale: Locale) -> BTreeMap<String, BTreeSet<String>> {
    let mut keys: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut current = String::new();
    for line in source(locale).lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        if line.starts_with(|c: char| c.is_ascii_lowercase()) {
            current = line.split_once(" =").unwrap().0.to_owned();
            assert!(keys.insert(current.clone(), BTreeSet::new()).is_none(), "{current} twice");
        }
        for name in line.split('$').skip(1) {
            let name: String = name.chars().take_while(|c| c.is_ascii_alphanumeric()).collect();
            keys.get_mut(&current).unwrap().insert(name);
        }
    }
    keys
}

fn files(folder: PathBuf, found: &mut Vec<(PathBuf, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(path, found);
        } else {
            found.push((path.clone(), fs::read_to_string(path).unwrap()));
        }
    }
}

fn templates() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    files(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../templates"), &mut found);
    assert!(found.len() > 20);
    found
}

/// Source files without their tests.
fn sources() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    files(Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    found
        .into_iter()
        .filter(|(path, _)| !path.components().any(|part| part.as_os_str() == "tests"))
        .map(|(path, text)| (path, text.split("#[cfg(test)]\nmod tests").next().unwrap().to_owned()))
        .collect()
}

#[test]
fn every_catalogue_is_well_formed() {
    for locale in Locale::ALL {
        let read = FluentResource::try_new(source(locale).to_owned());
        assert!(read.is_ok(), "{}: {:?}", locale.tag(), read.err().map(|(_, errors)| errors));
    }
}

#[test]
fn every_language_has_the_same_keys_with_the_same_arguments() {
    let english = keys(Locale::En);
    for locale in Locale::ALL {
        assert_eq!(keys(locale), english, "{}", locale.tag());
    }
}

#[test]
fn every_key_is_used() {
    let texts: Vec<String> = templates().into_iter().chain(sources()).map(|(_, text)| text).collect();
    for key in keys(Locale::En).keys() {
        let quoted = format!("\"{key}\"");
        assert!(texts.iter().any(|text| text.contains(&quoted)), "{key} is not used");
    }
}

#[test]
fn every_key_in_a_template_exists() {
    let keys = keys(Locale::En);
    for (path, text) in templates() {
        for call in ["frame.text(\"", "frame.text_with(\"", "frame.text_count(\"", "frame.of_tenant(\""] {
            for rest in text.split(call).skip(1) {
                let key = rest.split('"').next().unwrap();
                assert!(keys.contains_key(key), "{}: {key}", path.display());
            }
        }
    }
}

/// Removes template code, comments, the style element and tags: what remains would be shown in one language.
fn literal_text(template: &str) -> String {
    let mut text = template.to_owned();
    for (open, close) in [
        ("{% block card_class %}", "{% endblock %}"),
        ("{#", "#}"),
        ("{{", "}}"),
        ("{%", "%}"),
        ("<style>", "</style>"),
        ("<!", ">"),
        ("<", ">"),
    ] {
        while let Some(start) = text.find(open) {
            let end = text[start..].find(close).map_or(text.len(), |end| start + end + close.len());
            text.replace_range(start..end, "");
        }
    }
    // A component that adds attributes to a tag of its caller has them outside of any tag.
    text.split_whitespace()
        .filter(|word| !(word.starts_with("aria-") && word.ends_with('"')))
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn no_template_has_text_of_its_own() {
    for (path, text) in templates() {
        let left = literal_text(&text);
        // Languages differ in their punctuation too: French puts a space before a colon.
        let is_of_a_language = |c: char| c.is_alphanumeric() || ":;?!".contains(c);
        assert!(!left.contains(is_of_a_language), "{}: {}", path.display(), left);
        for attribute in ["aria-label=\"", "title=\"", "alt=\"", "placeholder=\""] {
            for value in text.split(attribute).skip(1) {
                // A picture that only adorns has no text (WCAG 2.2 §1.1.1).
                let is_decoration = attribute == "alt=\"" && value.starts_with('"');
                assert!(is_decoration || value.starts_with("{{"), "{}: {attribute}", path.display());
            }
        }
    }
}

#[test]
fn the_search_for_literal_text_finds_some() {
    assert_eq!(literal_text("<p class=\"a\">Hello {{ name }}{# note #}</p>"), "Hello");
}
