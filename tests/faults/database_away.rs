//! PostgreSQL goes away and comes back, in four ways; the server stays.

use std::{
    thread,
    time::{Duration, Instant},
};

use http::{Method, StatusCode};
use portreeve_tests::{
    postgres::{Durability, PostgresCluster, PostgresUrls, Stop},
    relying_party::basic,
    server::{Deployment, Node, USUAL_SILENCE},
    visitor::{Nodes, Visitor},
};

use tokio::task::LocalSet;

use crate::{
    fleet::{Fleet, MEMBERS, runtime},
    line::Line,
    member::{Member, SECRET},
    report::{rounds, say},
};

/// How soon the server says that it is not ready.
const NOT_READY: Duration = Duration::from_secs(2);
/// How soon everything works again: the two seconds of the goal, and one for a machine that runs other tests.
const BACK: Duration = Duration::from_secs(3);
/// How many requests at once are answered then: with those of everybody else as many as there are connections to the database, so
/// that one that is dead is met.
const AT_ONCE: usize = 12;
/// How soon each of them is.
const ANSWERED: Duration = Duration::from_secs(1);

/// How soon a token request is turned away: the 300 ms of the goal, and as many for a machine that runs other tests.
const TURNED_AWAY: Duration = Duration::from_millis(600);

/// What was seen while the database was away.
#[derive(Default)]
struct Seen {
    not_ready: Option<Duration>,
    slowest: Duration,
    turned_away: usize,
}

async fn status(visitor: &Visitor, path: &str) -> StatusCode {
    visitor.send(Method::GET, path, &[], String::new()).await.status
}

/// Looks at the server until `time` is over.
async fn look(node: &Node, prober: &Member, time: Duration) -> Seen {
    let (public, admin, began) = (Visitor::new(node.public), Visitor::new(node.admin), Instant::now());
    let mut seen = Seen::default();
    while began.elapsed() < time {
        let asked = Instant::now();
        let reply = prober.present_newest(0).await.expect("an answer");
        let took = asked.elapsed();
        assert_eq!(reply.status, StatusCode::SERVICE_UNAVAILABLE, "{}", reply.text());
        assert!(reply.header("retry-after").is_some(), "{:?}", reply.headers);
        assert!(took < TURNED_AWAY, "turned away after {took:?}");
        (seen.slowest, seen.turned_away) = (seen.slowest.max(took), seen.turned_away + 1);
        let is_ready = status(&admin, "/readyz").await == StatusCode::OK;
        if !is_ready && seen.not_ready.is_none() {
            seen.not_ready = Some(began.elapsed());
        }
        assert!(!is_ready || began.elapsed() < NOT_READY, "still ready after {:?}", began.elapsed());
        for path in ["/oauth2/jwks", "/.well-known/openid-configuration"] {
            assert_eq!(status(&public, path).await, StatusCode::OK, "{path}");
        }
    }
    seen
}

