//! Failures are counted before the attempt is checked, for one account and one kind of factor.

use portreeve_storage::{
    Wall, factor_failures,
    factor_failures::{FactorOf, Failures},
};

use crate::{
    database::{NOW, ONE, TWO, begin, on_both},
    race::{RUNNERS, winners},
    rows::{in_seconds, user_id},
};

#[tokio::test]
async fn attempts_are_counted_per_account_and_factor() {
    on_both(async |db| {
        assert_eq!(db.write(ONE, async |tx| factor_failures::charge(tx, ONE, user_id(7), "totp", NOW).await).await, 1);
        let later = in_seconds(1);
        assert_eq!(
            db.write(ONE, async |tx| factor_failures::charge(tx, ONE, user_id(7), "totp", later).await).await,
            2
        );
        assert_eq!(db.write(ONE, async |tx| factor_failures::charge(tx, ONE, user_id(7), "pwd", NOW).await).await, 1);
        assert_eq!(db.write(ONE, async |tx| factor_failures::charge(tx, ONE, user_id(8), "totp", NOW).await).await, 1);

        let found = db.read(ONE, async |conn| factor_failures::find(conn, ONE, user_id(7), "totp").await).await;
        assert_eq!(found, Some(Failures { consecutive: 2, last_at: later }));
    })
    .await;
}

#[tokio::test]
async fn clearing_forgets_one_factor_only() {
    on_both(async |db| {
        for factor in ["totp", "pwd"] {
            db.write(ONE, async |tx| factor_failures::charge(tx, ONE, user_id(7), factor, NOW).await).await;
        }

        db.write(ONE, async |tx| factor_failures::clear(tx, ONE, user_id(7), "totp").await).await;

        let totp = db.read(ONE, async |conn| factor_failures::find(conn, ONE, user_id(7), "totp").await).await;
        let password = db.read(ONE, async |conn| factor_failures::find(conn, ONE, user_id(7), "pwd").await).await;
        assert_eq!((totp, password), (None, Some(Failures { consecutive: 1, last_at: NOW })));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_attempts_at_once_none_goes_uncounted() {
    on_both(async |db| {
        let last = i64::try_from(RUNNERS).unwrap();

        let reached = winners(db, |store, _| async move {
            let mut tx = begin(&store, ONE).await;
            let count = factor_failures::charge(&mut tx, ONE, user_id(7), "totp", NOW).await.unwrap();
            tx.commit().await.unwrap();
            count == last
        })
        .await;

        assert_eq!(reached, 1);
    })
    .await;
}

/// S-081: guesses made at once do not pass on one count: each sees those before it, also from another node.
#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_attempts_that_saw_the_same_count_one_is_counted() {
    on_both(async |db| {
        let of = FactorOf { user: user_id(7), factor: "totp" };
        for seen in [None, Some(Failures { consecutive: 1, last_at: NOW })] {
            let counted = winners(db, move |store, _| async move {
                let mut tx = begin(&store, ONE).await;
                let counted = factor_failures::charge_after(&mut tx, ONE, of, seen, NOW).await.unwrap();
                tx.commit().await.unwrap();
                counted
            })
            .await;

            assert_eq!(counted, 1, "{seen:?}");
        }
        let found = db.read(ONE, async |conn| factor_failures::find(conn, ONE, user_id(7), "totp").await).await;
        assert_eq!(found, Some(Failures { consecutive: 2, last_at: NOW }));
    })
    .await;
}

/// S-118: failures of the same account number in another tenant.
#[tokio::test]
async fn another_tenants_failures_are_neither_seen_nor_cleared() {
    on_both(async |db| {
        db.write(TWO, async |tx| factor_failures::charge(tx, TWO, user_id(7), "totp", NOW).await).await;

        let seen = db.read(Wall::All, async |conn| factor_failures::find(conn, ONE, user_id(7), "totp").await).await;
        db.write(Wall::All, async |tx| factor_failures::clear(tx, ONE, user_id(7), "totp").await).await;

        assert_eq!(seen, None);
        assert_eq!(db.write(TWO, async |tx| factor_failures::charge(tx, TWO, user_id(7), "totp", NOW).await).await, 2);
    })
    .await;
}
