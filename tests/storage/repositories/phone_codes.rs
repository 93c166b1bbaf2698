//! A code by text message is one of a person, the newest, tried five times at most and used once, until its time is over.

use portreeve_storage::{Wall, phone_codes};

use crate::{
    database::{Database, NOW, ONE, TWO, begin, on_both},
    race::winners,
    rows::{in_seconds, user_id},
};

const CODE: [u8; 32] = [5; 32];
const TRIES: i64 = 5;

async fn wait(db: &Database) {
    db.write(ONE, async |tx| phone_codes::wait(tx, ONE, user_id(7), NOW, in_seconds(30)).await).await;
}

async fn expect(db: &Database, hash: [u8; 32], seconds: i64) -> bool {
    let until = (in_seconds(seconds), in_seconds(60));
    db.write(ONE, async |tx| phone_codes::expect(tx, ONE, user_id(7), &hash, until).await).await
}

async fn try_at(db: &Database, seconds: i64) -> Option<[u8; 32]> {
    db.write(ONE, async |tx| phone_codes::try_code(tx, ONE, user_id(7), TRIES, in_seconds(seconds)).await).await
}

async fn use_at(db: &Database, hash: [u8; 32], seconds: i64) -> bool {
    db.write(ONE, async |tx| phone_codes::use_code(tx, ONE, user_id(7), &hash, in_seconds(seconds)).await).await
}

/// S-083: nothing is tried before it is sent; then five times, until its time is over.
#[tokio::test]
async fn a_code_is_tried_five_times_from_when_it_is_sent() {
    on_both(async |db| {
        assert!(!expect(db, CODE, 0).await, "nobody waits");
        wait(db).await;
        assert_eq!(try_at(db, 0).await, None);
        assert!(!expect(db, CODE, 30).await, "too late to be sent");
        assert!(expect(db, CODE, 29).await);

        assert_eq!(try_at(db, 60).await, None);
        for _ in 0..TRIES {
            assert_eq!(try_at(db, 59).await, Some(CODE));
        }
        assert_eq!(try_at(db, 59).await, None);
        assert!(db.read(ONE, async |conn| phone_codes::is_awaited(conn, ONE, user_id(7), in_seconds(59)).await).await);
        assert!(!db.read(ONE, async |conn| phone_codes::is_awaited(conn, ONE, user_id(7), in_seconds(60)).await).await);
    })
    .await;
}

/// S-083: the newest only, and once.
#[tokio::test]
async fn the_newest_code_is_used_once() {
    on_both(async |db| {
        wait(db).await;
        expect(db, [4; 32], 0).await;
        wait(db).await;
        assert!(!use_at(db, [4; 32], 0).await, "replaced");
        expect(db, CODE, 0).await;

        assert!(!use_at(db, CODE, 60).await, "expired");
        assert!(use_at(db, CODE, 59).await);
        assert!(!use_at(db, CODE, 59).await);
    })
    .await;
}

/// S-083: of those who use it at the same moment one does.
#[tokio::test(flavor = "multi_thread")]
async fn of_many_one_uses_it() {
    on_both(async |db| {
        wait(db).await;
        expect(db, CODE, 0).await;
        let used = winners(db, async |store, _| {
            let mut tx = begin(&store, ONE).await;
            let won = phone_codes::use_code(&mut tx, ONE, user_id(7), &CODE, NOW).await.unwrap();
            tx.commit().await.unwrap();
            won
        })
        .await;
        assert_eq!(used, 1);
    })
    .await;
}

/// S-118: another tenant's code is neither seen nor used.
#[tokio::test]
async fn a_code_is_of_its_tenant() {
    on_both(async |db| {
        wait(db).await;
        expect(db, CODE, 0).await;

        let seen = db.read(Wall::All, async |conn| phone_codes::is_awaited(conn, TWO, user_id(7), NOW).await).await;
        assert!(!seen);
        assert!(!db.write(Wall::All, async |tx| phone_codes::use_code(tx, TWO, user_id(7), &CODE, NOW).await).await);
        assert!(use_at(db, CODE, 0).await);
    })
    .await;
}
