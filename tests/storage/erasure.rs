//! What is left of somebody who was erased.
//!
//! Every table is asked of the catalogue: one that refers to people is filled in for two of them, one is erased, and nothing
//! of that one may be left but what stands here with its reason. SECURITY S-149.

use std::collections::BTreeSet;

use portreeve_domain::TenantId;
use portreeve_storage::{Wall, users};
use portreeve_tests::catalogue::{self, Dialect, Table};

use crate::{
    database::{Database, Kind, NOW, ONE, TWO, lasting, on_both},
    rows::user_id,
};

/// Tables that keep a row under the random number of somebody who was erased.
const KEEP: [&str; 4] = [
    // Revoked, and swept a day after it has expired.
    "access_tokens",
    // The key is destroyed, and the row says that it is.
    "subject_keys",
    // Revoked and bare, and swept when the last token of it has expired.
    "token_families",
    // Bare, so that the subject is never given to somebody else.
    "users",
];

/// Columns of tables without people that are found by what somebody knows, or by a pseudonym.
const NOT_OF_PEOPLE: [(&str, &str); 3] = [
    // A code that a device shows.
    ("device_authorizations", "user_code_index"),
    // An invitation may be nobody's. That of an erased person's address is taken back by `invitations::revoke`.
    ("invitations", "email_index"),
    // The log names people by a pseudonym alone, and stays whole.
    ("events", "subject_pseudonym"),
];

/// The column by which rows of a table belong to a person; a draft belongs to a session, as which both people's are numbered.
fn owner(table: &Table) -> Option<&'static str> {
    match table.name.as_str() {
        "users" => Some("id"),
        "account_drafts" => Some("session_id"),
        _ => table.has("user_id").then_some("user_id"),
    }
}

/// Puts a row of the person with this number in a tenant into a table; every column holds something.
async fn plant(db: &Database, table: &Table, tenant: TenantId, number: u8) {
    let blob = |bytes: &[u8]| {
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        match db.kind {
            Kind::Sqlite => format!("X'{hex}'"),
            Kind::Postgres => format!("'\\x{hex}'::BYTEA"),
        }
    };
    let value = |(column, kind): &(String, String)| match (column.as_str(), kind.as_str()) {
        ("tenant_id", _) => tenant.as_i64().to_string(),
        ("erased_at" | "destroyed_at", _) => "NULL".to_owned(),
        ("user_id", _) => blob(user_id(number).as_bytes()),
        ("id", "BYTEA") => blob(user_id(number).as_bytes()),
        (_, "BYTEA") => blob(&[number; 32]),
        (_, "TEXT") => format!("'{number}'"),
        (_, "BOOLEAN") => "TRUE".to_owned(),
        (_, "BIGINT" | "INTEGER") => session(tenant, number).to_string(),
        (column, other) => panic!("{}.{column} has the type {other}, which is not portable", table.name),
    };
    let names: Vec<_> = table.columns.iter().map(|(name, _)| name.as_str()).collect();
    let values: Vec<_> = table.columns.iter().map(value).collect();
    let sql = format!("INSERT INTO {} ({}) VALUES ({})", table.name, names.join(", "), values.join(", "));
    db.write(tenant, async |tx| tx.execute(lasting(sql), &[]).await).await;
}

/// The number of a person's one session, and of every other row: among all tenants, as such numbers are.
fn session(tenant: TenantId, number: u8) -> i64 {
    100 * tenant.as_i64() + i64::from(number)
}

/// How many rows of a table belong to the person with this number in a tenant.
async fn count(db: &Database, table: &Table, tenant: TenantId, number: u8) -> i64 {
    let column = owner(table).unwrap();
    let sql = lasting(format!("SELECT COUNT(*) FROM {} WHERE tenant_id = $1 AND {column} = $2", table.name));
    let user = user_id(number);
    let id = if column == "session_id" { session(tenant, number).into() } else { (&user).into() };
    db.read(tenant, async |conn| conn.one(sql, &[tenant.into(), id], |row| row.integer(0)).await).await
}

async fn tables(db: &Database) -> Vec<Table> {
    let dialect = match db.kind {
        Kind::Sqlite => Dialect::Sqlite,
        Kind::Postgres => Dialect::Postgres,
    };
    let tables = db.read(Wall::All, async |conn| catalogue::tables(conn, dialect).await).await;
    assert!(tables.len() > 30, "the catalogue shows only {} tables", tables.len());
    tables
}

/// S-118, S-149: a table that is added later and refers to people fails here until an erased one leaves nothing in it.
#[tokio::test]
async fn nothing_in_any_table_is_left_of_an_erased_person_but_what_is_listed() {
    on_both(async |db| {
        let of_people: Vec<_> = tables(db).await.into_iter().filter(|table| owner(table).is_some()).collect();
        assert!(of_people.len() >= 16, "only {} tables refer to people", of_people.len());
        for table in &of_people {
            for (tenant, number) in [(ONE, 7), (ONE, 8), (TWO, 7)] {
                plant(db, table, tenant, number).await;
            }
        }

        assert!(db.write(Wall::All, async |tx| users::erase(tx, ONE, user_id(7), NOW).await).await);

        let mut kept = BTreeSet::new();
        for table in &of_people {
            assert_eq!(count(db, table, ONE, 8).await, 1, "{}: somebody else's", table.name);
            assert_eq!(count(db, table, TWO, 7).await, 1, "{}: another tenant's", table.name);
            if count(db, table, ONE, 7).await > 0 {
                kept.insert(table.name.as_str());
            }
        }
        assert_eq!(kept, BTreeSet::from(KEEP));
    })
    .await;
}

/// S-149: what is kept says nothing: no ciphertext and no index of it is left.
#[tokio::test]
async fn what_is_kept_of_an_erased_person_is_bare() {
    on_both(async |db| {
        let tables = tables(db).await;
        for table in tables.iter().filter(|table| owner(table).is_some()) {
            plant(db, table, ONE, 7).await;
        }

        db.write(ONE, async |tx| users::erase(tx, ONE, user_id(7), NOW).await).await;

        for table in tables.iter().filter(|table| KEEP.contains(&table.name.as_str())) {
            // The key itself is destroyed by `subject_keys::destroy`.
            for (column, _) in
                table.columns.iter().filter(|(name, _)| names_somebody(name) || name.ends_with("_sealed"))
            {
                let sql = lasting(format!("SELECT COUNT(*) FROM {} WHERE {column} IS NOT NULL", table.name));
                assert_eq!(db.count(sql).await, 0, "{}.{column}", table.name);
            }
        }
        let facts = "SELECT COUNT(*) FROM token_families WHERE grant_facts = '7'";
        assert_eq!(db.count(facts).await, 0);
    })
    .await;
}

/// S-149: whatever a row can be found by that was made of somebody's address, name or number is in a table that is erased.
#[tokio::test]
async fn every_index_is_of_a_table_that_is_erased() {
    on_both(async |db| {
        let mut others = BTreeSet::new();
        for table in tables(db).await.iter().filter(|table| owner(table).is_none()) {
            for (column, _) in table.columns.iter().filter(|(name, _)| names_somebody(name)) {
                others.insert((table.name.clone(), column.clone()));
            }
        }

        let listed = NOT_OF_PEOPLE.map(|(table, column)| (table.to_owned(), column.to_owned()));
        assert_eq!(others, BTreeSet::from(listed));
    })
    .await;
}

/// Whether a column of this name is a blind index or a pseudonym.
fn names_somebody(column: &str) -> bool {
    column.ends_with("_index") || column.ends_with("_pseudonym")
}
