//! A transaction is there as a whole when it was acknowledged, and not at all when it was not.

use portreeve_domain::EventId;
use portreeve_storage::{Store, Tx, Wall, events, rate_limits};
use tokio::sync::oneshot;

use crate::{
    database::{Database, Kind, NOW, ONE, begin, on_both, on_postgres, retried},
    race::{RUNNERS, winners},
    rows::event,
};

const COUNT: &str = "SELECT COUNT(*) FROM events";

/// Writes the event 1 and does not commit.
async fn begun(store: &Store) -> Tx {
    let mut tx = begin(store, ONE).await;
    events::insert(&mut tx, ONE, &event(1)).await.unwrap();
    tx
}

/// Asserts that the event 1 is not there, not on its way either, and that the next writer is not held up.
async fn nothing_is_left(db: &Database) {
    assert_eq!(db.count(COUNT).await, 0);
    db.write(ONE, async |tx| events::insert(tx, ONE, &event(1)).await).await;
    assert_eq!(db.count(COUNT).await, 1);
}

/// whoever has waited too long for a lock may come again.
#[tokio::test]
async fn a_wait_for_a_lock_that_is_given_up_is_to_be_tried_again() {
    on_postgres(async |db| {
        let (mut first, mut second) = (begin(&db.store, ONE).await, begin(&db.store, ONE).await);
        rate_limits::take(&mut first, ONE, &[1; 32], NOW).await.unwrap();
        second.execute("SET LOCAL lock_timeout = 50", &[]).await.unwrap();

        assert!(rate_limits::take(&mut second, ONE, &[1; 32], NOW).await.unwrap_err().is_transient());
    })
    .await;
}

#[tokio::test]
async fn a_dropped_transaction_leaves_nothing() {
    on_both(async |db| {
        drop(begun(&db.store).await);

        nothing_is_left(db).await;
    })
    .await;
}

#[tokio::test]
async fn a_transaction_whose_task_panics_leaves_nothing() {
    on_both(async |db| {
        let store = db.store.clone();

        let task = tokio::spawn(async move {
            let _tx = begun(&store).await;
            panic!("on purpose");
        });

        assert!(task.await.unwrap_err().is_panic());
        nothing_is_left(db).await;
    })
    .await;
}

#[tokio::test]
async fn a_transaction_whose_task_is_cancelled_leaves_nothing() {
    on_both(async |db| {
        let (written, wait) = oneshot::channel();
        let store = db.store.clone();
        let task = tokio::spawn(async move {
            let _tx = begun(&store).await;
            written.send(()).unwrap();
            std::future::pending::<()>().await;
        });
        wait.await.unwrap();

        task.abort();

        assert!(task.await.unwrap_err().is_cancelled());
        nothing_is_left(db).await;
    })
    .await;
}

#[tokio::test]
async fn nobody_sees_a_transaction_before_it_is_committed() {
    on_both(async |db| {
        let tx = begun(&db.store).await;
        let before = db.count(COUNT).await;

        tx.commit().await.unwrap();

        assert_eq!((before, db.count(COUNT).await), (0, 1));
    })
    .await;
}

#[tokio::test]
async fn an_acknowledged_commit_is_seen_through_another_store() {
    on_both(async |db| {
        begun(&db.store).await.commit().await.unwrap();

        let another = db.another_store();
        let mut conn = retried(async || another.read(ONE).await).await;
        let seen = events::after(&mut conn, ONE, EventId::new(0)).await.unwrap();

        assert_eq!(seen, [event(1)]);
    })
    .await;
}

/// Whoever reads next must not meet the state that an earlier reader held on to.
#[tokio::test]
async fn reads_together_hold_nothing_back_when_they_are_over() {
    on_both(async |db| {
        let mut together = retried(async || db.store.read_together(ONE).await).await;
        events::after(&mut together, ONE, EventId::new(0)).await.unwrap();
        let before = events::after(&mut together, ONE, EventId::new(0)).await.unwrap();
        begun(&db.store).await.commit().await.unwrap();
        drop(together);

        let mut again = retried(async || db.store.read_together(ONE).await).await;
        let after = events::after(&mut again, ONE, EventId::new(0)).await.unwrap();

        assert_eq!((before, after), (vec![], vec![event(1)]));
    })
    .await;
}

