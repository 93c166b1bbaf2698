//! People: an address belongs to one account, and what was erased is neither found nor given to somebody else.

use portreeve_domain::{Subject, TenantId, UserId};
use portreeve_storage::{
    Wall, account_deletions, factor_failures, users,
    users::{NewEmail, SignInState, UserRow},
};

use crate::{
    database::{Database, NOW, ONE, TWO, begin, on_both},
    rows::{in_seconds, user, user_id},
};

const USER: UserId = user_id(7);

async fn insert(db: &Database, tenant: TenantId, user: &UserRow) -> bool {
    db.write(tenant, async |tx| users::insert(tx, tenant, user).await).await
}

async fn find(db: &Database, tenant: TenantId) -> Option<UserRow> {
    db.read(Wall::All, async |conn| users::find(conn, tenant, USER).await).await
}

async fn find_by_email(db: &Database, tenant: TenantId, index: u8) -> Option<UserId> {
    let found = db.read(Wall::All, async |conn| users::find_by_email(conn, tenant, &[index; 32]).await).await;
    found.map(|user| user.id)
}

async fn find_by_subject(db: &Database, tenant: TenantId, subject: &str) -> Option<UserId> {
    let found = db.read(Wall::All, async |conn| users::find_by_subject(conn, tenant, subject).await).await;
    found.map(|user| user.id)
}

/// All columns of a user, to be compared.
fn columns(user: &UserRow) -> impl PartialEq + std::fmt::Debug + use<> {
    (
        (user.id, user.subject.clone(), user.is_admin),
        (user.email_sealed.clone(), user.email_index, user.email_verified_at, user.claims_sealed.clone()),
        (user.created_at, user.updated_at, user.disabled_at),
    )
}

#[tokio::test]
async fn a_user_is_found_by_id_address_and_subject() {
    on_both(async |db| {
        assert!(insert(db, ONE, &UserRow { email_verified_at: Some(in_seconds(-1)), ..user(7) }).await);

        let found = find(db, ONE).await.unwrap();

        assert_eq!(columns(&found), columns(&UserRow { email_verified_at: Some(in_seconds(-1)), ..user(7) }));
        assert_eq!(find_by_email(db, ONE, 7).await, Some(USER));
        assert_eq!(find_by_subject(db, ONE, "usr_7").await, Some(USER));
        assert_eq!((find_by_email(db, ONE, 8).await, find_by_subject(db, ONE, "usr_8").await), (None, None));
    })
    .await;
}

#[tokio::test]
async fn an_address_belongs_to_one_account_and_none_to_many() {
    on_both(async |db| {
        let bare = |number| UserRow { email_sealed: None, email_index: None, claims_sealed: None, ..user(number) };
        assert!(insert(db, ONE, &user(7)).await);

        assert!(!insert(db, ONE, &UserRow { email_index: Some([7; 32]), ..user(8) }).await);
        assert!(insert(db, ONE, &bare(9)).await);
        assert!(insert(db, ONE, &bare(10)).await);

        assert_eq!(find_by_email(db, ONE, 7).await, Some(USER));
    })
    .await;
}

#[tokio::test]
async fn users_are_listed_by_id_in_pages_without_the_erased() {
    on_both(async |db| {
        for number in [9, 7, 8, 10] {
            insert(db, ONE, &user(number)).await;
        }
        db.write(ONE, async |tx| users::erase(tx, ONE, user_id(9), NOW).await).await;
        let list = async |after| {
            let rows = db.read(ONE, async |conn| users::list(conn, ONE, after).await).await;
            rows.iter().map(|user| user.id).collect::<Vec<_>>()
        };

        assert_eq!(list(None).await, [7, 8, 10].map(user_id));
        assert_eq!(list(Some(user_id(8))).await, [user_id(10)]);
    })
    .await;
}

#[tokio::test]
async fn at_most_five_hundred_users_are_listed_at_once() {
    on_both(async |db| {
        db.write(ONE, async |tx| {
            for number in 1..=501_u16 {
                let mut id = [0; 16];
                id[..2].copy_from_slice(&number.to_be_bytes());
                let subject = Subject::new(format!("usr_{number}"));
                let user = UserRow { id: UserId::from_bytes(id), subject, email_index: None, ..user(1) };
                assert!(users::insert(tx, ONE, &user).await?);
            }
            Ok(())
        })
        .await;

        assert_eq!(db.read(ONE, async |conn| users::list(conn, ONE, None).await).await.len(), 500);
    })
    .await;
}

