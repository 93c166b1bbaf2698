//! A server that is killed at any time: nothing that was acknowledged is lost, nothing that counts once counts twice.

use std::time::Duration;

use portreeve_tests::{
    deployment::Database,
    postgres::{Durability, PostgresCluster},
    server::Deployment,
    visitor::Nodes,
};

use crate::{
    dice::Dice,
    fleet::{Fleet, start_again},
    report::{rounds, say},
};

/// How soon a killed node must serve again, on a machine that runs other tests beside it. On one that does not, the goal
/// is a second, which the report shows.
const READY: Duration = Duration::from_secs(10);

fn nothing_is_lost(database: Database) {
    let cluster = (database == Database::Postgres).then(|| PostgresCluster::start(Durability::On));
    let deployment = Deployment::quiet(cluster.as_ref().map(PostgresCluster::fresh_database));
    let mut fleet = Fleet::new(&deployment);
    let (dice, cycles) = (Dice::new(251), rounds(10, 500));
    let (mut node, mut slowest) = (deployment.serve(), Duration::ZERO);

    for _ in 0..cycles {
        fleet.go_to(&Nodes::new(vec![node.public]), deployment.public);
        let killed = fleet.work_until(dice.between(100, 900), || {
            node.signal("KILL");
            node
        });
        let (again, took) = start_again(&deployment, killed);
        fleet.go_to(&Nodes::new(vec![again.public]), deployment.public);
        fleet.check();
        (node, slowest) = (again, slowest.max(took));
    }

    fleet.check_log(&deployment, &node);
    say(&format!(
        "R-01, R-23 {database:?}: {cycles} kills, {} acknowledged changes, 0 lost, 0 used twice, asked again \
         {:?}, one event each, log whole; ready again in {} ms at the slowest",
        fleet.acknowledged(),
        fleet.settled(),
        slowest.as_millis()
    ));
    assert!(slowest < READY, "{slowest:?}");
    assert!(fleet.acknowledged() > cycles * 20, "there was hardly any load: {}", fleet.acknowledged());
}

/// SQLite. The short form kills ten times; the long one, 500 times, and is what the goal says.
#[test]
fn nothing_acknowledged_is_lost_by_kills_on_sqlite() {
    nothing_is_lost(Database::Sqlite);
}

/// PostgreSQL that waits for the disk.
#[test]
fn nothing_acknowledged_is_lost_by_kills_on_postgres() {
    nothing_is_lost(Database::Postgres);
}
