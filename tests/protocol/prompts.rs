//! When a page is shown: `prompt`, `max_age`, hints, essential claims. OIDC Core §3.1.2.1, §5.5.1.

use portreeve_domain::Lifetime;
use portreeve_tests::{
    browser::Browser,
    cast,
    deployment::{Deployment, on_both, on_sqlite},
    jwt,
    relying_party::{Grant, RelyingParty, Tokens},
};

/// Signs Ada in and gives `web` the scope.
async fn signed_in<'d>(at: &'d Deployment, web: &RelyingParty<'_>) -> Browser<'d> {
    let browser = Browser::new(at);
    browser.sign_in(&web.request("openid"), cast::ADA).await.code();
    browser
}

/// Redeems the code of a browser that has arrived at the client.
async fn redeemed(web: &RelyingParty<'_>, code: String) -> Tokens {
    Tokens(web.redeem(&Grant { code, redirect_uri: web.redirect_uri.clone() }).await.success())
}

/// OC-04, S-034: `prompt=none` without a session is `login_required` by redirect, and no page.
#[test]
fn prompt_none_without_session_is_login_required() {
    on_both(async |at| {
        let web = RelyingParty::new(at, "web");
        let silent = web.request("openid").with("prompt", "none");

        assert_eq!(Browser::new(at).authorize(&silent).await.callback().error(), "login_required");
        let browser = signed_in(at, &web).await;
        assert!(!browser.authorize(&silent).await.callback().code().is_empty());
    });
}

/// OC-05: `prompt=none` for a scope that nobody agreed to is `consent_required`.
#[test]
fn prompt_none_without_consent_is_consent_required() {
    on_sqlite(async |at| {
        let web = RelyingParty::new(at, "web");
        let browser = signed_in(at, &web).await;

        let wider = browser.authorize(&web.request("openid email").with("prompt", "none")).await.callback();
        let other_client = RelyingParty::new(at, "other").request("openid").with("prompt", "none");
        let other_client = browser.authorize(&other_client).await.callback();

        assert_eq!(wider.error(), "consent_required");
        assert_eq!(other_client.error(), "consent_required");
    });
}

/// OC-07, S-034: `prompt=login` authenticates again, and `auth_time` is the new time.
#[test]
fn prompt_login_authenticates_again() {
    on_both(async |at| {
        let web = RelyingParty::new(at, "web");
        let browser = signed_in(at, &web).await;
        at.wait(Lifetime::from_minutes(5));
        let request = web.request("openid").with("prompt", "login").with("max_age", "100000");

        let page = browser.authorize(&request).await;

        assert_eq!(page.step(), "password");
        let tokens = redeemed(&web, browser.complete(page, cast::ADA).await.code()).await;
        assert_eq!(jwt::claims(tokens.id())["auth_time"], at.seconds());
    });
}

/// OC-08: `prompt=consent` asks again for what was agreed to before.
#[test]
fn prompt_consent_asks_again() {
    on_sqlite(async |at| {
        let web = RelyingParty::new(at, "web");
        let browser = signed_in(at, &web).await;
        assert!(browser.authorize(&web.request("openid")).await.is_redirect(), "the consent is remembered");

        let page = browser.authorize(&web.request("openid").with("prompt", "consent")).await;

        assert_eq!(page.step(), "consent");
        assert!(!browser.complete(page, cast::ADA).await.code().is_empty());
    });
}

/// OC-09: `prompt=select_account` shows who is signed in here; the choice decides.
#[test]
fn prompt_select_account_shows_a_chooser() {
    on_sqlite(async |at| {
        let web = RelyingParty::new(at, "web");
        let browser = signed_in(at, &web).await;
        let request = web.request("openid").with("prompt", "select_account");
        let chooser = browser.authorize(&request).await;
        assert_eq!(chooser.step(), "select-account");
        let identify = browser.press(&chooser, "another-account", &[]).await;
        let code = browser.complete(identify, cast::ALAN).await.code();
        let alan = jwt::claims(redeemed(&web, code).await.id())["sub"].clone();

        let chooser = browser.authorize(&request).await;

        assert!(chooser.html().contains(cast::ADA) && chooser.html().contains(cast::ALAN));
        let first = browser.press(&chooser, "account-1", &[]).await;
        let one = jwt::claims(redeemed(&web, browser.complete(first, "").await.code()).await.id())["sub"].clone();
        let chooser = browser.authorize(&request).await;
        let second = browser.press(&chooser, "account-2", &[]).await;
        let two = jwt::claims(redeemed(&web, browser.complete(second, "").await.code()).await.id())["sub"].clone();
        assert_ne!(one, two);
        assert!(one == alan || two == alan);
    });
}

