//! The registry of inputs against the code that reads them: no header, path segment or field of a resource file is read
//! that nobody has classed. Parameters and form fields need no such look: unregistered ones never reach the code.

use std::{collections::BTreeSet, path::Path};

use portreeve_domain::{Sensitivity, Source};

use crate::{files, read, shown};

/// The crates that see requests.
const DOORS: [&str; 3] = ["crates/http-kit/src", "crates/endpoints/src", "crates/web/src"];

/// Deals with the headers of answers alone.
const OF_ANSWERS: &str = "security_headers.rs";

/// How a header is read from a map of them.
const READS: [&str; 3] = [".get(", ".get_all(", ".contains_key("];

/// The part of a file before its tests.
fn code(source: &str) -> &str {
    source.split("#[cfg(test)]").next().unwrap_or_default()
}

fn is_code(path: &Path) -> bool {
    !path.ends_with(OF_ANSWERS) && !path.iter().any(|part| part == "tests" || part == "tests.rs")
}

/// What stands between `before` and `after`, wherever it does.
fn between<'s>(source: &'s str, before: &'s str, after: char) -> impl Iterator<Item = &'s str> {
    source.split(before).skip(1).filter_map(move |rest| rest.split(after).next())
}

/// The headers that a file reads by a constant of `http` or of its own; a header's name as text counts as well.
fn headers_read(source: &str) -> BTreeSet<String> {
    let own = |constant: &str| {
        let declaration = format!("const {constant}: HeaderName = HeaderName::from_static(\"");
        source.split_once(&declaration)?.1.split('"').next().map(str::to_owned)
    };
    let is_constant = |name: &str| !name.is_empty() && name.bytes().all(|b| b.is_ascii_uppercase() || b == b'_');
    let arguments = READS.iter().flat_map(|call| between(source, call, ')'));
    let by_call = arguments.filter_map(|argument| {
        let argument = argument.trim_start_matches('&').trim();
        if let Some(name) = argument.strip_prefix("header::") {
            return Some(name.to_lowercase().replace('_', "-"));
        }
        if is_constant(argument) { own(argument) } else { None }
    });
    // `origin_check` reads through a function of its own.
    let by_function =
        between(source, "single(headers, ", ')').filter_map(|argument| match argument.strip_prefix("header::") {
            Some(name) => Some(name.to_lowercase().replace('_', "-")),
            None => own(argument),
        });
    let by_text = between(source, "headers.get(\"", '"').map(str::to_owned);
    by_call.chain(by_function).chain(by_text).collect()
}

/// S-134: every header that is read has a class.
#[test]
fn every_header_that_is_read_is_classed() {
    let mut found = BTreeSet::new();
    for path in DOORS.iter().flat_map(|door| files(door, &["rs"])).filter(|path| is_code(path)) {
        for name in headers_read(code(&read(&path))) {
            assert!(Source::Header.class_of(&name).is_some(), "{}: {name} has no class in domain::input", shown(&path));
            found.insert(name);
        }
    }

    for known in
        ["authorization", "client-cert", "cookie", "origin", "sec-fetch-site", "x-forwarded-for", "x-request-id"]
    {
        assert!(found.contains(known), "this test is blind for {known}: {found:?}");
    }
}

/// S-134: every segment of a path that a route takes has a class.
#[test]
fn every_path_segment_is_classed() {
    let mut found = BTreeSet::new();
    for path in DOORS.iter().flat_map(|door| files(door, &["rs"])).filter(|path| is_code(path)) {
        let source = read(&path);
        let routes = code(&source).split('"').skip(1).step_by(2).filter(|text| text.starts_with('/'));
        for name in routes.flat_map(|route| between(route, "{", '}').map(str::to_owned).collect::<Vec<_>>()) {
            let is_segment = !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
            if is_segment && code(&source).contains(".route(") {
                assert!(Source::Path.class_of(&name).is_some(), "{}: {{{name}}} has no class", shown(&path));
                found.insert(name);
            }
        }
    }

    assert!(found.contains("token") && found.contains("journey"), "this test is blind: {found:?}");
}

/// S-134: every field of a resource file that is given by reference is classed as a secret.
#[test]
fn every_field_given_by_reference_is_classed_as_a_secret() {
    let sources: String = files("crates/issuer/src/configure", &["rs"]).iter().map(|path| read(path)).collect();
    let by_reference: BTreeSet<_> =
        [".secret(\"", ".secrets(\""].iter().flat_map(|call| between(&sources, call, '"')).collect();
    let inputs = Source::Resource.inputs();
    let secret: BTreeSet<_> = inputs
        .iter()
        .filter(|(_, class)| *class == Sensitivity::Secret)
        .filter_map(|(name, _)| name.split('.').nth(1))
        // A hash stands in the file itself.
        .filter(|name| *name != "password_hash")
        .collect();

    assert_eq!(by_reference, secret);
}
