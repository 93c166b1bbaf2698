//! A family keeps what was granted, and is revoked once.

use portreeve_domain::{BrowserId, ClientId, FamilyId, SessionId, TenantId, TokenFamily};
use portreeve_storage::{Wall, token_families};

use crate::{
    database::{Database, NOW, ONE, TWO, on_both},
    rows::{family, in_seconds, session, user_id},
};

const ID: FamilyId = FamilyId::new(5);

async fn insert(db: &Database, family: &TokenFamily) {
    db.write(family.tenant, async |tx| token_families::insert(tx, family).await).await;
}

async fn find(db: &Database, tenant: TenantId, id: FamilyId) -> Option<TokenFamily> {
    db.read(Wall::All, async |conn| token_families::find(conn, tenant, id).await).await
}

#[tokio::test]
async fn a_family_is_found_with_all_that_was_granted() {
    on_both(async |db| {
        let granted = family(ONE, 5, user_id(7));
        let bare = TokenFamily {
            resources: Vec::new(),
            claims: None,
            nonce: None,
            offline: false,
            wants_auth_time: false,
            ..family(ONE, 6, user_id(7))
        };
        insert(db, &granted).await;
        insert(db, &bare).await;

        assert_eq!(find(db, ONE, ID).await, Some(granted));
        assert_eq!(find(db, ONE, bare.id).await, Some(bare));
    })
    .await;
}

#[tokio::test]
async fn a_family_is_revoked_once_and_keeps_the_first_reason() {
    on_both(async |db| {
        insert(db, &family(ONE, 5, user_id(7))).await;

        assert!(db.write(ONE, async |tx| token_families::revoke(tx, ONE, ID, "replayed", NOW).await).await);
        assert!(!db.write(ONE, async |tx| token_families::revoke(tx, ONE, ID, "late", in_seconds(1)).await).await);

        assert_eq!(find(db, ONE, ID).await.unwrap().revoked_at, Some(NOW));
        assert_eq!(db.count("SELECT COUNT(*) FROM token_families WHERE revoke_reason = 'replayed'").await, 1);
    })
    .await;
}

/// S-149: a token of somebody who was erased leads to a family that is revoked and says nothing.
/// S-146: what counts is a replay of the person's own token, of either kind, and lately.
#[tokio::test]
async fn a_replay_is_known_for_a_while() {
    on_both(async |db| {
        for (tenant, id, user) in [(ONE, 5, 7), (ONE, 6, 8), (ONE, 7, 9), (TWO, 8, 7)] {
            insert(db, &family(tenant, id, user_id(user))).await;
        }
        for (tenant, id, reason) in [
            (ONE, 5, token_families::REFRESH_TOKEN_REPLAYED),
            (ONE, 6, token_families::CODE_REPLAYED),
            (ONE, 7, "signed_out"),
            (TWO, 8, token_families::CODE_REPLAYED),
        ] {
            let id = FamilyId::new(id);
            let revoked = async |tx: &mut _| token_families::revoke(tx, tenant, id, reason, in_seconds(10)).await;
            assert!(db.write(tenant, revoked).await);
        }

        let was_replayed = async |tenant, user, since| {
            let since = in_seconds(since);
            let asked = async |conn: &mut _| token_families::was_replayed(conn, tenant, user_id(user), since).await;
            db.read(Wall::All, asked).await
        };
        assert!(was_replayed(ONE, 7, 9).await && was_replayed(ONE, 8, 9).await && was_replayed(TWO, 7, 9).await);
        assert!(!was_replayed(ONE, 7, 10).await, "too long ago");
        assert!(!was_replayed(ONE, 9, 9).await, "ended otherwise");
    })
    .await;
}

