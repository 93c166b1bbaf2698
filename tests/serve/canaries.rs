//! Canaries: a unique text in every personal and secret input, none of which may come to light. S-134, SECURITY rules 14, 32.
//!
//! Owns where they are put: everywhere `domain::Source` says there is something to hide, in requests that succeed and in
//! requests that fail. Then none may be in the database, the log, `/metrics`, or what `explain` tells.

use std::{cell::RefCell, collections::BTreeSet, fs};

use base64::{Engine as _, prelude::BASE64_STANDARD_NO_PAD};
use http::Method;
use portreeve_domain::{Sensitivity, Source};
use portreeve_tests::{
    browser::Page,
    deployment::Database,
    relying_party::basic,
    reply::Reply,
    server::{Deployment, Node},
    totp,
    visitor::Visitor,
};
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::planted::{Canaries, contains};

/// The example of RFC 7636 appendix B.
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const REDIRECT_URI: &str = "https://rp.example/cb";
const API: &str = "https://api.example.com";
/// The address that a proxy forwards. The log names it: whoever has to stop an attack needs it.
const FORWARDED: &str = "203.0.113.217";

const ENDPOINTS: [&str; 4] = ["/oauth2/token", "/oauth2/introspect", "/oauth2/revoke", "/oauth2/userinfo"];
const GRANTS: [&str; 4] = ["authorization_code", "refresh_token", "client_credentials", "unknown"];

/// What one visit needs.
struct Visit<'a> {
    canaries: &'a Canaries,
    deployment: &'a Deployment,
    node: &'a Node,
    email: String,
    password: String,
    client_secret: String,
    references: RefCell<Vec<String>>,
}

fn resources(deployment: &Deployment, canaries: &Canaries) -> [String; 3] {
    let of = |name| canaries.of(Source::Resource, name);
    let (secret, password) = (of("clients.client_secret"), of("users.password"));
    let email = format!("{}@example.com", of("users.email"));
    let hash = BASE64_STANDARD_NO_PAD.encode(&of("users.password_hash").as_bytes()[..32]);
    let hash = canaries.keep(Source::Resource, "users.password_hash", &hash);
    let totp = canaries.keep(Source::Resource, "users.totp_secret", "KRUGKIDROVUWG2ZAMJZG653OEBTG66BA");
    let folder = deployment.folder.path();
    for (file, text) in [("secret", &secret), ("password", &password), ("totp", &totp)] {
        fs::write(folder.join(file), text).expect("write a secret");
    }
    let (name, second) = (of("users.claims"), format!("second{}", of("users.email")));
    deployment.apply(&format!(
        r#"
        [[resource_servers]]
        resource = "{API}"
        scopes = ["read"]
        [[clients]]
        client_id = "web"
        client_secret = {{ file = "secret" }}
        redirect_uris = ["{REDIRECT_URI}"]
        grant_types = ["authorization_code", "refresh_token", "client_credentials"]
        introspects = ["{API}"]
        [[users]]
        email = "{email}"
        email_verified = true
        password = {{ file = "password" }}
        totp_secret = {{ file = "totp" }}
        claims = {{ name = "{name}", address = {{ formatted = "{name}" }} }}
        [[users]]
        email = "{second}@example.com"
        password_hash = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA${hash}"
        "#
    ));
    [secret, email, password]
}

