//! A person has a few places for requests that wait; what is pushed is kept once and forgotten when it has arrived.

use portreeve_domain::{BackchannelAuthenticationId, FamilyId, Lifetime, TenantId, polling::Waiting};
use portreeve_storage::{
    Wall, backchannel_authentications, backchannel_authentications::BackchannelAuthenticationRow, polled,
};

use crate::{
    database::{Database, NOW, ONE, TWO, begin, on_both},
    race::winners,
    rows::{backchannel_authentication, expiry, in_seconds, user_id, web},
};

const ID: BackchannelAuthenticationId = BackchannelAuthenticationId::new(5);
const PERSON: [u8; 32] = [18; 32];

async fn insert(db: &Database, tenant: TenantId, slot: i64, id: i64) -> bool {
    let row = backchannel_authentication(id);
    db.write(tenant, async |tx| backchannel_authentications::insert(tx, tenant, slot, &row).await).await
}

async fn find(db: &Database) -> BackchannelAuthenticationRow {
    db.read(ONE, async |conn| backchannel_authentications::find(conn, ONE, ID).await).await.unwrap()
}

async fn waiting(db: &Database) -> Vec<i64> {
    let rows = db.read(ONE, async |conn| backchannel_authentications::waiting_for(conn, ONE, &PERSON, NOW).await).await;
    rows.iter().map(|row| row.id.as_i64()).collect()
}

#[tokio::test]
async fn it_is_found_with_what_was_stored() {
    on_both(async |db| {
        assert!(insert(db, ONE, 0, 5).await);

        let row = find(db).await;

        assert_eq!((row.id, row.client, row.secret_hash, row.person_index), (ID, web(), [17; 32], PERSON));
        assert_eq!((row.user, row.request_sealed), (Some(user_id(7)), b"request".to_vec()));
        assert_eq!((row.interval, row.created_at), (Lifetime::from_seconds(5), NOW));
        assert_eq!(row.awaited, backchannel_authentication(5).awaited);
        assert_eq!((row.family, row.answer_sealed, row.told_at), (None, None, None));
    })
    .await;
}

/// S-066: a place is for one; a decision frees it, and so does the end, once somebody asks again.
#[tokio::test]
async fn a_place_is_for_one_that_waits() {
    on_both(async |db| {
        let free = async |now| {
            db.write(ONE, async |tx| backchannel_authentications::free_slots(tx, ONE, &PERSON, now).await).await;
        };
        assert!(insert(db, ONE, 0, 5).await && !insert(db, ONE, 0, 6).await);
        assert!(insert(db, ONE, 1, 6).await);
        assert_eq!(waiting(db).await, [5, 6]);

        db.write(ONE, async |tx| polled::refuse(tx, ONE, Waiting::Backchannel(ID), NOW).await).await;
        assert_eq!(waiting(db).await, [6]);
        free(in_seconds(1)).await;
        assert!(insert(db, ONE, 0, 7).await && !insert(db, ONE, 1, 8).await);
        free(expiry()).await;
        assert!(insert(db, ONE, 0, 8).await && insert(db, ONE, 1, 9).await);
    })
    .await;
}

/// S-066: of many that ask at once, one gets the place.
#[tokio::test(flavor = "multi_thread")]
async fn a_place_is_taken_by_one_of_many() {
    on_both(async |db| {
        let won = winners(db, async |store, number| {
            let mut tx = begin(&store, ONE).await;
            let row = backchannel_authentication(100 + number);
            let won = backchannel_authentications::insert(&mut tx, ONE, 0, &row).await.unwrap();
            tx.commit().await.unwrap();
            won
        })
        .await;

        assert_eq!(won, 1);
    })
    .await;
}

/// CB-09: an answer is kept for what was allowed, once, and forgotten when the client has it.
#[tokio::test]
async fn an_answer_is_kept_once_until_it_has_arrived() {
    on_both(async |db| {
        let keep = async |answer: &[u8]| {
            let answer = answer.to_vec();
            db.write(ONE, async |tx| backchannel_authentications::keep_answer(tx, ONE, ID, &answer, NOW).await).await
        };
        let told = async || db.write(ONE, async |tx| backchannel_authentications::told(tx, ONE, ID, NOW).await).await;
        assert!(insert(db, ONE, 0, 5).await);
        assert!(!keep(b"early").await);
        let family = FamilyId::new(9);
        db.write(ONE, async |tx| polled::allow(tx, ONE, Waiting::Backchannel(ID), family, NOW).await).await;

        assert!(keep(b"tokens").await && !keep(b"others").await);
        let row = find(db).await;
        assert_eq!((row.answer_sealed, row.awaited.consumed_at), (Some(b"tokens".to_vec()), Some(NOW)));
        assert!(told().await && !told().await);
        let row = find(db).await;
        assert_eq!((row.answer_sealed, row.told_at), (None, Some(NOW)));
    })
    .await;
}

/// S-118: the requests of another tenant.
#[tokio::test]
async fn another_tenants_request_is_out_of_reach() {
    on_both(async |db| {
        assert!(insert(db, TWO, 0, 5).await);

        let touched = db
            .write(Wall::All, async |tx| {
                backchannel_authentications::free_slots(tx, ONE, &PERSON, expiry()).await?;
                assert!(backchannel_authentications::find(tx, ONE, ID).await?.is_none());
                assert!(backchannel_authentications::waiting_for(tx, ONE, &PERSON, NOW).await?.is_empty());
                Ok(backchannel_authentications::keep_answer(tx, ONE, ID, &vec![1], NOW).await?
                    || backchannel_authentications::told(tx, ONE, ID, NOW).await?)
            })
            .await;

        assert!(!touched);
        let theirs = db.read(TWO, async |c| backchannel_authentications::waiting_for(c, TWO, &PERSON, NOW).await).await;
        assert_eq!(theirs.len(), 1);
    })
    .await;
}
