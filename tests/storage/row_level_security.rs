//! The second wall: on PostgreSQL row-level security alone keeps tenants apart, whatever a statement forgets.
//!
//! Statements here name no tenant. They are made for every table the catalogue knows, so a new table is covered, or
//! found to be open, without a word in this file. `schema_migrations` belongs to no tenant.

use std::collections::BTreeMap;

use portreeve_domain::TenantId;
use portreeve_storage::{Store, Wall};
use sqlx::{Connection as _, PgConnection};

use crate::database::{Database, NOW, ONE, TWO, begin, lasting, on_both, on_postgres};

const COLUMNS: &str = "SELECT c.relname::TEXT, a.attname::TEXT, format_type(a.atttypid, a.atttypmod) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND c.relname <> 'schema_migrations' AND a.attnum > 0 AND NOT a.attisdropped ORDER BY 1, a.attnum";

const WALLS: &str = "SELECT c.relname::TEXT, c.relrowsecurity, c.relforcerowsecurity, (SELECT COUNT(*) FROM pg_policies p WHERE p.schemaname = 'public' AND p.tablename = c.relname AND p.cmd = 'ALL'), (SELECT COUNT(*) FROM pg_policies p WHERE p.schemaname = 'public' AND p.tablename = c.relname) FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND c.relname <> 'schema_migrations' ORDER BY 1";

/// A tenant of which nobody has a row.
const THREE: TenantId = TenantId::new(3);

/// What a refusal by a policy says.
const REFUSED: &str = "row-level security policy";

/// A table with its columns and their types.
struct Table {
    name: String,
    columns: Vec<(String, String)>,
}

impl Table {
    /// The column that holds the tenant.
    fn tenant_column(&self) -> &'static str {
        if self.name == "tenants" { "id" } else { "tenant_id" }
    }

    /// An INSERT of a row of `tenant` whose every other column is made from its number too.
    fn insert(&self, tenant: TenantId) -> &'static str {
        let number = tenant.as_i64();
        let value = |column: &str, kind: &str| match kind {
            "bigint" => number.to_string(),
            "text" => format!("'{number}'"),
            "bytea" => format!("'\\x{number:02}'::BYTEA"),
            "boolean" => "FALSE".to_owned(),
            other => panic!("{}.{column} has the type {other}, which is not portable", self.name),
        };
        let names: Vec<_> = self.columns.iter().map(|(name, _)| name.as_str()).collect();
        let values: Vec<_> = self.columns.iter().map(|(name, kind)| value(name, kind)).collect();
        lasting(format!("INSERT INTO {} ({}) VALUES ({})", self.name, names.join(", "), values.join(", ")))
    }

    fn statement(&self, template: &str) -> &'static str {
        lasting(template.replace("TABLE", &self.name).replace("TENANT", self.tenant_column()))
    }
}

/// Every table of the schema with one row of `ONE` and one of `TWO`.
async fn planted(db: &Database) -> Vec<Table> {
    let columns = db
        .read(Wall::All, async |conn| {
            conn.all(COLUMNS, &[], |row| Ok((row.text(0)?, row.text(1)?, row.text(2)?))).await
        })
        .await;
    let mut tables = BTreeMap::<String, Vec<(String, String)>>::new();
    for (table, column, kind) in columns {
        tables.entry(table).or_default().push((column, kind));
    }
    let tables: Vec<_> = tables.into_iter().map(|(name, columns)| Table { name, columns }).collect();
    assert!(tables.len() >= 29, "the catalogue shows only {} tables", tables.len());

    db.write(Wall::All, async |tx| {
        for (table, tenant) in tables.iter().flat_map(|table| [(table, ONE), (table, TWO)]) {
            // The rows that come with a tenant are there already.
            let insert = lasting(format!("{} ON CONFLICT DO NOTHING", table.insert(tenant)));
            tx.execute(insert, &[]).await?;
        }
        Ok(())
    })
    .await;
    for table in &tables {
        assert_eq!(db.count(table.statement("SELECT COUNT(*) FROM TABLE")).await, 2, "{}", table.name);
    }
    tables
}

/// What a statement that names no tenant says of the wall: the rows it reached, or the refusal.
async fn run(store: &Store, statement: &'static str) -> Result<u64, String> {
    // Not committed: the next statement finds the same rows.
    let mut tx = begin(store, ONE).await;
    tx.execute(statement, &[]).await.map_err(|fault| fault.to_string())
}

