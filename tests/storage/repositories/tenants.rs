//! Tenants are numbered in order; the first one comes with the schema.

use portreeve_domain::{Fault, MfaPolicy, Tenant, TenantId, TenantSettings};
use portreeve_storage::{Store, Wall, directory_versions, tenants};

use crate::{
    database::{Database, NOW, ONE, TWO, begin, on_both},
    race::{RUNNERS, winners},
};

async fn all(db: &Database) -> Vec<Tenant> {
    db.read(Wall::All, async |conn| tenants::all(conn).await).await
}

async fn make(store: &Store, number: i64) -> Result<(), Fault> {
    let mut tx = begin(store, Wall::All).await;
    tenants::insert(&mut tx, &format!("t{number}"), &strict(), NOW).await?;
    tx.commit().await
}

fn strict() -> TenantSettings {
    TenantSettings { mfa: MfaPolicy::Required, registration: true, ..TenantSettings::default() }
}

#[tokio::test]
async fn a_new_tenant_gets_the_next_number_and_a_directory_version() {
    on_both(async |db| {
        let three = db.write(Wall::All, async |tx| tenants::insert(tx, "three", &strict(), NOW).await).await;

        assert_eq!(three, TenantId::new(3));
        let all = all(db).await;
        let slugs: Vec<_> = all.iter().map(|tenant| (tenant.id, tenant.slug.as_str())).collect();
        assert_eq!(slugs, [(ONE, "default"), (TWO, "two"), (three, "three")]);
        assert_eq!((&all[0].settings, &all[2].settings), (&TenantSettings::default(), &strict()));
        db.write(three, async |tx| directory_versions::bump(tx, three).await).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_tenants_made_at_once_get_a_number_each() {
    on_both(async |db| {
        let won = winners(db, async |store, number| {
            // Who waits too long on a busy machine gives up, and has made nothing.
            loop {
                match make(&store, number).await {
                    Err(fault) if fault.is_transient() => {}
                    settled => return settled.is_ok(),
                }
            }
        })
        .await;

        let numbers: Vec<_> = all(db).await.iter().map(|tenant| tenant.id.as_i64()).collect();
        assert_eq!(won, RUNNERS);
        assert_eq!(numbers, (1..=52).collect::<Vec<_>>());
    })
    .await;
}

#[tokio::test]
async fn a_slug_is_given_once() {
    on_both(async |db| {
        db.refuses(Wall::All, async |tx| tenants::insert(tx, "two", &strict(), NOW).await).await;

        assert_eq!(all(db).await.len(), 2);
    })
    .await;
}

/// S-118: a change reaches its own tenant only.
#[tokio::test]
async fn settings_and_suspension_are_changed_for_one_tenant() {
    on_both(async |db| {
        assert!(db.write(Wall::All, async |tx| tenants::update_settings(tx, ONE, &strict()).await).await);
        assert!(db.write(Wall::All, async |tx| tenants::suspend(tx, ONE, Some(NOW)).await).await);

        let changed = all(db).await;
        assert_eq!((&changed[0].settings, changed[0].suspended_at), (&strict(), Some(NOW)));
        assert_eq!((&changed[1].settings, changed[1].suspended_at), (&TenantSettings::default(), None));

        assert!(db.write(ONE, async |tx| tenants::suspend(tx, ONE, None).await).await);
        assert_eq!(all(db).await[0].suspended_at, None);
    })
    .await;
}

#[tokio::test]
async fn a_tenant_that_does_not_exist_is_not_changed() {
    on_both(async |db| {
        let three = TenantId::new(3);

        assert!(!db.write(Wall::All, async |tx| tenants::update_settings(tx, three, &strict()).await).await);
        assert!(!db.write(Wall::All, async |tx| tenants::suspend(tx, three, Some(NOW)).await).await);
    })
    .await;
}
