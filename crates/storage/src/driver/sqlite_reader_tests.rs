//! Tests of what readers see and keep: nothing older than what this process has committed, and nothing for longer than is good for the log.

use super::super::sqlite::SqliteStore;
use super::super::sqlite_commit::Writer;
use super::super::write_ahead_log::WriteAheadLog;
use super::*;

const INSERT: &str = "INSERT INTO t (v) VALUES ($1)";

async fn store(dir: &tempfile::TempDir) -> SqliteStore {
    let store = SqliteStore::open(&dir.path().join("test.db")).unwrap();
    let mut tx = store.begin().await.unwrap();
    tx.script("CREATE TABLE t (v BLOB)").unwrap();
    tx.commit().await.unwrap();
    store
}

async fn write(store: &SqliteStore, bytes: usize) {
    let mut tx = store.begin().await.unwrap();
    tx.execute(INSERT, &[vec![0; bytes].as_slice().into()]).unwrap();
    tx.commit().await.unwrap();
}

fn count(reader: &mut Reader) -> i64 {
    reader.optional("SELECT count(*) FROM t", &[], |row| row.integer(0)).unwrap().unwrap()
}

/// How many of the idle connections keep a state.
fn kept(readers: &Readers) -> usize {
    readers.idle().iter().filter(|idle| !idle.connection.is_autocommit()).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_statement_sees_what_was_acknowledged_before_it_and_those_together_one_state() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(&dir).await;
    let (mut each, mut together) = (store.reader().unwrap(), store.reader_together().unwrap());
    for rows in 0..20 {
        assert_eq!((count(&mut each), count(&mut together)), (rows, 0));
        assert_eq!(count(&mut store.reader_together().unwrap()), rows);
        write(&store, 1).await;
    }
    drop((each, together));

    assert_eq!(count(&mut store.reader().unwrap()), 20);
    assert_eq!(count(&mut store.reader_together().unwrap()), 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_process_has_committed_is_seen_at_once_and_by_reads_together_soon() {
    let dir = tempfile::tempdir().unwrap();
    // Those of the store have a committer, which lets go of states as well.
    let readers = Readers::of(&dir.path().join("test.db"));
    let _store = store(&dir).await;
    let mut each = readers.reader().unwrap();
    assert_eq!((count(&mut each), count(&mut readers.reader_together().unwrap())), (0, 0));

    Connection::open(dir.path().join("test.db")).unwrap().execute("INSERT INTO t DEFAULT VALUES", []).unwrap();

    assert_eq!(count(&mut each), 1);
    let committed = Instant::now();
    while count(&mut readers.reader_together().unwrap()) == 0 {
        assert!(committed.elapsed() < Duration::from_secs(1));
    }
}

#[tokio::test]
async fn a_state_is_kept_for_who_reads_next_and_not_by_who_reads_while_somebody_commits() {
    let dir = tempfile::tempdir().unwrap();
    let readers = Readers::of(&dir.path().join("test.db"));
    let _store = store(&dir).await;
    // Each of them may be held up for longer than a state is usable.
    let keeps_one = || {
        (0..1000).any(|_| {
            count(&mut readers.reader_together().unwrap());
            kept(&readers) == 1
        })
    };
    let mut begun_before = readers.reader_together().unwrap();
    count(&mut begun_before);
    assert!(keeps_one());

    let committing = readers.committing();
    assert_eq!(kept(&readers), 0);
    drop(begun_before);
    count(&mut readers.reader_together().unwrap());
    assert_eq!(kept(&readers), 0);
    drop(committing);

    assert!(keeps_one());
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_commits_nothing_is_kept_for_long() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("test.db");
    let readers = Readers::of(&file);
    let _store = store(&dir).await;
    let connection = Connection::open(&file).unwrap();
    connection.query_row("SELECT count(*) FROM t", [], |_| Ok(())).unwrap();
    let _writer = Writer::start(connection, WriteAheadLog::of(&file).unwrap(), Arc::clone(&readers)).unwrap();
    count(&mut readers.reader_together().unwrap());

    let read = Instant::now();
    while kept(&readers) > 0 {
        assert!(read.elapsed() < Duration::from_secs(5));
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// SQLite ends a transaction itself where the disk or the memory fails it.
#[tokio::test]
async fn a_state_that_was_lost_harms_nobody_who_reads_next() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(&dir).await;
    for _ in 0..3 {
        let mut together = store.reader_together().unwrap();
        count(&mut together);
        together.execute("ROLLBACK", &[]).unwrap();
        drop(together);
        assert_eq!(count(&mut store.reader_together().unwrap()), 0);
    }
}

/// A state that is kept keeps the log from beginning anew.
#[tokio::test(flavor = "multi_thread")]
async fn the_log_does_not_grow_by_states_that_are_kept() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(&dir).await;
    for row in 1..=30 {
        write(&store, 2_000_000).await;
        let mut readers = [store.reader_together().unwrap(), store.reader_together().unwrap()];
        assert_eq!(readers.each_mut().map(count), [row; 2]);
    }

    let log = std::fs::metadata(dir.path().join("test.db-wal")).unwrap().len();
    assert!(log < 25_000_000, "{log} bytes");
}

/// A connection that only reads cannot take the log away: the one that writes is closed last.
#[test]
fn at_the_end_no_log_is_left() {
    for _ in 0..50 {
        let dir = tempfile::tempdir().unwrap();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let store = store(&dir).await;
            count(&mut store.reader_together().unwrap());
            write(&store, 1).await;
        });
        drop(runtime);

        assert!(!dir.path().join("test.db-wal").exists());
    }
}
