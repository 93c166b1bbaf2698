//! A tenant asks for twenty times its quota of ordinary requests; at another nobody is turned away, and nobody waits as without a quota.

use std::{
    cell::Cell,
    fs,
    net::{IpAddr, Ipv4Addr},
    rc::Rc,
    thread,
    time::{Duration, Instant},
};

use http::{Method, StatusCode};
use portreeve_storage::{Store, Wall};
use portreeve_tests::{
    authorization::AuthorizationRequest,
    relying_party::basic,
    server::{Deployment, Node},
    visitor::Visitor,
};
use tokio::task::LocalSet;

use crate::{
    fleet::{enrol, runtime},
    login_storm::{Door, millis},
    member::{REDIRECT_URI, SECRET},
    noisy_tenant::{Quiet, enrol_quiet, look},
    report::{metric, rounds, say},
};

/// How many requests a second the noisy tenant has.
const QUOTA: usize = 50;
/// How many times as many it asks for.
const TIMES: usize = 20;
/// From how many connections.
const CONNECTIONS: usize = 40;
/// How often each way is looked at, by turns: what else the machine does then weighs on both.
const TURNS: usize = 3;
/// How long it is alone, to see what a request costs.
const ALONE: Duration = Duration::from_secs(1);
/// How soon a node goes by another quota, on a machine that runs other tests.
const HEARD: Duration = Duration::from_secs(20);
const JOURNEYS: &str = "SELECT count(*) FROM journeys WHERE tenant_id = (SELECT id FROM tenants WHERE slug = 'loud')";

/// What became of the requests of the noisy tenant.
#[derive(Default)]
struct Flood {
    served: Cell<usize>,
    turned_away: Cell<usize>,
    /// How many of those that were served began a journey.
    journeys: Cell<usize>,
    /// For how long it came.
    time: Cell<Duration>,
}

impl Flood {
    fn asked(&self) -> usize {
        self.served.get() + self.turned_away.get()
    }

    fn a_second(&self) -> f64 {
        self.asked() as f64 / self.time.get().as_secs_f64()
    }

    fn note(&self, status: StatusCode) {
        let count = if status == StatusCode::TOO_MANY_REQUESTS { &self.turned_away } else { &self.served };
        count.set(count.get() + 1);
        self.journeys.set(self.journeys.get() + usize::from(status.is_redirection()));
    }

    fn add(&self, other: &Self) {
        self.served.set(self.served.get() + other.served.get());
        self.turned_away.set(self.turned_away.get() + other.turned_away.get());
        self.journeys.set(self.journeys.get() + other.journeys.get());
        self.time.set(self.time.get() + other.time.get());
    }
}

/// How long a node has had a processor. The kernel counts in hundredths of a second.
fn worked(node: &Node) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{}/stat", node.process.id())).expect("the process");
    let (_, after_name) = stat.rsplit_once(')').expect("a name in parentheses");
    let of_user_and_kernel = after_name.split_whitespace().skip(11).take(2);
    Duration::from_millis(of_user_and_kernel.map(|ticks| 10 * ticks.parse::<u64>().expect("a number")).sum())
}

/// One ordinary request of the noisy tenant: for a token, or one that begins a journey. It is served, or turned away rightly.
async fn ask(visitor: &Visitor, number: usize) -> StatusCode {
    let headers = [("authorization", basic("loud", SECRET))];
    let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
    let reply = if number.is_multiple_of(2) {
        visitor.post("/t/loud/oauth2/token", &headers, &[("grant_type", "client_credentials")]).await
    } else {
        let request = AuthorizationRequest::new("loud", REDIRECT_URI, "openid").at_tenant("loud");
        visitor.stranger().send(Method::GET, &request.path(), &[], String::new()).await
    };
    let is_served = reply.status.is_success() || reply.status.is_redirection();
    let is_told = reply.status == StatusCode::TOO_MANY_REQUESTS && reply.header("retry-after") == Some("1");
    assert!(is_served || is_told, "{} {}", reply.status, reply.text());
    reply.status
}

/// Each connection asks once in so long, or as soon as it has its answer.
async fn flood(door: Door, until: Instant) -> Flood {
    let (told, local, began) = (Rc::new(Flood::default()), LocalSet::new(), Instant::now());
    let pause = Duration::from_secs(1).mul_f64(CONNECTIONS as f64 / (QUOTA * TIMES) as f64);
    for number in 0..CONNECTIONS {
        let told = Rc::clone(&told);
        local.spawn_local(async move {
            let address = IpAddr::V4(Ipv4Addr::new(100, 90, 0, u8::try_from(number).expect("few connections")));
            let visitor = Visitor::new(door.node).through_proxy(door.public, address);
            let mut due = Instant::now();
            for number in number.. {
                if due > until {
                    break;
                }
                tokio::time::sleep_until(due.into()).await;
                told.note(ask(&visitor, number).await);
                due = Instant::now().max(due + pause);
            }
        });
    }
    local.await;
    told.time.set(began.elapsed());
    Rc::into_inner(told).expect("everybody is done")
}

/// Sets the quota of the noisy tenant, or takes it away, and waits until the node goes by it: until its burst is used up, or more was
/// let in at once than a burst.
async fn set(deployment: &Deployment, door: Door, quota: Option<usize>) {
    let line = quota.map(|quota| format!("requests_per_second = {quota}\n")).unwrap_or_default();
    deployment.apply(&format!("[[tenants]]\nslug = \"loud\"\n{line}"));
    let visitor = Visitor::new(door.node).through_proxy(door.public, Ipv4Addr::new(100, 90, 1, 1).into());
    let (mut in_a_row, began) = (0, Instant::now());
    while began.elapsed() < HEARD {
        let is_too_many = ask(&visitor, 0).await == StatusCode::TOO_MANY_REQUESTS;
        in_a_row = if is_too_many { 0 } else { in_a_row + 1 };
        let is_so = if quota.is_some() { is_too_many } else { in_a_row > 3 * QUOTA };
        if is_so {
            return;
        }
    }
    panic!("the node does not go by the quota {quota:?}");
}

