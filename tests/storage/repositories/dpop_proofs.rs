//! A DPoP proof is taken once, in its tenant (RFC 9449 §11.1).

use portreeve_storage::dpop_proofs;

use crate::{
    database::{ONE, TWO, begin, on_both},
    race::winners,
    rows::expiry,
};

const FINGERPRINT: [u8; 32] = [1; 32];

#[tokio::test]
async fn a_proof_is_taken_once() {
    on_both(async |db| {
        assert!(db.write(ONE, async |tx| dpop_proofs::take(tx, ONE, &FINGERPRINT, expiry()).await).await);
        assert!(!db.write(ONE, async |tx| dpop_proofs::take(tx, ONE, &FINGERPRINT, expiry()).await).await);
        assert!(db.write(ONE, async |tx| dpop_proofs::take(tx, ONE, &[2; 32], expiry()).await).await);
    })
    .await;
}

/// S-118: tenants do not use up each other's proofs.
#[tokio::test]
async fn a_proof_taken_in_another_tenant_is_free() {
    on_both(async |db| {
        db.write(ONE, async |tx| dpop_proofs::take(tx, ONE, &FINGERPRINT, expiry()).await).await;

        assert!(db.write(TWO, async |tx| dpop_proofs::take(tx, TWO, &FINGERPRINT, expiry()).await).await);
    })
    .await;
}

/// S-062: of many nodes at once one accepts the proof.
#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_who_take_one_proof_exactly_one_wins() {
    on_both(async |db| {
        let won = winners(db, async |store, _| {
            let mut tx = begin(&store, ONE).await;
            let won = dpop_proofs::take(&mut tx, ONE, &FINGERPRINT, expiry()).await.unwrap();
            tx.commit().await.unwrap();
            won
        })
        .await;

        assert_eq!(won, 1);
    })
    .await;
}
