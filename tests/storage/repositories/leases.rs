//! A lease has one holder; its fence grows with every taking, so that a late holder can be told.

use portreeve_domain::TenantId;
use portreeve_storage::{
    Wall,
    leases::{self, LeaseRow},
};

use crate::{
    database::{Database, NOW, ONE, TWO, begin, on_both},
    race::winners,
    rows::in_seconds,
};

/// Takes the lease `sweep` for ten seconds, `seconds` after `NOW`.
async fn take(db: &Database, tenant: TenantId, owner: &str, seconds: i64) -> Option<i64> {
    let (now, until) = (in_seconds(seconds), in_seconds(seconds + 10));
    db.write(Wall::All, async |tx| leases::take(tx, tenant, "sweep", owner, now, until).await).await
}

#[tokio::test]
async fn a_held_lease_is_renewed_by_its_holder_only() {
    on_both(async |db| {
        assert_eq!(take(db, ONE, "a", 0).await, Some(1));
        assert_eq!(take(db, ONE, "b", 5).await, None);
        assert_eq!(take(db, ONE, "a", 6).await, Some(2));
    })
    .await;
}

#[tokio::test]
async fn a_lease_that_ran_out_is_taken_with_a_higher_fence() {
    on_both(async |db| {
        take(db, ONE, "a", 0).await;

        assert_eq!(take(db, ONE, "b", 9).await, None);
        assert_eq!(take(db, ONE, "b", 10).await, Some(2));
        assert_eq!(take(db, ONE, "a", 11).await, None);
    })
    .await;
}

#[tokio::test]
async fn a_lease_is_given_back_by_its_holder_only() {
    on_both(async |db| {
        take(db, ONE, "a", 0).await;

        db.write(ONE, async |tx| leases::release(tx, ONE, "sweep", "b", NOW).await).await;
        assert_eq!(take(db, ONE, "b", 1).await, None);

        db.write(ONE, async |tx| leases::release(tx, ONE, "sweep", "a", NOW).await).await;
        assert_eq!(take(db, ONE, "b", 1).await, Some(2));
    })
    .await;
}

#[tokio::test]
async fn a_lease_that_is_given_back_for_later_is_held_until_then() {
    on_both(async |db| {
        take(db, ONE, "a", 0).await;

        db.write(ONE, async |tx| leases::release(tx, ONE, "sweep", "a", in_seconds(2)).await).await;

        assert_eq!(take(db, ONE, "b", 1).await, None);
        assert_eq!(take(db, ONE, "b", 2).await, Some(2));
    })
    .await;
}

#[tokio::test]
async fn every_lease_of_a_tenant_is_listed_with_its_end() {
    on_both(async |db| {
        take(db, TWO, "a", 0).await;
        take(db, ONE, "a", 0).await;
        db.write(ONE, async |tx| leases::release(tx, ONE, "sweep", "a", in_seconds(3)).await).await;

        let all = db.read(ONE, async |conn| leases::all(conn, ONE).await).await;

        assert_eq!(all, [LeaseRow { name: "sweep".to_owned(), until: in_seconds(3) }]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_owners_exactly_one_gets_the_lease() {
    on_both(async |db| {
        let won = winners(db, async |store, number| {
            let owner = format!("node-{number}");
            let mut tx = begin(&store, ONE).await;
            let fence = leases::take(&mut tx, ONE, "sweep", &owner, NOW, in_seconds(10)).await.unwrap();
            tx.commit().await.unwrap();
            fence.is_some()
        })
        .await;

        assert_eq!(won, 1);
    })
    .await;
}

/// S-118: a lease of the same name in another tenant.
#[tokio::test]
async fn another_tenants_lease_is_another_lease() {
    on_both(async |db| {
        take(db, TWO, "a", 0).await;

        assert_eq!(take(db, ONE, "b", 0).await, Some(1));
        db.write(Wall::All, async |tx| leases::release(tx, ONE, "sweep", "a", NOW).await).await;

        assert_eq!(take(db, TWO, "b", 1).await, None);
    })
    .await;
}

/// What is given has its owner until it is given to somebody else, at its tenant alone.
#[tokio::test]
async fn a_lease_is_given_to_whoever_is_named() {
    on_both(async |db| {
        let owner = async |tenant| db.read(Wall::All, async |conn| leases::owner(conn, tenant, "home").await).await;
        let give = async |to| db.write(Wall::All, async |tx| leases::give(tx, ONE, "home", to).await).await;
        assert_eq!(owner(ONE).await, None);

        give("a").await;
        assert_eq!((owner(ONE).await.as_deref(), owner(TWO).await), (Some("a"), None));
        give("b").await;

        assert_eq!(owner(ONE).await.as_deref(), Some("b"));
    })
    .await;
}
