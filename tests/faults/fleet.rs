//! Everybody who uses a deployment under test, each on a thread of their own, and the checks of all their ledgers.

use std::{
    collections::BTreeMap,
    fs,
    net::SocketAddr,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use http::Method;
use portreeve_tests::{
    server::{Deployment, Node},
    visitor::{Nodes, Visitor},
};
use tokio::runtime::{Builder, Runtime};

use crate::{
    keeper::Keeper,
    ledger::AuditLog,
    member::{Member, PASSWORD, REDIRECT_URI, SECRET},
};

/// How many clients do grants.
pub(crate) const MEMBERS: u8 = 6;

/// How long events may wait for their number after a node was killed: the lease of its sealer, and as much again for a machine
/// that runs other tests.
const SEALED: Duration = Duration::from_secs(10);

/// Everybody.
pub(crate) struct Fleet {
    pub(crate) members: Vec<Member>,
    pub(crate) keeper: Keeper,
}

/// Puts everybody into a deployment.
pub(crate) fn enrol(deployment: &Deployment) {
    for (file, text) in [("secret", SECRET), ("password", PASSWORD)] {
        fs::write(deployment.folder.path().join(file), text).expect("write a secret");
    }
    let of_member = |number| {
        format!(
            "[[clients]]\nclient_id = \"app-{number}\"\nclient_secret = {{ file = \"secret\" }}\nfirst_party = true\n\
             redirect_uris = [\"{REDIRECT_URI}\"]\ngrant_types = [\"authorization_code\", \"refresh_token\"]\n\
             [[users]]\nemail = \"person-{number}@example.com\"\nemail_verified = true\n\
             password = {{ file = \"password\" }}\n"
        )
    };
    deployment.apply(&(0..=MEMBERS).map(of_member).collect::<String>());
}

/// A runtime on this thread alone.
pub(crate) fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime")
}

impl Fleet {
    pub(crate) fn new(deployment: &Deployment) -> Self {
        enrol(deployment);
        let member = |number| Member::new(number, deployment.public);
        Self { members: (0..MEMBERS).map(member).collect(), keeper: Keeper::new(member(MEMBERS)) }
    }

    /// Everybody goes to these nodes, with new connections.
    pub(crate) fn go_to(&mut self, nodes: &Nodes, public: SocketAddr) {
        for member in self.members.iter_mut().chain([&mut self.keeper.member]) {
            member.go_to(nodes, public);
        }
    }

    /// Everybody works until the server is gone, which `fault` brings about after a while.
    pub(crate) fn work_until<T>(&mut self, time: Duration, fault: impl FnOnce() -> T) -> T {
        thread::scope(|scope| {
            for member in &mut self.members {
                scope.spawn(|| runtime().block_on(member.work()));
            }
            let keeper = &mut self.keeper;
            scope.spawn(|| runtime().block_on(keeper.work()));
            thread::sleep(time);
            fault()
        })
    }

    /// All clients work for a while, during which something else goes on.
    pub(crate) fn work_during<T>(&mut self, time: Duration, other: impl FnOnce() -> T) -> T {
        let until = Instant::now() + time;
        self.work_as_long(&|| Instant::now() < until, other)
    }

    /// All clients work until something else is over.
    pub(crate) fn work_while<T>(&mut self, other: impl FnOnce() -> T) -> T {
        let is_over = AtomicBool::new(false);
        self.work_as_long(&|| !is_over.load(Ordering::SeqCst), || {
            let result = other();
            is_over.store(true, Ordering::SeqCst);
            result
        })
    }

    fn work_as_long<T>(&mut self, goes_on: &(dyn Fn() -> bool + Sync), other: impl FnOnce() -> T) -> T {
        thread::scope(|scope| {
            let members = self.members.iter_mut();
            let tasks: Vec<_> =
                members.map(|member| scope.spawn(move || runtime().block_on(member.work_on(goes_on)))).collect();
            let result = other();
            for task in tasks {
                task.join().expect("a client was answered rightly");
            }
            result
        })
    }

    /// Asks again for what was not answered, and checks what was.
    pub(crate) fn check(&mut self) {
        runtime().block_on(self.keeper.check()).expect("the server stays");
        self.check_members();
    }

    /// As `check`, for the clients.
    pub(crate) fn check_members(&mut self) {
        thread::scope(|scope| {
            for member in &mut self.members {
                scope.spawn(|| {
                    runtime().block_on(async {
                        member.settle().await.expect("the server stays");
                        member.check().await.expect("the server stays");
                    });
                });
            }
        });
    }

    /// Says that the audit log is whole and has one event for each change.
    pub(crate) fn check_log(&self, deployment: &Deployment, node: &Node) {
        let log = self.check_members_log(deployment, node, &[]);
        self.keeper.check_log(&log);
    }

    /// As `check_log`, for the clients; `options` go with the commands.
    pub(crate) fn check_members_log(&self, deployment: &Deployment, node: &Node, options: &[&str]) -> AuditLog {
        runtime().block_on(wait_for_sealer(node));
        let said = deployment.succeed(&[&["audit", "verify"][..], options].concat(), "");
        assert!(said.contains("tenant default: whole;"), "{said}");
        let log = AuditLog::parse(&deployment.succeed(&[&["audit", "export"][..], options].concat(), ""));
        for member in &self.members {
            member.ledger.check(&member.client, &log);
        }
        log
    }

    /// What was asked again so far, by everybody.
    pub(crate) fn settled(&self) -> BTreeMap<&'static str, usize> {
        let mut all = BTreeMap::new();
        for (what, count) in self.members.iter().flat_map(|member| &member.settled) {
            *all.entry(*what).or_default() += count;
        }
        all
    }

    /// How many changes were acknowledged so far.
    pub(crate) fn acknowledged(&self) -> usize {
        let members = self.members.iter().chain([&self.keeper.member]);
        members.map(|member| member.ledger.acknowledged()).sum::<usize>() + self.keeper.changes
    }
}

/// Starts a killed node again and returns how long it took to be ready.
pub(crate) fn start_again(deployment: &Deployment, node: Node) -> (Node, Duration) {
    let began = Instant::now();
    let node = deployment.serve_again(node);
    (node, began.elapsed())
}

/// Waits until every event has its number; the lease of a sealer that was killed must run out first.
pub(crate) async fn wait_for_sealer(node: &Node) {
    let (admin, began) = (Visitor::new(node.admin), Instant::now());
    loop {
        let metrics = admin.send(Method::GET, "/metrics", &[], String::new()).await.text();
        if metrics.lines().any(|line| line == "portreeve_audit_unsealed 0") {
            return;
        }
        assert!(began.elapsed() < SEALED, "events wait for their number after {:?}", began.elapsed());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
