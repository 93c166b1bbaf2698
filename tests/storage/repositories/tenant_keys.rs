//! The first root key of a tenant is made by one node.

use portreeve_storage::{Wall, tenant_keys};

use crate::{
    database::{NOW, ONE, TWO, begin, on_both},
    race::winners,
};

#[tokio::test]
async fn the_first_key_stands() {
    on_both(async |db| {
        assert_eq!(db.read(ONE, async |conn| tenant_keys::newest(conn, ONE).await).await, None);

        assert!(db.write(ONE, async |tx| tenant_keys::insert_first(tx, ONE, b"first", NOW).await).await);
        assert!(!db.write(ONE, async |tx| tenant_keys::insert_first(tx, ONE, b"second", NOW).await).await);

        let newest = db.read(ONE, async |conn| tenant_keys::newest(conn, ONE).await).await;
        assert_eq!(newest, Some(b"first".to_vec()));
    })
    .await;
}

#[tokio::test]
async fn the_key_with_the_highest_number_is_the_newest() {
    on_both(async |db| {
        db.write(ONE, async |tx| tenant_keys::insert_first(tx, ONE, b"first", NOW).await).await;
        let another = "INSERT INTO tenant_keys (tenant_id, id, wrapped, created_at) VALUES (1, 2, $1, 0)";
        db.write(ONE, async |tx| tx.execute(another, &[b"second".as_slice().into()]).await).await;

        let newest = db.read(ONE, async |conn| tenant_keys::newest(conn, ONE).await).await;

        assert_eq!(newest, Some(b"second".to_vec()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_nodes_exactly_one_makes_the_first_key() {
    on_both(async |db| {
        let won = winners(db, |store, number| async move {
            let mut tx = begin(&store, ONE).await;
            let won = tenant_keys::insert_first(&mut tx, ONE, &number.to_be_bytes(), NOW).await.unwrap();
            tx.commit().await.unwrap();
            won
        })
        .await;

        assert_eq!(won, 1);
    })
    .await;
}

/// S-118: the root key of another tenant.
#[tokio::test]
async fn another_tenants_key_is_not_found_and_not_in_the_way() {
    on_both(async |db| {
        db.write(TWO, async |tx| tenant_keys::insert_first(tx, TWO, b"theirs", NOW).await).await;

        assert_eq!(db.read(Wall::All, async |conn| tenant_keys::newest(conn, ONE).await).await, None);
        assert!(db.write(Wall::All, async |tx| tenant_keys::insert_first(tx, ONE, b"ours", NOW).await).await);
    })
    .await;
}
