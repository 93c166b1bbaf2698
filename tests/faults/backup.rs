//! A copy of a database in use, put back after the original is gone: what was acknowledged before is there, and what was used or issued
//! since the copy was made counts nowhere.

use std::{
    fs,
    net::Ipv4Addr,
    path::PathBuf,
    thread,
    time::{Duration, Instant},
};

use http::StatusCode;
use portreeve_issuer::Clock;
use portreeve_tests::{
    deployment::Database,
    postgres::{self, PostgresUrls},
    server::{Deployment, Node},
    totp,
    visitor::{Nodes, Visitor},
};

use crate::{
    fleet::{Fleet, MEMBERS, runtime, wait_for_sealer},
    ledger::AuditLog,
    member::{Member, PASSWORD},
    replay::{TOTP_SECRET, totp_counts},
    report::{rounds, say},
};

/// Somebody with an app.
const GRACE: &str = "[[users]]\nemail = \"grace@example.com\"\nemail_verified = true\npassword = { file = \"password\" }\n\
                     totp_secret = { file = \"totp\" }\n";

/// A copy of a database.
enum Backup {
    File(PathBuf),
    Dump(Vec<u8>),
}

impl Backup {
    /// Copies the database of a deployment, which may be in use.
    fn of(deployment: &Deployment, urls: Option<&PostgresUrls>) -> Self {
        if let Some(urls) = urls {
            return Self::Dump(postgres::dump(urls));
        }
        deployment.succeed(&["backup", "copy.db"], "");
        Self::File(deployment.folder.path().join("copy.db"))
    }

    /// Puts it back where nothing is, and returns the setting that names the place.
    fn put_back(self, deployment: &Deployment) -> String {
        match self {
            Self::File(copy) => {
                let empty = deployment.folder.path().join("empty");
                fs::create_dir(&empty).expect("an empty folder");
                fs::copy(copy, empty.join("portreeve.db")).expect("put the copy back");
                format!("database.url=sqlite:{}", empty.join("portreeve.db").display())
            }
            Self::Dump(dump) => format!("database.url={}", postgres::restored(&dump).server_url),
        }
    }
}

/// Says that nothing counts that a client and its person had before.
async fn has_nothing(member: &Member) {
    // The newest first: one that the copy has as used would end those that it has not.
    for token in member.ledger.families.iter().flat_map(|family| family.refresh.iter().rev()) {
        let reply = member.present_refresh(token).await.expect("an answer");
        assert_eq!(reply.error(), (400, "invalid_grant".to_owned()), "{}: a refresh token counts again", member.client);
    }
    for (code, _) in &member.ledger.codes {
        let reply = member.present(code).await.expect("an answer");
        assert_ne!(reply.status, StatusCode::OK, "{}: a code counts again", member.client);
    }
    assert!(!member.is_signed_in().await.expect("an answer"), "{}: a session goes on", member.client);
}

fn visitor(deployment: &Deployment, node: &Node) -> Visitor {
    Visitor::new(node.public).through_proxy(deployment.public, Ipv4Addr::new(100, 100, 0, 5).into())
}

fn comes_back(database: Database) {
    let urls = (database == Database::Postgres).then(postgres::fresh_database);
    let deployment = Deployment::quiet(urls.clone());
    let mut fleet = Fleet::new(&deployment);
    fs::write(deployment.folder.path().join("totp"), TOTP_SECRET).expect("write a secret");
    deployment.apply(GRACE);
    let node = deployment.serve();
    fleet.go_to(&Nodes::new(vec![node.public]), deployment.public);
    let time = Duration::from_secs(rounds(3, 60) as u64);
    let mut before = Member::new(MEMBERS, deployment.public);
    before.go_to(&Nodes::new(vec![node.public]), deployment.public);
    runtime().block_on(before.begin()).expect("an answer");

    let (backup, copied) = fleet.work_during(time, || {
        thread::sleep(time / 3);
        let began = Instant::now();
        (Backup::of(&deployment, urls.as_ref()), began.elapsed())
    });
    let code = totp::code(TOTP_SECRET, Clock::System.now().as_seconds());
    assert!(runtime().block_on(totp_counts(&visitor(&deployment, &node), &code)), "a code of an app");
    node.signal("KILL");
    drop(node);

    let began = Instant::now();
    let setting = backup.put_back(&deployment);
    let said = deployment.succeed(&["restored", "--set", &setting], "");
    let node = deployment.serve_with(&["--set", &setting]);
    let back = began.elapsed();
    let nodes = Nodes::new(vec![node.public]);
    fleet.go_to(&nodes, deployment.public);
    before.go_to(&nodes, deployment.public);
    runtime().block_on(wait_for_sealer(&node));
    let verified = deployment.succeed(&["audit", "verify", "--set", &setting], "");
    assert!(verified.contains("tenant default: whole;"), "{verified}");
    let log = AuditLog::parse(&deployment.succeed(&["audit", "export", "--set", &setting], ""));
    before.ledger.check(&before.client, &log);
    assert_eq!(log.count("database.restored"), 1);
    runtime().block_on(async {
        for member in fleet.members.iter().chain([&before]) {
            has_nothing(member).await;
        }
        assert!(!totp_counts(&visitor(&deployment, &node), &code).await, "a code of an app counts again");
        assert!(before.sign_in(PASSWORD).await.expect("an answer"), "nobody signs in");
        before.begin().await.expect("an answer");
    });
    say(&format!(
        "R-17 {database:?}: copied in {} ms under load; put back, ended what may have been used since ({}), and served after {} ms; {} \
         acknowledged changes before the end, of {} families and sessions none counts; people sign in, audit log whole",
        copied.as_millis(),
        said.split(',').next().unwrap_or_default(),
        back.as_millis(),
        fleet.acknowledged(),
        fleet.members.iter().map(|member| member.ledger.families.len()).sum::<usize>()
    ));
}

/// SQLite by `portreeve backup`.
#[test]
fn a_copy_of_sqlite_brings_nothing_back_that_was_used() {
    comes_back(Database::Sqlite);
}

/// PostgreSQL by `pg_dump`.
#[test]
fn a_dump_of_postgres_brings_nothing_back_that_was_used() {
    comes_back(Database::Postgres);
}
