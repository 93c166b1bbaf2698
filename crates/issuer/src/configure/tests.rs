//! Tests of resource files against a database: what is wrong is told with its line, what is right is applied once.

use std::path::PathBuf;
use std::sync::Arc;

use portreeve_authenticators::HashParameters;
use portreeve_crypto::{KeyEncryptionKey, Random};
use portreeve_domain::{ClientId, EventId, Failure, Lifetime, TenantId, Timestamp};
use portreeve_storage::{Store, Wall, events, migrations};

use super::*;
use crate::directory::TenantDirectory;
use crate::{Ambient, Clock, Issuer, RowIds, Settings};

mod attributes;
mod branding;
mod drift;
mod people;
mod requirements;
mod secrets;
mod syntax;
mod terms;

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

const EVERYTHING: &str = r#"
[[tenants]]
slug = "default"
display_name = "Acme"
registration = true

[[tenants]]
slug = "other"
profile = "oidc"

[[resource_servers]]
resource = "https://api.example.com"
scopes = ["orders.read", "orders.write"]
token_profile = "opaque"

[[scopes]]
name = "orders.read"
texts.en = { title = "See your orders", description = "What you ordered." }
texts.de = { title = "Ihre Bestellungen sehen" }

[[terms]]
id = "tos"
version = "7"
clients = ["gateway"]
texts.en = { name = "Terms of use", uri = "https://example.com/tos/7" }

[[clients]]
client_id = "gateway"
client_secret = { file = "gateway.secret" }
grant_types = ["client_credentials"]
introspects = ["https://api.example.com"]

[[clients]]
client_id = "app"
tenant = "other"
token_endpoint_auth_method = "none"
redirect_uris = ["https://app.example.com/callback"]

[[users]]
email = "Ada@example.com"
email_verified = true
password = { file = "ada.password" }
totp_secret = { file = "ada.totp" }
is_admin = true

[users.claims]
name = "Ada Lovelace"
"#;

struct Fixture {
    folder: tempfile::TempDir,
    clock: Clock,
    issuer: Issuer,
}

