//! Passkeys after something else: as the second factor, as what a client or a tenant demands, as what is offered.
//! SECURITY S-078, S-080, S-096; RFC 9470 §5.

use portreeve_domain::{Lifetime, MailPurpose};
use portreeve_tests::{
    authenticator::Authenticator,
    browser::{Browser, Page},
    cast,
    deployment::{Deployment, on_both, on_sqlite},
    jwt,
    relying_party::{Grant, RelyingParty},
};
use serde_json::Value;

use crate::passkeys::{PHISHING_RESISTANT, enrolled, is_in};

/// A new browser in which the password was given.
async fn after_password<'d>(
    own: &RelyingParty<'d>,
    at: &'d Deployment,
    with: &[(&str, &str)],
    email: &str,
) -> (Browser<'d>, Page) {
    let request = with.iter().fold(own.request("openid"), |request, (name, value)| request.with(name, value));
    let browser = Browser::new(at);
    let page = browser.authorize(&request).await;
    let page = browser.press(&page, "submit", &[("email", email), ("password", cast::PASSWORD)]).await;
    (browser, page)
}

async fn id_claims(own: &RelyingParty<'_>, page: &Page) -> Value {
    let grant = Grant { code: page.callback().code(), redirect_uri: own.redirect_uri.clone() };
    jwt::claims(own.redeem(&grant).await.success()["id_token"].as_str().unwrap())
}

/// S-078: a person who has a passkey is asked for it, or for a recovery code, after the password, whatever the client wants.
#[test]
fn a_passkey_is_a_second_factor_that_is_asked_for() {
    on_both(async |at| {
        let own = RelyingParty::new(at, "first-party");
        let authenticator = enrolled(at, cast::ALAN).await;
        let (browser, page) = after_password(&own, at, &[], cast::ALAN).await;
        assert_eq!(page.step(), "passkey", "{}", page.html());
        let options: Value = serde_json::from_str(&page.passkey_options().unwrap()).unwrap();
        assert_eq!(options["allowCredentials"].as_array().unwrap().len(), 1);
        assert!(page.href_of("use-recovery-code").is_some() && !page.has_button("skip"));

        let page = browser.show_passkey(&page, &authenticator).await;

        let claims = id_claims(&own, &page).await;
        assert_eq!(
            (&claims["acr"], &claims["amr"]),
            (&"phr".into(), &serde_json::json!(["pwd", "swk", "user", "mfa"]))
        );
    });
}

/// S-078: saying "not now" by hand is no way past a second factor.
#[test]
fn a_second_factor_cannot_be_skipped() {
    on_sqlite(async |at| {
        let own = RelyingParty::new(at, "first-party");
        enrolled(at, cast::ALAN).await;
        let (browser, page) = after_password(&own, at, &[], cast::ALAN).await;
        let (action, mut fields) = page.form_of("passkey");
        fields.retain(|(name, _)| name != "action");
        fields.push(("action".to_owned(), "skip".to_owned()));
        let pairs: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();

        let page = browser.post_own(&action, &pairs).await;

        assert_eq!((page.step(), is_in(&page)), ("passkey", false));
    });
}

/// S-080, S-097, N11: a session that was left open adds no authenticator. What the account has is shown again before.
#[test]
fn a_session_that_was_left_open_adds_no_authenticator() {
    on_both(async |at| {
        let own = RelyingParty::new(at, "first-party");
        for (who, wanted, second, page_after) in [
            (cast::ADA, ("acr_values", "phr"), None, "enrol-passkey"),
            (cast::ADA, ("acr_values", "aal2"), None, "enrol-totp"),
            (cast::GRACE, ("claims", PHISHING_RESISTANT), Some("second-factor"), "enrol-passkey"),
        ] {
            let browser = Browser::new(at);
            browser.sign_in(&own.request("openid"), who).await;
            let request = own.request("openid").with(wanted.0, wanted.1);
            let at_once = browser.authorize(&request).await;
            assert_eq!(at_once.step(), page_after, "{who} {wanted:?}: signed in a moment ago");
            at.wait(Lifetime::from_seconds(301));

            let page = browser.authorize(&request).await;

            assert_eq!(page.step(), "password", "{who} {wanted:?}");
            let by_hand = browser.visit(&page.path.replace("password", page_after)).await;
            assert!(by_hand.is_redirect() || by_hand.step() == "password", "{who} {wanted:?}");
            let page = browser.press(&page, "submit", &[("password", cast::PASSWORD)]).await;
            assert_eq!(page.step(), second.unwrap_or(page_after), "{who} {wanted:?}");
        }
    });
}

/// A wish is no reason to show a second factor again: who has one goes on, and is offered a passkey at the next sign-in.
#[test]
fn a_wish_for_a_passkey_asks_nobody_for_a_second_factor_again() {
    on_sqlite(async |at| {
        let (own, browser) = (RelyingParty::new(at, "first-party"), Browser::new(at));
        browser.sign_in(&own.request("openid"), cast::GRACE).await;
        at.wait(Lifetime::from_seconds(301));

        let page = browser.authorize(&own.request("openid").with("acr_values", "phr")).await;

        assert_eq!(id_claims(&own, &page).await["acr"], "aal2");
    });
}

