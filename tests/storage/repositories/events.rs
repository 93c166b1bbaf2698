//! Events are read in order, whole, and by their own tenant.

use portreeve_domain::EventId;
use portreeve_storage::{Wall, events, events::EventRow};

use crate::{
    database::{ONE, TWO, on_both},
    rows::event,
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
