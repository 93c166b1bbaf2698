//! Initial access tokens count down and die, whichever way comes first.

use portreeve_domain::InitialAccessTokenId;
use portreeve_storage::{Wall, initial_access_tokens, initial_access_tokens::InitialAccessTokenRow};

use crate::{
    database::{Database, NOW, ONE, TWO, on_both},
    rows::{expiry, in_seconds, initial_access_token},
};

const FIRST: InitialAccessTokenId = InitialAccessTokenId::new(1);

async fn plant(db: &Database, number: i64) {
    db.write(ONE, async |tx| initial_access_tokens::insert(tx, ONE, &initial_access_token(number)).await).await;
}

async fn found(db: &Database) -> Option<InitialAccessTokenRow> {
    db.read(ONE, async |conn| initial_access_tokens::find(conn, ONE, FIRST).await).await
}

#[tokio::test]
async fn a_token_is_stored_whole() {
    on_both(async |db| {
        plant(db, 1).await;

        assert_eq!(found(db).await, Some(initial_access_token(1)));
    })
    .await;
}

/// S-056: a token is good for as many clients as it says and for no more.
#[tokio::test]
async fn a_token_is_spent_as_often_as_it_says() {
    on_both(async |db| {
        plant(db, 1).await;
        let spend = async || db.write(ONE, async |tx| initial_access_tokens::spend(tx, ONE, FIRST, NOW).await).await;

        assert_eq!((spend().await, spend().await, spend().await), (true, true, false));
        assert_eq!(found(db).await.map(|token| token.remaining), Some(0));
    })
    .await;
}

#[tokio::test]
async fn a_token_that_is_too_old_or_taken_back_is_not_spent() {
    on_both(async |db| {
        plant(db, 1).await;
        let spend = async |at| db.write(ONE, async |tx| initial_access_tokens::spend(tx, ONE, FIRST, at).await).await;
        let revoke =
            async || db.write(ONE, async |tx| initial_access_tokens::revoke(tx, ONE, FIRST, in_seconds(1)).await).await;

        assert!(!spend(expiry()).await);
        assert_eq!((revoke().await, revoke().await), (true, false));
        assert!(!spend(NOW).await);
        assert_eq!(found(db).await.and_then(|token| token.revoked_at), Some(in_seconds(1)));
    })
    .await;
}

#[tokio::test]
async fn only_live_tokens_are_listed() {
    on_both(async |db| {
        for number in 1..=4 {
            plant(db, number).await;
        }
        db.write(ONE, async |tx| {
            initial_access_tokens::revoke(tx, ONE, FIRST, NOW).await?;
            for _ in 0..2 {
                initial_access_tokens::spend(tx, ONE, InitialAccessTokenId::new(2), NOW).await?;
            }
            Ok(())
        })
        .await;
        let live = async |at| {
            let rows = db.read(ONE, async |conn| initial_access_tokens::live(conn, ONE, at).await).await;
            rows.into_iter().map(|row| row.id.as_i64()).collect::<Vec<_>>()
        };

        assert_eq!(live(NOW).await, [3, 4]);
        assert_eq!(live(expiry()).await, [0; 0]);
    })
    .await;
}

/// S-118: another tenant's token is neither seen nor touched.
#[tokio::test]
async fn another_tenants_token_is_not_touched() {
    on_both(async |db| {
        plant(db, 1).await;

        let reached = db
            .write(Wall::All, async |tx| {
                let spent = initial_access_tokens::spend(tx, TWO, FIRST, NOW).await?;
                Ok((spent, initial_access_tokens::revoke(tx, TWO, FIRST, NOW).await?))
            })
            .await;
        let seen = db
            .read(Wall::All, async |conn| {
                let live = initial_access_tokens::live(conn, TWO, NOW).await?;
                Ok((initial_access_tokens::find(conn, TWO, FIRST).await?, live.len()))
            })
            .await;

        assert_eq!((reached, seen), ((false, false), (None, 0)));
        assert_eq!(found(db).await, Some(initial_access_token(1)));
    })
    .await;
}