/// Waits until a token is issued and the server calls itself ready; then no request meets a dead connection.
async fn wait_for_service(node: &Node, prober: &Member) -> Duration {
    let (admin, began) = (Visitor::new(node.admin), Instant::now());
    while prober.present_newest(0).await.expect("an answer").status != StatusCode::OK
        || status(&admin, "/readyz").await != StatusCode::OK
    {
        assert!(began.elapsed() < BACK, "no service {:?} after the database was back", began.elapsed());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let back = began.elapsed();
    every_connection_answers(node, prober).await;
    back
}

/// Waits until every connection to the database has answered. One that is dead would have somebody wait; whoever is turned away at
/// once met a machine that is busy with other tests, and asks again.
async fn every_connection_answers(node: &Node, prober: &Member) {
    let began = Instant::now();
    while !ask_at_once(node, prober).await {
        assert!(began.elapsed() < BACK, "not {AT_ONCE} answers at once after {BACK:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Asks so many questions at once that every connection to the database is needed; whether all were answered and nobody was turned away.
async fn ask_at_once(node: &Node, prober: &Member) -> bool {
    let (door, asked) = (Visitor::new(node.public), Instant::now());
    let ask = || {
        let (visitor, client) = (door.stranger(), basic(&prober.client, SECRET));
        // No node remembers refresh tokens.
        let token = prober.ledger.families[0].refresh[0].clone();
        tokio::task::spawn_local(async move {
            let pairs = [("token", token.as_str())];
            let reply = visitor.post("/oauth2/introspect", &[("authorization", &client)], &pairs).await;
            let is_answered = reply.status == StatusCode::OK;
            assert!(is_answered || reply.status == StatusCode::SERVICE_UNAVAILABLE, "{}", reply.text());
            is_answered
        })
    };
    let asking = async {
        let mut are_answered = true;
        for answer in std::array::from_fn::<_, AT_ONCE, _>(|_| ask()) {
            are_answered &= answer.await.expect("an answer");
        }
        are_answered
    };
    let are_answered = LocalSet::new().run_until(asking).await;
    assert!(asked.elapsed() < ANSWERED, "{AT_ONCE} answers took {:?}", asked.elapsed());
    are_answered
}

/// A server that works while its database goes away and comes back.
struct Scene {
    deployment: Deployment,
    fleet: Fleet,
    node: Node,
}

impl Scene {
    fn on(urls: PostgresUrls) -> Self {
        let deployment = Deployment::quiet(Some(urls));
        let fleet = Fleet::new(&deployment);
        let node = deployment.serve_with(USUAL_SILENCE);
        Self { deployment, fleet, node }
    }

    /// Everybody works while `go` has the database go away and, three seconds later, `come_back` return.
    fn without_database(&mut self, how: &str, go: impl Fn(), come_back: impl Fn()) {
        let Self { deployment, fleet, node } = self;
        let away = Duration::from_secs(rounds(3, 30) as u64);
        fleet.go_to(&Nodes::new(vec![node.public]), deployment.public);
        let mut prober = Member::new(MEMBERS, node.public);
        runtime().block_on(prober.begin()).expect("an answer");

        let (seen, back) = fleet.work_during(away + Duration::from_secs(4), || {
            thread::sleep(Duration::from_millis(500));
            // Connections at rest, too, are there when it goes.
            runtime().block_on(every_connection_answers(node, &prober));
            go();
            let seen = runtime().block_on(look(node, &prober, away));
            come_back();
            (seen, runtime().block_on(wait_for_service(node, &prober)))
        });

        let not_ready = seen.not_ready.expect("the server says that it is not ready");
        say(&format!(
            "R-05 {how} for {} s: not ready after {} ms; {} token requests turned away, the slowest after {} ms; JWKS and discovery \
             always there; service {} ms after the return, {AT_ONCE} requests at once",
            away.as_secs(),
            not_ready.as_millis(),
            seen.turned_away,
            seen.slowest.as_millis(),
            back.as_millis()
        ));
        assert!(seen.turned_away > 20, "{how}: {}", seen.turned_away);
    }

    fn check(&mut self) {
        self.fleet.check_members();
        self.fleet.check_members_log(&self.deployment, &self.node, &[]);
        say(&format!(
            "R-05: {} acknowledged changes, 0 lost, asked again {:?}, one event each",
            self.fleet.acknowledged(),
            self.fleet.settled()
        ));
    }
}

/// the database is stopped, killed and frozen under load. The short form leaves it away for three seconds, the long one for
/// thirty.
#[test]
fn a_database_that_is_away_costs_nothing_but_the_time() {
    let cluster = PostgresCluster::start(Durability::On);
    let mut scene = Scene::on(cluster.fresh_database());

    for how in [Stop::Fast, Stop::Kill, Stop::Freeze] {
        scene.without_database(&format!("{how:?}"), || cluster.stop(how), || cluster.come_back(how));
    }

    scene.check();
}

/// every packet between server and database is dropped, under load. Connections that were there stay dead when the line is
/// back, as long as the outage was.
#[test]
fn a_database_that_cannot_be_reached_costs_nothing_but_the_time() {
    let cluster = PostgresCluster::start(Durability::On);
    let (line, urls) = Line::before(&cluster.fresh_database());
    let mut scene = Scene::on(urls);

    scene.without_database("cut off", || line.cut(), || line.mend());

    scene.check();
}
