//! A message is written with its change, leased by one sender at a time, and comes up again until it is done or buried.

use portreeve_domain::{OutboxId, OutboxMessage, TenantId, Timestamp};
use portreeve_storage::{
    Wall,
    outbox::{self, Backlog, OutboxLease, WaitingMessage},
};

use crate::{
    database::{Database, NOW, ONE, TWO, begin, on_both},
    race::winners,
    rows::{in_seconds, mail},
};

const ID: OutboxId = OutboxId::new(5);

async fn insert(db: &Database, tenant: TenantId, id: i64, at: Timestamp) {
    db.write(tenant, async |tx| outbox::insert(tx, tenant, OutboxId::new(id), &mail(), at).await).await;
}

/// The ids that are due `seconds` after `NOW`.
async fn ready(db: &Database, seconds: i64) -> Vec<i64> {
    let rows =
        db.read(Wall::All, async |conn| outbox::ready(conn, OutboxMessage::MAIL, in_seconds(seconds)).await).await;
    rows.iter().map(|row| row.id.as_i64()).collect()
}

/// Takes message 5 of tenant `ONE` `seconds` after `NOW`, for 30 seconds.
async fn take(db: &Database, seconds: i64) -> Option<OutboxLease> {
    let (now, until) = (in_seconds(seconds), in_seconds(seconds + 30));
    db.write(ONE, async |tx| outbox::lease(tx, ONE, ID, now, until).await).await
}

async fn pending(db: &Database) -> i64 {
    db.read(Wall::All, async |conn| outbox::pending(conn).await).await
}

#[tokio::test]
async fn a_message_is_due_at_once_for_whoever_works_for_all_tenants() {
    on_both(async |db| {
        insert(db, TWO, 5, NOW).await;

        let rows = db.read(Wall::All, async |conn| outbox::ready(conn, OutboxMessage::MAIL, NOW).await).await;

        assert_eq!((rows.len(), pending(db).await), (1, 1));
        assert_eq!((rows[0].id, rows[0].tenant), (ID, TWO));
        assert_eq!(rows[0].message().unwrap(), mail());
    })
    .await;
}

/// A message that cannot be read is handed out as any other: it is the trouble of whoever reads it.
#[tokio::test]
async fn a_message_that_cannot_be_read_does_not_hide_others() {
    on_both(async |db| {
        insert(db, ONE, 5, NOW).await;
        insert(db, ONE, 6, NOW).await;
        db.write(ONE, async |tx| tx.execute("UPDATE outbox SET message = 'pigeon' WHERE id = 5", &[]).await).await;

        let rows = db.read(Wall::All, async |conn| outbox::ready(conn, OutboxMessage::MAIL, NOW).await).await;

        assert_eq!(rows.iter().filter(|row| row.message().is_ok()).map(|row| row.id.as_i64()).collect::<Vec<_>>(), [6]);
        assert_eq!(rows.len(), 2);
    })
    .await;
}

/// BL-04: what is due of another topic is in nobody's way.
#[tokio::test]
async fn topics_are_kept_apart() {
    on_both(async |db| {
        insert(db, ONE, 5, NOW).await;
        let notice = OutboxMessage::LogoutNotice {
            client: portreeve_domain::ClientId::parse("web").unwrap(),
            user: crate::rows::user_id(7),
            sid: "sid-1".to_owned(),
        };
        db.write(ONE, async |tx| outbox::insert(tx, ONE, OutboxId::new(6), &notice, NOW).await).await;

        let notices =
            db.read(Wall::All, async |conn| outbox::ready(conn, OutboxMessage::LOGOUT_NOTICE, NOW).await).await;

        assert_eq!(ready(db, 0).await, [5]);
        assert_eq!(notices.iter().map(|row| row.message().unwrap()).collect::<Vec<_>>(), [notice]);
    })
    .await;
}

