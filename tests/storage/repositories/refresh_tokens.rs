//! A refresh token is exchanged once, and its row names the one successor (RFC 9700 §4.14.2).

use portreeve_domain::{RefreshTokenId, TokenFamily};
use portreeve_storage::{Wall, refresh_tokens};

use crate::{
    database::{Database, NOW, ONE, TWO, begin, has_won, on_both},
    race::winners,
    rows::{FAMILY, confirmation, expiry, in_seconds, plant_family, refresh_token, web},
};

const ID: RefreshTokenId = RefreshTokenId::new(5);
const NEXT: RefreshTokenId = RefreshTokenId::new(6);

/// The first one of its family, which it brings along.
async fn insert_first(db: &Database) -> TokenFamily {
    let family = plant_family(db, ONE).await;
    insert(db, 5).await;
    family
}

async fn insert(db: &Database, id: i64) {
    db.write(ONE, async |tx| refresh_tokens::insert(tx, ONE, &refresh_token(id)).await).await;
}

#[tokio::test]
async fn a_token_is_found_with_what_it_was_issued_with() {
    on_both(async |db| {
        let family = insert_first(db).await;

        let (found, its) = db.read(ONE, async |conn| refresh_tokens::find(conn, ONE, ID).await).await.unwrap();

        assert_eq!((found.id, found.family, found.client, its), (ID, FAMILY, web(), family));
        assert_eq!((found.generation, found.secret_hash, found.salt), (3, [14; 32], [15; 16]));
        assert_eq!(found.confirmation, confirmation());
        assert_eq!((found.created_at, found.expires_at), (NOW, expiry()));
        assert_eq!((found.consumed_at, found.successor, found.successor_consumed), (None, None, false));
    })
    .await;
}

#[tokio::test]
async fn a_token_is_exchanged_once_and_keeps_its_first_successor() {
    on_both(async |db| {
        insert_first(db).await;
        let (late, other) = (in_seconds(1), RefreshTokenId::new(7));

        assert!(db.claims(ONE, async |tx| refresh_tokens::consume(tx, ONE, ID, NEXT, NOW).await).await);
        assert!(!db.claims(ONE, async |tx| refresh_tokens::consume(tx, ONE, ID, other, late).await).await);

        let (found, _) = db.read(ONE, async |conn| refresh_tokens::find(conn, ONE, ID).await).await.unwrap();
        assert_eq!((found.consumed_at, found.successor), (Some(NOW), Some(NEXT)));
    })
    .await;
}

#[tokio::test]
async fn a_token_is_not_exchanged_from_its_expiry_on() {
    on_both(async |db| {
        insert_first(db).await;

        assert!(!db.claims(ONE, async |tx| refresh_tokens::consume(tx, ONE, ID, NEXT, expiry()).await).await);

        let (found, _) = db.read(ONE, async |conn| refresh_tokens::find(conn, ONE, ID).await).await.unwrap();
        assert_eq!((found.consumed_at, found.successor), (None, None));
    })
    .await;
}

#[tokio::test]
async fn a_token_tells_whether_its_successor_was_exchanged() {
    on_both(async |db| {
        insert_first(db).await;
        insert(db, 6).await;
        db.write(ONE, async |tx| refresh_tokens::consume(tx, ONE, ID, NEXT, NOW).await).await;
        let (before, _) = db.read(ONE, async |conn| refresh_tokens::find(conn, ONE, ID).await).await.unwrap();

        let third = RefreshTokenId::new(7);
        db.write(ONE, async |tx| refresh_tokens::consume(tx, ONE, NEXT, third, NOW).await).await;

        let (after, _) = db.read(ONE, async |conn| refresh_tokens::find(conn, ONE, ID).await).await.unwrap();
        assert_eq!((before.successor_consumed, after.successor_consumed), (false, true));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_who_exchange_one_token_exactly_one_wins_and_its_successor_stands() {
    on_both(async |db| {
        insert_first(db).await;

        let won = winners(db, |store, number| async move {
            let mut tx = begin(&store, ONE).await;
            let successor = RefreshTokenId::new(100 + number);
            let row = refresh_token(successor.as_i64());
            has_won(match refresh_tokens::consume(&mut tx, ONE, ID, successor, NOW).await {
                Ok(()) => {
                    refresh_tokens::insert(&mut tx, ONE, &row).await.unwrap();
                    tx.commit().await
                }
                Err(fault) => Err(fault),
            })
        })
        .await;

        assert_eq!(won, 1);
        let (found, _) = db.read(ONE, async |conn| refresh_tokens::find(conn, ONE, ID).await).await.unwrap();
        let successor = found.successor.unwrap();
        assert!(db.read(ONE, async |conn| refresh_tokens::find(conn, ONE, successor).await).await.is_some());
        assert_eq!(db.count("SELECT COUNT(*) FROM refresh_tokens").await, 2);
    })
    .await;
}

/// S-118: the refresh tokens of another tenant, also as a successor.
#[tokio::test]
async fn another_tenants_token_is_neither_found_nor_exchanged_nor_followed() {
    on_both(async |db| {
        db.write(TWO, async |tx| refresh_tokens::insert(tx, TWO, &refresh_token(6)).await).await;
        insert_first(db).await;

        assert!(db.read(Wall::All, async |conn| refresh_tokens::find(conn, ONE, NEXT).await).await.is_none());
        assert!(!db.claims(Wall::All, async |tx| refresh_tokens::consume(tx, ONE, NEXT, ID, NOW).await).await);

        let third = RefreshTokenId::new(7);
        assert!(db.claims(TWO, async |tx| refresh_tokens::consume(tx, TWO, NEXT, third, NOW).await).await);
        assert!(db.claims(ONE, async |tx| refresh_tokens::consume(tx, ONE, ID, NEXT, NOW).await).await);
        let (found, _) = db.read(Wall::All, async |conn| refresh_tokens::find(conn, ONE, ID).await).await.unwrap();
        assert!(!found.successor_consumed);
    })
    .await;
}

/// F2-06: a token that is kept lives on, unless it was exchanged, has expired, or is another tenant's.
#[tokio::test]
async fn a_kept_token_lives_on() {
    on_both(async |db| {
        insert_first(db).await;
        let until = expiry().plus(portreeve_domain::Lifetime::from_days(1));
        let keep = async |tenant, now| {
            db.claims(Wall::All, async |tx| refresh_tokens::keep(tx, tenant, ID, until, now).await).await
        };

        assert!(!keep(TWO, NOW).await);
        assert!(!keep(ONE, expiry()).await);
        assert!(keep(ONE, NOW).await);
        let (found, _) = db.read(ONE, async |conn| refresh_tokens::find(conn, ONE, ID).await).await.unwrap();
        assert_eq!((found.expires_at, found.consumed_at), (until, None));
        assert!(db.claims(ONE, async |tx| refresh_tokens::consume(tx, ONE, ID, NEXT, NOW).await).await);
        assert!(!keep(ONE, NOW).await);
    })
    .await;
}