/// Asks for too much while nobody else asks, and returns what each request costs the server in time of a processor.
fn alone(node: &Node, door: Door) -> (Flood, Duration) {
    let before = worked(node);
    let told = runtime().block_on(flood(door, Instant::now() + ALONE));
    let cost = (worked(node) - before) / u32::try_from(told.asked()).expect("few requests");
    (told, cost)
}

/// How many journeys of the noisy tenant are in the database.
async fn journeys(deployment: &Deployment) -> i64 {
    let store = Store::open(&deployment.database_url()).expect("the database");
    let mut conn = store.read(Wall::All).await.expect("the database");
    conn.one(JOURNEYS, &[], |row| row.integer(0)).await.expect("the database")
}

/// Looks at the quiet tenant while the noisy one asks for too much.
fn beside(deployment: &Deployment, node: &Node, (first, time): (usize, Duration)) -> (Quiet, Flood) {
    let door = Door { public: deployment.public, node: node.public };
    let until = Instant::now() + time;
    thread::scope(|scope| {
        let flood = scope.spawn(move || runtime().block_on(flood(door, until)));
        let quiet = runtime().block_on(look(deployment, node, (first, until)));
        (quiet, flood.join().expect("everybody was answered rightly"))
    })
}

/// a tenant asks for twenty times its quota of tokens and pages. Of another nobody is turned away; the noisy one gets its quota and no
/// more; and nothing is done for whom it has no room. What a request costs, and how long the quiet tenant waited, is told beside the same
/// flood without a quota, by turns in one run, and not demanded: everybody shares two processors with what else the machine does.
#[test]
fn a_tenant_over_its_quota_is_no_ones_trouble() {
    let deployment = Deployment::quiet(None);
    enrol(&deployment);
    enrol_quiet(&deployment);
    deployment.apply(&format!(
        "[[tenants]]\nslug = \"loud\"\n[[clients]]\ntenant = \"loud\"\nclient_id = \"loud\"\nclient_secret = {{ file = \"secret\" }}\n\
         redirect_uris = [\"{REDIRECT_URI}\"]\ngrant_types = [\"authorization_code\", \"client_credentials\"]\n"
    ));
    let node = deployment.serve();
    let door = Door { public: deployment.public, node: node.public };
    let time = Duration::from_millis(rounds(2_000, 40_000) as u64);

    let (mut calm, mut limited, mut unlimited) = (Quiet::default(), Quiet::default(), Quiet::default());
    let (within, without) = (Flood::default(), Flood::default());
    let (by_itself, mut to_refuse, mut to_serve) = (Flood::default(), Duration::ZERO, Duration::ZERO);
    for turn in 0..TURNS {
        let first = turn * 9_000;
        runtime().block_on(set(&deployment, door, None));
        calm.add(runtime().block_on(look(&deployment, &node, (first, Instant::now() + time))));
        let (quiet, told) = beside(&deployment, &node, (first + 3_000, time));
        unlimited.add(quiet);
        without.add(&told);
        let (told, cost) = alone(&node, door);
        by_itself.add(&told);
        to_serve += cost;
        runtime().block_on(set(&deployment, door, Some(QUOTA)));
        let (quiet, told) = beside(&deployment, &node, (first + 6_000, time));
        limited.add(quiet);
        within.add(&told);
        let (told, cost) = alone(&node, door);
        by_itself.add(&told);
        to_refuse += cost;
    }

    let (served, turned_away) = (within.served.get(), within.turned_away.get());
    let counted = runtime().block_on(metric(&node, "portreeve_requests_over_quota_total"));
    say(&format!(
        "R-21: a tenant with {QUOTA} requests a second asks for {:.0} for {:.0} s: {served} served, {turned_away} turned away, {:.2} ms of a processor each; \
         without a quota {:.0}, {:.2} ms each; at another, half/99 % in ms: before: {}; beside the quota: {}; beside no quota: {}; {} rounds, 0 turned away",
        within.a_second(),
        within.time.get().as_secs_f64(),
        millis(to_refuse) / TURNS as f64,
        without.a_second(),
        millis(to_serve) / TURNS as f64,
        calm.shown(),
        limited.shown(),
        unlimited.shown(),
        limited.rounds()
    ));
    let allowed = QUOTA as f64 * within.time.get().as_secs_f64();
    // Between the last request that was turned away and the first of the flood half a second may pass.
    let at_most = allowed + (TURNS * QUOTA) as f64 / 2.0;
    assert!((served as f64) <= at_most, "{served} were served of {allowed}");
    assert!((served as f64) > allowed / 2.0, "{served} were served of {allowed}");
    assert!(turned_away > served, "there was hardly a flood");
    assert!(counted >= turned_away, "{counted} were counted");
    assert_eq!(without.turned_away.get(), 0, "without a quota nobody is turned away");
    let begun = within.journeys.get() + without.journeys.get() + by_itself.journeys.get();
    assert_eq!(
        runtime().block_on(journeys(&deployment)),
        i64::try_from(begun).expect("few"),
        "journeys of requests that were turned away"
    );
}
