//! What counts once counts once: on another node a moment later, on both at the same time, and after every node was killed.

use std::fs;

use http::StatusCode;
use portreeve_issuer::Clock;
use portreeve_tests::{
    deployment::Database,
    dpop::ProofKey,
    postgres,
    relying_party::{ASSERTION_TYPE, basic},
    server::{Deployment, Node},
    totp,
    visitor::Visitor,
};
use serde_json::json;

use crate::{
    dice::Dice,
    fleet::{enrol, runtime},
    member::{Member, PASSWORD, SECRET},
    report::{rounds, say},
};

const API: &str = "https://api.example.com";
pub(crate) const TOTP_SECRET: &str = "KRUGKIDROVUWG2ZAMJZG653OEBTG66BA";

/// Something that counts once, and the token request it goes with.
pub(crate) struct Artefact {
    pub(crate) kind: &'static str,
    pairs: Vec<(&'static str, String)>,
    headers: Vec<(&'static str, String)>,
}

impl Artefact {
    /// Whether it is accepted.
    pub(crate) async fn counts_at(&self, visitor: &Visitor) -> bool {
        let pairs: Vec<_> = self.pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let headers: Vec<_> = self.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let reply = visitor.post("/oauth2/token", &headers, &pairs).await;
        assert!(reply.status == StatusCode::OK || reply.status.is_client_error(), "{}: {}", self.kind, reply.text());
        reply.status == StatusCode::OK
    }
}

/// Whoever makes artefacts.
pub(crate) struct Maker<'d> {
    deployment: &'d Deployment,
    member: Member,
    key: ProofKey,
    dice: Dice,
    /// How many seconds the server's clock is ahead.
    pub(crate) ahead: i64,
}

impl<'d> Maker<'d> {
    pub(crate) fn new(deployment: &'d Deployment) -> Self {
        enrol(deployment);
        let key = ProofKey::new();
        let (jwk, folder) = (key.jwk(), deployment.folder.path());
        fs::write(folder.join("totp"), TOTP_SECRET).expect("write a secret");
        deployment.apply(&format!(
            "[[resource_servers]]\nresource = \"{API}\"\nscopes = [\"read\"]\n\
             [[clients]]\nclient_id = \"keyed\"\ntoken_endpoint_auth_method = \"private_key_jwt\"\n\
             grant_types = [\"client_credentials\"]\nresponse_types = []\n\
             jwks = {{ keys = [{{ kty = \"EC\", crv = \"P-256\", x = {}, y = {} }}] }}\n\
             [[clients]]\nclient_id = \"service\"\nclient_secret = {{ file = \"secret\" }}\n\
             grant_types = [\"client_credentials\"]\nresponse_types = []\n\
             [[users]]\nemail = \"grace@example.com\"\nemail_verified = true\npassword = {{ file = \"password\" }}\n\
             totp_secret = {{ file = \"totp\" }}\n",
            jwk["x"], jwk["y"]
        ));
        Self { deployment, member: Member::new(0, deployment.public), key, dice: Dice::new(27), ahead: 0 }
    }

    /// The server's time, in Unix seconds.
    pub(crate) fn now(&self) -> i64 {
        Clock::System.now().as_seconds() + self.ahead
    }

    fn unique(&self) -> String {
        format!("id-{}-{}", self.dice.below(usize::MAX), self.dice.below(usize::MAX))
    }

    fn client_credentials() -> Vec<(&'static str, String)> {
        [("grant_type", "client_credentials"), ("resource", API), ("scope", "read")]
            .map(|(name, value)| (name, value.to_owned()))
            .to_vec()
    }

    pub(crate) async fn code(&mut self) -> Artefact {
        self.member.authorize().await.expect("an answer");
        let (code, _) = self.member.ledger.codes.pop().expect("a code");
        let pairs = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", crate::member::REDIRECT_URI),
            ("code_verifier", portreeve_tests::authorization::VERIFIER),
        ];
        Artefact {
            kind: "code",
            pairs: pairs.map(|(name, value)| (name, value.to_owned())).to_vec(),
            headers: vec![("authorization", basic("app-0", SECRET))],
        }
    }

    pub(crate) fn assertion(&self) -> Artefact {
        let (issuer, now) = (format!("http://{}", self.deployment.public), self.now());
        let claims = json!({
            "iss": "keyed", "sub": "keyed", "aud": issuer, "iat": now, "exp": now + 60, "jti": self.unique(),
        });
        let assertion = self.key.sign(&json!({ "typ": "JWT", "alg": "ES256" }), &claims);
        let mut pairs = Self::client_credentials();
        pairs.push(("client_assertion_type", ASSERTION_TYPE.to_owned()));
        pairs.push(("client_assertion", assertion));
        Artefact { kind: "client assertion", pairs, headers: vec![] }
    }