#[tokio::test]
async fn an_update_replaces_address_claims_and_role_and_nothing_else() {
    on_both(async |db| {
        insert(db, ONE, &user(7)).await;
        let changed = UserRow {
            email_sealed: Some(b"other address".to_vec()),
            email_index: Some([8; 32]),
            email_verified_at: Some(in_seconds(2)),
            claims_sealed: None,
            is_admin: false,
            updated_at: in_seconds(3),
            ..user(7)
        };

        let ignored = UserRow { subject: Subject::new("usr_other"), created_at: in_seconds(4), ..changed.clone() };
        assert!(db.write(ONE, async |tx| users::update(tx, ONE, &ignored).await).await);
        assert!(!db.write(ONE, async |tx| users::update(tx, ONE, &user(9)).await).await);

        assert_eq!(columns(&find(db, ONE).await.unwrap()), columns(&changed));
        assert_eq!((find_by_email(db, ONE, 7).await, find_by_email(db, ONE, 8).await), (None, Some(USER)));
    })
    .await;
}

#[tokio::test]
async fn an_update_to_somebody_elses_address_is_a_fault() {
    on_both(async |db| {
        insert(db, ONE, &user(7)).await;
        insert(db, ONE, &user(8)).await;

        let taken = UserRow { email_index: Some([8; 32]), ..user(7) };
        db.refuses(ONE, async |tx| users::update(tx, ONE, &taken).await).await;

        assert_eq!(find_by_email(db, ONE, 8).await, Some(user_id(8)));
    })
    .await;
}

#[tokio::test]
async fn an_address_is_verified_once_and_only_while_it_is_the_current_one() {
    on_both(async |db| {
        insert(db, ONE, &user(7)).await;

        assert!(!db.write(ONE, async |tx| users::verify_email(tx, ONE, USER, &[8; 32], NOW).await).await);
        assert!(db.write(ONE, async |tx| users::verify_email(tx, ONE, USER, &[7; 32], in_seconds(5)).await).await);
        assert!(!db.write(ONE, async |tx| users::verify_email(tx, ONE, USER, &[7; 32], in_seconds(6)).await).await);

        let found = find(db, ONE).await.unwrap();
        assert_eq!((found.email_verified_at, found.updated_at), (Some(in_seconds(5)), in_seconds(5)));
    })
    .await;
}

#[tokio::test]
async fn an_account_is_switched_off_and_on() {
    on_both(async |db| {
        insert(db, ONE, &user(7)).await;

        assert!(db.write(ONE, async |tx| users::disable(tx, ONE, USER, Some(NOW)).await).await);
        assert_eq!(find(db, ONE).await.unwrap().disabled_at, Some(NOW));

        assert!(db.write(ONE, async |tx| users::disable(tx, ONE, USER, None).await).await);
        assert_eq!(find(db, ONE).await.unwrap().disabled_at, None);
        assert!(!db.write(ONE, async |tx| users::disable(tx, ONE, user_id(8), Some(NOW)).await).await);
    })
    .await;
}

#[tokio::test]
async fn an_erased_user_is_gone_with_all_that_was_readable_and_the_subject_is_never_reassigned() {
    on_both(async |db| {
        insert(db, ONE, &user(7)).await;

        assert!(db.write(ONE, async |tx| users::erase(tx, ONE, USER, NOW).await).await);
        assert!(!db.write(ONE, async |tx| users::erase(tx, ONE, USER, NOW).await).await);

        assert!(find(db, ONE).await.is_none());
        assert_eq!((find_by_email(db, ONE, 7).await, find_by_subject(db, ONE, "usr_7").await), (None, None));
        assert!(!db.write(ONE, async |tx| users::update(tx, ONE, &user(7)).await).await);
        assert!(!db.write(ONE, async |tx| users::disable(tx, ONE, USER, None).await).await);
        let readable = "SELECT COUNT(*) FROM users WHERE email_sealed IS NOT NULL OR email_index IS NOT NULL OR claims_sealed IS NOT NULL";
        assert_eq!(db.count(readable).await, 0);
        assert!(!insert(db, ONE, &UserRow { subject: Subject::new("usr_7"), ..user(8) }).await);
        assert!(insert(db, ONE, &UserRow { email_index: Some([7; 32]), ..user(9) }).await);
    })
    .await;
}

