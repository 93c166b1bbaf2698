//! A clock that jumps ahead and back, and stands still: what counted once does not count again, and nobody is signed out.

use std::{net::Ipv4Addr, thread, time::Duration};

use portreeve_tests::{
    server::{Deployment, Node},
    totp,
    visitor::{Nodes, Visitor},
};

use crate::{
    fake_clock::FakeClock,
    fleet::runtime,
    ledger::AuditLog,
    member::Member,
    replay::{Artefact, Maker, TOTP_SECRET, totp_counts},
    report::say,
};

/// How long the clock stays somewhere: the server looks at it each second.
const LOOK: Duration = Duration::from_millis(1500);
/// Jumps over which sessions and grants last, in seconds ahead of the true time, one after the other.
const SMALL: [i64; 4] = [30, -30, 240, -240];
const HOUR: i64 = 3600;

/// Everything that counts once, as it was used, and whoever makes more of it.
struct Used<'d> {
    maker: Maker<'d>,
    artefacts: Vec<Artefact>,
}

impl Used<'_> {
    /// Says that nothing that was used counts again, and that new ones count, of which the clock is no hindrance.
    async fn check(&mut self, visitor: &Visitor, ahead: i64) {
        self.maker.ahead = ahead;
        for artefact in &self.artefacts {
            assert!(!artefact.counts_at(visitor).await, "a {} counts again {ahead} s ahead", artefact.kind);
        }
        for artefact in [self.maker.code().await, self.maker.assertion(), self.maker.proof()] {
            assert!(artefact.counts_at(visitor).await, "a fresh {} {ahead} s ahead", artefact.kind);
            assert!(!artefact.counts_at(visitor).await, "a {} counts twice {ahead} s ahead", artefact.kind);
            self.artefacts.push(artefact);
        }
    }
}

fn visitor(deployment: &Deployment, node: &Node) -> Visitor {
    Visitor::new(node.public).through_proxy(deployment.public, Ipv4Addr::new(100, 100, 0, 9).into())
}

/// the clock of a node jumps by half a minute, four minutes and an hour, ahead and back, with a start and so a clean-up while
/// it is an hour ahead, and stands still. Codes, assertions, proofs and codes of an app that were used do not count again at any
/// time, new ones do; sessions and grants last over the small jumps; each jump has its event, the audit log stays whole, nothing
/// panics.
#[test]
fn a_clock_that_jumps_brings_nothing_back_and_ends_nothing() {
    let deployment = Deployment::quiet(None);
    let mut used = Used { maker: Maker::new(&deployment), artefacts: vec![] };
    let clock = FakeClock::new(deployment.folder.path());
    let launcher = clock.launcher();
    let launcher: Vec<_> = launcher.iter().map(String::as_str).collect();
    let node = deployment.serve_by(&launcher, &[]);
    let at = visitor(&deployment, &node);
    let mut member = Member::new(1, deployment.public);
    member.go_to(&Nodes::new(vec![node.public]), deployment.public);
    let code = totp::code(TOTP_SECRET, used.maker.now());

    runtime().block_on(async {
        member.begin().await.expect("an answer");
        assert!(totp_counts(&at, &code).await, "a code of an app");
        used.check(&at, 0).await;
        for ahead in SMALL {
            clock.ahead(ahead);
            used.check(&at, ahead).await;
            assert!(member.is_signed_in().await.expect("an answer"), "the session is lost {ahead} s ahead");
            member.refresh(0).await.expect("an answer");
            thread::sleep(LOOK);
        }
    });
    let first = node.process.printed();
    clock.ahead(HOUR);
    let node = deployment.serve_again(node);
    let at = visitor(&deployment, &node);
    runtime().block_on(async {
        for ahead in [HOUR, 0, -HOUR, 0] {
            clock.ahead(ahead);
            used.check(&at, ahead).await;
            thread::sleep(LOOK);
        }
        assert!(!totp_counts(&at, &code).await, "a code of an app counts again");
        clock.freeze();
        used.check(&at, 0).await;
        used.check(&at, 0).await;
    });

    clock.ahead(0);
    let log = AuditLog::parse(&deployment.succeed(&["audit", "export"], ""));
    let (jumps, printed) = (log.count("clock.jumped"), first + &node.process.printed());
    say(&format!(
        "R-11: jumps by 30 s, 4 min and an hour, ahead and back, and a clock that stood still: {} codes, assertions and proofs used, 0 \
         of them again; sessions and grants last; {jumps} events of jumps",
        used.artefacts.len()
    ));
    assert!(!printed.contains("panicked"), "{printed}");
    assert!(jumps >= SMALL.len() + 3, "{jumps} events of jumps");
    let said = deployment.succeed(&["audit", "verify"], "");
    assert!(said.contains("tenant default: whole;"), "{said}");
}
