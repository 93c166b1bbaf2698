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

/// S-118: the journeys of another tenant.
#[tokio::test]
async fn another_tenants_journey_is_neither_found_nor_changed() {
    on_both(async |db| {
        db.write(TWO, async |tx| journeys::insert(tx, TWO, &journey(5)).await).await;

        assert!(db.read(Wall::All, async |conn| journeys::find(conn, ONE, ID).await).await.is_none());
        assert!(!db.write(Wall::All, async |tx| journeys::update(tx, ONE, ID, 1, b"ours").await).await);
        assert!(!db.write(Wall::All, async |tx| journeys::finish(tx, ONE, ID, 1, b"ours", NOW).await).await);

        let kept = db.read(TWO, async |conn| journeys::find(conn, TWO, ID).await).await.unwrap();
        assert_eq!((kept.version, kept.facts_sealed), (1, b"facts".to_vec()));
    })
    .await;
}
