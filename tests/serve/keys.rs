//! The keys of a deployment that has just begun, and `keys revoke` beside two running nodes. S-138.

use std::time::{Duration, Instant};

use http::Method;
use portreeve_tests::{
    deployment::Database,
    jwt,
    relying_party::basic,
    server::{Deployment, Node},
    visitor::Visitor,
};
use serde_json::Value;
use tokio::runtime::Runtime;

const API: &str = "https://api.example.com";
const SECRET: &str = "a-secret-of-thirty-two-characters-or-more";

/// How long a busy machine may take to make two more RSA keys.
const SOON: Duration = Duration::from_secs(20);

/// How long a revoked key may go on counting anywhere.
const AT_ONCE: Duration = Duration::from_secs(1);

async fn jwks(node: &Node) -> Vec<Value> {
    let jwks = Visitor::new(node.public).send(Method::GET, "/oauth2/jwks", &[], String::new()).await.success();
    jwks["keys"].as_array().expect("keys").clone()
}

async fn published(node: &Node) -> Vec<String> {
    jwks(node).await.iter().map(|key| key["kid"].as_str().expect("a kid").to_owned()).collect()
}

async fn token(node: &Node) -> String {
    let pairs = [("grant_type", "client_credentials"), ("resource", API), ("scope", "read")];
    let own = basic("service", SECRET);
    let tokens = Visitor::new(node.public).post("/oauth2/token", &[("authorization", &own)], &pairs).await.success();
    tokens["access_token"].as_str().expect("a token").to_owned()
}

async fn is_active(node: &Node, token: &str) -> bool {
    let own = basic("service", SECRET);
    let machine = Visitor::new(node.public);
    let answer: Value =
        machine.post("/oauth2/introspect", &[("authorization", &own)], &[("token", token)]).await.success();
    answer["active"] == true
}

/// whoever asks first finds the keys that sign; those that will, and those to encrypt to, are published a moment later.
#[test]
fn a_first_start_has_the_keys_that_sign_and_then_the_others() {
    let deployment = Deployment::new(Database::Sqlite, "json");
    let (node, began) = (deployment.serve(), Instant::now());

    Runtime::new().unwrap().block_on(async {
        let uses = async || {
            let keys = jwks(&node).await;
            let of = |name, value| keys.iter().filter(|key| key[name] == value).count();
            (of("alg", "ES256"), of("alg", "RS256"), of("use", "enc"))
        };
        let (es256, rs256, _) = uses().await;
        assert!(es256 >= 1 && rs256 >= 1, "{es256} and {rs256}");
        while uses().await != (2, 2, 2) {
            assert!(began.elapsed() < SOON, "{:?}", uses().await);
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    });
}

/// S-138: a revoked key is refused by a node that did not revoke it within a second, and the next one signs.
#[test]
fn a_revoked_key_counts_nowhere_within_a_second() {
    for database in [Database::Sqlite, Database::Postgres] {
        let deployment = Deployment::new(database, "json");
        std::fs::write(deployment.folder.path().join("secret"), SECRET).unwrap();
        deployment.apply(&format!(
            "[[resource_servers]]\nresource = \"{API}\"\nscopes = [\"read\"]\n[[clients]]\nclient_id = \"service\"\n\
             client_secret = {{ file = \"secret\" }}\ngrant_types = [\"client_credentials\"]\nresponse_types = []\n\
             introspects = [\"{API}\"]\n"
        ));
        let (one, two) = (deployment.serve(), deployment.serve());
        let runtime = Runtime::new().unwrap();
        let (token_of_one, kid) = runtime.block_on(async {
            let token_of_one = token(&one).await;
            assert!(is_active(&two, &token_of_one).await);
            let kid = jwt::header(&token_of_one)["kid"].as_str().unwrap().to_owned();
            assert!(published(&two).await.contains(&kid));
            (token_of_one, kid)
        });

        deployment.succeed(&["keys", "revoke", &kid], "");
        let revoked = Instant::now();

        runtime.block_on(async {
            for node in [&one, &two] {
                while is_active(node, &token_of_one).await || published(node).await.contains(&kid) {
                    assert!(revoked.elapsed() < AT_ONCE, "{database:?}: the key still counts");
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            }
            let next = token(&two).await;
            assert_ne!(jwt::header(&next)["kid"], kid.as_str());
            assert!(is_active(&one, &next).await);
        });
    }
}
