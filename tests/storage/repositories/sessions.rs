//! A session lives in one browser, ends once, and is left alone from then on.

use portreeve_domain::{BrowserId, Proof, ProofKind, Session, SessionEnd, SessionId, TenantId};
use portreeve_storage::{Wall, sessions, token_families};

use crate::{
    database::{Database, NOW, ONE, TWO, begin, on_both, on_postgres},
    rows::{family, in_seconds, password_proof, session, user_id},
};

const ID: SessionId = SessionId::new(5);
const BROWSER: BrowserId = BrowserId::new(50);
const WAITING_FOR_LOCKS: &str =
    "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";

async fn insert(db: &Database, tenant: TenantId, id: i64, browser: BrowserId, user: u8) -> Session {
    let session = session(tenant, id, browser, user_id(user));
    db.write(tenant, async |tx| sessions::insert(tx, &session).await).await;
    session
}

async fn find(db: &Database, tenant: TenantId, id: SessionId) -> Option<Session> {
    db.read(Wall::All, async |conn| sessions::find(conn, tenant, id).await).await
}

async fn end(db: &Database, id: SessionId) -> bool {
    db.write(ONE, async |tx| sessions::end(tx, ONE, id, SessionEnd::SignedOut, in_seconds(9)).await).await
}

#[tokio::test]
async fn a_session_is_found_as_it_began() {
    on_both(async |db| {
        let begun = insert(db, ONE, 5, BROWSER, 7).await;

        assert_eq!(find(db, ONE, ID).await, Some(begun));
    })
    .await;
}

#[tokio::test]
async fn the_sessions_of_a_browser_are_its_own_that_were_not_ended_oldest_first() {
    on_both(async |db| {
        let second = insert(db, ONE, 6, BROWSER, 8).await;
        let first = insert(db, ONE, 5, BROWSER, 7).await;
        let ended = insert(db, ONE, 4, BROWSER, 9).await;
        insert(db, ONE, 7, BrowserId::new(51), 7).await;
        assert!(end(db, ended.id).await);

        let found = db.read(ONE, async |conn| sessions::of_browser(conn, ONE, BROWSER).await).await;

        assert_eq!(found, [first, second]);
    })
    .await;
}

#[tokio::test]
async fn a_session_is_strengthened_until_it_is_ended() {
    on_both(async |db| {
        insert(db, ONE, 5, BROWSER, 7).await;
        let totp = Proof { kind: ProofKind::Totp, ..password_proof(user_id(7)) };
        let proofs = [password_proof(user_id(7)), totp];
        let now = in_seconds(5);

        assert!(db.write(ONE, async |tx| sessions::strengthen(tx, ONE, ID, &proofs, now).await).await);
        end(db, ID).await;
        assert!(!db.write(ONE, async |tx| sessions::strengthen(tx, ONE, ID, &[], now).await).await);

        let found = find(db, ONE, ID).await.unwrap();
        assert_eq!((found.proofs.as_slice(), found.seen_at), (proofs.as_slice(), now));
    })
    .await;
}

#[tokio::test]
async fn touching_moves_the_last_use_forward_only_and_not_after_the_end() {
    on_both(async |db| {
        insert(db, ONE, 5, BROWSER, 7).await;

        db.write(ONE, async |tx| sessions::touch(tx, ONE, ID, in_seconds(5)).await).await;
        db.write(ONE, async |tx| sessions::touch(tx, ONE, ID, in_seconds(3)).await).await;
        assert_eq!(find(db, ONE, ID).await.unwrap().seen_at, in_seconds(5));

        end(db, ID).await;
        db.write(ONE, async |tx| sessions::touch(tx, ONE, ID, in_seconds(20)).await).await;
        assert_eq!(find(db, ONE, ID).await.unwrap().seen_at, in_seconds(5));
    })
    .await;
}

#[tokio::test]
async fn a_session_ends_once_and_keeps_its_end() {
    on_both(async |db| {
        insert(db, ONE, 5, BROWSER, 7).await;

        assert!(end(db, ID).await);
        let (reason, late) = (SessionEnd::Revoked, in_seconds(20));
        assert!(!db.write(ONE, async |tx| sessions::end(tx, ONE, ID, reason, late).await).await);

        assert_eq!(find(db, ONE, ID).await.unwrap().ended_at, Some(in_seconds(9)));
        assert_eq!(db.count("SELECT COUNT(*) FROM sessions WHERE end_reason = 'signed_out'").await, 1);
    })
    .await;
}

