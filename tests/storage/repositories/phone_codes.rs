//! A code by text message is one of a person and a number, the newest, tried five times at most and used once, until its time is over.

use portreeve_storage::{Wall, phone_codes, phone_codes::NumberOf};

use crate::{
    database::{Database, NOW, ONE, TWO, begin, on_both},
    race::winners,
    rows::{in_seconds, user_id},
};

const CODE: [u8; 32] = [5; 32];
const TRIES: i64 = 5;

fn number(index: u8) -> NumberOf {
    NumberOf { user: user_id(7), number_index: [index; 32] }
}

async fn wait(db: &Database, request: i64) {
    db.write(ONE, async |tx| phone_codes::wait(tx, ONE, (number(1), request), NOW, in_seconds(30)).await).await;
}

/// Sends the code of a request, if it was asked for after a time.
async fn expect(db: &Database, request: (u8, i64), hash: [u8; 32], asked_after: i64) -> bool {
    let request = (number(request.0), request.1);
    let times = (in_seconds(asked_after), in_seconds(60));
    db.write(ONE, async |tx| phone_codes::expect(tx, ONE, request, &hash, times).await).await
}

async fn try_at(db: &Database, index: u8, seconds: i64) -> Option<[u8; 32]> {
    let now = in_seconds(seconds);
    db.write(ONE, async |tx| phone_codes::try_code(tx, ONE, number(index), TRIES, now).await).await
}

async fn use_at(db: &Database, index: u8, hash: [u8; 32], seconds: i64) -> bool {
    let now = in_seconds(seconds);
    db.write(ONE, async |tx| phone_codes::use_code(tx, ONE, number(index), &hash, now).await).await
}

/// S-083: nothing is tried before it is sent; then five times, however often it is sent, until its time is over.
#[tokio::test]
async fn a_code_is_tried_five_times_however_often_it_is_sent() {
    on_both(async |db| {
        assert!(!expect(db, (1, 1), CODE, -1).await, "nobody waits");
        wait(db, 1).await;
        assert_eq!(try_at(db, 1, 0).await, None);
        assert!(!expect(db, (1, 1), CODE, 0).await, "asked for too long ago");
        assert!(expect(db, (1, 1), CODE, -1).await);

        assert_eq!(try_at(db, 1, 60).await, None);
        for _ in 0..TRIES {
            assert_eq!(try_at(db, 1, 59).await, Some(CODE));
        }
        assert!(expect(db, (1, 1), CODE, -1).await, "sent again");
        assert_eq!(try_at(db, 1, 59).await, None);
        let is_awaited = async |index, seconds| {
            let now = in_seconds(seconds);
            db.read(ONE, async |conn| phone_codes::is_awaited(conn, ONE, number(index), now).await).await
        };
        assert_eq!((is_awaited(1, 59).await, is_awaited(1, 60).await, is_awaited(2, 59).await), (true, false, false));
    })
    .await;
}

/// S-083: the newest only, for its number, and once.
#[tokio::test]
async fn the_newest_code_is_used_once_for_its_number() {
    on_both(async |db| {
        wait(db, 1).await;
        assert!(expect(db, (1, 1), [4; 32], -1).await);
        wait(db, 2).await;
        assert!(!use_at(db, 1, [4; 32], 0).await, "replaced");
        assert!(!expect(db, (1, 1), [4; 32], -1).await, "an older request is not sent");
        assert!(!expect(db, (2, 2), CODE, -1).await, "another number");
        assert!(expect(db, (1, 2), CODE, -1).await);

        assert_eq!(try_at(db, 2, 0).await, None, "another number");
        assert!(!use_at(db, 2, CODE, 0).await, "another number");
        assert!(!use_at(db, 1, CODE, 60).await, "expired");
        assert!(use_at(db, 1, CODE, 59).await);
        assert!(!use_at(db, 1, CODE, 59).await);
    })
    .await;
}

/// S-083: of those who use it at the same moment one does.
#[tokio::test(flavor = "multi_thread")]
async fn of_many_one_uses_it() {
    on_both(async |db| {
        wait(db, 1).await;
        expect(db, (1, 1), CODE, -1).await;
        let used = winners(db, async |store, _| {
            let mut tx = begin(&store, ONE).await;
            let won = phone_codes::use_code(&mut tx, ONE, number(1), &CODE, NOW).await.unwrap();
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
        wait(db, 1).await;
        expect(db, (1, 1), CODE, -1).await;

        let seen = db.read(Wall::All, async |conn| phone_codes::is_awaited(conn, TWO, number(1), NOW).await).await;
        assert!(!seen);
        let used = async |tenant| {
            db.write(Wall::All, async |tx| phone_codes::use_code(tx, tenant, number(1), &CODE, NOW).await).await
        };
        assert!(!used(TWO).await);
        assert!(used(ONE).await);
    })
    .await;
}
