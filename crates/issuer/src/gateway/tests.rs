//! Tests of the gateway's answer: who, how sure, and every header of the contract.

use portreeve_domain::{Lifetime, ResourceServer, Scope, TenantId, TokenProfile};
use portreeve_jose::{AudienceRule, Expected, Expiry, Rejection, TypRule, VerifiedClaims, verify};
use portreeve_oidc::Cause;
use portreeve_oidc::resource_demand::ResourceDemand;
use portreeve_storage::resource_servers;

use super::{GatewayIdentity, host};
use crate::SenderEvidence;
use crate::testing::{BILLS, GrantOf, ISSUER, ORDERS, World, cause, text, with_bearer};
use crate::tokens::SIGNED_WITH;

async fn ask(world: &World, resource: &str, token: &str) -> Result<GatewayIdentity, Cause> {
    let at = world.at();
    let sender = SenderEvidence::default();
    let request = with_bearer(token, &sender);
    world
        .issuer
        .gateway_identity(&at, at.server(resource).unwrap(), &ResourceDemand::default(), &request)
        .await
        .map_err(cause)
}

fn read_signed(world: &World, token: &str) -> Result<VerifiedClaims, Rejection> {
    let expected = Expected {
        typ: TypRule::Exactly(&["identity+jwt"]),
        algorithms: &[SIGNED_WITH],
        issuer: Some(ISSUER),
        audience: AudienceRule::StringOnly(ORDERS),
        required: &["sub", "client_id"],
        now_seconds: world.clock.now().as_seconds(),
        skew_seconds: 0,
        expiry: Expiry::Required,
        max_bytes: 8192,
    };
    verify(token, &expected, world.at().signing.believed())
}

#[tokio::test]
async fn a_person_behind_a_gateway_is_named_in_text_and_in_a_signed_minute() {
    let world = World::new().await;
    let scope = "openid email orders.read";
    let tokens = world.tokens(GrantOf { scope, resources: &[ORDERS], ..GrantOf::default() }).await;

    let identity = ask(&world, ORDERS, text(&tokens, "access_token")).await.unwrap();

    assert!(identity.subject.starts_with("usr_"));
    assert_eq!((identity.client.as_str(), identity.acr.as_str()), ("web", "aal1"));
    assert_eq!(identity.email, "ada@example.com");
    assert_eq!(read_signed(&world, &identity.signed).unwrap().str("sub"), Some(identity.subject.as_str()));
    world.clock.advance(Lifetime::from_minutes(1));
    assert!(read_signed(&world, &identity.signed).is_err());
}

#[tokio::test]
async fn a_service_behind_a_gateway_has_no_address_and_no_level() {
    let world = World::new().await;
    let pairs = [("grant_type", "client_credentials"), ("scope", "orders.read")];
    let tokens = world.token("service", &pairs).await.unwrap();

    let identity = ask(&world, ORDERS, text(&tokens, "access_token")).await.unwrap();

    assert_eq!((identity.subject.as_str(), identity.scope.as_str()), ("service", "orders.read"));
    assert_eq!((identity.email.as_str(), identity.acr.as_str()), ("", ""));
}

/// S-043: a token for another resource, or another kind of token, does not pass; a revoked one not either.
#[tokio::test]
async fn only_a_live_token_for_the_app_passes() {
    let world = World::new().await;
    let tokens = world.tokens(GrantOf { resources: &[ORDERS], ..GrantOf::default() }).await;
    let access = text(&tokens, "access_token");
    assert!(ask(&world, ORDERS, access).await.is_ok());

    let signed = ask(&world, ORDERS, access).await.unwrap().signed;
    assert_eq!(ask(&world, BILLS, access).await, Err(Cause::TokenUnusable));
    for token in [text(&tokens, "id_token"), text(&tokens, "refresh_token"), &signed, "x"] {
        assert_eq!(ask(&world, ORDERS, token).await, Err(Cause::TokenUnusable));
    }
    world.revoke("web", access).await.unwrap();
    assert_eq!(ask(&world, ORDERS, access).await, Err(Cause::TokenUnusable));
}

