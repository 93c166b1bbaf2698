//! Who stands at the account pages, and the names of a person. DESIGN §1.4; SECURITY S-014, S-118.

use portreeve_domain::Lifetime;
use portreeve_tests::{
    browser::Browser,
    cast,
    deployment::{on_both, on_sqlite},
    relying_party::RelyingParty,
};

use crate::attributes::SCHEMA;

const OUTDATED: &str = "That page was out of date, so nothing was sent. This is where you are now.";

/// The account pages are for whoever is signed in here; everybody else signs in on the way.
#[test]
fn the_account_leads_to_the_sign_in_and_back() {
    on_both(async |at| {
        let browser = Browser::new(at);

        let (page, steps) = browser.visit_as("/account", cast::ADA).await;
        let (again, no_steps) = browser.visit_as("/account", cast::ADA).await;

        assert_eq!(steps, ["identify"]);
        assert_eq!((page.path.as_str(), page.text_of("account-name").as_deref()), ("/account", Some("Ada Lovelace")));
        assert!(no_steps.is_empty());
        assert_eq!(again.text_of("account-email").as_deref(), Some(cast::ADA));
    });
}

/// S-078: who has a second factor is asked for it here as well.
#[test]
fn a_second_factor_is_asked_for_as_everywhere() {
    on_sqlite(async |at| {
        let (page, steps) = Browser::new(at).visit_as("/account", cast::GRACE).await;

        assert_eq!(steps, ["identify", "second-factor"]);
        assert_eq!(page.path, "/account");
    });
}

/// A sign-in at the account pages is one for every application, and the other way round.
#[test]
fn one_session_serves_the_account_and_the_applications() {
    on_sqlite(async |at| {
        let (own, browser) = (RelyingParty::new(at, "first-party"), Browser::new(at));
        browser.visit_as("/account", cast::ADA).await;

        let silent = browser.authorize(&own.request("openid").with("prompt", "none")).await;

        assert!(silent.callback().get("code").is_some());
    });
}

/// Nobody's request can pass for one of our own pages.
#[test]
fn no_client_has_the_name_of_our_own_pages() {
    on_sqlite(async |at| {
        let request = "/oauth2/authorize?response_type=code&scope=openid&client_id=portreeve:pages&redirect_uri=https://evil.example/cb";

        let reply = at.get(request, &[]).await;

        assert_eq!(reply.status, 400);
        assert!(at.try_apply("[[clients]]\nclient_id = \"portreeve:pages\"\n").await.is_err());
    });
}

/// Two people share a browser: one of them is chosen, and can be changed.
#[test]
fn the_account_is_chosen_where_several_are_signed_in() {
    on_both(async |at| {
        let (own, browser) = (RelyingParty::new(at, "first-party"), Browser::new(at));
        browser.visit_as("/account", cast::ADA).await;
        let page = browser.authorize(&own.request("openid").with("prompt", "select_account")).await;
        let page = browser.press(&page, "another-account", &[]).await;
        browser.complete(page, cast::ALAN).await;

        let chosen = browser.visit("/account/switch").await;
        let second = browser.press(&chosen, "account-2", &[]).await;
        let stays = browser.visit("/account").await;
        let chosen = browser.visit("/account/switch").await;
        let first = browser.press(&chosen, "account-1", &[]).await;

        assert_eq!(second.text_of("account-name").as_deref(), Some(cast::ALAN));
        assert_eq!(stays.text_of("account-name").as_deref(), Some(cast::ALAN));
        assert_eq!(first.text_of("account-name").as_deref(), Some("Ada Lovelace"));
    });
}

/// S-014: a form that was made for one account is not taken for another.
#[test]
fn a_form_of_one_account_is_not_taken_for_another() {
    on_both(async |at| {
        let (own, browser) = (RelyingParty::new(at, "first-party"), Browser::new(at));
        browser.visit_as("/account", cast::ALAN).await;
        let page = browser.authorize(&own.request("openid").with("prompt", "select_account")).await;
        let page = browser.press(&page, "another-account", &[]).await;
        browser.complete(page, cast::ADA).await;
        let chosen = browser.visit("/account/switch").await;
        browser.press(&chosen, "account-1", &[]).await;
        let form = browser.visit("/account/profile").await;
        let chosen = browser.visit("/account/switch").await;
        browser.press(&chosen, "account-2", &[]).await;

        let page = browser.press(&form, "submit", &[("name", "Somebody Else")]).await;

        assert_eq!(page.notice().as_deref(), Some(OUTDATED));
        assert_eq!(page.value_of("name").as_deref(), Some("Ada Lovelace"));
    });
}

