//! A recovery code works once, for its person, until a new set replaces it.

use portreeve_domain::{TenantId, UserId};
use portreeve_storage::{Wall, recovery_codes};

use crate::{
    database::{Database, NOW, ONE, TWO, begin, on_both},
    race::winners,
    rows::user_id,
};

const USER: UserId = user_id(7);

async fn left(db: &Database, tenant: TenantId) -> i64 {
    db.read(Wall::All, async |conn| recovery_codes::left(conn, tenant, USER).await).await
}

#[tokio::test]
async fn a_code_is_consumed_once_and_by_its_person_only() {
    on_both(async |db| {
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
        db.write(ONE, async |tx| recovery_codes::replace(tx, ONE, USER, &[[1; 32], [2; 32]], NOW).await).await;

        db.write(ONE, async |tx| recovery_codes::replace(tx, ONE, USER, &[[3; 32]], NOW).await).await;

        assert!(!db.write(ONE, async |tx| recovery_codes::consume(tx, ONE, USER, &[1; 32], NOW).await).await);
        assert_eq!(left(db, ONE).await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_who_consume_one_code_exactly_one_wins() {
    on_both(async |db| {
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
        db.write(TWO, async |tx| recovery_codes::replace(tx, TWO, USER, &[[1; 32]], NOW).await).await;

        assert_eq!(left(db, ONE).await, 0);
        assert!(!db.write(Wall::All, async |tx| recovery_codes::consume(tx, ONE, USER, &[1; 32], NOW).await).await);
        db.write(Wall::All, async |tx| recovery_codes::replace(tx, ONE, USER, &[], NOW).await).await;

        assert_eq!(left(db, TWO).await, 1);
    })
    .await;
}
