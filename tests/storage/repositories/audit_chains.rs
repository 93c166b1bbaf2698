//! The head of a chain moves on from where it is, and only from there.

use portreeve_storage::{
    Wall,
    audit_chains::{self, ChainHead},
    events,
};

use crate::{
    database::{NOW, ONE, TWO, on_both},
    rows::{event, in_seconds},
};

const FIRST: [u8; 32] = [1; 32];

fn begun() -> ChainHead {
    ChainHead { sequence: 0, link: FIRST, signed_sequence: 0, unsigned_since: None }
}

fn moved() -> ChainHead {
    ChainHead { sequence: 5, link: [2; 32], signed_sequence: 3, unsigned_since: Some(NOW) }
}

#[tokio::test]
async fn a_chain_begins_once() {
    on_both(async |db| {
        assert_eq!(db.read(ONE, async |conn| audit_chains::find(conn, ONE).await).await, None);

        db.write(ONE, async |tx| audit_chains::begin(tx, ONE, &FIRST).await).await;
        db.write(ONE, async |tx| audit_chains::begin(tx, ONE, &[9; 32]).await).await;

        assert_eq!(db.read(ONE, async |conn| audit_chains::find(conn, ONE).await).await, Some(begun()));
    })
    .await;
}

#[tokio::test]
async fn a_head_moves_from_where_it_is_and_from_nowhere_else() {
    on_both(async |db| {
        db.write(ONE, async |tx| audit_chains::begin(tx, ONE, &FIRST).await).await;

        assert!(db.write(ONE, async |tx| audit_chains::advance(tx, ONE, &begun(), &moved()).await).await);
        assert!(!db.write(ONE, async |tx| audit_chains::advance(tx, ONE, &begun(), &moved()).await).await);

        assert_eq!(db.read(ONE, async |conn| audit_chains::find(conn, ONE).await).await, Some(moved()));
    })
    .await;
}

#[tokio::test]
async fn due_are_tenants_with_unsealed_events_or_a_checkpoint_to_sign() {
    on_both(async |db| {
        let due = async |seconds| {
            let mut due = db.read(Wall::All, async |conn| audit_chains::due(conn, in_seconds(seconds)).await).await;
            due.sort();
            due
        };
        assert_eq!(due(0).await, []);
        db.write(TWO, async |tx| events::insert(tx, TWO, &event(4)).await).await;
        db.write(ONE, async |tx| audit_chains::begin(tx, ONE, &FIRST).await).await;
        db.write(ONE, async |tx| audit_chains::advance(tx, ONE, &begun(), &moved()).await).await;

        assert_eq!(due(-1).await, [TWO]);
        assert_eq!(due(0).await, [ONE, TWO]);
    })
    .await;
}

#[tokio::test]
async fn the_longest_wait_for_a_checkpoint_is_told() {
    on_both(async |db| {
        let oldest = async || db.read(Wall::All, async |conn| audit_chains::oldest_unsigned(conn).await).await;
        assert_eq!(oldest().await, None);
        for (tenant, since) in [(ONE, in_seconds(7)), (TWO, in_seconds(3))] {
            let waiting = ChainHead { unsigned_since: Some(since), ..moved() };
            db.write(tenant, async |tx| audit_chains::begin(tx, tenant, &FIRST).await).await;
            db.write(tenant, async |tx| audit_chains::advance(tx, tenant, &begun(), &waiting).await).await;
        }

        assert_eq!(oldest().await, Some(in_seconds(3)));
    })
    .await;
}

/// S-118: the chain of another tenant.
#[tokio::test]
async fn another_tenants_chain_is_neither_read_nor_moved() {
    on_both(async |db| {
        db.write(TWO, async |tx| audit_chains::begin(tx, TWO, &FIRST).await).await;

        assert_eq!(db.read(Wall::All, async |conn| audit_chains::find(conn, ONE).await).await, None);
        assert!(!db.write(Wall::All, async |tx| audit_chains::advance(tx, ONE, &begun(), &moved()).await).await);
    })
    .await;
}
