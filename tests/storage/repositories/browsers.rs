//! A browser's secret changes from the one it had, or not at all.

use portreeve_domain::{BrowserId, SessionId};
use portreeve_storage::{Wall, browsers};

use crate::{
    database::{NOW, ONE, TWO, on_both},
    rows::{expiry, in_seconds},
};

const ID: BrowserId = BrowserId::new(5);
const OLD: [u8; 32] = [1; 32];
const NEW: [u8; 32] = [2; 32];

#[tokio::test]
async fn a_browser_is_found_with_its_secret() {
    on_both(async |db| {
        db.write(ONE, async |tx| browsers::insert(tx, ONE, ID, &OLD, NOW, expiry()).await).await;

        let found = db.read(ONE, async |conn| browsers::find(conn, ONE, ID).await).await.unwrap();

        assert_eq!((found.secret_hash, found.expires_at), (OLD, expiry()));
    })
    .await;
}

#[tokio::test]
async fn a_secret_is_changed_once_from_the_current_one() {
    on_both(async |db| {
        db.write(ONE, async |tx| browsers::insert(tx, ONE, ID, &OLD, NOW, expiry()).await).await;
        let later = in_seconds(120);

        assert!(db.write(ONE, async |tx| browsers::change_secret(tx, ONE, ID, &OLD, &NEW, later).await).await);
        assert!(!db.write(ONE, async |tx| browsers::change_secret(tx, ONE, ID, &OLD, &[3; 32], later).await).await);

        let found = db.read(ONE, async |conn| browsers::find(conn, ONE, ID).await).await.unwrap();
        assert_eq!((found.secret_hash, found.expires_at), (NEW, later));
    })
    .await;
}

/// S-118: the browsers of another tenant.
#[tokio::test]
async fn another_tenants_browser_is_neither_found_nor_changed() {
    on_both(async |db| {
        db.write(TWO, async |tx| browsers::insert(tx, TWO, ID, &OLD, NOW, expiry()).await).await;

        assert!(db.read(Wall::All, async |conn| browsers::find(conn, ONE, ID).await).await.is_none());
        assert!(!db.write(Wall::All, async |tx| browsers::change_secret(tx, ONE, ID, &OLD, &NEW, NOW).await).await);

        let kept = db.read(TWO, async |conn| browsers::find(conn, TWO, ID).await).await.unwrap();
        assert_eq!(kept.secret_hash, OLD);
    })
    .await;
}

/// S-092, S-118: how often somebody was signed out is counted for the browser of this tenant alone.
#[tokio::test]
async fn sign_outs_of_a_browser_are_counted() {
    on_both(async |db| {
        const OTHER: BrowserId = BrowserId::new(8);
        db.write(ONE, async |tx| browsers::insert(tx, ONE, ID, &OLD, NOW, expiry()).await).await;
        db.write(TWO, async |tx| browsers::insert(tx, TWO, OTHER, &OLD, NOW, expiry()).await).await;
        let told = async |tenant, id| {
            db.read(tenant, async |conn| browsers::find(conn, tenant, id).await).await.unwrap().sign_outs
        };
        assert_eq!(told(ONE, ID).await, 0);

        for _ in 0..2 {
            db.write(ONE, async |tx| browsers::sign_out(tx, ONE, ID).await).await;
            db.write(Wall::All, async |tx| browsers::sign_out(tx, ONE, OTHER).await).await;
        }

        assert_eq!((told(ONE, ID).await, told(TWO, OTHER).await), (2, 0));
    })
    .await;
}

#[tokio::test]
async fn the_account_pages_turn_to_a_session_of_this_tenants_browser() {
    on_both(async |db| {
        db.write(ONE, async |tx| browsers::insert(tx, ONE, ID, &OLD, NOW, expiry()).await).await;
        let turn = async |tenant| {
            db.write(Wall::All, async |tx| browsers::turn_to(tx, tenant, ID, SessionId::new(8)).await).await
        };

        assert!(!turn(TWO).await);
        let before = db.read(ONE, async |conn| browsers::find(conn, ONE, ID).await).await.unwrap();
        assert!(turn(ONE).await);
        let after = db.read(ONE, async |conn| browsers::find(conn, ONE, ID).await).await.unwrap();

        assert_eq!((before.account_session, after.account_session), (None, Some(SessionId::new(8))));
    })
    .await;
}
