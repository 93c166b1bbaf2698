//! The browser's binding and its sessions. SECURITY rule 20, S-092, S-093.

use std::collections::BTreeMap;

use portreeve_domain::Lifetime;
use portreeve_tests::{
    browser::Browser,
    cast,
    deployment::{Deployment, form, on_both, on_sqlite},
    relying_party::{RelyingParty, Tokens},
};

const BINDING: &str = "__Host-portreeve";

async fn silent(at: &Deployment, cookies: BTreeMap<String, String>) -> Result<String, String> {
    let browser = Browser::new(at);
    browser.set_cookies(cookies);
    let request = RelyingParty::new(at, "web").request("openid").with("prompt", "none");
    let callback = browser.authorize(&request).await.callback();
    callback.get("code").map(str::to_owned).ok_or_else(|| callback.error().to_owned())
}

fn login_required() -> Result<String, String> {
    Err("login_required".to_owned())
}

/// S-092: the cookie changes at the sign-in, and the one of before is dead.
#[test]
fn the_cookie_changes_at_the_sign_in() {
    on_both(async |at| {
        let (web, browser) = (RelyingParty::new(at, "web"), Browser::new(at));
        let page = browser.authorize(&web.request("openid")).await;
        let before = browser.cookies();

        browser.complete(page, cast::ADA).await;

        let after = browser.cookies();
        assert_ne!(before[BINDING], after[BINDING]);
        assert_eq!(silent(at, before).await, login_required());
        assert!(silent(at, after).await.is_ok());
    });
}

/// S-092: a cookie that somebody else chose is not taken over.
#[test]
fn a_chosen_cookie_is_not_taken_over() {
    on_sqlite(async |at| {
        let (web, browser) = (RelyingParty::new(at, "web"), Browser::new(at));
        let chosen = BTreeMap::from([(BINDING.to_owned(), "chosen-by-the-attacker".to_owned())]);
        browser.set_cookies(chosen.clone());

        browser.sign_in(&web.request("openid"), cast::ADA).await;

        assert_ne!(browser.cookies()[BINDING], chosen[BINDING]);
        assert_eq!(silent(at, chosen).await, login_required());
    });
}

/// S-092: after a logout the cookie is dead, also where it was copied.
#[test]
fn the_cookie_is_dead_after_a_logout() {
    on_both(async |at| {
        let (web, browser) = (RelyingParty::new(at, "web"), Browser::new(at));
        let grant = web.grant_in(&browser, &web.request("openid"), cast::ADA).await;
        let tokens = Tokens(web.redeem(&grant).await.success());
        let stolen = browser.cookies();
        assert!(silent(at, stolen.clone()).await.is_ok());

        browser.visit(&format!("/oauth2/logout?{}", form(&[("id_token_hint", tokens.id())]))).await;

        assert_eq!(silent(at, stolen).await, login_required());
        assert_eq!(silent(at, browser.cookies()).await, login_required());
    });
}

/// S-092: the cookie changes when the session becomes stronger.
#[test]
fn the_cookie_changes_at_a_step_up() {
    on_sqlite(async |at| {
        let (web, browser) = (RelyingParty::new(at, "web"), Browser::new(at));
        browser.sign_in(&web.request("openid"), cast::GRACE).await;
        let before = browser.cookies();
        at.wait(Lifetime::from_minutes(1));

        let page = browser.authorize(&web.request("openid").with("prompt", "login")).await;
        browser.complete(page, cast::GRACE).await.code();

        assert_ne!(before[BINDING], browser.cookies()[BINDING]);
        assert_eq!(silent(at, before).await, login_required());
    });
}

/// S-093: a session with one factor ends after 30 days.
#[test]
fn a_session_ends_after_its_lifetime() {
    on_both(async |at| {
        let (web, browser) = (RelyingParty::new(at, "web"), Browser::new(at));
        browser.sign_in(&web.request("openid"), cast::ADA).await;

        at.wait(Lifetime::from_days(29));
        assert!(silent(at, browser.cookies()).await.is_ok());
        at.wait(Lifetime::from_days(2));

        assert_eq!(silent(at, browser.cookies()).await, login_required());
    });
}

/// S-093: a session with two factors ends after an hour without use, and after a day in any case.
#[test]
fn a_session_with_two_factors_ends_sooner() {
    on_both(async |at| {
        let web = RelyingParty::new(at, "web");
        let (idle, used) = (Browser::new(at), Browser::new(at));
        idle.sign_in(&web.request("openid"), cast::GRACE).await;
        at.wait(Lifetime::from_minutes(1));
        used.sign_in(&web.request("openid"), cast::GRACE).await;

        at.wait(Lifetime::from_minutes(50));
        assert!(silent(at, used.cookies()).await.is_ok());
        at.wait(Lifetime::from_minutes(15));
        assert_eq!(silent(at, idle.cookies()).await, login_required());
        for _ in 0..25 {
            at.wait(Lifetime::from_minutes(55));
            let _ = silent(at, used.cookies()).await;
        }

        assert_eq!(silent(at, used.cookies()).await, login_required());
    });
}

/// S-095: the cookies of tenants on one host do not meet.
#[test]
fn tenants_have_cookies_of_their_own() {
    on_sqlite(async |at| {
        let (here, there) = (RelyingParty::new(at, "web"), RelyingParty::of_tenant(at, "acme", "web"));
        let browser = Browser::new(at);
        browser.sign_in(&here.request("openid"), cast::ADA).await;

        let other = browser.authorize(&there.request("openid").with("prompt", "none")).await.callback();

        assert_eq!(other.error(), "login_required");
        browser.sign_in(&there.request("openid"), cast::ADA).await;
        let names: Vec<_> = browser.cookies().into_keys().filter(|name| name.contains("acme")).collect();
        assert!(!names.is_empty());
        let mut moved = browser.cookies();
        let value = moved[BINDING].clone();
        for name in names {
            moved.insert(name, value.clone());
        }
        browser.set_cookies(moved);
        let other = browser.authorize(&there.request("openid").with("prompt", "none")).await.callback();
        assert_eq!(other.error(), "login_required", "a cookie of one tenant means nothing in another");
    });
}
