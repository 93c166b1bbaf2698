//! Nodes on one PostgreSQL: a browser that meets another node with each request, changes that are felt on the other one,
//! nodes that are replaced or lost while everybody works.

use std::{
    array,
    net::SocketAddr,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use http::{Method, StatusCode};
use portreeve_tests::{
    postgres,
    server::{Deployment, Node},
    visitor::{Nodes, Visitor},
};

use crate::{
    fleet::{Fleet, enrol, runtime},
    half_done::HalfDone,
    member::Member,
    report::{metric, rounds, say},
};

/// How soon a change must be felt on every node.
const FELT: Duration = Duration::from_secs(1);
/// How soon a node that has just begun remembers what it was asked for.
const LISTENING: Duration = Duration::from_secs(20);
/// What tells that it did.
const REMEMBERED: &str = "portreeve_token_reads_remembered_total";
/// How long a node that is told to end goes on as before, so that a load balancer sees that it is not ready.
pub(crate) const DRAIN_DELAY: &str = "limits.drain_delay_ms=1000";
/// How many nodes are replaced or lost in turn.
pub(crate) const NODES: usize = 3;
/// How many people with a second factor sign in meanwhile.
const CAREFUL: usize = 8;
/// How often the load balancer of these tests looks at each node.
pub(crate) const LOOK: Duration = Duration::from_millis(50);

fn member_at(number: u8, nodes: &[&Node], deployment: &Deployment) -> Member {
    let mut member = Member::new(number, deployment.public);
    member.go_to(&Nodes::new(nodes.iter().map(|node| node.public).collect()), deployment.public);
    member
}

/// Waits until something is felt and returns how long it took.
async fn felt(what: &str, is_felt: impl AsyncFn() -> bool) -> Duration {
    felt_within(FELT, what, is_felt).await
}

async fn felt_within(most: Duration, what: &str, is_felt: impl AsyncFn() -> bool) -> Duration {
    let since = Instant::now();
    while !is_felt().await {
        assert!(since.elapsed() < most, "{what} is not felt after {:?}", since.elapsed());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    since.elapsed()
}

/// tokens revoked at one node, a person and a client switched off: introspection, refresh and session at the other.
/// The short form revokes 20 times, the long one 1000 times.
#[test]
fn what_is_revoked_at_one_node_is_dead_at_the_other_within_a_second() {
    let deployment = Deployment::quiet(Some(postgres::fresh_database()));
    enrol(&deployment);
    let [one, other] = array::from_fn(|_| deployment.serve());
    let (mut slowest, times) = (Duration::ZERO, rounds(20, 1000));
    let (mut here, there) = (member_at(0, &[&one], &deployment), member_at(0, &[&other], &deployment));
    let mut disabled = member_at(1, &[&other], &deployment);

    runtime().block_on(async {
        for n in 0..times {
            here.begin().await.expect("an answer");
            let access = here.ledger.families[n].access.clone();
            let known = metric(&other, REMEMBERED).await;
            let remembers = async || {
                assert!(there.sees_active(&access).await.expect("an answer"));
                metric(&other, REMEMBERED).await > known
            };
            felt_within(LISTENING, "a token that is remembered", remembers).await;
            here.revoke(n).await.expect("an answer");
            let dead = async || !there.sees_active(&access).await.expect("an answer");
            slowest = slowest.max(felt("a revoked token", dead).await);
        }
        here.go_to(&Nodes::new(vec![other.public]), deployment.public);
        for n in 0..times {
            assert_eq!(here.present_newest(n).await.expect("an answer").status, StatusCode::BAD_REQUEST);
        }
        here.begin().await.expect("an answer");
        disabled.begin().await.expect("an answer");
    });
    let access = disabled.ledger.families[0].access.clone();
    deployment.succeed(&["users", "disable", "person-1@example.com"], "");
    let of_person = runtime().block_on(async {
        let dead = async || !disabled.sees_active(&access).await.expect("an answer");
        let took = felt("a person switched off", dead).await;
        assert_eq!(disabled.present_newest(0).await.expect("an answer").status, StatusCode::BAD_REQUEST);
        assert!(!disabled.is_signed_in().await.expect("an answer"), "the session goes on");
        took
    });
    deployment.succeed(&["clients", "disable", "app-0"], "");
    let of_client = runtime().block_on(async {
        let refused = async || here.present_newest(times).await.expect("an answer").status.is_client_error();
        felt("a client switched off", refused).await
    });

    say(&format!(
        "R-19: {times} tokens revoked at one node, dead at the other, which remembered them, after {} ms at the slowest; a \
         person switched off by command after {} ms, a client after {} ms",
        slowest.as_millis(),
        of_person.as_millis(),
        of_client.as_millis()
    ));
}

/// What a load balancer does: only nodes that call themselves ready get requests.
pub(crate) fn balance(nodes: &Nodes, all: &[(SocketAddr, SocketAddr)], stop: &AtomicBool) {
    runtime().block_on(async {
        let looks: Vec<_> = all.iter().map(|(public, admin)| (*public, Visitor::new(*admin))).collect();
        while !stop.load(Ordering::SeqCst) {
            let mut ready = vec![];
            for (public, look) in &looks {
                let reply = look.try_send(Method::GET, "/readyz", &[], String::new()).await;
                ready.extend(reply.is_ok_and(|reply| reply.status == StatusCode::OK).then_some(*public));
            }
            nodes.set(ready);
            tokio::time::sleep(LOOK).await;
        }
    });
}

/// Everybody works behind a load balancer while `change` is done with one node after the other, and people with a second factor
/// are in the middle of signing in; returns them.
fn replace_in_turn(
    fleet: &mut Fleet,
    deployment: &Deployment,
    time: Duration,
    change: impl Fn(Node) -> Node,
) -> HalfDone {
    let mut running: Vec<_> = (0..NODES).map(|_| deployment.serve_with(&["--set", DRAIN_DELAY])).collect();
    let addresses: Vec<_> = running.iter().map(|node| (node.public, node.admin)).collect();
    let (nodes, stop) = (Nodes::new(running.iter().map(|node| node.public).collect()), AtomicBool::new(false));
    fleet.go_to(&nodes, deployment.public);
    let mut careful = HalfDone::new(deployment, &nodes, rounds(CAREFUL, 200));
    let end = Instant::now() + time;
    thread::scope(|scope| {
        scope.spawn(|| balance(&nodes, &addresses, &stop));
        let signing_in = scope.spawn(|| careful.sign_in());
        fleet.work_during(time, || {
            while Instant::now() + Duration::from_secs(4) < end {
                thread::sleep(Duration::from_secs(1));
                let node = running.remove(0);
                running.push(change(node));
            }
        });
        let signed_in = signing_in.join();
        fleet.check_members();
        stop.store(true, Ordering::SeqCst);
        signed_in.expect("everybody with a second factor signs in");
    });
    fleet.check_members_log(deployment, &running[0], &[]);
    careful
}

/// three nodes are replaced in turn, by an orderly end, under load, with sign-ins half done and codes in flight: no broken
/// connection, no 503, no lost session, nobody is asked twice. The short form replaces for 20 seconds, the long one for ten minutes;
/// the binary is the same before and after, as no other was released.
#[test]
fn nobody_notices_that_nodes_are_replaced() {
    let deployment = Deployment::quiet(Some(postgres::fresh_database()));
    let mut fleet = Fleet::new(&deployment);
    let replaced = AtomicUsize::new(0);

    let careful = replace_in_turn(&mut fleet, &deployment, Duration::from_secs(rounds(20, 600) as u64), |mut node| {
        node.signal("TERM");
        let ended = node.process.wait_for_end(Duration::from_secs(15));
        assert!(ended.success(), "{}", node.process.printed());
        replaced.fetch_add(1, Ordering::SeqCst);
        deployment.serve_again(node)
    });

    let broken: usize = fleet.members.iter().map(|member| member.broken).sum();
    say(&format!(
        "R-04: {} orderly replacements of one of three nodes, {} acknowledged changes, {} sign-ins with a second factor, {broken} \
         connections broken, 0 lost",
        replaced.load(Ordering::SeqCst),
        fleet.acknowledged(),
        careful.people
    ));
    assert!(replaced.load(Ordering::SeqCst) >= 2);
    assert_eq!((broken, fleet.settled().len(), careful.again), (0, 0, 0), "somebody noticed: {:?}", fleet.settled());
}

/// one of three nodes is killed again and again under load, and the others serve: what broke is asked again and comes out
/// right, also sign-ins that were half done. 20 seconds in the short form, ten minutes in the long one.
#[test]
fn losing_a_node_loses_nothing() {
    let deployment = Deployment::quiet(Some(postgres::fresh_database()));
    let mut fleet = Fleet::new(&deployment);
    let killed = AtomicUsize::new(0);

    let careful = replace_in_turn(&mut fleet, &deployment, Duration::from_secs(rounds(20, 600) as u64), |node| {
        node.signal("KILL");
        killed.fetch_add(1, Ordering::SeqCst);
        deployment.serve_again(node)
    });

    let broken: usize = fleet.members.iter().map(|member| member.broken).sum();
    say(&format!(
        "R-03: {} kills of one of three nodes, {} acknowledged changes, {broken} connections broken, asked again {:?}, 0 lost; {} \
         sign-ins with a second factor, {} of their pages asked for again",
        killed.load(Ordering::SeqCst),
        fleet.acknowledged(),
        fleet.settled(),
        careful.people,
        careful.again
    ));
    assert!(killed.load(Ordering::SeqCst) >= 4);
}
