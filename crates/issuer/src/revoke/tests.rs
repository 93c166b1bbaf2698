//! Tests of revocation: own tokens only, rubbish is no error.

use portreeve_domain::EventType;

use crate::SenderEvidence;
use crate::testing::{GrantOf, ORDERS, World, text};

/// RV-01: what is no token of ours is no error.
#[tokio::test]
async fn garbage_is_no_error() {
    let world = World::new().await;

    for token in ["garbage", "a.b.c", "ptat_", "ptrt_AAAA"] {
        assert_eq!(world.revoke("web", token).await, Ok(()));
    }
    assert_eq!(world.count(EventType::TokenRevoked).await, 0);
}

/// RV-02: a wrong hint still finds the token.
#[tokio::test]
async fn a_hint_is_a_hint() {
    let world = World::new().await;
    let tokens = world.tokens(GrantOf::default()).await;
    let token = text(&tokens, "access_token");

    let form = world.request("web", &[("token", token), ("token_type_hint", "refresh_token")]);
    world.issuer.revoke(&world.at(), &[], &SenderEvidence::default(), &form).await.unwrap();

    assert!(!world.is_active("web", token).await);
}

/// RV-03, S-041, OA-RV-4: another client's token is left alone, and that looks like success.
#[tokio::test]
async fn another_clients_token_is_left_alone() {
    let world = World::new().await;
    let tokens = world.tokens(GrantOf::default()).await;

    for token in ["access_token", "refresh_token"] {
        assert_eq!(world.revoke("other", text(&tokens, token)).await, Ok(()));
        assert!(world.is_active("web", text(&tokens, token)).await, "{token}");
    }
}

/// RV-03: a public client gives its tokens back by naming itself.
#[tokio::test]
async fn a_public_client_can_revoke() {
    let world = World::new().await;
    let tokens = world.tokens(GrantOf { client: "spa", resources: &[ORDERS], ..GrantOf::default() }).await;
    let access = text(&tokens, "access_token");
    assert!(world.is_active("gateway", access).await);

    world.revoke("spa", text(&tokens, "refresh_token")).await.unwrap();

    assert!(!world.is_active("gateway", access).await);
}

/// RV-04, OA-RV-3, OA-RV-8: with the refresh token everything of the grant goes.
#[tokio::test]
async fn a_revoked_refresh_token_takes_its_access_tokens_along() {
    let world = World::new().await;
    let first = world.tokens(GrantOf { resources: &[ORDERS], ..GrantOf::default() }).await;
    let second = world.refresh("web", text(&first, "refresh_token"), &[]).await.unwrap();

    world.revoke("web", text(&second, "refresh_token")).await.unwrap();

    for token in [text(&first, "access_token"), text(&second, "access_token"), text(&second, "refresh_token")] {
        assert!(!world.is_active("web", token).await);
    }
    assert_eq!(world.count(EventType::TokenRevoked).await, 1);
}

/// OA-RV-2: an access token goes alone.
#[tokio::test]
async fn a_revoked_access_token_goes_alone() {
    let world = World::new().await;
    let tokens = world.tokens(GrantOf { resources: &[ORDERS], ..GrantOf::default() }).await;

    world.revoke("web", text(&tokens, "access_token")).await.unwrap();
    world.revoke("web", text(&tokens, "access_token")).await.unwrap();

    assert!(!world.is_active("web", text(&tokens, "access_token")).await);
    assert!(world.is_active("web", text(&tokens, "refresh_token")).await);
    assert_eq!(world.count(EventType::TokenRevoked).await, 1);
}