/// OC-09: with two accounts signed in, `prompt=none` cannot choose.
#[test]
fn prompt_none_with_two_accounts_is_account_selection_required() {
    on_sqlite(async |at| {
        let web = RelyingParty::new(at, "web");
        let browser = signed_in(at, &web).await;
        let chooser = browser.authorize(&web.request("openid").with("prompt", "select_account")).await;
        let identify = browser.press(&chooser, "another-account", &[]).await;
        browser.complete(identify, cast::ALAN).await.code();

        let silent = browser.authorize(&web.request("openid").with("prompt", "none")).await.callback();

        assert_eq!(silent.error(), "account_selection_required");
    });
}

/// OC-10, S-034, SU-02: a sign-in older than `max_age` is repeated, and the ID token says when; without `openid` the access
/// token does.
#[test]
fn a_sign_in_older_than_max_age_is_repeated() {
    on_both(async |at| {
        let web = RelyingParty::new(at, "web");
        let browser = signed_in(at, &web).await;
        let since = at.seconds();
        at.wait(Lifetime::from_seconds(2));

        let young = browser.authorize(&web.request("openid").with("max_age", "3")).await;
        let young = redeemed(&web, young.callback().code()).await;
        let silent = web.request("openid").with("max_age", "1").with("prompt", "none");
        let silent = browser.authorize(&silent).await.callback();
        let old = browser.authorize(&web.request("openid").with("max_age", "1")).await;

        assert_eq!(jwt::claims(young.id())["auth_time"], since);
        assert_eq!(silent.error(), "login_required");
        assert_eq!(old.step(), "password");
        let tokens = redeemed(&web, browser.complete(old, cast::ADA).await.code()).await;
        assert_eq!(jwt::claims(tokens.id())["auth_time"], at.seconds());

        at.wait(Lifetime::from_seconds(2));
        let plain = web.request("orders.read").with("resource", cast::ORDERS).with("max_age", "1");
        let page = browser.authorize(&plain).await;
        assert_eq!(page.step(), "password", "plain OAuth as well");
        let tokens = redeemed(&web, browser.complete(page, cast::ADA).await.code()).await;
        let told = RelyingParty::new(at, "gateway").introspect(tokens.access()).await.success();
        assert_eq!(jwt::claims(tokens.access())["auth_time"], at.seconds());
        assert_eq!(told["auth_time"], at.seconds());
    });
}

/// OC-11, S-034: `max_age=0` asks for a sign-in now.
#[test]
fn max_age_zero_is_not_absent() {
    on_both(async |at| {
        let web = RelyingParty::new(at, "web");
        let browser = signed_in(at, &web).await;
        at.wait(Lifetime::from_millis(1));
        assert!(browser.authorize(&web.request("openid")).await.is_redirect());

        let page = browser.authorize(&web.request("openid").with("max_age", "0")).await;

        assert_eq!(page.step(), "password");
        let tokens = redeemed(&web, browser.complete(page, cast::ADA).await.code()).await;
        assert!(jwt::claims(tokens.id())["auth_time"].is_i64());
    });
}

/// OC-12: `auth_time` is a number and the time of the authentication, also later in the session and after a refresh.
#[test]
fn auth_time_is_the_time_of_the_authentication() {
    on_sqlite(async |at| {
        let web = RelyingParty::new(at, "web");
        let browser = signed_in(at, &web).await;
        let since = at.seconds();
        at.wait(Lifetime::from_minutes(10));

        let page = browser.authorize(&web.request("openid").with("max_age", "3600")).await;
        let tokens = redeemed(&web, page.callback().code()).await;
        at.wait(Lifetime::from_minutes(10));
        let refreshed = Tokens(web.refresh(tokens.refresh()).await.success());

        assert_eq!(jwt::claims(tokens.id())["auth_time"].as_i64(), Some(since));
        assert_eq!(jwt::claims(refreshed.id())["auth_time"].as_i64(), Some(since));
    });
}

