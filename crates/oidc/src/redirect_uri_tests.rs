//! What may be registered, row by row, and what matches.

use super::*;

const CORPUS: &str = include_str!("redirect_uri_corpus.txt");

const ACCEPTED_OF_ANY_CLIENT: [&str; 12] = [
    "https://rp.example",
    "https://rp.example/",
    "https://rp.example/cb",
    "https://rp.example/cb/",
    "https://rp.example:8443/cb?tenant=a&x=%2F",
    "https://rp.example:443/cb",
    "https://xn--bcher-kva.example/caf%C3%A9/@me;v=1",
    "https://192.0.2.1/cb",
    "https://[2001:db8::1]:8443/cb",
    "http://127.0.0.1:8081/cb",
    "http://[::1]/cb",
    "http://localhost:3000/cb",
];

fn error_name(error: RedirectUriError) -> String {
    match error {
        RedirectUriError::Uri(error) => format!("{error:?}"),
        other => format!("{other:?}"),
    }
}

/// `uri` with its root path, and without the port that its scheme has anyway.
fn as_a_browser_writes(uri: &str) -> String {
    let (scheme, rest) = uri.split_once("://").unwrap();
    let (authority, rest) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let authority = authority.trim_end_matches(if scheme == "https" { ":443" } else { ":80" });
    let root = if rest.starts_with('/') { "" } else { "/" };
    format!("{scheme}://{authority}{root}{rest}")
}

fn registered(uris: &[&str]) -> Vec<String> {
    uris.iter().map(|uri| (*uri).to_owned()).collect()
}

/// S-001, S-002, S-003, S-004, S-006, DR-03, DR-04, NA-03: every row of the corpus is refused for the reason it names.
#[test]
fn the_corpus_of_bad_redirect_uris_is_refused() {
    let rows: Vec<&str> = CORPUS.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();

    assert!(rows.len() >= 180, "the corpus has shrunk to {}", rows.len());
    let mut differing = Vec::new();
    for row in rows {
        let (expected, rest) = row.split_once(' ').unwrap();
        let (kind, uri) = rest.split_once(' ').unwrap();
        let kind: ApplicationType = serde_json::from_value(kind.into()).unwrap();
        let uri: String = serde_json::from_str(uri).unwrap();

        let verdict = validate(&uri, kind).map_err(error_name);
        if verdict != Err(expected.to_owned()) {
            differing.push((uri, verdict));
        }
    }
    assert!(differing.is_empty(), "{differing:#?}");
}

/// DR-04, NA-01, NA-02: https, loopback addresses and localhost can be registered.
#[test]
fn https_and_loopback_uris_are_accepted_from_any_client() {
    for uri in ACCEPTED_OF_ANY_CLIENT {
        for kind in [ApplicationType::Web, ApplicationType::Native] {
            assert_eq!(validate(uri, kind), Ok(()), "{uri}");
        }
    }
}

/// NA-03: a scheme of a native app has a dot.
#[test]
fn schemes_with_a_dot_are_accepted_from_native_apps() {
    for uri in ["com.example.app:/cb", "com.example.app://oauthCallback/path", "com.example.app:/cb?x=1"] {
        assert_eq!(validate(uri, ApplicationType::Native), Ok(()), "{uri}");
    }
}

#[test]
fn a_uri_over_2000_characters_is_refused() {
    let uri = format!("https://rp.example/{}", "x".repeat(2000));

    assert_eq!(validate(&uri, ApplicationType::Web), Err(RedirectUriError::Uri(UriError::Length)));
}

/// S-002, S-003: whatever is accepted means the same to a browser: its parser changes nothing but a missing root path
/// and a default port. Tried on a hundred thousand mutations of good URIs.
#[test]
fn no_accepted_mutation_is_rewritten_by_a_browser() {
    let pieces = [
        "/", "\\", "@", ":", ".", "..", "%2e", "%", "#", "?", "//", ";", "[", "]", "0", "A", "é", "\t", "&code=1", "x",
    ];
    let mut accepted = 0;
    let mut seed: usize = 7;
    let mut random = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    };
    for _ in 0..100_000 {
        let mut uri = ACCEPTED_OF_ANY_CLIENT[random(ACCEPTED_OF_ANY_CLIENT.len())].to_owned();
        for _ in 0..=random(2) {
            let at = random(uri.len() + 1);
            if uri.is_char_boundary(at) {
                uri.insert_str(at, pieces[random(pieces.len())]);
            }
        }
        if validate(&uri, ApplicationType::Web).is_err() {
            continue;
        }
        accepted += 1;
        assert_eq!(url::Url::parse(&uri).unwrap().as_str(), as_a_browser_writes(&uri), "{uri}");
    }
    assert!(accepted > 1000, "only {accepted} mutations were accepted");
}