/// S-014: without our token, or from another site, nothing is saved.
#[test]
fn a_forged_form_saves_nothing() {
    on_sqlite(async |at| {
        let browser = Browser::new(at);
        browser.visit_as("/account", cast::ADA).await;

        let forged = browser.post_own("/account/profile", &[("name", "Eve"), ("csrf", "0")]).await;
        let foreign = [("content-type", "application/x-www-form-urlencoded"), ("origin", "https://evil.example")];
        let foreign = browser.send(http::Method::POST, "/account/profile", &foreign, "name=Eve".to_owned()).await;

        assert_eq!(forged.notice().as_deref(), Some(OUTDATED));
        assert_eq!(foreign.status, 403);
        let page = browser.visit("/account/profile").await;
        assert_eq!(page.value_of("name").as_deref(), Some("Ada Lovelace"));
    });
}

/// S-014: a form from before the browser's cookie changed saves nothing, and what was typed stays for the next press.
#[test]
fn an_outdated_profile_form_keeps_what_was_typed() {
    on_both(async |at| {
        let browser = Browser::new(at);
        let (form, _) = browser.visit_as("/account/profile", cast::ADA).await;
        let (page, _) = browser.visit_as("/account/security/password", cast::ADA).await;
        browser.press(&page, "submit", &[("password", "seven boats behind the lighthouse")]).await;

        let again = browser.press(&form, "submit", &[("name", "Ada King"), ("nickname", "A")]).await;

        assert_eq!((again.reply.status.as_u16(), again.path.as_str()), (403, "/account/profile"));
        assert_eq!(again.notice().as_deref(), Some(OUTDATED));
        assert_eq!(again.value_of("name").as_deref(), Some("Ada King"));
        assert_eq!(again.value_of("nickname").as_deref(), Some("A"));
        assert_eq!(at.events("user.updated").await, 0);
        let saved = browser.press(&again, "submit", &[]).await;
        assert_eq!((saved.notice().as_deref(), saved.value_of("name").as_deref()), (Some("Saved."), Some("Ada King")));
        at.deliver_mails().await;
    });
}

/// S-014: a form on the way to a sign-in that has not the right token does nothing and keeps what was typed, but no password.
#[test]
fn a_form_without_the_right_token_keeps_what_was_typed() {
    on_both(async |at| {
        at.apply("[[tenants]]\nslug = \"default\"\ndisplay_name = \"Example\"\nregistration = true\n").await;
        let browser = Browser::new(at);
        let page = browser.visit("/account").await;
        let typed = [("csrf", "0"), ("email", cast::ADA), ("password", cast::PASSWORD)];

        let signing_in = browser.press(&page, "submit", &typed).await;
        let page = browser.visit(&signing_in.href_of("register").unwrap()).await;
        let typed = [("csrf", "0"), ("name", "Eve"), ("email", "eve@example.com"), ("password", cast::PASSWORD)];
        let registering = browser.press(&page, "submit", &typed).await;

        assert_eq!((signing_in.step(), registering.step()), ("identify", "register"));
        for (page, email) in [(&signing_in, cast::ADA), (&registering, "eve@example.com")] {
            assert_eq!(page.reply.status, 403);
            assert_eq!(page.notice().as_deref(), Some(OUTDATED));
            assert_eq!(page.value_of("email").as_deref(), Some(email));
            assert_eq!(page.value_of("password").as_deref(), Some(""));
            assert!(!page.html().contains(cast::PASSWORD));
        }
        assert_eq!(registering.value_of("name").as_deref(), Some("Eve"));
        assert!(at.deliver_mails().await.is_empty());
    });
}

/// S-014: the same of the page that asks for attributes.
#[test]
fn answers_without_the_right_token_stay_in_their_fields() {
    on_sqlite(async |at| {
        at.apply(SCHEMA).await;
        let browser = Browser::new(at);
        let page = browser.authorize(&RelyingParty::new(at, "first-party").request("openid")).await;
        let page = browser.press(&page, "submit", &[("email", cast::ALAN), ("password", cast::PASSWORD)]).await;
        assert_eq!(page.step(), "profile", "{}", page.html());

        let refused = browser.press(&page, "submit", &[("csrf", "0"), ("attribute-member_number", "7")]).await;

        assert_eq!(refused.reply.status, 403);
        assert_eq!(refused.value_of("attribute-member_number").as_deref(), Some("7"));
        browser.press(&refused, "submit", &[]).await.callback().code();
    });
}

