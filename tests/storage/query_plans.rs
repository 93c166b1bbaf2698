//! No statement walks through a table unless it wants all of it.
//!
//! Every statement of every repository is planned by both databases: those for codes, tokens, sessions, journeys and
//! browsers as well as the rare ones. A statement that scans must stand in `WANTS_EVERYTHING`. An index that narrows by
//! nothing but the tenant is no help either: that walks through all the tenant has.

use portreeve_storage::{Tx, Value};

use crate::{
    database::{Kind, ONE, begin, lasting, on_both},
    sources::{Statement, repositories},
};

/// Statements that read a whole small table (the directory), or count or clean up beside the hot path.
const WANTS_EVERYTHING: [&str; 24] = [
    "attributes::ALL",
    "audit_chains::DUE",
    "audit_chains::OLDEST_UNSIGNED",
    "clients::ALL",
    "clients::ALL_SECRETS",
    "directory_versions::SUM",
    "encryption_keys::ALL",
    "events::UNSEALED_OF_ALL",
    "expiry::REFUSALS",
    "outbox::BACKLOG",
    "outbox::OLDEST",
    "outbox::PENDING",
    "requirement_rules::ALL",
    "resource_servers::ALL",
    "restorations::APPS",
    "restorations::KEYED",
    "restorations::NUMBERED",
    "restorations::REQUESTS",
    "scopes::ALL",
    "signing_keys::ALL",
    "tenants::ALL",
    "terms::ALL",
    "trusted_issuers::ALL",
    "tenants::NEXT_ID",
];

/// Statements for tables, or partial indexes, with a handful of rows a tenant.
const WANTS_ITS_TENANT: [&str; 15] = [
    "audit_chains::ADVANCE",
    "audit_chains::FIND",
    "client_documents::COUNT",
    "client_registrations::COUNT",
    "directory_versions::BUMP",
    "encryption_keys::REPLACE",
    "events::UNSEALED",
    "invitations::STANDING",
    "leases::ALL",
    "signing_keys::RETIRE",
    "tenant_keys::NEWEST",
    "tenants::TAKE_TURN",
    "users::ADMIN",
    "users::HOLD_ADMINS",
    "users::OTHER_ADMIN",
];

/// Walks through the batch that it picked by an index; has a test of its own.
const SEAL: &str = "events::SEAL";

/// Statements of the hot path: they must be among those that are planned.
const HOT: [&str; 20] = [
    "access_tokens::FIND",
    "account_states::FIND",
    "authorization_codes::CONSUME",
    "authorization_codes::FIND",
    "browsers::FIND",
    "journeys::FIND",
    "journeys::FINISH",
    "journeys::UPDATE",
    "mailed_links::CONSUME",
    "outbox::LEASE",
    "outbox::READY",
    "pushed_requests::CONSUME",
    "pushed_requests::FIND",
    "refresh_tokens::CONSUME",
    "refresh_tokens::FIND",
    "sessions::FIND",
    "sessions::OF_BROWSER",
    "standing::FIND",
    "token_families::FIND",
    "users::COLUMNS_BY_EMAIL",
];

/// The statements that have rows to find. An INSERT of values has none.
fn searching() -> Vec<Statement> {
    let all: Vec<_> = repositories().iter().flat_map(|repository| repository.statements()).collect();
    let is_planned = |name: &&str| all.iter().any(|statement| statement.name == **name);
    assert_eq!(HOT.iter().filter(|name| !is_planned(name)).collect::<Vec<_>>(), Vec::<&&str>::new());
    assert_eq!(WANTS_EVERYTHING.iter().filter(|name| !is_planned(name)).collect::<Vec<_>>(), Vec::<&&str>::new());

    all.into_iter()
        .filter(|statement| !statement.sql.starts_with("INSERT "))
        .filter(|statement| !WANTS_EVERYTHING.contains(&statement.name.as_str()) && statement.name != SEAL)
        .collect()
}

/// The plan as SQLite tells it, one line a step.
async fn sqlite_plan(tx: &mut Tx, statement: &Statement) -> Vec<String> {
    let explain = lasting(format!("EXPLAIN QUERY PLAN {}", statement.sql));
    let nulls = vec![Value::Integer(None); statement.parameters()];
    tx.all(explain, &nulls, |row| row.text(3)).await.unwrap()
}