/// S-118: the same account number, address and subject in another tenant.
#[tokio::test]
async fn another_tenants_user_is_neither_found_nor_changed_nor_in_the_way() {
    on_both(async |db| {
        insert(db, TWO, &user(7)).await;

        assert!(find(db, ONE).await.is_none());
        assert_eq!((find_by_email(db, ONE, 7).await, find_by_subject(db, ONE, "usr_7").await), (None, None));
        assert!(db.read(Wall::All, async |conn| users::list(conn, ONE, None).await).await.is_empty());
        assert!(!db.write(Wall::All, async |tx| users::update(tx, ONE, &user(7)).await).await);
        assert!(!db.write(Wall::All, async |tx| users::verify_email(tx, ONE, USER, &[7; 32], NOW).await).await);
        assert!(!db.write(Wall::All, async |tx| users::disable(tx, ONE, USER, Some(NOW)).await).await);
        assert!(!db.write(Wall::All, async |tx| users::erase(tx, ONE, USER, NOW).await).await);
        assert!(insert(db, ONE, &user(7)).await);

        assert_eq!(columns(&find(db, TWO).await.unwrap()), columns(&user(7)));
    })
    .await;
}

#[tokio::test]
async fn a_tenant_has_an_administrator_while_one_can_sign_in() {
    on_both(async |db| {
        let has_admin = async |tenant| db.read(Wall::All, async |conn| users::has_admin(conn, tenant).await).await;
        insert(db, ONE, &UserRow { is_admin: false, ..user(8) }).await;
        insert(db, TWO, &user(7)).await;
        assert!(!has_admin(ONE).await);

        insert(db, ONE, &user(7)).await;
        assert!(has_admin(ONE).await);

        db.write(ONE, async |tx| users::disable(tx, ONE, USER, Some(NOW)).await).await;
        assert!(!has_admin(ONE).await);
    })
    .await;
}

#[tokio::test]
async fn another_administrator_is_one_who_can_sign_in_and_stays() {
    on_both(async |db| {
        let has_other = async || db.read(ONE, async |conn| users::has_other_admin(conn, ONE, USER).await).await;
        insert(db, ONE, &user(7)).await;
        insert(db, ONE, &UserRow { is_admin: false, ..user(8) }).await;
        insert(db, TWO, &user(9)).await;
        assert!(!has_other().await);

        insert(db, ONE, &user(9)).await;
        assert!(has_other().await);

        db.write(ONE, async |tx| account_deletions::insert(tx, ONE, user_id(9), NOW, in_seconds(60)).await).await;
        assert!(!has_other().await);
        insert(db, ONE, &user(10)).await;
        assert!(has_other().await);
        db.write(ONE, async |tx| users::disable(tx, ONE, user_id(10), Some(NOW)).await).await;
        assert!(!has_other().await);
    })
    .await;
}

/// Of two administrators who leave at once, the second sees that the first is leaving.
#[tokio::test(flavor = "multi_thread")]
async fn administrators_leave_one_after_the_other() {
    on_both(async |db| {
        insert(db, ONE, &user(7)).await;
        insert(db, ONE, &user(8)).await;

        let leave = async |number| {
            let mut tx = begin(&db.store, ONE).await;
            users::hold_admins(&mut tx, ONE).await.unwrap();
            let may = users::has_other_admin(&mut tx, ONE, user_id(number)).await.unwrap();
            if may {
                account_deletions::insert(&mut tx, ONE, user_id(number), NOW, in_seconds(60)).await.unwrap();
            }
            tx.commit().await.unwrap();
            may
        };
        let (one, other) = tokio::join!(leave(7), leave(8));

        assert!(one != other, "{one}, {other}");
    })
    .await;
}

#[tokio::test]
async fn failures_are_forgotten_by_whatever_they_are_counted_under() {
    on_both(async |db| {
        for tenant in [ONE, TWO] {
            db.write(tenant, async |tx| factor_failures::charge(tx, tenant, USER, "password", NOW).await).await;
        }

        db.write(Wall::All, async |tx| users::forget_failures(tx, ONE, USER).await).await;

        assert_eq!(db.count("SELECT COUNT(*) FROM factor_failures").await, 1);
    })
    .await;
}

