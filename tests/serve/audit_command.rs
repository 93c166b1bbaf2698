//! `portreeve audit` beside a running server: exit codes and words. S-120.

use std::{fs, path::Path, process::Command};

use portreeve_storage::{Store, Wall};
use portreeve_tests::{deployment::Database, server::Deployment};
use tokio::runtime::Runtime;

/// S-120: a whole log ends with 0; a deleted event is named, and ends with 1.
#[test]
fn verify_tells_by_words_and_exit_code_whether_the_log_is_whole() {
    for database in [Database::Sqlite, Database::Postgres] {
        let deployment = Deployment::new(database, "json");
        let node = deployment.serve();
        assert!(deployment.sealed().contains("tenant default: whole;"));
        node.end();

        Runtime::new().unwrap().block_on(async {
            let store = Store::open(&deployment.database_url()).unwrap();
            let mut tx = store.begin(Wall::All).await.unwrap();
            assert_eq!(tx.execute("DELETE FROM events WHERE sealed_sequence = 2", &[]).await.unwrap(), 1);
            tx.commit().await.unwrap();
        });
        let output = deployment.command(&["audit", "verify"], "");

        let printed = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(1), "{printed}");
        assert!(printed.contains("tenant default: NOT whole"), "{printed}");
        assert!(printed.contains("event 2 is missing: it was deleted"), "{printed}");
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(complaint.contains("the audit log is not whole: 1 findings"), "{complaint}");
    }
}

/// S-120: what `audit export` and `audit key` print is enough for the verifier of docs/audit.md.
#[test]
fn an_export_from_the_command_line_is_verified_by_an_outsider() {
    let deployment = Deployment::new(Database::Sqlite, "json");
    let node = deployment.serve();
    deployment.sealed();
    node.end();
    let folder = deployment.folder.path();
    for (command, file) in [("export", "audit.jsonl"), ("key", "key.pem")] {
        fs::write(folder.join(file), deployment.succeed(&["audit", command], "")).unwrap();
    }

    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/verify-audit-export.py");
    let output = Command::new("python3").arg(script).args(["audit.jsonl", "key.pem"]).current_dir(folder).output();

    let output = output.expect("run python3");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.starts_with("whole: up to event"), "{said}");
}
