//! Events are read in order, whole, and by their own tenant; each is numbered once.

use portreeve_domain::{EventId, TenantId};
use portreeve_storage::{Wall, events, events::EventRow};

use crate::{
    database::{Database, ONE, TWO, on_both},
    rows::{event, in_seconds},
};

#[tokio::test]
async fn events_are_read_by_id_after_a_given_one() {
    on_both(async |db| {
        let bare = EventRow { subject_pseudonym: None, client: None, ..event(4) };
        db.write(ONE, async |tx| {
            for event in [&event(9), &bare, &event(6)] {
                events::insert(tx, ONE, event).await?;
            }
            Ok(())
        })
        .await;

        let all = db.read(ONE, async |conn| events::after(conn, ONE, EventId::new(0)).await).await;
        let rest = db.read(ONE, async |conn| events::after(conn, ONE, EventId::new(6)).await).await;

        assert_eq!(all, [bare, event(6), event(9)]);
        assert_eq!(rest, [event(9)]);
    })
    .await;
}

#[tokio::test]
async fn at_most_a_thousand_events_are_read_at_once() {
    on_both(async |db| {
        db.write(ONE, async |tx| {
            for id in 1..=1001 {
                events::insert(tx, ONE, &event(id)).await?;
            }
            Ok(())
        })
        .await;

        let first = db.read(ONE, async |conn| events::after(conn, ONE, EventId::new(0)).await).await;

        assert_eq!((first.len(), first[999].id), (1000, EventId::new(1000)));
    })
    .await;
}

#[tokio::test]
async fn an_event_is_never_written_over_another() {
    on_both(async |db| {
        db.write(ONE, async |tx| events::insert(tx, ONE, &event(4)).await).await;

        db.refuses(ONE, async |tx| events::insert(tx, ONE, &event(4)).await).await;
    })
    .await;
}

/// S-118: the events of another tenant.
#[tokio::test]
async fn another_tenants_events_are_not_read() {
    on_both(async |db| {
        db.write(TWO, async |tx| events::insert(tx, TWO, &event(4)).await).await;

        let seen = db.read(Wall::All, async |conn| events::after(conn, ONE, EventId::new(0)).await).await;

        assert_eq!(seen, []);
    })
    .await;
}

/// Writes the events with these ids, each an hour after the one before.
async fn written(db: &Database, tenant: TenantId, ids: &[i64]) {
    db.write(tenant, async |tx| {
        for (hours, &id) in (0..).zip(ids) {
            let one = EventRow { at: in_seconds(3600 * hours), commitment: [id as u8; 32], ..event(id) };
            events::insert(tx, tenant, &one).await?;
        }
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn events_without_a_number_get_the_next_ones_by_id() {
    on_both(async |db| {
        written(db, ONE, &[9, 4, 6]).await;
        written(db, TWO, &[5]).await;

        let first = db.write(Wall::All, async |tx| events::seal(tx, ONE, 10, 2).await).await;
        let second = db.write(Wall::All, async |tx| events::seal(tx, ONE, 12, 2).await).await;
        let third = db.write(Wall::All, async |tx| events::seal(tx, ONE, 13, 2).await).await;

        assert_eq!(first, [(11, [4; 32]), (12, [6; 32])]);
        assert_eq!((second, third), (vec![(13, [9; 32])], vec![]));
    })
    .await;
}

#[tokio::test]
async fn a_number_is_given_once() {
    on_both(async |db| {
        written(db, ONE, &[4, 6]).await;
        db.write(ONE, async |tx| events::seal(tx, ONE, 0, 1).await).await;

        db.refuses(ONE, async |tx| events::seal(tx, ONE, 0, 1).await).await;
    })
    .await;
}

#[tokio::test]
async fn numbered_events_are_read_in_the_order_of_their_numbers() {
    on_both(async |db| {
        written(db, ONE, &[6]).await;
        db.write(ONE, async |tx| events::seal(tx, ONE, 0, 1).await).await;
        written(db, ONE, &[4]).await;
        db.write(ONE, async |tx| events::seal(tx, ONE, 1, 1).await).await;
        written(db, ONE, &[2]).await;

        let all = db.read(ONE, async |conn| events::sealed_after(conn, ONE, 0).await).await;
        let rest = db.read(ONE, async |conn| events::sealed_after(conn, ONE, 1).await).await;
        let foreign = db.read(Wall::All, async |conn| events::sealed_after(conn, TWO, 0).await).await;

        let numbered = |events: &[events::SealedEvent]| -> Vec<_> {
            events.iter().map(|one| (one.sequence, one.event.id.as_i64())).collect()
        };
        assert_eq!(numbered(&all), [(1, 6), (2, 4)]);
        assert_eq!((numbered(&rest), numbered(&foreign)), (vec![(2, 4)], vec![]));
    })
    .await;
}

#[tokio::test]
async fn how_many_events_wait_and_since_when_is_told() {
    on_both(async |db| {
        let none = events::Unsealed { count: 0, oldest: None };
        assert_eq!(db.read(ONE, async |conn| events::unsealed(conn, ONE).await).await, none);
        written(db, ONE, &[4, 6, 9]).await;
        written(db, TWO, &[5]).await;
        db.write(ONE, async |tx| events::seal(tx, ONE, 0, 1).await).await;

        let own = db.read(Wall::All, async |conn| events::unsealed(conn, ONE).await).await;
        let all = db.read(Wall::All, async |conn| events::unsealed_of_all(conn).await).await;

        assert_eq!(own, events::Unsealed { count: 2, oldest: Some(in_seconds(3600)) });
        assert_eq!(all, events::Unsealed { count: 3, oldest: Some(in_seconds(0)) });
    })
    .await;
}
