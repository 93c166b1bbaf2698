//! The end of a process: what it waits for, and how long. R-12.

use std::{
    fs,
    net::TcpListener,
    os::unix::fs::PermissionsExt as _,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use portreeve_crypto::{KeyEncryptionKey, Random};
use portreeve_tests::{deployment::Database, portreeve::binary, server::Deployment, visitor::Visitor};
use tokio::runtime::Runtime;

/// The five seconds that work in the background is given, on a machine that runs other tests. A mail may take thirty.
const SOON: Duration = Duration::from_secs(15);

const ADA: &str = "[[users]]\nemail = \"ada@example.com\"\nemail_verified = true\n";

/// a mail server that takes connections and says nothing does not keep the process.
#[test]
fn a_silent_mail_server_does_not_hold_up_the_end() {
    let deployment = Deployment::new(Database::Sqlite, "text");
    deployment.apply(ADA);
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let transport = format!("mail.transport=smtp://{}", silent.local_addr().unwrap());
    let node = deployment.serve_with(&["--set", &transport]);
    let asked = thread::spawn(move || silent.accept().map(|(connection, _)| (connection, silent)));
    Runtime::new().unwrap().block_on(async {
        let browser = Visitor::new(node.public);
        let page = browser.visit("/recover").await;
        browser.press(&page, "submit", &[("email", "ada@example.com")]).await;
    });
    let _connection = asked.join().unwrap().unwrap();

    let began = Instant::now();
    let said = node.end();

    assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
    assert!(said.contains("is cut off"), "{said}");
}

/// a start that fails holds no node number: nobody counts a process that is not there, or waits for it.
#[test]
fn a_start_that_fails_gives_its_number_back() {
    let deployment = Deployment::new(Database::Sqlite, "text");
    deployment.apply(ADA);
    let other_key = deployment.folder.path().join("other");
    fs::write(&other_key, KeyEncryptionKey::generate(&Random::system()).unwrap().to_text().expose()).unwrap();
    fs::set_permissions(&other_key, fs::Permissions::from_mode(0o600)).unwrap();

    let other = "secrets.key_encryption_key_file=other";
    let output = deployment.command(&["serve", "--set", other], "");
    assert_eq!(output.status.code(), Some(78), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(deployment.succeed(&["doctor"], "").contains("no server runs on this database"));

    let demo = deployment.folder.path().join("demo");
    fs::create_dir(&demo).unwrap();
    fs::write(demo.join("demo.json"), "not JSON").unwrap();
    let run = |arguments: &[&str]| {
        let output = Command::new(binary()).args(arguments).arg("--data").arg(&demo).output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let any = "127.0.0.1:0";
    assert_eq!(run(&["demo", "--listen", any, "--rp-listen", any, "--admin-listen", any]).0, Some(78));
    fs::remove_file(demo.join("demo.json")).unwrap();
    let (_, said) = run(&["doctor"]);
    assert!(said.contains("no server runs on this database"), "{said}");
}
