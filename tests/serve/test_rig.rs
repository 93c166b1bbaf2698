//! The hook by which certification tests decide for people: off in production, and a journey like any other elsewhere.

use std::fs;

use http::Method;
use portreeve_tests::{
    backchannel::GRANT,
    deployment::Database,
    device, jwt,
    relying_party::basic,
    reply::Reply,
    server::{Deployment, Node},
    visitor::Visitor,
};
use serde_json::Value;
use tokio::runtime::Runtime;

const SECRET: &str = "a-secret-of-thirty-two-characters-or-more";
const ADA: &str = "ada@example.com";
const RESOURCES: &str = r#"
    [[clients]]
    client_id = "till"
    client_secret = { file = "secret" }
    grant_types = ["urn:openid:params:grant-type:ciba"]
    backchannel_token_delivery_mode = "poll"
    response_types = []
    [[clients]]
    client_id = "tv"
    token_endpoint_auth_method = "none"
    application_type = "native"
    grant_types = ["urn:ietf:params:oauth:grant-type:device_code"]
    response_types = []
    [[users]]
    email = "ada@example.com"
    email_verified = true
    password = { file = "secret" }
    [[users]]
    email = "bob@example.com"
    email_verified = true
    password = { file = "secret" }
    totp_secret = { file = "totp" }
"#;
const TESTING: [&str; 4] = ["--set", "server.purpose=testing", "--set", "test_rig.approvals=true"];

fn deployment(database: Database) -> Deployment {
    let deployment = Deployment::new(database, "json");
    fs::write(deployment.folder.path().join("secret"), SECRET).unwrap();
    fs::write(deployment.folder.path().join("totp"), "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP").unwrap();
    deployment.apply(RESOURCES);
    deployment
}

/// What the rig is told.
async fn decide(node: &Node, path: &str) -> Reply {
    Visitor::new(node.admin).send(Method::POST, &format!("/test-rig/{path}"), &[], String::new()).await
}

async fn ask(node: &Node, login_hint: &str) -> String {
    let (own, pairs) = (basic("till", SECRET), [("scope", "openid"), ("login_hint", login_hint)]);
    let headers = [("authorization", own.as_str())];
    let answer = Visitor::new(node.public).post("/oauth2/bc-authorize", &headers, &pairs).await.success();
    answer["auth_req_id"].as_str().unwrap().to_owned()
}

async fn poll(node: &Node, auth_req_id: &str) -> Reply {
    let (own, pairs) = (basic("till", SECRET), [("grant_type", GRANT), ("auth_req_id", auth_req_id)]);
    Visitor::new(node.public).post("/oauth2/token", &[("authorization", own.as_str())], &pairs).await
}

async fn show_code(node: &Node) -> Value {
    let pairs = [("client_id", "tv"), ("scope", "openid")];
    Visitor::new(node.public).post("/oauth2/device_authorization", &[], &pairs).await.success()
}

async fn poll_as_device(node: &Node, shown: &Value) -> Reply {
    let code = shown["device_code"].as_str().unwrap();
    let pairs = [("grant_type", device::GRANT), ("device_code", code), ("client_id", "tv")];
    Visitor::new(node.public).post("/oauth2/token", &[], &pairs).await
}

/// S-066: where nobody has said that it is a test rig there is no such address, on either listener.
#[test]
fn nobody_decides_for_people_in_production() {
    let deployment = deployment(Database::Sqlite);
    let node = deployment.serve_with(&["--set", "server.purpose=testing"]);

    Runtime::new().unwrap().block_on(async {
        let auth_req_id = ask(&node, ADA).await;
        let path = format!("/test-rig/backchannel?auth_req_id={auth_req_id}&action=allow");
        for listener in [node.admin, node.public] {
            let reply = Visitor::new(listener).send(Method::POST, &path, &[], String::new()).await;
            assert_eq!(reply.status, 404, "{}", reply.text());
        }
        assert_eq!(poll(&node, &auth_req_id).await.error(), (400, "authorization_pending".to_owned()));
    });
    let refused = deployment.command(&["doctor", "--set", "test_rig.approvals=true"], "");
    assert_eq!(refused.status.code(), Some(78));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("never where real ones sign in"));
}

