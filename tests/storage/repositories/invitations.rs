//! An invitation is one of an address, the newest, and used once, until its time is over.

use portreeve_domain::UserId;
use portreeve_storage::{Wall, invitations, invitations::InvitationRow};

use crate::{
    database::{Database, NOW, ONE, TWO, begin, on_both},
    race::winners,
    rows::{expiry, in_seconds, user_id, web},
};

const EMAIL: [u8; 32] = [5; 32];

/// An invitation of one address.
pub(crate) fn invitation(number: u8) -> InvitationRow {
    InvitationRow {
        id: user_id(number),
        email_sealed: vec![number],
        email_index: EMAIL,
        client: Some(web()),
        invited_at: NOW,
        expires_at: expiry(),
    }
}

async fn put(db: &Database, row: InvitationRow) {
    db.write(ONE, async |tx| invitations::put(tx, ONE, &row).await).await;
}

async fn find(db: &Database, id: UserId, seconds: i64) -> Option<InvitationRow> {
    db.read(ONE, async |conn| invitations::find(conn, ONE, id, in_seconds(seconds)).await).await
}

/// S-087: the newest only, and no longer than it stands.
#[tokio::test]
async fn the_newest_invitation_of_an_address_stands_until_its_time() {
    on_both(async |db| {
        put(db, invitation(7)).await;
        assert_eq!(find(db, user_id(7), 59).await, Some(invitation(7)));
        put(db, InvitationRow { client: None, ..invitation(8) }).await;

        assert_eq!(find(db, user_id(7), 0).await, None);
        let standing = async |seconds| {
            db.read(ONE, async |conn| invitations::standing(conn, ONE, in_seconds(seconds)).await).await
        };
        assert_eq!(standing(59).await, [InvitationRow { client: None, ..invitation(8) }]);
        assert_eq!((standing(60).await, find(db, user_id(8), 60).await), (vec![], None));
        let take = async |seconds| {
            db.write(ONE, async |tx| invitations::take(tx, ONE, user_id(8), in_seconds(seconds)).await).await
        };
        assert!(!take(60).await);
        assert!(take(59).await);
        assert!(!take(59).await);
    })
    .await;
}

#[tokio::test]
async fn what_is_taken_back_is_gone() {
    on_both(async |db| {
        put(db, invitation(7)).await;
        let revoke = async || db.write(ONE, async |tx| invitations::revoke(tx, ONE, &EMAIL).await).await;

        assert_eq!(revoke().await, Some(user_id(7)));
        assert_eq!(revoke().await, None);
        assert_eq!(find(db, user_id(7), 0).await, None);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_who_use_one_invitation_exactly_one_does() {
    on_both(async |db| {
        put(db, invitation(7)).await;

        let won = winners(db, async |store, _| {
            let mut tx = begin(&store, ONE).await;
            let won = invitations::take(&mut tx, ONE, user_id(7), NOW).await.unwrap();
            tx.commit().await.unwrap();
            won
        })
        .await;

        assert_eq!(won, 1);
    })
    .await;
}

/// S-118: the invitation of the same address in another tenant.
#[tokio::test]
async fn another_tenants_invitation_is_neither_found_nor_used() {
    on_both(async |db| {
        db.write(TWO, async |tx| invitations::put(tx, TWO, &invitation(7)).await).await;

        assert_eq!(db.read(Wall::All, async |conn| invitations::find(conn, ONE, user_id(7), NOW).await).await, None);
        assert_eq!(db.read(Wall::All, async |conn| invitations::standing(conn, ONE, NOW).await).await, []);
        assert!(!db.write(Wall::All, async |tx| invitations::take(tx, ONE, user_id(7), NOW).await).await);
        assert_eq!(db.write(Wall::All, async |tx| invitations::revoke(tx, ONE, &EMAIL).await).await, None);

        assert!(db.write(TWO, async |tx| invitations::take(tx, TWO, user_id(7), NOW).await).await);
    })
    .await;
}
