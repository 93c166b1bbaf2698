//! More people sign in at once than there is time to hash passwords for: some are told to come back, and nobody else notices.

use std::{
    cell::RefCell,
    fs,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    rc::Rc,
    thread,
    time::{Duration, Instant},
};

use http::{Method, StatusCode};
use portreeve_tests::{
    authorization::AuthorizationRequest,
    relying_party::basic,
    server::{Deployment, Node},
    visitor::{Nodes, Visitor},
};
use tokio::task::LocalSet;

use crate::{
    fleet::{MEMBERS, enrol, runtime},
    member::{Member, PASSWORD, REDIRECT_URI, SECRET},
    report::{metric, quantile, rounds, say},
};

/// How many sign in at once: several times as many as may wait for a hash on two cores.
const BROWSERS: usize = 300;
/// How many accounts they have: an attempt counts against its account until one has come right.
const PEOPLE: usize = 40;
/// How many keep the hashing threads busy without a queue that is worth the name.
const FEW: usize = 6;
/// How long everybody else is looked at before the storm.
const CALM: Duration = Duration::from_secs(3);
/// How soon a sign-in is served after the storm: the goal, and much more for a machine whose other tests come first.
const RECOVERY: Duration = Duration::from_secs(20);
/// How many of the passwords that were hashed belong to somebody who was served, in percent, and in how many looks at the queue
/// one waited there: what else the machine does changes neither.
const GOODPUT: usize = 90;
/// When whoever cannot sign in after the storm gives up.
const LONGEST: Duration = Duration::from_secs(60);
/// What everybody else may wait for at worst, in percent of what a sign-in of the storm takes.
const OTHERS: u32 = 50;

/// Where people go: the server's name, and the node behind the proxy.
#[derive(Clone, Copy)]
pub(crate) struct Door {
    pub(crate) public: SocketAddr,
    pub(crate) node: SocketAddr,
}

impl Door {
    fn visitor(self) -> Visitor {
        Visitor::new(self.node).through_proxy(self.public, IpAddr::V4(Ipv4Addr::LOCALHOST))
    }
}

/// What the people were told.
#[derive(Default)]
pub(crate) struct Told {
    pub(crate) served: Vec<Duration>,
    pub(crate) turned_away: Vec<Duration>,
}

