//! TOML, YAML and JSON say the same, and a mistake has its line in each.

use super::*;

const YAML: &str = r#"# Two documents.
tenants:
  - slug: default
    display_name: Acme
    registration: true
  - { slug: other, profile: oidc }
resource_servers:
  - resource: https://api.example.com
    scopes: [orders.read, orders.write]
    token_profile: opaque
    access_token_lifetime: 300
---
scopes:
  - name: orders.read
    texts:
      en:
        title: See your orders
        description: >-
          What you
          ordered.
      de: { title: "Bestellungen sehen 😀" }
clients:
  - client_id: gateway
    client_secret: { file: gateway.secret }
    client_name: no
    grant_types: [client_credentials]
    introspects: ["https://api.example.com"]
users:
  - email: Ada@example.com
    email_verified: true
    password: { file: ada.password }
    claims: { name: Ada Lovelace, birthdate: 1815-12-10 }
"#;

const JSON: &str = r#"{
	"tenants": [
		{ "slug": "default", "display_name": "Acme", "registration": true },
		{ "slug": "other", "profile": "oidc" }
	],
	"resource_servers": [
		{
			"resource": "https:\/\/api.example.com",
			"scopes": ["orders.read", "orders.write"],
			"token_profile": "opaque",
			"access_token_lifetime": 300
		}
	]
}
{ "scopes": [{ "name": "orders.read", "texts": {
	"en": { "title": "See your orders", "description": "What you ordered." },
	"de": { "title": "Bestellungen sehen \ud83d\ude00" } } }] }
{ "clients": [{ "client_id": "gateway", "client_secret": { "file": "gateway.secret" }, "client_name": "no",
	"grant_types": ["client_credentials"], "introspects": ["https://api.example.com"] }],
  "users": [{ "email": "Ada@example.com", "email_verified": true, "password": { "file": "ada.password" },
	"claims": { "name": "Ada Lovelace", "birthdate": "1815-12-10" } }] }
"#;

