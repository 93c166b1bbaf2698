//! Of the keys of one type the newest is published; a revoked key stays revoked.

use portreeve_domain::{EncryptionKeyTimes, TenantId};
use portreeve_storage::{Wall, encryption_keys, encryption_keys::EncryptionKeyRow};

use crate::{
    database::{Database, NOW, ONE, TWO, on_both},
    rows::in_seconds,
};

async fn publish(db: &Database, tenant: TenantId, kid: &str, key_type: &str, seconds: i64) {
    let times = EncryptionKeyTimes { published_at: in_seconds(seconds), replaced_at: None, revoked_at: None };
    let (kid, key_type, private_sealed) = (kid.to_owned(), key_type.to_owned(), b"private".to_vec());
    let row = EncryptionKeyRow { tenant, kid, key_type, private_sealed, times };
    db.write(tenant, async |tx| encryption_keys::publish(tx, &row).await).await;
}

/// The key ids of all tenants with what happened to them.
async fn states(db: &Database) -> Vec<(String, Option<i64>, bool)> {
    let keys = db.read(Wall::All, async |conn| encryption_keys::all(conn).await).await;
    let seconds = |times: EncryptionKeyTimes| times.replaced_at.map(|at| at.since(NOW).as_seconds());
    keys.into_iter().map(|key| (key.kid, seconds(key.times), key.times.revoked_at.is_some())).collect()
}

#[tokio::test]
async fn a_new_key_takes_the_place_of_the_others_of_its_type() {
    on_both(async |db| {
        publish(db, ONE, "a", "EC", 0).await;
        publish(db, ONE, "r", "RSA", 1).await;
        publish(db, ONE, "b", "EC", 2).await;
        publish(db, ONE, "c", "EC", 3).await;

        let expected = [("a", Some(2)), ("r", None), ("b", Some(3)), ("c", None)];
        assert_eq!(states(db).await, expected.map(|(kid, replaced)| (kid.to_owned(), replaced, false)));
        let keys = db.read(Wall::All, async |conn| encryption_keys::all(conn).await).await;
        assert_eq!((keys[0].tenant, keys[0].key_type.as_str()), (ONE, "EC"));
        assert_eq!(keys[0].private_sealed, b"private");
    })
    .await;
}

/// S-118: keys of another tenant are neither replaced nor revoked.
#[tokio::test]
async fn a_key_is_revoked_once_and_in_its_tenant_alone() {
    on_both(async |db| {
        publish(db, ONE, "a", "EC", 0).await;
        publish(db, TWO, "a", "EC", 1).await;

        assert!(!db.write(Wall::All, async |tx| encryption_keys::revoke(tx, ONE, "x", NOW).await).await);
        assert!(db.write(Wall::All, async |tx| encryption_keys::revoke(tx, ONE, "a", NOW).await).await);
        assert!(!db.write(Wall::All, async |tx| encryption_keys::revoke(tx, ONE, "a", NOW).await).await);

        assert_eq!(states(db).await, [("a".to_owned(), None, true), ("a".to_owned(), None, false)]);
    })
    .await;
}
