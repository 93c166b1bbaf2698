//! What a grant stands on is read at once: the person, the session, the consent.

use portreeve_domain::{BrowserId, Fault, SessionEnd, SessionId, TenantId};
use portreeve_storage::standing::{GrantOf, Standing};
use portreeve_storage::{Tx, Wall, consents, sessions, standing, subject_keys, users};

use crate::{
    database::{Database, NOW, ONE, TWO, on_both},
    rows::{in_seconds, scope, session, user, user_id, web},
};

const SESSION: SessionId = SessionId::new(3);

async fn plant(tx: &mut Tx, tenant: TenantId) -> Result<(), Fault> {
    users::insert(tx, tenant, &user(7)).await?;
    subject_keys::insert(tx, tenant, user_id(7), b"wrapped", NOW).await?;
    sessions::insert(tx, &session(tenant, SESSION.as_i64(), BrowserId::new(4), user_id(7))).await?;
    consents::give(tx, tenant, user_id(7), &web(), &scope("openid email"), NOW).await
}

async fn found(db: &Database, session: Option<SessionId>) -> Option<Standing> {
    let client = web();
    let grant = GrantOf { user: user_id(7), client: &client, session };
    db.read(Wall::All, async |conn| standing::find(conn, ONE, grant).await).await
}

#[tokio::test]
async fn a_grant_stands_on_its_person_session_and_consent() {
    on_both(async |db| {
        db.write(ONE, async |tx| plant(tx, ONE).await).await;

        let expected = Standing {
            subject: user(7).subject,
            email_verified_at: None,
            disabled_at: None,
            session: Some(session(ONE, SESSION.as_i64(), BrowserId::new(4), user_id(7))),
            consent: Some(scope("openid email")),
        };
        assert_eq!(found(db, Some(SESSION)).await, Some(expected.clone()));
        assert_eq!(found(db, None).await, Some(Standing { session: None, ..expected.clone() }));
        assert_eq!(found(db, Some(SessionId::new(9))).await, Some(Standing { session: None, ..expected }));
    })
    .await;
}

#[tokio::test]
async fn what_befell_the_person_and_the_session_is_told() {
    on_both(async |db| {
        let index = user(7).email_index.unwrap();
        db.write(ONE, async |tx| {
            plant(tx, ONE).await?;
            users::verify_email(tx, ONE, user_id(7), &index, in_seconds(1)).await?;
            users::disable(tx, ONE, user_id(7), Some(in_seconds(2))).await?;
            sessions::end(tx, ONE, SESSION, SessionEnd::Revoked, in_seconds(3)).await?;
            consents::withdraw(tx, ONE, user_id(7), &web(), in_seconds(4)).await
        })
        .await;

        let standing = found(db, Some(SESSION)).await.unwrap();

        let times = (standing.email_verified_at, standing.disabled_at);
        assert_eq!(times, (Some(in_seconds(1)), Some(in_seconds(2))));
        assert_eq!(standing.session.unwrap().ended_at, Some(in_seconds(3)));
        assert_eq!(standing.consent, None);
    })
    .await;
}

/// S-040: nothing stands on a person who was erased, nor on one whose key alone was destroyed.
#[tokio::test]
async fn nothing_stands_on_a_person_who_is_gone() {
    on_both(async |db| {
        db.write(ONE, async |tx| plant(tx, ONE).await).await;
        db.write(ONE, async |tx| subject_keys::destroy(tx, ONE, user_id(7), NOW).await).await;
        assert_eq!(found(db, Some(SESSION)).await, None);
    })
    .await;
    on_both(async |db| {
        db.write(ONE, async |tx| plant(tx, ONE).await).await;
        db.write(ONE, async |tx| users::erase(tx, ONE, user_id(7), NOW).await).await;
        assert_eq!(found(db, Some(SESSION)).await, None);
    })
    .await;
}

/// S-118: the person of another tenant, with a key, a session and a consent of the same numbers there.
#[tokio::test]
async fn nothing_stands_on_what_another_tenant_has() {
    on_both(async |db| {
        db.write(TWO, async |tx| plant(tx, TWO).await).await;
        assert_eq!(found(db, Some(SESSION)).await, None);

        db.write(ONE, async |tx| users::insert(tx, ONE, &user(7)).await).await;
        assert_eq!(found(db, Some(SESSION)).await, None);

        db.write(ONE, async |tx| subject_keys::insert(tx, ONE, user_id(7), b"wrapped", NOW).await).await;
        let standing = found(db, Some(SESSION)).await.unwrap();
        assert_eq!((standing.session, standing.consent), (None, None));
    })
    .await;
}
