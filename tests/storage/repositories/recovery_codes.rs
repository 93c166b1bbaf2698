//! A recovery code works once, for its person, until a new set replaces it.

use std::time::Duration;

use portreeve_domain::{TenantId, UserId};
use portreeve_storage::{Wall, recovery_codes, users};

use crate::{
    database::{Database, NOW, ONE, TWO, begin, on_both},
    race::winners,
    rows::{user, user_id},
};

const USER: UserId = user_id(7);

async fn plant(db: &Database) {
    for tenant in [ONE, TWO] {
        db.write(tenant, async |tx| users::insert(tx, tenant, &user(7)).await).await;
    }
}

async fn left(db: &Database, tenant: TenantId) -> i64 {
    db.read(Wall::All, async |conn| recovery_codes::left(conn, tenant, USER).await).await
}

#[tokio::test]
async fn a_code_is_consumed_once_and_by_its_person_only() {
    on_both(async |db| {
        plant(db).await;
        db.write(ONE, async |tx| recovery_codes::replace(tx, ONE, USER, &[[1; 32], [2; 32]], NOW).await).await;

        assert!(!db.write(ONE, async |tx| recovery_codes::consume(tx, ONE, user_id(8), &[1; 32], NOW).await).await);
        assert!(!db.write(ONE, async |tx| recovery_codes::consume(tx, ONE, USER, &[3; 32], NOW).await).await);
        assert_eq!(left(db, ONE).await, 2);

        assert!(db.write(ONE, async |tx| recovery_codes::consume(tx, ONE, USER, &[1; 32], NOW).await).await);
        assert!(!db.write(ONE, async |tx| recovery_codes::consume(tx, ONE, USER, &[1; 32], NOW).await).await);
        assert_eq!(left(db, ONE).await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_new_set_kills_the_old_one() {
    on_both(async |db| {
        plant(db).await;
        db.write(ONE, async |tx| recovery_codes::replace(tx, ONE, USER, &[[1; 32], [2; 32]], NOW).await).await;

        db.write(ONE, async |tx| recovery_codes::replace(tx, ONE, USER, &[[3; 32]], NOW).await).await;

        assert!(!db.write(ONE, async |tx| recovery_codes::consume(tx, ONE, USER, &[1; 32], NOW).await).await);
        assert_eq!(left(db, ONE).await, 1);
    })
    .await;
}

/// S-082: of two sets that are made at once one is dead, and nobody has a set who is gone.
#[tokio::test]
async fn two_sets_at_once_leave_one() {
    on_both(async |db| {
        plant(db).await;
        let other = db.another_store();
        let mut first = begin(&db.store, ONE).await;
        recovery_codes::replace(&mut first, ONE, USER, &[[1; 32], [2; 32]], NOW).await.unwrap();
        let second = tokio::spawn(async move {
            let mut tx = begin(&other, ONE).await;
            recovery_codes::replace(&mut tx, ONE, USER, &[[3; 32]], NOW).await.unwrap();
            tx.commit().await.unwrap();
        });
        tokio::time::sleep(Duration::from_millis(200)).await;

        first.commit().await.unwrap();
        second.await.unwrap();

        assert_eq!(left(db, ONE).await, 1);
        let mut of_nobody = begin(&db.store, ONE).await;
        let refused = recovery_codes::replace(&mut of_nobody, ONE, user_id(9), &[[4; 32]], NOW).await;
        assert!(refused.unwrap_err().is_overtaken());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_who_consume_one_code_exactly_one_wins() {
    on_both(async |db| {
        plant(db).await;
        db.write(ONE, async |tx| recovery_codes::replace(tx, ONE, USER, &[[1; 32]], NOW).await).await;

        let won = winners(db, async |store, _| {
            let mut tx = begin(&store, ONE).await;
            let won = recovery_codes::consume(&mut tx, ONE, USER, &[1; 32], NOW).await.unwrap();
            tx.commit().await.unwrap();
            won
        })
        .await;

        assert_eq!(won, 1);
    })
    .await;
}

/// S-118: the codes of the same account number in another tenant.
#[tokio::test]
async fn another_tenants_codes_are_neither_counted_nor_consumed_nor_replaced() {
    on_both(async |db| {
        plant(db).await;
        db.write(TWO, async |tx| recovery_codes::replace(tx, TWO, USER, &[[1; 32]], NOW).await).await;

        assert_eq!(left(db, ONE).await, 0);
        assert!(!db.write(Wall::All, async |tx| recovery_codes::consume(tx, ONE, USER, &[1; 32], NOW).await).await);
        db.write(Wall::All, async |tx| recovery_codes::replace(tx, ONE, USER, &[], NOW).await).await;

        assert_eq!(left(db, TWO).await, 1);
    })
    .await;
}
