//! A running server that hears ever more names: what it keeps for each is bounded. S-142.

use std::{fs, net::Ipv4Addr};

use http::Method;
use portreeve_tests::{
    jwt,
    relying_party::basic,
    server::{Deployment, Node},
    visitor::Visitor,
};
use serde_json::json;
use tokio::{runtime::Runtime, task::JoinSet};

const SECRET: &str = "a-secret-of-thirty-two-characters-or-more";
/// How many names of each kind a wave has.
const WAVE: u32 = 1500;
/// How many tasks ask.
const TASKS: u32 = 4;
/// How much more memory a wave may leave behind, in KiB: less than half of what a kilobyte for each name would.
const GROWTH: u64 = 2048;

/// Memory of the process that nothing else has, in KiB.
fn memory(node: &Node) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", node.process.id())).expect("its status");
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).expect("a line");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

/// How many series the metrics have.
async fn series(node: &Node) -> usize {
    let text = Visitor::new(node.admin).send(Method::GET, "/metrics", &[], String::new()).await.text();
    text.lines().filter(|line| !line.starts_with('#')).count()
}

/// Asks with an address, a host, a language, a client, a person and a key that nobody has heard of.
async fn ask(visitor: &Visitor, number: u32) {
    let address = Ipv4Addr::from(0x6440_0000 + number);
    let visitor = visitor.stranger().from_address(address.into());
    let (host, language) = (format!("host{number}.example"), format!("x{number}, y{number};q=0.5"));
    let headers = [("host", host.as_str()), ("accept-language", language.as_str())];
    visitor.send(Method::GET, &format!("/recover?ui_locales=z{number}"), &headers, String::new()).await;
    let client = basic(&format!("client{number}"), SECRET);
    let asked = [("grant_type", "client_credentials"), ("scope", "read")];
    let unknown = visitor.post("/oauth2/token", &[("authorization", client.as_str())], &asked).await;
    assert_eq!(unknown.error().1, "invalid_client");
    let token = format!(
        "{}.{}.AAAA",
        jwt::encoded(&json!({ "alg": "ES256", "typ": "at+jwt", "kid": format!("kid{number}") })),
        jwt::encoded(&json!({ "iss": "x" }))
    );
    let own = basic("service", SECRET);
    let answer = visitor.post("/oauth2/introspect", &[("authorization", own.as_str())], &[("token", &token)]).await;
    assert_eq!(answer.success()["active"], false);
    let asked = [("login_hint", format!("person{number}@example.com")), ("scope", "openid".to_owned())];
    let pairs: Vec<_> = asked.iter().map(|(name, value)| (*name, value.as_str())).collect();
    visitor.post("/oauth2/bc-authorize", &[("authorization", own.as_str())], &pairs).await.success();
}

/// A wave of names that were never heard before.
async fn wave(node: &Node, number: u32) {
    let mut tasks = JoinSet::new();
    for task in 0..TASKS {
        let visitor = Visitor::new(node.public);
        tasks.spawn_local(async move {
            for name in (task..WAVE).step_by(TASKS as usize) {
                ask(&visitor, number * WAVE + name).await;
            }
        });
    }
    tasks.join_all().await;
}

/// S-142: after as many names again the server is no bigger, and its metrics have no series more.
#[test]
fn ever_more_names_do_not_make_the_server_grow() {
    let deployment = Deployment::quiet(None);
    fs::write(deployment.folder.path().join("secret"), SECRET).unwrap();
    deployment.apply(
        "[[clients]]\nclient_id = \"service\"\nclient_secret = { file = \"secret\" }\n\
         grant_types = [\"client_credentials\", \"urn:openid:params:grant-type:ciba\"]\nresponse_types = []\n\
         backchannel_token_delivery_mode = \"poll\"\n",
    );
    let node = deployment.serve();

    let local = tokio::task::LocalSet::new();
    let (sizes, counts) = local.block_on(&Runtime::new().unwrap(), async {
        let (mut sizes, mut counts) = (Vec::new(), Vec::new());
        for number in 0..4 {
            wave(&node, number).await;
            sizes.push(memory(&node));
            counts.push(series(&node).await);
        }
        (sizes, counts)
    });

    println!("S-142: {sizes:?} KiB, {counts:?} series after each of four waves of {WAVE} names of six kinds");
    // The first wave meets routes and outcomes that nobody had met before.
    assert_eq!(counts[1], counts[3], "series");
    let (before, after) = (sizes[1].max(sizes[0]), sizes[3].min(sizes[2]));
    assert!(after <= before + GROWTH, "{sizes:?} KiB");
}