/// No dead end: without script, or with the passkey out of reach, a recovery code lets its owner in.
#[test]
fn a_recovery_code_stands_in_for_a_passkey() {
    on_both(async |at| {
        let (own, browser) = (RelyingParty::new(at, "first-party"), Browser::new(at));
        let page = browser.authorize(&own.request("openid").with("claims", PHISHING_RESISTANT)).await;
        let page = browser.press(&page, "submit", &[("email", cast::ALAN), ("password", cast::PASSWORD)]).await;
        let page = browser.add_passkey(&page, &mut Authenticator::at(cast::ISSUER)).await;
        let codes = page.text_of("recovery-codes").unwrap();
        let code = codes.split_whitespace().next().unwrap();
        assert!(is_in(&browser.press(&page, "submit", &[]).await));
        at.deliver_mails().await;

        let (browser, page) = after_password(&own, at, &[], cast::ALAN).await;
        let page = browser.visit(&page.href_of("use-recovery-code").unwrap()).await;
        let page = browser.press(&page, "submit", &[("code", code)]).await;

        assert!(is_in(&page), "{}", page.html());
        assert_eq!(at.deliver_mails().await, [(MailPurpose::RecoveryCodeUsed, "en".to_owned())]);
        assert_eq!(id_claims(&own, &page).await["acr"], "aal2");
    });
}

/// S-096: a demand for resistance to phishing is met by a passkey alone; who cannot show one brings that answer home.
#[test]
fn an_essential_phr_needs_a_passkey() {
    on_both(async |at| {
        let own = RelyingParty::new(at, "first-party");
        let demand = [("claims", PHISHING_RESISTANT)];
        // Grace has an app, which is two factors and not enough. Nobody adds a passkey without it (S-080).
        let (browser, page) = after_password(&own, at, &demand, cast::GRACE).await;
        assert_eq!(page.step(), "second-factor");
        let page = browser.press(&page, "submit", &[("code", &browser.totp_code())]).await;
        assert_eq!(page.step(), "enrol-passkey");

        let refused = browser.press(&page, "cannot", &[]).await;
        assert_eq!(refused.callback().error(), "unmet_authentication_requirements");

        // She has recovery codes from her app; there are no new ones.
        let (browser, page) = after_password(&own, at, &demand, cast::GRACE).await;
        let page = if page.step() == "second-factor" {
            at.wait(portreeve_domain::Lifetime::from_seconds(30));
            browser.press(&page, "submit", &[("code", &browser.totp_code())]).await
        } else {
            page
        };
        let mut authenticator = Authenticator::at(cast::ISSUER);
        let page = browser.add_passkey(&page, &mut authenticator).await;
        assert_eq!(at.deliver_mails().await, [(MailPurpose::PasskeyAdded, "en".to_owned())]);
        let page = if page.step() == "recovery-codes" { browser.press(&page, "submit", &[]).await } else { page };
        assert_eq!(id_claims(&own, &page).await["acr"], "phr");

        let (browser, page) = after_password(&own, at, &demand, cast::GRACE).await;
        assert_eq!(page.step(), "passkey", "the passkey is asked for, not the app");
        assert!(is_in(&browser.show_passkey(&page, &authenticator).await));
    });
}

/// S-096, RFC 9470 §5: a session of a password is stepped up by the passkey alone, and says so.
#[test]
fn a_session_is_stepped_up_by_a_passkey() {
    on_sqlite(async |at| {
        let (own, browser) = (RelyingParty::new(at, "first-party"), Browser::new(at));
        let page = browser.authorize(&own.request("openid")).await;
        let page = browser.press(&page, "submit", &[("email", cast::ALAN), ("password", cast::PASSWORD)]).await;
        assert_eq!(id_claims(&own, &page).await["acr"], "aal1");

        let silent = own.request("openid").with("claims", PHISHING_RESISTANT).with("prompt", "none");
        assert_eq!(browser.authorize(&silent).await.callback().error(), "interaction_required");
        let page = browser.authorize(&own.request("openid").with("acr_values", "phr")).await;
        assert_eq!(page.step(), "enrol-passkey");
        let page = browser.add_passkey(&page, &mut Authenticator::at(cast::ISSUER)).await;
        let page = browser.press(&page, "submit", &[]).await;
        at.deliver_mails().await;

        assert_eq!(id_claims(&own, &page).await["acr"], "phr");
    });
}

/// OC-16, SU-03: a wish is dropped when the person says "not now", and the answer tells what was reached.
#[test]
fn a_voluntary_phr_can_be_put_off() {
    on_sqlite(async |at| {
        let own = RelyingParty::new(at, "first-party");
        let (browser, page) = after_password(&own, at, &[("acr_values", "phr")], cast::ALAN).await;
        assert_eq!(page.step(), "enrol-passkey");

        let page = browser.press(&page, "skip", &[]).await;

        assert_eq!(id_claims(&own, &page).await["acr"], "aal1");
    });
}

