//! What the database says it waits for.

use portreeve_storage::durability;

use crate::database::{Kind, on_both};

/// SQLite waits for the disk at each commit; the PostgreSQL that the tests share says that it does not.
#[tokio::test]
async fn a_database_tells_whether_commits_wait_for_the_disk() {
    on_both(async |db| {
        let doubts = durability::doubts(&db.store).await.unwrap();

        match db.kind {
            Kind::Sqlite => assert_eq!(doubts, Vec::<String>::new()),
            Kind::Postgres => assert_eq!(doubts, ["fsync=off", "synchronous_commit=off"]),
        }
    })
    .await;
}
