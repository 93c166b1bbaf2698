//! Of the keys of one algorithm one signs; a revoked key never signs again.

use portreeve_domain::{KeyTimes, TenantId};
use portreeve_storage::{Wall, signing_keys, signing_keys::SigningKeyRow};

use crate::{
    database::{Database, NOW, ONE, TWO, on_both},
    rows::{in_seconds, signing_key},
};

async fn insert(db: &Database, key: &SigningKeyRow) {
    db.write(key.tenant, async |tx| signing_keys::insert(tx, key).await).await;
}

async fn promote(db: &Database, tenant: TenantId, algorithm: &str, kid: &str) -> bool {
    db.write(Wall::All, async |tx| signing_keys::promote(tx, tenant, algorithm, kid, in_seconds(5)).await).await
}

/// The key ids of all tenants with what happened to them: activated, retired, revoked.
async fn states(db: &Database) -> Vec<(String, [bool; 3])> {
    let keys = db.read(Wall::All, async |conn| signing_keys::all(conn).await).await;
    let state = |times: KeyTimes| {
        [times.activated_at, times.retired_from_signing_at, times.revoked_at].map(|time| time.is_some())
    };
    keys.into_iter().map(|key| (key.kid, state(key.times))).collect()
}

fn state(kid: &str, state: [bool; 3]) -> (String, [bool; 3]) {
    (kid.to_owned(), state)
}

#[tokio::test]
async fn keys_are_read_oldest_first_as_they_were_added() {
    on_both(async |db| {
        let times = KeyTimes {
            published_at: in_seconds(-1),
            activated_at: Some(NOW),
            retired_from_signing_at: None,
            revoked_at: None,
        };
        insert(db, &signing_key(ONE, "a", "ES256")).await;
        insert(db, &SigningKeyRow { times, ..signing_key(ONE, "b", "RS256") }).await;

        let keys = db.read(Wall::All, async |conn| signing_keys::all(conn).await).await;

        let read: Vec<_> = keys.iter().map(|key| (key.tenant, key.kid.as_str(), key.algorithm.as_str())).collect();
        assert_eq!(read, [(ONE, "b", "RS256"), (ONE, "a", "ES256")]);
        assert_eq!((keys[0].times, keys[0].private_sealed.as_slice()), (times, b"private".as_slice()));
        assert_eq!(keys[1].times.activated_at, None);
    })
    .await;
}

#[tokio::test]
async fn a_promoted_key_takes_over_from_the_others_of_its_algorithm() {
    on_both(async |db| {
        insert(db, &signing_key(ONE, "a", "ES256")).await;
        insert(db, &signing_key(ONE, "b", "ES256")).await;
        insert(db, &signing_key(ONE, "c", "ES256")).await;
        insert(db, &signing_key(ONE, "r", "RS256")).await;

        assert!(promote(db, ONE, "RS256", "r").await);
        assert!(promote(db, ONE, "ES256", "a").await);
        assert!(!promote(db, ONE, "ES256", "a").await);
        assert!(promote(db, ONE, "ES256", "b").await);

        let expected = [
            state("a", [true, true, false]),
            state("b", [true, false, false]),
            state("c", [false, false, false]),
            state("r", [true, false, false]),
        ];
        assert_eq!(states(db).await, expected);
    })
    .await;
}

#[tokio::test]
async fn a_key_is_not_promoted_for_another_algorithm() {
    on_both(async |db| {
        insert(db, &signing_key(ONE, "a", "ES256")).await;
        insert(db, &signing_key(ONE, "r", "RS256")).await;
        promote(db, ONE, "RS256", "r").await;

        assert!(!promote(db, ONE, "RS256", "a").await);

        assert_eq!(states(db).await, [state("a", [false; 3]), state("r", [true, false, false])]);
    })
    .await;
}

#[tokio::test]
async fn a_key_is_revoked_once_and_never_signs_again() {
    on_both(async |db| {
        insert(db, &signing_key(ONE, "a", "ES256")).await;

        assert!(db.write(ONE, async |tx| signing_keys::revoke(tx, ONE, "a", NOW).await).await);
        assert!(!db.write(ONE, async |tx| signing_keys::revoke(tx, ONE, "a", NOW).await).await);
        assert!(!promote(db, ONE, "ES256", "a").await);

        assert_eq!(states(db).await, [state("a", [false, false, true])]);
    })
    .await;
}

/// S-118: the keys of another tenant, one of them under the same key id.
#[tokio::test]
async fn another_tenants_keys_are_neither_retired_nor_revoked() {
    on_both(async |db| {
        insert(db, &signing_key(ONE, "a", "ES256")).await;
        insert(db, &signing_key(TWO, "a", "ES256")).await;
        insert(db, &signing_key(TWO, "b", "ES256")).await;
        promote(db, TWO, "ES256", "b").await;

        assert!(!promote(db, ONE, "ES256", "b").await);
        assert!(promote(db, ONE, "ES256", "a").await);
        assert!(!db.write(Wall::All, async |tx| signing_keys::revoke(tx, ONE, "b", NOW).await).await);
        assert!(db.write(Wall::All, async |tx| signing_keys::revoke(tx, ONE, "a", NOW).await).await);

        let expected =
            [state("a", [true, false, true]), state("a", [false, false, false]), state("b", [true, false, false])];
        assert_eq!(states(db).await, expected);
    })
    .await;
}
