//! What the two roles may do, and what a cluster leaves behind.

use super::*;

/// Runs statements in one session and returns what they print, or the error.
fn query(url: &str, statements: &[&str]) -> Result<String, String> {
    let output = Command::new(programs().join("psql"))
        .args(["--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--set=ON_ERROR_STOP=1", url])
        .args(statements.iter().flat_map(|statement| ["-c", statement]))
        .output()
        .unwrap();
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

#[test]
fn the_server_reads_and_writes_rows_of_the_owners_tables() {
    let urls = fresh_database();
    query(&urls.owner_url, &["create table notes (id bigint)"]).unwrap();

    let rows = query(&urls.server_url, &["insert into notes values (7)", "select id from notes"]);

    assert_eq!(rows.as_deref(), Ok("7"));
}

#[test]
fn the_server_may_neither_make_nor_change_tables() {
    let urls = fresh_database();
    query(&urls.owner_url, &["create table notes (id bigint)"]).unwrap();

    for forbidden in ["create table own (id bigint)", "drop table notes", "truncate notes"] {
        assert!(query(&urls.server_url, &[forbidden]).is_err(), "{forbidden}");
    }
}

#[test]
fn neither_role_escapes_row_level_security() {
    let urls = fresh_database();
    let wall = [
        "create table notes (id bigint)",
        "insert into notes values (7)",
        "alter table notes enable row level security",
        "alter table notes force row level security",
    ];
    query(&urls.owner_url, &wall).unwrap();

    assert_eq!(query(&urls.owner_url, &["select count(*) from notes"]).as_deref(), Ok("0"));
    assert_eq!(query(&urls.server_url, &["select count(*) from notes"]).as_deref(), Ok("0"));
}

#[test]
fn databases_do_not_share_tables() {
    let (one, other) = (fresh_database(), fresh_database());
    query(&one.owner_url, &["create table notes (id bigint)"]).unwrap();

    assert!(query(&other.owner_url, &["select * from notes"]).is_err());
}

#[test]
fn a_durable_cluster_waits_for_the_disk_and_leaves_nothing_behind() {
    let cluster = PostgresCluster::start(Durability::On);
    let urls = cluster.fresh_database();
    let folder = cluster.folder.clone();

    let settings = query(&urls.server_url, &["show fsync", "show synchronous_commit"]);

    assert_eq!(settings.as_deref(), Ok("on\non"));

    drop(cluster);

    assert!(!folder.exists());
    assert!(query(&urls.server_url, &["select 1"]).is_err());
}