/// One answer is made of one state of the database, even while others write.
#[tokio::test]
async fn reads_together_on_sqlite_see_one_state() {
    let db = Database::empty(Kind::Sqlite);
    db.migrate().await;
    let mut together = db.store.read_together(ONE).await.unwrap();
    for _ in 0..2 {
        assert_eq!(events::after(&mut together, ONE, EventId::new(0)).await.unwrap(), []);
    }

    begun(&db.store).await.commit().await.unwrap();

    assert_eq!(events::after(&mut together, ONE, EventId::new(0)).await.unwrap(), []);
}

/// PostgreSQL answers the COMMIT of a failed transaction with success and rolls it back; nobody must be told so.
#[tokio::test]
async fn a_transaction_with_a_failed_statement_is_not_acknowledged_and_leaves_nothing() {
    on_both(async |db| {
        let mut tx = begun(&db.store).await;
        let again = events::insert(&mut tx, ONE, &event(1)).await;
        // A row that nobody has asked for may not have been sent yet.
        assert!(again.is_err() || events::after(&mut tx, ONE, EventId::new(0)).await.is_err());

        let outcome = tx.commit().await;

        assert!(outcome.is_err_and(|fault| !fault.is_transient()));
        nothing_is_left(db).await;
    })
    .await;
}

/// Half of the tasks write through a second store, on SQLite as a second process does on the same file.
#[tokio::test(flavor = "multi_thread")]
async fn two_stores_of_one_database_do_not_lose_each_others_commits() {
    on_both(async |db| {
        let committed = winners(db, |store, number| async move {
            let mut tx = begin(&store, ONE).await;
            events::insert(&mut tx, ONE, &event(number + 1)).await.unwrap();
            tx.commit().await.is_ok()
        })
        .await;

        assert_eq!(committed, RUNNERS);
        assert_eq!(db.count(COUNT).await, i64::try_from(RUNNERS).unwrap());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn transactions_that_are_dropped_take_none_along_that_are_committed() {
    on_both(async |db| {
        let committed = winners(db, |store, number| async move {
            let mut tx = begin(&store, ONE).await;
            events::insert(&mut tx, ONE, &event(number + 1)).await.unwrap();
            number % 2 == 0 && tx.commit().await.is_ok()
        })
        .await;

        assert_eq!(committed, RUNNERS / 2);
        assert_eq!(db.count(COUNT).await, i64::try_from(RUNNERS / 2).unwrap());
    })
    .await;
}

/// The driver's own wait for the log is enough only where checkpoints wait as well, with `synchronous` NORMAL (1) or more: decision 0037.
/// That it does wait is seen by cutting the power (R-02, `faults/power_cut.rs`).
#[tokio::test]
async fn the_writer_of_sqlite_logs_ahead_and_its_checkpoints_wait_for_the_disk() {
    let db = Database::empty(Kind::Sqlite);
    db.migrate().await;

    let mut tx = begin(&db.store, Wall::All).await;
    let journal = tx.one("PRAGMA journal_mode", &[], |row| row.text(0)).await.unwrap();
    let synchronous = tx.one("PRAGMA synchronous", &[], |row| row.integer(0)).await.unwrap();

    assert_eq!((journal.as_str(), synchronous), ("wal", 1));
}

/// A statement that takes long where nothing else is asked is waited for: the database is slow, not away.
#[tokio::test]
async fn a_slow_statement_on_a_quiet_store_is_no_silence() {
    on_postgres(async |db| {
        let mut conn = db.store.read(ONE).await.unwrap();

        let slept = conn.optional("SELECT 7::BIGINT FROM pg_sleep(1.8)", &[], |row| row.integer(0)).await;

        assert_eq!(slept.unwrap(), Some(7));
        assert!(db.store.read(ONE).await.is_ok());
    })
    .await;
}
