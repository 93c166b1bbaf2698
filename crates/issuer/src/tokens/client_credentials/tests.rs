//! Tests of client credentials: confidential clients only, nothing that needs a person.

use portreeve_oidc::Cause;

use crate::testing::{BILLS, ORDERS, World, text};

/// OA-17, OA-TK-23: a token of its own, without a refresh token or an ID token.
#[tokio::test]
async fn a_service_gets_an_access_token_and_nothing_else() {
    let world = World::new().await;

    let answer =
        world.token("service", &[("grant_type", "client_credentials"), ("scope", "orders.read")]).await.unwrap();

    assert_eq!(answer["scope"], "orders.read");
    assert!(answer.get("refresh_token").is_none() && answer.get("id_token").is_none());
    let told = world.introspect("gateway", text(&answer, "access_token")).await;
    assert_eq!((text(&told, "sub"), text(&told, "aud")), ("service", ORDERS));
    assert_eq!(world.issuer.unstored_tokens.count(), 1);
}

/// S-069: scopes that need a person are refused.
#[tokio::test]
async fn scopes_that_need_a_person_are_refused() {
    let world = World::new().await;

    for scope in ["openid", "offline_access", "orders.read profile"] {
        let refused = world.token("service", &[("grant_type", "client_credentials"), ("scope", scope)]).await;
        assert_eq!(refused.unwrap_err(), Cause::ScopeNeedsUser, "{scope}");
    }
}

/// OA-17: a client without credentials has nothing to be granted for.
#[tokio::test]
async fn a_public_client_gets_nothing() {
    let world = World::new().await;

    let refused = world.token("spa", &[("grant_type", "client_credentials")]).await;

    assert_eq!(refused.unwrap_err(), Cause::GrantTypeNotAllowed);
}

/// RV-01: both forms can be given back: the opaque one by its row, the JWT by its `jti`.
#[tokio::test]
async fn a_service_can_give_its_tokens_back() {
    let world = World::new().await;

    for (resource, scope) in [(ORDERS, "orders.read"), (BILLS, "bills.read")] {
        let pairs = [("grant_type", "client_credentials"), ("resource", resource), ("scope", scope)];
        let answer = world.token("service", &pairs).await.unwrap();
        let token = text(&answer, "access_token");
        assert!(world.is_active("gateway", token).await);

        world.revoke("service", token).await.unwrap();

        assert!(!world.is_active("gateway", token).await, "{resource}");
    }
}
