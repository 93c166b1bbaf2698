//! The files of `[risk]` beside a server: read at the start, looked at by `doctor`, and never guessed. SECURITY S-146.

use std::fs;

use portreeve_test_parts::{mmdb, temp::TempFolder};
use portreeve_tests::{deployment::Database, server::Deployment};

/// S-146: a server does not start with a file that it cannot use, and `doctor` tells which; with files that are what they should be it does.
#[test]
fn a_server_starts_with_files_that_can_be_used() {
    let (deployment, folder) = (Deployment::new(Database::Sqlite, "json"), TempFolder::new("networks"));
    let (places, listed) = (folder.path().join("places.mmdb"), folder.path().join("listed.txt"));
    let hamburg = ("203.0.113.0".parse().unwrap(), 24, mmdb::city("DE", "Hamburg", (53.55, 9.99)));
    fs::write(&places, mmdb::write(&[hamburg])).unwrap();
    fs::write(&listed, "192.0.2.0/24\nsomewhere\n").unwrap();
    let places = format!("risk.places={}", places.display());
    let list = format!("risk.listed_networks={}", listed.display());
    let with = |command: &'static str| [command, "--set", places.as_str(), "--set", list.as_str()];

    let (looked, refused) = (deployment.command(&with("doctor"), ""), deployment.command(&with("serve"), ""));

    let found = String::from_utf8_lossy(&looked.stdout);
    assert!(looked.status.code() == Some(1) && found.contains("listed.txt: line 2 is neither"), "{found}");
    let complaint = String::from_utf8_lossy(&refused.stderr);
    assert!(refused.status.code() == Some(78) && complaint.contains("listed.txt: line 2 is neither"), "{complaint}");
    fs::write(&listed, "192.0.2.0/24\n").unwrap();
    let looked = deployment.command(&with("doctor"), "");
    assert!(String::from_utf8_lossy(&looked.stdout).contains("the files of [risk] can be read"));
    deployment.serve_with(&["--set", &places, "--set", &list]).end();
}

/// S-146: where sign-ins are confirmed by mail and no mail leaves, `doctor` says so: nobody could confirm one.
#[test]
fn doctor_misses_the_mails_of_confirmations() {
    let deployment = Deployment::new(Database::Sqlite, "json");
    deployment.apply("[[tenants]]\nslug = \"default\"\nrisk = \"confirm\"\n");

    let looked = deployment.command(&["doctor", "--set", "mail.transport=none"], "");

    let found = String::from_utf8_lossy(&looked.stdout);
    assert!(found.contains("unusual sign-ins in default are confirmed by mail, and no mail leaves"), "{found}");
}