/// OC-17, S-096: where there are no passkeys a demand for one fails before anybody is bothered.
#[test]
fn an_essential_phr_that_nobody_can_reach_fails_at_once() {
    on_sqlite(async |at| {
        at.apply("[[tenants]]\nslug = \"default\"\npasskeys = { use = \"off\" }").await;
        let (own, browser) = (RelyingParty::new(at, "first-party"), Browser::new(at));

        let page = browser.authorize(&own.request("openid").with("claims", PHISHING_RESISTANT)).await;

        assert_eq!(page.callback().error(), "unmet_authentication_requirements");
    });
}

/// A tenant can demand a passkey of everybody.
#[test]
fn a_tenant_can_demand_passkeys() {
    on_sqlite(async |at| {
        at.apply("[[tenants]]\nslug = \"default\"\nmfa = \"phishing_resistant\"").await;
        let own = RelyingParty::new(at, "first-party");
        let (browser, page) = after_password(&own, at, &[], cast::ALAN).await;
        assert_eq!(page.step(), "enrol-passkey");

        let page = browser.press(&page, "cannot", &[]).await;

        assert_eq!(page.callback().error(), "unmet_authentication_requirements");
    });
}

/// Beside an authenticator app a passkey can be added where two factors are demanded, and counts as them.
#[test]
fn a_passkey_can_be_added_instead_of_an_app() {
    on_sqlite(async |at| {
        let own = RelyingParty::new(at, "first-party");
        let claims = r#"{"id_token":{"acr":{"essential":true,"values":["aal2"]}}}"#;
        let (browser, page) = after_password(&own, at, &[("claims", claims)], cast::ALAN).await;
        assert_eq!(page.step(), "enrol-totp");
        let page = browser.visit(&page.href_of("use-passkey").unwrap()).await;
        assert_eq!(page.href_of("use-totp").as_deref(), Some(&*page.path.replace("enrol-passkey", "enrol-totp")));

        let page = browser.add_passkey(&page, &mut Authenticator::at(cast::ISSUER)).await;

        assert_eq!(page.step(), "recovery-codes");
        let page = browser.press(&page, "submit", &[]).await;
        at.deliver_mails().await;
        assert_eq!(id_claims(&own, &page).await["acr"], "aal2", "what was asked for");
    });
}

/// Where passkeys come first, who signs in without one is offered one, can put it off, and is not asked on the way through.
#[test]
fn a_passkey_is_offered_where_passkeys_come_first() {
    on_sqlite(async |at| {
        at.apply("[[tenants]]\nslug = \"default\"\npasskeys = { use = \"first\" }").await;
        let own = RelyingParty::new(at, "first-party");
        let (browser, page) = after_password(&own, at, &[], cast::ALAN).await;
        assert_eq!(page.step(), "enrol-passkey");

        assert!(is_in(&browser.press(&page, "skip", &[]).await));
        assert!(is_in(&browser.authorize(&own.request("openid")).await), "nobody is asked on the way through");
    });
}

/// S-080, S-085: an enrolment that was not asked for, in time and by the right page, adds nothing.
#[test]
fn nobody_adds_a_passkey_out_of_turn() {
    on_both(async |at| {
        let own = RelyingParty::new(at, "first-party");
        let (alans, page) = after_password(&own, at, &[("claims", PHISHING_RESISTANT)], cast::ALAN).await;
        let mut authenticator = Authenticator::at(cast::ISSUER);
        let answer = authenticator.create(&page.passkey_options().unwrap());

        // In Ada's enrolment: it answers another challenge.
        let (adas, other) = after_password(&own, at, &[("claims", PHISHING_RESISTANT)], cast::ADA).await;
        let refused = adas.press(&other, "passkey", &[("credential", &answer)]).await;
        assert_eq!((refused.step(), refused.reply.status.as_u16()), ("enrol-passkey", 200));
        // Before anything is proven: the page is not due.
        let (stranger, first) = {
            let browser = Browser::new(at);
            let page = browser.authorize(&own.request("openid").with("claims", PHISHING_RESISTANT)).await;
            (browser, page)
        };
        let (_, mut fields) = first.form_of("submit");
        fields.extend([("action".to_owned(), "passkey".to_owned()), ("credential".to_owned(), answer.clone())]);
        let pairs: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let page_due = stranger.post_own(&first.path.replace("identify", "enrol-passkey"), &pairs).await;
        assert_eq!(page_due.step(), "identify");
        // Too late.
        at.wait(portreeve_domain::Lifetime::from_minutes(10));
        let late = alans.press(&page, "passkey", &[("credential", &answer)]).await;
        assert_eq!((late.step(), late.reply.status.as_u16()), ("enrol-passkey", 200));
        assert_eq!(at.events("credential.passkey.added").await, 0);

        assert_eq!(alans.add_passkey(&late, &mut authenticator).await.step(), "recovery-codes");
        // The same credential for another account.
        let other = adas.visit(&refused.path).await;
        let taken = adas.add_passkey(&other, &mut authenticator).await;
        assert_eq!((taken.step(), taken.reply.status.as_u16()), ("enrol-passkey", 200));
        assert_eq!(at.deliver_mails().await.len(), 1);
        assert_eq!(at.events("credential.passkey.added").await, 1);
    });
}
