//! The `jti` of a client assertion is taken once, per client and tenant (RFC 7523 §3).

use portreeve_domain::ClientId;
use portreeve_storage::client_assertions;

use crate::{
    database::{ONE, TWO, begin, on_both},
    race::winners,
    rows::{expiry, web},
};

const JTI: [u8; 32] = [1; 32];

#[tokio::test]
async fn a_jti_is_taken_once() {
    on_both(async |db| {
        assert!(db.write(ONE, async |tx| client_assertions::take(tx, ONE, &web(), &JTI, expiry()).await).await);
        assert!(!db.write(ONE, async |tx| client_assertions::take(tx, ONE, &web(), &JTI, expiry()).await).await);
        assert!(db.write(ONE, async |tx| client_assertions::take(tx, ONE, &web(), &[2; 32], expiry()).await).await);
    })
    .await;
}

/// S-118: clients and tenants do not use up each other's `jti`.
#[tokio::test]
async fn a_jti_taken_by_another_client_or_tenant_is_free() {
    on_both(async |db| {
        let other = ClientId::parse("other").unwrap();
        db.write(ONE, async |tx| client_assertions::take(tx, ONE, &web(), &JTI, expiry()).await).await;

        assert!(db.write(ONE, async |tx| client_assertions::take(tx, ONE, &other, &JTI, expiry()).await).await);
        assert!(db.write(TWO, async |tx| client_assertions::take(tx, TWO, &web(), &JTI, expiry()).await).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_who_take_one_jti_exactly_one_wins() {
    on_both(async |db| {
        let won = winners(db, async |store, _| {
            let mut tx = begin(&store, ONE).await;
            let won = client_assertions::take(&mut tx, ONE, &web(), &JTI, expiry()).await.unwrap();
            tx.commit().await.unwrap();
            won
        })
        .await;

        assert_eq!(won, 1);
    })
    .await;
}
