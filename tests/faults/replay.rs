//! What clients send that counts once: on another node a moment later, on both at the same time, and after every node was killed.

use std::fs;

use http::StatusCode;
use portreeve_issuer::Clock;
use portreeve_tests::{
    deployment::Database,
    dpop::ProofKey,
    postgres,
    relying_party::{ASSERTION_TYPE, basic},
    server::{Deployment, Node},
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
const TOKEN: &str = "/oauth2/token";
/// An issuer that is trusted for `agent`, and whose word counts for the instances of `wallet`.
const IDP: &str = "https://idp.example";

/// The clients that send what counts once. `KEY` is their key, and that of the issuer.
const CAST: &str = r#"
[[tenants]]
slug = "default"
client_attestation = "accepted"

[[resource_servers]]
resource = "https://api.example.com"
scopes = ["read"]

[[trusted_issuers]]
issuer = "https://idp.example"
jwks = { keys = [KEY] }
clients = ["agent"]
scopes = ["read"]
attests = ["wallet"]

[[clients]]
client_id = "keyed"
token_endpoint_auth_method = "private_key_jwt"
grant_types = ["client_credentials"]
response_types = []
jwks = { keys = [KEY] }

[[clients]]
client_id = "service"
client_secret = { file = "secret" }
grant_types = ["client_credentials"]
response_types = []

[[clients]]
client_id = "agent"
client_secret = { file = "secret" }
grant_types = ["urn:ietf:params:oauth:grant-type:jwt-bearer"]
response_types = []

[[clients]]
client_id = "wallet"
token_endpoint_auth_method = "attest_jwt_client_auth"
grant_types = ["client_credentials"]
response_types = []

[[clients]]
client_id = "kiosk"
client_secret = { file = "secret" }
grant_types = ["urn:openid:params:grant-type:ciba"]
response_types = []
backchannel_token_delivery_mode = "poll"
backchannel_authentication_request_signing_alg = "ES256"
jwks = { keys = [KEY] }

[[users]]
email = "grace@example.com"
email_verified = true
password = { file = "password" }
totp_secret = { file = "totp" }
links = [{ issuer = "https://idp.example", subject = "u-1" }]
"#;

/// Something that counts once, and the request it goes with.
pub(crate) struct Artefact {
    pub(crate) kind: &'static str,
    path: &'static str,
    pairs: Vec<(&'static str, String)>,
    headers: Vec<(&'static str, String)>,
}

impl Artefact {
    /// Whether it is accepted.
    pub(crate) async fn counts_at(&self, visitor: &Visitor) -> bool {
        let pairs: Vec<_> = self.pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let headers: Vec<_> = self.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let reply = visitor.post(self.path, &headers, &pairs).await;
        assert!(reply.status == StatusCode::OK || reply.status.is_client_error(), "{}: {}", self.kind, reply.text());
        reply.status == StatusCode::OK
    }
}

/// Whoever makes artefacts.
pub(crate) struct Maker<'d> {
    deployment: &'d Deployment,
    member: Member,
    key: ProofKey,
    /// That of an instance of `wallet`.
    instance: ProofKey,
    dice: Dice,
    /// How many seconds the server's clock is ahead.
    pub(crate) ahead: i64,
}

impl<'d> Maker<'d> {
    pub(crate) fn new(deployment: &'d Deployment) -> Self {
        enrol(deployment);
        let (key, instance) = (ProofKey::new(), ProofKey::new());
        let jwk = key.jwk();
        fs::write(deployment.folder.path().join("totp"), TOTP_SECRET).expect("write a secret");
        let published = format!("{{ kty = \"EC\", crv = \"P-256\", x = {}, y = {} }}", jwk["x"], jwk["y"]);
        deployment.apply(&CAST.replace("KEY", &published));
        Self { deployment, member: Member::new(0, deployment.public), key, instance, dice: Dice::new(27), ahead: 0 }
    }

    /// The server's time, in Unix seconds.
    pub(crate) fn now(&self) -> i64 {
        Clock::System.now().as_seconds() + self.ahead
    }

    fn unique(&self) -> String {
        format!("id-{}-{}", self.dice.below(usize::MAX), self.dice.below(usize::MAX))
    }

    fn issuer(&self) -> String {
        format!("http://{}", self.deployment.public)
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
            path: TOKEN,
            pairs: pairs.map(|(name, value)| (name, value.to_owned())).to_vec(),
            headers: vec![("authorization", basic("app-0", SECRET))],
        }
    }

    pub(crate) fn assertion(&self) -> Artefact {
        let now = self.now();
        let claims = json!({
            "iss": "keyed", "sub": "keyed", "aud": self.issuer(), "iat": now, "exp": now + 60, "jti": self.unique(),
        });
        let assertion = self.key.sign(&json!({ "typ": "JWT", "alg": "ES256" }), &claims);
        let mut pairs = Self::client_credentials();
        pairs.push(("client_assertion_type", ASSERTION_TYPE.to_owned()));
        pairs.push(("client_assertion", assertion));
        Artefact { kind: "client assertion", path: TOKEN, pairs, headers: vec![] }
    }

    pub(crate) fn proof(&self) -> Artefact {
        let address = format!("{}{TOKEN}", self.issuer());
        let claims = json!({
            "jti": self.unique(), "htm": "POST", "htu": address, "iat": self.now(),
        });
        let headers = vec![("authorization", basic("service", SECRET)), ("dpop", self.key.proof(&claims))];
        Artefact { kind: "DPoP proof", path: TOKEN, pairs: Self::client_credentials(), headers }
    }

    fn bearer_assertion(&self) -> Artefact {
        let now = self.now();
        let claims = json!({
            "iss": IDP, "sub": "u-1", "aud": self.issuer(), "iat": now, "exp": now + 600, "jti": self.unique(),
        });
        let assertion = self.key.sign(&json!({ "typ": "JWT", "alg": "ES256" }), &claims);
        let grant = "urn:ietf:params:oauth:grant-type:jwt-bearer";
        let pairs = [("grant_type", grant), ("assertion", &assertion), ("resource", API), ("scope", "read")];
        let pairs = pairs.map(|(name, value)| (name, value.to_owned())).to_vec();
        let headers = vec![("authorization", basic("agent", SECRET))];
        Artefact { kind: "JWT bearer assertion", path: TOKEN, pairs, headers }
    }

    fn attestation_proof(&self) -> Artefact {
        let now = self.now();
        let attestation = self.key.sign(
            &json!({ "typ": "oauth-client-attestation+jwt", "alg": "ES256" }),
            &json!({ "iss": IDP, "sub": "wallet", "exp": now + 3600, "cnf": { "jwk": self.instance.jwk() } }),
        );
        let proof = self.instance.sign(
            &json!({ "typ": "oauth-client-attestation-pop+jwt", "alg": "ES256" }),
            &json!({ "aud": self.issuer(), "jti": self.unique(), "iat": now }),
        );
        let headers = vec![("oauth-client-attestation", attestation), ("oauth-client-attestation-pop", proof)];
        let mut pairs = Self::client_credentials();
        pairs.push(("client_id", "wallet".to_owned()));
        Artefact { kind: "proof of an attested instance", path: TOKEN, pairs, headers }
    }

    /// Each is about another address, for three may wait for one.
    fn signed_authentication(&self) -> Artefact {
        let (now, unique) = (self.now(), self.unique());
        let claims = json!({
            "iss": "kiosk", "aud": self.issuer(), "iat": now, "nbf": now, "exp": now + 600, "jti": unique,
            "scope": "openid", "login_hint": format!("{unique}@example.com"), "requested_expiry": 30,
        });
        let pairs = vec![("request", self.key.sign(&json!({ "typ": "JWT", "alg": "ES256" }), &claims))];
        let headers = vec![("authorization", basic("kiosk", SECRET))];
        Artefact { kind: "signed back-channel request", path: "/oauth2/bc-authorize", pairs, headers }
    }

    /// One of each kind.
    async fn one_of_each(&mut self) -> [Artefact; 6] {
        [
            self.code().await,
            self.assertion(),
            self.proof(),
            self.bearer_assertion(),
            self.attestation_proof(),
            self.signed_authentication(),
        ]
    }
}

/// Everything that two nodes, or one, must not accept twice.
async fn present(maker: &mut Maker<'_>, one: &Visitor, other: &Visitor, times: usize) -> Vec<Artefact> {
    let mut used = vec![];
    for _ in 0..times {
        for artefact in maker.one_of_each().await {
            assert!(artefact.counts_at(one).await, "a fresh {}", artefact.kind);
            assert!(!artefact.counts_at(other).await, "a {} counts on another node", artefact.kind);
            used.push(artefact);
        }
        for artefact in maker.one_of_each().await {
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

    let used = runtime().block_on(present(&mut maker, &one, &other, times));
    let nodes: Vec<_> = nodes.into_iter().map(|node| deployment.serve_again(node)).collect();

    runtime().block_on(async {
        for (node, last) in nodes.iter().zip(3..) {
            let visitor = at(node, last);
            for artefact in &used {
                assert!(!artefact.counts_at(&visitor).await, "a {} counts after a restart", artefact.kind);
            }
        }
    });
    say(&format!(
        "R-27 {database:?}, {} nodes: {} codes, assertions of clients and of a trusted issuer, proofs of keys and of attested \
         instances and signed back-channel requests, presented again at once, at the same time and after every node was \
         killed: 0 accepted twice",
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
