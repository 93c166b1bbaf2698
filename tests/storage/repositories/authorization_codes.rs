//! A code is used once, by one, in time, in its tenant (RFC 6749 §4.1.2).

use portreeve_domain::CodeId;
use portreeve_storage::{Wall, authorization_codes, authorization_codes::CodeRow};

use crate::{
    database::{NOW, ONE, TWO, begin, has_won, on_both},
    race::winners,
    rows::{FAMILY, code, confirmation, expiry, in_seconds, plant_family, web},
};

const ID: CodeId = CodeId::new(5);

#[tokio::test]
async fn a_code_is_found_with_what_it_was_issued_with() {
    on_both(async |db| {
        let family = plant_family(db, ONE).await;
        db.write(ONE, async |tx| authorization_codes::insert(tx, ONE, &code(5)).await).await;

        let (found, its) = db.read(ONE, async |conn| authorization_codes::find(conn, ONE, ID).await).await.unwrap();

        assert_eq!((found.id, found.family, found.client, its), (ID, FAMILY, web(), family));
        assert_eq!(found.secret_hash, [9; 32]);
        assert_eq!((found.redirect_uri.as_str(), found.redirect_uri_was_sent), ("https://web.example/callback", true));
        assert_eq!((found.code_challenge.as_deref(), found.key), (Some("challenge"), confirmation().key));
        assert_eq!((found.created_at, found.expires_at, found.consumed_at), (NOW, expiry(), None));
    })
    .await;
}

#[tokio::test]
async fn a_code_without_challenge_and_without_named_redirect_uri_stays_so() {
    on_both(async |db| {
        let bare = CodeRow { redirect_uri_was_sent: false, code_challenge: None, key: None, ..code(5) };
        plant_family(db, ONE).await;
        db.write(ONE, async |tx| authorization_codes::insert(tx, ONE, &bare).await).await;

        let (found, _) = db.read(ONE, async |conn| authorization_codes::find(conn, ONE, ID).await).await.unwrap();

        assert_eq!((found.redirect_uri_was_sent, found.code_challenge, found.key), (false, None, None));
    })
    .await;
}

#[tokio::test]
async fn a_code_is_consumed_once_and_stays_to_be_recognised() {
    on_both(async |db| {
        plant_family(db, ONE).await;
        db.write(ONE, async |tx| authorization_codes::insert(tx, ONE, &code(5)).await).await;

        assert!(db.claims(ONE, async |tx| authorization_codes::consume(tx, ONE, ID, NOW).await).await);
        assert!(!db.claims(ONE, async |tx| authorization_codes::consume(tx, ONE, ID, in_seconds(1)).await).await);

        let (found, _) = db.read(ONE, async |conn| authorization_codes::find(conn, ONE, ID).await).await.unwrap();
        assert_eq!(found.consumed_at, Some(NOW));
    })
    .await;
}

#[tokio::test]
async fn a_code_is_not_consumed_from_its_expiry_on() {
    on_both(async |db| {
        plant_family(db, ONE).await;
        db.write(ONE, async |tx| authorization_codes::insert(tx, ONE, &code(5)).await).await;

        assert!(!db.claims(ONE, async |tx| authorization_codes::consume(tx, ONE, ID, expiry()).await).await);

        let (found, _) = db.read(ONE, async |conn| authorization_codes::find(conn, ONE, ID).await).await.unwrap();
        assert_eq!(found.consumed_at, None);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_who_consume_one_code_exactly_one_wins() {
    on_both(async |db| {
        db.write(ONE, async |tx| authorization_codes::insert(tx, ONE, &code(5)).await).await;

        let won = winners(db, async |store, _| {
            let mut tx = begin(&store, ONE).await;
            has_won(match authorization_codes::consume(&mut tx, ONE, ID, NOW).await {
                Ok(()) => tx.commit().await,
                Err(fault) => Err(fault),
            })
        })
        .await;

        assert_eq!(won, 1);
    })
    .await;
}

/// S-118: the codes of another tenant.
#[tokio::test]
async fn another_tenants_code_is_neither_found_nor_consumed() {
    on_both(async |db| {
        db.write(TWO, async |tx| authorization_codes::insert(tx, TWO, &code(5)).await).await;

        assert!(db.read(Wall::All, async |conn| authorization_codes::find(conn, ONE, ID).await).await.is_none());
        assert!(!db.claims(Wall::All, async |tx| authorization_codes::consume(tx, ONE, ID, NOW).await).await);

        assert!(db.claims(TWO, async |tx| authorization_codes::consume(tx, TWO, ID, NOW).await).await);
    })
    .await;
}
