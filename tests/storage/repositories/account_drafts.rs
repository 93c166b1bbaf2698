//! What a session has begun is kept, replaced, taken once, and forgotten.

use portreeve_domain::SessionId;
use portreeve_storage::{Wall, account_drafts};

use crate::{
    database::{NOW, ONE, TWO, on_both},
    rows::{expiry, in_seconds},
};

const SESSION: SessionId = SessionId::new(5);

#[tokio::test]
async fn the_newest_draft_is_the_one_that_is_found_until_it_expires() {
    on_both(async |db| {
        db.write(ONE, async |tx| account_drafts::put(tx, ONE, SESSION, b"first", NOW).await).await;
        db.write(ONE, async |tx| account_drafts::put(tx, ONE, SESSION, b"second", expiry()).await).await;

        let found = db.read(ONE, async |conn| account_drafts::find(conn, ONE, SESSION, NOW).await).await;
        let late = db.read(ONE, async |conn| account_drafts::find(conn, ONE, SESSION, expiry()).await).await;

        assert_eq!((found, late), (Some(b"second".to_vec()), None));
    })
    .await;
}

#[tokio::test]
async fn a_draft_is_taken_once_and_only_as_it_was_seen() {
    on_both(async |db| {
        db.write(ONE, async |tx| account_drafts::put(tx, ONE, SESSION, b"draft", expiry()).await).await;
        let take = async |seen: &'static [u8], now| {
            db.write(ONE, async |tx| account_drafts::take(tx, ONE, SESSION, seen, now).await).await
        };

        assert!(!take(b"another", NOW).await);
        assert!(!take(b"draft", in_seconds(60)).await);
        assert!(take(b"draft", NOW).await);
        assert!(!take(b"draft", NOW).await);
    })
    .await;
}

/// S-118: the draft of the same session number in another tenant.
#[tokio::test]
async fn another_tenants_draft_is_neither_found_nor_taken_nor_replaced() {
    on_both(async |db| {
        db.write(TWO, async |tx| account_drafts::put(tx, TWO, SESSION, b"theirs", expiry()).await).await;

        assert_eq!(db.read(Wall::All, async |c| account_drafts::find(c, ONE, SESSION, NOW).await).await, None);
        assert!(!db.write(Wall::All, async |tx| account_drafts::take(tx, ONE, SESSION, b"theirs", NOW).await).await);
        db.write(Wall::All, async |tx| account_drafts::put(tx, ONE, SESSION, b"ours", expiry()).await).await;

        let kept = db.read(TWO, async |conn| account_drafts::find(conn, TWO, SESSION, NOW).await).await;
        assert_eq!(kept, Some(b"theirs".to_vec()));
    })
    .await;
}
