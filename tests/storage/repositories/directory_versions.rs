//! Every change of any tenant's directory makes one number grow.

use portreeve_domain::TenantId;
use portreeve_storage::{Wall, directory_versions};

use crate::database::{Database, ONE, TWO, on_both};

async fn current(db: &Database) -> i64 {
    db.read(Wall::All, async |conn| directory_versions::current(conn).await).await
}

#[tokio::test]
async fn a_change_of_any_tenant_makes_the_version_grow() {
    on_both(async |db| {
        let before = current(db).await;

        db.write(ONE, async |tx| directory_versions::bump(tx, ONE).await).await;
        let between = current(db).await;
        db.write(TWO, async |tx| directory_versions::bump(tx, TWO).await).await;

        assert!(before < between && between < current(db).await);
    })
    .await;
}

#[tokio::test]
async fn a_change_of_a_tenant_that_does_not_exist_is_a_fault() {
    on_both(async |db| {
        let three = TenantId::new(3);

        db.refuses(three, async |tx| directory_versions::bump(tx, three).await).await;
    })
    .await;
}

/// S-118: a tenant bumps its own version only.
#[tokio::test]
async fn another_tenants_version_is_not_touched() {
    on_both(async |db| {
        let theirs = "SELECT COUNT(*) FROM directory_version WHERE tenant_id = 2 AND version = 1";
        assert_eq!(db.count(theirs).await, 1);

        db.write(Wall::All, async |tx| directory_versions::bump(tx, ONE).await).await;

        assert_eq!(db.count(theirs).await, 1);
    })
    .await;
}
