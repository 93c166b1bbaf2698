//! What PostgreSQL is sent together holds together: rows that wait, what is claimed, and reads before anything is begun.

use portreeve_domain::{EventId, Fault, RefreshTokenId};
use portreeve_storage::{Tx, access_tokens, events, refresh_tokens};

use crate::{
    database::{Database, NOW, ONE, TWO, begin, has_won, on_both, on_postgres},
    race::winners,
    rows::{access_token, event, plant_family, refresh_token},
};

const ID: RefreshTokenId = RefreshTokenId::new(5);
const COUNT: &str = "SELECT COUNT(*) FROM events";

async fn add(tx: &mut Tx, ids: impl IntoIterator<Item = i64>) {
    for id in ids {
        events::insert(tx, ONE, &event(id)).await.unwrap();
    }
}

async fn read(tx: &mut Tx) -> Result<usize, Fault> {
    events::after(tx, ONE, EventId::new(0)).await.map(|events| events.len())
}

async fn seen(tx: &mut Tx) -> usize {
    read(tx).await.unwrap()
}

/// A token to be exchanged.
async fn plant_token(db: &Database) {
    plant_family(db, ONE).await;
    db.write(ONE, async |tx| refresh_tokens::insert(tx, ONE, &refresh_token(5)).await).await;
}

/// Exchanges the token, with a successor, an access token and an event, as a refresh does.
async fn exchange(tx: &mut Tx, number: i64) -> Result<(), Fault> {
    refresh_tokens::consume(tx, ONE, ID, RefreshTokenId::new(number), NOW).await?;
    refresh_tokens::insert(tx, ONE, &refresh_token(number)).await?;
    access_tokens::insert(tx, ONE, &access_token(number)).await?;
    events::insert(tx, ONE, &event(number)).await
}

#[tokio::test]
async fn a_transaction_reads_what_it_has_written() {
    on_both(async |db| {
        let mut tx = begin(&db.store, ONE).await;
        let nothing = seen(&mut tx).await;
        add(&mut tx, 1..=2).await;
        let two = seen(&mut tx).await;
        add(&mut tx, 3..=3).await;
        let three = seen(&mut tx).await;

        assert_eq!((nothing, two, three), (0, 2, 3));
        assert_eq!(db.count(COUNT).await, 0);
        tx.commit().await.unwrap();
        assert_eq!(db.count(COUNT).await, 3);
    })
    .await;
}

#[tokio::test]
async fn a_transaction_that_is_dropped_leaves_nothing_of_what_was_sent_or_waited() {
    on_both(async |db| {
        let mut tx = begin(&db.store, ONE).await;
        add(&mut tx, 1..=2).await;
        seen(&mut tx).await;
        add(&mut tx, 3..=4).await;

        drop(tx);

        assert_eq!(db.count(COUNT).await, 0);
    })
    .await;
}

/// More rows than are sent at once.
#[tokio::test]
async fn however_many_rows_a_transaction_has_they_hold_together() {
    on_both(async |db| {
        let mut tx = begin(&db.store, ONE).await;
        add(&mut tx, 1..=29).await;
        let before = db.count(COUNT).await;
        let refused = match events::insert(&mut tx, ONE, &event(1)).await {
            Ok(()) => tx.commit().await,
            refused => {
                drop(tx);
                refused
            }
        };

        assert!(refused.is_err_and(|fault| !fault.is_transient()) && before == 0);
        assert_eq!(db.count(COUNT).await, 0);
        let mut tx = begin(&db.store, ONE).await;
        add(&mut tx, 1..=30).await;
        tx.commit().await.unwrap();
        assert_eq!(db.count(COUNT).await, 30);
    })
    .await;
}

