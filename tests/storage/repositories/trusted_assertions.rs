//! The `jti` of a trusted issuer's assertion is taken once, per issuer and tenant (RFC 7523 §3).

use portreeve_storage::trusted_assertions;

use crate::{
    database::{ONE, TWO, begin, on_both},
    race::winners,
    rows::expiry,
};

const ISSUER: &str = "https://idp.example";
const JTI: [u8; 32] = [1; 32];

/// S-068: replayed.
#[tokio::test]
async fn a_jti_is_taken_once_by_issuer_and_tenant() {
    on_both(async |db| {
        let take = async |tenant, issuer: &str| {
            db.write(tenant, async |tx| trusted_assertions::take(tx, tenant, issuer, &JTI, expiry()).await).await
        };

        assert!(take(ONE, ISSUER).await);
        assert!(!take(ONE, ISSUER).await);
        assert!(take(ONE, "https://other.example").await);
        assert!(take(TWO, ISSUER).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_who_take_one_jti_exactly_one_wins() {
    on_both(async |db| {
        let won = winners(db, async |store, _| {
            let mut tx = begin(&store, ONE).await;
            let won = trusted_assertions::take(&mut tx, ONE, ISSUER, &JTI, expiry()).await.unwrap();
            tx.commit().await.unwrap();
            won
        })
        .await;

        assert_eq!(won, 1);
    })
    .await;
}
