//! A user has one password hash; a rehash never undoes a change.

use portreeve_domain::{TenantId, UserId};
use portreeve_storage::{Wall, password_credentials};

use crate::{
    database::{Database, NOW, ONE, TWO, on_both},
    rows::{in_seconds, user_id},
};

const USER: UserId = user_id(7);

async fn find(db: &Database, tenant: TenantId) -> Option<Vec<u8>> {
    db.read(Wall::All, async |conn| password_credentials::find(conn, tenant, USER).await).await
}

#[tokio::test]
async fn the_last_password_set_counts() {
    on_both(async |db| {
        assert_eq!(find(db, ONE).await, None);

        db.write(ONE, async |tx| password_credentials::set(tx, ONE, USER, b"first", NOW).await).await;
        db.write(ONE, async |tx| password_credentials::set(tx, ONE, USER, b"second", in_seconds(1)).await).await;

        assert_eq!(find(db, ONE).await, Some(b"second".to_vec()));
    })
    .await;
}

#[tokio::test]
async fn a_rehash_replaces_the_hash_it_was_made_from_only() {
    on_both(async |db| {
        db.write(ONE, async |tx| password_credentials::set(tx, ONE, USER, b"first", NOW).await).await;

        assert!(db.write(ONE, async |tx| password_credentials::rehash(tx, ONE, USER, b"first", b"better").await).await);
        assert!(!db.write(ONE, async |tx| password_credentials::rehash(tx, ONE, USER, b"first", b"late").await).await);

        assert_eq!(find(db, ONE).await, Some(b"better".to_vec()));
    })
    .await;
}

/// S-118: the password of the same account number in another tenant.
#[tokio::test]
async fn another_tenants_password_is_neither_found_nor_changed() {
    on_both(async |db| {
        db.write(TWO, async |tx| password_credentials::set(tx, TWO, USER, b"theirs", NOW).await).await;

        assert_eq!(find(db, ONE).await, None);
        let rehashed =
            db.write(Wall::All, async |tx| password_credentials::rehash(tx, ONE, USER, b"theirs", b"ours").await).await;
        db.write(Wall::All, async |tx| password_credentials::set(tx, ONE, USER, b"ours", NOW).await).await;

        assert!(!rehashed);
        assert_eq!(find(db, TWO).await, Some(b"theirs".to_vec()));
    })
    .await;
}

#[tokio::test]
async fn a_password_is_taken_away_once_and_only_in_its_tenant() {
    on_both(async |db| {
        let user = user_id(9);
        db.write(ONE, async |tx| password_credentials::set(tx, ONE, user, b"hash", in_seconds(3)).await).await;
        let delete =
            async |tenant| db.write(Wall::All, async |tx| password_credentials::delete(tx, tenant, user).await).await;
        let changed_at = async |tenant| {
            db.read(Wall::All, async |conn| password_credentials::changed_at(conn, tenant, user).await).await
        };

        assert!(!delete(TWO).await);
        assert_eq!((changed_at(ONE).await, changed_at(TWO).await), (Some(in_seconds(3)), None));
        assert!(delete(ONE).await);
        assert!(!delete(ONE).await);

        assert_eq!(changed_at(ONE).await, None);
    })
    .await;
}
