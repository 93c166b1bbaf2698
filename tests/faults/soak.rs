//! A server that works for long: what it takes of the machine does not grow, and what ran out is removed.

use std::{
    fs, thread,
    time::{Duration, Instant},
};

use portreeve_storage::{Store, Wall};
use portreeve_tests::{
    server::{Deployment, Node},
    visitor::Nodes,
};

use crate::{
    fake_clock::FakeClock,
    fleet::{Fleet, runtime},
    report::{rounds, say},
};

/// How long the server rests before it is looked at: longer than a thread waits for work that may block (ten seconds), shorter than what
/// a password was hashed in is kept (twenty), so that it is there each time.
const REST: Duration = Duration::from_secs(12);
/// One thread for passwords: with two it would depend on chance whether two were hashed at once lately.
const ONE_HASH: [&str; 2] = ["--set", "limits.password_threads=1"];
/// After how long nothing that the load made is of any use; keys and the audit log are.
const YEAR: i64 = 365 * 24 * 3600;
/// How soon after a start all of that is removed, on a machine that runs other tests.
const REMOVED: Duration = Duration::from_secs(30);
/// What memory may grow by, in KiB: in the short form what an allocator keeps, in the long one the goal for each ten minutes.
const GROWTH_KIB: u64 = 12 * 1024;
const GROWTH_KIB_LONG: u64 = 1024;
/// Tables whose rows run out.
const TABLES: [&str; 9] = [
    "authorization_codes",
    "access_tokens",
    "refresh_tokens",
    "token_families",
    "journeys",
    "browsers",
    "sessions",
    "outbox",
    "rate_limits",
];

/// What a process takes of the machine.
#[derive(Clone, Copy, Debug)]
struct Taken {
    memory_kib: u64,
    /// Of that, what is of no file: the heap and the stacks.
    heap_kib: u64,
    files: usize,
    threads: u64,
}

impl Taken {
    fn by(node: &Node) -> Self {
        let process = format!("/proc/{}", node.process.id());
        let status = fs::read_to_string(format!("{process}/status")).expect("the process");
        let number = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).expect("a line of its status");
            line.split_whitespace().next().and_then(|number| number.parse().ok()).expect("a number")
        };
        let files = fs::read_dir(format!("{process}/fd")).expect("the process").count();
        Self { memory_kib: number("VmRSS:"), heap_kib: number("RssAnon:"), files, threads: number("Threads:") }
    }
}

/// How many rows there are in all tables whose rows run out.
async fn rows(store: &Store) -> i64 {
    let mut conn = store.read(Wall::All).await.expect("the database");
    let mut all = 0;
    for table in TABLES {
        let count: &'static str = format!("SELECT count(*) FROM {table}").leak();
        let counted = conn.optional(count, &[], |row| row.integer(0)).await.expect("the database");
        all += counted.expect("a count");
    }
    all
}

/// everybody works, again and again; after a rest the server takes as much memory and as many files and threads as after the first
/// time. A year later everything that the load left behind is removed, and new people are served. The long form works for an hour.
#[test]
fn what_a_server_takes_does_not_grow_with_what_it_has_done() {
    let deployment = Deployment::quiet(None);
    let mut fleet = Fleet::new(&deployment);
    let clock = FakeClock::new(deployment.folder.path());
    let launcher = clock.launcher();
    let launcher: Vec<_> = launcher.iter().map(String::as_str).collect();
    let node = deployment.serve_by(&launcher, &ONE_HASH);
    let (times, work) = (rounds(4, 13), Duration::from_secs(rounds(5, 300) as u64));

    let mut taken = Vec::new();
    for time in 0..times {
        fleet.go_to(&Nodes::new(vec![node.public]), deployment.public);
        fleet.work_during(work, || ());
        if time == 0 || time == times - 1 {
            // New connections are made when they are needed; the former ones are closed.
            fleet.go_to(&Nodes::new(vec![node.public]), deployment.public);
            thread::sleep(REST);
        }
        taken.push(Taken::by(&node));
    }
    fleet.check_members();
    let (left, (still, removed_after), node) = runtime().block_on(async {
        let store = Store::open(&deployment.database_url()).expect("the database");
        let left = rows(&store).await;
        clock.ahead(YEAR);
        let node = deployment.serve_again(node);
        (left, removed(&store).await, node)
    });

    let (first, last) = (taken[0], taken[taken.len() - 1]);
    let grown = last.memory_kib.saturating_sub(first.memory_kib);
    say(&format!(
        "R-20: {} times {} s of work: {} acknowledged changes; after the first time {} MiB, {} files, {} threads, after the last \
         {} KiB, of which {} the heap, {} files, {} threads more; {left} rows left behind, a year later {still} after {} ms",
        times,
        work.as_secs(),
        fleet.acknowledged(),
        first.memory_kib / 1024,
        first.files,
        first.threads,
        grown,
        last.heap_kib.saturating_sub(first.heap_kib),
        last.files.saturating_sub(first.files),
        last.threads.saturating_sub(first.threads),
        removed_after.as_millis()
    ));
    let is_long = work > Duration::from_secs(60);
    let tens_of_minutes = (work.as_secs() * (times as u64 - 1)).div_ceil(600);
    let allowed = if is_long { GROWTH_KIB_LONG * tens_of_minutes } else { GROWTH_KIB };
    assert!(grown <= allowed, "{grown} KiB: {taken:?}");
    assert!(last.files <= first.files + 2 && last.threads <= first.threads, "{taken:?}");
    assert!(left > 100 && still == 0, "{left} rows, {still} left");
    let visitor = portreeve_tests::visitor::Visitor::new(node.public);
    let keys = runtime().block_on(visitor.send(http::Method::GET, "/oauth2/jwks", &[], String::new()));
    assert_eq!(keys.status, http::StatusCode::OK);
}

/// Waits until there are no rows left, and returns how many there are and after how long.
async fn removed(store: &Store) -> (i64, Duration) {
    let began = Instant::now();
    loop {
        let left = rows(store).await;
        if left == 0 || began.elapsed() > REMOVED {
            return (left, began.elapsed());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
