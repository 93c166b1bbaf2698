//! A time step is accepted once (RFC 6238 §5.2), and nobody enrols over an enrolled app.

use portreeve_domain::{TenantId, UserId};
use portreeve_storage::{
    Wall,
    totp_credentials::{self, TotpRow},
};

use crate::{
    database::{Database, NOW, ONE, TWO, begin, on_both},
    race::winners,
    rows::user_id,
};

const USER: UserId = user_id(7);

async fn enrol(db: &Database, tenant: TenantId, secret: &[u8], step: i64) -> bool {
    db.write(Wall::All, async |tx| totp_credentials::insert(tx, tenant, USER, secret, step, NOW).await).await
}

async fn advance(db: &Database, tenant: TenantId, step: i64) -> bool {
    db.write(Wall::All, async |tx| totp_credentials::advance(tx, tenant, USER, step).await).await
}

async fn found(db: &Database, tenant: TenantId) -> Option<(Vec<u8>, i64)> {
    let row = db.read(Wall::All, async |conn| totp_credentials::find(conn, tenant, USER).await).await;
    row.map(|row| (row.secret_sealed, row.last_step))
}

#[tokio::test]
async fn nobody_enrols_over_an_enrolled_app() {
    on_both(async |db| {
        assert!(enrol(db, ONE, b"first", 100).await);
        assert!(!enrol(db, ONE, b"second", 200).await);

        assert_eq!(found(db, ONE).await, Some((b"first".to_vec(), 100)));
    })
    .await;
}

#[tokio::test]
async fn a_step_is_taken_once_and_none_before_it() {
    on_both(async |db| {
        enrol(db, ONE, b"secret", 100).await;

        assert!(!advance(db, ONE, 100).await);
        assert!(advance(db, ONE, 102).await);
        assert!(!advance(db, ONE, 102).await);
        assert!(!advance(db, ONE, 101).await);

        assert_eq!(found(db, ONE).await, Some((b"secret".to_vec(), 102)));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_who_show_one_code_exactly_one_wins() {
    on_both(async |db| {
        enrol(db, ONE, b"secret", 100).await;

        let won = winners(db, async |store, _| {
            let mut tx = begin(&store, ONE).await;
            let won = totp_credentials::advance(&mut tx, ONE, USER, 101).await.unwrap();
            tx.commit().await.unwrap();
            won
        })
        .await;

        assert_eq!(won, 1);
    })
    .await;
}

#[tokio::test]
async fn a_removed_app_is_gone_and_another_may_be_enrolled() {
    on_both(async |db| {
        enrol(db, ONE, b"first", 100).await;

        assert!(db.write(ONE, async |tx| totp_credentials::delete(tx, ONE, USER).await).await);
        assert!(!db.write(ONE, async |tx| totp_credentials::delete(tx, ONE, USER).await).await);
        assert!(!advance(db, ONE, 200).await);

        assert_eq!(found(db, ONE).await, None);
        assert!(enrol(db, ONE, b"second", 50).await);
    })
    .await;
}

/// S-118: the app of the same account number in another tenant.
#[tokio::test]
async fn another_tenants_app_is_neither_found_nor_changed() {
    on_both(async |db| {
        enrol(db, TWO, b"theirs", 100).await;

        assert_eq!(found(db, ONE).await, None);
        assert!(!advance(db, ONE, 200).await);
        assert!(!db.write(Wall::All, async |tx| totp_credentials::delete(tx, ONE, USER).await).await);
        assert!(enrol(db, ONE, b"ours", 300).await);

        assert_eq!(found(db, TWO).await, Some((b"theirs".to_vec(), 100)));
    })
    .await;
}

#[tokio::test]
async fn an_app_is_replaced_only_while_it_is_the_one_that_was_seen() {
    on_both(async |db| {
        enrol(db, ONE, b"first", 100).await;
        let replace = async |tenant, old: &'static [u8]| {
            let new = TotpRow { secret_sealed: b"second".to_vec(), last_step: 7, confirmed_at: NOW };
            db.write(Wall::All, async |tx| totp_credentials::replace(tx, tenant, USER, old, &new).await).await
        };

        assert!(!replace(ONE, b"another").await);
        assert!(!replace(TWO, b"first").await);
        assert!(replace(ONE, b"first").await);
        assert!(!replace(ONE, b"first").await);

        assert_eq!(found(db, ONE).await, Some((b"second".to_vec(), 7)));
    })
    .await;
}
