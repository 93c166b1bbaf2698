//! A machine that closes its connection while it registers a client, pushes a request or begins a device grant: what it asked for
//! is stored whole, with its event, or not at all.

use std::{
    collections::BTreeMap,
    fs,
    net::Ipv4Addr,
    time::{Duration, Instant},
};

use http::{Method, StatusCode};
use portreeve_storage::{Store, Wall};
use portreeve_tests::{
    authorization::AuthorizationRequest, deployment::Database, postgres, relying_party::basic, reply::Reply,
    server::Deployment, visitor::Visitor,
};
use reqwest::Error as Gone;
use serde_json::json;

use crate::{
    dice::Dice,
    fleet::runtime,
    member::{REDIRECT_URI, SECRET},
    report::{rounds, say},
};

/// How long a request that nobody waits for may still be at work.
const AFTERMATH: Duration = Duration::from_secs(1);
/// How long an answer takes, before one is there.
const USUAL: Duration = Duration::from_millis(2);
/// What is asked for: the table it is stored in, and the event that is written with it.
const KINDS: [(&str, &str); 3] = [
    ("client_registrations", "client.created"),
    ("pushed_requests", "authorization.request.pushed"),
    ("device_authorizations", "device.authorization.requested"),
];

/// Whoever asks, and what came of it.
struct Machine {
    visitor: Visitor,
    dice: Dice,
    asked: u16,
    answered: Vec<(usize, Reply)>,
    cut_off: BTreeMap<usize, i64>,
    /// How long the last answer took.
    usual: Duration,
}

impl Machine {
    /// Asks for one of the kinds, from an address of its own: what anybody may store is limited by address.
    async fn ask(&self, kind: usize) -> Result<Reply, Gone> {
        let [high, low] = self.asked.to_be_bytes();
        let visitor = self.visitor.stranger().from_address(Ipv4Addr::new(100, 120, high, low).into());
        let own = basic("machine", SECRET);
        match kind {
            0 => {
                let metadata = json!({ "redirect_uris": [REDIRECT_URI], "client_name": format!("App {}", self.asked) });
                let headers = [("content-type", "application/json")];
                visitor.try_send(Method::POST, "/oauth2/register", &headers, metadata.to_string()).await
            }
            1 => {
                let request = AuthorizationRequest::new("machine", REDIRECT_URI, "openid");
                visitor.try_post("/oauth2/par", &[("authorization", &own)], &request.pairs()).await
            }
            _ => {
                let pairs = [("scope", "openid")];
                visitor.try_post("/oauth2/device_authorization", &[("authorization", &own)], &pairs).await
            }
        }
    }

    /// Asks, and goes away at any time.
    async fn go_away(&mut self) {
        let kind = self.dice.below(KINDS.len());
        self.asked += 1;
        // Some of these are over before the request is read, some when most answers are there, however fast the machine is.
        let usual = usize::try_from(self.usual.as_micros()).expect("less than hours").max(200);
        let patience = self.dice.between_micros(50, [usual, 2 * usual, 8 * usual, 300_000][self.dice.below(4)]);
        let began = Instant::now();
        match tokio::time::timeout(patience, self.ask(kind)).await {
            Ok(reply) => {
                self.answered.push((kind, reply.expect("the server stays")));
                self.usual = began.elapsed();
            }
            Err(_) => *self.cut_off.entry(kind).or_default() += 1,
        }
    }

    /// Says that what was answered is there.
    async fn check(&self, kind: usize, reply: &Reply) {
        assert!(reply.status.is_success(), "{}", reply.text());
        let body = reply.json();
        let text = |name: &str| body[name].as_str().expect("text").to_owned();
        match kind {
            0 => {
                let read = [("authorization", format!("Bearer {}", text("registration_access_token")))];
                let read: Vec<_> = read.iter().map(|(name, value)| (*name, value.as_str())).collect();
                let path = format!("/oauth2/register/{}", text("client_id"));
                let there = self.visitor.send(Method::GET, &path, &read, String::new()).await;
                assert_eq!(there.success()["client_name"], body["client_name"]);
            }
            1 => {
                let query = form_urlencoded::Serializer::new(String::new())
                    .append_pair("client_id", "machine")
                    .append_pair("request_uri", &text("request_uri"))
                    .finish();
                let page = self.visitor.stranger().visit(&format!("/oauth2/authorize?{query}")).await;
                assert!(page.has_button("submit"), "{}", page.html());
            }
            _ => {
                let pairs = [
                    ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
                    ("device_code", &text("device_code")),
                ];
                let own = basic("machine", SECRET);
                let reply = self.visitor.post("/oauth2/token", &[("authorization", &own)], &pairs).await;
                assert_eq!(reply.error(), (400, "authorization_pending".to_owned()));
            }
        }
    }
}

