//! PostgreSQL behind a slow line: who can be served in time is, everybody else is told to come back, and nothing piles up.

use std::{
    cell::RefCell,
    fs,
    rc::Rc,
    time::{Duration, Instant},
};

use http::StatusCode;
use portreeve_tests::{
    postgres,
    relying_party::basic,
    server::{Deployment, Node, USUAL_SILENCE},
    visitor::Visitor,
};
use tokio::task::LocalSet;

use crate::{
    fleet::{enrol, runtime},
    line::Line,
    member::SECRET,
    report::{quantile, rounds, say},
};

/// The time of the goal, and half as much again for a machine that runs other tests.
const DEADLINE: Duration = Duration::from_millis(4500);
/// How many clients ask all the time: twice as many as there are connections to the database.
const CLIENTS: usize = 40;
/// How soon everything works again.
const BACK: Duration = Duration::from_secs(4);
/// By how much the process may grow meanwhile, in MiB.
const GROWTH: usize = 32;

/// How requests were answered.
#[derive(Default)]
struct Seen {
    served: Vec<Duration>,
    turned_away: Vec<Duration>,
}

/// Every client asks for a token and then about it, again and again.
fn work(node: &Node, time: Duration) -> Seen {
    let (seen, until) = (Rc::new(RefCell::new(Seen::default())), Instant::now() + time);
    let (local, door) = (LocalSet::new(), Visitor::new(node.public));
    for _ in 0..CLIENTS {
        let (visitor, seen) = (door.stranger(), Rc::clone(&seen));
        local.spawn_local(async move {
            while Instant::now() < until {
                let issued = ask(&visitor, &seen, "/oauth2/token", ("grant_type", "client_credentials")).await;
                if let Some(reply) = issued {
                    let token = reply["access_token"].as_str().expect("a token");
                    ask(&visitor, &seen, "/oauth2/introspect", ("token", token)).await;
                }
            }
        });
    }
    runtime().block_on(local);
    seen.take()
}

/// Asks once; None when the server was too busy.
async fn ask(visitor: &Visitor, seen: &RefCell<Seen>, path: &str, pair: (&str, &str)) -> Option<serde_json::Value> {
    let asked = Instant::now();
    let reply = visitor.post(path, &[("authorization", &basic("service", SECRET))], &[pair]).await;
    let took = asked.elapsed();
    assert!(took < DEADLINE, "{path} was answered after {took:?}: {}", reply.text());
    if reply.status == StatusCode::SERVICE_UNAVAILABLE {
        assert!(reply.header("retry-after").is_some(), "{:?}", reply.headers);
        seen.borrow_mut().turned_away.push(took);
        // As one who was told to come back, but not for as long.
        tokio::time::sleep(Duration::from_millis(100)).await;
        return None;
    }
    seen.borrow_mut().served.push(took);
    Some(reply.success())
}

fn memory_mib(node: &Node) -> usize {
    let status = fs::read_to_string(format!("/proc/{}/status", node.process.id())).expect("the process");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("its memory");
    line.trim().trim_end_matches(" kB").parse::<usize>().expect("a number") / 1024
}

/// every answer of the database takes half a second longer, then five: whoever is answered, is within three seconds; with half
/// a second some are served, and more than can wait are turned away at once; with five, everybody is; the process does not grow.
/// The long form keeps each for a minute.
#[test]
fn a_slow_database_holds_nobody_longer_than_the_deadline() {
    let (line, urls) = Line::before(&postgres::fresh_database());
    let deployment = Deployment::quiet(Some(urls));
    enrol(&deployment);
    deployment.apply(
        "[[clients]]\nclient_id = \"service\"\nclient_secret = { file = \"secret\" }\n\
         grant_types = [\"client_credentials\"]\nresponse_types = []\n",
    );
    let node = deployment.serve_with(USUAL_SILENCE);
    let time = Duration::from_secs(rounds(5, 60) as u64);
    work(&node, Duration::from_secs(1));
    let before = memory_mib(&node);

    for delay in [500, 5000] {
        line.delay(delay);
        let seen = work(&node, time);
        let grown = memory_mib(&node).saturating_sub(before);
        line.delay(0);
        let back = Instant::now();
        while !work(&node, Duration::from_millis(1)).turned_away.is_empty() {
            assert!(back.elapsed() < BACK, "no service {:?} after the line was quick again", back.elapsed());
        }
        let slowest = |times: &[Duration]| times.iter().max().copied().unwrap_or_default().as_millis();
        say(&format!(
            "R-06: {delay} ms a statement for {} s, {CLIENTS} clients: {} requests served, the slowest after {} ms; {} turned away, half \
             of them after {} ms, the slowest after {} ms; {grown} MiB grown; everybody served {} ms after it was over",
            time.as_secs(),
            seen.served.len(),
            slowest(&seen.served),
            seen.turned_away.len(),
            quantile(&seen.turned_away, 50).as_millis(),
            slowest(&seen.turned_away),
            back.elapsed().as_millis()
        ));
        assert_eq!(seen.served.is_empty(), delay == 5000, "{} served", seen.served.len());
        assert!(grown < GROWTH, "{grown} MiB");
    }
}
