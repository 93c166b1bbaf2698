//! A client that closes its connection at any time: what it asked for was done whole, or not at all.

use std::{thread, time::Duration};

use portreeve_tests::{deployment::Database, postgres, server::Deployment, visitor::Nodes};

use crate::{
    fleet::{Fleet, runtime},
    member::Member,
    report::{rounds, say},
};

/// How long a request that nobody waits for may still be at work, before the same is asked again: two at once would be a
/// replay by the client, which is another matter.
const AFTERMATH: Duration = Duration::from_millis(150);

/// How many grants a client has at first, so that there is something to be asked for.
const FAMILIES: usize = 3;

/// Asks for something and goes away, again and again.
async fn go_away(member: &mut Member, times: usize) {
    for _ in 0..FAMILIES {
        member.begin().await.expect("the server stays");
    }
    for _ in 0..times {
        // Some of these are over before the request is read, some when most answers are there, on a quick machine and on a slow one.
        let most = [200, 800, 4_000, 40_000][member.dice.below(4)];
        let patience = member.dice.between_micros(50, most);
        if let Ok(answered) = tokio::time::timeout(patience, member.step()).await {
            answered.expect("the server stays");
            continue;
        }
        tokio::time::sleep(AFTERMATH).await;
        member.settle().await.expect("the server stays");
        member.authorize().await.expect("the server stays");
    }
}

fn all_or_nothing(database: Database) {
    let deployment = Deployment::quiet((database == Database::Postgres).then(postgres::fresh_database));
    let mut fleet = Fleet::new(&deployment);
    let node = deployment.serve();
    fleet.go_to(&Nodes::new(vec![node.public]), deployment.public);
    let times = rounds(60, 1700);

    thread::scope(|scope| {
        for member in &mut fleet.members {
            scope.spawn(move || runtime().block_on(go_away(member, times)));
        }
    });

    let cut_off = fleet.settled();
    fleet.check();
    fleet.check_log(&deployment, &node);
    say(&format!(
        "R-24 {database:?}: cut off while they were answered {cut_off:?}, 0 half done, one event for each that was done; {} \
         acknowledged changes beside them, 0 lost",
        fleet.acknowledged()
    ));
    assert!(cut_off.len() == 4 && cut_off.values().all(|count| *count > times / 60), "{cut_off:?}");
}

/// Part of R-24: SQLite. The short form cuts off some hundred requests, the long one 10 000 tries.
#[test]
fn a_request_that_is_cut_off_is_done_whole_or_not_at_all_on_sqlite() {
    all_or_nothing(Database::Sqlite);
}

/// Part of R-24: PostgreSQL, where a connection to the database may be cut off in the middle as well.
#[test]
fn a_request_that_is_cut_off_is_done_whole_or_not_at_all_on_postgres() {
    all_or_nothing(Database::Postgres);
}
