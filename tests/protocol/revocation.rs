//! Revocation. RFC 7009.

use portreeve_tests::{
    cast,
    deployment::{on_both, on_sqlite},
    relying_party::{RelyingParty, basic},
};

const REVOKE: &str = "/oauth2/revoke";

/// RV-01: what is no token of ours, or none any more, is revoked already.
#[test]
fn unknown_tokens_are_revoked_already() {
    on_both(async |at| {
        let web = RelyingParty::new(at, "web");
        let tokens = web.tokens("openid").await;
        web.revoke(tokens.access()).await;

        for token in ["rubbish", "a.b.c", tokens.access(), tokens.id(), "\u{1f600}"] {
            let reply = web.revoke(token).await;
            assert_eq!((reply.status.as_u16(), reply.body.len()), (200, 0), "{token}");
        }
    });
}

/// RV-01: a revoked access token is dead; a request without a token is malformed.
#[test]
fn a_revoked_access_token_is_dead() {
    on_both(async |at| {
        let web = RelyingParty::new(at, "web");
        let tokens = web.tokens("openid").await;
        assert_eq!(at.userinfo(tokens.access()).await.status, 200);

        let reply = web.revoke(tokens.access()).await;

        assert_eq!(reply.status, 200);
        assert_eq!(at.userinfo(tokens.access()).await.status, 401);
        assert!(!web.sees_active(tokens.access()).await);
        assert_eq!(web.post(REVOKE, &[]).await.error(), (400, "invalid_request".to_owned()));
    });
}

/// RV-01: a JWT access token is revoked as well: introspection tells.
#[test]
fn a_revoked_jwt_is_dead_at_introspection() {
    on_both(async |at| {
        let (web, gateway) = (RelyingParty::new(at, "web"), RelyingParty::new(at, "gateway"));
        let tokens = web.tokens_for(&web.request("orders.read").with("resource", cast::ORDERS)).await;
        let service = RelyingParty::new(at, "service");
        let own = service.client_credentials(&[("scope", "orders.read"), ("resource", cast::ORDERS)]).await.success();
        let own = own["access_token"].as_str().unwrap();
        assert!(gateway.sees_active(tokens.access()).await && gateway.sees_active(own).await);

        web.revoke(tokens.access()).await;
        service.revoke(own).await;

        assert!(!gateway.sees_active(tokens.access()).await);
        assert!(!gateway.sees_active(own).await);
    });
}

/// RV-02: a wrong hint still finds the token.
#[test]
fn a_wrong_hint_still_finds_the_token() {
    on_sqlite(async |at| {
        let web = RelyingParty::new(at, "web");
        let tokens = web.tokens("openid").await;

        web.post(REVOKE, &[("token", tokens.refresh()), ("token_type_hint", "access_token")]).await;

        assert!(!web.sees_active(tokens.refresh()).await);
    });
}

/// RV-03, S-041: another client's token is untouched, and nobody learns that it exists.
#[test]
fn only_the_clients_own_tokens_are_revoked() {
    on_both(async |at| {
        let (web, other, spa) =
            (RelyingParty::new(at, "web"), RelyingParty::new(at, "other"), RelyingParty::new(at, "spa"));
        let tokens = web.tokens("openid").await;

        for party in [&other, &spa] {
            for token in [tokens.access(), tokens.refresh()] {
                let reply = party.revoke(token).await;
                assert_eq!((reply.status.as_u16(), reply.body.len()), (200, 0), "{}", party.id);
            }
        }

        assert!(web.sees_active(tokens.access()).await);
        assert_eq!(web.refresh(tokens.refresh()).await.status, 200);
    });
}

/// RV-03, RV-06: a public client revokes its own tokens by its `client_id`; scripts of its pages may.
#[test]
fn a_public_client_identifies_itself() {
    on_sqlite(async |at| {
        let spa = RelyingParty::new(at, "spa");
        let tokens = spa.tokens("openid").await;
        let pairs = [("token", tokens.refresh()), ("client_id", "spa")];

        let reply = at.post(REVOKE, &[("origin", "https://spa.example")], &pairs).await;

        assert_eq!(reply.status, 200);
        assert_eq!(reply.header("access-control-allow-origin"), Some("https://spa.example"));
        assert_eq!(spa.refresh(tokens.refresh()).await.error().1, "invalid_grant");
    });
}

/// RV-04: with the refresh token its access tokens are gone.
#[test]
fn access_tokens_go_with_their_refresh_token() {
    on_both(async |at| {
        let web = RelyingParty::new(at, "web");
        let tokens = web.tokens("openid").await;

        web.revoke(tokens.refresh()).await;

        assert!(!web.sees_active(tokens.access()).await);
        assert_eq!(at.userinfo(tokens.access()).await.status, 401);
    });
}

/// RV-06, OA-RV-5: requests are POST forms of an authenticated client.
#[test]
fn the_client_must_authenticate() {
    on_sqlite(async |at| {
        let web = RelyingParty::new(at, "web");
        let tokens = web.tokens("openid").await;
        let token = ("token", tokens.access());

        let nobody = at.post(REVOKE, &[], &[token]).await;
        let without_secret = at.post(REVOKE, &[], &[token, ("client_id", "web")]).await;
        let wrong = at.post(REVOKE, &[("authorization", &basic("web", "wrong"))], &[token]).await;
        let get = at.get(&format!("{REVOKE}?token=x"), &[]).await;

        for reply in [nobody, without_secret, wrong] {
            assert_eq!(reply.error().1, "invalid_client");
        }
        assert_eq!(get.status, 405);
        assert!(web.sees_active(tokens.access()).await);
    });
}

/// RV-05: a code is ours and no token; its client must not think that it is dead now, and it is not.
#[test]
fn what_cannot_be_revoked_is_told() {
    on_both(async |at| {
        let web = RelyingParty::new(at, "web");
        let grant = web.grant("openid", cast::ADA).await;

        for hint in ["access_token", "refresh_token", "authorization_code"] {
            let refused = web.post(REVOKE, &[("token", &grant.code), ("token_type_hint", hint)]).await;
            assert_eq!(refused.error(), (400, "unsupported_token_type".to_owned()), "{hint}");
        }

        assert_eq!(web.redeem(&grant).await.status, 200);
        let unproven = at.post(REVOKE, &[], &[("token", &grant.code)]).await;
        assert_eq!(unproven.error(), (401, "invalid_client".to_owned()));
    });
}
