//! Refresh tokens. RFC 6749 §6, RFC 9700 §4.14, OIDC Core §11, §12.

use portreeve_domain::Lifetime;
use portreeve_tests::{
    authorization::AuthorizationRequest,
    browser::Browser,
    cast,
    deployment::{on_both, on_sqlite},
    jwt,
    relying_party::{RelyingParty, Tokens},
};

fn invalid_grant() -> (u16, String) {
    (400, "invalid_grant".to_owned())
}

/// S-035, OA-19, BC-05, OA-TK-24: an old token after its successor was used ends the whole family.
#[test]
fn a_replayed_refresh_token_ends_the_family() {
    on_both(async |at| {
        for client in ["web", "spa"] {
            let (party, web) = (RelyingParty::new(at, client), RelyingParty::new(at, "gateway"));
            let request = party.request("openid bills.read").with("resource", cast::BILLS);
            let first = party.tokens_for(&request).await;
            let second = Tokens(party.refresh(first.refresh()).await.success());
            let third = Tokens(party.refresh(second.refresh()).await.success());
            assert!(web.sees_active(third.access()).await, "{client}");
            let events = at.events("token.refresh.replayed").await;

            let replay = party.refresh(first.refresh()).await;

            assert_eq!(replay.error(), invalid_grant(), "{client}");
            assert_eq!(party.refresh(third.refresh()).await.error(), invalid_grant(), "{client}");
            assert!(!web.sees_active(third.access()).await, "{client}");
            assert!(!web.sees_active(first.access()).await, "{client}");
            assert_eq!(at.events("token.refresh.replayed").await, events + 1, "{client}");
        }
    });
}

/// S-035: after the ten seconds of grace a second use is a replay, although the successor was never used.
#[test]
fn a_late_second_use_is_a_replay() {
    on_both(async |at| {
        let spa = RelyingParty::new(at, "spa");
        let first = spa.tokens("openid").await;
        let second = Tokens(spa.refresh(first.refresh()).await.success());
        at.wait(Lifetime::from_seconds(11));

        assert_eq!(spa.refresh(first.refresh()).await.error(), invalid_grant());
        assert_eq!(spa.refresh(second.refresh()).await.error(), invalid_grant());
    });
}

/// S-036: a client that lost the answer gets the same successor again, with a new access token.
#[test]
fn a_retry_gets_the_same_successor() {
    on_both(async |at| {
        let spa = RelyingParty::new(at, "spa");
        let first = spa.tokens("openid").await;
        let lost = Tokens(spa.refresh(first.refresh()).await.success());
        at.wait(Lifetime::from_seconds(9));

        let again = Tokens(spa.refresh(first.refresh()).await.success());

        assert_eq!(again.refresh(), lost.refresh());
        assert_ne!(again.access(), lost.access());
        assert_eq!(at.userinfo(again.access()).await.status, 200);
        assert_eq!(spa.refresh(again.refresh()).await.status, 200);
        assert_eq!(at.events("token.refresh.replayed").await, 0);
    });
}

/// S-037, OA-18, OA-TK-19: another client, or nobody who proves to be its owner, cannot use a refresh token; its owner still can,
/// and the attempt is noted.
#[test]
fn another_client_cannot_use_a_refresh_token() {
    on_both(async |at| {
        let (web, other) = (RelyingParty::new(at, "web"), RelyingParty::new(at, "other"));
        let tokens = web.tokens("openid").await;

        let stolen = other.refresh(tokens.refresh()).await;
        let unproven = [("grant_type", "refresh_token"), ("refresh_token", tokens.refresh()), ("client_id", "web")];
        let unproven = at.post("/oauth2/token", &[], &unproven).await;

        assert_eq!(unproven.error().1, "invalid_client");
        assert_eq!(stolen.error(), invalid_grant());
        assert_eq!(at.events("token.foreign.presented").await, 1);
        assert_eq!(web.refresh(tokens.refresh()).await.status, 200);
    });
}

/// S-038, OA-18: scope and audience cannot grow, and narrowing is for one access token.
#[test]
fn scope_can_be_narrowed_for_once_and_never_widened() {
    on_both(async |at| {
        let web = RelyingParty::new(at, "web");
        let first = web.tokens("openid email").await;

        let wider = web.refresh_with(first.refresh(), &[("scope", "openid email profile")]).await;
        let narrow = web.refresh_with(first.refresh(), &[("scope", "openid")]).await.success();
        let whole = web.refresh(narrow["refresh_token"].as_str().unwrap()).await.success();

        assert_eq!(wider.error(), (400, "invalid_scope".to_owned()));
        assert_eq!(narrow["scope"], "openid");
        assert!(whole.get("scope").is_none_or(|scope| scope == "openid email"), "{whole}");
        let claims = at.userinfo(whole["access_token"].as_str().unwrap()).await.success();
        assert_eq!(claims["email"], cast::ADA);
    });
}

