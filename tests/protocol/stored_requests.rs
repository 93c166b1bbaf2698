//! Requests that were accepted and wait: in a journey, pushed, or for a person elsewhere. They are held against what is registered when
//! somebody comes with them. RFC 6749 §4.1.2.1, RFC 9700 §4.1.3; SECURITY S-001, S-008.

use portreeve_domain::{ClientId, ClientMetadata, GrantType, Scope};
use portreeve_issuer::configure::AccountSwitch;
use portreeve_tests::{
    backchannel::Asker,
    browser::{Browser, Page},
    cast,
    deployment::{Deployment, on_both, on_sqlite},
    device::Device,
    relying_party::RelyingParty,
};

const SCOPE: &str = "openid email";

/// A change of what is registered.
type Change = fn(&mut ClientMetadata);

/// What may be different by the time somebody comes with the request.
const CHANGES: [(Change, &str); 4] = [
    (|client| client.redirect_uris = vec!["https://rp.example/new".to_owned()], "redirect_uri"),
    (|client| client.scope = Some(Scope::parse("openid").unwrap()), "scope"),
    (|client| client.grant_types = vec![GrantType::RefreshToken], "response_type"),
    (|client| client.response_types = Vec::new(), "response_type"),
];

/// Asserts that the person is told that the application has to be mended, and that nothing is sent to it.
fn assert_told_on_a_page(page: &Page, what: &str) {
    assert_eq!((page.reply.status.as_u16(), page.reply.location()), (400, None), "{what}: {}", page.html());
    assert_eq!(page.reply.onward(), None, "{what}");
    assert!(page.text_of("technical").is_some(), "{what}: {}", page.html());
}

/// A browser in which Ada is asked for her consent to `web`.
async fn at_consent<'d>(at: &'d Deployment, web: &RelyingParty<'_>) -> (Browser<'d>, Page) {
    let browser = Browser::new(at);
    let page = browser.authorize(&web.request(SCOPE).with("prompt", "consent")).await;
    let page = browser.press(&page, "submit", &[("email", cast::ADA), ("password", cast::PASSWORD)]).await;
    assert_eq!(page.step(), "consent", "{}", page.html());
    (browser, page)
}

/// A page in another browser that offers to begin the request of `journey` again.
async fn to_start_again(browser: &Browser<'_>, journey: &Page) -> Page {
    let page = browser.visit(&journey.path).await;
    assert!(page.has_button("start-again"), "{}", page.html());
    page
}

/// Brings each change about while requests wait, and asserts that none of them goes on until it is taken back.
async fn assert_held(at: &Deployment, web: &RelyingParty<'_>, change: impl FnOnce(&mut ClientMetadata), what: &str) {
    let before = at.tenant().client(&ClientId::parse("web").unwrap()).unwrap().metadata.clone();
    let (browser, consent) = at_consent(at, web).await;
    let other = Browser::new(at);
    let again = to_start_again(&other, &consent).await;
    let pushed = web.push(&web.request(SCOPE)).await;
    let pushed = web.pushed_path(pushed.json()["request_uri"].as_str().unwrap());
    let codes = at.events("token.code.issued").await;

    web.register_anew(change).await;

    assert_told_on_a_page(&browser.press(&consent, "allow", &[]).await, what);
    assert_told_on_a_page(&browser.press(&consent, "deny", &[]).await, what);
    assert_told_on_a_page(&browser.visit(&consent.path).await, what);
    assert_told_on_a_page(&other.visit(&consent.path).await, what);
    assert_told_on_a_page(&other.press(&again, "start-again", &[]).await, what);
    assert_told_on_a_page(&browser.press(&again, "start-again", &[]).await, what);
    assert_told_on_a_page(&other.visit(&pushed).await, what);
    assert_eq!(at.events("token.code.issued").await, codes, "{what}");
    web.register_anew(|client| *client = before).await;
    assert!(!browser.press(&consent, "allow", &[]).await.callback().code().is_empty(), "{what}: as it was");
}

/// S-001, OA-16: a redirect URI that was taken out of the registration gets no answer, however the request is kept alive; nor is a
/// request answered for a scope, a response type or a grant that the client may not have any more.
#[test]
fn a_request_that_waits_is_held_against_what_is_registered_by_then() {
    on_both(async |at| {
        let web = RelyingParty::new(at, "web");
        for (change, what) in CHANGES {
            assert_held(at, &web, change, what).await;
        }
    });
}

/// S-001: a pushed request that is used up leads nobody to a redirect URI that was taken out, to say so.
#[test]
fn what_is_over_leads_nowhere_else() {
    on_sqlite(async |at| {
        let web = RelyingParty::new(at, "web");
        let pushed = web.push(&web.request(SCOPE)).await;
        let path = web.pushed_path(pushed.json()["request_uri"].as_str().unwrap());
        let browser = Browser::new(at);
        let page = browser.visit(&path).await;
        let journey = page.path.trim_end_matches("/identify").to_owned();
        browser.complete(page, cast::ADA).await.code();
        assert!(browser.post_own(&journey, &[]).await.leaves(), "it is the client's to hear that it is used up");

        web.register_anew(CHANGES[0].0).await;

        assert_told_on_a_page(&browser.post_own(&journey, &[]).await, "used up");
    });
}

/// S-008: a client that was switched off gets no redirect for what waits, also none with an error.
#[test]
fn a_client_that_was_switched_off_gets_no_redirect_for_what_waits() {
    on_sqlite(async |at| {
        let web = RelyingParty::new(at, "web");
        let (browser, consent) = at_consent(at, &web).await;
        let other = Browser::new(at);
        let again = to_start_again(&other, &consent).await;

        at.issuer.switch_client(&at.tenant(), &ClientId::parse("web").unwrap(), AccountSwitch::Off).await.unwrap();
        at.issuer.directory.refresh().await.unwrap();

        assert_told_on_a_page(&browser.press(&consent, "allow", &[]).await, "allowed");
        assert_told_on_a_page(&browser.press(&consent, "deny", &[]).await, "denied");
        assert_told_on_a_page(&other.press(&again, "start-again", &[]).await, "begun again");
    });
}

/// S-060, S-065, S-066: nobody is asked for what a device, or a client by the back channel, may not have any more; neither has a redirect
/// URI, and needs none.
#[test]
fn nobody_is_asked_elsewhere_for_what_the_client_may_not_have() {
    on_sqlite(async |at| {
        let (tv, till) = (Device::new(at, "tv"), Asker::new(at, "till"));
        let (asked, shown) = (tv.ask(&[("scope", SCOPE)]).await, tv.ask(&[("scope", SCOPE)]).await);
        till.ask(&[("scope", SCOPE)]).await;
        let [link] = <[String; 1]>::try_from(at.deliver_approval_links().await).unwrap();
        let browser = Browser::new(at);
        let question = tv.question(&browser, &shown, cast::ADA).await;
        for client in ["tv", "till"] {
            RelyingParty::new(at, client).register_anew(CHANGES[1].0).await;
        }

        let page = browser.visit("/device").await;
        let page = browser.press(&page, "submit", &[("user_code", &asked.user_code)]).await;
        assert_told_on_a_page(&page, "a device");
        let allowed = browser.press(&question, "allow", &[("own_device", "yes")]).await;
        assert_told_on_a_page(&allowed, "a device on its way");
        assert_told_on_a_page(&browser.visit(&link).await, "by the back channel");
        assert_eq!(at.events("device.authorization.allowed").await, 0);
    });
}