/// Names are saved, the rest of the profile stays, and applications see the new ones.
#[test]
fn names_are_saved_and_the_rest_stays() {
    on_both(async |at| {
        let browser = Browser::new(at);
        let (page, _) = browser.visit_as("/account/profile", cast::ADA).await;
        assert_eq!(page.value_of("family_name").as_deref(), Some("Lovelace"));

        let saved = browser
            .press(
                &page,
                "submit",
                &[("name", " Ada King "), ("given_name", "Ada"), ("family_name", ""), ("nickname", "A")],
            )
            .await;

        assert_eq!((saved.path.as_str(), saved.notice().as_deref()), ("/account/profile", Some("Saved.")));
        let tokens = RelyingParty::new(at, "web").tokens("openid profile").await;
        let claims = at.userinfo(tokens.access()).await.json();
        assert_eq!(claims["name"], "Ada King");
        assert_eq!((&claims["nickname"], &claims["gender"]), (&"A".into(), &"female".into()));
        assert!(claims.get("family_name").is_none());
        assert_eq!(at.events("user.updated").await, 1);
    });
}

/// S-014: what was done is said once, and no link makes a page say that something was done.
#[test]
fn only_what_was_done_is_said_and_only_once() {
    on_both(async |at| {
        let browser = Browser::new(at);
        let (page, _) = browser.visit_as("/account/profile", cast::ADA).await;

        let saved = browser.press(&page, "submit", &[("name", "Ada King")]).await;
        let reloaded = browser.visit("/account/profile").await;
        let linked = browser.visit("/account/security?done=password").await;
        let passed_on = browser.visit("/account/security/recovery-codes").await;

        assert_eq!(saved.notice().as_deref(), Some("Saved."));
        assert_eq!((reloaded.notice(), linked.notice(), passed_on.notice()), (None, None, None));
    });
}

/// WCAG 2.2 §3.3.1: what is wrong is told at the field, and what was typed stays.
#[test]
fn a_name_that_is_missing_or_too_long_is_told() {
    on_sqlite(async |at| {
        let browser = Browser::new(at);
        let (page, _) = browser.visit_as("/account/profile", cast::ADA).await;

        let refused = browser.press(&page, "submit", &[("name", "  "), ("nickname", &"n".repeat(201))]).await;

        assert!(refused.text_of("name-error").is_some() && refused.text_of("nickname-error").is_some());
        assert_eq!(refused.value_of("nickname").map(|typed| typed.len()), Some(201));
    });
}

/// S-040: an account that is switched off sees nothing of itself.
#[test]
fn a_switched_off_account_is_shut() {
    on_both(async |at| {
        use portreeve_issuer::configure::AccountSwitch;
        let browser = Browser::new(at);
        browser.visit_as("/account", cast::ALAN).await;
        at.issuer.switch_account(&at.tenant(), cast::ALAN, AccountSwitch::Off).await.unwrap();

        let page = browser.visit("/account").await;

        assert_eq!(page.step(), "identify", "{}", page.html());
    });
}

/// S-093: a session that has run out is none.
#[test]
fn a_session_that_ran_out_is_asked_for_again() {
    on_sqlite(async |at| {
        let browser = Browser::new(at);
        browser.visit_as("/account", cast::ADA).await;
        at.wait(Lifetime::from_days(31));

        let (_, steps) = browser.visit_as("/account", cast::ADA).await;

        assert_eq!(steps, ["identify"]);
    });
}

/// S-118: a session of one tenant opens nothing of another.
#[test]
fn a_session_of_one_tenant_is_none_of_another() {
    on_both(async |at| {
        let browser = Browser::new(at);
        browser.visit_as("/account", cast::ADA).await;

        let page = browser.visit("/t/acme/account").await;
        let mut cookies = browser.cookies();
        let binding = cookies["__Host-portreeve"].clone();
        cookies.insert("__Host-portreeve-acme".to_owned(), binding);
        browser.set_cookies(cookies);
        let moved = browser.visit("/t/acme/account").await;

        assert_eq!((page.step(), moved.step()), ("identify", "identify"));
    });
}
