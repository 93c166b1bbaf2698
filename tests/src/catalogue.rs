//! The schema as the database itself describes it, so that no test has a list of tables that a new one can be missing from.
//!
//! `schema_migrations` and the tables of the database's own are left out.

use portreeve_domain::Fault;
use portreeve_storage::Conn;

const SQLITE: &str = "SELECT t.name, c.name, c.type FROM sqlite_master t JOIN pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.name <> 'schema_migrations' ORDER BY t.name, c.cid";
const POSTGRES: &str = "SELECT c.relname::TEXT, a.attname::TEXT, upper(format_type(a.atttypid, a.atttypmod)) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND c.relname <> 'schema_migrations' AND a.attnum > 0 AND NOT a.attisdropped ORDER BY 1, a.attnum";

/// Which database describes itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// The embedded one.
    Sqlite,
    /// PostgreSQL.
    Postgres,
}

/// A table.
#[derive(Clone, Debug)]
pub struct Table {
    /// What it is called.
    pub name: String,
    /// Its columns with their types in capitals, in order.
    pub columns: Vec<(String, String)>,
}

impl Table {
    /// Whether it has a column of this name.
    pub fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|(name, _)| name == column)
    }
}

/// Every table, by name.
///
/// # Errors
/// A fault when the database is away.
pub async fn tables(conn: &mut Conn, dialect: Dialect) -> Result<Vec<Table>, Fault> {
    let sql = match dialect {
        Dialect::Sqlite => SQLITE,
        Dialect::Postgres => POSTGRES,
    };
    let rows = conn.all(sql, &[], |row| Ok((row.text(0)?, (row.text(1)?, row.text(2)?)))).await?;
    let mut tables = Vec::<Table>::new();
    for (name, column) in rows {
        match tables.last_mut() {
            Some(table) if table.name == name => table.columns.push(column),
            _ => tables.push(Table { name, columns: vec![column] }),
        }
    }
    Ok(tables)
}
