//! What people have that counts once: shown again at once at another node, at two nodes at the same time, and after every node was
//! killed.

use std::net::Ipv4Addr;

use portreeve_tests::{
    deployment::Database,
    postgres,
    server::{Deployment, Node},
    visitor::Visitor,
};

use crate::{
    fleet::runtime,
    people_once::{Kind, People, serve},
    report::{rounds, say},
    showing::Showing,
};

/// Passkeys need a name for a host, which an address is none.
fn origin(deployment: &Deployment) -> String {
    format!("http://localhost:{}", deployment.public.port())
}

fn at(deployment: &Deployment, node: &Node) -> Visitor {
    let address = Ipv4Addr::new(100, 63, 0, 1).into();
    Visitor::new(node.public).through_proxy(deployment.public, address).of_origin(&origin(deployment))
}

/// Uses things of every kind up, one after the other and at the same time.
async fn use_up(people: &People<'_>, [one, other]: [&Visitor; 2], times: usize) -> Vec<(Kind, Showing)> {
    let mut used = vec![];
    for kind in Kind::ALL {
        for _ in 0..times {
            let [first, second] = people.make(kind).await;
            assert!(first.counts_at(one).await, "{kind:?} when it is fresh");
            assert!(!second.counts_at(other).await, "{kind:?} counts at another node");
            assert!(!first.counts_at(other).await, "{kind:?} counts at another node, in the same browser");
            used.extend([first, second].map(|showing| (kind, showing)));

            let [first, second] = people.make(kind).await;
            let (here, there) = tokio::join!(first.counts_at(one), second.counts_at(other));
            assert!(here != there, "{kind:?} at both at once: {here} and {there}");
            used.extend([first, second].map(|showing| (kind, showing)));
        }
    }
    used
}

fn counts_once(database: Database) {
    let deployment = Deployment::quiet((database == Database::Postgres).then(postgres::fresh_database));
    let times = rounds(1, 3);
    People::enrol(&deployment, u8::try_from(2 * times * Kind::ALL.len()).expect("few people"));
    let origin = origin(&deployment);
    let mut nodes = vec![serve(&deployment, &origin)];
    if database == Database::Postgres {
        nodes.push(serve(&deployment, &origin));
    }
    let (one, other) = (at(&deployment, &nodes[0]), at(&deployment, &nodes[nodes.len() - 1]));
    let people = People::new(&deployment, at(&deployment, &nodes[0]), origin);

    let used = runtime().block_on(use_up(&people, [&one, &other], times));
    let nodes: Vec<_> = nodes.into_iter().map(|node| deployment.serve_again(node)).collect();

    runtime().block_on(async {
        for node in &nodes {
            for (kind, showing) in &used {
                assert!(!showing.counts_at(&at(&deployment, node)).await, "{kind:?} counts after a restart");
            }
        }
    });
    say(&format!(
        "R-27 {database:?}, {} nodes: {} things of {} kinds that people show (references of pushed requests, pages, codes, answers with \
         passkeys, links, invitations, approvals), shown again at once, at the same time and after every node was killed: 0 \
         accepted twice",
        nodes.len(),
        used.len() / 2,
        Kind::ALL.len()
    ));
}

/// Part of R-27.
#[test]
fn what_people_show_counts_once_over_a_restart_of_sqlite() {
    counts_once(Database::Sqlite);
}

/// Part of R-27.
#[test]
fn what_people_show_counts_once_over_nodes_and_restarts() {
    counts_once(Database::Postgres);
}