/// S-001, S-002, S-003, OA-03, OA-AZ-21, OA-AZ-22, OA-AZ-23: the comparison is by bytes.
#[test]
fn only_the_registered_bytes_match() {
    let known = registered(&["https://rp.example/cb", "http://127.0.0.1:8081/cb", "com.example.app:/cb"]);
    assert!(known.iter().all(|uri| matches(&known, uri, ApplicationType::Web)));

    for uri in [
        "https://rp.example/cb/",
        "https://rp.example/cb?x",
        "https://rp.example/cb#f",
        "https://rp.example/CB",
        "https://rp.example.evil/cb",
        "https://evilrp.example/cb",
        "https://rp.example:443/cb",
        "http://rp.example/cb",
        "https://rp.example@evil/cb",
        "https://evil\\@rp.example/cb",
        "https://rp.example/cb/..;/x",
        "https://rp.example/cb/%2e%2e/x",
        "https://rp.example//rp.example/cb",
        "https://rp.example/cb%2f",
        "https://rp.example/cb%00",
        "https://rp.example/c%62",
        "HTTPS://rp.example/cb",
        "http://127.0.0.1:8082/cb",
        "com.example.app:/cb2",
        "com.example.app:/",
        "",
    ] {
        assert!(!matches(&known, uri, ApplicationType::Web), "{uri}");
    }
}

/// NA-01, S-005: a native app may use any port of the loopback address it registered, with the same path.
#[test]
fn a_native_app_has_any_port_of_its_loopback_address() {
    let known = registered(&["http://127.0.0.1/cb?x=1", "http://[::1]:4000/cb"]);

    for uri in ["http://127.0.0.1:51004/cb?x=1", "http://127.0.0.1/cb?x=1", "http://[::1]/cb", "http://[::1]:1/cb"] {
        assert!(matches(&known, uri, ApplicationType::Native), "{uri}");
    }
    for uri in [
        "http://127.0.0.1:51004/cb",
        "http://127.0.0.1:51004/cb/?x=1",
        "http://127.0.0.1:51004/cb?x=1#f",
        "http://127.0.0.1:/cb?x=1",
        "http://127.0.0.1:0/cb?x=1",
        "http://127.0.0.1:65536/cb?x=1",
        "http://127.0.0.1:80@evil.example/cb?x=1",
        "http://127.0.0.1@evil.example/cb?x=1",
        "http://127.0.0.1.evil.example/cb?x=1",
        "http://127.0.0.1\\@evil.example/cb?x=1",
        "http://127.1/cb?x=1",
        "http://localhost:51004/cb?x=1",
        "http://[::ffff:127.0.0.1]/cb",
        "http://127.0.0.1:4000/cb",
        "https://127.0.0.1:51004/cb?x=1",
    ] {
        assert!(!matches(&known, uri, ApplicationType::Native), "{uri}");
    }
}

/// S-005: a web client has no freedom of ports.
#[test]
fn a_web_client_has_no_freedom_of_ports() {
    let known = registered(&["http://127.0.0.1/cb"]);

    assert!(!matches(&known, "http://127.0.0.1:51004/cb", ApplicationType::Web));
}

/// NA-02, S-005: localhost matches by exact registration only.
#[test]
fn localhost_has_no_freedom_of_ports() {
    let known = registered(&["http://localhost:3000/cb"]);

    assert!(matches(&known, "http://localhost:3000/cb", ApplicationType::Native));
    assert!(!matches(&known, "http://localhost:3001/cb", ApplicationType::Native));
    assert!(!matches(&known, "http://127.0.0.1:3000/cb", ApplicationType::Native));
}

#[test]
fn the_form_target_is_an_origin_or_a_scheme() {
    for (uri, expected) in [
        ("https://rp.example/cb?x=1", Some("https://rp.example")),
        ("https://rp.example:8443/cb", Some("https://rp.example:8443")),
        ("http://127.0.0.1:8081/cb", Some("http://127.0.0.1:8081")),
        ("http://[::1]:8081/cb", Some("http:")),
        ("com.example.app:/cb", Some("com.example.app:")),
        ("com.example.app://host/cb", Some("com.example.app:")),
        ("https://rp.example;script-src *", None),
        ("cb", None),
    ] {
        assert_eq!(origin_or_scheme(uri).as_deref(), expected, "{uri}");
    }
}

/// MC-07: who redirects to this device only is told from who has a host of its own.
#[test]
fn clients_on_the_device_are_told_apart() {
    let on_device = |uris: &[&str]| all_on_device(&uris.iter().map(|uri| (*uri).to_owned()).collect::<Vec<_>>());

    assert!(on_device(&["http://127.0.0.1/cb", "http://localhost:3000/cb", "http://[::1]:1/cb"]));
    assert!(!on_device(&["http://127.0.0.1/cb", "https://rp.example/cb"]));
    assert!(!on_device(&["com.example.app:/cb"]));
    assert!(!on_device(&[]));
}
