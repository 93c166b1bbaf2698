//! Tests of refresh rotation: successor, retry, replay, and who may ask for what.

use std::collections::BTreeSet;
use std::sync::Arc;

use portreeve_domain::{EventType, Lifetime, SessionEnd, TokenKind, lifetimes};
use portreeve_oidc::Cause;
use portreeve_storage::{consents, sessions};
use serde_json::Value;
use tokio::task::JoinSet;

use crate::testing::{BILLS, GrantOf, ORDERS, World, read_jwt, text};

const OFFLINE: GrantOf<'static> = GrantOf {
    client: "web",
    scope: "openid email offline_access orders.read bills.read",
    resources: &[ORDERS, BILLS],
    claims: None,
};

/// OA-19, OA-TK-29: each use gives a new refresh token, and an access token.
#[tokio::test]
async fn a_refresh_gives_a_successor() {
    let world = World::new().await;
    let first = world.tokens(GrantOf::default()).await;

    let second = world.refresh("web", text(&first, "refresh_token"), &[]).await.unwrap();

    assert_ne!(text(&first, "refresh_token"), text(&second, "refresh_token"));
    assert_ne!(text(&first, "access_token"), text(&second, "access_token"));
    assert!(world.is_active("web", text(&second, "refresh_token")).await);
    assert!(!world.is_active("web", text(&first, "refresh_token")).await);
    assert!(world.refresh("web", text(&second, "refresh_token"), &[]).await.is_ok());
    assert_eq!(world.count(EventType::RefreshTokenRotated).await, 2);
}

/// OC-35: the ID token of a refresh is about the same sign-in, newly issued, without nonce.
#[tokio::test]
async fn a_refresh_gives_an_id_token_about_the_same_sign_in() {
    let world = World::new().await;
    let first = world.tokens(GrantOf::default()).await;
    world.clock.advance(Lifetime::from_seconds(90));

    let second = world.refresh("web", text(&first, "refresh_token"), &[]).await.unwrap();

    let claims = |answer: &Value| read_jwt(text(answer, "id_token")).1;
    let (first, second) = (claims(&first), claims(&second));
    for claim in ["iss", "sub", "aud", "auth_time"] {
        assert_eq!(first[claim], second[claim], "{claim}");
    }
    assert_eq!(second["iat"].as_i64().unwrap() - first["iat"].as_i64().unwrap(), 90);
    assert_eq!(first["nonce"], "n-0S6_WzA2Mj");
    assert!(second.get("nonce").is_none());
}

/// S-035, OA-TK-9: a used token that comes back late ends the family.
#[tokio::test]
async fn a_replayed_refresh_token_ends_the_family() {
    let world = World::new().await;
    let first = world.tokens(GrantOf::default()).await;
    let second = world.refresh("web", text(&first, "refresh_token"), &[]).await.unwrap();
    world.clock.advance(lifetimes::REFRESH_RETRY);

    let replay = world.refresh("web", text(&first, "refresh_token"), &[]).await;

    assert_eq!(replay.unwrap_err(), Cause::RefreshTokenReplayed);
    for token in [text(&first, "access_token"), text(&second, "access_token"), text(&second, "refresh_token")] {
        assert!(!world.is_active("web", token).await);
    }
    assert_eq!(world.refresh("web", text(&second, "refresh_token"), &[]).await.unwrap_err(), Cause::GrantEnded);
    assert_eq!(world.count(EventType::RefreshTokenReplayed).await, 1);
}

/// S-036: a lost answer can be had again for ten seconds: the same successor, a new access token.
#[tokio::test]
async fn a_retry_gets_the_same_successor() {
    let world = World::new().await;
    let first = world.tokens(GrantOf::default()).await;
    let lost = world.refresh("web", text(&first, "refresh_token"), &[]).await.unwrap();
    world.clock.advance(Lifetime::from_seconds(9));

    let again = world.refresh("web", text(&first, "refresh_token"), &[]).await.unwrap();

    assert_eq!(text(&lost, "refresh_token"), text(&again, "refresh_token"));
    assert_ne!(text(&lost, "access_token"), text(&again, "access_token"));
    assert!(world.refresh("web", text(&again, "refresh_token"), &[]).await.is_ok());
}

/// S-036: once the successor was used, the first token is a replay, also within ten seconds.
#[tokio::test]
async fn a_retry_after_the_successor_was_used_ends_the_family() {
    let world = World::new().await;
    let first = world.tokens(GrantOf::default()).await;
    let second = world.refresh("web", text(&first, "refresh_token"), &[]).await.unwrap();
    let third = world.refresh("web", text(&second, "refresh_token"), &[]).await.unwrap();

    let replay = world.refresh("web", text(&first, "refresh_token"), &[]).await;

    assert_eq!(replay.unwrap_err(), Cause::RefreshTokenReplayed);
    assert!(!world.is_active("web", text(&third, "refresh_token")).await);
}

/// S-036: fifty at once all get the one successor.
#[tokio::test(flavor = "multi_thread")]
async fn fifty_refreshes_at_once_share_one_successor() {
    let world = Arc::new(World::new().await);
    let first = world.tokens(GrantOf::default()).await;
    let token = text(&first, "refresh_token").to_owned();

    let mut racers = JoinSet::new();
    for _ in 0..50 {
        let (world, token) = (Arc::clone(&world), token.clone());
        racers.spawn(async move { world.refresh("web", &token, &[]).await });
    }
    let answers: Vec<Value> = racers.join_all().await.into_iter().map(Result::unwrap).collect();

    let successors: BTreeSet<_> = answers.iter().map(|answer| text(answer, "refresh_token")).collect();
    assert_eq!(successors.len(), 1);
    assert!(world.refresh("web", successors.first().unwrap(), &[]).await.is_ok());
    assert_eq!(world.count(EventType::RefreshTokenRotated).await, 2);
    // Those who came later changed nothing but that they have an access token.
    assert_eq!(world.count(EventType::AccessTokenIssued).await, 49);
}

