//! A person has one key; destroyed, it is gone for good.

use portreeve_domain::{TenantId, UserId};
use portreeve_storage::{Wall, subject_keys};

use crate::{
    database::{Database, NOW, ONE, TWO, on_both},
    rows::user_id,
};

const USER: UserId = user_id(7);

async fn find(db: &Database, tenant: TenantId) -> Option<Vec<u8>> {
    db.read(Wall::All, async |conn| subject_keys::find(conn, tenant, USER).await).await
}

#[tokio::test]
async fn a_key_is_found_until_it_is_destroyed_once() {
    on_both(async |db| {
        db.write(ONE, async |tx| subject_keys::insert(tx, ONE, USER, b"wrapped", NOW).await).await;
        assert_eq!(find(db, ONE).await, Some(b"wrapped".to_vec()));

        assert!(db.write(ONE, async |tx| subject_keys::destroy(tx, ONE, USER, NOW).await).await);
        assert!(!db.write(ONE, async |tx| subject_keys::destroy(tx, ONE, USER, NOW).await).await);

        assert_eq!(find(db, ONE).await, None);
        assert_eq!(db.count("SELECT COUNT(*) FROM subject_keys WHERE wrapped IS NOT NULL").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_key_is_never_replaced_not_even_a_destroyed_one() {
    on_both(async |db| {
        db.write(ONE, async |tx| subject_keys::insert(tx, ONE, USER, b"first", NOW).await).await;
        db.refuses(ONE, async |tx| subject_keys::insert(tx, ONE, USER, b"second", NOW).await).await;
        assert_eq!(find(db, ONE).await, Some(b"first".to_vec()));

        db.write(ONE, async |tx| subject_keys::destroy(tx, ONE, USER, NOW).await).await;
        db.refuses(ONE, async |tx| subject_keys::insert(tx, ONE, USER, b"third", NOW).await).await;
    })
    .await;
}

/// S-118: the key of the same account number in another tenant.
#[tokio::test]
async fn another_tenants_key_is_neither_found_nor_destroyed() {
    on_both(async |db| {
        db.write(TWO, async |tx| subject_keys::insert(tx, TWO, USER, b"theirs", NOW).await).await;

        assert_eq!(find(db, ONE).await, None);
        assert!(!db.write(Wall::All, async |tx| subject_keys::destroy(tx, ONE, USER, NOW).await).await);

        assert_eq!(find(db, TWO).await, Some(b"theirs".to_vec()));
    })
    .await;
}