/// How long the other endpoints took to answer, and how many passwords waited meanwhile, from the first that did.
#[derive(Default)]
pub(crate) struct Others {
    pub(crate) named: Vec<(&'static str, Vec<Duration>)>,
    queue: Vec<usize>,
}

/// What the server tells of its passwords.
#[derive(Clone, Copy)]
struct Passwords {
    waiting: usize,
    hashed: usize,
}

impl Passwords {
    async fn of(node: &Node) -> Self {
        let waiting = metric(node, "portreeve_password_queue").await;
        Self { waiting, hashed: metric(node, "portreeve_password_hashes_total").await }
    }
}

/// Somebody at an address of their own, whom no limit on addresses counts together with anybody else.
fn stranger(at: &Visitor, number: usize) -> Visitor {
    let [_, high, middle, low] = (u32::try_from(number).expect("few people")).to_be_bytes();
    at.stranger().from_address(IpAddr::V4(Ipv4Addr::new(100, 80 + high, middle, low)))
}

/// Puts the people of a storm into a deployment.
pub(crate) fn enrol_people(deployment: &Deployment) {
    enrol(deployment);
    let person = |number| {
        format!(
            "[[users]]\nemail = \"{}\"\nemail_verified = true\npassword = {{ file = \"password\" }}\n",
            email(number)
        )
    };
    deployment.apply(&(0..PEOPLE).map(person).collect::<String>());
}

fn email(person: usize) -> String {
    format!("somebody-{person}@example.com")
}

/// Signs in once, at a client that is no member of a fleet. What the server was too busy for is told by the time it took to say so; it waits as it is asked to, or `until`.
async fn sign_in(browser: &Visitor, person: usize, told: &RefCell<Told>, until: Instant) {
    let client = format!("app-{MEMBERS}");
    let page = browser.visit(&AuthorizationRequest::new(&client, REDIRECT_URI, "openid").path()).await;
    let asked = Instant::now();
    let page = browser.press(&page, "submit", &[("email", &email(person)), ("password", PASSWORD)]).await;
    let took = asked.elapsed();
    if page.reply.status == StatusCode::SERVICE_UNAVAILABLE {
        told.borrow_mut().turned_away.push(took);
        let wait = page.reply.header("retry-after").and_then(|text| text.parse().ok()).expect("when to come back");
        return tokio::time::sleep_until(until.min(Instant::now() + Duration::from_secs(wait)).into()).await;
    }
    assert!(page.reply.onward().is_some_and(|url| url.starts_with(REDIRECT_URI)), "{}", page.html());
    told.borrow_mut().served.push(took);
}

/// Lets so many people sign in again and again for a while.
///
/// `first` is the first number of theirs that nobody else has.
pub(crate) fn storm(at: Door, browsers: usize, first: usize, time: Duration) -> Told {
    let (told, until) = (Rc::new(RefCell::new(Told::default())), Instant::now() + time);
    let local = LocalSet::new();
    let door = at.visitor();
    for number in 0..browsers {
        let (door, told) = (door.stranger(), Rc::clone(&told));
        local.spawn_local(async move {
            let mut turn = first + number;
            while Instant::now() < until {
                sign_in(&stranger(&door, turn), number % PEOPLE, &told, until).await;
                turn += browsers;
            }
        });
    }
    runtime().block_on(local);
    told.take()
}

/// Asks the other endpoints in turn until `until`.
pub(crate) async fn look(node: &Node, client: &mut Member, until: Instant) -> Others {
    let (visitor, service, mut others) = (Visitor::new(node.public), basic("service", SECRET), Others::default());
    while Instant::now() < until {
        let asked = Instant::now();
        assert_eq!(visitor.send(Method::GET, "/oauth2/jwks", &[], String::new()).await.status, StatusCode::OK);
        others.took("JWKS", asked);
        let asked = Instant::now();
        let access = client.ledger.families[0].access.clone();
        assert!(client.sees_active(&access).await.expect("an answer"));
        others.took("introspection", asked);
        let asked = Instant::now();
        client.refresh(0).await.expect("an answer");
        others.took("refresh", asked);
        let asked = Instant::now();
        let reply = visitor
            .post("/oauth2/token", &[("authorization", &service)], &[("grant_type", "client_credentials")])
            .await;
        reply.success();
        others.took("client credentials", asked);
        let waiting = Passwords::of(node).await.waiting;
        if waiting > 0 || !others.queue.is_empty() {
            others.queue.push(waiting);
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(client.settled.is_empty(), "somebody who does not sign in was turned away: {:?}", client.settled);
    others
}

impl Others {
    fn took(&mut self, name: &'static str, since: Instant) {
        let took = since.elapsed();
        match self.named.iter_mut().find(|(known, _)| *known == name) {
            Some((_, all)) => all.push(took),
            None => self.named.push((name, vec![took])),
        }
    }

    pub(crate) fn shown(&self) -> String {
        let one = |(name, all): &(&str, Vec<Duration>)| {
            format!("{name} {:.1}/{:.1}", millis(quantile(all, 50)), millis(quantile(all, 99)))
        };
        self.named.iter().map(one).collect::<Vec<_>>().join(", ")
    }
}

pub(crate) fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// The most memory a process ever had, in MiB.
pub(crate) fn peak_mib(node: &Node) -> usize {
    let status = fs::read_to_string(format!("/proc/{}/status", node.process.id())).expect("the process");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
    line.trim().trim_end_matches(" kB").parse::<usize>().expect("a number") / 1024
}

/// many more sign in at once than the threads that hash can serve: the queue is bounded, so the rest is told to come back,
/// much sooner than those in the queue are served; the threads lose no time over it, for they are never without work and hash for
/// nobody who is turned away; tokens, introspection and keys are there as before. What is compared was measured within one run:
/// how quick all of it is depends on the machine. The long form storms for two minutes.
#[test]
fn a_storm_of_sign_ins_slows_nobody_else_down() {
    let deployment = Deployment::quiet(None);
    enrol_people(&deployment);
    deployment.apply(
        "[[clients]]\nclient_id = \"service\"\nclient_secret = { file = \"secret\" }\n\
         grant_types = [\"client_credentials\"]\nresponse_types = []\n",
    );
    let node = deployment.serve();
    let door = Door { public: deployment.public, node: node.public };
    let mut client = Member::new(MEMBERS, deployment.public);
    client.go_to(&Nodes::new(vec![node.public]), deployment.public);
    let time = Duration::from_secs(rounds(6, 120) as u64);
    runtime().block_on(client.begin()).expect("an answer");
    let before = peak_mib(&node);

    let few = storm(door, FEW, 0, CALM);
    let calm = runtime().block_on(look(&node, &mut client, Instant::now() + CALM));
    let began = runtime().block_on(Passwords::of(&node));
    let (told, stormy) = thread::scope(|scope| {
        let storm = scope.spawn(|| storm(door, BROWSERS, 100_000, time));
        let stormy = runtime().block_on(look(&node, &mut client, Instant::now() + time));
        (storm.join().expect("everybody was answered rightly"), stormy)
    });
    let ended = runtime().block_on(Passwords::of(&node));
    let (after, last) = (Instant::now(), RefCell::new(Told::default()));
    let visitor = stranger(&door.visitor(), 200_000);
    runtime().block_on(async {
        while last.borrow().served.is_empty() && after.elapsed() < LONGEST {
            sign_in(&visitor.stranger(), 0, &last, after + LONGEST).await;
        }
    });
    let back = after.elapsed();

    let hashed = ended.hashed - began.hashed;
    let busy = stormy.queue.iter().filter(|&&waiting| waiting > 0).count();
    let of_few = told.served.len() * CALM.as_millis() as usize * 100 / (few.served.len() * time.as_millis() as usize);
    let (served, refused) = (quantile(&told.served, 50), quantile(&told.turned_away, 50));
    say(&format!(
        "R-15: {BROWSERS} browsers for {} s: {} signed in, {of_few} % of what {FEW} did, half of them after {:.0} ms, by {hashed} \
         passwords hashed; one waited in {busy} of {} looks; {} turned away, half after {:.0} ms, 99 % after {:.0}; the others, \
         half/99 % in ms: calm: {}; in the storm: {}; at most {} MiB, {before} before; a sign-in {} ms after it",
        time.as_secs(),
        told.served.len(),
        millis(served),
        stormy.queue.len(),
        told.turned_away.len(),
        millis(refused),
        millis(quantile(&told.turned_away, 99)),
        calm.shown(),
        stormy.shown(),
        peak_mib(&node),
        back.as_millis()
    ));
    assert!(few.turned_away.is_empty() && back < RECOVERY, "{back:?}");
    assert!(refused * 4 < served, "turned away after {refused:?}, served after {served:?}");
    assert!(told.served.len() * 100 >= hashed * GOODPUT, "{} served by {hashed} hashes", told.served.len());
    assert!(busy * 100 >= stormy.queue.len() * GOODPUT && busy > 0, "{:?}", stormy.queue);
    for (name, all) in &stormy.named {
        let slow = quantile(all, 99);
        assert!(slow < served * OTHERS / 100, "{name} took {slow:?}, a sign-in {served:?}");
    }
}
