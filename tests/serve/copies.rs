//! A copy that was put back: it is not served before what may have been used since has ended, and nothing in use is taken for one. R-17.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    process::{Command, Output},
};

use portreeve_storage::{Store, Wall};
use portreeve_tests::{
    deployment::Database,
    portreeve::binary,
    postgres::{self, PostgresUrls},
    server::{Deployment, Node},
};
use tokio::runtime::Runtime;

/// What a command ends with: refused, not now, wrong settings.
const REFUSED: Option<i32> = Some(1);
const NOT_NOW: Option<i32> = Some(75);
const MISCONFIGURED: Option<i32> = Some(78);
/// How many seconds a server has that should end by itself.
const PATIENCE: &str = "60";

/// A deployment on each database that was served, and its node.
fn on_both(test: impl Fn(&Deployment, Option<&PostgresUrls>, Node)) {
    for database in [Database::Sqlite, Database::Postgres] {
        let urls = (database == Database::Postgres).then(postgres::fresh_database);
        let deployment = Deployment::quiet(urls.clone());
        let node = deployment.serve();
        test(&deployment, urls.as_ref(), node);
    }
}

/// Copies a database that is served, puts the copy elsewhere, and returns the setting that names it.
fn put_back(deployment: &Deployment, urls: Option<&PostgresUrls>) -> String {
    if let Some(urls) = urls {
        return format!("database.url={}", postgres::restored(&postgres::dump(urls)).server_url);
    }
    deployment.succeed(&["backup", "copy.db"], "");
    format!("database.url=sqlite:{}", deployment.folder.path().join("copy.db").display())
}

/// Runs a command on a database; how it ended and what it said.
fn run(deployment: &Deployment, command: &[&str], setting: &str) -> (Option<i32>, String) {
    said_by(deployment.command(&[command, &["--set", setting]].concat(), ""))
}

/// How a server ends that must not serve a database, and what it says.
fn refused(deployment: &Deployment, setting: &str) -> (Option<i32>, String) {
    let mut serve = Command::new("timeout");
    serve.arg(PATIENCE).arg(binary()).args(["serve", "--config", "portreeve.toml", "--set", setting]);
    said_by(serve.current_dir(deployment.folder.path()).output().expect("run it"))
}

/// How a process ended, and everything it printed.
fn said_by(output: Output) -> (Option<i32>, String) {
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&said).into_owned())
}

/// How often a database says that something of it ended because it was restored.
fn restorations(setting: &str) -> i64 {
    Runtime::new().unwrap().block_on(async {
        let store = Store::open(setting.strip_prefix("database.url=").unwrap()).unwrap();
        let mut conn = store.read(Wall::All).await.unwrap();
        conn.one("SELECT count(*) FROM events WHERE kind = 'database.restored'", &[], |row| row.integer(0))
            .await
            .unwrap()
    })
}

/// a copy is not served, and says why, until `restored` has run to its end; then it is at home where it is.
#[test]
fn a_copy_is_not_served_before_it_was_restored() {
    on_both(|deployment, urls, node| {
        let copy = put_back(deployment, urls);
        node.end();

        let (code, said) = refused(deployment, &copy);
        assert!(code == MISCONFIGURED && said.contains("run portreeve restored"), "{code:?}: {said}");
        let (code, said) = run(deployment, &["doctor"], &copy);
        assert!(code == REFUSED && said.contains("the database is a copy of one"), "{code:?}: {said}");
        let other_key = deployment.folder.path().join("other");
        fs::write(&other_key, "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=").unwrap();
        fs::set_permissions(&other_key, fs::Permissions::from_mode(0o600)).unwrap();
        let with_other_key = ["restored", "--set", "secrets.key_encryption_key_file=other"];
        assert_eq!(run(deployment, &with_other_key, &copy).0, MISCONFIGURED);
        assert_eq!(refused(deployment, &copy).0, MISCONFIGURED, "one that failed ends nothing");

        let (code, said) = run(deployment, &["restored"], &copy);
        assert!(code == Some(0) && said.contains("everybody signs in again"), "{code:?}: {said}");
        let node = deployment.serve_with(&["--set", &copy]);
        assert_eq!(restorations(&copy), 1);
        node.end();
        let (code, said) = run(deployment, &["doctor"], &copy);
        assert!(said.contains("the database is at home here"), "{code:?}: {said}");
        deployment.serve().end();
    });
}

/// `restored` leaves the database alone that is in use, also when it is told that it is a copy while a server runs on it.
#[test]
fn a_database_in_use_is_not_taken_for_a_copy() {
    on_both(|deployment, _, node| {
        let own = format!("database.url={}", deployment.database_url());

        let (code, said) = run(deployment, &["restored"], &own);
        assert!(code == REFUSED && said.contains("--unmarked"), "{code:?}: {said}");
        let (code, said) = run(deployment, &["restored", "--unmarked"], &own);
        assert!(code == NOT_NOW && said.contains("a process works on the database"), "{code:?}: {said}");
        assert_eq!(run(deployment, &["restored", "--moved"], &own).0, REFUSED);
        assert_eq!(restorations(&own), 0);

        node.end();
        assert_eq!(run(deployment, &["restored", "--unmarked"], &own).0, Some(0));
        let node = deployment.serve();
        assert_eq!(restorations(&own), 1);
        node.end();
    });
}

/// what was copied after the last server had ended is served without anything ended, when the operator says so.
#[test]
fn a_database_that_was_moved_loses_nothing() {
    on_both(|deployment, urls, node| {
        node.end();
        let moved = put_back(deployment, urls);
        assert_eq!(refused(deployment, &moved).0, MISCONFIGURED);

        let (code, said) = run(deployment, &["restored", "--moved"], &moved);

        assert!(code == Some(0) && said.contains("Nothing was ended"), "{code:?}: {said}");
        let node = deployment.serve_with(&["--set", &moved]);
        assert_eq!(restorations(&moved), 0);
        node.end();
    });
}

/// what an interrupted copy left is in nobody's way, and no file is written over.
#[test]
fn an_interrupted_copy_does_not_block_the_next() {
    let deployment = Deployment::quiet(None);
    let (copy, left) = (deployment.folder.path().join("copy.db"), deployment.folder.path().join("copy.db.part"));
    fs::write(&left, "half of it").unwrap();

    deployment.succeed(&["backup", "copy.db"], "");

    assert_eq!(fs::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::read_to_string(&left).unwrap(), "half of it");
    assert!(!left.with_extension("part2").exists());
    let output = deployment.command(&["backup", "copy.db"], "");
    let (code, said) = said_by(output);
    assert!(
        code == REFUSED && said.contains("copy.db: there is such a file already; name another"),
        "{code:?}: {said}"
    );
}
