//! What is decided elsewhere is decided once, redeemed once, in time, in its tenant (RFC 8628 §3.4, §3.5; CIBA Core §11).

use portreeve_domain::{
    BackchannelAuthenticationId, DeviceAuthorizationId, FamilyId, Lifetime, RefreshTokenId, TenantId, Timestamp,
    polling::Waiting,
};
use portreeve_storage::{Wall, backchannel_authentications, device_authorizations, polled};

use crate::{
    database::{Database, NOW, ONE, TWO, begin, on_both},
    race::winners,
    rows::{backchannel_authentication, device_authorization, expiry, in_seconds, web},
};

const FAMILY: FamilyId = FamilyId::new(9);
const FIRST: RefreshTokenId = RefreshTokenId::new(11);
const BOTH: [Waiting; 2] =
    [Waiting::Device(DeviceAuthorizationId::new(5)), Waiting::Backchannel(BackchannelAuthenticationId::new(5))];

async fn planted(db: &Database, tenant: TenantId) {
    db.write(tenant, async |tx| {
        assert!(device_authorizations::insert(tx, tenant, &device_authorization(5)).await?);
        assert!(backchannel_authentications::insert(tx, tenant, 0, &backchannel_authentication(5)).await?);
        Ok(())
    })
    .await;
}

async fn allow(db: &Database, waiting: Waiting, now: Timestamp) -> bool {
    db.write(ONE, async |tx| polled::allow(tx, ONE, waiting, FAMILY, now).await).await
}

#[tokio::test]
async fn it_is_found_with_what_was_stored() {
    on_both(async |db| {
        planted(db, ONE).await;
        for waiting in BOTH {
            let row = db.read(ONE, async |conn| polled::find(conn, ONE, waiting).await).await.unwrap();

            assert_eq!((row.waiting, row.client, row.secret_hash), (waiting, web(), [17; 32]));
            assert_eq!((row.awaited, row.family, row.first_refresh), (device_authorization(5).awaited, None, None));
        }
    })
    .await;
}

/// DV-02, CB-07: a poll within the interval is not noted, and from then on the interval is longer.
#[tokio::test]
async fn polls_keep_the_interval_and_it_grows() {
    on_both(async |db| {
        planted(db, ONE).await;
        for waiting in BOTH {
            let note = async |now| db.write(ONE, async |tx| polled::note_poll(tx, ONE, waiting, now).await).await;

            assert!(note(NOW).await);
            assert!(!note(in_seconds(4)).await);
            let longer = Lifetime::from_seconds(5);
            db.write(ONE, async |tx| polled::slow_down(tx, ONE, waiting, longer, in_seconds(4)).await).await;

            assert!(!note(in_seconds(13)).await);
            assert!(note(in_seconds(14)).await);
        }
    })
    .await;
}

/// S-064, S-066: approved or refused once, and not after the end.
#[tokio::test]
async fn it_is_decided_once_and_in_time() {
    on_both(async |db| {
        planted(db, ONE).await;
        for waiting in BOTH {
            let refuse = async |now| db.write(ONE, async |tx| polled::refuse(tx, ONE, waiting, now).await).await;

            assert!(!allow(db, waiting, expiry()).await && !refuse(expiry()).await);
            assert!(allow(db, waiting, in_seconds(1)).await);
            assert!(!allow(db, waiting, in_seconds(2)).await && !refuse(in_seconds(2)).await);

            let row = db.read(ONE, async |conn| polled::find(conn, ONE, waiting).await).await.unwrap();
            assert_eq!((row.awaited.allowed_at, row.family), (Some(in_seconds(1)), Some(FAMILY)));
            assert_eq!(row.awaited.refused_at, None);
        }
    })
    .await;
}

#[tokio::test]
async fn a_refused_one_is_never_allowed() {
    on_both(async |db| {
        planted(db, ONE).await;
        for waiting in BOTH {
            assert!(db.write(ONE, async |tx| polled::refuse(tx, ONE, waiting, NOW).await).await);

            assert!(!allow(db, waiting, NOW).await);
        }
    })
    .await;
}

/// S-064, CB-07: of many polls at once one redeems, and only what was allowed.
#[tokio::test(flavor = "multi_thread")]
async fn it_is_redeemed_by_one_of_many() {
    on_both(async |db| {
        planted(db, ONE).await;
        for waiting in BOTH {
            assert!(!db.write(ONE, async |tx| polled::consume(tx, ONE, waiting, FIRST, NOW).await).await);
            assert!(allow(db, waiting, NOW).await);
            assert!(!db.write(ONE, async |tx| polled::consume(tx, ONE, waiting, FIRST, expiry()).await).await);

            let won = winners(db, move |store, _| async move {
                let mut tx = begin(&store, ONE).await;
                let won = polled::consume(&mut tx, ONE, waiting, FIRST, NOW).await.unwrap();
                tx.commit().await.unwrap();
                won
            })
            .await;

            assert_eq!(won, 1);
            let row = db.read(ONE, async |conn| polled::find(conn, ONE, waiting).await).await.unwrap();
            assert_eq!((row.awaited.consumed_at, row.first_refresh), (Some(NOW), Some(FIRST)));
        }
    })
    .await;
}

/// S-118: what waits in another tenant.
#[tokio::test]
async fn another_tenants_is_out_of_reach() {
    on_both(async |db| {
        planted(db, TWO).await;
        for waiting in BOTH {
            assert!(db.read(Wall::All, async |conn| polled::find(conn, ONE, waiting).await).await.is_none());
            let touched = db.write(Wall::All, async |tx| {
                let slow = Lifetime::from_seconds(5);
                polled::slow_down(tx, ONE, waiting, slow, NOW).await?;
                Ok(polled::note_poll(tx, ONE, waiting, NOW).await?
                    || polled::allow(tx, ONE, waiting, FAMILY, NOW).await?
                    || polled::refuse(tx, ONE, waiting, NOW).await?
                    || polled::consume(tx, ONE, waiting, FIRST, NOW).await?)
            });
            assert!(!touched.await);
            assert!(db.write(TWO, async |tx| polled::refuse(tx, TWO, waiting, NOW).await).await);
        }
    })
    .await;
}
