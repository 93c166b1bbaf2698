//! Tests of code redemption: once, by its owner, with its proofs.

use std::sync::Arc;

use portreeve_domain::{EventType, Lifetime, TokenKind};
use portreeve_oidc::Cause;
use serde_json::json;
use tokio::task::JoinSet;

use crate::testing::{GrantOf, ORDERS, REDIRECT_URI, VERIFIER, World, text};

fn redemption<'a>(code: &'a str, change: (&'a str, &'a str)) -> Vec<(&'a str, &'a str)> {
    let mut pairs = vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", REDIRECT_URI),
        ("code_verifier", VERIFIER),
    ];
    pairs.retain(|(name, _)| *name != change.0);
    pairs.push(change);
    pairs
}

/// OA-14, OA-22: a code gives tokens, once.
#[tokio::test]
async fn a_code_is_redeemed_for_tokens() {
    let world = World::new().await;

    let tokens = world.tokens(GrantOf::default()).await;

    assert_eq!(tokens["token_type"], "Bearer");
    assert_eq!(tokens["expires_in"], 600);
    assert!(text(&tokens, "access_token").starts_with("ptat_"));
    assert!(text(&tokens, "refresh_token").starts_with("ptrt_"));
    assert_eq!(text(&tokens, "id_token").split('.').count(), 3);
    let redeemed = world.facts_of(EventType::CodeRedeemed).await;
    assert_eq!((redeemed.len(), &redeemed[0]["audience"]), (1, &json!(world.at().issuer)));
    assert_eq!(redeemed[0]["scope"], tokens["scope"]);
    assert_eq!(world.count(EventType::AccessTokenIssued).await, 0);
}

/// S-021, OA-15: a second use is refused, and the tokens of the first die.
#[tokio::test]
async fn a_replayed_code_ends_its_tokens() {
    let world = World::new().await;
    let code = world.code(GrantOf::default()).await;
    let tokens = world.redeem("web", &code).await.unwrap();
    assert!(world.is_active("web", text(&tokens, "access_token")).await);

    let replay = world.redeem("web", &code).await;

    assert_eq!(replay.unwrap_err(), Cause::CodeUnusable);
    assert!(!world.is_active("web", text(&tokens, "access_token")).await);
    assert!(!world.is_active("web", text(&tokens, "refresh_token")).await);
    assert_eq!(world.refresh("web", text(&tokens, "refresh_token"), &[]).await.unwrap_err(), Cause::GrantEnded);
    assert_eq!(world.count(EventType::CodeReplayed).await, 1);
}

/// S-022: another client's attempt does not burn the code.
#[tokio::test]
async fn another_clients_attempt_leaves_the_code_to_its_owner() {
    let world = World::new().await;
    let code = world.code(GrantOf::default()).await;

    assert_eq!(world.redeem("other", &code).await.unwrap_err(), Cause::CodeNotYours);

    assert!(world.redeem("web", &code).await.is_ok());
    assert_eq!(world.count(EventType::ForeignTokenPresented).await, 1);
}

/// S-022: the owner's own mistake burns it.
#[tokio::test]
async fn the_owners_mistake_burns_the_code() {
    let world = World::new().await;
    let mistakes = [
        (("redirect_uri", "https://rp.example/cb2"), Cause::RedirectUriDiffers),
        (("code_verifier", "aBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"), Cause::VerifierDiffers),
        (("code_verifier", ""), Cause::VerifierMissing),
        (("resource", ORDERS), Cause::ResourceBeyondGrant),
    ];

    for (mistake, cause) in mistakes {
        let code = world.code(GrantOf::default()).await;
        assert_eq!(world.token("web", &redemption(&code, mistake)).await.unwrap_err(), cause);
        assert_eq!(world.redeem("web", &code).await.unwrap_err(), Cause::CodeUnusable, "{mistake:?}");
    }
}

/// S-023: a code with any character changed is unknown, and the real one stays good.
#[tokio::test]
async fn a_changed_code_is_unknown() {
    let world = World::new().await;
    let code = world.code(GrantOf::default()).await;

    for at in 0..code.len() {
        let replacement = if code.as_bytes()[at] == b'A' { "B" } else { "A" };
        let changed = format!("{}{replacement}{}", &code[..at], &code[at + 1..]);
        assert_eq!(world.redeem("web", &changed).await.unwrap_err(), Cause::CodeUnusable, "{changed}");
    }

    assert!(world.redeem("web", &code).await.is_ok());
}

/// S-023: the right row with a wrong secret is an unknown code, before and after the real one was used.
#[tokio::test]
async fn a_code_with_another_secret_is_unknown() {
    let world = World::new().await;
    let code = world.code(GrantOf::default()).await;
    let forged = world.forged(TokenKind::AuthorizationCode, &code);

    assert_eq!(world.redeem("web", &forged).await.unwrap_err(), Cause::CodeUnusable);
    let tokens = world.redeem("web", &code).await.unwrap();
    assert_eq!(world.redeem("web", &forged).await.unwrap_err(), Cause::CodeUnusable);
    assert!(world.is_active("web", text(&tokens, "access_token")).await);
}

/// S-025: a code lives for a minute.
#[tokio::test]
async fn a_code_dies_after_a_minute() {
    let world = World::new().await;
    let (in_time, too_late) = (world.code(GrantOf::default()).await, world.code(GrantOf::default()).await);

    world.clock.advance(Lifetime::from_seconds(59));
    assert!(world.redeem("web", &in_time).await.is_ok());
    world.clock.advance(Lifetime::from_seconds(1));
    assert_eq!(world.redeem("web", &too_late).await.unwrap_err(), Cause::CodeUnusable);
    // Too late is not a replay.
    assert_eq!(world.count(EventType::CodeReplayed).await, 0);
}

/// OA-21: a public client redeems with its verifier alone.
#[tokio::test]
async fn a_public_client_redeems_with_its_verifier() {
    let world = World::new().await;
    let code = world.code(GrantOf { client: "spa", ..GrantOf::default() }).await;

    assert!(world.redeem("spa", &code).await.is_ok());
}

/// RI-03, AT-05: a token for a resource has that audience and its scopes only.
#[tokio::test]
async fn a_token_for_a_resource_is_a_jwt_with_its_scopes() {
    let world = World::new().await;

    let tokens = world.tokens(GrantOf { resources: &[ORDERS], ..GrantOf::default() }).await;

    assert_eq!(text(&tokens, "access_token").split('.').count(), 3);
    let told = world.introspect("web", text(&tokens, "access_token")).await;
    assert_eq!(told["aud"], ORDERS);
    assert!(text(&told, "scope").split(' ').any(|scope| scope == "orders.read"));
}

/// S-021, OA-14: of fifty at once one gets tokens, and because the others were replays they are dead.
#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_redemptions_at_once_one_succeeds() {
    let world = Arc::new(World::new().await);
    let code = world.code(GrantOf::default()).await;

    let mut racers = JoinSet::new();
    for _ in 0..50 {
        let (world, code) = (Arc::clone(&world), code.clone());
        racers.spawn(async move { world.redeem("web", &code).await });
    }
    let results = racers.join_all().await;

    let (won, lost): (Vec<_>, Vec<_>) = results.into_iter().partition(Result::is_ok);
    assert_eq!(won.len(), 1);
    assert!(lost.iter().all(|result| *result == Err(Cause::CodeUnusable)));
    assert!(!world.is_active("web", text(won[0].as_ref().unwrap(), "access_token")).await);
}
