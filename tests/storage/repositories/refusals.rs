//! A refusal is remembered once and explained to its own tenant.

use portreeve_domain::RefusalId;
use portreeve_storage::{Wall, refusals};

use crate::{
    database::{NOW, ONE, TWO, on_both},
    rows::in_seconds,
};

const ID: RefusalId = RefusalId::new(5);

#[tokio::test]
async fn a_refusal_is_found_as_it_was_first_remembered() {
    on_both(async |db| {
        db.write(ONE, async |tx| refusals::insert(tx, ONE, ID, NOW, b"detail").await).await;
        db.write(ONE, async |tx| refusals::insert(tx, ONE, ID, in_seconds(1), b"again").await).await;

        let found = db.read(ONE, async |conn| refusals::find(conn, ONE, ID).await).await;

        assert_eq!(found, Some((NOW, b"detail".to_vec())));
    })
    .await;
}

/// S-118: the refusals of another tenant.
#[tokio::test]
async fn another_tenants_refusal_is_not_found() {
    on_both(async |db| {
        db.write(TWO, async |tx| refusals::insert(tx, TWO, ID, NOW, b"detail").await).await;

        let found = db.read(Wall::All, async |conn| refusals::find(conn, ONE, ID).await).await;

        assert_eq!(found, None);
    })
    .await;
}
