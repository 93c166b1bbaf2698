//! Access tokens are found with everything they were issued with, and revoked once.

use portreeve_domain::{AccessTokenId, Confirmation};
use portreeve_storage::{Wall, access_tokens, access_tokens::AccessTokenRow};

use crate::{
    database::{NOW, ONE, TWO, on_both},
    rows::{FAMILY, access_token, confirmation, expiry, in_seconds, plant_family, scope, user_id, web},
};

const ID: AccessTokenId = AccessTokenId::new(5);

#[tokio::test]
async fn a_token_is_found_with_what_it_was_issued_with() {
    on_both(async |db| {
        let family = plant_family(db, ONE).await;
        db.write(ONE, async |tx| access_tokens::insert(tx, ONE, &access_token(5)).await).await;

        let (found, its) = db.read(ONE, async |conn| access_tokens::find(conn, ONE, ID).await).await.unwrap();

        assert_eq!((found.id, found.family, its), (ID, Some(FAMILY), Some(family)));
        assert_eq!((found.client, found.user), (web(), Some(user_id(7))));
        assert_eq!(found.secret_hash, Some([8; 32]));
        assert_eq!((found.audience.as_str(), found.scope), ("https://api.example", scope("openid email")));
        assert_eq!(found.confirmation, confirmation());
        assert_eq!((found.issued_at, found.expires_at, found.revoked_at), (NOW, expiry(), None));
    })
    .await;
}

#[tokio::test]
async fn a_token_of_client_credentials_has_neither_family_nor_user_nor_secret() {
    on_both(async |db| {
        let token = AccessTokenRow { family: None, user: None, secret_hash: None, ..access_token(5) };
        let token = AccessTokenRow { confirmation: Confirmation::BEARER, ..token };
        db.write(ONE, async |tx| access_tokens::insert(tx, ONE, &token).await).await;

        let (found, its) = db.read(ONE, async |conn| access_tokens::find(conn, ONE, ID).await).await.unwrap();

        assert_eq!((found.family, its, found.user, found.secret_hash), (None, None, None, None));
        assert_eq!(found.confirmation, Confirmation::BEARER);
    })
    .await;
}

#[tokio::test]
async fn a_token_is_revoked_once_and_stays_to_be_found() {
    on_both(async |db| {
        plant_family(db, ONE).await;
        db.write(ONE, async |tx| access_tokens::insert(tx, ONE, &access_token(5)).await).await;

        assert!(db.write(ONE, async |tx| access_tokens::revoke(tx, ONE, ID, NOW).await).await);
        assert!(!db.write(ONE, async |tx| access_tokens::revoke(tx, ONE, ID, in_seconds(1)).await).await);

        let (found, _) = db.read(ONE, async |conn| access_tokens::find(conn, ONE, ID).await).await.unwrap();
        assert_eq!(found.revoked_at, Some(NOW));
    })
    .await;
}

/// S-118: the tokens of another tenant.
#[tokio::test]
async fn another_tenants_token_is_neither_found_nor_revoked() {
    on_both(async |db| {
        plant_family(db, TWO).await;
        db.write(TWO, async |tx| access_tokens::insert(tx, TWO, &access_token(5)).await).await;

        assert!(db.read(Wall::All, async |conn| access_tokens::find(conn, ONE, ID).await).await.is_none());
        assert!(!db.write(Wall::All, async |tx| access_tokens::revoke(tx, ONE, ID, NOW).await).await);

        let (kept, _) = db.read(TWO, async |conn| access_tokens::find(conn, TWO, ID).await).await.unwrap();
        assert_eq!(kept.revoked_at, None);
    })
    .await;
}
