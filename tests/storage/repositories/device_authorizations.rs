//! A device authorization is found by its id and by its user code, in its tenant (RFC 8628 §3.1, §3.3).

use portreeve_domain::{DeviceAuthorizationId, Lifetime, TenantId};
use portreeve_storage::{Wall, device_authorizations};

use crate::{
    database::{Database, NOW, ONE, TWO, on_both},
    rows::{device_authorization, web},
};

const ID: DeviceAuthorizationId = DeviceAuthorizationId::new(5);

async fn planted(db: &Database, tenant: TenantId) {
    let added =
        db.write(tenant, async |tx| device_authorizations::insert(tx, tenant, &device_authorization(5)).await).await;
    assert!(added);
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

/// S-118: the devices of another tenant.
#[tokio::test]
async fn another_tenants_device_is_out_of_reach() {
    on_both(async |db| {
        planted(db, TWO).await;
        let index = device_authorization(5).user_code_index;

        assert!(db.read(Wall::All, async |conn| device_authorizations::find(conn, ONE, ID).await).await.is_none());
        let by_code = db.read(Wall::All, async |c| device_authorizations::find_by_user_code(c, ONE, &index).await);
        assert!(by_code.await.is_none());
    })
    .await;
}