/// CB-07, DV-03: in a rig a machine says yes and no for people, once each, and the client gets what it gets from them.
#[test]
fn a_rig_allows_and_denies() {
    for database in [Database::Sqlite, Database::Postgres] {
        let deployment = deployment(database);
        let node = deployment.serve_with(&TESTING);

        Runtime::new().unwrap().block_on(async {
            let (wanted, unwanted) = (ask(&node, ADA).await, ask(&node, ADA).await);
            let allowed = decide(&node, &format!("backchannel?auth_req_id={wanted}&action=allow")).await.success();
            let denied = decide(&node, &format!("backchannel?auth_req_id={unwanted}&action=deny")).await.success();
            assert_eq!((&allowed["decided"], &denied["decided"]), (&"allowed".into(), &"denied".into()));
            let tokens = poll(&node, &wanted).await.success();
            assert_eq!(jwt::claims(tokens["id_token"].as_str().unwrap())["aud"], "till");
            assert_eq!(poll(&node, &unwanted).await.error(), (400, "access_denied".to_owned()));
            for decided in [wanted, unwanted, "ptar_rubbish".to_owned()] {
                let again = decide(&node, &format!("backchannel?auth_req_id={decided}&action=allow")).await;
                assert_eq!(again.status, 404, "{}", again.text());
            }

            let (wanted, unwanted) = (show_code(&node).await, show_code(&node).await);
            for (shown, action) in [(&wanted, "allow"), (&unwanted, "deny")] {
                let code = shown["user_code"].as_str().unwrap();
                decide(&node, &format!("device?user_code={code}&email={ADA}&action={action}")).await.success();
            }
            assert!(poll_as_device(&node, &wanted).await.success()["id_token"].is_string());
            assert_eq!(poll_as_device(&node, &unwanted).await.error(), (400, "access_denied".to_owned()));
        });
    }
}

/// S-066: the conformance suite leaves requests of one person undecided, more than anybody is asked at once elsewhere.
#[test]
fn a_rig_lets_many_requests_wait_for_one_person() {
    let deployment = deployment(Database::Sqlite);
    let node = deployment.serve_with(&TESTING);

    Runtime::new().unwrap().block_on(async {
        let mut asked = Vec::new();
        for _ in 0..64 {
            asked.push(ask(&node, ADA).await);
        }
        decide(&node, &format!("backchannel?auth_req_id={}&action=allow", asked[0])).await.success();
        assert_eq!(poll(&node, &asked[63]).await.error(), (400, "authorization_pending".to_owned()));
        poll(&node, &asked[0]).await.success();
    });
}

/// What a rig may not say is refused with a reason, and decides nothing.
#[test]
fn a_rig_is_told_what_is_wrong() {
    let deployment = deployment(Database::Sqlite);
    let node = deployment.serve_with(&TESTING);

    Runtime::new().unwrap().block_on(async {
        let (of_ada, of_bob) = (ask(&node, ADA).await, ask(&node, "bob@example.com").await);
        let code = show_code(&node).await["user_code"].as_str().unwrap().to_owned();
        for (path, status, why) in [
            (format!("backchannel?auth_req_id={of_ada}"), 400, "action is missing"),
            (format!("backchannel?auth_req_id={of_ada}&action=yes"), 400, "action is allow or deny"),
            (format!("backchannel?auth_req_id={of_ada}&action=allow&tenant=nowhere"), 400, "no such tenant"),
            ("backchannel?action=allow".to_owned(), 400, "auth_req_id is missing"),
            (format!("backchannel?auth_req_id={of_bob}&action=allow"), 409, "more than a password"),
            (format!("device?user_code={code}&email=nobody@example.com&action=allow"), 404, "nobody has this address"),
            (format!("device?user_code=BBB-BBB-BBB&email={ADA}&action=allow"), 404, "nothing waits"),
        ] {
            let reply = decide(&node, &path).await;
            assert_eq!(reply.status.as_u16(), status, "{path}: {}", reply.text());
            assert!(reply.text().contains(why), "{path}: {}", reply.text());
        }
        for auth_req_id in [of_ada, of_bob] {
            assert_eq!(poll(&node, &auth_req_id).await.error(), (400, "authorization_pending".to_owned()));
        }
    });
}
