//! A wish to be deleted stands until it is taken back or taken up, which happens once and not before its time.

use portreeve_domain::BrowserId;
use portreeve_storage::{Wall, account_deletions, sessions};

use crate::{
    database::{Database, NOW, ONE, TWO, begin, on_both},
    race::winners,
    rows::{expiry, in_seconds, session, user_id},
};

async fn wish(db: &Database) -> bool {
    db.write(ONE, async |tx| account_deletions::insert(tx, ONE, user_id(7), NOW, expiry()).await).await
}

#[tokio::test]
async fn the_first_wish_counts_until_it_is_taken_back() {
    on_both(async |db| {
        assert!(wish(db).await);
        let again =
            db.write(ONE, async |tx| account_deletions::insert(tx, ONE, user_id(7), NOW, in_seconds(900)).await);
        assert!(!again.await);
        let find = async || db.read(ONE, async |conn| account_deletions::find(conn, ONE, user_id(7)).await).await;
        assert_eq!(find().await, Some(expiry()));

        let cancel = async || db.write(ONE, async |tx| account_deletions::cancel(tx, ONE, user_id(7)).await).await;
        assert!(cancel().await);
        assert!(!cancel().await);
        assert_eq!(find().await, None);
    })
    .await;
}

#[tokio::test]
async fn a_wish_is_due_from_its_time_on_and_taken_up_once() {
    on_both(async |db| {
        wish(db).await;
        let due = async |now| db.read(Wall::All, async |conn| account_deletions::due(conn, now).await).await;
        let take = async |now| db.write(ONE, async |tx| account_deletions::take(tx, ONE, user_id(7), now).await).await;

        assert_eq!(due(in_seconds(59)).await, []);
        assert_eq!(due(expiry()).await, [(ONE, user_id(7))]);
        assert!(!take(in_seconds(59)).await);
        assert!(take(expiry()).await);
        assert!(!take(expiry()).await);
    })
    .await;
}

#[tokio::test]
async fn nobody_is_taken_up_who_is_signed_in() {
    on_both(async |db| {
        wish(db).await;
        let theirs = session(ONE, 5, BrowserId::new(6), user_id(7));
        db.write(ONE, async |tx| sessions::insert(tx, &theirs).await).await;

        assert!(!db.write(ONE, async |tx| account_deletions::take(tx, ONE, user_id(7), expiry()).await).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_who_take_one_wish_up_exactly_one_does() {
    on_both(async |db| {
        wish(db).await;

        let won = winners(db, async |store, _| {
            let mut tx = begin(&store, ONE).await;
            let won = account_deletions::take(&mut tx, ONE, user_id(7), expiry()).await.unwrap();
            tx.commit().await.unwrap();
            won
        })
        .await;

        assert_eq!(won, 1);
    })
    .await;
}

/// S-118: the wish of the same person in another tenant.
#[tokio::test]
async fn another_tenants_wish_is_neither_found_nor_taken() {
    on_both(async |db| {
        let user = user_id(7);
        db.write(TWO, async |tx| account_deletions::insert(tx, TWO, user, NOW, NOW).await).await;

        assert_eq!(db.read(Wall::All, async |conn| account_deletions::find(conn, ONE, user).await).await, None);
        assert!(!db.write(Wall::All, async |tx| account_deletions::take(tx, ONE, user, NOW).await).await);
        assert!(!db.write(Wall::All, async |tx| account_deletions::cancel(tx, ONE, user).await).await);

        assert!(db.write(TWO, async |tx| account_deletions::take(tx, TWO, user, NOW).await).await);
    })
    .await;
}