/// S-088, S-118: a session in which something is granted is held as it is, until it is ended, and by its own tenant alone.
#[tokio::test]
async fn a_session_is_claimed_until_it_is_ended() {
    on_both(async |db| {
        let begun = insert(db, ONE, 5, BROWSER, 7).await;
        let theirs = insert(db, TWO, 6, BROWSER, 7).await;

        assert!(db.claims(ONE, async |tx| sessions::claim(tx, ONE, ID).await).await);
        assert!(!db.claims(Wall::All, async |tx| sessions::claim(tx, ONE, theirs.id).await).await);
        assert_eq!(find(db, ONE, ID).await, Some(begun));
        end(db, ID).await;
        assert!(!db.claims(ONE, async |tx| sessions::claim(tx, ONE, ID).await).await);
    })
    .await;
}

/// S-088, S-094: whoever ends everything of a person waits for what is being granted in a session of theirs, and revokes it. On SQLite one
/// writes after the other.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_ends_all_of_a_user_finds_what_was_granted_meanwhile() {
    on_postgres(async |db| {
        insert(db, ONE, 5, BROWSER, 7).await;
        let mut granting = begin(&db.store, ONE).await;
        sessions::claim(&mut granting, ONE, ID).await.unwrap();
        token_families::insert(&mut granting, &family(ONE, 5, user_id(7))).await.unwrap();
        // What is read next is sent behind the two.
        sessions::find(&mut granting, ONE, ID).await.unwrap();

        let another = db.another_store();
        let ending = tokio::spawn(async move {
            let mut tx = begin(&another, ONE).await;
            let (user, reason) = (user_id(7), SessionEnd::Disowned);
            let ended = sessions::end_all(&mut tx, ONE, user, reason, in_seconds(9)).await.unwrap();
            let revoked = token_families::revoke_of_user(&mut tx, ONE, user, "ended", in_seconds(9)).await.unwrap();
            tx.commit().await.unwrap();
            (ended.len(), revoked)
        });
        while !ending.is_finished() && db.count(WAITING_FOR_LOCKS).await == 0 {
            tokio::task::yield_now().await;
        }
        granting.commit().await.unwrap();

        assert_eq!(ending.await.unwrap(), (1, 1));
    })
    .await;
}

#[tokio::test]
async fn ending_all_of_a_user_counts_those_that_were_not_ended() {
    on_both(async |db| {
        for (id, user) in [(4, 7), (5, 7), (6, 7), (7, 8)] {
            insert(db, ONE, id, BROWSER, user).await;
        }
        end(db, ID).await;

        let reason = SessionEnd::PasswordChanged;
        let ended =
            db.write(ONE, async |tx| sessions::end_all(tx, ONE, user_id(7), reason, in_seconds(10)).await).await;

        let mut ids: Vec<_> = ended.iter().map(|session| (session.id.as_i64(), session.ended_at)).collect();
        ids.sort_unstable_by_key(|(id, _)| *id);
        assert_eq!(ids.len(), 2);
        assert!(ids.iter().all(|(id, at)| *id != ID.as_i64() && *at == Some(in_seconds(10))), "{ids:?}");
        assert_eq!(find(db, ONE, ID).await.unwrap().ended_at, Some(in_seconds(9)));
        assert_eq!(find(db, ONE, SessionId::new(7)).await.unwrap().ended_at, None);
    })
    .await;
}

/// S-118: the sessions of another tenant, in the same browser and of the same account number.
#[tokio::test]
async fn another_tenants_session_is_neither_found_nor_changed() {
    on_both(async |db| {
        let theirs = insert(db, TWO, 5, BROWSER, 7).await;
        let (reason, now) = (SessionEnd::Revoked, in_seconds(9));

        assert_eq!(find(db, ONE, ID).await, None);
        assert_eq!(db.read(Wall::All, async |conn| sessions::of_browser(conn, ONE, BROWSER).await).await, []);
        assert!(!db.write(Wall::All, async |tx| sessions::strengthen(tx, ONE, ID, &[], NOW).await).await);
        db.write(Wall::All, async |tx| sessions::touch(tx, ONE, ID, now).await).await;
        assert!(!db.write(Wall::All, async |tx| sessions::end(tx, ONE, ID, reason, now).await).await);
        assert_eq!(db.write(Wall::All, async |tx| sessions::end_all(tx, ONE, user_id(7), reason, now).await).await, []);

        assert_eq!(find(db, TWO, ID).await, Some(theirs));
    })
    .await;
}