    pub(crate) fn proof(&self) -> Artefact {
        let address = format!("http://{}/oauth2/token", self.deployment.public);
        let claims = json!({
            "jti": self.unique(), "htm": "POST", "htu": address, "iat": self.now(),
        });
        let headers = vec![("authorization", basic("service", SECRET)), ("dpop", self.key.proof(&claims))];
        Artefact { kind: "DPoP proof", pairs: Self::client_credentials(), headers }
    }
}

/// Everything that two nodes, or one, must not accept twice.
async fn present(maker: &mut Maker<'_>, one: &Visitor, other: &Visitor, times: usize) -> Vec<Artefact> {
    let mut used = vec![];
    for _ in 0..times {
        for artefact in [maker.code().await, maker.assertion(), maker.proof()] {
            assert!(artefact.counts_at(one).await, "a fresh {}", artefact.kind);
            assert!(!artefact.counts_at(other).await, "a {} counts on another node", artefact.kind);
            used.push(artefact);
        }
        for artefact in [maker.code().await, maker.assertion(), maker.proof()] {
            let (here, there) = tokio::join!(artefact.counts_at(one), artefact.counts_at(other));
            assert!(here != there, "a {} at both at once: {here} and {there}", artefact.kind);
            used.push(artefact);
        }
    }
    used
}

/// Signs in with a code of the authenticator app; true when it counts.
pub(crate) async fn totp_counts(visitor: &Visitor, code: &str) -> bool {
    let browser = visitor.stranger();
    let page = browser.visit("/account").await;
    let page = browser.press(&page, "submit", &[("email", "grace@example.com"), ("password", PASSWORD)]).await;
    assert_eq!(page.step(), "second-factor", "{}", page.html());
    let page = browser.press(&page, "submit", &[("code", code)]).await;
    page.path.starts_with("/account")
}

/// Opens a mailed link and sets a password; true when it counts.
async fn link_counts(visitor: &Visitor, link: &str) -> bool {
    let browser = visitor.stranger();
    let page = browser.visit(link).await;
    page.has_button("submit")
        && page.value_of("password").is_some()
        && browser
            .press(&page, "submit", &[("password", "another horse battery staple")])
            .await
            .reply
            .status
            .is_success()
}

/// Asks for a new password and returns the link in the mail.
async fn mailed_link(deployment: &Deployment, visitor: &Visitor) -> String {
    let browser = visitor.stranger();
    let page = browser.visit("/recover").await;
    browser.press(&page, "submit", &[("email", "person-1@example.com")]).await;
    deployment.mailed_link("Choose a new password").await
}

fn counts_once(database: Database) {
    let deployment = Deployment::quiet((database == Database::Postgres).then(postgres::fresh_database));
    let mut maker = Maker::new(&deployment);
    let mut nodes = vec![deployment.serve()];
    if database == Database::Postgres {
        nodes.push(deployment.serve());
    }
    let at = |node: &Node, last: u8| {
        Visitor::new(node.public).through_proxy(deployment.public, std::net::Ipv4Addr::new(100, 100, 0, last).into())
    };
    let (one, other) = (at(&nodes[0], 1), at(&nodes[nodes.len() - 1], 2));
    let times = rounds(4, 200);

    let (used, code, link) = runtime().block_on(async {
        let used = present(&mut maker, &one, &other, times).await;
        let code = totp::code(TOTP_SECRET, Clock::System.now().as_seconds());
        assert!(totp_counts(&one, &code).await);
        assert!(!totp_counts(&other, &code).await, "a code of an app counts on another node");
        let link = mailed_link(&deployment, &one).await;
        assert!(link_counts(&one, &link).await);
        assert!(!link_counts(&other, &link).await, "a link counts on another node");
        (used, code, link)
    });
    let nodes: Vec<_> = nodes.into_iter().map(|node| deployment.serve_again(node)).collect();

    runtime().block_on(async {
        for (node, last) in nodes.iter().zip(3..) {
            let visitor = at(node, last);
            for artefact in &used {
                assert!(!artefact.counts_at(&visitor).await, "a {} counts after a restart", artefact.kind);
            }
            assert!(!totp_counts(&visitor, &code).await, "a code of an app counts after a restart");
            assert!(!link_counts(&visitor, &link).await, "a link counts after a restart");
        }
    });
    say(&format!(
        "R-27 {database:?}, {} nodes: {} codes, client assertions and DPoP proofs, a code of an app and a mailed link, \
         presented again at once, at the same time and after every node was killed: 0 accepted twice",
        nodes.len(),
        used.len()
    ));
}

/// Part of R-27: one node, and the same file after it was killed.
#[test]
fn what_counts_once_counts_once_over_a_restart_of_sqlite() {
    counts_once(Database::Sqlite);
}

/// Part of R-27: two nodes, and both after they were killed. Refresh tokens and codes are also replayed by R-01.
#[test]
fn what_counts_once_counts_once_over_nodes_and_restarts() {
    counts_once(Database::Postgres);
}