/// S-038, S-032: a resource that was not granted is `invalid_target`.
#[test]
fn resources_cannot_be_added() {
    on_both(async |at| {
        let web = RelyingParty::new(at, "web");
        let request = web.request("orders.read bills.read").with("resource", cast::ORDERS);
        let tokens = web.tokens_for(&request).await;

        let other = web.refresh_with(tokens.refresh(), &[("resource", cast::BILLS)]).await;
        let unknown = web.refresh_with(tokens.refresh(), &[("resource", "https://nobody.example")]).await;
        let same = web.refresh_with(tokens.refresh(), &[("resource", cast::ORDERS)]).await;

        assert_eq!(other.error(), (400, "invalid_target".to_owned()));
        assert_eq!(unknown.error(), (400, "invalid_target".to_owned()));
        assert_eq!(jwt::claims(same.success()["access_token"].as_str().unwrap())["aud"], cast::ORDERS);
    });
}

/// S-039, BC-05: however often it is used, a family ends after 90 days; left alone, after 30.
#[test]
fn a_family_ends_however_often_it_is_used() {
    on_sqlite(async |at| {
        let web = RelyingParty::new(at, "web");
        let request = web.request("openid offline_access").with("prompt", "consent");
        let mut tokens = web.tokens_for(&request).await;
        let idle = web.tokens_for(&request).await;
        for _ in 0..4 {
            at.wait(Lifetime::from_days(20));
            tokens = Tokens(web.refresh(tokens.refresh()).await.success());
        }

        at.wait(Lifetime::from_days(11));

        assert_eq!(web.refresh(tokens.refresh()).await.error(), invalid_grant());
        assert_eq!(web.refresh(idle.refresh()).await.error(), invalid_grant());
    });
}

/// OC-36, OC-05: `offline_access` needs a consent in this very request, else it is ignored.
#[test]
fn offline_access_needs_consent() {
    on_sqlite(async |at| {
        let (web, own) = (RelyingParty::new(at, "web"), RelyingParty::new(at, "first-party"));
        let request = web.request("openid offline_access");

        let without = web.tokens_for(&request).await;
        let with = web.tokens_for(&request.clone().with("prompt", "consent")).await;
        let by_policy = own.tokens("openid offline_access").await;

        assert!(!without.0["scope"].as_str().unwrap_or("openid").contains("offline_access"));
        assert!(with.0.get("scope").is_none_or(|scope| scope.as_str().unwrap().contains("offline_access")));
        assert!(by_policy.0.get("scope").is_none_or(|scope| scope.as_str().unwrap().contains("offline_access")));
    });
}

/// OC-36, BL-05, BC-05: refresh tokens end with the session, unless `offline_access` was granted.
#[test]
fn offline_access_outlives_the_session() {
    on_both(async |at| {
        let (web, browser) = (RelyingParty::new(at, "web"), Browser::new(at));
        let tokens = async |request: AuthorizationRequest| {
            let grant = web.grant_in(&browser, &request, cast::ADA).await;
            Tokens(web.redeem(&grant).await.success())
        };
        let online = tokens(web.request("openid")).await;
        let offline = tokens(web.request("openid offline_access").with("prompt", "consent")).await;

        let done = browser.visit(&format!("/oauth2/logout?id_token_hint={}", online.id())).await;

        assert_eq!(done.reply.status, 200);
        assert_eq!(web.refresh(online.refresh()).await.error(), invalid_grant());
        assert_eq!(web.refresh(offline.refresh()).await.status, 200);
    });
}

/// OA-18: a client without the grant gets no refresh token.
#[test]
fn a_client_without_the_grant_gets_no_refresh_token() {
    on_sqlite(async |at| {
        let tokens = RelyingParty::new(at, "twin").tokens("openid").await;

        assert_eq!(tokens.0.get("refresh_token"), None);
    });
}

/// S-041, RV-04: after a revocation neither the token nor its successor works.
#[test]
fn a_revoked_refresh_token_is_dead() {
    on_both(async |at| {
        let web = RelyingParty::new(at, "web");
        let first = web.tokens("openid").await;
        let second = Tokens(web.refresh(first.refresh()).await.success());

        assert_eq!(web.revoke(second.refresh()).await.status, 200);

        assert_eq!(web.refresh(second.refresh()).await.error(), invalid_grant());
        assert!(!web.sees_active(first.access()).await);
        assert!(!web.sees_active(second.access()).await);
    });
}