#[tokio::test]
async fn an_app_is_a_resource_server_by_name_or_by_its_only_host() {
    let world = World::new().await;
    let named = ResourceServer {
        resource: "https://bills.example.com/old".to_owned(),
        name: Some("old-bills".to_owned()),
        scopes: Scope::default(),
        authorization_details_types: Vec::new(),
        token_profile: TokenProfile::Opaque,
        access_token_lifetime: None,
    };
    let resource = |name: &str| world.at().gateway_app(name).map(|server| server.resource.clone());
    assert_eq!(resource("bills.example.com").as_deref(), Some(BILLS));
    assert_eq!(resource("unknown"), None);

    world
        .change(async |tx| {
            resource_servers::upsert(tx, TenantId::DEFAULT, &named, world.clock.now()).await.unwrap();
        })
        .await;

    assert_eq!(resource("old-bills").as_deref(), Some("https://bills.example.com/old"));
    assert_eq!(resource("orders.example.com").as_deref(), Some(ORDERS));
    assert_eq!(resource("bills.example.com"), None, "two have this host");

    let namesake = ResourceServer { resource: "https://staging.example".to_owned(), ..named };
    world
        .change(async |tx| {
            resource_servers::upsert(tx, TenantId::DEFAULT, &namesake, world.clock.now()).await.unwrap();
        })
        .await;

    assert_eq!(resource("old-bills"), None, "two are called so");
}

#[test]
fn a_host_ends_where_the_path_begins() {
    assert_eq!(host("https://api.example.com:8443/v1?x"), Some("api.example.com:8443"));
    assert_eq!(host("urn:example:api"), None);
}

/// A signed identity is made twice a minute, and at once when something about it is different.
#[tokio::test]
async fn an_identity_is_signed_again_before_half_of_its_life_is_over() {
    let world = World::new().await;
    let scope = "openid email orders.read";
    let tokens = world.tokens(GrantOf { scope, resources: &[ORDERS], ..GrantOf::default() }).await;
    let narrower = GrantOf { scope: "openid orders.read", resources: &[ORDERS], ..GrantOf::default() };
    let narrower = world.tokens(narrower).await;
    let signed = async |tokens| ask(&world, ORDERS, text(tokens, "access_token")).await.unwrap().signed;

    let first = signed(&tokens).await;
    world.clock.advance(Lifetime::from_seconds(29));
    assert_eq!(signed(&tokens).await, first);
    assert_eq!(read_signed(&world, &signed(&narrower).await).unwrap().str("email"), None);
    world.clock.advance(Lifetime::from_seconds(1));
    let second = signed(&tokens).await;

    let (first, second) = (read_signed(&world, &first).unwrap(), read_signed(&world, &second).unwrap());
    assert_eq!(first.str("email"), Some("ada@example.com"));
    assert_eq!(second.int("exp").unwrap() - first.int("exp").unwrap(), 30);
}

/// A signature that was verified before counts no longer than its key and its token do.
#[tokio::test]
async fn a_token_that_passed_before_ends_with_its_key_and_by_its_revocation() {
    let world = World::new().await;
    let service = async || {
        let tokens = world.token("service", &[("grant_type", "client_credentials"), ("scope", "orders.read")]).await;
        text(&tokens.unwrap(), "access_token").to_owned()
    };
    let person = world.tokens(GrantOf { resources: &[ORDERS], ..GrantOf::default() }).await;
    let (person, kept, revoked) = (text(&person, "access_token").to_owned(), service().await, service().await);
    for token in [&person, &kept, &revoked] {
        assert!(ask(&world, ORDERS, token).await.is_ok() && ask(&world, ORDERS, token).await.is_ok());
    }

    world.revoke("service", &revoked).await.unwrap();
    assert_eq!(ask(&world, ORDERS, &revoked).await, Err(Cause::TokenUnusable));
    assert!(ask(&world, ORDERS, &kept).await.is_ok());

    let kid = world.at().signing.active(SIGNED_WITH).unwrap().kid().to_owned();
    world.issuer.revoke_key(&world.at(), &kid).await.unwrap();
    for token in [&person, &kept] {
        assert_eq!(ask(&world, ORDERS, token).await, Err(Cause::TokenUnusable));
    }
}

/// A token without a row is no longer good for anything once it has expired, however often it was asked about.
#[tokio::test]
async fn a_token_that_passed_before_expires() {
    let world = World::new().await;
    let pairs = [("grant_type", "client_credentials"), ("scope", "orders.read")];
    let token = world.token("service", &pairs).await.unwrap();
    let (token, lasts) = (text(&token, "access_token"), token["expires_in"].as_i64().unwrap());
    assert!(ask(&world, ORDERS, token).await.is_ok());

    world.clock.advance(Lifetime::from_seconds(lasts - 1));
    assert!(ask(&world, ORDERS, token).await.is_ok());
    world.clock.advance(Lifetime::from_seconds(1));
    assert_eq!(ask(&world, ORDERS, token).await, Err(Cause::TokenUnusable));
}