impl Fixture {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&format!("sqlite:{}", folder.path().join("test.db").display())).unwrap();
        migrations::up(&store, NOW).await.unwrap();
        let random = Random::seeded([7; 32]);
        let kek = KeyEncryptionKey::generate(&random).unwrap();
        let clock = Clock::manual(NOW);
        let ambient = Ambient::new(clock.clone(), random, RowIds::new(0, NOW));
        let settings = Settings {
            public_url: "https://id.example.com".to_owned(),
            key_publish_ahead: Lifetime::from_hours(24),
            hash_parameters: HashParameters { memory_kib: 7168, iterations: 5, parallelism: 1 },
            password_threads: 1,
            outbound: Default::default(),
            networks: Default::default(),
            mutual_tls: None,
            waiting_requests: portreeve_domain::polling::WAITING_FOR_ONE,
            text_messages: None,
        };
        let issuer = Issuer::start(store, ambient, kek, settings).await.unwrap();
        let fixture = Self { folder, clock, issuer };
        fixture.write("gateway.secret", "Vv3kq0PZx8mJt5Rw2Ly7\n");
        fixture.write("ada.password", "correct horse battery staple\n");
        fixture.write("ada.totp", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP\n");
        fixture
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    fn read(&self, text: &str) -> Result<Resources, String> {
        let path = self.write("resources.toml", text);
        Resources::read(&[path]).map_err(|problems| self.lines(&problems))
    }

    async fn plan(&self, text: &str, unlisted: Unlisted) -> Result<Vec<String>, String> {
        let resources = self.read(text)?;
        match self.issuer.plan(&resources, unlisted).await {
            Ok(changes) => Ok(changes.iter().map(ToString::to_string).collect()),
            Err(Failure::Refused(problems)) => Err(self.lines(&problems)),
            Err(Failure::Fault(fault)) => panic!("{fault}"),
        }
    }

    async fn apply(&self, text: &str, unlisted: Unlisted) -> Vec<String> {
        let resources = self.read(text).unwrap();
        let changes = self.issuer.apply(&resources, unlisted).await.unwrap();
        changes.iter().map(ToString::to_string).collect()
    }

    fn lines(&self, problems: &[Problem]) -> String {
        let all: Vec<_> = problems.iter().map(ToString::to_string).collect();
        all.join("\n").replace(&format!("{}/", self.folder.path().display()), "")
    }

    fn tenant(&self) -> Arc<TenantDirectory> {
        self.issuer.directory.by_id(TenantId::DEFAULT).unwrap()
    }

    async fn event_kinds(&self) -> Vec<String> {
        let mut conn = self.issuer.store().read(Wall::All).await.unwrap();
        let all = events::after(&mut conn, TenantId::DEFAULT, EventId::new(0)).await.unwrap();
        all.into_iter().map(|event| event.kind).filter(|kind| !kind.starts_with("key.")).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_applied_is_there_and_a_second_plan_is_empty() {
    let fixture = Fixture::new().await;

    let planned = fixture.plan(EVERYTHING, Unlisted::Keep).await.unwrap();
    let applied = fixture.apply(EVERYTHING, Unlisted::Keep).await;
    let again = fixture.plan(EVERYTHING, Unlisted::Delete).await.unwrap();

    assert_eq!(planned, applied);
    assert_eq!(applied.len(), 8, "{applied:?}");
    assert_eq!(again, Vec::<String>::new());
    let gateway = fixture.tenant().client(&ClientId::parse("gateway").unwrap()).cloned().unwrap();
    assert_eq!(gateway.secrets.len(), 1);
    assert!(fixture.issuer.directory.by_slug("other").unwrap().client(&ClientId::parse("app").unwrap()).is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_changes_nothing() {
    let fixture = Fixture::new().await;

    fixture.plan(EVERYTHING, Unlisted::Delete).await.unwrap();

    assert_eq!(fixture.event_kinds().await, Vec::<String>::new());
    assert!(fixture.issuer.directory.by_slug("other").is_none());
}

/// No change commits without its event.
#[tokio::test(flavor = "multi_thread")]
async fn every_change_has_its_event() {
    let fixture = Fixture::new().await;

    fixture.apply(EVERYTHING, Unlisted::Keep).await;

    let kinds = fixture.event_kinds().await;
    for kind in [
        "tenant.created",
        "tenant.updated",
        "resource_server.updated",
        "scope.updated",
        "client.created",
        "user.created",
        "credential.password.changed",
        "credential.totp.enrolled",
    ] {
        assert!(kinds.iter().any(|k| k == kind), "{kind} is missing in {kinds:?}");
    }
}

/// Secrets show as the names of fields, never as values; an unchanged one is no change.
#[tokio::test(flavor = "multi_thread")]
async fn changed_secrets_and_passwords_are_seen_and_not_shown() {
    let fixture = Fixture::new().await;
    fixture.apply(EVERYTHING, Unlisted::Keep).await;

    fixture.write("gateway.secret", "Qw9tZ4nB7cX1mK6hD3sF");
    fixture.write("ada.password", "another correct horse battery");
    fixture.write("ada.totp", "KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU");

    let expected =
        ["~ client gateway in default: client_secret", "~ user Ada@example.com in default: password, totp_secret"];
    assert_eq!(fixture.plan(EVERYTHING, Unlisted::Keep).await.unwrap(), expected);
    fixture.apply(EVERYTHING, Unlisted::Keep).await;
    assert_eq!(fixture.plan(EVERYTHING, Unlisted::Keep).await.unwrap(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn two_secrets_are_held_while_rotating() {
    let fixture = Fixture::new().await;
    fixture.write("new.secret", "Qw9tZ4nB7cX1mK6hD3sF");
    let rotating = EVERYTHING
        .replace(r#"{ file = "gateway.secret" }"#, r#"[{ file = "gateway.secret" }, { file = "new.secret" }]"#);

    fixture.apply(EVERYTHING, Unlisted::Keep).await;
    fixture.apply(&rotating, Unlisted::Keep).await;

    let gateway = fixture.tenant().client(&ClientId::parse("gateway").unwrap()).cloned().unwrap();
    assert_eq!(gateway.secrets.len(), 2);
    assert_eq!(fixture.plan(&rotating, Unlisted::Keep).await.unwrap(), Vec::<String>::new());
}

/// W19: what no file declares is deleted when asked, and only then; people stay.
#[tokio::test(flavor = "multi_thread")]
async fn pruning_deletes_clients_servers_scopes_and_terms_and_never_people() {
    let fixture = Fixture::new().await;
    fixture.apply(EVERYTHING, Unlisted::Keep).await;
    let little = "[[tenants]]\nslug = \"default\"\ndisplay_name = \"Acme\"\nregistration = true\n";

    assert_eq!(fixture.plan(little, Unlisted::Keep).await.unwrap(), Vec::<String>::new());
    let pruned = fixture.apply(little, Unlisted::Delete).await;

    assert_eq!(
        pruned,
        [
            "- resource server https://api.example.com in default",
            "- scope orders.read in default",
            "- terms tos in default",
            "- client gateway in default",
        ]
    );
    assert_eq!(fixture.issuer.list_people(&fixture.tenant()).await.unwrap().len(), 1);
    assert_eq!(fixture.issuer.directory.by_slug("other").unwrap().clients.len(), 1);
}

/// W20: what `export` prints, `plan` finds unchanged; and no secret is in it.
#[tokio::test(flavor = "multi_thread")]
async fn an_export_is_a_resource_file_without_secrets() {
    let fixture = Fixture::new().await;
    fixture.apply(EVERYTHING, Unlisted::Keep).await;

    let exported = fixture.issuer.export(ExportScope::WithPeople).await.unwrap();

    assert_eq!(fixture.plan(&exported, Unlisted::Delete).await.unwrap(), Vec::<String>::new(), "{exported}");
    for secret in ["Vv3kq0", "correct horse", "JBSWY3", "argon2", "secret"] {
        assert!(!exported.contains(secret), "{secret} in {exported}");
    }
}

/// R-25: mistakes name file, line and mend.
#[tokio::test(flavor = "multi_thread")]
async fn mistakes_are_told_with_their_line() {
    let fixture = Fixture::new().await;
    let client = "[[clients]]\nclient_id = \"app\"\ntoken_endpoint_auth_method = \"none\"\n";
    let cases = [
        ("[[client]]\nclient_id = \"a\"\n", "resources.toml:1: unknown resource client; known are"),
        ("\n\n[[clients]]\nclient_name = \"a\"\n", "resources.toml:3: client_id is missing; add client_id"),
        (&format!("{client}redirect_uri = \"x\"\n"), "resources.toml:4: unknown field `redirect_uri`"),
        (&format!("{client}redirect_uris = \"x\"\n"), "resources.toml:4: invalid type"),
        ("[[users]]\nemail = \"ada@example.com\"\nadmin = true\n", "resources.toml:3: unknown field admin"),
        (
            "[[users]]\nemail = \"a@example.com\"\npassword = \"x\"\n",
            "resources.toml:3: a secret is given by reference",
        ),
        (
            "[[users]]\nemail = \"a@example.com\"\npassword = { file = \"gone\" }\n",
            "resources.toml:3: gone cannot be read",
        ),
        ("[[tenants]]\nslug = \"A b\"\n", "resources.toml:2: \"A b\" cannot name a tenant"),
        (
            "[[tenants]]\nslug = \"a\"\n[[tenants]]\nslug = \"a\"\n",
            "resources.toml:3: the tenant a is declared already",
        ),
        ("[[clients]\n", "resources.toml:1: "),
    ];
    for (text, told) in cases {
        let problems = fixture.read(text).err().unwrap();
        assert!(problems.starts_with(told), "{text}\n{problems}");
    }
}

/// R-25: what only the comparison can know is told with its line as well, and all of it at once.
#[tokio::test(flavor = "multi_thread")]
async fn mistakes_of_meaning_are_told_with_their_line() {
    let fixture = Fixture::new().await;
    fixture.write("short", "too short");
    let text = r#"[[clients]]
client_id = "a"
redirect_uris = ["http://app.example.com/callback"]
[[clients]]
client_id = "b"
grant_types = ["client_credentials"]
client_secret = { file = "gateway.secret" }
introspects = ["https://nobody.example.com"]
[[users]]
email = "ada@example.com"
password = { file = "short" }
[[users]]
tenant = "nowhere"
email = "bob@example.com"
"#;

    let problems = fixture.plan(text, Unlisted::Keep).await.unwrap_err();

    let lines: Vec<_> = problems.lines().collect();
    assert!(lines[0].starts_with("resources.toml:3: client a: redirect_uris"), "{problems}");
    assert!(lines[1].starts_with("resources.toml:8: introspects names https://nobody.example.com"), "{problems}");
    assert!(lines[2].starts_with("resources.toml:11: "), "{problems}");
    assert!(lines[3].starts_with("resources.toml:13: there is no tenant nowhere"), "{problems}");
    assert_eq!(lines.len(), 4, "{problems}");
}

/// S-113: short secrets, samples and missing ones are refused, and never repeated.
#[tokio::test(flavor = "multi_thread")]
async fn weak_client_secrets_are_refused() {
    let fixture = Fixture::new().await;
    let client = "[[clients]]\nclient_id = \"a\"\ngrant_types = [\"client_credentials\"]\n";
    let with_secret = format!("{client}client_secret = {{ file = \"weak\" }}\n");
    for weak in ["short", "change-me-change-me-1234", "abababababababababababab", "with space in between it"] {
        fixture.write("weak", weak);
        let problems = fixture.plan(&with_secret, Unlisted::Keep).await.unwrap_err();
        assert!(problems.starts_with("resources.toml:4: client_secret of a"), "{problems}");
        assert!(!problems.contains(weak), "{problems}");
    }
    let missing = fixture.plan(client, Unlisted::Keep).await.unwrap_err();
    assert!(missing.starts_with("resources.toml:1: client a has no client_secret"), "{missing}");
}

/// A hash from elsewhere is for people who have no password here; after that the password is theirs.
#[tokio::test(flavor = "multi_thread")]
async fn an_imported_hash_never_replaces_a_password() {
    let fixture = Fixture::new().await;
    let phc = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$JOQLNKQ0KWkZBUaPDH3+8IvzQZBIaKIkkzoPDmV0NkA";
    let hash = format!("[[users]]\nemail = \"eve@example.com\"\npassword_hash = \"{phc}\"\n");

    let first = fixture.apply(&hash, Unlisted::Keep).await;
    let second = fixture.plan(&hash.replace("JOQLN", "KOQLN"), Unlisted::Keep).await.unwrap();

    assert_eq!(first, ["+ user eve@example.com in default: email, password_hash"]);
    assert_eq!(second, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hash_that_could_never_be_checked_is_refused() {
    let fixture = Fixture::new().await;
    for bad in ["$2b$12$abcdefghijklmnopqrstuv", "$argon2id$v=19$garbage", "plain"] {
        let user = format!("[[users]]\nemail = \"eve@example.com\"\npassword_hash = \"{bad}\"\n");
        let problems = fixture.plan(&user, Unlisted::Keep).await.unwrap_err();
        assert!(problems.starts_with("resources.toml:3: password_hash"), "{bad}: {problems}");
    }
}

/// What a file leaves out belongs to the person.
#[tokio::test(flavor = "multi_thread")]
async fn fields_a_user_entry_leaves_out_stay_as_they_are() {
    let fixture = Fixture::new().await;
    fixture.apply(EVERYTHING, Unlisted::Keep).await;

    let planned = fixture.plan("[[users]]\nemail = \"Ada@example.com\"\n", Unlisted::Keep).await.unwrap();

    assert_eq!(planned, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_made_once_and_obeys_the_password_policy() {
    let fixture = Fixture::new().await;
    let account = |password: &str| NewAccount {
        email: "root@example.com".to_owned(),
        password: Some(portreeve_crypto::SecretText::new(password.to_owned())),
        email_verified: false,
        is_admin: true,
    };
    let add = async |password| fixture.issuer.add_account(&fixture.tenant(), &account(password)).await;

    assert!(matches!(add("short").await, Err(Failure::Refused(OperatorRefusal::PasswordRefused(_)))));
    assert!(add("correct horse battery staple").await.is_ok());
    assert!(matches!(add("correct horse battery staple").await, Err(Failure::Refused(OperatorRefusal::AddressTaken))));
    assert!(fixture.issuer.list_people(&fixture.tenant()).await.unwrap()[0].is_admin);
}