/// Of fifty at once one has it, and of the others nothing is left: no token, no event.
#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_exchanges_the_rows_of_exactly_one_are_there() {
    on_both(async |db| {
        plant_token(db).await;

        let won = winners(db, |store, number| async move {
            let mut tx = begin(&store, ONE).await;
            has_won(match exchange(&mut tx, 100 + number).await {
                Ok(()) => tx.commit().await,
                overtaken => overtaken,
            })
        })
        .await;

        assert_eq!(won, 1);
        for (count, rows) in [
            (COUNT, 1),
            ("SELECT COUNT(*) FROM access_tokens", 1),
            ("SELECT COUNT(*) FROM refresh_tokens", 2),
            ("SELECT COUNT(*) FROM refresh_tokens t JOIN refresh_tokens s ON s.id = t.successor_id", 1),
        ] {
            assert_eq!(db.count(count).await, rows, "{count}");
        }
    })
    .await;
}

/// Also where the claim was sent with what the transaction had to read.
#[tokio::test]
async fn whoever_is_overtaken_hears_of_it_at_the_next_read_and_can_commit_nothing() {
    on_both(async |db| {
        plant_token(db).await;
        assert!(db.claims(ONE, async |tx| exchange(tx, 6).await).await);

        let mut tx = begin(&db.store, ONE).await;
        let overtaken = match exchange(&mut tx, 7).await {
            Ok(()) => read(&mut tx).await.map(drop),
            overtaken => overtaken,
        };

        assert!(overtaken.is_err_and(|fault| fault.is_overtaken() && fault.is_transient()));
        assert!(tx.commit().await.is_err());
        assert_eq!(db.count(COUNT).await, 1);
    })
    .await;
}

/// A claim of a row that the same transaction has added, which is sent before it.
#[tokio::test]
async fn a_claim_sees_what_the_transaction_added() {
    on_both(async |db| {
        plant_family(db, ONE).await;

        let won = db.claims(ONE, async |tx| {
            refresh_tokens::insert(tx, ONE, &refresh_token(5)).await?;
            exchange(tx, 6).await
        });

        assert!(won.await);
    })
    .await;
}

/// S-118: the wall stands before what is sent together.
#[tokio::test]
async fn no_part_of_what_is_sent_together_gets_over_the_wall() {
    on_postgres(async |db| {
        plant_token(db).await;

        db.refuses(TWO, async |tx| {
            events::insert(tx, TWO, &event(1)).await?;
            events::insert(tx, ONE, &event(2)).await
        })
        .await;

        assert!(!db.claims(TWO, async |tx| exchange(tx, 6).await).await);
        assert_eq!(db.count(COUNT).await, 0);
    })
    .await;
}

/// What a refresh costs: two reads, and one statement for all it changes.
#[tokio::test]
async fn what_a_transaction_reads_first_and_writes_last_is_sent_once_each() {
    on_postgres(async |db| {
        plant_token(db).await;
        let mut tx = begin(&db.store, ONE).await;
        let before = db.store.statements_sent();

        refresh_tokens::find(&mut tx, ONE, ID).await.unwrap();
        exchange(&mut tx, 6).await.unwrap();
        tx.commit().await.unwrap();

        assert_eq!(db.store.statements_sent() - before, 2);
        let mut tx = begin(&db.store, ONE).await;
        let before = db.store.statements_sent();
        add(&mut tx, [1]).await;
        seen(&mut tx).await;
        tx.commit().await.unwrap();
        assert_eq!(db.store.statements_sent() - before, 4, "BEGIN, the row, the read and COMMIT");
    })
    .await;
}

/// A lock is of no use outside of the transaction it is for.
#[tokio::test]
async fn what_locks_is_sent_in_a_transaction() {
    on_postgres(async |db| {
        const LOCK: &str = "SELECT pg_advisory_xact_lock(7)";
        const IS_LOCKED: &str = "SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 7";
        let mut tx = begin(&db.store, ONE).await;

        tx.optional(LOCK, &[], |_| Ok(())).await.unwrap();

        assert_eq!(db.count(IS_LOCKED).await, 1);
        drop(tx);
    })
    .await;
}
