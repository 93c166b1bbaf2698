//! An export of the audit log in the hands of somebody who has `docs/audit.md` and the public key, and nothing of ours.

use std::{fs, path::Path, process::Command};

use portreeve_issuer::KeptCheckpoint;
use portreeve_tests::{
    deployment::{Deployment, on_both, on_sqlite},
    temp::TempFolder,
};
use serde_json::Value;

use crate::audit_log::{first_checkpoint, sealed_log};

/// The whole export.
pub(crate) async fn exported(at: &Deployment) -> String {
    exported_after(at, 0).await
}

pub(crate) async fn exported_after(at: &Deployment, after: i64) -> String {
    let Ok(mut part) = at.issuer.begin_audit_export(&at.tenant(), after).await else { panic!("no export") };
    let mut text = String::new();
    while !part.lines.is_empty() {
        text.extend(part.lines.iter().flat_map(|line| [line, "\n"]));
        part = at.issuer.export_audit(&at.tenant(), part.next).await.expect("export");
    }
    text
}

/// Runs the verifier for outsiders, which knows the document, an export and a public key.
fn outsider(export: &str, key: &str) -> (bool, String) {
    let folder = TempFolder::new("outsider");
    let (file, pem) = (folder.path().join("audit.jsonl"), folder.path().join("key.pem"));
    fs::write(&file, export).expect("write the export");
    fs::write(&pem, key).expect("write the key");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/verify-audit-export.py");
    let output = Command::new("python3").arg(script).arg(file).arg(pem).output().expect("run python3");
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}

/// S-120: an export and the public key are enough for an outsider, who finds every line that was changed, deleted or moved.
#[test]
fn an_outsider_verifies_an_export_with_the_public_key_alone() {
    on_both(async |at| {
        let end = sealed_log(at).await;
        let middle = first_checkpoint(at).await;
        let (key, export) = (at.tenant().audit_key(), exported(at).await);
        let expected = format!("whole: up to event {end}, signed up to event {end} by 2 checkpoints\n");
        assert_eq!(outsider(&export, &key), (true, expected));
        let rest = exported_after(at, middle).await;
        let expected = format!("whole: up to event {end}, signed up to event {end} by 2 checkpoints\n");
        assert_eq!(outsider(&rest, &key), (true, expected));
        let lines: Vec<_> = export.lines().collect();
        let with = |change: &dyn Fn(&mut Vec<String>)| {
            let mut changed = lines.iter().map(|line| (*line).to_owned()).collect();
            change(&mut changed);
            outsider(&changed.join("\n"), &key)
        };
        let checkpoint = lines.iter().position(|line| line.contains("\"checkpoint\"")).unwrap();

        let damaged = [
            with(&|all| all[3] = all[3].replace("\"actor\":\"", "\"actor\":\"x")),
            with(&|all| drop(all.remove(3))),
            with(&|all| all.swap(3, 4)),
            with(&|all| all[checkpoint] = all[checkpoint].replace("\"at\":1", "\"at\":2")),
            with(&|all| drop(all.remove(checkpoint))),
            outsider(&export, &at.issuer.directory.by_slug("acme").unwrap().audit_key()),
        ];

        for (number, (is_whole, said)) in damaged.iter().enumerate() {
            assert!(!is_whole && said.starts_with("NOT whole"), "{number}: {said}");
        }
        assert!(KeptCheckpoint::parse(&export, &at.issuer.directory.by_slug("acme").unwrap()).is_none());
    });
}

/// S-120: whatever is done to an export, an outsider is told that it is whole only of lines that stand as they were.
#[test]
fn an_outsider_takes_no_mutated_export() {
    on_sqlite(async |at| {
        sealed_log(at).await;
        let (key, export) = (at.tenant().audit_key(), exported(at).await);
        let read =
            |text: &str| -> Vec<Option<Value>> { text.lines().map(|line| serde_json::from_str(line).ok()).collect() };
        let lines = read(&export);

        for mutated in portreeve_fuzz::mutations(export.as_bytes(), 40) {
            let text = String::from_utf8_lossy(&mutated);

            let (is_whole, said) = outsider(&text, &key);

            assert!(said.starts_with(if is_whole { "whole: " } else { "NOT whole: " }), "{said}");
            assert!(!is_whole || lines.starts_with(&read(&text)), "{said}: {text}");
        }
        for line in
            ["5", "[]", "\"event\"", "{\"event\":1,\"sequence\":1}", "{\"checkpoint\":[]}", &"[".repeat(100_000)]
        {
            let (is_whole, said) = outsider(&format!("{}\n{line}\n", export.lines().next().unwrap()), &key);
            assert!(!is_whole && said.starts_with("NOT whole: "), "{said}");
        }
    });
}