/// OC-13, S-034: an ID token says whom the request is about, also when it has expired.
#[test]
fn id_token_hint_names_the_person() {
    on_both(async |at| {
        let web = RelyingParty::new(at, "web");
        let browser = Browser::new(at);
        let hint = redeemed(&web, browser.sign_in(&web.request("openid"), cast::ADA).await.code()).await;
        let other = Browser::new(at);
        other.sign_in(&web.request("openid"), cast::ALAN).await;
        at.wait(Lifetime::from_hours(3));
        let request = web.request("openid").with("prompt", "none").with("id_token_hint", hint.id());

        let same_person = browser.authorize(&request).await.callback();
        let other_person = other.authorize(&request).await.callback();

        assert!(!same_person.code().is_empty());
        assert_eq!(other_person.error(), "login_required");
    });
}

/// OC-13: a hint that we did not sign is refused.
#[test]
fn a_forged_id_token_hint_is_refused() {
    on_sqlite(async |at| {
        let web = RelyingParty::new(at, "web");
        let browser = Browser::new(at);
        let tokens = redeemed(&web, browser.sign_in(&web.request("openid"), cast::ADA).await.code()).await;
        let parts: Vec<_> = tokens.id().split('.').collect();
        let mut claims = jwt::claims(tokens.id());
        claims["sub"] = "somebody-else".into();
        let unsigned = format!("{}.{}.", jwt::encoded(&serde_json::json!({"alg": "none"})), parts[1]);
        for forged in [
            format!("{}.{}.{}", parts[0], jwt::encoded(&claims), parts[2]),
            unsigned,
            format!("{}.{}.{}", parts[0], parts[1], "A".repeat(86)),
            "garbage".to_owned(),
        ] {
            let request = web.request("openid").with("prompt", "none").with("id_token_hint", &forged);

            let error = browser.authorize(&request).await.callback();

            assert!(["invalid_request", "login_required"].contains(&error.error()), "{forged}");
        }
    });
}

/// OC-13, OC-48: the hint of a client with pairwise subjects names the same person.
#[test]
fn a_pairwise_id_token_hint_names_the_person() {
    on_sqlite(async |at| {
        let pair = RelyingParty::new(at, "pair-one");
        let browser = Browser::new(at);
        let tokens = redeemed(&pair, browser.sign_in(&pair.request("openid"), cast::ADA).await.code()).await;
        let request = pair.request("openid").with("prompt", "none").with("id_token_hint", tokens.id());

        assert!(!browser.authorize(&request).await.callback().code().is_empty());
    });
}

