//! What clients redeem for a grant: a device code and an `auth_req_id` that were allowed, a refresh token, a token to register with.
//!
//! A device that polls again within ten seconds gets the same refresh token again (decision 0019), and so does a client that refreshes
//! again: the same grant, never a second one.

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::atomic::{AtomicU16, Ordering},
};

use http::{Method, StatusCode};
use portreeve_tests::{
    backchannel, deployment::Database, device, postgres, relying_party::basic, reply::Reply, server::Deployment,
    visitor::Visitor,
};
use serde_json::json;

use crate::{
    fleet::{runtime, wait_for_sealer},
    ledger::AuditLog,
    member::SECRET,
    people_once::{People, serve},
    report::{rounds, say},
};

/// A client at a node.
struct Client(Visitor);

impl Client {
    async fn token(&self, grant: &str, (name, value): (&str, &str)) -> Reply {
        let pairs = [("grant_type", grant), (name, value)];
        self.0.post("/oauth2/token", &[("authorization", &basic("app", SECRET))], &pairs).await
    }

    async fn poll(&self, device_code: &str) -> Reply {
        self.token(device::GRANT, ("device_code", device_code)).await
    }

    async fn ask_for(&self, auth_req_id: &str) -> Reply {
        self.token(backchannel::GRANT, ("auth_req_id", auth_req_id)).await
    }

    async fn refresh(&self, token: &str) -> Reply {
        self.token("refresh_token", ("refresh_token", token)).await
    }

    async fn register(&self, token: &str) -> bool {
        let bearer = format!("Bearer {token}");
        let headers = [("content-type", "application/json"), ("authorization", bearer.as_str())];
        let metadata = json!({ "redirect_uris": ["https://self.example/cb"] }).to_string();
        let visitor = self.0.stranger().from_address(another_network());
        let status = visitor.send(Method::POST, "/oauth2/register", &headers, metadata).await.status;
        assert!(status == StatusCode::CREATED || status == StatusCode::UNAUTHORIZED, "{status}");
        status == StatusCode::CREATED
    }
}

/// Where somebody registers: from one network only a few may.
fn another_network() -> IpAddr {
    static LAST: AtomicU16 = AtomicU16::new(0);
    let [high, low] = LAST.fetch_add(1, Ordering::Relaxed).to_be_bytes();
    Ipv4Addr::new(100, 96 + (high & 0x1f), low, 2).into()
}

fn refresh_token(reply: &Reply) -> String {
    reply.success()["refresh_token"].as_str().expect("a refresh token").to_owned()
}

fn is_refused(reply: &Reply) -> bool {
    reply.error() == (400, "invalid_grant".to_owned())
}

/// What was used up and must be refused from now on.
#[derive(Default)]
struct Used {
    device_codes: Vec<String>,
    auth_req_ids: Vec<String>,
    refresh_tokens: Vec<String>,
    initial_tokens: Vec<String>,
}

impl Used {
    async fn check(&self, client: &Client) {
        for code in &self.device_codes {
            assert!(is_refused(&client.poll(code).await), "a device code counts again");
        }
        for id in &self.auth_req_ids {
            assert!(is_refused(&client.ask_for(id).await), "an auth_req_id counts again");
        }
        for token in &self.refresh_tokens {
            assert!(is_refused(&client.refresh(token).await), "a refresh token counts again");
        }
        for token in &self.initial_tokens {
            assert!(!client.register(token).await, "a token to register with counts again");
        }
    }
}

async fn allowed_device(people: &People<'_>) -> String {
    let email = people.next();
    let answer = people.post("/oauth2/device_authorization", &[("scope", "openid")]).await;
    let (browser, page) = people.at_question(&email, answer["user_code"].as_str().expect("a code")).await;
    browser.press(&page, "allow", &[("own_device", "yes")]).await;
    answer["device_code"].as_str().expect("a code").to_owned()
}

async fn allowed_request(people: &People<'_>) -> String {
    let email = people.next();
    let answer = people.post("/oauth2/bc-authorize", &[("scope", "openid"), ("login_hint", &email)]).await;
    let (browser, page) = people.at_approval(&email).await;
    browser.press(&page, "allow", &[]).await;
    answer["auth_req_id"].as_str().expect("an id").to_owned()
}

/// A device's grant, polled for at both nodes, and its refresh token, used at both; ends with a replay, which ends the grant.
async fn device_grant(people: &People<'_>, [one, other]: [&Client; 2], used: &mut Used) {
    let code = allowed_device(people).await;
    let (here, there) = tokio::join!(one.poll(&code), other.poll(&code));
    let first = refresh_token(&here);
    assert_eq!(refresh_token(&there), first, "polled for at both nodes at once: a second grant");
    assert_eq!(refresh_token(&other.poll(&code).await), first, "polled for again: a second grant");

    let (here, there) = tokio::join!(one.refresh(&first), other.refresh(&first));
    let second = refresh_token(&here);
    assert_eq!(refresh_token(&there), second, "a refresh token used at both nodes at once: two branches");
    let third = refresh_token(&other.refresh(&second).await);
    assert!(is_refused(&one.refresh(&first).await), "a refresh token counts again");
    assert!(is_refused(&other.refresh(&third).await), "what came of a grant outlives a replay");
    assert!(is_refused(&other.poll(&code).await), "a device code counts again");
    used.device_codes.push(code);
    used.refresh_tokens.extend([first, second, third]);
}

