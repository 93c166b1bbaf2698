//! Tests of the group commit: nobody is answered before the disk, a dropped transaction leaves nothing, a lost batch is
//! lost for all its members and only for them.

use super::super::write_ahead_log::tests::broken_log;
use super::*;

async fn writer(dir: &tempfile::TempDir) -> Writer {
    let connection = Connection::open(dir.path().join("test.db")).unwrap();
    connection.pragma_update(None, "journal_mode", "wal").unwrap();
    connection.execute_batch("CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)").unwrap();
    let file = dir.path().join("test.db");
    Writer::start(connection, WriteAheadLog::of(&file).unwrap(), Readers::of(&file)).unwrap()
}

fn count(dir: &tempfile::TempDir) -> i64 {
    let other = Connection::open(dir.path().join("test.db")).unwrap();
    other.query_row("SELECT count(*) FROM t", [], |row| row.get(0)).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_acknowledged_transaction_is_seen_by_another_connection() {
    let dir = tempfile::tempdir().unwrap();
    let writer = writer(&dir).await;

    let mut tx = writer.begin().await.unwrap();
    tx.execute("INSERT INTO t (v) VALUES ($1)", &["a".into()]).unwrap();
    tx.commit().await.unwrap();

    assert_eq!(count(&dir), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_transaction_leaves_nothing_and_does_not_hold_the_file() {
    let dir = tempfile::tempdir().unwrap();
    let writer = writer(&dir).await;

    let mut tx = writer.begin().await.unwrap();
    tx.execute("INSERT INTO t (v) VALUES ($1)", &["a".into()]).unwrap();
    drop(tx);
    let mut kept = writer.begin().await.unwrap();
    kept.execute("INSERT INTO t (v) VALUES ($1)", &["b".into()]).unwrap();
    kept.commit().await.unwrap();

    assert_eq!(count(&dir), 1);
    let other = Connection::open(dir.path().join("test.db")).unwrap();
    other.busy_timeout(Duration::from_secs(5)).unwrap();
    other.execute_batch("BEGIN IMMEDIATE; COMMIT").unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_concurrent_transactions_all_hold() {
    let dir = tempfile::tempdir().unwrap();
    let writer = writer(&dir).await;

    let tasks: Vec<_> = (0..200)
        .map(|n| {
            let writer = writer.clone();
            tokio::spawn(async move {
                let mut tx = writer.begin().await.unwrap();
                tx.execute("INSERT INTO t (id, v) VALUES ($1, $2)", &[Value::from(n), "x".into()]).unwrap();
                if n % 4 == 0 { drop(tx) } else { tx.commit().await.unwrap() }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }

    assert_eq!(count(&dir), 150);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_with_a_failed_statement_does_not_commit_and_harms_no_other() {
    let dir = tempfile::tempdir().unwrap();
    let writer = writer(&dir).await;

    let mut failing = writer.begin().await.unwrap();
    failing.execute("INSERT INTO t (id, v) VALUES ($1, $2)", &[Value::from(1), "x".into()]).unwrap();
    assert!(failing.execute("INSERT INTO t (id, v) VALUES ($1, $2)", &[Value::from(1), "y".into()]).is_err());
    assert!(failing.commit().await.is_err());
    let mut next = writer.begin().await.unwrap();
    next.execute("INSERT INTO t (id, v) VALUES ($1, $2)", &[Value::from(2), "z".into()]).unwrap();
    next.commit().await.unwrap();

    assert_eq!(count(&dir), 1);
}

/// When SQLite throws the transaction away, its members are told and the next batch works.
#[tokio::test(flavor = "multi_thread")]
async fn a_lost_batch_is_a_fault_for_every_member() {
    let dir = tempfile::tempdir().unwrap();
    let writer = writer(&dir).await;
    // The first member waits for the batch while the second makes SQLite roll the whole of it back.
    let mut first = writer.begin().await.unwrap();
    first.execute("INSERT INTO t (v) VALUES ($1)", &["a".into()]).unwrap();
    let queued = tokio::spawn({
        let writer = writer.clone();
        async move {
            let mut second = writer.begin().await.unwrap();
            let failed = second.execute("INSERT OR ROLLBACK INTO t (id, v) SELECT 1, 'x' UNION ALL SELECT 1, 'y'", &[]);
            (failed.is_err(), second.commit().await.is_err())
        }
    });
    tokio::task::yield_now().await;
    while writer.desk.try_lock().is_ok() {
        tokio::task::yield_now().await;
    }

    let first_outcome = first.commit().await;
    let (statement_failed, second_commit_failed) = queued.await.unwrap();

    assert!(statement_failed && second_commit_failed);
    // Whether the first shared the batch with the second is up to the scheduler; what it was told must be true.
    assert_eq!(count(&dir), i64::from(first_outcome.is_ok()));
    let mut next = writer.begin().await.unwrap();
    next.execute("INSERT INTO t (v) VALUES ($1)", &["b".into()]).unwrap();
    next.commit().await.unwrap();
}

/// SQLite numbers `$n` by first occurrence; the driver must not.
#[tokio::test(flavor = "multi_thread")]
async fn values_are_bound_by_number_not_by_occurrence() {
    let dir = tempfile::tempdir().unwrap();
    let writer = writer(&dir).await;
    let mut tx = writer.begin().await.unwrap();

    let read =
        tx.optional("SELECT $2, $1", &["one".into(), "two".into()], |row| Ok((row.text(0)?, row.text(1)?))).unwrap();

    assert_eq!(read, Some(("two".into(), "one".into())));
}

/// What the disk did not keep is not acknowledged, and nothing is after it (decision 0037).
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_does_not_keep_is_relied_on_no_more() {
    let dir = tempfile::tempdir().unwrap();
    let connection = Connection::open(dir.path().join("test.db")).unwrap();
    connection.execute_batch("CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)").unwrap();
    let writer = Writer::start(connection, broken_log(dir.path()), Readers::of(&dir.path().join("test.db"))).unwrap();

    let mut tx = writer.begin().await.unwrap();
    tx.execute("INSERT INTO t (v) VALUES ($1)", &["a".into()]).unwrap();
    let lost = tx.commit().await.unwrap_err();

    assert!(lost.is_transient());
    let refused = writer.begin().await.err().expect("nothing is written any more");
    assert!(refused.to_string().contains("start the process again"), "{refused}");
}

/// A batch waits for what it changed, and for what others did, whom its members may have seen; for nothing else (decision 0037).
#[test]
fn a_database_is_changed_by_anybody() {
    let dir = tempfile::tempdir().unwrap();
    let open = || Connection::open(dir.path().join("test.db")).unwrap();
    let (connection, other) = (open(), open());
    connection.execute_batch("CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)").unwrap();
    let readers = Readers::of(&dir.path().join("test.db"));
    let mut desk = Desk { readers, connection, batch: None, changes: 0, data_version: None };

    assert!(desk.is_changed(), "who has not looked yet cannot tell");
    assert!(!desk.is_changed());
    desk.connection.execute_batch("INSERT INTO t (v) VALUES ('own')").unwrap();
    assert!(desk.is_changed());
    assert!(!desk.is_changed());
    other.execute_batch("INSERT INTO t (v) VALUES ('of another process')").unwrap();
    assert!(desk.is_changed());
    assert!(!desk.is_changed());
}

/// Somebody waits for another process that holds the file, and goes away; then the other process, which is returned, lets go of it.
async fn somebody_goes_away(dir: &tempfile::TempDir, writer: &Writer) -> Connection {
    let other = Connection::open(dir.path().join("test.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let waiting = tokio::spawn({
        let writer = writer.clone();
        async move { writer.begin().await.map(drop) }
    });
    // Once it has the lock, it goes away at its next wait at the soonest, and that is for the other process.
    while writer.desk.try_lock().is_ok() {
        tokio::task::yield_now().await;
    }

    waiting.abort();
    assert!(waiting.await.unwrap_err().is_cancelled());
    other.execute_batch("COMMIT").unwrap();
    other
}

/// Whoever comes after somebody who waited for another process and went away writes all the same.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_goes_away_while_another_process_is_waited_for_leaves_nothing_open() {
    let dir = tempfile::tempdir().unwrap();
    let writer = writer(&dir).await;
    somebody_goes_away(&dir, &writer).await;

    let mut tx = writer.begin().await.unwrap();
    tx.execute("INSERT INTO t (v) VALUES ($1)", &["a".into()]).unwrap();
    tx.commit().await.unwrap();

    assert_eq!(count(&dir), 1);
}

/// The same where nobody comes next: the other process has the file again a moment later.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_goes_away_does_not_keep_the_file_from_another_process() {
    let dir = tempfile::tempdir().unwrap();
    let writer = writer(&dir).await;
    let other = somebody_goes_away(&dir, &writer).await;
    // What waited for the file has it now, for nobody.
    while writer.desk.try_lock().is_err() {
        tokio::task::yield_now().await;
    }

    other.busy_timeout(REST * 4).unwrap();
    other.execute_batch("INSERT INTO t (v) VALUES ('a')").unwrap();

    assert_eq!(count(&dir), 1);
}

/// Who stands behind somebody that waits for another process waits no longer than that one.
#[tokio::test(flavor = "multi_thread")]
async fn another_process_is_waited_for_once() {
    let dir = tempfile::tempdir().unwrap();
    let writer = writer(&dir).await;
    let other = Connection::open(dir.path().join("test.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();

    let began = Instant::now();
    let turned_away = tokio::join!(writer.begin(), writer.begin(), writer.begin());

    assert!(turned_away.0.is_err() && turned_away.1.is_err() && turned_away.2.is_err());
    assert!(began.elapsed() < OTHER_PROCESS + OTHER_PROCESS / 2, "{:?}", began.elapsed());
}

/// What a process left in the log when it ended is copied at the next start, and the log begins anew; a link leads to the log of the
/// file that it names.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_in_the_log_is_copied_at_the_start() {
    let dir = tempfile::tempdir().unwrap();
    let (file, left) = (dir.path().join("test.db"), dir.path().join("left.db"));
    let writer = writer(&dir).await;
    let mut tx = writer.begin().await.unwrap();
    tx.execute("INSERT INTO t (v) VALUES ($1)", &["a".into()]).unwrap();
    tx.commit().await.unwrap();
    for end in ["", "-wal"] {
        std::fs::copy(format!("{}{end}", file.display()), format!("{}{end}", left.display())).unwrap();
    }
    std::os::unix::fs::symlink(&left, dir.path().join("link.db")).unwrap();
    let log = || std::fs::metadata(dir.path().join("left.db-wal")).unwrap().len();
    assert!(log() > 0);

    let store = sqlite::SqliteStore::open(&dir.path().join("link.db")).unwrap();

    assert_eq!(log(), 0);
    let rows = store.reader().unwrap().all("SELECT v FROM t", &[], |row| row.text(0)).unwrap();
    assert_eq!(rows, ["a"]);
}

#[test]
fn where_every_thread_for_waiting_is_taken_it_commits() {
    let dir = tempfile::tempdir().unwrap();
    let one_thread = tokio::runtime::Builder::new_multi_thread().enable_all().max_blocking_threads(1).build().unwrap();

    one_thread.block_on(async {
        let (let_go, held) = std::sync::mpsc::channel::<()>();
        let taken = tokio::task::spawn_blocking(move || held.recv());
        let writer = writer(&dir).await;
        let committed = timeout(Duration::from_secs(5), async {
            let mut tx = writer.begin().await.unwrap();
            tx.execute("INSERT INTO t (v) VALUES ($1)", &["a".into()]).unwrap();
            tx.commit().await
        });
        let committed = committed.await;
        drop(let_go);
        assert!(taken.await.unwrap().is_err(), "the thread was not taken");
        committed.unwrap().unwrap();
    });

    assert_eq!(count(&dir), 1);
}
