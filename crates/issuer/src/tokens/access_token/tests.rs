//! Tests of access tokens: form, claims and lifetime.

use portreeve_domain::{Lifetime, ResourceServer, TenantId, TokenProfile};
use portreeve_storage::resource_servers;

use crate::testing::{BILLS, GrantOf, ISSUER, ORDERS, World, read_jwt, text};

/// AT-01, AT-02, AT-04: the JWT of a resource server, by the key that is published.
#[tokio::test]
async fn a_jwt_access_token_has_its_type_and_claims() {
    let world = World::new().await;
    let scope = "openid orders.read";

    let tokens = world.tokens(GrantOf { scope, resources: &[ORDERS], ..GrantOf::default() }).await;

    let (header, claims) = read_jwt(text(&tokens, "access_token"));
    assert_eq!((text(&header, "typ"), text(&header, "alg")), ("at+jwt", "ES256"));
    assert_eq!((text(&claims, "iss"), text(&claims, "aud"), text(&claims, "client_id")), (ISSUER, ORDERS, "web"));
    assert_eq!((text(&claims, "scope"), text(&claims, "acr")), ("orders.read", "aal1"));
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 600);
    assert!(text(&claims, "sub").starts_with("usr_") && text(&claims, "jti").starts_with("ptjt_"));
}

/// DESIGN §1.6: the token profile of the resource server decides the form; opaque ones are at most 100 characters.
#[tokio::test]
async fn the_resource_server_chooses_form_and_lifetime() {
    let world = World::new().await;
    let server = world.at().server(ORDERS).cloned().unwrap();
    let changed =
        ResourceServer { token_profile: TokenProfile::JwtCompat, access_token_lifetime: Some(60), ..(*server).clone() };
    world
        .change(async |tx| {
            resource_servers::upsert(tx, TenantId::DEFAULT, &changed, world.clock.now()).await.unwrap();
        })
        .await;

    let jwt = world.tokens(GrantOf { resources: &[ORDERS], ..GrantOf::default() }).await;
    let opaque = world.tokens(GrantOf { scope: "bills.read", resources: &[BILLS], ..GrantOf::default() }).await;

    assert_eq!(text(&read_jwt(text(&jwt, "access_token")).0, "typ"), "JWT");
    assert_eq!(jwt["expires_in"], 60);
    assert!(world.is_active("gateway", text(&jwt, "access_token")).await);
    assert!(text(&opaque, "access_token").len() <= 100);
}

/// S-039: no access token outlives the family's absolute end.
#[tokio::test]
async fn a_token_dies_with_its_family_at_the_latest() {
    let world = World::new().await;
    let grant = GrantOf { scope: "openid offline_access", ..GrantOf::default() };
    let mut tokens = world.tokens(grant).await;
    for _ in 0..3 {
        world.clock.advance(Lifetime::from_days(29));
        tokens = world.refresh("web", text(&tokens, "refresh_token"), &[]).await.unwrap();
    }
    world.clock.advance(Lifetime::from_minutes(3 * 24 * 60 - 1));

    let last = world.refresh("web", text(&tokens, "refresh_token"), &[]).await.unwrap();

    assert_eq!(last["expires_in"], 60);
}
