//! What commands say and end with where something is in their way: a disk that is full, a file that is not there, a link that is taken.

use std::{
    fs::File,
    io::pipe,
    net::TcpListener,
    process::{Command, Output, Stdio},
};

use portreeve_storage::{Store, Wall};
use portreeve_tests::{deployment::Database, hosted::Hosted, portreeve::binary, server::Deployment};
use tokio::runtime::Runtime;

/// What a command ends with.
const REFUSED: Option<i32> = Some(1);
const MISCONFIGURED: Option<i32> = Some(78);

const GATEWAY: &str = "[[clients]]\nclient_id = \"gateway\"\nclient_secret = { file = \"secret\" }\n\
                       grant_types = [\"client_credentials\"]\nresponse_types = []\n";

/// A deployment with a client that has a secret.
fn with_gateway() -> Deployment {
    let deployment = Deployment::new(Database::Sqlite, "text");
    std::fs::write(deployment.folder.path().join("secret"), "Vv3kq0PZx8mJt5Rw2Ly7").unwrap();
    deployment.apply(GATEWAY);
    deployment
}

/// Runs a command whose standard output is `out`.
fn into(deployment: &Deployment, out: impl Into<Stdio>, arguments: &[&str]) -> Output {
    let mut command = Command::new(binary());
    command.args(arguments).args(["--config", "portreeve.toml"]).current_dir(deployment.folder.path());
    command.stdout(out).output().expect("run portreeve")
}

