//! A wish for another address is confirmed once, in time, and only the newest; undoing a change undoes every later one.

use portreeve_domain::{EmailChangeId, Timestamp};
use portreeve_storage::{Wall, email_changes, email_changes::EmailChangeRow};

use crate::{
    database::{Database, NOW, ONE, TWO, begin, on_both},
    race::winners,
    rows::{email_change, expiry, in_seconds, user_id},
};

const ID: EmailChangeId = EmailChangeId::new(5);
const FORMER: [u8; 32] = [42; 32];

async fn insert(db: &Database, change: &EmailChangeRow) {
    db.write(ONE, async |tx| email_changes::insert(tx, ONE, change).await).await;
}

async fn confirm(db: &Database, id: i64, now: Timestamp) -> bool {
    let id = EmailChangeId::new(id);
    db.write(ONE, async |tx| email_changes::confirm(tx, ONE, id, now, in_seconds(600)).await).await
}

async fn wished(db: &Database, now: Timestamp) -> Option<EmailChangeRow> {
    db.read(ONE, async |conn| email_changes::wished(conn, ONE, user_id(7), now).await).await
}

async fn undoable(db: &Database, former: [u8; 32], now: Timestamp) -> Option<i64> {
    let found = db.read(ONE, async |conn| email_changes::undoable(conn, ONE, user_id(7), &former, now).await).await;
    found.map(|change| change.id.as_i64())
}

#[tokio::test]
async fn a_change_is_found_as_it_was_wished() {
    on_both(async |db| {
        insert(db, &email_change(5)).await;

        let found = db.read(ONE, async |conn| email_changes::find(conn, ONE, ID).await).await;

        assert_eq!(found, Some(email_change(5)));
    })
    .await;
}

#[tokio::test]
async fn the_newest_wish_stands_until_it_expires_or_is_dropped() {
    on_both(async |db| {
        insert(db, &email_change(5)).await;
        insert(db, &EmailChangeRow { email_index: [43; 32], ..email_change(6) }).await;

        assert_eq!(wished(db, NOW).await.unwrap().id.as_i64(), 6);
        assert_eq!(wished(db, expiry()).await, None);

        let drop = async || db.write(ONE, async |tx| email_changes::drop_wished(tx, ONE, user_id(7), NOW).await).await;
        assert!(drop().await);
        assert!(!drop().await);
        assert_eq!(wished(db, NOW).await, None);
        assert!(!confirm(db, 6, NOW).await);
    })
    .await;
}

#[tokio::test]
async fn a_wish_is_confirmed_once_and_not_from_its_expiry_on() {
    on_both(async |db| {
        insert(db, &email_change(5)).await;

        assert!(!confirm(db, 5, expiry()).await);
        assert_eq!(undoable(db, FORMER, NOW).await, None);
        assert!(confirm(db, 5, in_seconds(1)).await);
        assert!(!confirm(db, 5, in_seconds(1)).await);

        assert_eq!(wished(db, NOW).await, None);
        assert_eq!(undoable(db, FORMER, in_seconds(599)).await, Some(5));
        assert_eq!(undoable(db, FORMER, in_seconds(600)).await, None);
        assert_eq!(undoable(db, [41; 32], NOW).await, None);
    })
    .await;
}

/// S-090: whoever took an account over has no way back of their own once the owner has taken theirs.
#[tokio::test]
async fn undoing_a_change_undoes_every_later_one() {
    on_both(async |db| {
        for (id, former) in [(5, [50; 32]), (6, [51; 32]), (7, [52; 32])] {
            insert(db, &EmailChangeRow { former_index: Some(former), ..email_change(id) }).await;
            assert!(confirm(db, id, in_seconds(id)).await);
        }
        let undo = async || {
            let (since, now) = (in_seconds(6), in_seconds(9));
            db.write(ONE, async |tx| email_changes::undo(tx, ONE, user_id(7), since, now).await).await
        };

        assert!(undo().await);
        assert!(!undo().await);

        assert_eq!(undoable(db, [50; 32], in_seconds(9)).await, Some(5));
        assert_eq!(undoable(db, [51; 32], in_seconds(9)).await, None);
        assert_eq!(undoable(db, [52; 32], in_seconds(9)).await, None);
    })
    .await;
}

/// S-090: the address of the owner comes first, however often whoever took the account over changes it afterwards.
#[tokio::test]
async fn changes_that_can_be_undone_are_told_oldest_first() {
    on_both(async |db| {
        for (id, former) in [(5, Some([50; 32])), (6, None), (7, Some([52; 32])), (8, Some([53; 32]))] {
            insert(db, &EmailChangeRow { former_index: former, ..email_change(id) }).await;
        }
        for id in [7, 5, 6] {
            assert!(confirm(db, id, in_seconds(10 - id)).await);
        }
        let since = async |since: Timestamp| {
            let found = db.read(ONE, async |c| email_changes::undoable_since(c, ONE, user_id(7), since).await).await;
            found.into_iter().map(|change| change.id.as_i64()).collect::<Vec<_>>()
        };

        assert_eq!(since(NOW).await, [7, 5]);
        assert_eq!(since(in_seconds(3)).await, [5]);
        db.write(ONE, async |tx| email_changes::undo(tx, ONE, user_id(7), in_seconds(4), in_seconds(9)).await).await;
        assert_eq!(since(NOW).await, [7]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_who_confirm_one_wish_exactly_one_wins() {
    on_both(async |db| {
        insert(db, &email_change(5)).await;

        let won = winners(db, async |store, _| {
            let mut tx = begin(&store, ONE).await;
            let won = email_changes::confirm(&mut tx, ONE, ID, NOW, in_seconds(600)).await.unwrap();
            tx.commit().await.unwrap();
            won
        })
        .await;

        assert_eq!(won, 1);
    })
    .await;
}

/// S-118: the changes of another tenant.
#[tokio::test]
async fn another_tenants_change_is_neither_found_nor_touched() {
    on_both(async |db| {
        db.write(TWO, async |tx| email_changes::insert(tx, TWO, &email_change(5)).await).await;
        let user = user_id(7);

        assert_eq!(db.read(Wall::All, async |c| email_changes::find(c, ONE, ID).await).await, None);
        assert_eq!(db.read(Wall::All, async |c| email_changes::wished(c, ONE, user, NOW).await).await, None);
        let later = in_seconds(600);
        assert!(!db.write(Wall::All, async |tx| email_changes::confirm(tx, ONE, ID, NOW, later).await).await);
        assert!(!db.write(Wall::All, async |tx| email_changes::drop_wished(tx, ONE, user, NOW).await).await);

        assert!(db.write(TWO, async |tx| email_changes::confirm(tx, TWO, ID, NOW, later).await).await);
        assert_eq!(db.read(Wall::All, async |c| email_changes::undoable(c, ONE, user, &FORMER, NOW).await).await, None);
        let before = Timestamp::from_millis(0);
        let found = db.read(Wall::All, async |c| email_changes::undoable_since(c, ONE, user, before).await).await;
        assert!(found.is_empty());
        assert!(!db.write(Wall::All, async |tx| email_changes::undo(tx, ONE, user, NOW, NOW).await).await);
    })
    .await;
}