#[tokio::test]
async fn families_of_a_person_are_stripped() {
    on_both(async |db| {
        for family in [family(ONE, 5, user_id(7)), family(ONE, 6, user_id(8)), family(TWO, 7, user_id(7))] {
            insert(db, &family).await;
        }

        db.write(Wall::All, async |tx| token_families::strip_of_user(tx, ONE, user_id(7)).await).await;

        let bare = find(db, ONE, ID).await.unwrap();
        assert_eq!((bare.claims, bare.nonce, bare.details_sealed, bare.sid.as_str()), (None, None, None, ""));
        assert!(bare.resources.is_empty() && bare.proofs.is_empty() && bare.scope.is_empty());
        assert_eq!(find(db, ONE, FamilyId::new(6)).await, Some(family(ONE, 6, user_id(8))));
        assert_eq!(find(db, TWO, FamilyId::new(7)).await, Some(family(TWO, 7, user_id(7))));
    })
    .await;
}

/// BL-04: whoever was ever signed in by a session is told when it ends, once.
#[tokio::test]
async fn the_clients_of_a_session_are_each_named_once() {
    on_both(async |db| {
        let client = |name: &str| ClientId::parse(name).unwrap();
        let session = SessionId::new(40);
        let of = |id, name: &str| TokenFamily {
            client: client(name),
            session: Some(session),
            ..family(ONE, id, user_id(7))
        };
        let theirs = TokenFamily { session: Some(session), ..family(TWO, 7, user_id(7)) };
        let other_session = TokenFamily { session: Some(SessionId::new(41)), ..of(8, "elsewhere") };
        for family in [of(4, "web"), of(5, "web"), of(6, "app"), theirs, other_session] {
            insert(db, &family).await;
        }
        db.write(ONE, async |tx| token_families::revoke(tx, ONE, FamilyId::new(6), "gone", NOW).await).await;

        let told = db.read(ONE, async |conn| token_families::clients_of_session(conn, ONE, session).await).await;

        assert_eq!(told, [client("app"), client("web")]);
    })
    .await;
}

#[tokio::test]
async fn revoking_all_of_a_user_counts_those_that_were_not_revoked() {
    on_both(async |db| {
        for (id, user) in [(4, 7), (5, 7), (6, 7), (7, 8)] {
            insert(db, &family(ONE, id, user_id(user))).await;
        }
        db.write(ONE, async |tx| token_families::revoke(tx, ONE, ID, "first", NOW).await).await;

        let late = in_seconds(1);
        let revoked =
            db.write(ONE, async |tx| token_families::revoke_of_user(tx, ONE, user_id(7), "all", late).await).await;

        assert_eq!(revoked, 2);
        assert_eq!(find(db, ONE, ID).await.unwrap().revoked_at, Some(NOW));
        assert_eq!(find(db, ONE, FamilyId::new(7)).await.unwrap().revoked_at, None);
    })
    .await;
}

/// S-118: the list of a person holds their own that were not revoked and are not too old, newest first.
#[tokio::test]
async fn the_families_of_a_user_are_those_that_may_still_count() {
    on_both(async |db| {
        for (tenant, id, user) in [(ONE, 4, 7), (ONE, 5, 7), (ONE, 6, 7), (ONE, 7, 8), (TWO, 8, 7)] {
            insert(db, &family(tenant, id, user_id(user))).await;
        }
        insert(db, &TokenFamily { created_at: in_seconds(-10), ..family(ONE, 9, user_id(7)) }).await;
        db.write(ONE, async |tx| token_families::revoke(tx, ONE, ID, "gone", NOW).await).await;

        let since = in_seconds(-10);
        let found = db.read(Wall::All, async |conn| token_families::of_user(conn, ONE, user_id(7), since).await).await;

        assert_eq!(found, [family(ONE, 6, user_id(7)), family(ONE, 4, user_id(7))]);
    })
    .await;
}