#[tokio::test]
async fn claims_are_replaced_only_while_they_are_those_that_were_seen() {
    on_both(async |db| {
        insert(db, ONE, &user(7)).await;
        let set = async |tenant, old: &'static [u8], new: &'static [u8]| {
            let now = in_seconds(5);
            db.write(Wall::All, async |tx| users::set_claims(tx, tenant, USER, old, new, now).await).await
        };

        assert!(!set(ONE, b"others", b"new").await);
        assert!(!set(TWO, b"claims", b"new").await);
        assert!(set(ONE, b"claims", b"new").await);
        assert!(!set(ONE, b"claims", b"late").await);

        let found = find(db, ONE).await.unwrap();
        assert_eq!((found.claims_sealed, found.updated_at), (Some(b"new".to_vec()), in_seconds(5)));
        db.write(ONE, async |tx| users::erase(tx, ONE, USER, in_seconds(6)).await).await;
        assert!(!set(ONE, b"new", b"afterwards").await);
    })
    .await;
}

/// S-098, S-118: a row is held for its own tenant, and nothing of it changes.
#[tokio::test]
async fn holding_a_user_changes_nothing() {
    on_both(async |db| {
        db.write(ONE, async |tx| users::insert(tx, ONE, &user(7)).await).await;
        let before = db.read(ONE, async |conn| users::find(conn, ONE, user_id(7)).await).await.unwrap();

        assert!(db.write(ONE, async |tx| users::hold(tx, ONE, user_id(7)).await).await);
        assert!(!db.write(Wall::All, async |tx| users::hold(tx, TWO, user_id(7)).await).await);
        assert!(!db.write(ONE, async |tx| users::hold(tx, ONE, user_id(8)).await).await);

        let after = db.read(ONE, async |conn| users::find(conn, ONE, user_id(7)).await).await.unwrap();
        assert_eq!((after.updated_at, after.claims_sealed), (before.updated_at, before.claims_sealed));
    })
    .await;
}

/// S-090, S-118: an address takes the place of the one it was wished in, once, and only while nobody else has it.
#[tokio::test]
async fn an_address_takes_the_place_of_the_one_that_is_there() {
    on_both(async |db| {
        insert(db, ONE, &user(7)).await;
        insert(db, ONE, &user(8)).await;
        let old = user(7).email_index.unwrap();
        let set = async |tenant, old: [u8; 32], index: [u8; 32]| {
            let new = NewEmail { sealed: b"new", index: &index, verified_at: in_seconds(5) };
            db.write(Wall::All, async |tx| users::set_email(tx, tenant, USER, &old, &new).await).await
        };

        assert!(!set(TWO, old, [77; 32]).await);
        assert!(!set(ONE, [1; 32], [77; 32]).await);
        assert!(!set(ONE, old, [8; 32]).await);
        assert!(set(ONE, old, [77; 32]).await);
        assert!(!set(ONE, old, [78; 32]).await);

        let found = find(db, ONE).await.unwrap();
        assert_eq!((found.email_index, found.email_sealed), (Some([77; 32]), Some(b"new".to_vec())));
        assert_eq!((found.email_verified_at, found.updated_at), (Some(in_seconds(5)), in_seconds(5)));
    })
    .await;
}

/// S-040, S-088, S-118: when an account was switched off, and how often everybody was signed out of it, is told of that account alone.
#[tokio::test]
async fn what_ends_sign_ins_under_way_is_told() {
    on_both(async |db| {
        for tenant in [ONE, TWO] {
            assert!(insert(db, tenant, &user(7)).await);
        }
        let told = async |tenant| db.read(tenant, async |conn| users::sign_in_state(conn, tenant, USER).await).await;
        let open = Some(SignInState { disabled_at: None, sign_outs: 0 });
        assert_eq!(told(ONE).await, open);

        for _ in 0..2 {
            db.write(ONE, async |tx| users::sign_out(tx, ONE, USER).await).await;
        }

        assert_eq!(told(ONE).await, Some(SignInState { disabled_at: None, sign_outs: 2 }));
        assert!(db.write(ONE, async |tx| users::disable(tx, ONE, USER, Some(NOW)).await).await);
        let closed = SignInState { disabled_at: Some(NOW), sign_outs: 2 };
        assert_eq!((told(ONE).await, told(TWO).await), (Some(closed), open));
        assert!(db.write(ONE, async |tx| users::erase(tx, ONE, USER, NOW).await).await);
        assert_eq!(told(ONE).await, None);
    })
    .await;
}