/// The plan as PostgreSQL tells it for any values, with table scans allowed only where nothing else can be done.
async fn postgres_plan(tx: &mut Tx, statement: &Statement) -> Vec<String> {
    let name = statement.name.replace("::", "_");
    tx.execute("SET LOCAL enable_seqscan = off", &[]).await.unwrap();
    tx.execute("SET LOCAL plan_cache_mode = force_generic_plan", &[]).await.unwrap();
    tx.execute(lasting(format!("PREPARE {name} AS {}", statement.sql)), &[]).await.unwrap();
    let nulls = vec!["NULL"; statement.parameters()].join(", ");
    let values = if nulls.is_empty() { nulls } else { format!("({nulls})") };
    let plan = tx.all(lasting(format!("EXPLAIN EXECUTE {name}{values}")), &[], |row| row.text(0)).await.unwrap();
    tx.execute(lasting(format!("DEALLOCATE {name}")), &[]).await.unwrap();
    plan
}

/// Whether SQLite goes by an index and by more than the tenant in it.
fn sqlite_searches(plan: &[String], by_tenant_suffices: bool) -> bool {
    let whole_tenant = |step: &String| step.ends_with("(tenant_id=?)") && !by_tenant_suffices;
    plan.iter().any(|step| step.starts_with("SEARCH "))
        && !plan.iter().any(|step| step.starts_with("SCAN ") || whole_tenant(step))
}

/// Whether PostgreSQL does. An index walked from end to end has no condition.
fn postgres_searches(plan: &[String], by_tenant_suffices: bool) -> bool {
    let whole_tenant = |step: &String| step.trim().starts_with("Index Cond: (tenant_id = $") && !by_tenant_suffices;
    plan.iter().any(|step| step.contains("Index Cond:"))
        && !plan.iter().any(|step| step.contains("Seq Scan") || whole_tenant(step))
}

#[tokio::test]
async fn every_statement_that_does_not_want_a_whole_table_goes_by_an_index() {
    on_both(async |db| {
        let mut slow = Vec::new();
        for statement in searching() {
            let by_tenant_suffices = WANTS_ITS_TENANT.contains(&statement.name.as_str());
            let mut tx = begin(&db.store, ONE).await;
            let (plan, searches) = match db.kind {
                Kind::Sqlite => {
                    let plan = sqlite_plan(&mut tx, &statement).await;
                    let searches = sqlite_searches(&plan, by_tenant_suffices);
                    (plan, searches)
                }
                Kind::Postgres => {
                    let plan = postgres_plan(&mut tx, &statement).await;
                    let searches = postgres_searches(&plan, by_tenant_suffices);
                    (plan, searches)
                }
            };
            if !searches {
                slow.push(format!("{}: {plan:#?}", statement.name));
            }
        }

        assert!(slow.is_empty(), "{}", slow.join("\n"));
    })
    .await;
}

/// However many events there are, the sealer looks at those that wait.
#[tokio::test]
async fn the_sealer_goes_by_the_index_of_what_waits_and_by_id() {
    on_both(async |db| {
        let all: Vec<_> = repositories().iter().flat_map(|repository| repository.statements()).collect();
        let seal = all.iter().find(|statement| statement.name == SEAL).unwrap();
        let mut tx = begin(&db.store, ONE).await;

        let (plan, by_id) = match db.kind {
            Kind::Sqlite => (sqlite_plan(&mut tx, seal).await, "SEARCH events USING INTEGER PRIMARY KEY (rowid=?)"),
            Kind::Postgres => (postgres_plan(&mut tx, seal).await, "using events_pkey on events"),
        };

        let has = |text: &str| plan.iter().any(|step| step.contains(text));
        assert!(has("events_unsealed") && has(by_id) && !has("SCAN events") && !has("Seq Scan"), "{plan:#?}");
    })
    .await;
}

/// The check above would be blind if the databases told scans in other words.
#[tokio::test]
async fn a_statement_that_walks_through_a_table_or_a_tenant_is_seen_to() {
    on_both(async |db| {
        let table = "SELECT id FROM events WHERE tenant_id = $1 AND kind = $2";
        let tenant = "SELECT id FROM sessions WHERE tenant_id = $1 AND sid = $2";
        for (name, sql) in [("a::TABLE", table), ("a::TENANT", tenant)] {
            let statement = Statement { name: name.to_owned(), sql };
            let mut tx = begin(&db.store, ONE).await;

            let searches = match db.kind {
                Kind::Sqlite => sqlite_searches(&sqlite_plan(&mut tx, &statement).await, false),
                Kind::Postgres => postgres_searches(&postgres_plan(&mut tx, &statement).await, false),
            };

            assert!(!searches, "{name}");
        }
    })
    .await;
}
