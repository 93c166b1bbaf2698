//! Tests of ID tokens: claims, algorithm, and what a refresh keeps.

use portreeve_domain::{Profile, TenantId, TenantSettings};
use portreeve_jose::{Algorithm, left_half_hash};
use portreeve_storage::{clients, tenants};

use crate::testing::{GrantOf, ISSUER, World, read_jwt, text};

async fn algorithm_of_a_token(world: &World) -> String {
    let tokens = world.tokens(GrantOf::default()).await;
    text(&read_jwt(text(&tokens, "id_token")).0, "alg").to_owned()
}

/// OC-29: ES256 by default, RS256 in profile `oidc`, and what the client registered before either.
#[tokio::test]
async fn the_algorithm_is_the_clients_else_the_profiles() {
    let world = World::new().await;
    let web = world.client("web");
    assert_eq!(algorithm_of_a_token(&world).await, "ES256");

    let settings = TenantSettings { profile: Profile::Oidc, ..TenantSettings::default() };
    world.change(async |tx| assert!(tenants::update_settings(tx, TenantId::DEFAULT, &settings).await.unwrap())).await;
    assert_eq!(algorithm_of_a_token(&world).await, "RS256");

    let mut metadata = web.metadata.clone();
    metadata.id_token_signed_response_alg = Some("ES256".to_owned());
    world
        .change(async |tx| clients::upsert(tx, web.tenant, &web.id, &metadata, world.clock.now()).await.unwrap())
        .await;
    assert_eq!(algorithm_of_a_token(&world).await, "ES256");
}

/// OC-12, OC-26, OC-28, OC-31: the claims of the token itself, bound to the access token beside it.
#[tokio::test]
async fn an_id_token_is_for_its_client_and_bound_to_the_access_token() {
    let world = World::new().await;

    let tokens = world.tokens(GrantOf::default()).await;

    let (header, claims) = read_jwt(text(&tokens, "id_token"));
    assert_eq!(header["typ"], "JWT");
    assert!(world.at().signing.believed().contains(text(&header, "kid")));
    assert_eq!((text(&claims, "iss"), text(&claims, "aud"), text(&claims, "sid")), (ISSUER, "web", "sid-1"));
    assert_eq!(claims["auth_time"].as_i64(), Some(world.session.authenticated_at().as_seconds()));
    let hash = left_half_hash(Algorithm::Es256, text(&tokens, "access_token"));
    assert_eq!(text(&claims, "at_hash"), hash);
}

/// OC-18, OC-21: of the person only what was named for the ID token is in it.
#[tokio::test]
async fn only_claims_named_for_the_id_token_are_in_it() {
    let world = World::new().await;
    let claims = Some(r#"{"id_token":{"email":null},"userinfo":{"name":null}}"#);

    let tokens = world.tokens(GrantOf { scope: "openid profile", claims, ..GrantOf::default() }).await;

    let (_, claims) = read_jwt(text(&tokens, "id_token"));
    assert_eq!(claims["email"], "Ada@example.com");
    assert!(claims.get("name").is_none());
}

/// OC-03: without `openid` there is no ID token.
#[tokio::test]
async fn without_openid_there_is_no_id_token() {
    let world = World::new().await;

    let tokens = world.tokens(GrantOf { scope: "orders.read", ..GrantOf::default() }).await;

    assert!(tokens.get("id_token").is_none());
}
