//! A pushed request is taken up in time, lives on, and is used up once, in its tenant (RFC 9126 §4).

use portreeve_domain::PushedRequestId;
use portreeve_storage::{Wall, pushed_requests};

use crate::{
    database::{NOW, ONE, TWO, begin, on_both},
    race::winners,
    rows::{expiry, in_seconds, pushed_request, web},
};

const ID: PushedRequestId = PushedRequestId::new(5);

#[tokio::test]
async fn a_pushed_request_is_found_with_what_was_stored() {
    on_both(async |db| {
        db.write(ONE, async |tx| pushed_requests::insert(tx, ONE, &pushed_request(5)).await).await;

        let found = db.read(ONE, async |conn| pushed_requests::find(conn, ONE, ID).await).await.unwrap();

        assert_eq!((found.id, found.client), (ID, web()));
        assert_eq!((found.secret_hash, found.request_sealed), ([14; 32], b"request".to_vec()));
        assert_eq!((found.created_at, found.expires_at), (NOW, expiry()));
        assert_eq!((found.taken_up_at, found.consumed_at), (None, None));
    })
    .await;
}

#[tokio::test]
async fn the_first_to_take_a_request_up_prolongs_its_life() {
    on_both(async |db| {
        db.write(ONE, async |tx| pushed_requests::insert(tx, ONE, &pushed_request(5)).await).await;
        let take_up =
            async |now, until| db.write(ONE, async |tx| pushed_requests::take_up(tx, ONE, ID, now, until).await).await;

        assert!(!take_up(expiry(), in_seconds(9000)).await);
        assert!(take_up(NOW, in_seconds(9000)).await);
        assert!(!take_up(NOW, in_seconds(9999)).await);

        let found = db.read(ONE, async |conn| pushed_requests::find(conn, ONE, ID).await).await.unwrap();
        assert_eq!((found.taken_up_at, found.expires_at), (Some(NOW), in_seconds(9000)));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_that_use_a_request_up_one_does() {
    on_both(async |db| {
        db.write(ONE, async |tx| pushed_requests::insert(tx, ONE, &pushed_request(5)).await).await;

        let won = winners(db, async |store, _| {
            let mut tx = begin(&store, ONE).await;
            let won = pushed_requests::consume(&mut tx, ONE, ID, NOW).await.unwrap();
            tx.commit().await.unwrap();
            won
        })
        .await;

        assert_eq!(won, 1);
        let found = db.read(ONE, async |conn| pushed_requests::find(conn, ONE, ID).await).await.unwrap();
        assert_eq!(found.consumed_at, Some(NOW));
    })
    .await;
}

#[tokio::test]
async fn another_tenant_has_no_such_request() {
    on_both(async |db| {
        db.write(TWO, async |tx| pushed_requests::insert(tx, TWO, &pushed_request(5)).await).await;

        assert!(db.read(Wall::All, async |conn| pushed_requests::find(conn, ONE, ID).await).await.is_none());
        assert!(!db.write(Wall::All, async |tx| pushed_requests::consume(tx, ONE, ID, NOW).await).await);
        assert!(!db.write(Wall::All, async |tx| pushed_requests::take_up(tx, ONE, ID, NOW, expiry()).await).await);
    })
    .await;
}
