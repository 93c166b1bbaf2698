//! Checkpoints are read in order, whole, and by their own tenant.

use portreeve_storage::{Wall, audit_checkpoints};

use crate::{
    database::{ONE, TWO, on_both},
    rows::checkpoint,
};

#[tokio::test]
async fn checkpoints_are_read_in_order_from_a_number_on() {
    on_both(async |db| {
        db.write(ONE, async |tx| {
            for one in [checkpoint(9, 4), checkpoint(4, 0), checkpoint(20, 9)] {
                audit_checkpoints::insert(tx, ONE, &one).await?;
            }
            Ok(())
        })
        .await;

        let rest = db.read(ONE, async |conn| audit_checkpoints::from(conn, ONE, 9).await).await;

        assert_eq!(rest, [checkpoint(9, 4), checkpoint(20, 9)]);
    })
    .await;
}

#[tokio::test]
async fn a_checkpoint_is_never_written_over_another() {
    on_both(async |db| {
        db.write(ONE, async |tx| audit_checkpoints::insert(tx, ONE, &checkpoint(4, 0)).await).await;

        db.refuses(ONE, async |tx| audit_checkpoints::insert(tx, ONE, &checkpoint(4, 0)).await).await;
    })
    .await;
}

/// S-118: the checkpoints of another tenant.
#[tokio::test]
async fn another_tenants_checkpoints_are_not_read() {
    on_both(async |db| {
        db.write(TWO, async |tx| audit_checkpoints::insert(tx, TWO, &checkpoint(4, 0)).await).await;

        let seen = db.read(Wall::All, async |conn| audit_checkpoints::from(conn, ONE, 0).await).await;

        assert_eq!(seen, []);
    })
    .await;
}