impl Fixture {
    fn read_as(&self, name: &str, text: &str) -> Result<Resources, String> {
        Resources::read(&[self.write(name, text)]).map_err(|problems| self.lines(&problems))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn yaml_and_json_declare_the_same() {
    let fixture = Fixture::new().await;
    let yaml = fixture.read_as("resources.yaml", YAML).unwrap();
    let json = fixture.read_as("resources.json", JSON).unwrap();

    let applied = fixture.issuer.apply(&yaml, Unlisted::Keep).await.unwrap();
    let planned = fixture.issuer.plan(&json, Unlisted::Delete).await.unwrap();

    assert_eq!(applied.len(), 6, "{applied:?}");
    assert_eq!(planned, []);
    let at = fixture.tenant();
    assert_eq!(at.server("https://api.example.com").unwrap().access_token_lifetime, Some(300));
    assert_eq!(at.client(&ClientId::parse("gateway").unwrap()).unwrap().metadata.client_name.as_deref(), Some("no"));
    assert_eq!(at.scope("orders.read").unwrap().text_in("de").unwrap().title, "Bestellungen sehen 😀");
    let people = fixture.issuer.list_people(&at).await.unwrap();
    assert_eq!(people[0].claims.birthdate.as_deref(), Some("1815-12-10"));
}

#[tokio::test(flavor = "multi_thread")]
async fn several_files_in_several_syntaxes_are_one_declaration() {
    let fixture = Fixture::new().await;
    let server = "resource_servers:\n  - resource: https://api.example.com\n    scopes: [orders.read]\n";
    let scope = r#"{"scopes": [{"name": "orders.read", "texts": {"en": {"title": "See your orders"}}}]}"#;
    let files = [fixture.write("a.yml", server), fixture.write("b.json", scope)];

    let resources = Resources::read(&files).unwrap();
    let applied = fixture.issuer.apply(&resources, Unlisted::Keep).await.unwrap();
    let twice = Resources::read(&[&files[0], &files[0]]).map_err(|problems| fixture.lines(&problems)).err().unwrap();

    assert_eq!(applied.len(), 2);
    assert!(twice.starts_with("a.yml:2: the resource server https://api.example.com is declared already"), "{twice}");
}

/// R-25: mistakes name file, line and mend in every syntax.
#[tokio::test(flavor = "multi_thread")]
async fn mistakes_have_their_line_in_yaml_and_json() {
    let fixture = Fixture::new().await;
    let client = "clients:\n  - client_id: a\n";
    let cases = [
        ("r.yaml", "é: 1\n---\nclients: []\n", "r.yaml:1: unknown resource é; known are tenants"),
        ("r.yaml", "clients: []\n---\n\nclient: []\n", "r.yaml:4: unknown resource client"),
        ("r.yaml", &format!("{client}    redirect_uri: x\n"), "r.yaml:3: unknown field `redirect_uri`"),
        ("r.yaml", &format!("{client}    client_name: 7\n"), "r.yaml:3: invalid type: integer"),
        ("r.yaml", &format!("{client}    client_name:\n"), "r.yaml:3: client_name has no value"),
        ("r.yaml", &format!("{client}    client_id: b\n"), "r.yaml:3: client_id is given twice"),
        ("r.yaml", &format!("{client}    client_name: !!str 7\n"), "r.yaml:3: client_name has a tag or an alias"),
        ("r.yaml", "clients: &a [1]\nusers: *a\n", "r.yaml:2: users has a tag or an alias"),
        ("r.yaml", "- clients\n", "r.yaml:1: a document is a mapping of lists"),
        ("r.yaml", "clients: {}\n", "r.yaml:1: clients is a list of tables; write [[clients]] in TOML, clients:"),
        ("r.yaml", "clients:\n  - [1\nusers: []\n", "r.yaml:3: "),
        ("r.yaml", "users:\n- email: a@example.com\n  password: x\n", "r.yaml:3: a secret is given by reference"),
        ("r.json", "{}\n{\n\"users\": [\n{ \"admin\": true } ] }", "r.json:4: email is missing"),
        ("r.json", "{ \"users\": [],\n}", "r.json:2: no JSON: "),
        ("r.json", "users: []", "r.json:1: no JSON: "),
        ("r.txt", "", "r.txt: the end of its name tells no syntax; name it .toml, .yaml, .yml or .json"),
    ];
    for (name, text, told) in cases {
        let problems = fixture.read_as(name, text).err().unwrap_or_else(|| panic!("{text} is taken"));
        assert!(problems.starts_with(told), "{text}\n{problems}");
        assert_eq!(problems.lines().count(), 1, "{problems}");
    }
}

/// A few lines never grow into gigabytes, and no depth ends the process.
#[tokio::test(flavor = "multi_thread")]
async fn hostile_yaml_is_refused() {
    let fixture = Fixture::new().await;
    let deep = format!("clients: {}", "[".repeat(100_000));
    let laughs = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n";

    assert!(fixture.read_as("r.yaml", &deep).is_err());
    assert!(fixture.read_as("r.yaml", laughs).err().unwrap().contains("b has a tag or an alias"));
}

/// DESIGN §1.2: whatever a file holds, it is read, or each problem has its place and its mend; what is read can be told apart.
fn assert_read_or_explained(extension: &str) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(format!("resources.{extension}"));
    portreeve_fuzz::drive(&format!("resources_{extension}"), |text| {
        std::fs::write(&path, text).unwrap();
        match Resources::read(&[&path]) {
            Ok(read) => {
                let ids: Vec<_> = read.clients.iter().map(|client| (&client.tenant, client.what.id.as_str())).collect();
                let distinct: std::collections::BTreeSet<_> = ids.iter().collect();
                assert_eq!(distinct.len(), ids.len(), "a client is declared twice");
                true
            }
            Err(problems) => {
                let lines = String::from_utf8_lossy(text).lines().count() + 1;
                let is_explained = |problem: &Problem| problem.place.line <= lines && !problem.mend.is_empty();
                assert!(!problems.is_empty() && problems.iter().all(is_explained), "{problems:?}");
                false
            }
        }
    });
}

#[test]
fn toml_files_under_mutation() {
    assert_read_or_explained("toml");
}

#[test]
fn yaml_files_under_mutation() {
    assert_read_or_explained("yaml");
}

#[test]
fn json_files_under_mutation() {
    assert_read_or_explained("json");
}
