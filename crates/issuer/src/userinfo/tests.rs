//! Tests of userinfo: who may ask, and what is released.

use portreeve_oidc::Cause;
use portreeve_storage::clients;
use serde_json::{Value, json};

use super::Userinfo;
use crate::SenderEvidence;
use crate::testing::{GrantOf, ORDERS, World, cause, text, with_bearer};

async fn ask(world: &World, token: &str) -> Result<Value, Cause> {
    let sender = SenderEvidence::default();
    match world.issuer.userinfo(&world.at(), &with_bearer(token, &sender)).await.map_err(cause)? {
        Userinfo::Json(body) => Ok(serde_json::from_slice(&body).unwrap()),
        Userinfo::Jwt(_) => panic!("signed"),
    }
}

/// OC-38: the granted claims, with the `sub` of every other answer.
#[tokio::test]
async fn the_granted_claims_are_told() {
    let world = World::new().await;
    let tokens = world.tokens(GrantOf::default()).await;
    let token = text(&tokens, "access_token");

    let told = ask(&world, token).await.unwrap();

    let subject = world.introspect("web", token).await["sub"].clone();
    assert_eq!(told, json!({"sub": subject, "email": "Ada@example.com", "email_verified": true}));
}

/// OC-18: a claim asked for by name is told where it was asked for.
#[tokio::test]
async fn a_claim_named_for_userinfo_is_told() {
    let world = World::new().await;
    let claims = Some(r#"{"userinfo":{"name":null}}"#);
    let tokens = world.tokens(GrantOf { scope: "openid", claims, ..GrantOf::default() }).await;

    assert_eq!(ask(&world, text(&tokens, "access_token")).await.unwrap()["name"], "Ada King");
}

/// S-043, S-044: only an access token for the issuer itself opens userinfo.
#[tokio::test]
async fn no_other_token_opens_userinfo() {
    let world = World::new().await;
    let tokens = world.tokens(GrantOf { resources: &[ORDERS], ..GrantOf::default() }).await;

    for token in ["access_token", "refresh_token", "id_token"] {
        assert_eq!(ask(&world, text(&tokens, token)).await.unwrap_err(), Cause::TokenUnusable, "{token}");
    }
    assert_eq!(ask(&world, "garbage").await.unwrap_err(), Cause::TokenUnusable);
}

/// OC-41: without `openid` there is nothing to tell.
#[tokio::test]
async fn a_token_without_openid_is_not_enough() {
    let world = World::new().await;
    let tokens = world.tokens(GrantOf::default()).await;
    let wide = world.refresh("web", text(&tokens, "refresh_token"), &[("scope", "email")]).await.unwrap();
    let service = world.token("service", &[("grant_type", "client_credentials")]).await.unwrap();

    for answer in [&wide, &service] {
        assert_eq!(ask(&world, text(answer, "access_token")).await.unwrap_err(), Cause::ScopeMissing);
    }
}

/// OC-39: a client that registered an algorithm gets a JWT.
#[tokio::test]
async fn a_registered_algorithm_gives_a_signed_answer() {
    let world = World::new().await;
    let tokens = world.tokens(GrantOf::default()).await;
    let web = world.client("web");
    let mut metadata = web.metadata.clone();
    metadata.userinfo_signed_response_alg = Some("RS256".to_owned());
    world
        .change(async |tx| clients::upsert(tx, web.tenant, &web.id, &metadata, world.clock.now()).await.unwrap())
        .await;

    let sender = SenderEvidence::default();
    let request = with_bearer(text(&tokens, "access_token"), &sender);
    let answer = world.issuer.userinfo(&world.at(), &request).await.unwrap();

    let Userinfo::Jwt(token) = answer else { panic!("not signed") };
    assert_eq!(token.split('.').count(), 3);
}
