//! A journey changes only from the version its writer has read, and never after its end.

use portreeve_domain::{BrowserId, JourneyId};
use portreeve_storage::{Wall, journeys};

use crate::{
    database::{NOW, ONE, TWO, begin, on_both},
    race::winners,
    rows::{expiry, in_seconds, journey, web},
};

const ID: JourneyId = JourneyId::new(5);

#[tokio::test]
async fn a_journey_is_found_with_what_it_began_with() {
    on_both(async |db| {
        db.write(ONE, async |tx| journeys::insert(tx, ONE, &journey(5)).await).await;

        let found = db.read(ONE, async |conn| journeys::find(conn, ONE, ID).await).await.unwrap();

        assert_eq!((found.id, found.browser, found.client), (ID, BrowserId::new(6), web()));
        assert_eq!((found.request_sealed, found.facts_sealed), (b"request".to_vec(), b"facts".to_vec()));
        assert_eq!((found.version, found.created_at), (1, NOW));
        assert_eq!((found.expires_at, found.finished_at), (expiry(), None));
    })
    .await;
}

#[tokio::test]
async fn a_version_is_updated_once() {
    on_both(async |db| {
        db.write(ONE, async |tx| journeys::insert(tx, ONE, &journey(5)).await).await;

        assert!(db.write(ONE, async |tx| journeys::update(tx, ONE, ID, 1, b"second").await).await);
        assert!(!db.write(ONE, async |tx| journeys::update(tx, ONE, ID, 1, b"late").await).await);

        let found = db.read(ONE, async |conn| journeys::find(conn, ONE, ID).await).await.unwrap();
        assert_eq!((found.version, found.facts_sealed), (2, b"second".to_vec()));
    })
    .await;
}

#[tokio::test]
async fn a_journey_is_finished_once_and_then_left_alone() {
    on_both(async |db| {
        db.write(ONE, async |tx| journeys::insert(tx, ONE, &journey(5)).await).await;

        assert!(!db.write(ONE, async |tx| journeys::finish(tx, ONE, ID, 2, b"end", NOW).await).await);
        assert!(db.write(ONE, async |tx| journeys::finish(tx, ONE, ID, 1, b"end", NOW).await).await);
        assert!(!db.write(ONE, async |tx| journeys::finish(tx, ONE, ID, 2, b"end", in_seconds(1)).await).await);
        assert!(!db.write(ONE, async |tx| journeys::update(tx, ONE, ID, 2, b"late").await).await);

        let found = db.read(ONE, async |conn| journeys::find(conn, ONE, ID).await).await.unwrap();
        assert_eq!((found.version, found.facts_sealed, found.finished_at), (2, b"end".to_vec(), Some(NOW)));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_who_finish_one_journey_exactly_one_wins() {
    on_both(async |db| {
        db.write(ONE, async |tx| journeys::insert(tx, ONE, &journey(5)).await).await;

        let won = winners(db, async |store, _| {
            let mut tx = begin(&store, ONE).await;
            let won = journeys::finish(&mut tx, ONE, ID, 1, b"end", NOW).await.unwrap();
            tx.commit().await.unwrap();
            won
        })
        .await;

        assert_eq!(won, 1);
    })
    .await;
}

/// S-083: a code is tried as often as is allowed, used once, and gone when a newer one is expected or its time is over.
#[tokio::test]
async fn a_code_is_tried_a_few_times_and_used_once() {
    on_both(async |db| {
        db.write(ONE, async |tx| journeys::insert(tx, ONE, &journey(5)).await).await;
        let tried = async |at| db.write(ONE, async |tx| journeys::try_code(tx, ONE, ID, 2, at).await).await;
        let used = async |hash, at| db.write(ONE, async |tx| journeys::use_code(tx, ONE, ID, hash, at).await).await;
        let end = in_seconds(60);
        assert_eq!(tried(NOW).await, None, "none is expected");

        assert!(db.write(ONE, async |tx| journeys::expect_code(tx, ONE, ID, &[1; 32], end).await).await);
        assert_eq!((tried(NOW).await, tried(end).await), (Some([1; 32]), None));
        assert!(db.write(ONE, async |tx| journeys::expect_code(tx, ONE, ID, &[2; 32], end).await).await);
        assert_eq!((tried(NOW).await, tried(NOW).await, tried(NOW).await), (Some([2; 32]), Some([2; 32]), None));

        let send = async |hash| db.write(ONE, async |tx| journeys::send_code(tx, ONE, ID, hash, end).await).await;
        assert!(send(&[3; 32]).await && tried(NOW).await.is_none(), "sent again: the tries that were made count");
        assert!(send(&[2; 32]).await);

        assert!(!used(&[1; 32], NOW).await && !used(&[2; 32], end).await);
        assert!(used(&[2; 32], NOW).await && !used(&[2; 32], NOW).await);
        assert_eq!(tried(NOW).await, None, "it is used");
        assert!(db.write(ONE, async |tx| journeys::finish(tx, ONE, ID, 1, b"end", NOW).await).await);
        assert!(!db.write(ONE, async |tx| journeys::expect_code(tx, ONE, ID, &[3; 32], end).await).await);
        assert!(!send(&[3; 32]).await);
    })
    .await;
}

/// S-083: fifty guesses at once are five.
#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_tries_at_once_as_many_count_as_are_allowed() {
    on_both(async |db| {
        db.write(ONE, async |tx| journeys::insert(tx, ONE, &journey(5)).await).await;
        db.write(ONE, async |tx| journeys::expect_code(tx, ONE, ID, &[1; 32], in_seconds(60)).await).await;

        let counted = winners(db, async |store, _| {
            let mut tx = begin(&store, ONE).await;
            let tried = journeys::try_code(&mut tx, ONE, ID, 5, NOW).await.unwrap();
            tx.commit().await.unwrap();
            tried.is_some()
        })
        .await;

        assert_eq!(counted, 5);
    })
    .await;
}

/// S-118: the journeys of another tenant.
#[tokio::test]
async fn another_tenants_journey_is_neither_found_nor_changed() {
    on_both(async |db| {
        db.write(TWO, async |tx| journeys::insert(tx, TWO, &journey(5)).await).await;

        assert!(db.read(Wall::All, async |conn| journeys::find(conn, ONE, ID).await).await.is_none());
        assert!(!db.write(Wall::All, async |tx| journeys::update(tx, ONE, ID, 1, b"ours").await).await);
        assert!(!db.write(Wall::All, async |tx| journeys::finish(tx, ONE, ID, 1, b"ours", NOW).await).await);
        let end = in_seconds(60);
        assert!(!db.write(Wall::All, async |tx| journeys::expect_code(tx, ONE, ID, &[1; 32], end).await).await);
        assert!(!db.write(Wall::All, async |tx| journeys::send_code(tx, ONE, ID, &[1; 32], end).await).await);
        assert!(db.write(TWO, async |tx| journeys::expect_code(tx, TWO, ID, &[2; 32], end).await).await);
        assert!(db.write(Wall::All, async |tx| journeys::try_code(tx, ONE, ID, 5, NOW).await).await.is_none());
        assert!(!db.write(Wall::All, async |tx| journeys::use_code(tx, ONE, ID, &[2; 32], NOW).await).await);

        let kept = db.read(TWO, async |conn| journeys::find(conn, TWO, ID).await).await.unwrap();
        assert_eq!((kept.version, kept.facts_sealed), (1, b"facts".to_vec()));
    })
    .await;
}