impl Visit<'_> {
    fn of(&self, source: Source, name: &str) -> String {
        self.canaries.of(source, name)
    }

    fn visitor(&self) -> Visitor {
        // One of which a name is kept, beside a text of which nothing may be.
        let agent = format!("Mozilla/5.0 (X11; Linux x86_64) Firefox/{}", self.of(Source::Header, "user-agent"));
        Visitor::new(self.node.public).saying(agent)
    }

    /// Remembers the reference of a refusal.
    fn refused(&self, reply: &Reply) {
        self.references.borrow_mut().extend(reply.header("x-portreeve-reference").map(str::to_owned));
    }

    fn authorization(&self, more: &[(&str, &str)]) -> String {
        let base = [
            ("response_type", "code"),
            ("client_id", "web"),
            ("redirect_uri", REDIRECT_URI),
            ("scope", "openid email profile offline_access"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        format!("/oauth2/authorize?{}", portreeve_tests::deployment::form(&[&base, more].concat()))
    }

    /// Signs in with every mistake on the way, and lets the client have its tokens.
    async fn sign_in(&self) {
        let browser = self.visitor();
        let state = self.of(Source::Parameter, "state");
        let claims = format!(r#"{{"userinfo":{{"name":{{"value":"{}"}}}}}}"#, self.of(Source::Parameter, "claims"));
        let hint = format!("{}@example.com", self.of(Source::Parameter, "login_hint"));
        let more = [("state", state.as_str()), ("claims", &claims), ("login_hint", &hint), ("acr_values", "aal2")];
        let page = browser.visit(&self.authorization(&more)).await;
        let wrong = [("email", self.email.as_str()), ("password", &self.of(Source::Field, "password"))];
        let page = browser.press(&page, "submit", &wrong).await;
        let page = browser.press(&page, "submit", &[("email", &self.email), ("password", &self.password)]).await;
        let page = browser.press(&page, "submit", &[("code", &self.of(Source::Field, "code"))]).await;
        let page = browser.press(&page, "submit", &[("code", &self.totp())]).await;
        assert_eq!(page.step(), "consent", "{}", page.html());
        let page = browser.press(&page, "allow", &[]).await;
        for cookie in browser.cookies.borrow().values() {
            self.canaries.made("cookie", cookie);
        }
        let code = self.canaries.made("code", page.callback().get("code").expect("a code"));
        self.redeem(&code).await;
        browser.visit("/oauth2/logout").await;
    }

    /// The code of now, from the secret in the resource file.
    fn totp(&self) -> String {
        let now = portreeve_issuer::Clock::System.now().as_seconds();
        totp::code("KRUGKIDROVUWG2ZAMJZG653OEBTG66BA", now)
    }

    async fn redeem(&self, code: &str) {
        let (machine, own) = (self.visitor(), basic("web", &self.client_secret));
        let own = [("authorization", own.as_str())];
        let pairs = |code, verifier| {
            [
                ("grant_type", "authorization_code"),
                ("code", code),
                ("redirect_uri", REDIRECT_URI),
                ("code_verifier", verifier),
            ]
        };
        let tokens = machine.post("/oauth2/token", &own, &pairs(code, VERIFIER)).await.success();
        let text = |name: &str| tokens[name].as_str().expect("a token").to_owned();
        for name in ["access_token", "refresh_token", "id_token"] {
            self.canaries.made(name, &text(name));
        }
        let bearer = format!("Bearer {}", text("access_token"));
        machine.send(Method::GET, "/oauth2/userinfo", &[("authorization", &bearer)], String::new()).await.success();
        let refresh = text("refresh_token");
        let refresh = [("grant_type", "refresh_token"), ("refresh_token", refresh.as_str())];
        let next: Value = machine.post("/oauth2/token", &own, &refresh).await.success();
        let next = self.canaries.made("refresh_token", next["refresh_token"].as_str().expect("a token"));
        machine.post("/oauth2/introspect", &own, &[("token", &next)]).await.success();
        self.refused(&machine.post("/oauth2/revoke", &own, &[("token", &next)]).await);
        self.refused(&machine.post("/oauth2/token", &own, &refresh).await);
        let verifier = format!("{0}{0}", self.of(Source::Parameter, "code_verifier"));
        self.refused(&machine.post("/oauth2/token", &own, &pairs(code, &verifier)).await);
        let api = [("grant_type", "client_credentials"), ("resource", API), ("scope", "read")];
        let jwt = machine.post("/oauth2/token", &own, &api).await.success();
        self.canaries.made("JWT", jwt["access_token"].as_str().expect("a token"));
    }

    /// Every personal or secret parameter at every endpoint, by clients that are known and clients that are not.
    async fn sweep_parameters(&self) {
        let machine = self.visitor();
        let own = basic("web", &self.client_secret);
        for (name, class) in Source::Parameter.inputs() {
            if *class == Sensitivity::Public {
                continue;
            }
            let canary = || self.of(Source::Parameter, name);
            for (endpoint, grant) in ENDPOINTS.iter().flat_map(|endpoint| GRANTS.map(|grant| (*endpoint, grant))) {
                let with_grant = |value: &str| {
                    vec![("grant_type".to_owned(), grant.to_owned()), ((*name).to_owned(), value.to_owned())]
                };
                for authorization in [own.as_str(), "Basic d2ViOndyb25n"] {
                    let pairs = with_grant(&canary());
                    let pairs: Vec<_> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
                    self.refused(&machine.post(endpoint, &[("authorization", authorization)], &pairs).await);
                }
                if endpoint != "/oauth2/token" {
                    break;
                }
            }
            for path in [self.authorization(&[(name, &canary())]), format!("/oauth2/logout?{name}={}", canary())] {
                let page = self.visitor().visit(&path).await;
                self.refused(&page.reply);
            }
            // Where it has no business at all: in the query of a machine endpoint, twice, and too long.
            let query = format!("/oauth2/token?{name}={}", canary());
            self.refused(&machine.post(&query, &[], &[]).await);
            self.refused(&machine.post("/oauth2/token", &[], &[(name, &canary()), (name, &canary())]).await);
            self.refused(&machine.post("/oauth2/token", &[], &[(name, &canary().repeat(600))]).await);
        }
    }

    /// Every personal or secret field of our pages, on forms that ask for it and forms that do not.
    async fn sweep_fields(&self) {
        for (name, class) in Source::Field.inputs() {
            if *class == Sensitivity::Public {
                continue;
            }
            let browser = self.visitor();
            let page = browser.visit(&self.authorization(&[])).await;
            browser.press(&page, "submit", &[(name, &self.of(Source::Field, name))]).await;
            let page = browser.visit("/recover").await;
            browser.press(&page, "submit", &[(name, &self.of(Source::Field, name))]).await;
        }
    }

    async fn sweep_headers_and_paths(&self) {
        let machine = self.visitor();
        let canary = |name| self.of(Source::Header, name);
        for endpoint in ENDPOINTS {
            let raw = BASE64_STANDARD_NO_PAD.encode(format!("web:{}", canary("authorization")));
            for value in [
                format!("Basic {raw}"),
                format!("Basic {}", canary("authorization")),
                format!("Bearer {}", canary("authorization")),
                format!("DPoP {}", canary("authorization")),
                canary("authorization"),
            ] {
                let headers = [
                    ("authorization", value.as_str()),
                    ("dpop", &canary("dpop")),
                    ("oauth-client-attestation", &canary("oauth-client-attestation")),
                    ("oauth-client-attestation-pop", &canary("oauth-client-attestation-pop")),
                ];
                self.refused(&machine.post(endpoint, &headers, &[("token", &canary("authorization"))]).await);
            }
        }
        self.canaries.inputs.borrow_mut().insert(format!("{:?} x-forwarded-for", Source::Header));
        let link = format!("/link/{}", self.of(Source::Path, "token"));
        for path in [self.authorization(&[]), link] {
            let cookie = format!("portreeve={}", canary("cookie"));
            machine
                .send(Method::GET, &path, &[("cookie", &cookie), ("x-forwarded-for", FORWARDED)], String::new())
                .await;
        }
        let gateway = format!("Bearer {}", canary("authorization"));
        machine.send(Method::GET, "/gateway/auth-request/none", &[("authorization", &gateway)], String::new()).await;
    }

    /// A reset by mail: the link is a secret too, and so is the new password.
    async fn reset(&self) {
        let browser = self.visitor();
        let page: Page = browser.visit("/recover").await;
        browser.press(&page, "submit", &[("email", &self.email)]).await;
        let link = self.deployment.mailed_link("Choose a new password").await;
        self.canaries.made("link", link.strip_prefix("/link/").expect("a link"));
        let page = browser.visit(&link).await;
        let page = browser.press(&page, "submit", &[("password", &self.of(Source::Field, "password"))]).await;
        assert!(page.reply.status.is_success(), "{} {}", page.path, page.html());
        self.refused(&browser.visit(&link).await.reply);
    }

    /// What an operator types.
    fn commands(&self) {
        let email = format!("{}@example.org", self.of(Source::Field, "email"));
        let password = self.of(Source::Field, "password");
        let mut said =
            self.deployment.succeed(&["users", "set-password", &self.email], &self.of(Source::Field, "password"));
        self.deployment.command(&["users", "add", &email], &password);
        let transport = format!("smtps://mailer:{}@mail.invalid", self.of(Source::Setting, "mail.transport"));
        let doctor = self.deployment.command(&["doctor", "--set", &format!("mail.transport={transport}")], "");
        said.push_str(&String::from_utf8_lossy(&[doctor.stdout, doctor.stderr].concat()));
        let provider = format!("sms.transport=https://api.invalid/{}", self.of(Source::Setting, "sms.transport"));
        let authorization = format!("sms.authorization=Bearer {}", self.of(Source::Setting, "sms.authorization"));
        for faulty in ["sms.countries=49", "sms.countries=+49"] {
            let settings = ["doctor", "--set", &provider, "--set", &authorization, "--set", faulty];
            let doctor = self.deployment.command(&settings, "");
            said.push_str(&String::from_utf8_lossy(&[doctor.stdout, doctor.stderr].concat()));
        }
        for name in ["database.url", "database.migrate_url"] {
            let url = format!("postgres://portreeve:{}@127.0.0.1:1/none", self.of(Source::Setting, name));
            let output = self.deployment.command(&["doctor", "--set", &format!("{name}={url}")], "");
            said.push_str(&String::from_utf8_lossy(&[output.stdout, output.stderr].concat()));
        }
        let broken = format!("no{}", self.of(Source::Setting, "secrets.key_encryption_key"));
        let output = self.deployment.command(&["doctor", "--set", &format!("secrets.key_encryption_key={broken}")], "");
        said.push_str(&String::from_utf8_lossy(&[output.stdout, output.stderr].concat()));
        let references = self.references.borrow();
        assert!(references.len() > 50, "only {} refusals were referred to", references.len());
        let step = references.len() / 8;
        for reference in references.iter().step_by(step) {
            said.push_str(&self.deployment.succeed(&["explain", reference], ""));
        }
        let shown: Vec<_> = self.canaries.found_in(said.as_bytes()).into_iter().collect();
        // The operator sees the address that was just typed.
        assert!(shown.iter().all(|place| place == "Resource users.email"), "commands show {shown:?}:\n{said}");
    }
}

/// Plants everything in a deployment and looks for it.
fn nothing_comes_to_light(database: Database, log_format: &'static str) {
    let (canaries, deployment) = (Canaries::default(), Deployment::new(database, log_format));
    canaries.keep(Source::Setting, "secrets.key_encryption_key", &deployment.kek);
    let [client_secret, email, password] = resources(&deployment, &canaries);
    let node = deployment.serve();
    let references = RefCell::default();
    let visit =
        Visit { canaries: &canaries, deployment: &deployment, node: &node, email, password, client_secret, references };
    let metrics = Runtime::new().expect("a runtime").block_on(async {
        visit.sign_in().await;
        visit.sweep_parameters().await;
        visit.sweep_fields().await;
        visit.sweep_headers_and_paths().await;
        visit.reset().await;
        Visitor::new(node.admin).send(Method::GET, "/metrics", &[], String::new()).await
    });
    visit.commands();
    let log = node.end();
    let database = deployment.database_bytes();

    for source in Source::ALL {
        for (name, _) in source.inputs().iter().filter(|(_, class)| *class != Sensitivity::Public) {
            assert!(
                canaries.inputs.borrow().contains(&format!("{source:?} {name}")),
                "nothing was planted in {source:?} {name}"
            );
        }
    }
    assert!(log.contains("/oauth2/token") && metrics.text().contains("http_server_request_duration"), "{log}");
    assert!(contains(&database, "session.created"), "this test is blind for the database");
    assert_eq!(canaries.found_in(&metrics.body), BTreeSet::new(), "in /metrics: {}", metrics.text());
    assert_eq!(canaries.found_in(log.as_bytes()), BTreeSet::new(), "in the log");
    assert_eq!(canaries.found_in(&database), BTreeSet::new(), "in the database");
    for (place, bytes) in [("/metrics", metrics.body.as_slice()), ("the database", &database)] {
        assert!(!contains(bytes, FORWARDED), "the client's address is in {place}");
    }
}

/// S-134, S-140: nothing personal or secret is in the files of SQLite, the log in JSON, metrics, or what `explain` tells.
#[test]
fn nothing_comes_to_light_on_sqlite() {
    nothing_comes_to_light(Database::Sqlite, "json");
}

/// S-134, S-140: nor in a dump of PostgreSQL, or the log as text.
#[test]
fn nothing_comes_to_light_on_postgres() {
    nothing_comes_to_light(Database::Postgres, "text");
}