/// S-118: the list of a person holds their own sessions that were not ended, with where each was signed in.
#[tokio::test]
async fn the_sessions_of_a_user_are_their_own_last_used_first() {
    on_both(async |db| {
        for (tenant, id, user) in [(ONE, 4, 7), (ONE, 5, 7), (ONE, 6, 7), (ONE, 7, 8), (TWO, 8, 7)] {
            insert(db, tenant, id, BROWSER, user).await;
        }
        db.write(ONE, async |tx| sessions::touch(tx, ONE, SessionId::new(4), in_seconds(5)).await).await;
        end(db, SessionId::new(6)).await;
        let noted = async |wall: Wall, id, origin: &[u8]| {
            db.write(wall, async |tx| sessions::set_origin(tx, ONE, SessionId::new(id), origin).await).await
        };

        assert!(noted(Wall::All, 4, b"first").await && noted(Wall::All, 4, b"last").await);
        assert!(!noted(Wall::All, 6, b"ended").await && !noted(Wall::All, 8, b"theirs").await);

        let found = db.read(Wall::All, async |conn| sessions::of_user(conn, ONE, user_id(7)).await).await;
        let found: Vec<_> = found.into_iter().map(|(session, origin)| (session.id.as_i64(), origin)).collect();
        assert_eq!(found, [(4, Some(b"last".to_vec())), (5, None)]);
    })
    .await;
}

/// S-094: from where a session was signed in is told after its end too, and to its own tenant alone.
#[tokio::test]
async fn the_origin_of_a_session_outlives_its_end() {
    on_both(async |db| {
        for (tenant, id) in [(ONE, 4), (ONE, 5), (TWO, 8)] {
            insert(db, tenant, id, BROWSER, 7).await;
        }
        db.write(ONE, async |tx| sessions::set_origin(tx, ONE, SessionId::new(4), b"one").await).await;
        db.write(TWO, async |tx| sessions::set_origin(tx, TWO, SessionId::new(8), b"two").await).await;
        end(db, SessionId::new(4)).await;

        let mut found = vec![];
        for id in [4, 5, 8, 9] {
            found.push(db.read(Wall::All, async |conn| sessions::origin(conn, ONE, SessionId::new(id)).await).await);
        }

        assert_eq!(found, [Some(b"one".to_vec()), None, None, None]);
    })
    .await;
}

/// S-146: a person's habits are the newest sessions whose origin is known, ended ones too, without those that were somebody else's.
#[tokio::test]
async fn recent_sessions_are_the_newest_that_were_not_disowned() {
    on_both(async |db| {
        for (tenant, id, user) in [(ONE, 3, 7), (ONE, 4, 7), (ONE, 5, 7), (ONE, 6, 7), (ONE, 7, 8), (TWO, 8, 7)] {
            insert(db, tenant, id, BROWSER, user).await;
        }
        for (tenant, id) in [(ONE, 3), (ONE, 4), (ONE, 5), (ONE, 7), (TWO, 8)] {
            let noted = async |tx: &mut _| sessions::set_origin(tx, tenant, SessionId::new(id), b"there").await;
            db.write(tenant, noted).await;
        }
        end(db, SessionId::new(4)).await;
        let (id, reason) = (SessionId::new(5), SessionEnd::Disowned);
        db.write(ONE, async |tx| sessions::end(tx, ONE, id, reason, in_seconds(9)).await).await;

        for (most, expected) in [(20, vec![4, 3]), (1, vec![4])] {
            let recent = async |conn: &mut _| sessions::recent_of_user(conn, ONE, user_id(7), most).await;
            let found = db.read(Wall::All, recent).await;
            assert_eq!(found.iter().map(|(session, _)| session.id.as_i64()).collect::<Vec<_>>(), expected);
            assert!(found.iter().all(|(_, origin)| origin == b"there"));
        }
    })
    .await;
}

/// S-094: the one that is kept goes on, and so do other people's.
#[tokio::test]
async fn ending_all_but_one_leaves_that_one_and_those_of_others() {
    on_both(async |db| {
        let kept = insert(db, ONE, 5, BROWSER, 7).await;
        for (tenant, id, user) in [(ONE, 4, 7), (ONE, 7, 8), (TWO, 6, 7)] {
            insert(db, tenant, id, BROWSER, user).await;
        }

        let (reason, now) = (SessionEnd::PasswordChanged, in_seconds(10));
        let ended = db.write(Wall::All, async |tx| sessions::end_all_but(tx, ONE, &kept, reason, now).await).await;

        assert_eq!(ended.iter().map(|session| session.id.as_i64()).collect::<Vec<_>>(), [4]);
        for (tenant, id) in [(ONE, 5), (ONE, 7), (TWO, 6)] {
            assert_eq!(find(db, tenant, SessionId::new(id)).await.unwrap().ended_at, None, "{id}");
        }
    })
    .await;
}
