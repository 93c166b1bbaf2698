//! A credential is one person's, its counter only grows, and a removed one never comes back.

use portreeve_domain::{TenantId, Timestamp, UserId};
use portreeve_storage::passkeys::{self, PasskeyRow, PasskeyUse};
use portreeve_storage::{Wall, users};

use crate::{
    database::{Database, NOW, ONE, TWO, begin, on_both},
    race::winners,
    rows::{user, user_id},
};

const ADA: UserId = user_id(7);
const BOB: UserId = user_id(8);
const LATER: Timestamp = Timestamp::from_millis(NOW.as_millis() + 1_000);

fn passkey(number: u8, user: UserId) -> PasskeyRow {
    PasskeyRow {
        index: [number; 32],
        user,
        credential_sealed: vec![number, 0, 1],
        name_sealed: vec![number, 0, 2],
        aaguid: [number; 16],
        counter: 0,
        backup_eligible: true,
        backed_up: false,
        user_verified: true,
        attested: false,
        created_at: NOW,
        last_used_at: None,
    }
}

async fn add(db: &Database, tenant: TenantId, row: &PasskeyRow) -> bool {
    db.write(Wall::All, async |tx| passkeys::insert(tx, tenant, row).await).await
}

async fn found(db: &Database, number: u8) -> Option<PasskeyRow> {
    db.read(ONE, async |conn| passkeys::find(conn, ONE, &[number; 32]).await).await
}

async fn of(db: &Database, user: UserId) -> Vec<PasskeyRow> {
    db.read(ONE, async |conn| passkeys::of_user(conn, ONE, user).await).await
}

async fn is_used(db: &Database, number: u8, counter: i64) -> bool {
    let used = PasskeyUse { counter, backed_up: true, at: LATER };
    db.write(ONE, async |tx| passkeys::record_use(tx, ONE, &[number; 32], used).await).await
}

async fn is_removed(db: &Database, user: UserId, number: u8) -> bool {
    db.write(ONE, async |tx| passkeys::remove(tx, ONE, user, &[number; 32], LATER).await).await
}

async fn was_removed(db: &Database, number: u8) -> bool {
    db.read(ONE, async |conn| passkeys::was_removed(conn, ONE, &[number; 32]).await).await
}

#[tokio::test]
async fn a_passkey_is_found_with_what_it_was_stored_with() {
    on_both(async |db| {
        let bound = PasskeyRow { backup_eligible: false, counter: 4_294_967_295, attested: true, ..passkey(2, ADA) };
        assert!(add(db, ONE, &passkey(1, ADA)).await);
        assert!(add(db, ONE, &bound).await);
        assert!(add(db, ONE, &passkey(3, BOB)).await);

        assert_eq!(found(db, 1).await, Some(passkey(1, ADA)));
        assert_eq!(of(db, ADA).await, [passkey(1, ADA), bound]);
        assert_eq!(db.read(ONE, async |conn| passkeys::count(conn, ONE, ADA).await).await, 2);
        assert_eq!(found(db, 4).await, None);
    })
    .await;
}

/// Web Authentication §7.1 step 26: a credential that is somebody's is not given to another.
#[tokio::test]
async fn a_credential_is_one_persons() {
    on_both(async |db| {
        assert!(add(db, ONE, &passkey(1, ADA)).await);

        assert!(!add(db, ONE, &passkey(1, BOB)).await);
        assert!(!is_removed(db, BOB, 1).await);
        let renamed = db.write(ONE, async |tx| passkeys::rename(tx, ONE, BOB, &[1; 32], b"mine").await).await;

        assert!(!renamed);
        assert_eq!(found(db, 1).await, Some(passkey(1, ADA)));
    })
    .await;
}

/// S-085: a counter that does not grow is not taken, and neither is 0 after it has counted.
#[tokio::test]
async fn the_counter_only_grows() {
    on_both(async |db| {
        add(db, ONE, &PasskeyRow { counter: 5, ..passkey(1, ADA) }).await;

        assert!(!is_used(db, 1, 5).await);
        assert!(!is_used(db, 1, 4).await);
        assert!(!is_used(db, 1, 0).await);
        assert_eq!(found(db, 1).await.map(|row| (row.counter, row.last_used_at)), Some((5, None)));
        assert!(is_used(db, 1, 6).await);

        let row = found(db, 1).await.map(|row| (row.counter, row.backed_up, row.last_used_at));
        assert_eq!(row, Some((6, true, Some(LATER))));
    })
    .await;
}