/// S-037: the right row with a wrong secret is an unknown token, never a replay.
#[tokio::test]
async fn a_refresh_token_with_another_secret_is_unknown() {
    let world = World::new().await;
    let first = world.tokens(GrantOf::default()).await;
    let second = world.refresh("web", text(&first, "refresh_token"), &[]).await.unwrap();
    world.clock.advance(lifetimes::REFRESH_RETRY);

    let forged = world.forged(TokenKind::RefreshToken, text(&first, "refresh_token"));

    assert_eq!(world.refresh("web", &forged, &[]).await.unwrap_err(), Cause::RefreshTokenUnusable);
    assert_eq!(world.revoke("web", &forged).await, Ok(()));
    assert!(world.refresh("web", text(&second, "refresh_token"), &[]).await.is_ok());
}

/// S-037, OA-TK-20: another client's attempt is refused and noted, and changes nothing.
#[tokio::test]
async fn another_client_cannot_use_the_token() {
    let world = World::new().await;
    let tokens = world.tokens(GrantOf::default()).await;

    let foreign = world.refresh("other", text(&tokens, "refresh_token"), &[]).await;

    assert_eq!(foreign.unwrap_err(), Cause::RefreshTokenNotYours);
    assert_eq!(world.count(EventType::ForeignTokenPresented).await, 1);
    assert!(world.refresh("web", text(&tokens, "refresh_token"), &[]).await.is_ok());
}

/// S-038, OA-18, S-032: more than was granted is refused, and the token stays good.
#[tokio::test]
async fn a_refresh_cannot_ask_for_more() {
    let world = World::new().await;
    let tokens = world.tokens(GrantOf { resources: &[BILLS], ..OFFLINE }).await;
    let token = text(&tokens, "refresh_token");

    let wider = world.refresh("web", token, &[("scope", "openid orders.write")]).await;
    let farther = world.refresh("web", token, &[("resource", ORDERS)]).await;

    assert_eq!(wider.unwrap_err(), Cause::ScopeBeyondGrant);
    assert_eq!(farther.unwrap_err(), Cause::ResourceBeyondGrant);
    assert!(world.refresh("web", token, &[]).await.is_ok());
}

/// OA-18: a narrower scope is for one token; the next has all again.
#[tokio::test]
async fn narrowing_is_not_permanent() {
    let world = World::new().await;
    let tokens = world.tokens(GrantOf::default()).await;

    let narrow = world.refresh("web", text(&tokens, "refresh_token"), &[("scope", "openid")]).await.unwrap();
    let wide = world.refresh("web", text(&narrow, "refresh_token"), &[]).await.unwrap();

    assert_eq!(narrow["scope"], "openid");
    assert_eq!(wide["scope"], tokens["scope"]);
}

/// RI-04: a refresh may pick another granted resource.
#[tokio::test]
async fn a_refresh_may_pick_another_granted_resource() {
    let world = World::new().await;
    let tokens = world.tokens(OFFLINE).await;

    let bills = world.refresh("web", text(&tokens, "refresh_token"), &[("resource", BILLS)]).await.unwrap();

    let told = world.introspect("web", text(&bills, "access_token")).await;
    assert_eq!(told["aud"], BILLS);
    assert!(!text(&told, "scope").contains("orders.read"));
}

/// S-039: unused for a month it dies; used again and again the family dies after ninety days.
#[tokio::test]
async fn a_refresh_token_is_not_immortal() {
    let world = World::new().await;
    let idle = world.tokens(OFFLINE).await;
    let mut used = world.tokens(OFFLINE).await;
    for _ in 0..3 {
        world.clock.advance(Lifetime::from_days(29));
        used = world.refresh("web", text(&used, "refresh_token"), &[]).await.unwrap();
    }

    assert_eq!(world.refresh("web", text(&idle, "refresh_token"), &[]).await.unwrap_err(), Cause::RefreshTokenUnusable);
    world.clock.advance(Lifetime::from_days(3));
    assert!(world.refresh("web", text(&used, "refresh_token"), &[]).await.is_err());
}

/// S-039, OC-36: without `offline_access` the tokens end with the session; with it they do not.
#[tokio::test]
async fn only_offline_access_outlives_the_session() {
    let world = World::new().await;
    let (bound, offline) = (world.tokens(GrantOf::default()).await, world.tokens(OFFLINE).await);
    world
        .change(async |tx| {
            let session = &world.session;
            sessions::end(tx, session.tenant, session.id, SessionEnd::SignedOut, world.clock.now()).await.unwrap();
        })
        .await;

    assert_eq!(world.refresh("web", text(&bound, "refresh_token"), &[]).await.unwrap_err(), Cause::GrantEnded);
    assert!(!world.is_active("web", text(&bound, "access_token")).await);
    assert!(world.refresh("web", text(&offline, "refresh_token"), &[]).await.is_ok());
}

/// S-039: a withdrawn consent ends what was granted by it.
#[tokio::test]
async fn a_withdrawn_consent_ends_the_grant() {
    let world = World::new().await;
    let tokens = world.tokens(OFFLINE).await;
    let client = world.client("web");
    world
        .change(async |tx| {
            consents::withdraw(tx, client.tenant, world.ada, &client.id, world.clock.now()).await.unwrap();
        })
        .await;

    assert_eq!(world.refresh("web", text(&tokens, "refresh_token"), &[]).await.unwrap_err(), Cause::GrantEnded);
}
