//! A process that may open few files and has little memory: it serves whom it can, and everybody when there is room.

use std::{
    net::{SocketAddr, TcpStream},
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use portreeve_tests::{server::Deployment, visitor::Nodes};

use crate::{
    fleet::{MEMBERS, runtime},
    login_storm::{Door, enrol_people, peak_mib, storm},
    member::Member,
    report::{rounds, say},
};

/// How many files the process may open, and how much memory it may ask for: an allocation beyond that fails.
const LIMITS: [&str; 3] = ["prlimit", "--nofile=256:256", "--data=268435456:268435456"];
/// How much of it may ever be in use.
const MEMORY_MIB: usize = 256;
/// How many sign in at once.
const BROWSERS: usize = 100;
/// How many threads open connections that bring nothing, and how many each of them holds.
const FLOODS: usize = 4;
const HELD: usize = 100;
/// How long the flood is on before anybody new comes.
const FLOODED: Duration = Duration::from_secs(2);
/// How soon somebody new is served: after the flood's connections were let go of, and at most some seconds for a machine that
/// runs other tests.
const SERVED: Duration = Duration::from_secs(12);

/// How long the flood goes on when nobody ends it, as in a test that fails.
const LONGEST: Duration = Duration::from_secs(40);

/// Opens connections and says nothing on them; the oldest makes room for the next.
fn flood(node: SocketAddr, opened: &AtomicUsize, stop: &AtomicBool) {
    let (mut held, began) = (Vec::new(), Instant::now());
    while !stop.load(Ordering::SeqCst) && began.elapsed() < LONGEST {
        if let Ok(stream) = TcpStream::connect_timeout(&node, Duration::from_millis(100)) {
            opened.fetch_add(1, Ordering::SeqCst);
            held.push(stream);
        }
        if held.len() > HELD {
            held.remove(0);
            thread::sleep(Duration::from_millis(5));
        }
    }
}

/// 256 files and 256 MiB: a storm of sign-ins, then more connections than there are files. The server never runs out of
/// what it needs itself, lets go of whoever holds a connection for nothing, and serves the others: one that it knows at once,
/// one that is new a little later.
#[test]
fn a_process_with_few_files_and_little_memory_sheds_and_goes_on() {
    let deployment = Deployment::quiet(None);
    enrol_people(&deployment);
    let mut node = deployment.serve_by(&LIMITS, &[]);
    let (door, nodes) = (Door { public: deployment.public, node: node.public }, Nodes::new(vec![node.public]));
    let mut known = Member::new(MEMBERS, node.public);
    known.go_to(&nodes, deployment.public);
    runtime().block_on(known.begin()).expect("an answer");
    let access = known.ledger.families[0].access.clone();

    let told = storm(door, BROWSERS, 0, Duration::from_secs(rounds(2, 60) as u64));
    assert!(runtime().block_on(known.sees_active(&access)).expect("an answer"));
    let (opened, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
    let (served, new_after) = thread::scope(|scope| {
        let flood = || scope.spawn(|| flood(node.public, &opened, &stop));
        let floods: Vec<_> = (0..FLOODS).map(|_| flood()).collect();
        let seen = runtime().block_on(async {
            let (began, mut served) = (Instant::now(), 0);
            while began.elapsed() < FLOODED {
                assert!(known.sees_active(&access).await.expect("an answer on a connection that is there"));
                served += 1;
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            let came = Instant::now();
            let mut new = Member::new(0, node.public);
            new.go_to(&nodes, deployment.public);
            new.begin().await.expect("an answer");
            (served, came.elapsed())
        });
        stop.store(true, Ordering::SeqCst);
        floods.into_iter().for_each(|flood| flood.join().expect("a flood"));
        seen
    });
    let (opened, printed, peak) = (opened.into_inner(), node.process.printed(), peak_mib(&node));
    node.process.wait_for_ok(node.admin, "/readyz", SERVED);

    say(&format!(
        "R-26: 256 files, {BROWSERS} browsers: {} signed in, {} turned away; {opened} connections that brought nothing: {served} \
         requests answered on one that was there, a new sign-in in the middle of it after {} ms; at most {peak} MiB; the same \
         process to the end",
        told.served.len(),
        told.turned_away.len(),
        new_after.as_millis()
    ));
    assert!(opened > FLOODS * HELD, "only {opened} connections");
    assert!(!printed.contains("Too many open files") && !printed.contains("unable to open"), "{printed}");
    assert!(new_after < SERVED, "{new_after:?}");
    assert!(peak <= MEMORY_MIB, "{peak} MiB");
}
