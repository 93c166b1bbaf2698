//! A request to remove lost factors waits its time, is told of once, granted once, and stopped at any moment before.

use portreeve_domain::{Timestamp, lifetimes};
use portreeve_storage::{
    Wall,
    factor_recoveries::{self, FactorRecovery, NewFactorRecovery, Settled},
};

use crate::{
    database::{Database, NOW, ONE, TWO, begin, on_both},
    race::winners,
    rows::{expiry, in_seconds, user_id},
};

async fn ask(db: &Database) -> bool {
    db.write(ONE, async |tx| factor_recoveries::insert(tx, ONE, &request(expiry()), NOW).await).await
}

fn request(due_at: Timestamp) -> NewFactorRecovery<'static> {
    NewFactorRecovery { user: user_id(7), due_at, locale: "de" }
}

#[tokio::test]
async fn one_request_stands_until_it_is_stopped() {
    on_both(async |db| {
        assert!(ask(db).await);
        assert!(!ask(db).await, "one a person");
        let find = async || db.read(ONE, async |conn| factor_recoveries::find(conn, ONE, user_id(7), NOW).await).await;
        assert_eq!(find().await, Some(FactorRecovery { due_at: expiry(), told_at: None, removed_at: None }));

        let stop = async || db.write(ONE, async |tx| factor_recoveries::stop(tx, ONE, user_id(7)).await).await;
        assert!(stop().await);
        assert!(!stop().await);
        assert_eq!(find().await, None);
    })
    .await;
}

#[tokio::test]
async fn it_is_told_and_granted_in_its_time_and_once() {
    on_both(async |db| {
        ask(db).await;
        let user = user_id(7);
        let due = async |now| db.read(Wall::All, async |conn| factor_recoveries::due(conn, now).await).await;
        let tell = async |now| db.write(ONE, async |tx| factor_recoveries::tell(tx, ONE, user, now).await).await;
        let remove = async |now| db.write(ONE, async |tx| factor_recoveries::remove(tx, ONE, user, now).await).await;

        assert_eq!((due(in_seconds(59)).await, due(expiry()).await), (vec![], vec![(ONE, user, "de".to_owned())]));
        assert!(!tell(in_seconds(59)).await && !remove(expiry()).await, "not due, not told");
        assert!(tell(expiry()).await && !tell(expiry()).await);
        assert!(due(expiry()).await.is_empty());
        let late = expiry().plus(lifetimes::NOTICE_LINK);
        assert!(!remove(in_seconds(59)).await && !remove(late).await);
        assert!(remove(expiry()).await && !remove(expiry()).await);

        assert!(!db.write(ONE, async |tx| factor_recoveries::stop(tx, ONE, user).await).await, "it is done");
        assert!(!ask(db).await, "a factor is owed");
        let owed = db.read(ONE, async |conn| factor_recoveries::find(conn, ONE, user, late).await).await.unwrap();
        assert_eq!((owed.told_at, owed.removed_at), (Some(expiry()), Some(expiry())));
        let settle = async || db.write(ONE, async |tx| factor_recoveries::settle(tx, ONE, user).await).await;
        assert_eq!((settle().await, settle().await), (Some(Settled::Debt), None));
    })
    .await;
}

#[tokio::test]
async fn a_factor_that_is_shown_ends_a_request_and_a_late_one_makes_room() {
    on_both(async |db| {
        let user = user_id(7);
        ask(db).await;
        assert_eq!(
            db.write(ONE, async |tx| factor_recoveries::settle(tx, ONE, user).await).await,
            Some(Settled::Request)
        );

        ask(db).await;
        let late = expiry().plus(lifetimes::NOTICE_LINK);
        assert_eq!(db.read(ONE, async |conn| factor_recoveries::find(conn, ONE, user, late).await).await, None);
        let again = db.write(ONE, async |tx| factor_recoveries::insert(tx, ONE, &request(late), late).await).await;
        assert!(again);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_who_grant_one_request_exactly_one_does() {
    on_both(async |db| {
        ask(db).await;
        db.write(ONE, async |tx| factor_recoveries::tell(tx, ONE, user_id(7), expiry()).await).await;

        let won = winners(db, async |store, _| {
            let mut tx = begin(&store, ONE).await;
            let won = factor_recoveries::remove(&mut tx, ONE, user_id(7), expiry()).await.unwrap();
            tx.commit().await.unwrap();
            won
        })
        .await;

        assert_eq!(won, 1);
    })
    .await;
}

/// S-118: the request of the same person in another tenant.
#[tokio::test]
async fn another_tenants_request_is_neither_found_nor_changed() {
    on_both(async |db| {
        let user = user_id(7);
        db.write(TWO, async |tx| factor_recoveries::insert(tx, TWO, &request(NOW), NOW).await).await;

        assert_eq!(db.read(Wall::All, async |conn| factor_recoveries::find(conn, ONE, user, NOW).await).await, None);
        assert!(!db.write(Wall::All, async |tx| factor_recoveries::tell(tx, ONE, user, NOW).await).await);
        assert!(db.write(TWO, async |tx| factor_recoveries::tell(tx, TWO, user, NOW).await).await);
        assert!(!db.write(Wall::All, async |tx| factor_recoveries::remove(tx, ONE, user, NOW).await).await);
        assert!(!db.write(Wall::All, async |tx| factor_recoveries::stop(tx, ONE, user).await).await);
        assert_eq!(db.write(Wall::All, async |tx| factor_recoveries::settle(tx, ONE, user).await).await, None);

        assert!(db.write(TWO, async |tx| factor_recoveries::remove(tx, TWO, user, NOW).await).await);
    })
    .await;
}