/// OC-13, OC-19: a pairwise subject is recognized once its person has signed in, "as a result of the request" (OIDC Core §3.1.2.1).
#[test]
fn a_pairwise_subject_may_sign_in_first() {
    on_both(async |at| {
        let pair = RelyingParty::new(at, "pair-one");
        let grant = Browser::new(at).sign_in(&pair.request("openid"), cast::ADA).await;
        let tokens = redeemed(&pair, grant.code()).await;
        let ada = jwt::claims(tokens.id())["sub"].as_str().unwrap().to_owned();
        let hinted = pair.request("openid").with("id_token_hint", tokens.id());
        let claims = format!(r#"{{"id_token":{{"sub":{{"value":"{ada}"}}}}}}"#);
        let claimed = pair.request("openid").with("claims", &claims);
        for request in [&hinted, &claimed, &hinted.clone().with("prompt", "login")] {
            let again = redeemed(&pair, Browser::new(at).sign_in(request, cast::ADA).await.code()).await;
            assert_eq!(jwt::claims(again.id())["sub"], ada.as_str());
            assert_eq!(Browser::new(at).sign_in(request, cast::ALAN).await.error(), "login_required");
        }

        let others = Browser::new(at);
        others.sign_in(&pair.request("openid"), cast::ALAN).await;
        assert_eq!(others.authorize(&hinted.clone().with("prompt", "none")).await.callback().error(), "login_required");
        let chosen = others.authorize(&hinted.clone().with("prompt", "select_account")).await;
        assert_eq!(chosen.step(), "identify", "nobody who is signed in here is whom the request names");

        assert_eq!(others.authorize(&hinted).await.step(), "identify");

        let tabs = Browser::new(at);
        let waiting = tabs.authorize(&hinted).await;
        tabs.sign_in(&pair.request("openid"), cast::ADA).await;
        assert!(!tabs.visit(&waiting.path).await.callback().code().is_empty(), "signed in in another tab");
    });
}

/// OC-17, OC-58, SU-03, S-031: an essential `acr` that does not exist here fails; one that does is reached.
#[test]
fn an_essential_acr_is_met_or_the_request_fails() {
    on_both(async |at| {
        let web = RelyingParty::new(at, "web");
        let essential = |value: &str| {
            let claims = format!(r#"{{"id_token":{{"acr":{{"essential":true,"values":["{value}"]}}}}}}"#);
            web.request("openid").with("claims", &claims)
        };

        let unknown = Browser::new(at).authorize(&essential("urn:nobody")).await.callback();
        let tokens = Tokens(web.redeem(&web.grant_for(&essential("aal2"), cast::GRACE).await).await.success());
        let browser = signed_in(at, &web).await;
        let without_factor = browser.authorize(&essential("aal2")).await;
        let silent = browser.authorize(&essential("aal2").with("prompt", "none")).await.callback();

        assert_eq!(unknown.error(), "unmet_authentication_requirements");
        assert_eq!(jwt::claims(tokens.id())["acr"], "aal2");
        assert_eq!(without_factor.step(), "enrol-totp");
        assert!(!without_factor.has_button("skip"), "an essential level cannot be put off");
        assert!(["interaction_required", "unmet_authentication_requirements"].contains(&silent.error()));
    });
}

/// OC-19: a request for one subject gives tokens about nobody else.
#[test]
fn a_demanded_subject_is_the_only_one() {
    on_both(async |at| {
        let web = RelyingParty::new(at, "web");
        let browser = Browser::new(at);
        let first = redeemed(&web, browser.sign_in(&web.request("openid"), cast::ADA).await.code()).await;
        let ada = jwt::claims(first.id())["sub"].as_str().unwrap().to_owned();
        let claims = format!(r#"{{"id_token":{{"sub":{{"value":"{ada}"}}}}}}"#);
        let request = web.request("openid").with("claims", &claims);
        let other = Browser::new(at);
        other.sign_in(&web.request("openid"), cast::ALAN).await;

        let same = redeemed(&web, browser.authorize(&request).await.callback().code()).await;
        let silent = other.authorize(&request.clone().with("prompt", "none")).await.callback();
        let page = Browser::new(at).authorize(&request).await;

        assert_eq!(jwt::claims(same.id())["sub"], ada);
        assert_eq!(silent.error(), "login_required");
        assert!(!page.is_redirect());
    });
}

/// OC-19: another person who signs in is turned away.
#[test]
fn another_person_than_the_demanded_one_is_turned_away() {
    on_sqlite(async |at| {
        let web = RelyingParty::new(at, "web");
        let ada = jwt::claims(web.tokens("openid").await.id())["sub"].as_str().unwrap().to_owned();
        let claims = format!(r#"{{"id_token":{{"sub":{{"value":"{ada}"}}}}}}"#);
        let browser = Browser::new(at);
        let page = browser.authorize(&web.request("openid").with("claims", &claims)).await;

        let page = match page.has_button("another-account") {
            true => browser.press(&page, "another-account", &[]).await,
            false => page,
        };
        assert_eq!(page.step(), "identify");
        let end = browser.press(&page, "submit", &[("email", cast::ALAN), ("password", cast::PASSWORD)]).await;

        assert!(!end.callback().error().is_empty());
    });
}

/// OC-59: `prompt=create` is advertised only where it opens a page to sign up.
#[test]
fn prompt_create_is_as_advertised() {
    on_sqlite(async |at| {
        let web = RelyingParty::new(at, "web");
        let advertised = at.discovery().await["prompt_values_supported"].as_array().unwrap().contains(&"create".into());
        let closed = Browser::new(at).authorize(&web.request("openid").with("prompt", "create")).await;
        assert!(!advertised);
        assert_eq!(closed.callback().error(), "invalid_request");

        at.apply("[[tenants]]\nslug = \"default\"\ndisplay_name = \"Example\"\nregistration = true\n").await;

        let advertised = at.discovery().await["prompt_values_supported"].as_array().unwrap().contains(&"create".into());
        let open = Browser::new(at).authorize(&web.request("openid").with("prompt", "create")).await;
        assert_eq!(advertised, open.reply.status == 200 && open.step() == "register");
    });
}