/// S-118: what one person granted to one client ends, and nothing else.
#[tokio::test]
async fn revoking_what_a_user_granted_to_a_client_leaves_the_rest() {
    on_both(async |db| {
        let web = family(ONE, 1, user_id(7)).client;
        let session = Some(SessionId::new(40));
        for family in [
            TokenFamily { session, ..family(ONE, 1, user_id(7)) },
            TokenFamily { session: None, ..family(ONE, 2, user_id(7)) },
            TokenFamily { client: ClientId::parse("another-client").unwrap(), ..family(ONE, 3, user_id(7)) },
            family(ONE, 4, user_id(8)),
            family(TWO, 5, user_id(7)),
        ] {
            insert(db, &family).await;
        }

        let revoke = async |tx: &mut _| {
            token_families::revoke_of_user_and_client(tx, ONE, (user_id(7), &web), "withdrawn", NOW).await
        };
        let mut sessions = db.write(Wall::All, revoke).await;
        sessions.sort_unstable();

        assert_eq!(sessions, [None, session]);
        assert_eq!(db.write(Wall::All, revoke).await, []);
        for (tenant, id) in [(ONE, 3), (ONE, 4), (TWO, 5)] {
            assert_eq!(find(db, tenant, FamilyId::new(id)).await.unwrap().revoked_at, None, "{id}");
        }
        assert_eq!(db.count("SELECT COUNT(*) FROM token_families WHERE revoke_reason = 'withdrawn'").await, 2);
    })
    .await;
}

#[tokio::test]
async fn revoking_all_of_a_client_leaves_those_of_others() {
    on_both(async |db| {
        let ours = family(ONE, 5, user_id(7));
        insert(db, &ours).await;
        insert(db, &family(TWO, 6, user_id(7))).await;
        let other = ClientId::parse("another-client").unwrap();

        let revoke = async |client: ClientId| {
            db.write(ONE, async |tx| token_families::revoke_of_client(tx, ONE, &client, "deleted", NOW).await).await
        };

        assert_eq!((revoke(other).await, revoke(ours.client.clone()).await, revoke(ours.client).await), (0, 1, 0));
        assert_eq!(find(db, TWO, FamilyId::new(6)).await.unwrap().revoked_at, None);
    })
    .await;
}

/// S-118: the families of another tenant, of the same account number.
#[tokio::test]
async fn another_tenants_family_is_neither_found_nor_revoked() {
    on_both(async |db| {
        let theirs = family(TWO, 5, user_id(7));
        insert(db, &theirs).await;

        assert_eq!(find(db, ONE, ID).await, None);
        assert!(!db.write(Wall::All, async |tx| token_families::revoke(tx, ONE, ID, "ours", NOW).await).await);
        let revoked = db
            .write(Wall::All, async |tx| token_families::revoke_of_user(tx, ONE, user_id(7), "ours", NOW).await)
            .await;

        assert_eq!((revoked, find(db, TWO, ID).await), (0, Some(theirs)));
    })
    .await;
}

/// S-094: what belongs to the session that goes on stays; offline access of others does not.
#[tokio::test]
async fn revoking_all_but_those_of_a_session_leaves_them() {
    on_both(async |db| {
        let kept = session(ONE, 40, BrowserId::new(50), user_id(7));
        let of = |tenant, id, session: Option<i64>, user| TokenFamily {
            session: session.map(SessionId::new),
            ..family(tenant, id, user_id(user))
        };
        for family in [
            of(ONE, 1, Some(40), 7),
            of(ONE, 2, Some(41), 7),
            of(ONE, 3, None, 7),
            of(ONE, 4, Some(41), 8),
            of(TWO, 5, Some(41), 7),
        ] {
            insert(db, &family).await;
        }

        let revoke =
            async |tx: &mut _| token_families::revoke_of_user_but(tx, ONE, &kept, "password_changed", NOW).await;
        assert_eq!(db.write(Wall::All, revoke).await, 2);

        for (tenant, id, is_revoked) in
            [(ONE, 1, false), (ONE, 2, true), (ONE, 3, true), (ONE, 4, false), (TWO, 5, false)]
        {
            let found = find(db, tenant, FamilyId::new(id)).await.unwrap();
            assert_eq!(found.revoked_at.is_some(), is_revoked, "{id}");
        }
    })
    .await;
}
