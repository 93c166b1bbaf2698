//! A mailed link works once, in time, and only while it is the newest of its account and purpose.

use portreeve_domain::{LinkId, LinkPurpose, Timestamp};
use portreeve_storage::{Wall, mailed_links, mailed_links::LinkRow};

use crate::{
    database::{Database, NOW, ONE, TWO, begin, on_both, on_postgres},
    race::winners,
    rows::{expiry, in_seconds, link, user_id},
};

const ID: LinkId = LinkId::new(5);

async fn insert(db: &Database, link: &LinkRow) {
    db.write(ONE, async |tx| mailed_links::insert_newest(tx, ONE, link, NOW).await).await;
}

async fn consume(db: &Database, id: i64, now: Timestamp) -> bool {
    db.write(ONE, async |tx| mailed_links::consume(tx, ONE, LinkId::new(id), now).await).await
}

#[tokio::test]
async fn a_link_is_found_with_what_it_is_bound_to() {
    on_both(async |db| {
        insert(db, &link(5)).await;

        let found = db.read(ONE, async |conn| mailed_links::find(conn, ONE, ID).await).await.unwrap();

        assert_eq!((found.id, found.user, found.purpose.as_str()), (ID, user_id(7), "password_reset"));
        assert_eq!((found.secret_hash, found.email_index), ([12; 32], [13; 32]));
        assert_eq!((found.expires_at, found.consumed_at), (expiry(), None));
    })
    .await;
}

#[tokio::test]
async fn a_link_is_consumed_once_and_not_from_its_expiry_on() {
    on_both(async |db| {
        insert(db, &link(5)).await;

        assert!(!consume(db, 5, expiry()).await);
        assert!(consume(db, 5, NOW).await);
        assert!(!consume(db, 5, in_seconds(1)).await);

        let found = db.read(ONE, async |conn| mailed_links::find(conn, ONE, ID).await).await.unwrap();
        assert_eq!(found.consumed_at, Some(NOW));
    })
    .await;
}

#[tokio::test]
async fn a_newer_link_kills_older_ones_of_its_account_and_purpose_only() {
    on_both(async |db| {
        let verify = LinkRow { purpose: LinkPurpose::VerifyEmail.name().to_owned(), ..link(6) };
        let other = LinkRow { user: user_id(8), ..link(7) };
        for link in [&link(5), &verify, &other, &link(8)] {
            insert(db, link).await;
        }

        assert!(!consume(db, 5, NOW).await);
        for alive in [6, 7, 8] {
            assert!(consume(db, alive, NOW).await, "{alive}");
        }
    })
    .await;
}

/// S-090: a link to one address of an account does not end the link to another.
#[tokio::test]
async fn a_newer_link_to_another_address_kills_nothing() {
    on_both(async |db| {
        let elsewhere = LinkRow { email_index: [14; 32], ..link(6) };
        insert(db, &link(5)).await;
        insert(db, &elsewhere).await;

        let found = db.read(ONE, async |conn| mailed_links::find(conn, ONE, ID).await).await.unwrap();

        assert_eq!(found.consumed_at, None);
        assert!(consume(db, 5, NOW).await && consume(db, 6, NOW).await);
    })
    .await;
}

/// S-087: two links made at the same moment do not see each other; still only the newest works, and says so. Of two made
/// in one millisecond the greater id is the newer.
#[tokio::test]
async fn of_two_links_made_at_once_only_the_newest_works() {
    on_postgres(async |db| {
        let other_node = db.another_store();
        for (first, second, newest) in [(NOW, in_seconds(1), 5), (NOW, NOW, 6)] {
            db.write(ONE, async |tx| tx.execute("DELETE FROM mailed_links", &[]).await).await;
            let (mut here, mut there) = (begin(&db.store, ONE).await, begin(&other_node, ONE).await);
            mailed_links::insert_newest(&mut here, ONE, &link(6), first).await.unwrap();
            mailed_links::insert_newest(&mut there, ONE, &link(5), second).await.unwrap();
            here.commit().await.unwrap();
            there.commit().await.unwrap();

            let older = 11 - newest;
            for (id, is_live) in [(older, false), (newest, true)] {
                let id = LinkId::new(id);
                let found = db.read(ONE, async |conn| mailed_links::find(conn, ONE, id).await).await.unwrap();
                assert_eq!(found.consumed_at.is_none(), is_live, "{id:?}");
            }
            assert!(!consume(db, older, in_seconds(2)).await);
            assert!(consume(db, newest, in_seconds(2)).await);
        }
    })
    .await;
}

#[tokio::test]
async fn retiring_kills_the_links_of_an_account_and_purpose() {
    on_both(async |db| {
        let other = LinkRow { user: user_id(8), ..link(7) };
        insert(db, &link(5)).await;
        insert(db, &other).await;

        let reset = LinkPurpose::PasswordReset;
        db.write(ONE, async |tx| mailed_links::retire(tx, ONE, user_id(7), reset, NOW).await).await;

        assert!(!consume(db, 5, NOW).await);
        assert!(consume(db, 7, NOW).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_who_consume_one_link_exactly_one_wins() {
    on_both(async |db| {
        insert(db, &link(5)).await;

        let won = winners(db, async |store, _| {
            let mut tx = begin(&store, ONE).await;
            let won = mailed_links::consume(&mut tx, ONE, ID, NOW).await.unwrap();
            tx.commit().await.unwrap();
            won
        })
        .await;

        assert_eq!(won, 1);
    })
    .await;
}

/// S-118: the links of another tenant.
#[tokio::test]
async fn another_tenants_link_is_neither_found_nor_killed() {
    on_both(async |db| {
        db.write(TWO, async |tx| mailed_links::insert_newest(tx, TWO, &link(5), NOW).await).await;

        assert!(db.read(Wall::All, async |conn| mailed_links::find(conn, ONE, ID).await).await.is_none());
        assert!(!db.write(Wall::All, async |tx| mailed_links::consume(tx, ONE, ID, NOW).await).await);
        db.write(Wall::All, async |tx| mailed_links::insert_newest(tx, ONE, &link(6), NOW).await).await;
        let reset = LinkPurpose::PasswordReset;
        db.write(Wall::All, async |tx| mailed_links::retire(tx, ONE, user_id(7), reset, NOW).await).await;

        assert!(db.write(TWO, async |tx| mailed_links::consume(tx, TWO, ID, NOW).await).await);
    })
    .await;
}

/// S-149: of an invitation that is over nothing is left, not even a used link; other rows stay.
#[tokio::test]
async fn links_are_forgotten_with_what_they_are_of() {
    on_both(async |db| {
        let theirs = LinkRow { user: user_id(9), ..link(2) };
        db.write(ONE, async |tx| mailed_links::insert_newest(tx, ONE, &link(1), NOW).await).await;
        db.write(ONE, async |tx| mailed_links::insert_newest(tx, ONE, &theirs, NOW).await).await;
        db.write(ONE, async |tx| mailed_links::consume(tx, ONE, LinkId::new(2), NOW).await).await;

        db.write(ONE, async |tx| mailed_links::forget(tx, ONE, user_id(9)).await).await;

        let is_there = async |id| db.read(ONE, async |conn| mailed_links::find(conn, ONE, LinkId::new(id)).await).await;
        assert!(is_there(2).await.is_none());
        assert!(is_there(1).await.is_some());
    })
    .await;
}