/// Checks every table through a store that works for `ONE`.
async fn stands(store: &Store, tables: &[Table]) {
    for table in tables {
        let name = &table.name;
        let count = table.statement("SELECT COUNT(*) FROM TABLE WHERE TENANT <> 1");
        let foreign = begin(store, ONE).await.one(count, &[], |row| row.integer(0)).await.unwrap();
        assert_eq!(foreign, 0, "{name} shows rows of another tenant");

        let own = Ok(1);
        assert_eq!(run(store, table.statement("UPDATE TABLE SET TENANT = TENANT")).await, own, "update of {name}");
        assert_eq!(run(store, table.statement("DELETE FROM TABLE")).await, own, "delete from {name}");

        let given_away = run(store, table.statement("UPDATE TABLE SET TENANT = 3")).await;
        assert!(given_away.is_err_and(|reason| reason.contains(REFUSED)), "{name} lets a row be given away");
        let planted = run(store, table.insert(THREE)).await;
        assert!(planted.is_err_and(|reason| reason.contains(REFUSED)), "{name} takes a row of another tenant");
    }
}

/// S-118: the second wall is there for every table.
#[tokio::test]
async fn every_table_has_the_wall_and_binds_its_owner_to_it() {
    on_postgres(async |db| {
        let walls = db
            .read(Wall::All, async |conn| {
                let read = |row: &portreeve_storage::Row<'_>| {
                    Ok((row.text(0)?, row.boolean(1)?, row.boolean(2)?, row.integer(3)?, row.integer(4)?))
                };
                conn.all(WALLS, &[], read).await
            })
            .await;

        assert!(walls.len() >= 29, "the catalogue shows only {} tables", walls.len());
        for (table, enabled, forced, for_all_commands, policies) in walls {
            assert!(enabled && forced, "{table}: enabled {enabled}, forced {forced}");
            assert_eq!((for_all_commands, policies), (1, 1), "policies of {table}");
        }
    })
    .await;
}

/// S-118: the wall alone, with the predicates removed.
#[tokio::test]
async fn statements_without_a_tenant_reach_the_rows_of_their_own_tenant_only() {
    on_postgres(async |db| {
        let tables = planted(db).await;

        stands(&db.store, &tables).await;
    })
    .await;
}

/// S-118: FORCE holds for the owner of the tables as well.
#[tokio::test]
async fn the_owner_of_the_tables_is_behind_the_wall_too() {
    on_postgres(async |db| {
        let tables = planted(db).await;

        stands(&db.as_owner(), &tables).await;
    })
    .await;
}

/// S-118: a session that has named no tenant.
#[tokio::test]
async fn a_session_for_nobody_sees_nothing_and_writes_nothing() {
    on_postgres(async |db| {
        let tables = planted(db).await;

        for url in [&db.server_url, &db.owner_url] {
            let mut session = PgConnection::connect(url).await.unwrap();
            for table in &tables {
                let name = &table.name;
                let count = table.statement("SELECT COUNT(*) FROM TABLE");
                let seen: i64 = sqlx::query_scalar(count).fetch_one(&mut session).await.unwrap();
                assert_eq!(seen, 0, "{name}");
                for statement in ["UPDATE TABLE SET TENANT = TENANT", "DELETE FROM TABLE"] {
                    let done = sqlx::query(table.statement(statement)).execute(&mut session).await.unwrap();
                    assert_eq!(done.rows_affected(), 0, "{statement} of {name}");
                }
                let refused = sqlx::query(table.insert(THREE)).execute(&mut session).await;
                assert!(refused.is_err_and(|error| error.to_string().contains(REFUSED)), "insert into {name}");
            }
        }
    })
    .await;
}

/// S-118: a pooled connection that worked for another tenant before.
#[tokio::test]
async fn a_connection_that_changes_hands_reaches_its_new_tenants_rows_only() {
    on_postgres(async |db| {
        planted(db).await;
        let tenants = "SELECT COUNT(*), MIN(tenant_id), MAX(tenant_id) FROM users";
        let seen = async |wall: Wall| {
            let read = |row: &portreeve_storage::Row<'_>| Ok((row.integer(0)?, row.integer(1)?, row.integer(2)?));
            db.read(wall, async |conn| conn.one(tenants, &[], read).await).await
        };

        for _ in 0..2 {
            assert_eq!(seen(Wall::Tenant(ONE)).await, (1, 1, 1));
            assert_eq!(seen(Wall::Tenant(TWO)).await, (1, 2, 2));
            assert_eq!(seen(Wall::All).await, (2, 1, 2));
        }
    })
    .await;
}

/// The tenant's number is no prefix or pattern: 1 does not see 10 or 11.
#[tokio::test]
async fn tenants_whose_numbers_begin_alike_are_strangers() {
    on_both(async |db| {
        let eleven = TenantId::new(11);
        let jti = "INSERT INTO revoked_jtis (tenant_id, jti, expires_at) VALUES (11, 'a', $1)";
        db.write(eleven, async |tx| tx.execute(jti, &[NOW.into()]).await).await;

        let seen = db.read(ONE, async |conn| portreeve_storage::revoked_jtis::contains(conn, ONE, "a").await).await;

        assert!(!seen);
        assert_eq!(db.count("SELECT COUNT(*) FROM revoked_jtis").await, 1);
    })
    .await;
}