fn complaint(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A secret that nobody can see does not become one: the client keeps those it has, and the command says so.
#[test]
fn a_secret_that_cannot_be_printed_is_not_given() {
    let deployment = with_gateway();
    let held = deployment.succeed(&["clients", "show", "gateway"], "");
    let (reader, nobody_reads) = pipe().unwrap();
    drop(reader);
    let full = File::options().write(true).open("/dev/full").unwrap();

    for out in [Stdio::from(full), Stdio::from(nobody_reads)] {
        let output = into(&deployment, out, &["clients", "rotate-secret", "gateway", "--at-once"]);

        let said = complaint(&output);
        assert_eq!(output.status.code(), REFUSED, "{said}");
        assert!(said.contains("standard output cannot be written"), "{said}");
        assert!(said.contains("gateway keeps the secrets it has"), "{said}");
    }
    assert!(deployment.succeed(&["apply", "-f", "resources.toml"], "").contains("Nothing to change."));
    assert_eq!(deployment.succeed(&["clients", "show", "gateway"], ""), held);
}

/// What was done and could not be printed is said on standard error; what cannot be shown again has its mend.
#[test]
fn what_was_done_is_told_although_it_cannot_be_printed() {
    let deployment = with_gateway();
    let told = |arguments: &[&str]| {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let output = into(&deployment, full, arguments);
        assert_eq!(output.status.code(), REFUSED, "{arguments:?}: {}", complaint(&output));
        complaint(&output)
    };

    let disabled = told(&["clients", "disable", "gateway"]);
    assert!(disabled.contains("has been done: Disabled gateway."), "{disabled}");
    let token = told(&["clients", "initial-access-token", "create"]);
    assert!(token.contains("take it back with portreeve clients initial-access-token revoke"), "{token}");
    let link = told(&["users", "add", "ada@example.com"]);
    assert!(link.contains("nobody has seen the link: portreeve users link ada@example.com"), "{link}");
    for reading in [["clients", "list"], ["keys", "list"], ["audit", "verify"], ["migrate", "plan"]] {
        assert!(told(&reading).contains("standard output cannot be written"));
    }
}

/// OIDC Registration 1.0 §5: the documents of sectors that resource files name are fetched from where `[outbound]` lets the server go.
#[test]
fn commands_fetch_from_where_the_server_may() {
    let deployment = Deployment::new(Database::Sqlite, "text");
    let uris = ["https://one.example/cb", "https://two.example/cb"];
    let document = Hosted::new("application/json", &format!("{uris:?}"));
    let resources = format!(
        "[[clients]]\nclient_id = \"app\"\ntoken_endpoint_auth_method = \"none\"\nredirect_uris = {uris:?}\n\
         subject_type = \"pairwise\"\nsector_identifier_uri = {:?}\n",
        document.url()
    );
    std::fs::write(deployment.folder.path().join("resources.toml"), resources).unwrap();
    let host = document.url().split('/').nth(2).unwrap().to_owned();

    let refused = deployment.command(&["plan", "-f", "resources.toml"], "");
    assert_eq!((refused.status.code(), document.fetches()), (MISCONFIGURED, 0), "{}", complaint(&refused));

    let allowed = format!("outbound.allow={host}");
    for command in ["plan", "apply"] {
        let said = deployment.succeed(&[command, "-f", "resources.toml", "--set", &allowed], "");
        assert!(said.contains("+ client app in default"), "{said}");
    }
    assert!(document.fetches() > 0);
}

/// A path that was mistyped leads to no database: a command says so, and makes none.
#[test]
fn a_database_that_is_not_there_is_told_and_not_made() {
    let deployment = with_gateway();
    let missing = deployment.folder.path().join("portreve.db");
    let setting = format!("database.url=sqlite:{}", missing.display());
    let told = format!("there is no database at {}", missing.display());

    for command in [
        &["clients", "list"][..],
        &["users", "add", "ada@example.com"],
        &["apply", "-f", "resources.toml"],
        &["export"],
        &["audit", "verify"],
        &["restored", "--moved"],
        &["backup", "copy.db"],
    ] {
        let output = deployment.command(&[command, &["--set", &setting]].concat(), "");

        assert_eq!(output.status.code(), MISCONFIGURED, "{command:?}");
        assert!(complaint(&output).contains(&told), "{command:?}: {}", complaint(&output));
        assert!(!missing.exists(), "{command:?}");
    }
    // Before the first start nothing is wrong yet.
    for command in [&["doctor"][..], &["migrate", "plan"]] {
        let said = deployment.succeed(&[command, &["--set", &setting]].concat(), "");

        assert!(said.to_lowercase().contains(&told.to_lowercase()), "{command:?}: {said}");
        assert!(!missing.exists(), "{command:?}");
    }
}

/// A file in which another program keeps its tables is not an empty database: nothing of ours is put into it.
#[test]
fn the_file_of_another_program_is_left_alone() {
    let deployment = with_gateway();
    let url = format!("sqlite:{}", deployment.folder.path().join("bookmarks.db").display());
    let count = async |make: bool| {
        let store = Store::open(&url).unwrap();
        let mut tx = store.begin(Wall::All).await.unwrap();
        if make {
            tx.execute("CREATE TABLE bookmarks (url TEXT)", &[]).await.unwrap();
        }
        let tables = "SELECT count(*) FROM sqlite_master WHERE type = 'table'";
        let count = tx.one(tables, &[], |row| row.integer(0)).await.unwrap();
        tx.commit().await.unwrap();
        count
    };
    let runtime = Runtime::new().unwrap();
    runtime.block_on(count(true));

    for command in [&["migrate", "up"][..], &["clients", "list"], &["serve"]] {
        let settings = ["database.url", "database.migrate_url"].map(|name| format!("{name}={url}"));
        let output = deployment.command(&[command, &["--set", &settings[0], "--set", &settings[1]]].concat(), "");

        assert_eq!(output.status.code(), MISCONFIGURED, "{command:?}: {}", complaint(&output));
        let told = "the database has a table bookmarks of another program";
        assert!(complaint(&output).contains(told), "{command:?}: {}", complaint(&output));
    }
    assert_eq!(runtime.block_on(count(false)), 1);
}

/// What a command tells to run next works on the same tenant; nobody is told of a mail where none leaves.
#[test]
fn commands_that_are_told_name_the_tenant_and_no_mail_is_promised_where_none_leaves() {
    let deployment = Deployment::new(Database::Sqlite, "text");
    deployment.apply("[[tenants]]\nslug = \"acme\"\nregistration = true\n");
    let run = |arguments: &[&str]| {
        let output = deployment.command(&[arguments, &["--tenant", "acme"]].concat(), "");
        format!("{}{}", String::from_utf8_lossy(&output.stdout), complaint(&output))
    };
    let no_mail = ["--set", "mail.transport=none"];

    assert!(
        run(&["users", "add", "ada@example.com"]).contains("users link ada@example.com --tenant acme prints another")
    );
    assert!(
        run(&["users", "add", "ada@example.com"]).contains("users link ada@example.com --tenant acme prints a link")
    );
    assert!(run(&["users", "disable", "eve@example.com"]).contains("users list --tenant acme"));
    assert!(run(&["clients", "disable", "app"]).contains("clients list --tenant acme"));
    assert!(run(&["keys", "revoke", "none"]).contains("keys list --tenant acme"));

    let invite = |email| ["users", "invite", email];
    assert!(run(&invite("joan@example.com")).contains("the mail goes out when a server runs"));
    let invited = run(&[&invite("hedy@example.com")[..], &no_mail].concat());
    assert!(invited.contains("Invited hedy@example.com; no mail leaves before mail.transport is set"), "{invited}");
    let added = run(&[&["users", "add", "hedy@example.com"][..], &no_mail].concat());
    assert!(added.contains("But no mail leaves before mail.transport is set."), "{added}");
}

/// An address that cannot be had is told with what is in its way.
#[test]
fn an_address_that_cannot_be_bound_is_told_with_its_mend() {
    let deployment = Deployment::new(Database::Sqlite, "text");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = listener.local_addr().unwrap().to_string();

    // An address of documentation (RFC 5737 §3) is nobody's.
    for (address, mend) in
        [(taken.as_str(), "end what listens there"), ("192.0.2.1:8080", "give an address of this machine")]
    {
        let output = deployment.command(&["serve", "--set", &format!("server.listen={address}")], "");

        let said = complaint(&output);
        assert_eq!(output.status.code(), Some(75), "{said}");
        assert!(said.contains(&format!("server.listen: {address} cannot be bound")) && said.contains(mend), "{said}");
    }
}

/// RFC 8705 §2.1: clients that are known by certificates need somebody who issues them; whoever decides for people is told.
#[test]
fn the_doctor_tells_of_clients_without_authorities_and_of_a_test_rig() {
    let deployment = with_gateway();
    let rig = ["--set", "server.purpose=testing", "--set", "test_rig.approvals=true"];
    let doctor = |options: &[&str]| {
        let output = deployment.command(&[&["doctor"], options].concat(), "");
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let (code, said) = doctor(&rig);
    assert!(code == Some(0) && said.contains("look   whoever reaches admin.listen decides"), "{code:?}: {said}");
    assert!(!doctor(&[]).1.contains("whoever reaches"));

    deployment.apply(
        "[[clients]]\nclient_id = \"machine\"\ntoken_endpoint_auth_method = \"tls_client_auth\"\n\
         tls_client_auth_san_dns = \"machine.example\"\ngrant_types = [\"client_credentials\"]\nresponse_types = []\n",
    );

    let (code, said) = doctor(&[]);
    assert_eq!(code, REFUSED, "{said}");
    assert!(said.contains("WRONG  no certificate names machine, which authenticate by tls_client_auth"), "{said}");
}