#[tokio::test]
async fn a_credential_that_does_not_count_is_used_again_and_again() {
    on_both(async |db| {
        add(db, ONE, &passkey(1, ADA)).await;

        assert!(is_used(db, 1, 0).await);
        assert!(is_used(db, 1, 0).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_who_show_one_counter_exactly_one_wins() {
    on_both(async |db| {
        add(db, ONE, &PasskeyRow { counter: 5, ..passkey(1, ADA) }).await;

        let won = winners(db, async |store, _| {
            let mut tx = begin(&store, ONE).await;
            let used = PasskeyUse { counter: 6, backed_up: false, at: LATER };
            let won = passkeys::record_use(&mut tx, ONE, &[1; 32], used).await.unwrap();
            tx.commit().await.unwrap();
            won
        })
        .await;

        assert_eq!(won, 1);
    })
    .await;
}

/// W27: what was removed is known as removed, and only that; nothing brings it back.
#[tokio::test]
async fn a_removed_passkey_is_dead_and_known_to_be() {
    on_both(async |db| {
        add(db, ONE, &passkey(1, ADA)).await;
        assert!(!was_removed(db, 1).await);

        assert!(is_removed(db, ADA, 1).await);
        assert!(!is_removed(db, ADA, 1).await);

        assert_eq!(found(db, 1).await, None);
        assert_eq!(of(db, ADA).await, []);
        assert_eq!(db.read(ONE, async |conn| passkeys::count(conn, ONE, ADA).await).await, 0);
        assert!(!is_used(db, 1, 0).await);
        assert!(!add(db, ONE, &passkey(1, ADA)).await);
        assert!(was_removed(db, 1).await);
        assert!(!was_removed(db, 2).await);
    })
    .await;
}

#[tokio::test]
async fn a_person_can_be_left_without_any() {
    on_both(async |db| {
        for (number, owner) in [(1, ADA), (2, ADA), (3, BOB)] {
            add(db, ONE, &passkey(number, owner)).await;
        }

        let removed = db.write(ONE, async |tx| passkeys::remove_all(tx, ONE, ADA, LATER).await).await;

        assert_eq!(removed, 2);
        assert_eq!(of(db, ADA).await, []);
        assert_eq!(of(db, BOB).await, [passkey(3, BOB)]);
        assert!(was_removed(db, 1).await && was_removed(db, 2).await);
    })
    .await;
}

/// S-088: those from before stay, and so do other people's.
#[tokio::test]
async fn what_was_added_since_an_instant_can_be_removed() {
    on_both(async |db| {
        for (number, owner, created_at) in [(1, ADA, NOW), (2, ADA, LATER), (3, BOB, LATER)] {
            add(db, ONE, &PasskeyRow { created_at, ..passkey(number, owner) }).await;
        }
        add(db, TWO, &PasskeyRow { created_at: LATER, ..passkey(4, ADA) }).await;

        let remove =
            async || db.write(Wall::All, async |tx| passkeys::remove_since(tx, ONE, ADA, NOW, LATER).await).await;

        assert_eq!((remove().await, remove().await), (1, 0));
        assert_eq!(of(db, ADA).await, [passkey(1, ADA)]);
        assert_eq!(of(db, BOB).await.len(), 1);
        assert_eq!(db.read(TWO, async |conn| passkeys::count(conn, TWO, ADA).await).await, 1);
        assert!(was_removed(db, 2).await);
    })
    .await;
}

#[tokio::test]
async fn a_name_can_be_changed() {
    on_both(async |db| {
        add(db, ONE, &passkey(1, ADA)).await;

        assert!(db.write(ONE, async |tx| passkeys::rename(tx, ONE, ADA, &[1; 32], b"phone").await).await);

        assert_eq!(found(db, 1).await.map(|row| row.name_sealed), Some(b"phone".to_vec()));
    })
    .await;
}

/// SECURITY rule 14: erasing a person removes every index value, also those of removed passkeys, and nobody else's.
#[tokio::test]
async fn nothing_is_left_of_an_erased_persons_passkeys() {
    on_both(async |db| {
        for number in [7, 8] {
            db.write(ONE, async |tx| users::insert(tx, ONE, &user(number)).await).await;
            add(db, ONE, &passkey(number, user_id(number))).await;
        }
        add(db, ONE, &passkey(9, ADA)).await;
        assert!(is_removed(db, ADA, 9).await);

        assert!(db.write(ONE, async |tx| users::erase(tx, ONE, ADA, NOW).await).await);

        assert_eq!(of(db, ADA).await, []);
        assert!(!was_removed(db, 9).await);
        assert_eq!(of(db, BOB).await, [passkey(8, BOB)]);
    })
    .await;
}

/// S-118: the credential of another tenant, with the same index and the same account number.
#[tokio::test]
async fn another_tenants_passkeys_are_out_of_reach() {
    on_both(async |db| {
        let theirs = passkey(1, ADA);
        add(db, TWO, &theirs).await;
        let used = PasskeyUse { counter: 9, backed_up: true, at: LATER };

        assert_eq!(db.read(Wall::All, async |c| passkeys::find(c, ONE, &[1; 32]).await).await, None);
        assert_eq!(db.read(Wall::All, async |c| passkeys::of_user(c, ONE, ADA).await).await, []);
        assert_eq!(db.read(Wall::All, async |c| passkeys::count(c, ONE, ADA).await).await, 0);
        assert!(!db.write(Wall::All, async |tx| passkeys::record_use(tx, ONE, &[1; 32], used).await).await);
        assert!(!db.write(Wall::All, async |tx| passkeys::rename(tx, ONE, ADA, &[1; 32], b"x").await).await);
        assert!(!db.write(Wall::All, async |tx| passkeys::remove(tx, ONE, ADA, &[1; 32], LATER).await).await);
        assert_eq!(db.write(Wall::All, async |tx| passkeys::remove_all(tx, ONE, ADA, LATER).await).await, 0);
        assert!(!db.read(Wall::All, async |c| passkeys::was_removed(c, ONE, &[1; 32]).await).await);

        assert_eq!(db.read(TWO, async |c| passkeys::find(c, TWO, &[1; 32]).await).await, Some(theirs));
        assert!(add(db, ONE, &passkey(1, BOB)).await);
    })
    .await;
}
