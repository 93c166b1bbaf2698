//! Where a database is at home, and that a copy of it is not.

use portreeve_storage::{
    Store,
    home::{self, Home},
};
use portreeve_tests::postgres::{self, PostgresUrls};

use crate::database::{Database, Kind, on_both, on_postgres};

fn urls(db: &Database) -> PostgresUrls {
    PostgresUrls {
        owner_url: db.owner_url.clone(),
        server_url: db.server_url.clone(),
        durability: postgres::Durability::Off,
    }
}

/// A copy as an operator makes it and puts it elsewhere.
fn copy(db: &Database) -> Store {
    match db.kind {
        Kind::Sqlite => {
            let path = db.folder.path().join("copy.db");
            assert!(db.store.copy_to(&path).unwrap());
            Store::open(&format!("sqlite:{}", path.display())).unwrap()
        }
        Kind::Postgres => Store::open(&postgres::restored(&postgres::dump(&urls(db))).server_url).unwrap(),
    }
}

/// a copy knows that it is one until it is made a home; the original stays at home.
#[tokio::test]
async fn a_copy_is_not_at_home() {
    on_both(async |db| {
        assert_eq!(home::find(&db.store).await.unwrap(), Home::Unsettled);
        home::settle(&db.store).await.unwrap();
        assert_eq!(home::find(&db.another_store()).await.unwrap(), Home::Here);

        let copy = copy(db);

        assert_eq!(home::find(&copy).await.unwrap(), Home::Elsewhere);
        assert_eq!(home::find(&db.store).await.unwrap(), Home::Here);
        home::settle(&copy).await.unwrap();
        assert_eq!(home::find(&copy).await.unwrap(), Home::Here);
    })
    .await;
}

/// A role that is not told which cluster it is in still knows its database.
#[tokio::test]
async fn a_database_is_known_without_its_cluster() {
    on_postgres(async |db| {
        let superuser = Store::open(&postgres::superuser_url(&urls(db))).unwrap();
        let mut tx = superuser.begin(portreeve_storage::Wall::All).await.unwrap();
        tx.execute("REVOKE EXECUTE ON FUNCTION pg_catalog.pg_control_system() FROM PUBLIC", &[]).await.unwrap();
        tx.commit().await.unwrap();

        home::settle(&db.store).await.unwrap();

        assert_eq!(home::find(&db.store).await.unwrap(), Home::Here);
        assert_eq!(home::find(&copy(db)).await.unwrap(), Home::Elsewhere);
    })
    .await;
}
