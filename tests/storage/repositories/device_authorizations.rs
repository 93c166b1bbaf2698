//! A device authorization is decided once, redeemed once, in time, in its tenant (RFC 8628 §3.4, §3.5).

use portreeve_domain::{DeviceAuthorizationId, FamilyId, Lifetime, TenantId, Timestamp};
use portreeve_storage::{Wall, device_authorizations};

use crate::{
    database::{Database, NOW, ONE, TWO, begin, on_both},
    race::winners,
    rows::{device_authorization, expiry, in_seconds, web},
};

const ID: DeviceAuthorizationId = DeviceAuthorizationId::new(5);
const FAMILY: FamilyId = FamilyId::new(9);

async fn planted(db: &Database, tenant: TenantId) {
    let added =
        db.write(tenant, async |tx| device_authorizations::insert(tx, tenant, &device_authorization(5)).await).await;
    assert!(added);
}

async fn allow(db: &Database, now: Timestamp) -> bool {
    db.write(ONE, async |tx| device_authorizations::allow(tx, ONE, ID, FAMILY, now).await).await
}

#[tokio::test]
async fn it_is_found_by_id_and_by_user_code_with_what_was_stored() {
    on_both(async |db| {
        planted(db, ONE).await;
        let index = device_authorization(5).user_code_index;

        let by_id = db.read(ONE, async |conn| device_authorizations::find(conn, ONE, ID).await).await.unwrap();
        let by_code = db.read(ONE, async |c| device_authorizations::find_by_user_code(c, ONE, &index).await).await;

        assert_eq!((by_id.id, by_id.client, by_id.secret_hash), (ID, web(), [17; 32]));
        assert_eq!((by_id.user_code_index, by_id.request_sealed), (index, b"request".to_vec()));
        assert_eq!((by_id.interval, by_id.created_at), (Lifetime::from_seconds(5), NOW));
        assert_eq!((by_id.awaited, by_id.family), (device_authorization(5).awaited, None));
        assert_eq!(by_code.unwrap().id, ID);
    })
    .await;
}

/// S-064: a user code names one device.
#[tokio::test]
async fn a_user_code_is_given_once() {
    on_both(async |db| {
        planted(db, ONE).await;
        let twin = device_authorizations::DeviceAuthorizationRow {
            user_code_index: device_authorization(5).user_code_index,
            ..device_authorization(6)
        };

        assert!(!db.write(ONE, async |tx| device_authorizations::insert(tx, ONE, &twin).await).await);
        assert!(db.write(TWO, async |tx| device_authorizations::insert(tx, TWO, &twin).await).await);
    })
    .await;
}

/// DV-02: a poll within the interval is not noted, and from then on the interval is longer.
#[tokio::test]
async fn polls_keep_the_interval_and_it_grows() {
    on_both(async |db| {
        planted(db, ONE).await;
        let note = async |now| db.write(ONE, async |tx| device_authorizations::note_poll(tx, ONE, ID, now).await).await;

        assert!(note(NOW).await);
        assert!(!note(in_seconds(4)).await);
        let longer = Lifetime::from_seconds(5);
        db.write(ONE, async |tx| device_authorizations::slow_down(tx, ONE, ID, longer, in_seconds(4)).await).await;

        assert!(!note(in_seconds(13)).await);
        assert!(note(in_seconds(14)).await);
    })
    .await;
}

/// S-064: approved or refused once, and not after the end.
#[tokio::test]
async fn it_is_decided_once_and_in_time() {
    on_both(async |db| {
        let refuse = async |now| db.write(ONE, async |tx| device_authorizations::refuse(tx, ONE, ID, now).await).await;
        planted(db, ONE).await;

        assert!(!allow(db, expiry()).await && !refuse(expiry()).await);
        assert!(allow(db, in_seconds(1)).await);
        assert!(!allow(db, in_seconds(2)).await && !refuse(in_seconds(2)).await);

        let row = db.read(ONE, async |conn| device_authorizations::find(conn, ONE, ID).await).await.unwrap();
        assert_eq!((row.awaited.allowed_at, row.family), (Some(in_seconds(1)), Some(FAMILY)));
        assert_eq!(row.awaited.refused_at, None);
    })
    .await;
}

#[tokio::test]
async fn a_refused_one_is_never_allowed() {
    on_both(async |db| {
        planted(db, ONE).await;

        assert!(db.write(ONE, async |tx| device_authorizations::refuse(tx, ONE, ID, NOW).await).await);

        assert!(!allow(db, NOW).await);
    })
    .await;
}

/// S-064: of many polls at once one redeems, and only what was allowed.
#[tokio::test(flavor = "multi_thread")]
async fn it_is_redeemed_by_one_of_many() {
    on_both(async |db| {
        planted(db, ONE).await;
        assert!(!db.write(ONE, async |tx| device_authorizations::consume(tx, ONE, ID, NOW).await).await);
        assert!(allow(db, NOW).await);
        assert!(!db.write(ONE, async |tx| device_authorizations::consume(tx, ONE, ID, expiry()).await).await);

        let won = winners(db, async |store, _| {
            let mut tx = begin(&store, ONE).await;
            let won = device_authorizations::consume(&mut tx, ONE, ID, NOW).await.unwrap();
            tx.commit().await.unwrap();
            won
        })
        .await;

        assert_eq!(won, 1);
    })
    .await;
}

/// S-118: the devices of another tenant.
#[tokio::test]
async fn another_tenants_device_is_out_of_reach() {
    on_both(async |db| {
        planted(db, TWO).await;
        let index = device_authorization(5).user_code_index;

        assert!(db.read(Wall::All, async |conn| device_authorizations::find(conn, ONE, ID).await).await.is_none());
        let by_code = db.read(Wall::All, async |c| device_authorizations::find_by_user_code(c, ONE, &index).await);
        assert!(by_code.await.is_none());
        let untouched = db.write(Wall::All, async |tx| {
            let slow = Lifetime::from_seconds(5);
            device_authorizations::slow_down(tx, ONE, ID, slow, NOW).await?;
            Ok(device_authorizations::note_poll(tx, ONE, ID, NOW).await?
                || device_authorizations::allow(tx, ONE, ID, FAMILY, NOW).await?
                || device_authorizations::refuse(tx, ONE, ID, NOW).await?
                || device_authorizations::consume(tx, ONE, ID, NOW).await?)
        });
        assert!(!untouched.await);
        assert!(db.write(TWO, async |tx| device_authorizations::refuse(tx, TWO, ID, NOW).await).await);
    })
    .await;
}
