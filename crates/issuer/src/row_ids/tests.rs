//! Row ids ascend, never meet, and their node numbers come back.

use std::collections::HashSet;

use portreeve_storage::migrations;

use super::*;

const NOW: Timestamp = Timestamp::from_millis(EPOCH_MILLIS + 1000);

#[test]
fn ids_of_a_node_ascend_even_when_the_clock_goes_back() {
    let ids = RowIds::new(3, NOW);
    let first = ids.next(NOW);

    let second = ids.next(NOW);
    let earlier = ids.next(NOW.minus(Lifetime::from_hours(1)));

    assert!(first < second && second < earlier);
}

#[test]
fn an_id_tells_when_it_was_made() {
    let ids = RowIds::new(1023, NOW);

    assert_eq!(made_at(ids.next(NOW.plus(Lifetime::from_hours(5)))), NOW.plus(Lifetime::from_hours(5)));
}

#[test]
fn ids_of_two_nodes_never_meet() {
    let (one, two) = (RowIds::new(1, NOW), RowIds::new(2, NOW));

    assert_eq!(one.next(NOW) >> 53, 1);
    assert_eq!(two.next(NOW) >> 53, 2);
}

async fn store() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&format!("sqlite:{}", folder.path().join("test.db").display())).unwrap();
    migrations::up(&store, NOW).await.unwrap();
    (folder, store)
}

/// More commands one after another than there are node numbers, each within a millisecond or two.
#[tokio::test(flavor = "multi_thread")]
async fn eleven_hundred_short_lived_nodes_each_get_a_number_and_no_id_twice() {
    let (_folder, store) = store().await;
    let mut made = HashSet::new();

    for command in 0..1100 {
        let (owner, now) = (format!("command-{command}"), NOW.plus(Lifetime::from_millis(command / 2)));
        let ids = RowIds::lease(&store, &owner, now).await.unwrap();
        made.extend([ids.next(now), ids.next(now)]);
        ids.release(&store, &owner).await.unwrap();
    }

    assert_eq!(made.len(), 2200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_is_held_goes_to_nobody_else() {
    let (_folder, store) = store().await;
    let first = RowIds::lease(&store, "a", NOW).await.unwrap();
    let second = RowIds::lease(&store, "b", NOW).await.unwrap();

    first.release(&store, "b").await.unwrap();
    let third = RowIds::lease(&store, "c", NOW).await.unwrap();

    assert_eq!([first, second, third].map(|ids| ids.next(NOW) >> 53), [0, 1, 2]);
}

/// The next node's clock may be behind: it must not make ids again that the last one made.
#[tokio::test(flavor = "multi_thread")]
async fn a_number_comes_back_only_when_the_clock_is_past_its_ids() {
    let (_folder, store) = store().await;
    let ids = RowIds::lease(&store, "a", NOW).await.unwrap();
    ids.next(NOW.plus(Lifetime::from_seconds(2)));
    ids.release(&store, "a").await.unwrap();

    let behind = RowIds::lease(&store, "b", NOW.plus(Lifetime::from_seconds(1))).await.unwrap();
    let past = RowIds::lease(&store, "c", NOW.plus(Lifetime::from_seconds(3))).await.unwrap();

    assert_eq!(behind.next(NOW) >> 53, 1);
    assert_eq!(past.next(NOW) >> 53, 0);
}