async fn count(store: &Store, sql: String) -> i64 {
    let mut conn = store.read(Wall::All).await.expect("the database");
    conn.optional(sql.leak(), &[], |row| row.integer(0)).await.expect("the database").expect("a count")
}

fn all_or_nothing(database: Database) {
    let deployment = Deployment::quiet((database == Database::Postgres).then(postgres::fresh_database));
    fs::write(deployment.folder.path().join("secret"), SECRET).expect("write a secret");
    deployment.apply(&format!(
        "[[tenants]]\nslug = \"default\"\nclient_registration = \"open\"\n\
         [[clients]]\nclient_id = \"machine\"\nclient_secret = {{ file = \"secret\" }}\n\
         redirect_uris = [\"{REDIRECT_URI}\"]\n\
         grant_types = [\"authorization_code\", \"urn:ietf:params:oauth:grant-type:device_code\"]\n"
    ));
    let node = deployment.serve();
    let address = Ipv4Addr::new(100, 121, 0, 1).into();
    let visitor = Visitor::new(node.public).through_proxy(deployment.public, address);
    let mut machine = Machine {
        visitor,
        dice: Dice::new(24),
        asked: 0,
        answered: Vec::new(),
        cut_off: BTreeMap::new(),
        usual: USUAL,
    };
    let stored = runtime().block_on(async {
        let store = Store::open(&deployment.database_url()).expect("the database");
        let made_by_hand = count(&store, format!("SELECT count(*) FROM events WHERE kind = '{}'", KINDS[0].1)).await;
        for _ in 0..rounds(200, 5000) {
            machine.go_away().await;
        }
        tokio::time::sleep(AFTERMATH).await;
        let mut stored = [0; KINDS.len()];
        for (kind, (table, event)) in KINDS.into_iter().enumerate() {
            stored[kind] = count(&store, format!("SELECT count(*) FROM {table}")).await;
            let events = count(&store, format!("SELECT count(*) FROM events WHERE kind = '{event}'")).await;
            let before = if kind == 0 { made_by_hand } else { 0 };
            assert_eq!(stored[kind], events - before, "{table} and its events");
        }
        for (kind, reply) in &machine.answered {
            machine.check(*kind, reply).await;
        }
        stored
    });

    let answered = |kind| machine.answered.iter().filter(|(of, _)| *of == kind).count() as i64;
    let cut_off = |kind| machine.cut_off.get(&kind).copied().unwrap_or_default();
    say(&format!(
        "R-24 {database:?}: registrations, pushed requests and device grants: {} answered, all of them there; {} cut off, {} of those stored \
         whole, with one event each",
        machine.answered.len(),
        machine.cut_off.values().sum::<i64>(),
        stored.iter().sum::<i64>() - machine.answered.len() as i64
    ));
    for kind in 0..KINDS.len() {
        let (least, most) = (answered(kind), answered(kind) + cut_off(kind));
        assert!((least..=most).contains(&stored[kind]), "{}: {} of {least} to {most}", KINDS[kind].0, stored[kind]);
        assert!(cut_off(kind) > 5 && least > 5, "{}: {least} answered, {} cut off", KINDS[kind].0, cut_off(kind));
    }
    assert!(machine.answered.iter().all(|(_, reply)| reply.status != StatusCode::TOO_MANY_REQUESTS));
}

/// on SQLite; `cancellation` has the grants.
#[test]
fn what_a_machine_that_goes_away_asked_for_is_stored_whole_or_not_at_all_on_sqlite() {
    all_or_nothing(Database::Sqlite);
}

/// on PostgreSQL; `cancellation` has the grants.
#[test]
fn what_a_machine_that_goes_away_asked_for_is_stored_whole_or_not_at_all_on_postgres() {
    all_or_nothing(Database::Postgres);
}
