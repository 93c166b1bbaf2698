//! The `jti` of a client assertion is taken once, per client and tenant (RFC 7523 §3).

use portreeve_domain::{ClientId, TenantId, Timestamp};
use portreeve_storage::{Tx, client_assertions, client_assertions::UsedAssertion};

use crate::{
    database::{Database, NOW, ONE, TWO, begin, on_both},
    race::winners,
    rows::{expiry, web},
};

const JTI: [u8; 32] = [1; 32];

async fn take(tx: &mut Tx, tenant: TenantId, client: &ClientId, jti: [u8; 32], now: Timestamp) -> bool {
    let used = UsedAssertion { client, jti_hash: &jti, expires_at: expiry() };
    client_assertions::take(tx, tenant, used, now).await.unwrap()
}

async fn takes(db: &Database, jti: [u8; 32], now: Timestamp) -> bool {
    db.write(ONE, async |tx| Ok(take(tx, ONE, &web(), jti, now).await)).await
}

#[tokio::test]
async fn a_jti_is_taken_once() {
    on_both(async |db| {
        assert!(takes(db, JTI, NOW).await);
        assert!(!takes(db, JTI, NOW).await);
        assert!(takes(db, [2; 32], NOW).await);
    })
    .await;
}

/// RFC 7523 §3: a `jti` is remembered as long as its assertion would be good, and not until somebody cleans up.
#[tokio::test]
async fn a_jti_that_has_run_out_is_free_again() {
    on_both(async |db| {
        let moment = Timestamp::from_millis(expiry().as_millis() - 1);
        takes(db, JTI, NOW).await;

        assert!(!takes(db, JTI, moment).await);
        assert!(takes(db, JTI, expiry()).await);
    })
    .await;
}

/// S-118: clients and tenants do not use up each other's `jti`.
#[tokio::test]
async fn a_jti_taken_by_another_client_or_tenant_is_free() {
    on_both(async |db| {
        let other = ClientId::parse("other").unwrap();
        takes(db, JTI, NOW).await;

        assert!(db.write(ONE, async |tx| Ok(take(tx, ONE, &other, JTI, NOW).await)).await);
        assert!(db.write(TWO, async |tx| Ok(take(tx, TWO, &web(), JTI, NOW).await)).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_who_take_one_jti_exactly_one_wins() {
    on_both(async |db| {
        let won = winners(db, async |store, _| {
            let mut tx = begin(&store, ONE).await;
            let won = take(&mut tx, ONE, &web(), JTI, NOW).await;
            tx.commit().await.unwrap();
            won
        })
        .await;

        assert_eq!(won, 1);
    })
    .await;
}

/// Of fifty who find it run out, one is the first to use it again.
#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_who_take_a_jti_that_has_run_out_exactly_one_wins() {
    on_both(async |db| {
        takes(db, JTI, NOW).await;
        let won = winners(db, async |store, _| {
            let later = Timestamp::from_millis(expiry().as_millis() + 1000);
            let (client, jti) = (web(), JTI);
            let used = UsedAssertion { client: &client, jti_hash: &jti, expires_at: Timestamp::from_millis(i64::MAX) };
            let mut tx = begin(&store, ONE).await;
            let won = client_assertions::take(&mut tx, ONE, used, later).await.unwrap();
            tx.commit().await.unwrap();
            won
        })
        .await;

        assert_eq!(won, 1);
    })
    .await;
}
