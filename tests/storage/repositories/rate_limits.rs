//! A rate limit is decided on by one transaction at a time, on whatever node.

use portreeve_domain::Fault;
use portreeve_storage::{Store, Wall, rate_limits};

use crate::{
    database::{Database, NOW, ONE, TWO, begin, on_both},
    race::{RUNNERS, winners},
    rows::in_seconds,
};

const KEY: [u8; 32] = [1; 32];

async fn state(db: &Database) -> Option<String> {
    db.write(ONE, async |tx| rate_limits::take(tx, ONE, &KEY, NOW).await).await.state
}

async fn count_once(store: &Store) -> Result<(), Fault> {
    let mut tx = begin(store, ONE).await;
    let taken = rate_limits::take(&mut tx, ONE, &KEY, NOW).await?;
    let count: usize = taken.state.as_ref().map_or(0, |state| state.parse().unwrap());
    let taken = taken.with_state((count + 1).to_string());
    rate_limits::store(&mut tx, ONE, &KEY, &taken, in_seconds(60)).await?;
    tx.commit().await
}

#[tokio::test]
async fn a_state_is_found_as_it_was_stored() {
    on_both(async |db| {
        db.write(ONE, async |tx| {
            let taken = rate_limits::take(tx, ONE, &KEY, NOW).await?;
            assert_eq!(taken.state, None);
            let taken = taken.with_state("{\"a\":1}".to_owned());
            rate_limits::store(tx, ONE, &KEY, &taken, in_seconds(60)).await
        })
        .await;

        assert_eq!(state(db).await.as_deref(), Some("{\"a\":1}"));
    })
    .await;
}

#[tokio::test]
async fn a_row_that_was_taken_again_cannot_be_stored_with_the_older_hold() {
    on_both(async |db| {
        let old = db.write(ONE, async |tx| rate_limits::take(tx, ONE, &KEY, NOW).await).await;
        db.write(ONE, async |tx| rate_limits::take(tx, ONE, &KEY, NOW).await).await;

        db.refuses(ONE, async |tx| rate_limits::store(tx, ONE, &KEY, &old, in_seconds(60)).await).await;
    })
    .await;
}

/// Fifty attempts at once, from two nodes: each sees what the one before it left.
#[tokio::test(flavor = "multi_thread")]
async fn fifty_at_once_count_to_fifty() {
    on_both(async |db| {
        let won = winners(db, async |store, _| {
            // Who waits too long on a busy machine gives up, and has counted nothing.
            loop {
                match count_once(&store).await {
                    Err(fault) if fault.is_transient() => {}
                    settled => return settled.is_ok(),
                }
            }
        })
        .await;

        assert_eq!(won, RUNNERS);
        assert_eq!(state(db).await, Some(RUNNERS.to_string()));
    })
    .await;
}

/// S-118: the limits of another tenant.
#[tokio::test]
async fn another_tenants_limit_is_neither_found_nor_changed() {
    on_both(async |db| {
        let taken = db
            .write(TWO, async |tx| {
                let taken = rate_limits::take(tx, TWO, &KEY, NOW).await?;
                let taken = taken.with_state("theirs".to_owned());
                rate_limits::store(tx, TWO, &KEY, &taken, in_seconds(60)).await?;
                Ok(taken)
            })
            .await;

        db.refuses(Wall::All, async |tx| rate_limits::store(tx, ONE, &KEY, &taken, NOW).await).await;
        assert_eq!(state(db).await, None);
        assert_eq!(db.count("SELECT COUNT(*) FROM rate_limits WHERE state = 'theirs'").await, 1);
    })
    .await;
}
