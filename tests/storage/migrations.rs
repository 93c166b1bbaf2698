//! Migrations: where a database stands, each applied once, wholly or not at all, and files that others cannot read.

use std::os::unix::fs::PermissionsExt as _;

use portreeve_storage::{
    Store, Wall,
    migrations::{SchemaState, state, up},
    tenants,
};

use crate::database::{Database, Kind, NOW, ONE, begin, on_both, on_both_empty, retried};

const ALL: [&str; 25] = [
    "0001_spine",
    "0002_row_level_security",
    "0003_scopes",
    "0004_audit_chain",
    "0005_rate_limits",
    "0006_pushed_requests",
    "0007_dpop_proofs",
    "0009_grants",
    "0010_client_registration",
    "0011_email_changes",
    "0012_encryption_keys",
    "0013_passkeys",
    "0014_account",
    "0015_account_deletions",
    "0016_factor_recoveries",
    "0017_backchannel_authentications",
    "0018_client_documents",
    "0019_terms",
    "0020_requirement_rules",
    "0021_endings",
    "0022_attributes",
    "0023_invitations",
    "0024_phone_codes",
    "0026_shut_out",
    "0027_sign_outs",
];

async fn state_of(store: &Store) -> SchemaState {
    retried(async || state(store).await).await
}

/// Runs a statement as the owner of the tables.
async fn as_owner(db: &Database, sql: &'static str) {
    let mut tx = begin(&db.as_owner(), Wall::All).await;
    tx.execute(sql, &[]).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn an_empty_database_is_brought_up_once() {
    on_both_empty(async |db| {
        let owner = db.as_owner();
        assert_eq!(state_of(&db.store).await, SchemaState::Empty);

        assert_eq!(retried(async || up(&owner, NOW).await).await, ALL);
        assert_eq!(state_of(&db.store).await, SchemaState::Current);
        assert_eq!(retried(async || up(&owner, NOW).await).await, Vec::<String>::new());
        assert_eq!(state_of(&db.store).await, SchemaState::Current);
    })
    .await;
}

#[tokio::test]
async fn the_first_tenant_comes_with_the_schema() {
    on_both_empty(async |db| {
        let owner = db.as_owner();
        retried(async || up(&owner, NOW).await).await;

        let all = db.read(Wall::All, async |conn| tenants::all(conn).await).await;

        assert_eq!(all.iter().map(|tenant| (tenant.id, tenant.slug.as_str())).collect::<Vec<_>>(), [(ONE, "default")]);
    })
    .await;
}

#[tokio::test]
async fn a_database_that_lacks_a_migration_is_behind_by_it() {
    on_both(async |db| {
        as_owner(db, "DELETE FROM schema_migrations WHERE number = 2").await;

        assert_eq!(state_of(&db.store).await, SchemaState::Behind(vec![ALL[1].to_owned()]));
    })
    .await;
}

#[tokio::test]
async fn a_database_that_a_newer_binary_has_migrated_is_ahead() {
    on_both(async |db| {
        as_owner(db, "INSERT INTO schema_migrations (number, name, applied_at) VALUES (9999, 'later', 0)").await;

        assert_eq!(state_of(&db.store).await, SchemaState::Ahead(9999));
    })
    .await;
}

#[tokio::test]
async fn a_migration_that_fails_is_named_and_nothing_of_those_before_it_is_left() {
    on_both_empty(async |db| {
        // In the way of a table that comes in one of the last migrations.
        as_owner(db, "CREATE TABLE phone_codes (stray BIGINT)").await;

        let fault = up(&db.as_owner(), NOW).await.unwrap_err();

        assert!(fault.to_string().contains("0024_phone_codes"), "{fault}");
        // The file of another program is not taken for an empty one; a schema of PostgreSQL may be shared.
        let without_ours = match db.kind {
            Kind::Sqlite => SchemaState::Foreign("phone_codes".to_owned()),
            Kind::Postgres => SchemaState::Empty,
        };
        assert_eq!(state_of(&db.store).await, without_ours);
        let tables = match db.kind {
            Kind::Sqlite => "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table'",
            Kind::Postgres => "SELECT COUNT(*) FROM pg_tables WHERE schemaname = 'public'",
        };
        assert_eq!(db.count(tables).await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_migrate_at_once_both_succeed_and_apply_each_migration_once() {
    on_both_empty(async |db| {
        let another = match db.kind {
            Kind::Sqlite => db.another_store(),
            Kind::Postgres => db.as_owner(),
        };
        let one = db.as_owner();

        let (mut applied, by_another) =
            tokio::join!(retried(async || up(&one, NOW).await), retried(async || up(&another, NOW).await));

        applied.extend(by_another);
        applied.sort();
        assert_eq!(applied, ALL);
        assert_eq!(state_of(&db.store).await, SchemaState::Current);
    })
    .await;
}

#[tokio::test]
async fn the_files_of_sqlite_are_readable_by_their_owner_only() {
    let db = Database::empty(Kind::Sqlite);
    db.migrate().await;

    let mut modes: Vec<_> = std::fs::read_dir(db.folder.path())
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), entry.metadata().unwrap().permissions().mode() & 0o777))
        .collect();

    modes.sort();
    let expected = ["portreeve.db", "portreeve.db-shm", "portreeve.db-wal"].map(|name| (name.to_owned(), 0o600));
    assert_eq!(modes, expected);
}
