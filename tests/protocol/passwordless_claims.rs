//! Tenants without passwords: what strangers cannot do to somebody whose way in is the mail. SECURITY S-073, S-090, S-100.

use portreeve_issuer::{MailContent, MailedCode, OutgoingMail};
use portreeve_tests::{
    browser::{Browser, Page},
    cast,
    deployment::{Deployment, on_both, on_sqlite},
    relying_party::RelyingParty,
};

const HALF: &str = "half@example.com";

async fn switch_off(at: &Deployment) {
    let tenant = "[[tenants]]\nslug = \"default\"\ndisplay_name = \"Example\"\npasskeys = { use = \"off\" }\n";
    at.apply(&format!("{tenant}passwords = \"off\"\nemail_sign_in = \"allowed\"\nregistration = true\n")).await;
}

async fn content(at: &Deployment) -> MailContent {
    let [mail] = <[OutgoingMail; 1]>::try_from(at.read_mails().await).ok().expect("one mail");
    mail.content
}

async fn by_code(browser: &Browser<'_>, at: &Deployment, page: &Page, email: &str) -> Page {
    let asked = browser.press(page, "mail-code", &[("email", email)]).await;
    let MailContent::EmailCode(MailedCode { text: code, .. }) = content(at).await else { panic!("another mail") };
    browser.press(&asked, "submit", &[("code", &code)]).await
}

/// `prompt=create` begins at the form; who has an account says so, asks for a code and is not led back to the form.
#[test]
fn a_code_leads_away_from_the_registration_form() {
    on_both(async |at| {
        switch_off(at).await;
        let browser = Browser::new(at);
        let request = RelyingParty::new(at, "first-party").request("openid").with("prompt", "create");
        let form = browser.authorize(&request).await;
        assert_eq!(form.step(), "register");
        let sign_in = browser.visit(&form.href_of("sign-in").unwrap()).await;

        let done = by_code(&browser, at, &sign_in, cast::ADA).await;

        assert!(done.is_redirect() && done.callback().get("code").is_some(), "{}", done.html());
    });
}

/// S-073: strangers who use the mails of an address up keep nobody out who comes with a browser that is known for the account.
#[test]
fn strangers_cannot_use_up_the_codes_of_a_known_browser() {
    on_sqlite(async |at| {
        switch_off(at).await;
        let own = RelyingParty::new(at, "first-party");
        let owner = Browser::new(at);
        let page = owner.authorize(&own.request("openid")).await;
        by_code(&owner, at, &page, cast::ADA).await;
        for _ in 0..8 {
            let stranger = Browser::new(at);
            let page = stranger.authorize(&own.request("openid")).await;
            stranger.press(&page, "mail-code", &[("email", cast::ADA)]).await;
        }
        assert_eq!(at.read_mails().await.len(), 4, "five in an hour, with the owner's");
        at.wait(portreeve_domain::Lifetime::from_seconds(1));

        let page = owner.authorize(&own.request("openid").with("prompt", "login")).await;
        let done = by_code(&owner, at, &page, cast::ADA).await;

        assert!(done.is_redirect(), "{}", done.html());
    });
}

/// S-090: a session that a password began confirms no other address any more.
#[test]
fn a_session_by_password_confirms_no_address() {
    on_sqlite(async |at| {
        let browser = Browser::new(at);
        let (page, _) = browser.visit_as("/account/profile/email", cast::ALAN).await;
        browser.press(&page, "submit", &[("email", "alan.turing@example.com")]).await;
        let MailContent::ConfirmEmailChange { link } = content(at).await else { panic!("another mail") };
        switch_off(at).await;

        let page = browser.visit(&link).await;

        assert!(page.path.contains("/j/"), "{} {}", page.path, page.html());
    });
}

/// S-100: the wish of whoever had set an unproven account up for another address ends with the claim.
#[test]
fn the_wish_for_another_address_ends_with_a_claim() {
    on_both(async |at| {
        at.apply(&format!("[[users]]\nemail = \"{HALF}\"\npassword = {{ file = \"password\" }}\n")).await;
        let hijacker = Browser::new(at);
        let (page, _) = hijacker.visit_as("/account/profile/email", HALF).await;
        hijacker.press(&page, "submit", &[("email", "eve@example.com")]).await;
        at.deliver_mails().await;
        switch_off(at).await;

        let owner = Browser::new(at);
        let page = owner.authorize(&RelyingParty::new(at, "first-party").request("openid")).await;
        by_code(&owner, at, &page, HALF).await;

        assert_eq!(at.events("user.email_change.dropped").await, 1);
    });
}
