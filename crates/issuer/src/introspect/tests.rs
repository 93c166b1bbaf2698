//! Tests of introspection: what each caller may learn, and nothing else.

use portreeve_domain::{Lifetime, TokenKind};
use portreeve_oidc::Cause;
use portreeve_oidc::introspection::INACTIVE;

use crate::testing::{BILLS, GrantOf, ISSUER, ORDERS, World, cause, parameters, text};
use crate::{IntrospectionForm, SenderEvidence};

/// IN-01, S-042: nobody is told anything without authentication; a public client has none.
#[tokio::test]
async fn a_caller_must_authenticate() {
    let world = World::new().await;
    let ask = async |form: &[(&str, &str)]| {
        let (sender, json) = (SenderEvidence::default(), IntrospectionForm::Json);
        world.issuer.introspect(&world.at(), &[], &sender, json, &parameters(form)).await
    };

    let nobody = ask(&[("token", "x")]).await.map_err(cause);
    let stranger = ask(&[("token", "x"), ("client_id", "web"), ("client_secret", "wrong")]).await.map_err(cause);
    let public = world.introspect_bytes("spa", "x").await;

    assert_eq!(nobody.unwrap_err(), Cause::ClientAuthenticationMissing);
    assert_eq!(stranger.unwrap_err(), Cause::ClientAuthenticationFailed);
    assert_eq!(public.unwrap_err(), Cause::ClientAuthenticationFailed);
}

/// IN-02, S-042: garbage, an ID token, an expired token, a token of another kind: the same bytes.
#[tokio::test]
async fn whatever_is_not_an_active_token_is_inactive() {
    let world = World::new().await;
    let tokens = world.tokens(GrantOf { resources: &[ORDERS], ..GrantOf::default() }).await;
    let access = text(&tokens, "access_token").to_owned();
    let swapped = text(&tokens, "refresh_token").replace("ptrt_", TokenKind::AccessToken.prefix());
    let cut = &access[..access.len() - 4];
    let userinfo = world.tokens(GrantOf::default()).await;
    let forged = [
        world.forged(TokenKind::AccessToken, text(&userinfo, "access_token")),
        world.forged(TokenKind::RefreshToken, text(&tokens, "refresh_token")),
    ];

    for token in forged.iter().map(String::as_str).chain([
        "garbage",
        "a.b.c",
        text(&tokens, "id_token"),
        &swapped,
        cut,
        &world.code(GrantOf::default()).await,
    ]) {
        assert_eq!(world.introspect_bytes("web", token).await.unwrap(), INACTIVE, "{token}");
    }
    assert!(world.is_active("web", &access).await);
    world.clock.advance(Lifetime::from_minutes(10));
    for expired in [access.as_str(), text(&userinfo, "access_token")] {
        assert_eq!(world.introspect_bytes("web", expired).await.unwrap(), INACTIVE);
    }
}

/// IN-04: a resource server sees tokens for it alone; the client a token was issued to sees its own.
#[tokio::test]
async fn a_token_is_seen_by_its_audience_and_its_client_only() {
    let world = World::new().await;
    let for_orders = world.tokens(GrantOf { resources: &[ORDERS], ..GrantOf::default() }).await;
    let for_userinfo = world.tokens(GrantOf::default()).await;

    let told = world.introspect("gateway", text(&for_orders, "access_token")).await;
    assert_eq!((text(&told, "aud"), text(&told, "scope"), text(&told, "iss")), (ORDERS, "orders.read", ISSUER));
    assert_eq!(world.introspect("web", text(&for_orders, "access_token")).await["active"], true);
    for (caller, tokens) in [("other", &for_orders), ("gateway", &for_userinfo), ("service", &for_orders)] {
        for token in ["access_token", "refresh_token"] {
            assert_eq!(world.introspect_bytes(caller, text(tokens, token)).await.unwrap(), INACTIVE, "{caller}");
        }
    }
}

/// IN-03: an opaque token is described as fully as a JWT.
#[tokio::test]
async fn both_forms_of_token_are_described() {
    let world = World::new().await;

    for (resource, scope) in [(ORDERS, "openid orders.read"), (BILLS, "openid bills.read")] {
        let tokens = world.tokens(GrantOf { scope, resources: &[resource], ..GrantOf::default() }).await;
        let told = world.introspect("gateway", text(&tokens, "access_token")).await;
        assert_eq!((text(&told, "aud"), text(&told, "client_id"), text(&told, "acr")), (resource, "web", "aal1"));
        assert_eq!(told["exp"].as_i64().unwrap() - told["iat"].as_i64().unwrap(), 600);
        assert!(text(&told, "sub").starts_with("usr_"));
    }
}
