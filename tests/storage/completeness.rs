//! Nothing of the storage crate is left out of this suite, and no statement leaves the tenant out.

use std::collections::BTreeSet;

use crate::sources::{repositories, suite, tables};

/// Statements for all tenants at once: the directory that every node keeps in memory, the outbox, the sealer's waiting
/// list, clean-up.
const FOR_ALL_TENANTS: [&str; 29] = [
    "account_deletions::DUE",
    "attributes::ALL",
    "audit_chains::DUE",
    "audit_chains::OLDEST_UNSIGNED",
    "clients::ALL",
    "clients::ALL_SECRETS",
    "directory_versions::SUM",
    "encryption_keys::ALL",
    "events::UNSEALED_OF_ALL",
    "expiry::BURIED",
    "expiry::FACTOR_FAILURES",
    "expiry::FACTOR_RECOVERIES",
    "expiry::RATE_LIMITS",
    "expiry::REFUSALS",
    "expiry::SENT",
    "expiry::SESSIONS",
    "expiry::STATEMENTS",
    "expiry::TOKEN_FAMILIES",
    "factor_recoveries::DUE",
    "outbox::BACKLOG",
    "outbox::OLDEST",
    "outbox::PENDING",
    "outbox::READY",
    "requirement_rules::ALL",
    "resource_servers::ALL",
    "scopes::ALL",
    "signing_keys::ALL",
    "terms::ALL",
    "trusted_issuers::ALL",
];

/// Tables that hold as much as there are people, clients, tenants and keys, and the log: nothing in them runs out.
const STAYS: [&str; 29] = [
    "account_deletions",
    "attributes",
    "audit_chains",
    "audit_checkpoints",
    "client_documents",
    "client_registrations",
    "client_secrets",
    "clients",
    "consents",
    "directory_version",
    "encryption_keys",
    "events",
    "leases",
    "passkeys",
    "password_credentials",
    "recovery_codes",
    "requirement_rules",
    "resource_servers",
    "scopes",
    "signing_keys",
    "subject_keys",
    "subject_links",
    "tenant_keys",
    "tenants",
    "terms",
    "terms_acceptances",
    "totp_credentials",
    "trusted_issuers",
    "users",
];

/// What grows with use is cleaned up, in batches: a new table either is swept or stands in the list above.
#[test]
fn every_table_that_grows_is_swept() {
    let statements: Vec<_> = repositories().iter().flat_map(|repository| repository.statements()).collect();
    let is_swept = |table: &String| {
        let start = format!("DELETE FROM {table} WHERE ");
        statements.iter().any(|statement| statement.sql.starts_with(&start) && statement.sql.contains(" LIMIT "))
    };

    let stays: BTreeSet<_> = tables().into_iter().filter(|table| !is_swept(table)).collect();

    assert_eq!(stays, STAYS.map(str::to_owned).into());
}

#[test]
fn every_repository_has_its_module_here() {
    let expected: Vec<_> = repositories().into_iter().map(|repository| repository.name).collect();

    let declarations = suite("repositories.rs");
    let declared: Vec<_> =
        declarations.lines().filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';')).collect();

    assert_eq!(declared, expected);
}

#[test]
fn every_public_function_of_a_repository_is_called_by_its_module() {
    let mut forgotten = Vec::new();
    for repository in repositories() {
        let tests = suite(&format!("repositories/{}.rs", repository.name));
        let names = repository.functions();
        assert!(!names.is_empty(), "{} has no public function", repository.name);
        let calls = names.into_iter().map(|function| format!("{}::{function}(", repository.name));
        forgotten.extend(calls.filter(|call| !tests.contains(call)));
    }

    assert!(forgotten.is_empty(), "{forgotten:#?}");
}

/// S-118: every statement names the tenant, except those that are for all of them.
#[test]
fn every_statement_names_the_tenant() {
    let statements: Vec<_> = repositories().iter().flat_map(|repository| repository.statements()).collect();
    assert!(statements.len() > 80, "only {} statements were found", statements.len());

    let without: BTreeSet<_> = statements
        .iter()
        .filter(|statement| !statement.name.starts_with("tenants::"))
        .filter(|statement| !names_the_tenant(statement.sql))
        .map(|statement| statement.name.as_str())
        .collect();

    assert_eq!(without, BTreeSet::from(FOR_ALL_TENANTS));
}

/// Whether the predicate, or the list of columns of an INSERT, holds the tenant.
fn names_the_tenant(sql: &str) -> bool {
    match sql.split_once(" WHERE ") {
        _ if sql.starts_with("INSERT ") => sql.contains("tenant_id"),
        Some((_, predicate)) => predicate.contains("tenant_id = $"),
        None => false,
    }
}
