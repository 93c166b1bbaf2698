//! The end of a process: what it waits for, and how long. R-12.

use std::{
    net::TcpListener,
    thread,
    time::{Duration, Instant},
};

use portreeve_tests::{deployment::Database, server::Deployment, visitor::Visitor};
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
