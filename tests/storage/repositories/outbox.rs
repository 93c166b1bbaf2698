//! A message is written with its change, leased by one sender at a time, and comes up again until it is done or buried.

use portreeve_domain::{OutboxId, TenantId, Timestamp};
use portreeve_storage::{Wall, outbox, outbox::Backlog};

use crate::{
    database::{Database, NOW, ONE, TWO, begin, on_both},
    race::winners,
    rows::{in_seconds, mail},
};

const ID: OutboxId = OutboxId::new(5);

async fn insert(db: &Database, tenant: TenantId, id: i64, at: Timestamp) {
    db.write(tenant, async |tx| outbox::insert(tx, tenant, OutboxId::new(id), &mail(), at).await).await;
}

/// The ids that are due `seconds` after `NOW`, with their attempts.
async fn ready(db: &Database, seconds: i64) -> Vec<(i64, i64)> {
    let rows = db.read(Wall::All, async |conn| outbox::ready(conn, in_seconds(seconds)).await).await;
    rows.iter().map(|row| (row.id.as_i64(), row.attempts)).collect()
}

async fn pending(db: &Database) -> i64 {
    db.read(Wall::All, async |conn| outbox::pending(conn).await).await
}

#[tokio::test]
async fn a_message_is_due_at_once_for_whoever_works_for_all_tenants() {
    on_both(async |db| {
        insert(db, TWO, 5, NOW).await;

        let rows = db.read(Wall::All, async |conn| outbox::ready(conn, NOW).await).await;

        assert_eq!((rows.len(), pending(db).await), (1, 1));
        assert_eq!((rows[0].id, rows[0].tenant, rows[0].attempts), (ID, TWO, 0));
        assert_eq!(rows[0].message, mail());
    })
    .await;
}

#[tokio::test]
async fn the_longest_due_come_first_and_at_most_twenty() {
    on_both(async |db| {
        for id in 1..=21 {
            insert(db, ONE, id, in_seconds(-id)).await;
        }

        let due: Vec<_> = ready(db, 0).await.into_iter().map(|(id, _)| id).collect();

        assert_eq!(due, (2..=21).rev().collect::<Vec<_>>());
        assert_eq!(pending(db).await, 21);
    })
    .await;
}

#[tokio::test]
async fn a_leased_message_is_hidden_until_the_lease_runs_out() {
    on_both(async |db| {
        insert(db, ONE, 5, NOW).await;
        let until = in_seconds(30);

        assert!(db.write(ONE, async |tx| outbox::lease(tx, ONE, ID, NOW, until).await).await);
        assert!(!db.write(ONE, async |tx| outbox::lease(tx, ONE, ID, in_seconds(1), until).await).await);
        assert_eq!(ready(db, 29).await, []);

        assert_eq!(ready(db, 30).await, [(5, 1)]);
        assert!(db.write(ONE, async |tx| outbox::lease(tx, ONE, ID, until, in_seconds(60)).await).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_senders_exactly_one_gets_the_message() {
    on_both(async |db| {
        insert(db, ONE, 5, NOW).await;

        let won = winners(db, async |store, _| {
            let mut tx = begin(&store, ONE).await;
            let won = outbox::lease(&mut tx, ONE, ID, NOW, in_seconds(30)).await.unwrap();
            tx.commit().await.unwrap();
            won
        })
        .await;

        assert_eq!(won, 1);
    })
    .await;
}

#[tokio::test]
async fn a_message_that_was_sent_never_comes_up_again() {
    on_both(async |db| {
        insert(db, ONE, 5, NOW).await;

        db.write(ONE, async |tx| outbox::done(tx, ONE, ID, in_seconds(1)).await).await;

        assert_eq!((ready(db, 3600).await, pending(db).await), (vec![], 0));
        let again = db.write(ONE, async |tx| outbox::lease(tx, ONE, ID, in_seconds(2), in_seconds(3)).await).await;
        assert!(!again);
    })
    .await;
}

#[tokio::test]
async fn a_failed_message_comes_up_at_its_next_time() {
    on_both(async |db| {
        insert(db, ONE, 5, NOW).await;
        db.write(ONE, async |tx| outbox::lease(tx, ONE, ID, NOW, in_seconds(30)).await).await;

        db.write(ONE, async |tx| outbox::retry(tx, ONE, ID, in_seconds(90), "refused").await).await;

        assert_eq!(ready(db, 89).await, []);
        assert_eq!(ready(db, 90).await, [(5, 1)]);
    })
    .await;
}

#[tokio::test]
async fn a_buried_message_is_given_up_and_keeps_its_reason() {
    on_both(async |db| {
        insert(db, ONE, 5, NOW).await;

        db.write(ONE, async |tx| outbox::bury(tx, ONE, ID, in_seconds(1), "no such mailbox").await).await;

        assert_eq!((ready(db, 3600).await, pending(db).await), (vec![], 0));
        assert!(!db.write(ONE, async |tx| outbox::lease(tx, ONE, ID, in_seconds(2), in_seconds(3)).await).await);
        assert_eq!(db.count("SELECT COUNT(*) FROM outbox WHERE last_error = 'no such mailbox'").await, 1);
    })
    .await;
}

#[tokio::test]
async fn the_backlog_tells_what_waits_what_failed_and_what_was_given_up() {
    on_both(async |db| {
        let backlog = async || db.read(Wall::All, async |conn| outbox::backlog(conn).await).await;
        assert_eq!(backlog().await, Backlog { pending: 0, oldest: None, tried: 0, dead: 0 });
        for (id, at) in [(5, in_seconds(7)), (6, in_seconds(3)), (7, in_seconds(1)), (8, in_seconds(0))] {
            insert(db, ONE, id, at).await;
        }
        let of = OutboxId::new;
        db.write(ONE, async |tx| outbox::lease(tx, ONE, of(5), in_seconds(8), in_seconds(9)).await).await;
        db.write(ONE, async |tx| outbox::bury(tx, ONE, of(7), in_seconds(9), "no such mailbox").await).await;
        db.write(ONE, async |tx| outbox::done(tx, ONE, of(8), in_seconds(9)).await).await;

        assert_eq!(backlog().await, Backlog { pending: 2, oldest: Some(in_seconds(3)), tried: 1, dead: 1 });
    })
    .await;
}

/// S-118: the messages of another tenant.
#[tokio::test]
async fn another_tenants_message_is_not_touched() {
    on_both(async |db| {
        insert(db, TWO, 5, NOW).await;

        assert!(!db.write(Wall::All, async |tx| outbox::lease(tx, ONE, ID, NOW, in_seconds(30)).await).await);
        db.write(Wall::All, async |tx| {
            outbox::done(tx, ONE, ID, NOW).await?;
            outbox::retry(tx, ONE, ID, in_seconds(30), "ours").await?;
            outbox::bury(tx, ONE, ID, NOW, "ours").await
        })
        .await;

        assert_eq!(ready(db, 0).await, [(5, 0)]);
        assert_eq!(db.count("SELECT COUNT(*) FROM outbox WHERE last_error IS NULL").await, 1);
    })
    .await;
}
