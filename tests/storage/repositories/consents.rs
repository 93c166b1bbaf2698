//! A consent stands until it is withdrawn, for one person and one client.

use portreeve_domain::{ClientId, Scope};
use portreeve_storage::consents::ConsentRow;
use portreeve_storage::{Wall, consents};

use crate::{
    database::{Database, NOW, ONE, TWO, on_both},
    rows::{in_seconds, scope, user_id, web},
};

async fn given(db: &Database) -> Option<Scope> {
    db.read(ONE, async |conn| consents::find(conn, ONE, user_id(7), &web()).await).await
}

#[tokio::test]
async fn the_last_consent_counts_and_only_for_its_person_and_client() {
    on_both(async |db| {
        let (first, last) = (scope("openid"), scope("openid email"));
        db.write(ONE, async |tx| consents::give(tx, ONE, user_id(7), &web(), &first, NOW).await).await;
        db.write(ONE, async |tx| consents::give(tx, ONE, user_id(7), &web(), &last, NOW).await).await;

        let other = ClientId::parse("other").unwrap();
        assert_eq!(given(db).await, Some(last));
        assert_eq!(db.read(ONE, async |conn| consents::find(conn, ONE, user_id(8), &web()).await).await, None);
        assert_eq!(db.read(ONE, async |conn| consents::find(conn, ONE, user_id(7), &other).await).await, None);
    })
    .await;
}

#[tokio::test]
async fn a_consent_is_withdrawn_once_and_may_be_given_again() {
    on_both(async |db| {
        let openid = scope("openid");
        db.write(ONE, async |tx| consents::give(tx, ONE, user_id(7), &web(), &openid, NOW).await).await;

        assert!(db.write(ONE, async |tx| consents::withdraw(tx, ONE, user_id(7), &web(), in_seconds(1)).await).await);
        assert!(!db.write(ONE, async |tx| consents::withdraw(tx, ONE, user_id(7), &web(), in_seconds(2)).await).await);
        assert_eq!(given(db).await, None);

        db.write(ONE, async |tx| consents::give(tx, ONE, user_id(7), &web(), &openid, in_seconds(3)).await).await;
        assert_eq!(given(db).await, Some(openid));
    })
    .await;
}

/// S-118: the list of a person holds what stands of their own, newest first.
#[tokio::test]
async fn the_consents_of_a_person_are_those_that_stand() {
    on_both(async |db| {
        let client = |name: &str| ClientId::parse(name).unwrap();
        let openid = scope("openid email");
        db.write(Wall::All, async |tx| {
            consents::give(tx, ONE, user_id(7), &client("old"), &openid, NOW).await?;
            consents::give(tx, ONE, user_id(7), &client("new"), &openid, in_seconds(2)).await?;
            consents::give(tx, ONE, user_id(7), &client("gone"), &openid, NOW).await?;
            consents::withdraw(tx, ONE, user_id(7), &client("gone"), in_seconds(1)).await?;
            consents::give(tx, ONE, user_id(8), &client("theirs"), &openid, NOW).await?;
            consents::give(tx, TWO, user_id(7), &client("elsewhere"), &openid, NOW).await
        })
        .await;

        let found = db.read(Wall::All, async |conn| consents::of_user(conn, ONE, user_id(7)).await).await;

        let row = |name: &str, given_at| ConsentRow { client: client(name), scope: openid.clone(), given_at };
        assert_eq!(found, [row("new", in_seconds(2)), row("old", NOW)]);
    })
    .await;
}

/// CM-07: a client that describes itself otherwise is agreed to by nobody any more.
#[tokio::test]
async fn every_consent_given_to_a_client_is_withdrawn() {
    on_both(async |db| {
        let (openid, other) = (scope("openid"), ClientId::parse("other").unwrap());
        db.write(Wall::All, async |tx| {
            consents::give(tx, ONE, user_id(7), &web(), &openid, NOW).await?;
            consents::give(tx, ONE, user_id(8), &web(), &openid, NOW).await?;
            consents::give(tx, ONE, user_id(7), &other, &openid, NOW).await?;
            consents::give(tx, TWO, user_id(7), &web(), &openid, NOW).await
        })
        .await;

        let of_web = async || db.write(ONE, async |tx| consents::withdraw_of_client(tx, ONE, &web(), NOW).await).await;
        assert_eq!((of_web().await, of_web().await), (2, 0));

        assert_eq!(given(db).await, None);
        let kept = db.read(ONE, async |conn| consents::find(conn, ONE, user_id(7), &other).await).await;
        assert_eq!(kept, Some(openid.clone()));
        let theirs = db.read(TWO, async |conn| consents::find(conn, TWO, user_id(7), &web()).await).await;
        assert_eq!(theirs, Some(openid));
    })
    .await;
}

/// S-118: a consent given in another tenant.
#[tokio::test]
async fn another_tenants_consent_is_neither_found_nor_withdrawn() {
    on_both(async |db| {
        let openid = scope("openid");
        db.write(TWO, async |tx| consents::give(tx, TWO, user_id(7), &web(), &openid, NOW).await).await;

        let found = db.read(Wall::All, async |conn| consents::find(conn, ONE, user_id(7), &web()).await).await;
        let withdrawn =
            db.write(Wall::All, async |tx| consents::withdraw(tx, ONE, user_id(7), &web(), NOW).await).await;

        assert_eq!((found, withdrawn), (None, false));
        let kept = db.read(TWO, async |conn| consents::find(conn, TWO, user_id(7), &web()).await).await;
        assert_eq!(kept, Some(openid));
    })
    .await;
}