#[tokio::test]
async fn the_longest_due_come_first_and_at_most_a_hundred() {
    on_both(async |db| {
        for id in 1..=101 {
            insert(db, ONE, id, in_seconds(-id)).await;
        }

        assert_eq!(ready(db, 0).await, (2..=101).rev().collect::<Vec<_>>());
        assert_eq!(pending(db).await, 101);
    })
    .await;
}

/// BL-04: page after page everything that is due is read once, also what is due since the same moment.
#[tokio::test]
async fn what_is_due_is_read_page_by_page() {
    on_both(async |db| {
        for id in 1..=250 {
            insert(db, ONE, id, in_seconds(-(id / 150))).await;
        }
        insert(db, ONE, 251, in_seconds(1)).await;

        let mut page = db.read(Wall::All, async |conn| outbox::ready(conn, OutboxMessage::MAIL, NOW).await).await;
        let mut pages = Vec::new();
        while let Some(last) = page.last().cloned() {
            pages.push(page.iter().map(|row| row.id.as_i64()).collect::<Vec<_>>());
            page =
                db.read(Wall::All, async |conn| outbox::ready_after(conn, OutboxMessage::MAIL, NOW, &last).await).await;
        }

        assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [100, 100, 50]);
        assert_eq!(pages.concat(), (150..=250).chain(1..150).collect::<Vec<_>>());
    })
    .await;
}

