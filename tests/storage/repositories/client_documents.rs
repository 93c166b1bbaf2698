//! A document belongs to one client and goes with it.

use portreeve_domain::{ClientMetadata, ClientOrigin, Timestamp};
use portreeve_storage::{
    Wall,
    client_documents::{self, DocumentAge},
    clients, consents,
};

use crate::{
    database::{Database, NOW, ONE, TWO, on_both},
    rows::{in_seconds, scope, user_id, web},
};

fn fetched(fetched_at: Timestamp) -> DocumentAge {
    DocumentAge { fetched_at, renew_at: fetched_at }
}

async fn plant(db: &Database) {
    db.write(ONE, async |tx| {
        clients::upsert(tx, ONE, &web(), &ClientMetadata::default(), NOW).await?;
        client_documents::put(tx, ONE, &web(), fetched(NOW)).await
    })
    .await;
}

async fn count(db: &Database) -> i64 {
    db.read(ONE, async |conn| client_documents::count(conn, ONE).await).await
}

#[tokio::test]
async fn a_document_that_is_fetched_again_takes_the_place_of_the_old_one() {
    on_both(async |db| {
        plant(db).await;

        db.write(ONE, async |tx| client_documents::put(tx, ONE, &web(), fetched(in_seconds(5))).await).await;

        let renewed = db.read(ONE, async |conn| client_documents::renew_at(conn, ONE, &web()).await).await;
        assert_eq!((renewed, count(db).await), (Some(in_seconds(5)), 1));
        let all = db.read(Wall::All, async |conn| clients::all(conn).await).await;
        assert_eq!(all.iter().map(|client| client.origin).collect::<Vec<_>>(), [ClientOrigin::Document]);
    })
    .await;
}

#[tokio::test]
async fn a_document_goes_with_its_client() {
    on_both(async |db| {
        plant(db).await;

        db.write(ONE, async |tx| clients::delete(tx, ONE, &web(), NOW).await).await;

        assert_eq!(count(db).await, 0);
    })
    .await;
}

/// S-058: who is forgotten to make room is old, was never agreed to, and was not switched off.
#[tokio::test]
async fn a_client_that_somebody_agreed_to_is_kept() {
    on_both(async |db| {
        plant(db).await;
        let idle = async |before| db.read(ONE, async |conn| client_documents::unused(conn, ONE, before).await).await;
        assert_eq!((idle(NOW).await, idle(in_seconds(1)).await), (vec![], vec![web()]));
        db.write(ONE, async |tx| clients::disable(tx, ONE, &web(), Some(NOW)).await).await;
        assert_eq!(idle(in_seconds(1)).await, vec![]);
        db.write(ONE, async |tx| clients::disable(tx, ONE, &web(), None).await).await;

        db.write(ONE, async |tx| consents::give(tx, ONE, user_id(7), &web(), &scope("openid"), NOW).await).await;

        assert_eq!(idle(in_seconds(1)).await, vec![]);
    })
    .await;
}

/// S-118: another tenant's document.
#[tokio::test]
async fn another_tenants_document_is_not_seen() {
    on_both(async |db| {
        plant(db).await;

        let seen = db
            .read(Wall::All, async |conn| {
                let count = client_documents::count(conn, TWO).await?;
                assert!(client_documents::unused(conn, TWO, in_seconds(5)).await?.is_empty());
                Ok((client_documents::renew_at(conn, TWO, &web()).await?, count))
            })
            .await;

        assert_eq!(seen, (None, 0));
    })
    .await;
}
