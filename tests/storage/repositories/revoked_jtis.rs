//! A JWT without a row of its own is revoked by its `jti`.

use portreeve_storage::{Wall, revoked_jtis};

use crate::{
    database::{ONE, TWO, on_both},
    rows::expiry,
};

#[tokio::test]
async fn a_jti_is_revoked_once_and_known_from_then_on() {
    on_both(async |db| {
        assert!(!db.read(ONE, async |conn| revoked_jtis::contains(conn, ONE, "jti").await).await);

        assert!(db.write(ONE, async |tx| revoked_jtis::insert(tx, ONE, "jti", expiry()).await).await);
        assert!(!db.write(ONE, async |tx| revoked_jtis::insert(tx, ONE, "jti", expiry()).await).await);

        assert!(db.read(ONE, async |conn| revoked_jtis::contains(conn, ONE, "jti").await).await);
        assert!(!db.read(ONE, async |conn| revoked_jtis::contains(conn, ONE, "other").await).await);
    })
    .await;
}

/// S-118: the same `jti` in another tenant.
#[tokio::test]
async fn a_jti_revoked_by_another_tenant_still_counts_here() {
    on_both(async |db| {
        db.write(TWO, async |tx| revoked_jtis::insert(tx, TWO, "jti", expiry()).await).await;

        assert!(!db.read(Wall::All, async |conn| revoked_jtis::contains(conn, ONE, "jti").await).await);
        assert!(db.write(Wall::All, async |tx| revoked_jtis::insert(tx, ONE, "jti", expiry()).await).await);
    })
    .await;
}