#[tokio::test]
async fn a_leased_message_is_hidden_until_the_lease_runs_out() {
    on_both(async |db| {
        insert(db, ONE, 5, NOW).await;

        assert_eq!(take(db, 0).await, Some(OutboxLease { id: ID, tries: 1 }));
        assert_eq!(take(db, 1).await, None);
        assert!(ready(db, 29).await.is_empty());

        assert_eq!(ready(db, 30).await, [5]);
        assert_eq!(take(db, 30).await, Some(OutboxLease { id: ID, tries: 2 }));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_senders_exactly_one_gets_the_message() {
    on_both(async |db| {
        insert(db, ONE, 5, NOW).await;

        let won = winners(db, async |store, _| {
            let mut tx = begin(&store, ONE).await;
            let lease = outbox::lease(&mut tx, ONE, ID, NOW, in_seconds(30)).await.unwrap();
            tx.commit().await.unwrap();
            lease.is_some()
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
        let lease = take(db, 0).await.unwrap();

        assert!(db.write(ONE, async |tx| outbox::done(tx, ONE, lease, in_seconds(1)).await).await);

        assert_eq!((ready(db, 3600).await, pending(db).await), (vec![], 0));
        assert_eq!(take(db, 60).await, None);
        assert!(!db.write(ONE, async |tx| outbox::done(tx, ONE, lease, in_seconds(2)).await).await);
    })
    .await;
}

#[tokio::test]
async fn a_failed_message_comes_up_at_its_next_time() {
    on_both(async |db| {
        insert(db, ONE, 5, NOW).await;
        let lease = take(db, 0).await.unwrap();

        assert!(db.write(ONE, async |tx| outbox::retry(tx, ONE, lease, in_seconds(90), "refused").await).await);

        assert!(ready(db, 89).await.is_empty());
        assert_eq!(ready(db, 90).await, [5]);
        assert_eq!(take(db, 90).await, Some(OutboxLease { id: ID, tries: 2 }));
    })
    .await;
}

#[tokio::test]
async fn a_buried_message_is_given_up_and_keeps_its_reason() {
    on_both(async |db| {
        insert(db, ONE, 5, NOW).await;
        let lease = take(db, 0).await.unwrap();

        assert!(db.write(ONE, async |tx| outbox::bury(tx, ONE, lease, in_seconds(1), "no such mailbox").await).await);

        assert_eq!((ready(db, 3600).await, pending(db).await), (vec![], 0));
        assert_eq!(take(db, 60).await, None);
        assert_eq!(db.count("SELECT COUNT(*) FROM outbox WHERE last_error = 'no such mailbox'").await, 1);
    })
    .await;
}

/// who was so slow that another has taken the message over cannot say any more how it ended.
#[tokio::test]
async fn a_lease_that_was_taken_over_changes_nothing() {
    on_both(async |db| {
        insert(db, ONE, 5, NOW).await;
        let slow = take(db, 0).await.unwrap();
        let new = take(db, 30).await.unwrap();

        assert!(!db.write(ONE, async |tx| outbox::done(tx, ONE, slow, in_seconds(31)).await).await);
        assert!(!db.write(ONE, async |tx| outbox::retry(tx, ONE, slow, in_seconds(31), "slow").await).await);
        assert!(!db.write(ONE, async |tx| outbox::bury(tx, ONE, slow, in_seconds(31), "slow").await).await);

        assert_eq!((ready(db, 59).await, pending(db).await), (vec![], 1));
        assert_eq!(db.count("SELECT COUNT(*) FROM outbox WHERE last_error IS NULL").await, 1);
        assert!(db.write(ONE, async |tx| outbox::done(tx, ONE, new, in_seconds(32)).await).await);
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
        let take = async |id| {
            let id = OutboxId::new(id);
            db.write(ONE, async |tx| outbox::lease(tx, ONE, id, in_seconds(8), in_seconds(9)).await).await.unwrap()
        };
        let (_, unwanted, sent) = (take(5).await, take(7).await, take(8).await);
        db.write(ONE, async |tx| outbox::bury(tx, ONE, unwanted, in_seconds(9), "no such mailbox").await).await;
        db.write(ONE, async |tx| outbox::done(tx, ONE, sent, in_seconds(9)).await).await;

        assert_eq!(backlog().await, Backlog { pending: 2, oldest: Some(in_seconds(3)), tried: 1, dead: 1 });
    })
    .await;
}

/// S-118: the messages of another tenant.
#[tokio::test]
async fn another_tenants_message_is_not_touched() {
    on_both(async |db| {
        insert(db, TWO, 5, NOW).await;

        assert_eq!(db.write(Wall::All, async |tx| outbox::lease(tx, ONE, ID, NOW, in_seconds(30)).await).await, None);
        let lease = db.write(TWO, async |tx| outbox::lease(tx, TWO, ID, NOW, in_seconds(30)).await).await.unwrap();
        assert!(!db.write(Wall::All, async |tx| outbox::done(tx, ONE, lease, NOW).await).await);
        assert!(!db.write(Wall::All, async |tx| outbox::retry(tx, ONE, lease, NOW, "ours").await).await);
        assert!(!db.write(Wall::All, async |tx| outbox::bury(tx, ONE, lease, NOW, "ours").await).await);

        assert_eq!(ready(db, 30).await, [5]);
        assert_eq!(db.count("SELECT COUNT(*) FROM outbox WHERE last_error IS NULL").await, 1);
    })
    .await;
}

/// What an operator is told when mails are stuck.
#[tokio::test]
async fn the_longest_waiting_message_is_told_with_its_tries() {
    on_both(async |db| {
        let oldest = async || db.read(Wall::All, async |conn| outbox::oldest(conn, OutboxMessage::MAIL).await).await;
        assert_eq!(oldest().await, None);
        insert(db, ONE, 5, NOW).await;
        insert(db, TWO, 6, in_seconds(9)).await;
        let held = take(db, 0).await.unwrap();
        db.write(ONE, async |tx| outbox::retry(tx, ONE, held, in_seconds(99), "away").await).await;

        let expected = WaitingMessage { created_at: NOW, attempts: 1, last_error: Some("away".to_owned()) };
        assert_eq!(oldest().await, Some(expected));

        let held = take(db, 99).await.unwrap();
        db.write(ONE, async |tx| outbox::bury(tx, ONE, held, in_seconds(100), "unwanted").await).await;
        assert_eq!(oldest().await.unwrap().created_at, in_seconds(9));
    })
    .await;
}