/// A device code whose refresh token was used is a replay, at whatever node, and ends the grant.
async fn device_code_alone(people: &People<'_>, [one, other]: [&Client; 2], used: &mut Used) {
    let code = allowed_device(people).await;
    let first = refresh_token(&one.poll(&code).await);
    let second = refresh_token(&one.refresh(&first).await);
    assert!(is_refused(&other.poll(&code).await), "a device code counts again");
    assert!(is_refused(&one.refresh(&second).await), "what came of a grant outlives a replay");
    used.device_codes.push(code);
}

async fn backchannel_grant(people: &People<'_>, [one, other]: [&Client; 2], used: &mut Used) {
    let id = allowed_request(people).await;
    let (here, there) = tokio::join!(one.ask_for(&id), other.ask_for(&id));
    assert!(
        (here.status == StatusCode::OK) != (there.status == StatusCode::OK),
        "an auth_req_id at both nodes at once"
    );
    assert!(is_refused(&other.ask_for(&id).await), "an auth_req_id counts again");
    used.auth_req_ids.push(id);
}

async fn registration(people: &People<'_>, [one, other]: [&Client; 2], used: &mut Used) {
    let fresh = || {
        let printed = people.deployment.command(&["clients", "initial-access-token", "create"], "").stdout;
        String::from_utf8(printed).expect("text").trim().to_owned()
    };
    let (first, second) = (fresh(), fresh());
    assert!(one.register(&first).await, "a fresh token");
    assert!(!other.register(&first).await, "a token to register with counts at another node");
    let (here, there) = tokio::join!(one.register(&second), other.register(&second));
    assert!(here != there, "a token to register with, at both at once: {here} and {there}");
    used.initial_tokens.extend([first, second]);
}

fn granted_once(database: Database) {
    let deployment = Deployment::quiet((database == Database::Postgres).then(postgres::fresh_database));
    let (times, origin) = (rounds(2, 12), format!("http://{}", deployment.public));
    People::enrol(&deployment, u8::try_from(3 * times).expect("few people"));
    let node = serve(&deployment, &origin);
    let another = (database == Database::Postgres).then(|| serve(&deployment, &origin));
    let visitor = |address| Visitor::new(address).through_proxy(deployment.public, Ipv4Addr::new(100, 63, 0, 2).into());
    let people = People::new(&deployment, visitor(node.public), origin);
    let mut used = Used::default();

    runtime().block_on(async {
        let one = Client(visitor(node.public));
        let other = Client(visitor(another.as_ref().map_or(node.public, |another| another.public)));
        let both = [&one, &other];
        for _ in 0..times {
            device_grant(&people, both, &mut used).await;
            device_code_alone(&people, both, &mut used).await;
            backchannel_grant(&people, both, &mut used).await;
            registration(&people, both, &mut used).await;
        }
        used.check(&other).await;
    });
    let nodes: Vec<_> = [Some(node), another].into_iter().flatten().map(|node| deployment.serve_again(node)).collect();

    runtime().block_on(async {
        for node in &nodes {
            used.check(&Client(visitor(node.public))).await;
        }
        wait_for_sealer(&nodes[0]).await;
    });
    let log = AuditLog::parse(&deployment.succeed(&["audit", "export"], ""));
    assert_eq!(log.count("token.device_code.redeemed"), used.device_codes.len());
    assert_eq!(log.count("token.auth_req_id.redeemed"), used.auth_req_ids.len());
    say(&format!(
        "R-27 {database:?}, {} nodes: {} device codes, {} auth_req_ids, {} refresh tokens and {} tokens to register with, presented again \
         at once, at the same time and after every node was killed: never a second grant, 0 accepted twice",
        nodes.len(),
        used.device_codes.len(),
        used.auth_req_ids.len(),
        used.refresh_tokens.len(),
        used.initial_tokens.len()
    ));
}

/// Part of R-27.
#[test]
fn what_clients_redeem_counts_once_over_a_restart_of_sqlite() {
    granted_once(Database::Sqlite);
}

/// with what people show (`replay_people`) and what clients send (`replay`) this is everything that counts once, presented to
/// another node at once, to both at the same time, and after every node was killed.
#[test]
fn what_clients_redeem_counts_once_over_nodes_and_restarts() {
    granted_once(Database::Postgres);
}
